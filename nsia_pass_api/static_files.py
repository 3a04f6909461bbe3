"""Static files of production: compressed, and named after their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, _IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class StockageHache(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The modules of the kiosk page import each other by hashed names too: a page never mixes two versions.

    Ours only: Django looks for imports with regular expressions, that the minified scripts of others could mislead.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("borne/*.js", _IMPORTS))

"""Static files: in production collected, compressed and named after their content; elsewhere compressed when first asked for."""

import gzip
import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from .settings.environment import DATA_DIR

_, _IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class StockageHache(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The modules of the kiosk page import each other by hashed names too: a page never mixes two versions.

    Ours only: Django looks for imports with regular expressions, that the minified scripts of others could mislead.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("borne/*.js", _IMPORTS))


class Statiques(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Where nothing was collected (the demonstration), what is sent is compressed too: collecting takes seconds at each start.

    A file is compressed when it is first asked for, and kept under the hash of its content in DATA_DIR.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self._servies: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        adresse = request.path_info
        if self.use_finders and adresse in self.files and adresse not in self._servies:
            self._servies.add(adresse)
            self._comprimer(adresse)
        reponse: HttpResponse = super().__call__(request)
        return reponse

    def _comprimer(self, adresse: str) -> None:
        chemin = finders.find(adresse.removeprefix(self.static_prefix))
        if not chemin or not Compressor().should_compress(chemin):
            return
        contenu = Path(chemin).read_bytes()
        comprime = DATA_DIR / "statiques" / f"{sha256(contenu).hexdigest()[:32]}.gz"
        if not comprime.exists():
            _ecrire(comprime, gzip.compress(contenu, mtime=0))
        entetes = Headers([])
        self.add_mime_headers(entetes, chemin, adresse)
        self.add_cache_headers(entetes, chemin, adresse)
        self.files[adresse] = StaticFile(chemin, entetes.items(), encodings={"gzip": str(comprime)})


def _ecrire(chemin: Path, contenu: bytes) -> None:
    """Whole or not at all: another process may be reading, or writing the same."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=chemin.parent, delete=False) as fichier:
        fichier.write(contenu)
    os.replace(fichier.name, chemin)

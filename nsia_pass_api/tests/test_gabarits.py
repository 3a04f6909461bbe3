"""Templates of ours that stand before a package's say which text they were made from: an upgrade that changes it fails here.

Then: read what changed there, carry it over, and write the new hash.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.template.utils import get_app_template_dirs

NOTE = re.compile(r"\{# Made from ([\w.]+): sha256 ([0-9a-f]{64}) #\}")


def remplaces() -> Iterator[tuple[Path, str, Path]]:
    """Our template, and the package and template of the first installed application that it stands before."""
    (racine,) = settings.TEMPLATES[0]["DIRS"]
    for notre in sorted(Path(racine).rglob("*.html")):
        for dossier in get_app_template_dirs("templates"):
            leur = Path(dossier) / notre.relative_to(racine)
            if leur.is_file():
                yield notre, Path(dossier).parent.name, leur
                break


def test_each_says_what_it_was_made_from() -> None:
    faux, paquets = [], []
    for notre, paquet, leur in remplaces():
        paquets.append(paquet)
        attendue = f"{{# Made from {paquet}: sha256 {sha256(leur.read_bytes()).hexdigest()} #}}"
        notes = [note[0] for note in NOTE.finditer(notre.read_text())]
        if notes != [attendue]:
            faux.append(f"{notre.relative_to(settings.BASE_DIR)} : {attendue}")
    assert "\n".join(faux) == ""
    assert paquets.count("unfold") >= 6  # those of today

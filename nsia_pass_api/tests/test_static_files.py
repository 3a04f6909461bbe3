"""Production's static files: collected without a missing one, and the kiosk's modules bound to one version."""

import json
import re
from pathlib import Path
from typing import Any

from django.core.management import call_command


def test_collected_modules_import_each_other_by_hashed_names(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "nsia_pass_api.static_files.StockageHache"}}

    call_command("collectstatic", interactive=False, verbosity=0)

    noms = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    modules = {nom: tmp_path / hache for nom, hache in noms.items() if re.match(r"borne/.*\.js$", nom)}
    assert len(modules) > 25
    importes = 0
    for module in modules.values():
        for adresse in re.findall(r"""(?:from|import)[ (]?["'](\.[^"']+)["']""", module.read_text()):
            assert (module.parent / adresse).resolve() in modules.values(), f"{module.name} : {adresse}"
            importes += 1
    assert importes > 80

"""Production's static files: collected without a missing one, the kiosk's modules bound to one version. Elsewhere: compressed."""

import gzip
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from nsia_pass_api import static_files


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


def demander(client: Client, adresse: str, codage: str = "identity") -> tuple[Any, bytes]:
    """The answer, and what was sent."""
    with closing(client.get(adresse, headers={"Accept-Encoding": codage})) as reponse:
        assert reponse.status_code == 200, adresse
        return reponse, reponse.getvalue()


@pytest.mark.django_db  # the end of an answer looks at the connection that other tests left
class TestSansCollecte:
    """`manage.py demo`: nothing was collected."""

    @pytest.fixture(autouse=True)
    def _dossier(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(static_files, "DATA_DIR", tmp_path)

    @pytest.mark.parametrize("fichier", ["unfold/css/styles.css", "unfold/js/chart/chart.js", "back_office/logo.svg"])
    def test_what_is_sent_is_compressed(self, client: Client, fichier: str, tmp_path: Path) -> None:
        entier = Path(str(finders.find(fichier))).read_bytes()
        for _ in range(2):
            reponse, envoye = demander(client, f"/static/{fichier}", "gzip, br")
            assert (reponse["Content-Encoding"], reponse["Vary"]) == ("gzip", "Accept-Encoding")
            assert len(envoye) == int(reponse["Content-Length"]) < 0.6 * len(entier)
            assert gzip.decompress(envoye) == entier
        assert len(list((tmp_path / "statiques").iterdir())) == 1
        reponse, envoye = demander(client, f"/static/{fichier}")
        assert ("Content-Encoding" in reponse, envoye) == (False, entier)

    def test_what_is_compressed_already_is_sent_as_it_is(self, client: Client, tmp_path: Path) -> None:
        reponse, _ = demander(client, "/static/unfold/fonts/inter/Inter-Regular.woff2", "gzip")
        assert "Content-Encoding" not in reponse
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("page", ["/admin/login/", "/borne/"])
    def test_a_page_takes_little(self, client: Client, page: str) -> None:
        """Of all that it names itself, but for fonts and pictures that are compressed already."""
        html = client.get(page).content.decode()
        adresses = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js|svg))"', html))
        assert len(adresses) > 3
        tailles = {
            codage: sum(len(demander(client, une, codage)[1]) for une in adresses) for codage in ("gzip", "identity")
        }
        assert tailles["gzip"] < 0.4 * tailles["identity"], tailles

"""What code says of documents is true: each page that it cites is in the repository."""

import re
import subprocess
import tomllib
from pathlib import Path

from django.conf import settings

_PAGE = re.compile(r"(?<![\w/.:-])\w[\w./-]*\.md\b")
_OPERATEURS = {"MTN": "MTN Mobile Money", "AIRTEL": "Airtel Money", "MOOV": "Moov Money"}


def test_every_page_that_code_cites_is_in_the_repository() -> None:
    racine = Path(settings.BASE_DIR)
    code = (
        "*.py",
        "*.sql",
        "*.js",
        "*.css",
        "*.html",
        "*.toml",
        "*.ini",
        "*.conf",
        "*.service",
        "Makefile",
        "Caddyfile",
        ".env.example",
    )
    fichiers = subprocess.check_output(["git", "ls-files", "--", *code], cwd=racine, text=True).split()
    citations = [
        (fichier, page)
        for fichier in fichiers
        for page in _PAGE.findall((racine / fichier).read_text(encoding="utf-8"))
    ]

    assert len(citations) > 40
    assert [(fichier, page) for fichier, page in citations if not (racine / page).is_file()] == []


def test_an_operator_is_named_in_its_folder_in_choices_and_where_settings_name_its_class() -> None:
    """Nothing above the interface knows an operator: it reads the choice, or asks settings."""
    racine = Path(settings.BASE_DIR)
    fichiers = subprocess.check_output(
        ["git", "ls-files", "--", "*.py", "*.js", "*.html", "*.sql"], cwd=racine, text=True
    )
    nomment = {
        (fichier, ligne.strip())
        for fichier in fichiers.split()
        if fichier.startswith(("apps/", "nsia_pass_api/", "templates/", "static/"))
        and not re.search(r"/(tests|migrations)/|_integration/|^nsia_pass_api/settings/operateurs.py$", fichier)
        for ligne in (racine / fichier).read_text(encoding="utf-8").splitlines()
        if re.search(r"\b(mtn|airtel|moov)_money\b", ligne)
    }
    choix = {f'{nom} = "{nom.lower()}_money", "{dit}"' for nom, dit in _OPERATEURS.items()}

    assert nomment == {
        (modele, ligne)
        for modele in ("apps/pass_clients/models.py", "apps/pass_payments/models/paiements.py")
        for ligne in choix
    }


def test_the_architecture_shows_the_apps_that_import_linter_holds() -> None:
    racine = Path(settings.BASE_DIR)
    contrats = tomllib.loads((racine / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (couches,) = [contrat["layers"] for contrat in contrats if contrat["type"] == "layers"]
    tenues = [app.strip() for couche in reversed(couches) for app in couche.split("|")]

    page = (racine / "docs/architecture.md").read_text(encoding="utf-8")
    montrees = re.findall(r"^\| `apps/(\w+)/` \|", page, re.MULTILINE)

    assert sorted(montrees) == sorted([*tenues, "simulateur"])
    assert sorted(app for app in settings.INSTALLED_APPS if app.startswith("apps.")) == [
        f"apps.{app}" for app in sorted(montrees)
    ]

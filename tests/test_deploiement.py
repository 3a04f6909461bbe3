"""The samples of docs/deployment/: started by their own lines, in production, and read by the programs that will read them."""

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connections
from pannes.atelier import Programme, Reponse, adresse, appeler, attendre, port_libre, repond

from apps.mtn_integration.metriques import mesures as mtn
from apps.pass_payments.metriques import mesures as paiements
from apps.socle.metriques import mesures as socle
from nsia_pass_api.settings.environment import BASE_DIR, noms_lus

ICI = BASE_DIR / "docs" / "deployment"
UNITES = sorted(chemin.name for chemin in ICI.glob("*.service"))
HOTE, JETON = "pass.exemple.cg", "jeton-de-metriques-de-plus-de-32-signes"
ENTETES = {"Host": HOTE, "X-Forwarded-Proto": "https"}


def unite(nom: str) -> dict[str, list[str]]:
    """The directives of a unit file, each with its values."""
    lues: dict[str, list[str]] = {}
    for ligne in (ICI / nom).read_text().splitlines():
        if re.match(r"[A-Za-z]+=", ligne):
            cle, _, valeur = ligne.partition("=")
            lues.setdefault(cle, []).append(valeur)
    return lues


def lignes_env(texte: str) -> dict[str, str]:
    return dict(ligne.split("=", 1) for ligne in texte.splitlines() if ligne and not ligne.startswith("#"))


def commande(nom: str, **remplace: str) -> list[str]:
    """ExecStart of a unit, with this checkout in the place of /opt/nsia-pass."""
    (ligne,) = unite(nom)["ExecStart"]
    mots = shlex.split(ligne.replace("/opt/nsia-pass/.venv/bin/python", sys.executable))
    return [remplace.get(mot, mot) for mot in mots]


@pytest.fixture(scope="module")
def environnement(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """env.production with its blanks filled in, on a copy of the test database."""
    modele = connections["default"]
    ou = modele.settings_dict
    nom = f"{ou['NAME']}_deploye"
    with django_db_blocker.unblock():
        modele.ensure_connection()
        connections.close_all()  # nobody may look at what is copied
        with modele._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{nom}" TEMPLATE "{ou["NAME"]}"')
    dossier = tmp_path_factory.mktemp("deploiement")
    reglages = lignes_env((ICI / "env.production").read_text())
    cles = {cle: secrets.token_urlsafe(64) for cle, valeur in reglages.items() if not valeur}
    url = adresse(nom=nom, hote=ou["HOST"], port=ou["PORT"], utilisateur=ou["USER"], mot_de_passe=ou["PASSWORD"])
    yield {
        **{cle: valeur for cle, valeur in os.environ.items() if cle not in noms_lus},
        **reglages,
        **cles,
        "METRIQUES_JETON": JETON,
        "METRIQUES_DOSSIER": str(dossier / "metriques"),
        "DATABASE_URL": url,
        "DATA_DIR": str(dossier),
        "SAUVEGARDES_DOSSIER": str(dossier / "sauvegardes"),
    }
    with django_db_blocker.unblock(), modele._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{nom}" WITH (FORCE)')


@contextmanager
def lance(commande: list[str], environnement: dict[str, str], journal: Path) -> Iterator[Programme]:
    programme = Programme(commande, environnement=environnement, journal=journal)
    try:
        yield programme
    finally:
        if programme.processus.poll() is None:
            programme.arreter()


def demander(port: int, chemin: str, **entetes: str) -> Reponse:
    return appeler(port, "GET", chemin, entetes={**ENTETES, **entetes})


@pytest.mark.django_db
def test_the_units_start_a_production_that_is_ready_and_counts_as_one(
    environnement: dict[str, str], tmp_path: Path
) -> None:
    port = port_libre()
    web = commande("nsia-web.service", **{"8000": str(port)})
    travaux = commande("nsia-travaux.service")
    with lance(web, environnement, tmp_path / "web.log") as serveur:
        attendre(lambda: repond(port, "/sante/"), f"le serveur web : {serveur.dit()}", delai=60)
        pas_pret = demander(port, "/sante/pret/")
        assert pas_pret.statut == 503
        assert "aucun travailleur ne suit les paiements" in pas_pret.texte
        with lance(travaux, environnement, tmp_path / "travaux.log") as travailleur:
            attendre(lambda: demander(port, "/sante/pret/").statut == 200, "le travailleur", delai=60)
            assert travailleur.arreter() == 0

        # Two workers, one answer: each request is counted whoever served it, and whoever tells.
        avant = compte(port)
        for _ in range(40):
            assert demander(port, "/sante/").statut == 200
        assert {compte(port) for _ in range(6)} == {avant + 40}
        # Without TLS everything but health and figures is sent to it; another name is not served.
        assert appeler(port, "GET", "/admin/", entetes={"Host": HOTE}).entetes["location"] == f"https://{HOTE}/admin/"
        assert demander(port, "/api/v1/produits/", Host="autre.exemple.cg").statut == 400


@pytest.mark.django_db
def test_the_unit_of_the_live_process_hears_and_ends_well(environnement: dict[str, str], tmp_path: Path) -> None:
    ici = {**environnement, "DIRECT_PORT": str(port_libre())}
    with lance(commande("nsia-direct.service"), ici, tmp_path / "direct.log") as direct:
        attendre(lambda: repond(int(ici["DIRECT_PORT"]), "/sante"), f"le direct : {direct.dit()}", delai=60)
        assert direct.arreter() == 0


def compte(port: int) -> int:
    page = demander(port, "/metriques/", Authorization=f"Bearer {JETON}").texte
    trouve = re.search(r'^nsia_requetes_total\{methode="GET",route="sante",statut="200"\} (\S+)$', page, re.MULTILINE)
    assert trouve is not None, page
    return int(float(trouve[1]))


def test_a_weak_production_is_refused_before_it_serves(environnement: dict[str, str]) -> None:
    (avant,) = unite("nsia-web.service")["ExecStartPre"]
    mots = shlex.split(avant.replace("/opt/nsia-pass/.venv/bin/python", sys.executable))
    faible = {**environnement, "CLE_COMPTEURS": environnement["SECRET_KEY"]}

    fini = subprocess.run(mots, cwd=BASE_DIR, env=faible, capture_output=True, text=True, check=False)

    assert fini.returncode == 1
    assert "(nsia.E001) SECRET_KEY" in fini.stderr or "(nsia.E001) CLE_COMPTEURS" in fini.stderr


def test_the_backup_unit_saves_and_proves(environnement: dict[str, str], tmp_path: Path) -> None:
    mots = commande("nsia-sauvegarde.service", **{"/var/backups/nsia": str(tmp_path)})

    fini = subprocess.run(mots, cwd=BASE_DIR, env=environnement, capture_output=True, text=True, check=False)

    assert fini.returncode == 0, fini.stderr
    assert "Lois vérifiées" in fini.stdout
    assert [chemin.suffix for chemin in sorted(tmp_path.glob("*nsia*"))] == [".dump", ".json"]


@pytest.mark.parametrize("nom", [nom for nom in UNITES if nom != "nsia-alerte@.service"])
def test_each_unit_is_shut_in(nom: str) -> None:
    lues = unite(nom)

    assert lues["User"] != ["root"]
    for directive in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID"):
        assert lues[directive] == ["yes"]
    assert lues["ProtectSystem"] == ["strict"]
    assert lues["CapabilityBoundingSet"] == [""]
    assert "Secret" not in (ICI / nom).read_text()


def test_systemd_understands_the_units() -> None:
    """Where systemd is installed; elsewhere their lines were still started, above."""
    if shutil.which("systemd-analyze") is None:
        return
    with tempfile.TemporaryDirectory() as dossier:
        for nom in [*UNITES, "nsia-sauvegarde.timer"]:
            texte = (ICI / nom).read_text().replace("/opt/nsia-pass/.venv/bin/python", sys.executable)
            Path(dossier, nom).write_text(texte.replace("/opt/nsia-pass", str(BASE_DIR)))
        dit = subprocess.run(
            ["systemd-analyze", "verify", *sorted(str(chemin) for chemin in Path(dossier).glob("nsia-[!a]*"))],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (dit.returncode, [ligne for ligne in dit.stderr.splitlines() if "nsia" in ligne]) == (0, [])


def test_the_sample_environment_names_only_settings_that_exist() -> None:
    assert set(lignes_env((ICI / "env.production").read_text())) <= noms_lus


@pytest.mark.django_db
def test_the_alerts_watch_figures_that_exist() -> None:
    regles: dict[str, Any] = yaml.safe_load((ICI / "nsia-alertes.yml").read_text())
    servies = {mesure.nom for source in (socle, paiements, mtn) for mesure in source()}
    servies |= {
        "nsia_requetes_total",
        "nsia_requetes_secondes_bucket",
        "nsia_base_repond",
        "nsia_borne_silence_secondes",
    }

    (groupe,) = regles["groups"]
    surveillees = {nom for regle in groupe["rules"] for nom in re.findall(r"nsia_\w+", regle["expr"])}

    assert surveillees <= servies | {"nsia_operateur_sans_reponse"}
    assert len({regle["alert"] for regle in groupe["rules"]}) == len(groupe["rules"])
    guide = (BASE_DIR / "docs/deployment.md").read_text()
    assert [regle["alert"] for regle in groupe["rules"] if f"`{regle['alert']}`" not in guide] == []

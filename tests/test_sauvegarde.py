"""Backups: taken while money comes in, restored exactly; damaged, foreign, half-made or dangerous ones refused."""

import contextlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import psutil
import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from pannes.atelier import adresse, attendre, orm_sur

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments.models import EvenementPaiement, PaiementPass
from apps.pass_payments.services.guichet import encaisser_au_guichet
from nsia_pass_api import lois
from nsia_pass_api.management.commands.sauvegarder import duree
from nsia_pass_api.sauvegarde import programmes, restauration
from nsia_pass_api.sauvegarde.cibles import Cible, Serveur
from nsia_pass_api.sauvegarde.ecriture import oublier, sauvegarder
from nsia_pass_api.sauvegarde.errors import (
    RestaurationImpossible,
    RestaurationInexacte,
    SauvegardeImpossible,
    SauvegardeRefusee,
)
from nsia_pass_api.sauvegarde.manifeste import Manifeste
from nsia_pass_api.sauvegarde.programmes import Programmes
from nsia_pass_api.settings.environment import BASE_DIR

QUAND = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NOM = "20261125T040000Z"


@contextmanager
def sans_progression(libelle: str, *, total: int | None) -> Iterator[Callable[[int], object]]:
    yield lambda nombre: None


@pytest.fixture(scope="module")
def url(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A copy of the test database with a portfolio, for tests that commit; it goes with all that was restored beside it."""
    modele = connections["default"]
    nom = f"{modele.settings_dict['NAME']}_sauve"
    with django_db_blocker.unblock():
        modele.ensure_connection()
        ou = modele.settings_dict
        url = adresse(nom=nom, hote=ou["HOST"], port=ou["PORT"], utilisateur=ou["USER"], mot_de_passe=ou["PASSWORD"])
        connections.close_all()  # nobody may look at what is copied
        effacer_bases(url, nom)
        with modele._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{nom}" TEMPLATE "{ou["NAME"]}"')
        with orm_sur(url):
            call_command("load_produits_pass", verbosity=0, stdout=StringIO())
            call_command("generer_portefeuille", 40, graine=20261125, stdout=StringIO(), stderr=StringIO())
            AgentFactory()
        yield url
        effacer_bases(url, nom)


def effacer_bases(url: str, debut: str) -> None:
    serveur = Serveur(Cible.de_url(url))
    for base in bases(serveur):
        if base.startswith(debut):
            serveur.effacer(base)


@pytest.fixture
def cible(url: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[Cible]:
    """The models of this thread are those of the copy."""
    with django_db_blocker.unblock(), orm_sur(url):
        yield Cible.des_reglages()


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    return tmp_path / "sauvegardes"


@pytest.fixture(scope="module")
def faite(
    url: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: pytest.FixtureRequest
) -> tuple[Path, Manifeste]:
    """One backup that the tests below copy and spoil."""
    with django_db_blocker.unblock(), orm_sur(url):
        return sauver(Cible.des_reglages(), tmp_path_factory.mktemp("faite"))


@pytest.fixture
def copie(faite: tuple[Path, Manifeste], tmp_path: Path) -> Path:
    archive, _ = faite
    for fichier in (archive, archive.with_suffix(".json")):
        shutil.copy(fichier, tmp_path)
    return tmp_path / archive.name


def sauver(cible: Cible, dossier: Path, quand: datetime = QUAND) -> tuple[Path, Manifeste]:
    return sauvegarder(cible=cible, dossier=dossier, quand=quand, progression=sans_progression)


def rendre(archive: Path, cible: Cible, **options: Any) -> restauration.Bilan:
    choix = {"remplacer": False, "droits": True, "quand": datetime.now(UTC), **options}
    return restauration.restaurer(archive=archive, cible=cible, progression=sans_progression, **choix)


def prouver(archive: Path, serveur: Cible) -> restauration.Bilan:
    return restauration.verifier(
        archive=archive, serveur=serveur, droits=True, progression=sans_progression, quand=datetime.now(UTC)
    )


def bases(serveur: Serveur) -> set[str]:
    with serveur.entretien.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("SELECT datname FROM pg_database")
        return {nom for (nom,) in curseur.fetchall()}


def restaurations(serveur: Serveur) -> set[str]:
    """Databases that a proof of this worker's has left."""
    return {base for base in bases(serveur) if base.startswith(f"{connection.settings_dict['NAME']}_restauration_")}


def commande(nom: str, *arguments: str) -> str:
    sortie = StringIO()
    call_command(nom, *arguments, stdout=sortie, stderr=StringIO(), no_color=True)
    return sortie.getvalue()


def refus(erreur: type[Exception], appel: Callable[[], object]) -> str:
    with pytest.raises(erreur) as leve:
        appel()
    return str(leve.value)


def changer(archive: Path, depart: dict[str, Any] | None = None, **valeurs: Any) -> None:
    chemin = archive.with_suffix(".json")
    chemin.write_text(json.dumps({**(depart or json.loads(chemin.read_text())), **valeurs}))


# Under load


class Caisse(threading.Thread):
    """An agency where money never stops coming in; `encaisse` counts the payments that were committed."""

    def __init__(self, url: str, graine: int) -> None:
        super().__init__()
        self.url, self.hasard, self.encaisse, self.ferme = url, Random(graine), 0, threading.Event()

    def run(self) -> None:
        with orm_sur(self.url):
            agent = Agent.objects.earliest("pk")
            # Savings take any sum below the desk's ceiling of a day; small ones do not come near it.
            epargnes = SouscriptionPass.objects.filter(
                statut="activee", police__isnull=False, produit__categorie="epargne"
            )
            souscriptions = list(epargnes.order_by("pk"))
            while not self.ferme.is_set():
                encaisser_au_guichet(
                    souscription=self.hasard.choice(souscriptions),
                    montant=self.hasard.randint(1, 50),
                    operateur="especes",
                    agent=agent,
                )
                self.encaisse += 1


@contextmanager
def caisses(url: str) -> Iterator[Callable[[], int]]:
    """Four agencies at work; gives how many payments they have committed."""
    ouvertes = [Caisse(url, graine) for graine in range(4)]
    for caisse in ouvertes:
        caisse.start()
    try:
        yield lambda: sum(caisse.encaisse for caisse in ouvertes)
    finally:
        for caisse in ouvertes:
            caisse.ferme.set()
        for caisse in ouvertes:
            caisse.join()


@contextmanager
def table_tenue(url: str) -> Iterator[Callable[[], bool]]:
    """A table that nobody uses is locked, so that pg_dump waits; gives whether it does."""
    cible = Cible.de_url(url)
    with cible.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")

        def attend() -> bool:
            curseur.execute("SELECT count(*) FROM pg_locks WHERE relation = 'django_session'::regclass AND NOT granted")
            return bool(curseur.fetchone()[0])

        yield attend


def test_a_backup_under_load_is_exactly_one_moment_and_holds_the_laws(cible: Cible, url: str, dossier: Path) -> None:
    avant = PaiementPass.objects.filter(statut="succes").count()
    resultat: list[tuple[Path, Manifeste]] = []
    with caisses(url) as encaisse:
        attendre(lambda: encaisse() >= 20, "vingt encaissements avant la sauvegarde")
        with table_tenue(url) as attend:
            fil = threading.Thread(target=lambda: resultat.append(sauver(cible, dossier)))
            fil.start()
            attendre(attend, "pg_dump, qui a l'instantané et attend la table")
            vus = encaisse()
            attendre(lambda: encaisse() >= vus + 20, "vingt encaissements pendant la sauvegarde")
        fil.join()
        apres = encaisse()
    archive, manifeste = resultat[0]
    succes = manifeste.chiffres["paiements succes"]

    assert avant + 20 <= succes["nombre"] <= avant + vus + 4
    assert succes["nombre"] + 20 <= PaiementPass.objects.filter(statut="succes").count() == avant + encaisse()
    assert apres >= vus + 20
    bilan = prouver(archive, cible)
    assert bilan.lois == list(lois.lois())
    assert bilan.manifeste == manifeste

    ailleurs = cible.autre(f"{cible.base}_charge")
    rendre(archive, ailleurs)
    with ailleurs.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("SELECT count(*), sum(montant) FROM paiements_pass WHERE statut = 'succes'")
        assert curseur.fetchone() == (succes["nombre"], succes["montant"])
        curseur.execute(
            "SELECT count(*) FROM paiements_pass WHERE operateur = 'especes' AND numero_recu IS NULL"
            " AND numero_transaction IN (SELECT numero_transaction FROM paiements_pass ORDER BY id DESC LIMIT 10)"
        )
        assert curseur.fetchone() == (0,)


# The files


def test_the_files_are_private_named_and_complete(cible: Cible, dossier: Path) -> None:
    archive, manifeste = sauver(cible, dossier)

    assert archive == dossier / f"{cible.base}-{NOM}.dump"
    assert sorted(chemin.name for chemin in dossier.iterdir()) == [
        ".verrou",
        f"{cible.base}-{NOM}.dump",
        f"{cible.base}-{NOM}.json",
    ]
    assert stat.S_IMODE(dossier.stat().st_mode) == 0o700
    for chemin in (archive, archive.with_suffix(".json")):
        assert stat.S_IMODE(chemin.stat().st_mode) == 0o600
    assert manifeste == Manifeste.lire(archive)
    assert manifeste.octets == archive.stat().st_size
    assert manifeste.le == QUAND
    assert manifeste.tables["public.paiements_pass"] == PaiementPass.objects.count()
    assert manifeste.tables["public.evenements_paiement"] == EvenementPaiement.objects.count()
    assert re.fullmatch(r"1\.0\.0\+[0-9a-f]{12}", manifeste.code)
    assert "pass_payments.0001_initial" in manifeste.migrations


def test_the_password_is_on_no_command_line(cible: Cible, dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lancees: list[list[str]] = []
    vraie = programmes.lance
    monkeypatch.setattr(programmes, "lance", lambda commande, **o: lancees.append(commande) or vraie(commande, **o))

    archive, manifeste = sauver(cible, dossier)
    prouver(archive, cible)

    assert [Path(une[0]).name for une in lancees] == ["pg_dump", "psql", "pg_restore"]
    assert cible.mot_de_passe
    assert cible.mot_de_passe not in " ".join(mot for une in lancees for mot in une)
    assert cible.mot_de_passe not in archive.with_suffix(".json").read_text()
    assert manifeste.base == cible.base


def test_old_backups_go_but_never_the_last(cible: Cible, dossier: Path, faite: tuple[Path, Manifeste]) -> None:
    archive, _ = faite
    dossier.mkdir()
    for jours in (0, 13, 15, 40):
        quand = QUAND - timedelta(days=jours)
        nom = dossier / f"{cible.base}-{jours}.dump"
        shutil.copy(archive, nom)
        shutil.copy(archive.with_suffix(".json"), nom.with_suffix(".json"))
        changer(nom, prise_le=quand.isoformat())
    (dossier / f"{cible.base}-abime.json").write_text("{")
    shutil.copy(dossier / f"{cible.base}-40.json", dossier / f"{cible.base}-seul.json")
    autre = dossier / f"{cible.base}-autre.json"
    shutil.copy(dossier / f"{cible.base}-40.json", autre)
    changer(autre.with_suffix(".dump"), base="autre")

    def garder(**duree: int) -> list[str]:
        partis = oublier(dossier=dossier, base=cible.base, garder=timedelta(**duree), quand=QUAND)
        return [chemin.name.removeprefix(f"{cible.base}-") for chemin in partis]

    assert garder(days=14) == ["40.dump", "15.dump"]
    assert garder(days=14) == []
    assert garder(days=0) == ["13.dump"]
    assert sorted(chemin.name.removeprefix(f"{cible.base}-") for chemin in dossier.iterdir()) == [
        *("0.dump", "0.json", "abime.json", "autre.json", "seul.json"),
    ]


@pytest.mark.parametrize(
    ("texte", "jours"), [("14j", 14), ("8s", 56), ("3", 3), ("1 jour", 1), ("2 semaines", 14), (" 5 JOURS ", 5)]
)
def test_how_long_to_keep(texte: str, jours: int) -> None:
    assert duree(texte) == timedelta(days=jours)


@pytest.mark.parametrize("texte", ["", "0j", "14m", "j", "-3j", "99999j"])
def test_how_long_to_keep_is_understood_or_refused(texte: str) -> None:
    assert "n'est pas une durée : écrivez 14j (jours) ou 8s (semaines)." in refus(Exception, lambda: duree(texte))


# Failures leave nothing


def restes(dossier: Path) -> list[str]:
    return sorted(chemin.name for chemin in dossier.iterdir() if chemin.name != ".verrou")


def test_a_failing_program_leaves_nothing(
    cible: Cible, dossier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faux = tmp_path / "pg_dump"
    faux.write_text("#!/bin/sh\necho moitie\necho 'pg_dump: error: could not read block 7' >&2\nexit 1\n")
    faux.chmod(0o755)
    monkeypatch.setattr(Programmes, "chemin", lambda self, nom: str(faux))

    dit = refus(SauvegardeImpossible, lambda: sauver(cible, dossier))

    assert dit == "pg_dump a échoué : pg_dump: error: could not read block 7"
    assert restes(dossier) == []


def test_what_goes_wrong_at_the_last_step_leaves_nothing(
    cible: Cible, dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plein(self: Manifeste, chemin: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Manifeste, "ecrire", plein)

    dit = refus(SauvegardeImpossible, lambda: sauver(cible, dossier))

    assert dit == (
        f"{dossier} : No space left on device. Libérez de la place ou choisissez un autre dossier, puis recommencez."
    )
    assert restes(dossier) == []


def test_a_folder_that_cannot_be_written_is_said(cible: Cible, tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()

    assert refus(SauvegardeImpossible, lambda: sauver(cible, tmp_path / "fichier")) == (
        f"{tmp_path / 'fichier'} ne peut recevoir de sauvegarde : File exists. Choisissez un autre dossier."
    )


def test_one_at_a_time_and_never_over_another(cible: Cible, dossier: Path) -> None:
    dossier.mkdir()
    ailleurs = (
        "import fasteners, sys; tenu = fasteners.InterProcessLock(sys.argv[1]); tenu.acquire();"
        "print('tenu', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", ailleurs, str(dossier / ".verrou")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as autre:
        assert autre.stdout is not None
        assert autre.stdout.readline() == b"tenu\n"
        erreurs = [refus(SauvegardeImpossible, lambda: sauver(cible, dossier))]
        autre.kill()
    sauver(cible, dossier)
    erreurs.append(refus(SauvegardeImpossible, lambda: sauver(cible, dossier)))

    assert erreurs == [
        f"Une autre sauvegarde s'écrit dans {dossier}. Attendez qu'elle finisse.",
        f"{dossier / cible.base}-{NOM}.dump existe déjà. Attendez une seconde, puis recommencez.",
    ]
    assert restes(dossier) == [f"{cible.base}-{NOM}.dump", f"{cible.base}-{NOM}.json"]


@contextmanager
def processus(url: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    lance = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield lance
    finally:
        lance.kill()
        lance.communicate(timeout=30)


def test_interrupted_or_killed_it_leaves_no_half_file_and_no_process(cible: Cible, url: str, dossier: Path) -> None:
    for numero, code in ((signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        with table_tenue(url) as attend, processus(url, "sauvegarder", str(dossier)) as lance:
            attendre(attend, "pg_dump, qui attend la table")
            enfants = psutil.Process(lance.pid).children(recursive=True)
            assert [enfant.name() for enfant in enfants] == ["pg_dump"]
            lance.send_signal(numero)
            dit, _ = lance.communicate(timeout=30)
            assert lance.returncode == code
            attendre(lambda: not any(enfant.is_running() for enfant in enfants), "la fin de pg_dump")  # noqa: B023
        if numero == signal.SIGTERM:
            assert "Interrompu : cette sauvegarde n'a rien laissé. Relancez la même commande." in dit
            assert restes(dossier) == []
    # kill -9 cannot be heard: a draft remains, under a name that nobody takes for a backup, until the next one.
    assert [nom.endswith(".brouillon") for nom in restes(dossier)] == [True]
    sauver(cible, dossier)
    assert restes(dossier) == [f"{cible.base}-{NOM}.dump", f"{cible.base}-{NOM}.json"]


# Refused


def test_a_damaged_archive_is_refused(copie: Path, cible: Cible) -> None:
    octets = bytearray(copie.read_bytes())
    octets[len(octets) // 2] ^= 1
    copie.write_bytes(octets)
    assert "est abîmé : ce n'est plus le fichier que son manifeste décrit" in refus(
        SauvegardeRefusee, lambda: prouver(copie, cible)
    )
    copie.write_bytes(octets[:-1])
    assert f"({len(octets) - 1} octets au lieu de {len(octets)}" in refus(
        SauvegardeRefusee, lambda: prouver(copie, cible)
    )
    copie.unlink()
    assert "ne se lit pas : No such file or directory." in refus(SauvegardeRefusee, lambda: prouver(copie, cible))


@pytest.mark.parametrize(
    "valeurs",
    [
        {"sha256": "court"},
        {"octets": "1"},
        {"tables": {"a": True}},
        {"prise_le": "2026-11-25"},
        {"inconnu": 1},
        {"base": 1},
    ],
)
def test_a_damaged_manifest_is_refused(copie: Path, cible: Cible, valeurs: dict[str, Any]) -> None:
    changer(copie, **valeurs)

    assert "n'est pas le manifeste d'une sauvegarde, ou il est abîmé." in refus(
        SauvegardeRefusee, lambda: prouver(copie, cible)
    )


def test_a_missing_or_cut_manifest_is_refused(copie: Path, cible: Cible) -> None:
    chemin = copie.with_suffix(".json")
    chemin.write_text(chemin.read_text()[:-30])
    assert "abîmé" in refus(SauvegardeRefusee, lambda: prouver(copie, cible))
    chemin.unlink()
    assert "Une sauvegarde est faite de deux fichiers : .dump et .json ; copiez les deux." in refus(
        SauvegardeRefusee, lambda: prouver(copie, cible)
    )


def test_another_version_is_refused(copie: Path, cible: Cible) -> None:
    depart = json.loads(copie.with_suffix(".json").read_text())
    changer(copie, format=2)
    assert "est au format 2, ce programme lit le format 1." in refus(SauvegardeRefusee, lambda: prouver(copie, cible))

    changer(copie, {**depart, "serveur": 990_000})
    assert "Cette sauvegarde vient de PostgreSQL 99, ce serveur est en " in refus(
        SauvegardeRefusee, lambda: prouver(copie, cible)
    )
    changer(copie, {**depart, "migrations": [*depart["migrations"], "claims.0001_initial"], "code": "2.0.0"})
    assert refus(SauvegardeRefusee, lambda: prouver(copie, cible)) == (
        "Cette sauvegarde vient d'une version plus récente du programme (2.0.0) : claims.0001_initial. "
        "Installez cette version, puis restaurez."
    )
    changer(copie, {**depart, "programme": "99.1"})
    assert "La restauration demande les programmes de PostgreSQL 99 ou plus récents" in refus(
        SauvegardeImpossible, lambda: prouver(copie, cible)
    )
    assert restaurations(Serveur(cible)) == set()


def test_an_older_backup_waits_for_its_migrations(copie: Path, cible: Cible) -> None:
    depart = json.loads(copie.with_suffix(".json").read_text())["migrations"]
    changer(copie, migrations=depart[:-1])

    bilan = prouver(copie, cible)

    assert (bilan.a_migrer, bilan.lois) == (depart[-1:], [])
    assert "Attention : 1 migration(s) de ce programme manquent à cette sauvegarde" in commande(
        "verifier_sauvegarde", str(copie)
    )


def test_what_is_not_what_was_saved_is_refused(copie: Path, cible: Cible) -> None:
    depart = json.loads(copie.with_suffix(".json").read_text())
    tables, chiffres = dict(depart["tables"]), dict(depart["chiffres"])
    tables["public.agents"] += 1
    tables["public.volee"] = 3
    net = chiffres["paiements succes"]["net"]
    chiffres["paiements succes"] = {**chiffres["paiements succes"], "net": net - 1}
    changer(copie, tables=tables, chiffres=chiffres)

    dit = refus(RestaurationInexacte, lambda: prouver(copie, cible))

    assert f"public.agents : {tables['public.agents'] - 1} lignes au lieu de {tables['public.agents']}" in dit
    assert "public.volee : 0 lignes au lieu de 3" in dit
    assert f"'net': {net}}} au lieu de " in dit
    assert restaurations(Serveur(cible)) == set()


def test_a_broken_law_is_a_reason_to_refuse(copie: Path, cible: Cible, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        restauration, "violations", lambda curseur: {"une loi": [], "autre loi": [f"faute {n}" for n in range(12)]}
    )

    dit = refus(RestaurationInexacte, lambda: prouver(copie, cible))

    assert dit.startswith("Ce qui a été restauré n'est pas juste : autre loi : faute 0 ; ")
    assert dit.endswith("faute 9 (et 2 autres)")


def test_a_sequence_behind_its_rows_is_seen(cible: Cible) -> None:
    with cible.ouverte() as connexion, connexion.cursor() as curseur:
        assert restauration.sequences_en_retard(curseur) == []
        curseur.execute("SELECT max(id) FROM paiements_pass")
        (dernier,) = curseur.fetchone()
        curseur.execute(
            "SELECT pg_get_serial_sequence('paiements_pass', 'id'), setval(pg_get_serial_sequence('paiements_pass', 'id'), 5)"
        )
        connexion.rollback()
        curseur.execute("SELECT setval(pg_get_serial_sequence('paiements_pass', 'id'), 5)")
        dits = restauration.sequences_en_retard(curseur)
        curseur.execute("SELECT setval(pg_get_serial_sequence('paiements_pass', 'id'), %s)", [dernier])
    assert dits == [f"paiements_pass_id_seq : prochain numéro 6, déjà pris jusqu'à {dernier}"]


def test_a_dump_that_ends_early_is_not_committed(
    copie: Path, cible: Cible, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vrai = Programmes.chemin
    faux = tmp_path / "pg_restore"
    faux.write_text(
        "#!/bin/sh\necho 'CREATE TABLE moitie ();'\necho 'pg_restore: error: unexpected end of file' >&2\nexit 1\n"
    )
    faux.chmod(0o755)
    monkeypatch.setattr(Programmes, "chemin", lambda self, nom: str(faux) if nom == "pg_restore" else vrai(self, nom))

    assert refus(RestaurationImpossible, lambda: prouver(copie, cible)) == (
        "PostgreSQL a refusé la sauvegarde : pg_restore: error: unexpected end of file."
    )


def test_a_server_that_refuses_a_statement_ends_it(
    copie: Path, cible: Cible, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vrai = Programmes.chemin
    faux = tmp_path / "pg_restore"
    faux.write_text("#!/bin/sh\necho 'GRANT SELECT ON pg_class TO personne_ici;'\nyes '-- encore' | head -c 9000000\n")
    faux.chmod(0o755)
    monkeypatch.setattr(Programmes, "chemin", lambda self, nom: str(faux) if nom == "pg_restore" else vrai(self, nom))

    dit = refus(RestaurationImpossible, lambda: prouver(copie, cible))

    assert 'role "personne_ici" does not exist' in dit
    assert dit.endswith("Créez d'abord ce rôle, ou restaurez sans ses droits : --sans-droits.")


# The swap


@pytest.fixture
def but(cible: Cible) -> Iterator[Cible]:
    yield cible.autre(f"{cible.base}_but")
    effacer_bases(adresse_de(cible), f"{cible.base}_but")


def compter_paiements(cible: Cible) -> int:
    with cible.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("SELECT count(*) FROM paiements_pass")
        return int(curseur.fetchone()[0])


def repondre(monkeypatch: pytest.MonkeyPatch, reponse: str | None) -> list[str]:
    questions: list[str] = []

    def demander(question: str) -> str:
        questions.append(question)
        if reponse is None:
            raise EOFError
        return reponse

    monkeypatch.setattr("builtins.input", demander)
    return questions


def adresse_de(cible: Cible) -> str:
    return adresse(
        nom=cible.base,
        hote=cible.acces["host"],
        port=cible.acces["port"],
        utilisateur=cible.acces["user"],
        mot_de_passe=cible.mot_de_passe,
    )


def test_an_absent_or_empty_database_is_filled(
    faite: tuple[Path, Manifeste], but: Cible, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, manifeste = faite
    base = ("--base", adresse_de(but))
    questions = repondre(monkeypatch, None)
    assert refus(CommandError, lambda: commande("restaurer", str(archive), *base)) == "Rien n'a été fait."
    assert questions == [f"Restaurer dans {but.lieu} ? (oui/non) "]

    repondre(monkeypatch, "Oui ")
    dit = commande("restaurer", str(archive), *base)

    assert dit.startswith(f"Restaurée : {but.lieu}.\nSauvegarde de {manifeste.base}, prise le 25/11/2026 à 05:00.\n")
    assert re.search(rf"Lois vérifiées +{len(lois.lois())}\n", dit)
    assert "gardée" not in dit
    assert compter_paiements(but) == manifeste.tables["public.paiements_pass"]

    serveur = Serveur(but)
    serveur.effacer(but.base)
    serveur.creer(but.base, comme=but.base)
    commande("restaurer", str(archive), *base, "--oui")
    assert compter_paiements(but) == manifeste.tables["public.paiements_pass"]
    assert {nom for nom in bases(serveur) if nom.startswith(but.base)} == {but.base}


def test_a_used_database_is_replaced_only_by_its_name_and_kept_aside(
    faite: tuple[Path, Manifeste], but: Cible, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, manifeste = faite
    serveur = Serveur(but)
    serveur.creer(but.base, comme=manifeste.base)
    with but.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("CREATE TABLE avant (n int)")
        connexion.commit()
    base = ("--base", adresse_de(but))

    assert refus(CommandError, lambda: commande("restaurer", str(archive), *base, "--oui")) == (
        f"La base {but.lieu} n'est pas vide : rien n'a été fait. Pour la remplacer : --remplacer."
    )
    questions = repondre(monkeypatch, "oui")
    assert refus(CommandError, lambda: commande("restaurer", str(archive), *base, "--oui", "--remplacer")) == (
        "Ce n'est pas son nom : rien n'a été fait."
    )
    assert questions == [f"La base {but.lieu} n'est pas vide. Écrivez son nom pour la remplacer : "]

    repondre(monkeypatch, but.base)
    with but.ouverte() as oubliee:  # somebody is still connected
        dit = commande("restaurer", str(archive), *base, "--remplacer")
        with pytest.raises(psycopg2.OperationalError), oubliee.cursor() as curseur:
            curseur.execute("SELECT 1")

    ancienne = re.search(r"gardée sous le nom (\S+)\. Quand", dit)
    assert ancienne is not None
    assert ancienne[1].startswith(f"{but.base}_avant_")
    assert compter_paiements(but) == manifeste.tables["public.paiements_pass"]
    with but.autre(ancienne[1]).ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("SELECT count(*) FROM avant")


def test_a_swap_that_fails_leaves_the_database_as_before(
    faite: tuple[Path, Manifeste], but: Cible, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _ = faite
    serveur = Serveur(but)
    serveur.creer(but.base, comme=but.base)
    with but.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("CREATE TABLE avant (n int)")
        connexion.commit()
    vrai = Serveur.renommer
    for essais in (0, 1):
        faits: list[str] = []

        def renommer(self: Serveur, base: str, nom: str, faits: list[str] = faits, essais: int = essais) -> None:
            faits.append(base)
            if len(faits) == essais + 1:
                raise RestaurationImpossible("PostgreSQL refuse : coupé.")
            vrai(self, base, nom)

        monkeypatch.setattr(Serveur, "renommer", renommer)
        assert (
            refus(RestaurationImpossible, lambda: rendre(archive, but, remplacer=True)) == "PostgreSQL refuse : coupé."
        )
        with but.ouverte() as connexion, connexion.cursor() as curseur:
            curseur.execute("SELECT count(*) FROM avant")
        assert {nom for nom in bases(serveur) if nom.startswith(but.base)} == {but.base}
    assert restaurations(serveur) == set()


def test_who_may_not_create_a_database_is_told_what_is_needed(
    faite: tuple[Path, Manifeste], cible: Cible, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Serveur, "_langue", lambda self, base: psycopg2.sql.SQL(" TABLESPACE inconnu"), raising=True)
    assert refus(RestaurationImpossible, lambda: prouver(faite[0], cible)) == (
        'PostgreSQL refuse : tablespace "inconnu" does not exist.'
    )
    monkeypatch.undo()
    with contextlib.ExitStack() as pile:
        with cible.ouverte() as connexion, connexion.cursor() as curseur:
            curseur.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if not curseur.fetchone()[0]:
                return  # only a superuser creates the role of this test
            curseur.execute("DROP ROLE IF EXISTS sans_creation")
            curseur.execute("CREATE ROLE sans_creation LOGIN PASSWORD 'secret'")
            connexion.commit()
        pile.callback(lambda: effacer_role(cible))
        pauvre = Cible.de_url(
            adresse_de(cible).replace(adresse_de(cible).split("@")[0], "postgresql://sans_creation:secret")
        )
        dit = refus(RestaurationImpossible, lambda: prouver(faite[0], pauvre))
    assert dit.startswith("sans_creation n'en a pas le droit : permission denied to create database. Il faut")


def effacer_role(cible: Cible) -> None:
    with cible.ouverte() as connexion, connexion.cursor() as curseur:
        curseur.execute("DROP ROLE sans_creation")
        connexion.commit()


def test_a_server_that_is_not_there_is_said(faite: tuple[Path, Manifeste]) -> None:
    dit = refus(
        CommandError,
        lambda: commande("verifier_sauvegarde", str(faite[0]), "--base", "postgresql://qui:quoi@127.0.0.1:1/nulle"),
    )

    assert dit == (
        "Base postgres sur 127.0.0.1:1 : aucun serveur n'écoute à cette adresse et sur ce port. "
        "Pour y remédier : démarrez PostgreSQL, ou corrigez l'hôte et le port dans DATABASE_URL."
    )


# The commands


def test_the_command_saves_verifies_and_forgets(cible: Cible, dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dit = commande("sauvegarder", str(dossier), "--verifier", "--garder", "14j")

    archive = next(dossier.glob("*.dump"))
    assert dit.startswith(f"Sauvegarde : {archive}\nOctets ")
    assert re.search(rf"Lois vérifiées +{len(lois.lois())}\nAnciennes effacées +0\nDurée ", dit)
    assert re.search(
        rf"Lois vérifiées +{len(lois.lois())}\n", commande("verifier_sauvegarde", str(archive), "--sans-droits")
    )
    assert restaurations(Serveur(cible)) == set()


# The programs


def test_the_oldest_programs_that_the_server_accepts_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for majeure in (16, 99):
        (tmp_path / str(majeure)).mkdir()
        for nom in programmes.NECESSAIRES:
            fichier = tmp_path / str(majeure) / nom
            fichier.write_text(f"#!/bin/sh\necho '{nom} (PostgreSQL) {majeure}.4 (Debian)'\n")
            fichier.chmod(0o755)
    casse = tmp_path / "casse"
    casse.mkdir()
    for nom in programmes.NECESSAIRES:
        (casse / nom).touch()
    monkeypatch.setenv("PATH", f"{tmp_path / '16'}:{tmp_path / '99'}:{casse}:/nulle/part")

    assert programmes.pour(16, quoi="La sauvegarde").version == "16.4"
    assert programmes.pour(99, quoi="La sauvegarde") == Programmes(99, "99.4", tmp_path / "99")
    assert "Installez-les (Debian : apt install postgresql-client-100)." in refus(
        SauvegardeImpossible, lambda: programmes.pour(100, quoi="La sauvegarde")
    )


@pytest.mark.parametrize(
    ("lignes", "dit"),
    [
        ([], "il n'a rien dit"),
        (["pg_dump: reading", "pg_dump: error: x", "pg_dump: detail: y"], "pg_dump: error: x / pg_dump: detail: y"),
        (["autre"], "autre"),
    ],
)
def test_what_a_program_said(lignes: list[str], dit: str) -> None:
    assert programmes.fautes(lignes) == dit


@pytest.mark.django_db
def test_the_suite_keeps_its_own_database() -> None:
    """Marked, so that pytest-django makes the database that is copied, also when this file runs alone."""
    assert connection.settings_dict["NAME"].startswith("test_")

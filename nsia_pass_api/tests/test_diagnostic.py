"""`diagnostic` on the machine of the suite, then on each defect that can be provoked."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import Error as CheckError
from django.core.checks import Warning as CheckWarning
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from pytest_django.fixtures import Settings

from nsia_pass_api import diagnostic, registre
from nsia_pass_api.diagnostic import Constat, Niveau
from nsia_pass_api.sauvegarde.manifeste import Manifeste
from nsia_pass_api.settings.environment import BASE_DIR

OK, ATTENTION, ERREUR = Niveau.OK, Niveau.ATTENTION, Niveau.ERREUR


def diagnose() -> tuple[int, list[str]]:
    out = StringIO()
    try:
        call_command("diagnostic", stdout=out, no_color=True)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.mark.django_db
def test_a_sound_machine_has_no_error() -> None:
    code, lines = diagnose()

    assert code == 0, lines
    assert lines[-1].startswith("0 erreur(s), ")
    subjects = [re.split(r"\s{2,}", line)[1] for line in lines[:-2]]
    assert subjects == [
        *("réglages", ".env", "dépendances", "pilote", "disque", "sauvegardes", "fichiers", "direct", "mobile money"),
        *("base", "version", "droits", "rôles", "extensions", "migrations", "gardes", "horloge", "fuseau", "service"),
    ]


@pytest.mark.django_db
def test_one_error_gives_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostic, "CLOCK_SECONDS_MAXIMUM", -1.0)

    code, lines = diagnose()

    assert code == 1
    assert "erreur     horloge       la base et cette machine diffèrent de 0 s. Synchronisez les deux par NTP." in lines
    assert lines[-1].startswith("1 erreur(s), ")


def test_what_is_expected_of_the_service_s_role_is_what_deployment_pins() -> None:
    roles = (BASE_DIR / "docs/deployment/roles.sql").read_text()
    pose = re.findall(r'^ALTER ROLE :"service" IN DATABASE :"base" SET (\w+) = \'(\w+)\';$', roles, re.MULTILINE)
    assert {f"{nom}={valeur}" for nom, valeur in pose} == diagnostic.EPINGLES


# The machine


def test_the_checks_of_django_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[CheckWarning | CheckError] = [CheckWarning("Un peu\n étrange.", id="essai.W1")]
    monkeypatch.setattr("django.core.checks.run_checks", lambda **options: messages)

    assert diagnostic.reglages() == Constat(ATTENTION, "réglages", "mode développement : essai.W1 Un peu étrange.")
    messages.append(CheckError("Cassé", id="essai.E1"))
    assert diagnostic.reglages() == Constat(
        ERREUR, "réglages", "mode développement : essai.W1 Un peu étrange ; essai.E1 Cassé."
    )


def test_the_last_backup_is_dated_and_missed_in_production(tmp_path: Path, settings: Settings) -> None:
    settings.SAUVEGARDES_DOSSIER = str(tmp_path)
    quand = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    rien = f"aucune dans {tmp_path}. Lancez : python manage.py sauvegarder --verifier."

    def dit() -> Constat:
        return diagnostic.sauvegardes(quand=quand)

    assert dit() == Constat(OK, "sauvegardes", rien)
    settings.PRODUCTION = True
    assert dit() == Constat(ATTENTION, "sauvegardes", rien)

    (tmp_path / "abimee.dump").touch()
    for nom, heures in (("une", 60), ("autre", 40)):
        (tmp_path / f"{nom}.dump").touch()
        manifeste = Manifeste(
            format=1,
            base="b",
            prise_le=(quand - timedelta(hours=heures)).isoformat(),
            archive=nom,
            octets=0,
            sha256="0" * 64,
            serveur=1,
            programme="18",
            code="",
            migrations=[],
            tables={},
            chiffres={},
        )
        manifeste.ecrire(tmp_path / f"{nom}.json")
    assert dit() == Constat(
        ATTENTION,
        "sauvegardes",
        f"2 dans {tmp_path}, la dernière il y a 40 h (autre.dump). Voyez pourquoi la minuterie ne passe plus.",
    )
    settings.PRODUCTION = False
    assert dit() == Constat(OK, "sauvegardes", f"2 dans {tmp_path}, la dernière il y a 40 h.")


def test_an_absent_worker_is_an_error_in_production_only(settings: Settings) -> None:
    settings.SANTE_CONTROLES = ["nsia_pass_api.tests.test_diagnostic.va_bien"]
    assert diagnostic.travailleur(connection) == Constat(OK, "service", "tout ce qu'il faut tourne.")

    settings.SANTE_CONTROLES = ["nsia_pass_api.tests.test_diagnostic.va_mal"]
    assert diagnostic.travailleur(connection) == Constat(ATTENTION, "service", "rien ne va.")
    settings.PRODUCTION = True
    assert diagnostic.travailleur(connection) == Constat(ERREUR, "service", "rien ne va.")


def va_bien() -> None:
    return None


def va_mal() -> str:
    return "rien ne va"


@pytest.mark.parametrize(
    ("content", "constat"),
    [
        ("# DEBUG=1\n\nNSIA_MODE=developpement\n", Constat(OK, ".env", "1 réglage(s) lu(s).")),
        (
            "PLAFOND_PRIME_MENSUEL=5000\nNSIA_MODE=developpement\n",
            Constat(
                ATTENTION,
                ".env",
                "noms inconnus, donc sans effet : PLAFOND_PRIME_MENSUEL. Corrigez-les ou retirez-les.",
            ),
        ),
        (
            'LOG_LEVEL = "INFO"\n',
            Constat(ATTENTION, ".env", "valeurs entre guillemets : LOG_LEVEL. Retirez les guillemets."),
        ),
    ],
)
def test_the_env_file_is_read_for_misspelt_and_quoted_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, constat: Constat
) -> None:
    monkeypatch.setattr(diagnostic, "ENV_FILE", tmp_path / ".env")
    assert diagnostic.fichier_env().niveau is OK

    (tmp_path / ".env").write_text(content)
    assert diagnostic.fichier_env() == constat


def test_other_versions_than_the_pinned_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostic, "BASE_DIR", tmp_path)
    (tmp_path / "requirements.txt").write_text("# rien\nDjango==1.0\nabsent-paquet==2\npytest==9.2.0\n")

    assert diagnostic.dependances() == Constat(
        ATTENTION,
        "dépendances",
        "Django, absent-paquet : version différente de requirements.txt. Relancez pip install -r requirements.txt.",
    )


def test_psycopg_3_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert diagnostic.pilote().niveau is OK
    (tmp_path / "psycopg").mkdir()
    (tmp_path / "psycopg" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    assert diagnostic.pilote() == Constat(
        ERREUR, "pilote", "psycopg 3 est installé et Django le préfère. Retirez-le : pip uninstall psycopg."
    )


def test_little_free_space_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert diagnostic.disque().niveau is OK
    monkeypatch.setattr(diagnostic, "FREE_BYTES_MINIMUM", 2**62)

    low = diagnostic.disque()

    assert low.niveau is ATTENTION
    assert re.fullmatch(r"\d+,\d Gio libres pour \S+\. Libérez de la place, ou déplacez DATA_DIR\.", low.texte)


def test_free_space_is_that_of_the_folder_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostic, "DATA_DIR", tmp_path / "pas" / "encore")

    assert diagnostic.disque().niveau is OK


def test_each_app_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    attendu = Constat(OK, "mobile money", "rien à signaler.")
    monkeypatch.setattr(diagnostic, "modules", {"diagnostic": [SimpleNamespace(examiner=lambda: attendu)]}.__getitem__)

    assert list(diagnostic.des_apps()) == [attendu]
    assert [module.__name__ for module in registre.modules("diagnostic")] == [
        "apps.socle.diagnostic",
        "apps.mtn_integration.diagnostic",
    ]


# Reaching the server


@contextmanager
def elsewhere(**changes: Any) -> Iterator[DatabaseWrapper]:
    """The suite's server, reached with these settings changed."""
    connection.ensure_connection()
    wrapper = DatabaseWrapper({**connection.settings_dict, **changes}, alias="ailleurs")
    yield wrapper
    wrapper.close()


def reach(**changes: Any) -> str:
    with elsewhere(**changes) as wrapper:
        constats = [constat for constat in diagnostic.examiner(wrapper) if constat.niveau is ERREUR]
    assert [constat.sujet for constat in constats] == ["base"]
    return constats[0].texte


@pytest.mark.django_db
def test_a_wrong_password_is_explained() -> None:
    assert reach(PASSWORD="faux") == (
        "utilisateur ou mot de passe refusé. Pour y remédier : corrigez-les dans DATABASE_URL "
        "(caractères spéciaux encodés : @ devient %40)."
    )


@pytest.mark.django_db
def test_an_unknown_database_is_explained() -> None:
    assert reach(NAME="base_absente") == (
        "cette base n'existe pas sur le serveur. Pour y remédier : "
        "créez-la (CREATE DATABASE … OWNER …) ou corrigez DATABASE_URL."
    )


@pytest.mark.django_db
def test_a_closed_port_is_explained() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as once_taken:
        port = once_taken.getsockname()[1]

    assert reach(HOST="127.0.0.1", PORT=str(port)) == (
        "aucun serveur n'écoute à cette adresse et sur ce port. Pour y remédier : "
        "démarrez PostgreSQL, ou corrigez l'hôte et le port dans DATABASE_URL."
    )


@pytest.mark.django_db
def test_an_unknown_host_is_explained() -> None:
    assert reach(HOST="nulle-part.invalid") == (
        "nom de serveur inconnu. Pour y remédier : corrigez l'hôte dans DATABASE_URL."
    )


@pytest.mark.django_db
def test_an_address_that_is_no_postgresql_is_reported() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        said = reach(HOST="127.0.0.1", PORT=str(deaf.getsockname()[1]), OPTIONS={"connect_timeout": 2})

    assert said == "le serveur ne répond pas. Pour y remédier : vérifiez l'adresse, le réseau et le pare-feu."


# On the server


@pytest.mark.parametrize(("version", "niveau"), [(13, ERREUR), (14, ERREUR), (15, OK), (18, OK)])
def test_old_servers_are_refused(version: int, niveau: Niveau) -> None:
    assert diagnostic.juger_version(version).niveau is niveau


@contextmanager
def without_rights() -> Iterator[None]:
    """The rest of the transaction is done by a user who may create nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("CREATE ROLE sans_droits")
            cursor.execute("GRANT USAGE ON SCHEMA public TO sans_droits")
            cursor.execute("SET LOCAL ROLE sans_droits")
        else:  # no ordinary user may create another, but the owner may give up her own rights
            cursor.execute("REVOKE CREATE ON SCHEMA public FROM pg_database_owner")
            cursor.execute(f"REVOKE CREATE ON DATABASE {connection.settings_dict['NAME']} FROM CURRENT_USER")
    yield


@pytest.mark.django_db
def test_missing_rights_come_with_the_grant() -> None:
    assert diagnostic.droits(connection).niveau is OK
    with without_rights():
        constat = diagnostic.droits(connection)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            user = cursor.fetchone()[0]

    assert constat == Constat(
        ERREUR,
        "droits",
        f"{user} ne peut rien créer dans le schéma public. Accordez : GRANT CREATE ON SCHEMA public TO {user}.",
    )


@pytest.mark.django_db
def test_a_role_that_only_serves_needs_no_right_to_create() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return  # only a superuser creates the role of this test
        cursor.execute("CREATE ROLE sert_seulement")
        cursor.execute("GRANT USAGE ON SCHEMA public TO sert_seulement")
        cursor.execute("GRANT SELECT ON django_migrations TO sert_seulement")
        cursor.execute("SET LOCAL ROLE sert_seulement")

    assert diagnostic.droits(connection) == Constat(OK, "droits", "sert_seulement sert sans pouvoir changer le schéma.")


@pytest.mark.django_db
def test_a_missing_right_on_the_database_comes_with_the_grant() -> None:
    with without_rights(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        user, database = cursor.fetchone()
        cursor.execute("RESET ROLE")
        grantee = user if user == "sans_droits" else "pg_database_owner"
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {grantee}")
        if user == "sans_droits":
            cursor.execute("SET LOCAL ROLE sans_droits")
        constat = diagnostic.droits(connection)

    assert constat == Constat(
        ATTENTION,
        "droits",
        f"{user} ne peut pas créer d'extension dans {database}. "
        f"Accordez : GRANT CREATE ON DATABASE {database} TO {user}.",
    )


@pytest.mark.django_db
def test_extensions_are_those_of_the_migrations() -> None:
    assert diagnostic.extensions(connection) == Constat(OK, "extensions", "btree_gist, pg_trgm, unaccent.")


@pytest.mark.django_db
def test_missing_extensions_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def needed(*names: str) -> Constat:
        monkeypatch.setattr(diagnostic, "extensions_des_migrations", lambda: list(names))
        return diagnostic.extensions(connection)

    assert needed("pg_trgm", "imaginaire") == Constat(
        ERREUR, "extensions", "imaginaire : absentes du serveur. Installez-y le paquet postgresql-contrib."
    )
    assert needed("pg_trgm", "hstore") == Constat(
        ATTENTION, "extensions", "hstore : pas encore créées. Lancez : python manage.py migrate."
    )
    with without_rights():
        assert needed("pg_trgm", "hstore") == Constat(
            ERREUR,
            "extensions",
            "hstore : droits insuffisants. Un administrateur doit lancer : CREATE EXTENSION hstore;",
        )


@pytest.mark.django_db
def test_pending_migrations_are_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    assert diagnostic.migrations(connection) == Constat(
        ERREUR, "migrations", "1 à appliquer. Lancez : python manage.py migrate."
    )


@pytest.mark.parametrize(("seconds", "niveau"), [(0.0, OK), (-2.0, OK), (2.1, ERREUR), (-3600.0, ERREUR)])
def test_clocks_two_seconds_apart_are_an_error(seconds: float, niveau: Niveau) -> None:
    assert diagnostic.juger_horloge(seconds).niveau is niveau


@pytest.mark.django_db
def test_another_time_zone_is_an_error() -> None:
    assert diagnostic.fuseau(connection).niveau is OK
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")

    assert diagnostic.fuseau(connection) == Constat(
        ERREUR,
        "fuseau",
        "la connexion est à l'heure de UTC, l'application de Africa/Brazzaville. "
        "Remettez TIME_ZONE dans settings/database.py.",
    )


@pytest.mark.django_db(transaction=True)
def test_a_check_that_fails_is_one_line_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def cassee(wrapper: DatabaseWrapper) -> Constat:
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT * FROM table_absente")
        raise AssertionError

    monkeypatch.setattr(diagnostic, "SUR_LA_BASE", (cassee, diagnostic.fuseau))

    *_, failed, last = diagnostic.examiner(connection)

    assert failed.niveau is ERREUR
    assert failed.texte.startswith('la vérification « cassee » a échoué : relation "table_absente" does not exist')
    assert last.niveau is OK

"""What all tests share."""

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as reglages
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from tests.modele import copier_le_modele, effacer
from tests.tirages import tirages

# Files that take longest, by what `--durations` says: with them first, no core waits for the last of them.
LONGS = (
    "tests/test_migrations.py",
    "tests/pannes/",
    "tests/test_droits.py",
    "tests/test_schemathesis.py",
    "tests/test_demo.py",
    "tests/test_sauvegarde.py",
    "apps/reprise/tests/test_import.py",
    "nsia_pass_api/tests/test_embedded_server.py",
    "tests/test_droits_api.py",
    "tests/test_filtres.py",
    "tests/test_mots.py",
    "tests/test_back_office.py",
    "apps/essais/tests/",
    "apps/pass_payments/tests/test_lois.py",
    "apps/pass_payments/tests/test_rapprochement.py",
    "apps/pass_payments/tests/test_documents.py",
    "apps/borne_auth/tests/test_connexion_agents.py",
    "apps/pass_payments/",
)


class _AvecProfil(MetaPathFinder, Loader):
    """Hypothesis takes its profile from the first test that imports it; the files that do not use it need not wait for it."""

    def find_spec(self, nom: str, chemin: Sequence[str] | None, cible: ModuleType | None = None) -> ModuleSpec | None:
        if nom != "hypothesis":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(nom)
        assert spec is not None
        assert spec.loader is not None
        self.vrai, spec.loader = spec.loader, self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self.vrai
        self.vrai.exec_module(module)
        # Timing is never a test: a loaded machine must not make a law fail.
        # Half of Hypothesis' own number of examples: each run of CI draws others.
        module.settings.register_profile("nsia-pass", deadline=None, max_examples=tirages(50))
        module.settings.load_profile("nsia-pass")


sys.meta_path.insert(0, _AvecProfil())


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests of processes wait most of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rang(item: pytest.Item) -> int:
        return next((rang for rang, debut in enumerate(LONGS) if item.nodeid.startswith(debut)), len(LONGS))

    items.sort(key=rang)


class _ParFichier(LoadScopeScheduling):
    """A process takes whole files, in their order: what the tests of a file share is made once."""

    def _split_scope(self, nodeid: str) -> str:
        fichier = nodeid.partition("::")[0]
        # They share one workshop, and wait for its processes.
        return "tests/pannes" if fichier.startswith("tests/pannes/") else fichier


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    config.option.loadscopereorder = False
    return _ParFichier(config, log)


@pytest.fixture(scope="session", autouse=True)
def _empreintes_rapides() -> Iterator[None]:
    """Hashing a password is slow on purpose, and tests of identity do it thousands of times."""
    rapide = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[rapide, *reglages.PASSWORD_HASHERS]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
) -> Iterator[None]:
    """In the place of pytest-django's, which migrates the database of each worker each time. `--reuse-db` keeps it."""
    connexion = connections[DEFAULT_DB_ALIAS]
    nom = connexion.creation._get_test_db_name()
    with django_db_blocker.unblock():
        copier_le_modele(connexion, nom=nom)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            effacer(connexion, nom=nom)


@pytest.fixture(scope="module")
def base_du_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of the module write is there for all of its tests, each of which undoes its own; undone after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="class")
def base_de_la_classe(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The same, for the tests of a class."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _rien_n_est_annonce() -> None:
    """A transaction that a test leaves open to undo it would be said, by the next test, to have begun as somebody's."""
    connections[DEFAULT_DB_ALIAS].__dict__.pop("_audit_annonce", None)


# What docs/deployment/roles.sql grants once connected. A server where we may create no role has it already: tests/run_on_pg15.
_DROITS = (Path(__file__).parent / "docs/deployment/roles.sql").read_text().partition('\\connect :"base"\n')[2]
ROLE_DE_SERVICE = "nsia_service_essai"


@pytest.fixture(scope="session")
def role_de_service(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The role that serves requests, with the rights of deployment and no more."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, current_user, current_database() FROM pg_roles WHERE rolname = current_user")
        superutilisateur, proprietaire, base = cursor.fetchone()
        if superutilisateur:
            # Roles are the server's: another process of the tests may make it at the same time.
            cursor.execute(
                f"DO $$ BEGIN CREATE ROLE {ROLE_DE_SERVICE}; "
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        cursor.execute(f'REVOKE ALL ON DATABASE "{base}" FROM PUBLIC')
        droits = _DROITS.replace(':"service"', ROLE_DE_SERVICE).replace(':"proprietaire"', proprietaire)
        if not superutilisateur:  # tests/run_on_pg15 has closed large objects
            droits = re.sub(r"^REVOKE EXECUTE ON FUNCTION pg_catalog.*$", "", droits, flags=re.MULTILINE)
        cursor.execute(droits)
    yield ROLE_DE_SERVICE
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE_DE_SERVICE}")


@pytest.fixture
def au_service(role_de_service: str, db: None) -> Callable[[], None]:
    """Once called, what the test does it does as the role that serves requests."""

    def passer() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role_de_service}")

    return passer


@pytest.fixture(params=["proprietaire", "service"])
def au_role(request: pytest.FixtureRequest, au_service: Callable[[], None]) -> Callable[[], None]:
    """The test runs twice: once called, the second time goes on as the role that serves requests."""
    return au_service if request.param == "service" else lambda: None

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connections

from .atelier import Atelier, adresse, orm_sur


@pytest.fixture(scope="session")
def url(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A copy of the test database for the processes of these tests: they commit, and nothing there is rolled back."""
    modele = connections["default"]
    nom = f"{modele.settings_dict['NAME']}_pannes"
    with django_db_blocker.unblock():
        modele.ensure_connection()
        connections.close_all()  # nobody may look at what is copied
        with modele._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{nom}" TEMPLATE "{modele.settings_dict["NAME"]}"')
        ou = modele.settings_dict
        yield adresse(nom=nom, hote=ou["HOST"], port=ou["PORT"], utilisateur=ou["USER"], mot_de_passe=ou["PASSWORD"])
        with modele._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{nom}" WITH (FORCE)')


@pytest.fixture(scope="session")
def session_atelier(
    url: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Atelier]:
    """One web server and one operator for all tests, each with clients of its own."""
    with django_db_blocker.unblock(), orm_sur(url):
        call_command("load_produits_pass", verbosity=0)
    atelier = Atelier(dossier=tmp_path_factory.mktemp("pannes"), url=url)
    atelier.preparer_les_travailleurs()
    yield atelier
    atelier.fermer()


@pytest.fixture
def atelier(session_atelier: Atelier, django_db_blocker: pytest.FixtureRequest) -> Iterator[Atelier]:
    """The shared workshop, without faults; the models are those of its database."""
    with django_db_blocker.unblock(), orm_sur(session_atelier.url):
        session_atelier.simulateur.defauts()
        yield session_atelier

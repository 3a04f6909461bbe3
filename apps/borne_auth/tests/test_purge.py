from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from apps.borne_auth import services
from apps.borne_auth.models import CompteurEssais, DemandeConfirmation, JetonRafraichissement, SessionBorne
from apps.borne_auth.tests.factories import DemandeFactory, SessionFactory

pytestmark = pytest.mark.django_db

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)


@pytest.fixture
def anciens_et_recents(db: None) -> None:
    for age in (timedelta(days=2, seconds=1), timedelta(days=2), timedelta(0)):
        CompteurEssais.objects.create(
            regle="borne", sujet=f"{age.total_seconds():064.0f}", fenetre=MIDI - age, essais=1
        )
    for age in (timedelta(days=91), timedelta(days=89), timedelta(days=1, minutes=31), timedelta(minutes=1)):
        session = SessionFactory(ouverte_le=MIDI - age)
        JetonRafraichissement.objects.create(session=session, expire_le=session.expire_le)
        DemandeFactory(session=session, expire_le=session.ouverte_le + timedelta(minutes=5))


def purger(**options: bool) -> list[list[str]]:
    sortie = StringIO()
    with time_machine.travel(MIDI, tick=False):
        call_command("purger_sessions", stdout=sortie, **options)
    return [ligne.split() for ligne in sortie.getvalue().splitlines()]


def restes() -> tuple[int, ...]:
    tables = (CompteurEssais, JetonRafraichissement, DemandeConfirmation, SessionBorne)
    return tuple(table._default_manager.count() for table in tables)


def test_what_no_law_needs_is_deleted_once(anciens_et_recents: None) -> None:
    assert purger()[:5] == [
        ["Effacés", ":"],
        ["Compteurs", "d'essais", "1"],
        ["Jetons", "de", "rafraîchissement", "3"],
        ["Demandes", "de", "confirmation", "3"],
        ["Sessions", "1"],
    ]
    assert restes() == (2, 1, 1, 3)
    purger()
    assert restes() == (2, 1, 1, 3)


def test_a_simulation_counts_and_deletes_nothing(anciens_et_recents: None) -> None:
    lignes = purger(simulation=True)

    assert [ligne[-1] for ligne in lignes[1:5]] == ["1", "3", "3", "1"]
    assert restes() == (3, 4, 4, 4)


def test_rows_go_in_batches(anciens_et_recents: None) -> None:
    assert list(services.supprimer(JetonRafraichissement.objects.all(), par_lot=3)) == [3, 1]
    assert list(services.supprimer(JetonRafraichissement.objects.all())) == []

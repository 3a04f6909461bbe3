"""Recurring jobs: at their moment in Brazzaville, by one worker, told when they fail."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError
from django.db import ProgrammingError

from apps.borne_auth.tests.races import en_parallele
from apps.socle.files import TACHES, Tache
from apps.socle.models import TachePlanifiee
from apps.socle.services import planification
from apps.socle.services.planification import executer_tache, inscrire_taches, prochaine, reserver_tache

BRAZZAVILLE = ZoneInfo("Africa/Brazzaville")
DIX_HEURES = datetime(2026, 11, 24, 10, 0, tzinfo=BRAZZAVILLE)


REELLES = tuple(TACHES.values())


@pytest.fixture(autouse=True)
def deux_taches(monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in list(TACHES):
        monkeypatch.delitem(TACHES, nom)
    for tache in (
        Tache("cycle", "Cycle", cron="0 2 * * *", commande=["cycle_de_vie", "--simulation"]),
        Tache("menage", "Ménage", cron="*/15 * * * *", commande=["purger_paiements"]),
    ):
        monkeypatch.setitem(TACHES, tache.nom, tache)


class TestProchaine:
    @pytest.mark.parametrize(
        ("cron", "apres", "attendu"),
        [
            ("0 2 * * *", "2026-11-24T10:00:00+01:00", "2026-11-25T02:00:00+01:00"),
            ("0 2 * * *", "2026-11-24T01:59:59+01:00", "2026-11-24T02:00:00+01:00"),
            ("0 2 * * *", "2026-11-24T02:00:00+01:00", "2026-11-25T02:00:00+01:00"),
            # Half past midnight in London is half past one in Brazzaville: still the same night.
            ("0 2 * * *", "2026-11-24T00:30:00+00:00", "2026-11-24T01:00:00+00:00"),
            ("*/15 * * * *", "2026-11-24T10:07:00+01:00", "2026-11-24T10:15:00+01:00"),
            ("0 4 1 * *", "2026-12-31T23:00:00+00:00", "2027-01-01T03:00:00+00:00"),
        ],
    )
    def test_read_in_brazzaville(self, cron: str, apres: str, attendu: str) -> None:
        assert prochaine(cron, apres=datetime.fromisoformat(apres)) == datetime.fromisoformat(attendu)

    def test_the_real_schedule_is_at_night(self) -> None:
        assert {tache.nom for tache in REELLES} == {
            "cycle_de_vie",
            "rapprochement",
            "polices",
            "menage",
            "indicateurs",
            "sessions",
            "fichiers",
        }
        for tache in REELLES:
            assert 1 <= prochaine(tache.cron, apres=datetime(2026, 11, 24, 12, tzinfo=UTC)).hour <= 5, tache.nom


@pytest.mark.django_db
class TestInscrire:
    def test_each_has_its_row_and_keeps_its_moment(self) -> None:
        inscrire_taches(quand=DIX_HEURES)
        inscrire_taches(quand=DIX_HEURES + timedelta(days=2))
        assert dict(TachePlanifiee.objects.values_list("nom", "prochaine_le")) == {
            "cycle": datetime(2026, 11, 25, 2, 0, tzinfo=BRAZZAVILLE),
            "menage": datetime(2026, 11, 24, 10, 15, tzinfo=BRAZZAVILLE),
        }

    def test_one_that_is_no_longer_planned_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        inscrire_taches(quand=DIX_HEURES)
        monkeypatch.delitem(TACHES, "menage")
        inscrire_taches(quand=DIX_HEURES)
        assert list(TachePlanifiee.objects.values_list("nom", flat=True)) == ["cycle"]


@pytest.mark.django_db
class TestReserver:
    def test_none_before_its_moment(self) -> None:
        inscrire_taches(quand=DIX_HEURES)
        assert reserver_tache(quand=DIX_HEURES + timedelta(minutes=14)) is None

    def test_once_and_the_next_is_already_written(self) -> None:
        inscrire_taches(quand=DIX_HEURES)
        quand = DIX_HEURES + timedelta(minutes=15)

        assert reserver_tache(quand=quand) == "menage"
        assert reserver_tache(quand=quand) is None

        tache = TachePlanifiee.objects.get(nom="menage")
        assert (tache.debut_le, tache.fin_le, tache.erreur) == (quand, None, "")
        assert tache.prochaine_le == datetime(2026, 11, 24, 10, 30, tzinfo=BRAZZAVILLE)

    def test_what_was_missed_for_days_runs_once(self) -> None:
        inscrire_taches(quand=DIX_HEURES)
        quand = DIX_HEURES + timedelta(days=3)
        assert {reserver_tache(quand=quand), reserver_tache(quand=quand)} == {"cycle", "menage"}
        assert reserver_tache(quand=quand) is None

    def test_one_without_a_place_in_the_settings_is_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        inscrire_taches(quand=DIX_HEURES)
        for nom in list(TACHES):
            monkeypatch.delitem(TACHES, nom)
        assert reserver_tache(quand=DIX_HEURES + timedelta(days=3)) is None


@pytest.mark.django_db(transaction=True)
def test_eight_workers_claim_it_once() -> None:
    inscrire_taches(quand=DIX_HEURES)
    quand = DIX_HEURES + timedelta(minutes=15)

    prises = en_parallele(8, lambda rang: reserver_tache(quand=quand))

    assert sorted(nom for nom in prises if nom) == ["menage"]


@pytest.mark.django_db
class TestExecuter:
    @pytest.fixture(autouse=True)
    def commencee(self) -> None:
        inscrire_taches(quand=DIX_HEURES)
        TachePlanifiee.objects.update(debut_le=DIX_HEURES - timedelta(days=365))

    def test_it_runs_its_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        executer_tache("cycle")

        tache = TachePlanifiee.objects.get(nom="cycle")
        assert tache.fin_le is not None
        assert tache.erreur == ""
        assert "Transitions" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("panne", "dit"),
        [
            (CommandError("le relevé n'est pas arrivé"), "CommandError : le relevé n'est pas arrivé"),
            # The words of PostgreSQL may hold a client's phone.
            (ProgrammingError("Key (telephone)=(+242061234567)"), "ProgrammingError"),
            (CommandError("x" * 500), "CommandError : " + "x" * 185),
        ],
    )
    def test_a_failure_is_told(self, monkeypatch: pytest.MonkeyPatch, panne: Exception, dit: str) -> None:
        def echouer(*_: object) -> None:
            raise panne

        monkeypatch.setattr(planification, "call_command", echouer)

        executer_tache("menage")

        tache = TachePlanifiee.objects.get(nom="menage")
        assert tache.fin_le is not None
        assert tache.erreur == dit

    def test_a_bug_is_told_too_and_goes_on_to_the_worker_s_log(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(planification, "call_command", lambda *_: 1 // 0)

        with pytest.raises(ZeroDivisionError):
            executer_tache("menage")

        tache = TachePlanifiee.objects.get(nom="menage")
        assert tache.fin_le is not None
        assert tache.erreur == "arrêt imprévu : le journal du travailleur dit pourquoi"

    def test_a_command_that_does_not_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        perdue = Tache("menage", "Ménage", cron="* * * * *", commande=["n_existe_pas"])
        monkeypatch.setitem(TACHES, "menage", perdue)
        executer_tache("menage")
        assert TachePlanifiee.objects.get(nom="menage").erreur == "CommandError : Unknown command: 'n_existe_pas'"

"""Callbacks from anywhere: those of payments are always taken, the others fill nothing and hold nobody up."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from pytest_django import Settings

from apps.pass_clients.tests import refus
from apps.pass_payments import operateurs
from apps.pass_payments.models import EvenementPaiement, PaiementPass, RappelOperateur
from apps.pass_payments.services import changer_statut_paiement
from apps.pass_payments.services.rappels import (
    INCONNUS_ADRESSE,
    INCONNUS_CORPS,
    INCONNUS_ENSEMBLE,
    PAR_PAIEMENT,
    oublier_rappels,
    recevoir_rappel,
    traiter_rappel,
)
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.pass_payments.tests.releves import MIDI, demander
from nsia_pass_api.dates import maintenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def operateur(monkeypatch: pytest.MonkeyPatch) -> OperateurFactice:
    factice = OperateurFactice()
    monkeypatch.setattr("apps.pass_payments.services.rappels.operateur", lambda nom: factice)
    return factice


@pytest.fixture
def paiement() -> PaiementPass:
    return demander(quand=MIDI)


def recevoir(corps: str, *, adresse: str = "41.78.1.1", quand=MIDI) -> None:
    recevoir_rappel(operateur="mtn_money", corps=corps, adresse=adresse, quand=quand)


def verdicts() -> list[str]:
    return list(RappelOperateur.objects.order_by("pk").values_list("verdict", flat=True))


def test_what_names_no_payment_never_reaches_the_worker() -> None:
    for corps in ("PAY-1|reussi", "n'importe quoi", "PAY-1|reussi|beaucoup"):
        recevoir(corps)

    assert verdicts() == ["inconnu", "illisible", "illisible"]
    assert set(RappelOperateur.objects.values_list("traite_le", flat=True)) == {MIDI}
    assert not traiter_rappel(quand=MIDI)


def test_a_flood_from_one_address_is_not_kept_nor_that_from_all(paiement: PaiementPass) -> None:
    for rang in range(INCONNUS_ADRESSE + 5):
        recevoir(f"PAY-{rang}|reussi")
    assert len(verdicts()) == INCONNUS_ADRESSE
    for rang in range(INCONNUS_ENSEMBLE):
        recevoir("x", adresse=f"41.78.2.{rang}")
    assert len(verdicts()) == INCONNUS_ENSEMBLE

    recevoir(f"{paiement.numero_transaction}|reussi|100")
    assert verdicts()[-1] == "a_traiter"
    assert traiter_rappel(quand=MIDI)
    paiement.refresh_from_db()
    assert paiement.a_suivre_le == MIDI

    recevoir("PAY-1|reussi", quand=MIDI + timedelta(hours=1))
    assert len(verdicts()) == INCONNUS_ENSEMBLE + 2


def test_a_payment_has_few_lines_whoever_sends_them(paiement: PaiementPass) -> None:
    for _ in range(PAR_PAIEMENT + 5):
        recevoir(f"{paiement.numero_transaction}|echoue")
    while traiter_rappel(quand=MIDI):
        pass

    assert verdicts() == ["en_attente"] * PAR_PAIEMENT
    assert EvenementPaiement.objects.filter(type="rappel_recu").count() == PAR_PAIEMENT
    autre = demander(quand=MIDI)
    recevoir(f"{autre.numero_transaction}|reussi|100")
    assert verdicts()[-1] == "a_traiter"


def test_of_what_leads_nowhere_the_beginning_is_enough(paiement: PaiementPass) -> None:
    recevoir("x" * 16_000)
    recevoir(f"{paiement.numero_transaction}|reussi|100{' ' * 15_000}")

    perdu, garde = RappelOperateur.objects.order_by("pk")
    assert (perdu.corps, perdu.paiement) == ("x" * INCONNUS_CORPS, None)
    assert (len(garde.corps) > 15_000, garde.paiement) == (True, paiement)


def test_a_flood_costs_three_queries_a_callback(django_assert_num_queries) -> None:
    with django_assert_num_queries(3):  # the payment, those of this hour, the line
        recevoir("PAY-1|reussi")
    for _ in range(INCONNUS_ADRESSE):
        recevoir("PAY-1|reussi")
    with django_assert_num_queries(2):
        recevoir("PAY-1|reussi")


class TestDejaFini:
    """Of a payment that has ended: filed as it comes, never the worker's, and the operator is not asked."""

    @pytest.mark.parametrize(
        ("statut", "dit", "verdict"),
        [
            ("succes", "reussi|100", "confirme"),
            ("succes", "reussi", "confirme"),
            ("succes", "reussi|99", "contredit"),
            ("succes", "echoue", "contredit"),
            ("rembourse", "reussi|100", "confirme"),
            ("echec", "echoue", "confirme"),
        ],
    )
    def test_what_tells_nothing_new(
        self, operateur: OperateurFactice, paiement: PaiementPass, statut: str, dit: str, verdict: str
    ) -> None:
        finir(paiement, statut)
        avant = (paiement.a_suivre_le, EvenementPaiement.objects.count(), len(operateur.appels))

        for _ in range(PAR_PAIEMENT + 1):
            recevoir(f"{paiement.numero_transaction}|{dit}")

        assert verdicts() == [verdict] * PAR_PAIEMENT
        assert set(RappelOperateur.objects.values_list("paiement", "traite_le")) == {(paiement.pk, MIDI)}
        assert not traiter_rappel(quand=MIDI)
        paiement.refresh_from_db()
        assert (paiement.a_suivre_le, EvenementPaiement.objects.count(), len(operateur.appels)) == avant

    @pytest.mark.parametrize(("statut", "dit"), [("echec", "reussi|100"), ("expire", "reussi"), ("expire", "echoue")])
    def test_what_may_be_new_is_looked_up(self, paiement: PaiementPass, statut: str, dit: str) -> None:
        finir(paiement, statut)
        recevoir(f"{paiement.numero_transaction}|{dit}")
        assert verdicts() == ["a_traiter"]
        assert traiter_rappel(quand=MIDI)
        paiement.refresh_from_db()
        assert paiement.a_suivre_le == MIDI

    def test_it_is_written_by_one_statement(self, paiement: PaiementPass, django_assert_num_queries) -> None:
        finir(paiement, "succes")
        with django_assert_num_queries(4) as faites:  # the payment, those asked with it, its callbacks, the line
            recevoir(f"{paiement.numero_transaction}|reussi")
        assert [une["sql"].split()[0] for une in faites] == ["SELECT", "SELECT", "SELECT", "INSERT"]


def finir(paiement: PaiementPass, statut: str) -> None:
    for vers in {"rembourse": ["succes", "rembourse"]}.get(statut, [statut]):
        fait = {"succes": "confirmation", "rembourse": "remboursement", "expire": "expiration"}.get(vers, "echec")
        motif = {"motif_echec": "refuse"} if vers == "echec" else {}
        changer_statut_paiement(paiement=paiement, vers=vers, evenement=fait, quand=MIDI, **motif)
    paiement.refresh_from_db()


class TestRetention:
    def test_what_led_nowhere_goes_and_what_led_to_a_payment_stays(
        self, paiement: PaiementPass, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        vieux = maintenant() - settings.RAPPELS_CONSERVATION
        for quand in (vieux - timedelta(minutes=1), vieux + timedelta(minutes=1)):
            recevoir("PAY-1|reussi", quand=quand)
            recevoir(f"{paiement.numero_transaction}|reussi|100", quand=quand)

        call_command("purger_paiements")

        assert verdicts() == ["a_traiter", "inconnu", "a_traiter"]
        assert "Rappels oubliés            1" in capsys.readouterr().out
        assert oublier_rappels(quand=maintenant()) == 0

    def test_the_database_refuses_to_lose_the_others(self, paiement: PaiementPass) -> None:
        recevoir(f"{paiement.numero_transaction}|reussi|100", quand=maintenant() - timedelta(days=90))
        recevoir("PAY-1|reussi", quand=maintenant())
        for rappel in RappelOperateur.objects.all():
            with refus.refuse("Cannot delete rows"):
                RappelOperateur.objects.filter(pk=rappel.pk).delete()


def test_an_operator_without_settings_waits_for_them() -> None:
    recevoir_rappel(operateur="airtel_money", corps="PAY-1|reussi", adresse="", quand=MIDI)
    assert "airtel_money" not in operateurs.settings.OPERATEURS
    assert verdicts() == ["a_traiter"]

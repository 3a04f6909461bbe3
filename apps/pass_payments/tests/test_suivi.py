"""A payment followed step by step: what each answer of the operator, or his silence, makes of it and of the contract."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.models import AnomaliePaiement, EvenementPaiement, PaiementPass, RappelOperateur
from apps.pass_payments.operateurs import Accuse, Constat, Etat, OperateurFerme
from apps.pass_payments.services.anomalies import resoudre_anomalie
from apps.pass_payments.services.demandes import Part, payer
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.services.rappels import recevoir_rappel, traiter_rappel
from apps.pass_payments.services.suivi import reserver_paiements, suivre_paiement
from apps.pass_payments.tests.operateur_factice import OperateurFactice, injoignable, refusee
from apps.socle.models import MessageSortant

pytestmark = pytest.mark.django_db

DEBUT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
PAYEUR = "+242061234567"


class Suiveur:
    """The worker, one step at a time, under a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.heure = DEBUT

    def passer(self, *, apres: float = 0) -> list[str]:
        """What is due `apres` seconds later is followed once; returns the states reached."""
        self.heure += timedelta(seconds=apres)
        idents = reserver_paiements(nombre=10, quand=self.heure)
        return [suivre_paiement(ident, horloge=lambda: self.heure, hasard=lambda: 0.5).statut for ident in idents]


@pytest.fixture
def suiveur() -> Suiveur:
    return Suiveur()


@pytest.fixture
def souscription() -> SouscriptionPass:
    return SouscriptionFactory(client=ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR))


@pytest.fixture
def paiement(operateur: OperateurFactice, souscription: SouscriptionPass) -> PaiementPass:
    return demander(souscription)


def demander(souscription: SouscriptionPass, *, montant: int = 100, **champs: Any) -> PaiementPass:
    return enregistrer_demande(
        souscription=souscription,
        montant=montant,
        type_paiement=champs.pop("type_paiement", "souscription_initiale"),
        operateur="mtn_money",
        numero_payeur=PAYEUR,
        quand=DEBUT,
        limite=DEBUT + timedelta(minutes=10),
        a_suivre_le=DEBUT,
        **champs,
    )


def traiter(quand: datetime) -> int:
    """The waiting callbacks are seen by a worker; returns how many."""
    vus = 0
    while traiter_rappel(quand=quand):
        vus += 1
    return vus


def journal(paiement: PaiementPass) -> list[tuple[str, str]]:
    return list(paiement.evenements.values_list("type", "statut"))


def test_from_demand_to_contract(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur, souscription: SouscriptionPass
) -> None:
    assert suiveur.passer() == ["en_cours"]
    assert suiveur.passer(apres=1) == []
    assert suiveur.passer(apres=1) == ["en_cours"]
    operateur.approuver(paiement.reference_mobile_money)
    assert suiveur.passer(apres=2) == ["succes"]

    paiement.refresh_from_db()
    souscription.refresh_from_db()
    assert (paiement.numero_recu, paiement.code_confirmation, paiement.a_suivre_le) == (
        "REC-2026-000001",
        "1000001",
        None,
    )
    assert journal(paiement) == [("demande", "initie"), ("envoi", "en_cours"), ("confirmation", "succes")]
    assert souscription.statut == "activee"
    assert NumeroPolice.objects.get().souscription == souscription
    assert souscription.periodes.get().date_debut == DEBUT.date()
    assert MessageSortant.objects.get().cle == f"paiement:{paiement.numero_transaction}:succes"
    assert [appel for appel, _ in operateur.appels] == ["demander", "consulter", "consulter"]
    assert suiveur.passer(apres=3600) == []


def test_in_manual_mode_the_police_waits_for_an_agent(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur, settings: Settings
) -> None:
    settings.ATTRIBUTION_POLICE = "manuelle"
    suiveur.passer()
    operateur.approuver(paiement.reference_mobile_money)

    assert suiveur.passer(apres=5) == ["succes"]
    assert NumeroPolice.objects.count() == 0


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_after_silence_the_same_reference_is_looked_up_and_money_moves_once(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur, moment: str
) -> None:
    operateur.pannes = [(moment, injoignable())]

    assert suiveur.passer() == ["en_verification"]
    assert suiveur.passer(apres=60) == ["en_cours"]
    operateur.approuver(paiement.reference_mobile_money)
    assert suiveur.passer(apres=60) == ["succes"]
    assert {reference for _, reference in operateur.appels} == {paiement.reference_mobile_money}
    assert [compte.debits for compte in operateur.comptes.values()] == [1]


def test_a_refusal_at_the_first_call_fails_at_once_with_a_reason(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    operateur.pannes = [("avant", refusee("operation_interdite"))]

    assert suiveur.passer() == ["echec"]
    paiement.refresh_from_db()
    assert paiement.motif_echec == "operation_interdite"
    assert journal(paiement)[-1] == ("echec", "echec")
    assert paiement.evenements.last().donnees == {"operateur": "VALIDATION_ERROR"}


def test_a_refusal_that_comes_late_does_not_end_what_another_worker_has_taken(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    """Claimed again while the first call lasts, and perhaps sent: what callbacks say waits for a look-up too."""
    recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|reussi|100", adresse="")
    demander_vraiment = operateur.demander_paiement

    def lent(**demande: Any) -> Accuse:
        operateur.demander_paiement = demander_vraiment  # type: ignore[method-assign]
        traiter(suiveur.heure)
        assert reserver_paiements(nombre=1, quand=suiveur.heure) == [paiement.pk]
        raise refusee()

    operateur.demander_paiement = lent  # type: ignore[method-assign]

    assert suiveur.passer() == ["initie"]
    assert journal(paiement) == [("demande", "initie"), ("rappel_recu", "")]
    assert RappelOperateur.objects.get().verdict == "en_attente"
    assert suiveur.passer(apres=60) == ["en_cours"]
    operateur.approuver(paiement.reference_mobile_money)
    assert suiveur.passer(apres=60) == ["succes"]
    assert RappelOperateur.objects.get().verdict == "confirme"


def test_a_circuit_that_opens_late_does_not_make_the_second_call_a_first(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    def lent(**demande: Any) -> Accuse:
        reserver_paiements(nombre=1, quand=suiveur.heure + timedelta(minutes=2))
        raise OperateurFerme(30)

    operateur.demander_paiement = lent  # type: ignore[method-assign]

    assert suiveur.passer() == ["initie"]
    paiement.refresh_from_db()
    assert paiement.tentatives == 2


def test_what_another_worker_has_taken_does_not_expire_as_never_sent(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    plus_tard = DEBUT + timedelta(minutes=11)
    (ident,) = reserver_paiements(nombre=1, quand=DEBUT)

    def horloge() -> datetime:
        reserver_paiements(nombre=1, quand=plus_tard)
        return plus_tard

    assert suivre_paiement(ident, horloge=horloge, hasard=lambda: 0.5).statut == "initie"
    assert suiveur.passer(apres=12 * 60) == ["expire"]


def test_a_refusal_after_silence_is_not_believed(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    """The first call was accepted, the look-up lags (404), the second call is refused: the money may still come."""
    operateur.pannes = [("apres", injoignable())]
    assert suiveur.passer() == ["en_verification"]
    operateur.retards, operateur.refus = 1, refusee()

    assert suiveur.passer(apres=60) == ["en_verification"]
    operateur.approuver(paiement.reference_mobile_money)
    assert suiveur.passer(apres=60) == ["succes"]


def test_a_refused_prompt_fails_and_the_contract_can_be_paid_again(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur, souscription: SouscriptionPass
) -> None:
    suiveur.passer()
    operateur.repondre(paiement.reference_mobile_money, Etat.ECHOUE, motif="solde_insuffisant")

    assert suiveur.passer(apres=5) == ["echec"]
    assert MessageSortant.objects.get().texte == (
        "NSIA : votre paiement de 100 FCFA n'a pas abouti. Votre solde Mobile Money ne suffit pas. "
        "Rechargez votre compte, puis réessayez."
    )
    souscription.refresh_from_db()
    assert souscription.statut == "en_cours"
    assert demander(souscription).statut == "initie"


def test_nobody_answers_the_prompt_then_the_money_comes_late(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur, souscription: SouscriptionPass
) -> None:
    suiveur.passer()
    assert suiveur.passer(apres=599) == ["en_cours"]
    assert suiveur.passer(apres=30) == ["expire"]
    operateur.approuver(paiement.reference_mobile_money)

    assert suiveur.passer(apres=3600) == ["succes"]
    souscription.refresh_from_db()
    assert souscription.statut == "activee"


def test_an_expired_payment_is_left_to_reconciliation_after_a_day(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    suiveur.passer()
    assert suiveur.passer(apres=700) == ["expire"]
    assert suiveur.passer(apres=24 * 3600) == ["expire"]
    paiement.refresh_from_db()
    assert paiement.a_suivre_le is None


def test_an_operator_that_cannot_be_reached_leaves_it_in_verification_whatever_the_time(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    suiveur.passer()
    operateur.pannes = [("avant", injoignable())] * 3

    assert suiveur.passer(apres=2) == ["en_verification"]
    assert suiveur.passer(apres=7200) == ["en_verification"]
    assert suiveur.passer(apres=7200) == ["en_verification"]
    assert suiveur.passer(apres=7200) == ["expire"]


def test_behind_an_open_circuit_nothing_leaves_until_it_closes(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    operateur.pannes = [("avant", OperateurFerme(30))]

    assert suiveur.passer() == ["initie"]
    assert suiveur.passer(apres=29) == []
    assert suiveur.passer(apres=1) == ["en_cours"]
    assert [appel for appel, _ in operateur.appels] == ["demander", "demander"]


def test_a_circuit_that_opens_between_look_up_and_demand_waits_too(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    operateur.pannes = [("avant", injoignable())]
    assert suiveur.passer() == ["en_verification"]
    operateur.refus = OperateurFerme(30)

    assert suiveur.passer(apres=60) == ["en_verification"]
    assert suiveur.passer(apres=29) == []
    operateur.refus = None
    assert suiveur.passer(apres=1) == ["en_cours"]


def test_what_was_never_sent_expires_without_a_call(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    assert suiveur.passer(apres=601) == ["expire"]
    assert operateur.appels == []
    paiement.refresh_from_db()
    assert paiement.a_suivre_le is None


@pytest.mark.parametrize(
    ("dit", "nature"),
    [
        ({"montant": 99}, "montant_different"),
        ({"montant": None}, "montant_different"),
        ({"devise": "EUR"}, "devise_differente"),
        ({"telephone": "+242069999999"}, "payeur_different"),
    ],
)
def test_another_amount_currency_or_payer_confirms_nothing(
    paiement: PaiementPass,
    operateur: OperateurFactice,
    suiveur: Suiveur,
    souscription: SouscriptionPass,
    dit: dict[str, Any],
    nature: str,
) -> None:
    suiveur.passer()
    operateur.repondre(paiement.reference_mobile_money, Etat.REUSSI, **dit)

    assert suiveur.passer(apres=5) == ["en_verification"]
    assert AnomaliePaiement.objects.get().nature == nature
    souscription.refresh_from_db()
    assert souscription.statut == "en_cours"
    assert suiveur.passer(apres=3600) == ["en_verification"]
    assert AnomaliePaiement.objects.count() == 1


def test_a_difference_that_nobody_settles_is_asked_about_for_a_day(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    """After that the anomaly remains, and reconciliation."""
    suiveur.passer()
    operateur.repondre(paiement.reference_mobile_money, Etat.REUSSI, montant=99)
    heures = 0
    while suiveur.passer(apres=3600):
        heures += 1

    paiement.refresh_from_db()
    assert heures == 24
    assert (paiement.statut, paiement.a_suivre_le) == ("en_verification", None)
    assert AnomaliePaiement.objects.count() == 1


def test_a_difference_that_a_person_settled_does_not_come_back(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    suiveur.passer()
    operateur.repondre(paiement.reference_mobile_money, Etat.REUSSI, montant=99)
    suiveur.passer(apres=5)
    resoudre_anomalie(anomalie=AnomaliePaiement.objects.get(), acteur=AgentFactory(), commentaire="remboursé chez MTN")

    assert suiveur.passer(apres=7200) == []
    paiement.refresh_from_db()
    assert paiement.statut == "expire"
    assert AnomaliePaiement.objects.count() == 1


def test_a_payment_killed_between_acceptance_and_record_is_found_again(
    paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
) -> None:
    """The claim was committed, the operator accepted, the process died: nothing else is written."""
    (ident,) = reserver_paiements(nombre=1, quand=DEBUT)
    operateur.demander_paiement(
        reference=paiement.reference_mobile_money,
        montant=100,
        telephone=PAYEUR,
        numero=paiement.numero_transaction,
        libelle="",
    )

    assert suiveur.passer(apres=30) == []
    assert suiveur.passer(apres=31) == ["en_cours"]
    assert ident == paiement.pk


def test_two_contracts_are_asked_once_and_settled_together(operateur: OperateurFactice, suiveur: Suiveur) -> None:
    client = ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR, operateur_mobile="mtn_money")
    polices = [contrat_en_vigueur(client=client).numero_police for _ in range(2)]
    principal = payer(client_id=client.pk, lignes=[Part(police, 150) for police in polices], quand=DEBUT)

    suiveur.passer()
    assert operateur.comptes[principal.reference_mobile_money].montant == 300
    operateur.approuver(principal.reference_mobile_money)
    suiveur.passer(apres=5)

    assert list(PaiementPass.objects.order_by("id").values_list("statut", "montant", "numero_recu")) == [
        ("succes", 150, "REC-2026-000001"),
        ("succes", 150, "REC-2026-000002"),
    ]
    assert MessageSortant.objects.get().texte.startswith("NSIA : paiement de 300 FCFA")


class TestRappels:
    def test_a_true_one_only_hastens_the_look_up(
        self, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        suiveur.passer()
        suiveur.passer(apres=2)
        operateur.approuver(paiement.reference_mobile_money)
        recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|reussi|100", adresse="10.0.0.1")

        assert traiter(suiveur.heure) == 1
        assert traiter(suiveur.heure) == 0
        assert suiveur.passer() == ["succes"]
        assert RappelOperateur.objects.get().verdict == "confirme"
        assert ("rappel_recu", "") in journal(paiement)

    def test_one_that_comes_during_a_look_up_has_the_operator_asked_again_at_once(
        self, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        """His answer left before the approval; what the callback says is not to wait for the next look-up."""
        suiveur.passer()
        consulter = operateur.consulter_paiement

        def lent(**demande: Any) -> Constat:
            operateur.consulter_paiement = consulter  # type: ignore[method-assign]
            constat = consulter(**demande)
            operateur.approuver(paiement.reference_mobile_money)
            corps = f"{paiement.numero_transaction}|reussi|100"
            recevoir_rappel(operateur="mtn_money", corps=corps, adresse="10.0.0.1")
            assert traiter(suiveur.heure) == 1
            return constat

        operateur.consulter_paiement = lent  # type: ignore[method-assign]

        assert suiveur.passer(apres=120) == ["en_cours"]
        assert suiveur.passer() == ["succes"]
        assert RappelOperateur.objects.get().verdict == "confirme"

    def test_one_that_comes_during_the_last_look_up_brings_one_more(
        self, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        suiveur.passer()
        assert suiveur.passer(apres=700) == ["expire"]
        consulter = operateur.consulter_paiement

        def lent(**demande: Any) -> Constat:
            operateur.consulter_paiement = consulter  # type: ignore[method-assign]
            recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|reussi|100", adresse="")
            traiter(suiveur.heure)
            return consulter(**demande)

        operateur.consulter_paiement = lent  # type: ignore[method-assign]

        assert suiveur.passer(apres=24 * 3600) == ["expire"]
        assert RappelOperateur.objects.get().verdict == "en_attente"
        assert suiveur.passer() == ["expire"]
        assert RappelOperateur.objects.get().verdict == "contredit"
        assert suiveur.passer(apres=3600) == []

    @pytest.mark.parametrize("corps", ["{numero}|reussi|100", "{numero}|reussi|99999"])
    def test_a_forged_one_changes_nothing_and_is_seen(
        self, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur, corps: str
    ) -> None:
        suiveur.passer()
        recevoir_rappel(operateur="mtn_money", corps=corps.format(numero=paiement.numero_transaction), adresse="")
        traiter(suiveur.heure)

        assert suiveur.passer() == ["en_cours"]
        operateur.repondre(paiement.reference_mobile_money, Etat.ECHOUE)
        assert suiveur.passer(apres=5) == ["echec"]
        assert RappelOperateur.objects.get().verdict == "contredit"

    @pytest.mark.parametrize(("corps", "verdict"), [("n'importe quoi", "illisible"), ("PAY-1|reussi", "inconnu")])
    def test_a_stray_one_is_kept_and_leads_nowhere(self, operateur: OperateurFactice, corps: str, verdict: str) -> None:
        recevoir_rappel(operateur="mtn_money", corps=corps, adresse="")
        traiter(DEBUT)

        assert RappelOperateur.objects.get().verdict == verdict
        assert EvenementPaiement.objects.count() == 0

    def test_one_that_breaks_its_reader_is_unreadable_and_stops_nothing(self, operateur: OperateurFactice) -> None:
        for corps in ("PAY-1|reussi|beaucoup", "PAY-1|n'importe"):
            recevoir_rappel(operateur="mtn_money", corps=corps, adresse="")
        assert traiter(DEBUT) == 0
        assert set(RappelOperateur.objects.values_list("verdict", flat=True)) == {"illisible"}

    def test_one_of_an_operator_that_has_gone_waits(self, operateur: OperateurFactice, settings: Settings) -> None:
        recevoir_rappel(operateur="airtel_money", corps="PAY-1|reussi", adresse="")
        assert traiter(DEBUT) == 0

    def test_one_for_a_payment_that_was_asked_with_another_leads_nowhere(self, operateur: OperateurFactice) -> None:
        client = ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR)
        polices = [contrat_en_vigueur(client=client).numero_police for _ in range(2)]
        second = payer(client_id=client.pk, lignes=[Part(police, 150) for police in polices]).rattaches.get()
        recevoir_rappel(operateur="mtn_money", corps=f"{second.numero_transaction}|reussi|150", adresse="")
        traiter(DEBUT)
        assert RappelOperateur.objects.get().verdict == "inconnu"

    def test_after_a_success_it_is_judged_without_asking_again(
        self, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        suiveur.passer()
        operateur.approuver(paiement.reference_mobile_money)
        suiveur.passer(apres=5)
        recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|echoue", adresse="")
        traiter(suiveur.heure)

        assert RappelOperateur.objects.get().verdict == "contredit"
        assert suiveur.passer(apres=3600) == []

    def test_one_that_announces_a_success_after_a_failure_has_it_looked_up(
        self, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        operateur.pannes = [("apres", refusee())]
        assert suiveur.passer() == ["echec"]
        operateur.approuver(paiement.reference_mobile_money)
        recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|reussi|100", adresse="")
        traiter(suiveur.heure)

        assert suiveur.passer() == ["succes"]

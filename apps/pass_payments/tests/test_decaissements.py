"""Money that leaves: once, whatever the operator answers or does not, until he says how it ended."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.courses import ou_refus
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur
from apps.pass_payments.models import AnomaliePaiement, Decaissement, PaiementPass
from apps.pass_payments.operateurs import Accuse, Constat, Etat, OperateurFerme
from apps.pass_payments.selectors_controle import decaissements_en_retard
from apps.pass_payments.services.anomalies import resoudre_anomalie
from apps.pass_payments.services.decaissements import (
    demander_remboursement,
    demander_versement,
    reserver_decaissements,
    suivre_decaissement,
)
from apps.pass_payments.services.demandes import Part, payer
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.ecritures import refuse
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice, injoignable, refusee
from apps.socle import faits
from apps.socle.faits import quand
from apps.socle.models import Fait, MessageSortant
from apps.socle.services.faits import livrer, reserver_livraisons

pytestmark = pytest.mark.django_db

DEBUT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
PAYEUR = "+242061234567"


class Suiveur:
    """The worker, one step at a time, under a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.heure = DEBUT

    def passer(self, *, apres: float = 0) -> list[str]:
        self.heure += timedelta(seconds=apres)
        idents = reserver_decaissements(nombre=10, quand=self.heure)
        return [suivre_decaissement(ident, horloge=lambda: self.heure, hasard=lambda: 0.5).statut for ident in idents]


@pytest.fixture
def suiveur() -> Suiveur:
    return Suiveur()


@pytest.fixture
def paiement(operateur: OperateurFactice) -> PaiementPass:
    return PaiementFactory(montant=400, numero_payeur=PAYEUR)


@pytest.fixture
def remboursement(paiement: PaiementPass) -> Decaissement:
    return demander_remboursement(paiement=paiement, quand=DEBUT)


def verser(**valeurs: Any) -> Decaissement:
    return demander_versement(
        **{
            "cle": "sinistre:SIN-2026-000123",
            "operateur": "mtn_money",
            "telephone": PAYEUR,
            "montant": 25_000,
            "libelle": "Indemnité NSIA",
            "quand": DEBUT,
            **valeurs,
        }
    )


def debits(operateur: OperateurFactice) -> list[int]:
    return [compte.debits for compte in operateur.comptes.values()]


class TestDemander:
    def test_a_refund(self, paiement: PaiementPass, remboursement: Decaissement) -> None:
        remboursement.refresh_from_db()
        assert (remboursement.nature, remboursement.statut) == ("remboursement", "a_envoyer")
        assert (remboursement.montant, remboursement.telephone) == (400, PAYEUR)
        assert remboursement.cle == f"paiement:{paiement.numero_transaction}"
        assert (remboursement.a_suivre_le, remboursement.tentatives) == (DEBUT, 0)
        assert remboursement.numero.startswith("DEC-20261124-")
        assert paiement.evenements.values_list("type", "statut", "donnees").last() == (
            "remboursement",
            "",
            {"decaissement": remboursement.numero},
        )

    def test_fees_are_not_given_back(self, operateur: OperateurFactice) -> None:
        paiement = PaiementFactory(montant=400, frais=15, numero_payeur=PAYEUR)
        assert demander_remboursement(paiement=paiement).montant == 385

    @pytest.mark.parametrize(
        "valeurs",
        [
            {"statut": "en_cours"},
            {"statut": "rembourse"},
            {"numero_payeur": ""},
            {"operateur": "especes", "reference_mobile_money": None},
        ],
    )
    def test_what_cannot_be_refunded(self, operateur: OperateurFactice, valeurs: dict[str, Any]) -> None:
        paiement = PaiementFactory(**{"numero_payeur": PAYEUR, **valeurs})
        with refuse("paiement_impossible"):
            demander_remboursement(paiement=paiement)

    def test_once_for_its_object(self, operateur: OperateurFactice, remboursement: Decaissement) -> None:
        verser()
        with refuse("decaissement_deja_demande"):
            verser(montant=1, telephone="+242069999999")
        assert verser(cle="sinistre:SIN-2026-000124").statut == "a_envoyer"

    def test_not_by_an_operator_without_an_api(self, operateur: OperateurFactice) -> None:
        with refuse("operateur_indisponible"):
            verser(operateur="airtel_money")

    def test_what_was_asked_never_changes(self, remboursement: Decaissement) -> None:
        for champ, valeur in (("montant", 1), ("telephone", "+242069999999"), ("cle", "x"), ("numero", "x")):
            with refus.refuse("Cannot update"):
                Decaissement.objects.update(**{champ: valeur})
        with refus.refuse("Cannot delete"):
            Decaissement.objects.all().delete()
        with refus.refuse("decaissements_montant_positif"):
            verser(cle="x", montant=0)


class TestSuivre:
    def test_accepted_then_done(
        self, remboursement: Decaissement, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        assert suiveur.passer() == ["en_cours"]
        assert suiveur.passer(apres=1) == []
        operateur.approuver(remboursement.reference)
        assert suiveur.passer(apres=2) == ["succes"]

        remboursement.refresh_from_db()
        paiement.refresh_from_db()
        assert remboursement.code_confirmation == "1000001"
        assert (remboursement.termine_le, remboursement.a_suivre_le) == (suiveur.heure, None)
        assert paiement.statut == "rembourse"
        assert paiement.evenements.values_list("type", "statut").last() == ("remboursement", "rembourse")
        message = MessageSortant.objects.get()
        assert message.texte == f"NSIA : votre paiement de 400 FCFA ({paiement.numero_transaction}) a été remboursé."
        assert [appel for appel, _ in operateur.appels] == ["rembourser", "consulter_decaissement"]
        assert suiveur.passer(apres=3600) == []

    def test_a_payout_touches_no_payment(self, operateur: OperateurFactice, suiveur: Suiveur) -> None:
        versement = verser()
        suiveur.passer()
        operateur.approuver(versement.reference)

        assert suiveur.passer(apres=2) == ["succes"]
        assert (operateur.comptes[versement.reference].montant, PaiementPass.objects.count()) == (25_000, 0)
        assert [appel for appel, _ in operateur.appels] == ["verser", "consulter_decaissement"]

    def test_refused_at_once_it_is_for_a_person_and_can_be_asked_again(
        self, remboursement: Decaissement, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        operateur.pannes = [("avant", refusee("beneficiaire_refuse"))]

        assert suiveur.passer() == ["echec"]

        paiement.refresh_from_db()
        assert paiement.statut == "succes"
        anomalie = AnomaliePaiement.objects.get()
        assert (anomalie.nature, anomalie.donnees) == (
            "remboursement_echoue",
            {"decaissement": remboursement.numero, "motif": "beneficiaire_refuse"},
        )
        resoudre_anomalie(anomalie=anomalie, acteur=AgentFactory(), commentaire="autre essai")
        encore = demander_remboursement(paiement=paiement, quand=suiveur.heure)
        assert encore.reference != remboursement.reference
        assert suiveur.passer() == ["en_cours"]
        operateur.approuver(encore.reference)
        assert suiveur.passer(apres=5) == ["succes"]
        assert debits(operateur) == [1]

    def test_failed_later(
        self, remboursement: Decaissement, paiement: PaiementPass, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        suiveur.passer()
        operateur.repondre(remboursement.reference, Etat.ECHOUE, motif="compte_inactif")

        assert suiveur.passer(apres=5) == ["echec"]
        remboursement.refresh_from_db()
        assert (remboursement.motif_echec, AnomaliePaiement.objects.count()) == ("compte_inactif", 1)
        assert MessageSortant.objects.count() == 0

    @pytest.mark.parametrize("constate", [399, None])
    def test_another_amount_confirms_nothing_until_the_operator_puts_it_right(
        self,
        remboursement: Decaissement,
        paiement: PaiementPass,
        operateur: OperateurFactice,
        suiveur: Suiveur,
        constate: int | None,
    ) -> None:
        suiveur.passer()
        operateur.repondre(remboursement.reference, Etat.REUSSI, montant=constate)

        assert suiveur.passer(apres=5) == ["en_verification"]
        paiement.refresh_from_db()
        anomalie = AnomaliePaiement.objects.get()
        assert (paiement.statut, anomalie.nature, anomalie.donnees) == (
            "succes",
            "montant_different",
            {"decaissement": remboursement.numero, "demande": 400, "constate": constate},
        )
        with refuse("decaissement_deja_demande"):
            demander_remboursement(paiement=paiement)
        resoudre_anomalie(anomalie=anomalie, acteur=AgentFactory(), commentaire="MTN complète")
        assert suiveur.passer(apres=3_599) == []
        assert suiveur.passer(apres=1) == ["en_verification"]
        assert (AnomaliePaiement.objects.count(), MessageSortant.objects.count()) == (1, 0)

        compte = operateur.comptes[remboursement.reference]
        compte.constat = replace(compte.constat, montant=400)
        assert suiveur.passer(apres=3_600) == ["succes"]
        paiement.refresh_from_db()
        assert paiement.statut == "rembourse"

    def test_another_amount_paid_out_stays_among_those_without_end(
        self, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        versement = verser()
        suiveur.passer()
        operateur.repondre(versement.reference, Etat.REUSSI, montant=2_500)

        assert suiveur.passer(apres=5) == ["en_verification"]
        assert AnomaliePaiement.objects.count() == 0
        assert decaissements_en_retard(quand=DEBUT + timedelta(hours=2)).get() == versement

    @pytest.mark.parametrize("moment", ["avant", "apres"])
    def test_after_silence_it_is_looked_up_first_and_money_leaves_once(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur, moment: str
    ) -> None:
        operateur.pannes = [(moment, injoignable())]

        assert suiveur.passer() == ["en_verification"]
        assert suiveur.passer(apres=60) == ["en_cours"]
        operateur.approuver(remboursement.reference)
        assert suiveur.passer(apres=60) == ["succes"]

        appels = [appel for appel, _ in operateur.appels]
        assert appels[1] == "consulter_decaissement"
        assert {reference for _, reference in operateur.appels} == {remboursement.reference}
        assert debits(operateur) == [1]

    def test_a_silent_look_up_leaves_it_in_verification_for_as_long_as_it_takes(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        suiveur.passer()
        operateur.pannes = [("avant", injoignable())] * 3

        assert [suiveur.passer(apres=86_400) for _ in range(3)] == [["en_verification"]] * 3
        operateur.approuver(remboursement.reference)
        assert suiveur.passer(apres=86_400) == ["succes"]

    def test_killed_between_acceptance_and_record(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        """The claim was committed, the operator accepted, the process died: nothing else is written."""
        reserver_decaissements(nombre=1, quand=DEBUT)
        operateur.rembourser(
            reference=remboursement.reference,
            paiement=remboursement.reference,
            montant=400,
            telephone=PAYEUR,
            numero=remboursement.numero,
            libelle="",
        )
        operateur.approuver(remboursement.reference)

        assert suiveur.passer(apres=59) == []
        assert suiveur.passer(apres=1) == ["succes"]
        assert [appel for appel, _ in operateur.appels] == ["rembourser", "consulter_decaissement"]
        assert debits(operateur) == [1]

    def test_killed_before_the_call(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        reserver_decaissements(nombre=1, quand=DEBUT)

        assert suiveur.passer(apres=60) == ["en_cours"]
        assert [appel for appel, _ in operateur.appels] == ["consulter_decaissement", "rembourser"]

    def test_known_already_it_is_looked_up_at_once(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        operateur.pannes = [("apres", injoignable())]
        suiveur.passer()
        operateur.retards = 1  # the operator has it and says that he does not

        assert suiveur.passer(apres=60) == ["en_cours"]
        assert suiveur.passer() == ["en_cours"]
        assert debits(operateur) == [0]

    def test_behind_an_open_circuit_nothing_leaves_and_the_first_call_stays_the_first(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        operateur.pannes = [("avant", OperateurFerme(30))]

        assert suiveur.passer() == ["a_envoyer"]
        assert suiveur.passer(apres=29) == []
        operateur.pannes = [("avant", refusee("beneficiaire_refuse"))]
        assert suiveur.passer(apres=1) == ["echec"]

    def test_behind_an_open_circuit_what_left_stays_where_it_is(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        suiveur.passer()
        operateur.pannes = [("avant", OperateurFerme(30))]

        assert suiveur.passer(apres=5) == ["en_cours"]
        assert suiveur.passer(apres=29) == []
        remboursement.refresh_from_db()
        assert remboursement.tentatives == 2

    def test_a_refusal_after_silence_is_not_believed_before_a_day(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur, settings: Settings
    ) -> None:
        operateur.pannes = [("avant", injoignable())]
        suiveur.passer()
        operateur.refus = refusee("beneficiaire_refuse")

        assert suiveur.passer(apres=3_600) == ["en_verification"]
        jour = settings.PAIEMENT_SUIVI_TARDIF.total_seconds()
        assert suiveur.passer(apres=jour - 3_600) == ["echec"]
        assert AnomaliePaiement.objects.count() == 1

    def test_what_ended_meanwhile_stays_as_it_is(
        self, remboursement: Decaissement, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        """A slow worker comes back with news that another has already written."""
        suiveur.passer()
        operateur.approuver(remboursement.reference)
        consulter = operateur.consulter_decaissement

        def double(**valeurs: Any) -> Constat:
            operateur.consulter_decaissement = consulter  # type: ignore[method-assign]
            suivre_decaissement(remboursement.pk, horloge=lambda: suiveur.heure, hasard=lambda: 0.5)
            return consulter(**valeurs)

        operateur.consulter_decaissement = double  # type: ignore[method-assign]

        assert suiveur.passer(apres=5) == ["succes"]
        assert MessageSortant.objects.count() == 1

    def test_one_of_a_group_is_refunded_by_the_reference_that_was_paid(
        self, operateur: OperateurFactice, suiveur: Suiveur
    ) -> None:
        client = ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR)
        polices = [contrat_en_vigueur(client=client).numero_police for _ in range(2)]
        principal = payer(client_id=client.pk, lignes=[Part(police, 400) for police in polices])
        regler(paiement=principal, constat=Constat(etat=Etat.REUSSI, montant=800, devise="XAF"), source="suivi")
        second = principal.rattaches.get()
        vu: list[Any] = []
        rembourser = operateur.rembourser
        operateur.rembourser = lambda **valeurs: (vu.append(valeurs["paiement"]), rembourser(**valeurs))[1]  # type: ignore[method-assign]

        un = demander_remboursement(paiement=second, quand=DEBUT)
        suiveur.passer()
        operateur.approuver(un.reference)
        suiveur.passer(apres=5)

        assert vu == [principal.reference_mobile_money]
        assert operateur.comptes[un.reference].montant == 400
        assert list(PaiementPass.objects.order_by("id").values_list("statut", flat=True)) == ["succes", "rembourse"]


class TestFin:
    """Whoever asked for the money learns how it ended, by a handler of an app that payments do not know."""

    @pytest.fixture
    def sinistres(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
        """What claims learn: reference, state and amount."""
        monkeypatch.setattr(faits, "_TRAITANTS", {})
        appris: list[tuple[str, str, int]] = []

        @quand("decaissement.fini")
        def clore_le_sinistre(fait: Fait) -> None:
            if fait.donnees["demandeur"] == "sinistre":
                appris.append((fait.donnees["reference"], fait.donnees["statut"], fait.donnees["montant"]))

        return appris

    @staticmethod
    def livrer_tout() -> None:
        while idents := reserver_livraisons(nombre=10):
            for ident in idents:
                livrer(ident)

    @pytest.mark.parametrize(("etat", "statut"), [(Etat.REUSSI, "succes"), (Etat.ECHOUE, "echec")])
    def test_of_a_payout(
        self,
        sinistres: list[tuple[str, str, int]],
        operateur: OperateurFactice,
        suiveur: Suiveur,
        etat: Etat,
        statut: str,
    ) -> None:
        versement = verser()
        suiveur.passer()
        self.livrer_tout()
        assert sinistres == []
        operateur.repondre(versement.reference, etat)

        suiveur.passer(apres=5)
        self.livrer_tout()

        assert sinistres == [("SIN-2026-000123", statut, 25_000)]
        fait = Fait.objects.get(nom="decaissement.fini")
        assert (fait.cle, fait.donnees["decaissement"]) == ("sinistre:SIN-2026-000123", versement.pk)

    def test_that_of_a_refund_is_nobody_else_s(
        self,
        sinistres: list[tuple[str, str, int]],
        remboursement: Decaissement,
        paiement: PaiementPass,
        operateur: OperateurFactice,
        suiveur: Suiveur,
    ) -> None:
        suiveur.passer()
        operateur.approuver(remboursement.reference)
        suiveur.passer(apres=5)
        self.livrer_tout()

        assert sinistres == []
        donnees = Fait.objects.get(nom="decaissement.fini").donnees
        assert (donnees["demandeur"], donnees["reference"]) == ("paiement", paiement.numero_transaction)


@pytest.mark.django_db(transaction=True)
class TestCourses:
    def test_eight_ask_at_once(self, paiement: PaiementPass) -> None:
        issues = Counter(
            en_parallele(8, lambda rang: ou_refus(lambda: demander_remboursement(paiement=paiement).statut))
        )
        assert issues == {"a_envoyer": 1, "decaissement_deja_demande": 7}

    def test_two_workers_share_what_is_due(self, operateur: OperateurFactice) -> None:
        attendus = sorted(verser(cle=f"sinistre:{rang}").pk for rang in range(20))

        prises = en_parallele(4, lambda rang: reserver_decaissements(nombre=5, quand=DEBUT))

        assert sorted(ident for lot in prises for ident in lot) == attendus


def test_a_refusal_that_comes_late_does_not_end_what_another_worker_has_sent(
    operateur: OperateurFactice, suiveur: Suiveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended, it could be asked for again, and the money would leave twice."""
    un = verser(quand=DEBUT)
    vrai = operateur.verser

    def lent(**demande: Any) -> Accuse:
        monkeypatch.setattr(operateur, "verser", vrai)
        assert suiveur.passer(apres=120) == ["en_cours"]
        raise refusee()

    monkeypatch.setattr(operateur, "verser", lent)

    assert suiveur.passer() == ["en_cours"]
    operateur.approuver(un.reference)
    assert suiveur.passer(apres=120) == ["succes"]
    assert [compte.debits for compte in operateur.comptes.values()] == [1]


def test_a_circuit_that_closes_late_does_not_make_the_second_call_a_first(
    operateur: OperateurFactice, suiveur: Suiveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal of a first call is believed: none may be taken for it once another worker has called."""
    un = verser(quand=DEBUT)
    vrai = operateur.verser

    def lent(**demande: Any) -> Accuse:
        monkeypatch.setattr(operateur, "verser", vrai)
        reserver_decaissements(nombre=1, quand=DEBUT + timedelta(minutes=2))
        raise OperateurFerme(30)

    monkeypatch.setattr(operateur, "verser", lent)

    assert suiveur.passer() == ["a_envoyer"]
    un.refresh_from_db()
    assert un.tentatives == 2

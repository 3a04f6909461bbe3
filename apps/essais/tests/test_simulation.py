"""The simulation in CI, the proof that it can fail, and what it found."""

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from apps.essais.errors import BaseDeProduction
from apps.essais.simulation import Deroulement, SimulationEchouee, simuler
from apps.essais.simulation.operateur import OperateurMenteur, ProcessusTue
from apps.pass_clients.models import SouscriptionPass
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory
from apps.pass_payments.conduite import Suite
from apps.pass_payments.models import PaiementPass, RappelOperateur
from apps.pass_payments.operateurs import Accuse, Constat, Etat, OperateurFerme
from apps.pass_payments.services import paiements, rappels, reglement, suivi
from apps.pass_payments.services.decaissements import (
    demander_versement,
    reserver_decaissements,
    suivre_decaissement,
)
from apps.pass_payments.services.paiements import enregistrer_demande, passer
from apps.pass_payments.tests.operateur_factice import OperateurFactice, injoignable, refusee
from apps.socle.errors import CleDejaUtilisee
from apps.socle.services import idempotence

DEBUT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
PAYEUR = "+242061234567"
ARRIVES = (
    "succès",
    "succès tardifs",
    "échecs",
    "expirés",
    "remboursements et annulations",
    "appels lents",
    "processus tués",
)
MENSONGES = (
    "rappels perdus",
    "rappels doublés",
    "rappels en retard",
    "rappels dans le désordre",
    "rappels forgés",
    "débits d'un autre montant",
    "débits d'un autre payeur",
    "demandes perdues à l'aller",
    "réponses perdues au retour",
    "appels retenus par le circuit",
    "introuvables qu'il tient",
    "demandes refusées",
)
VERDICTS = ("confirme", "contredit", "inconnu", "illisible")


@pytest.mark.django_db(transaction=True)
class TestHistoires:
    def test_every_law_holds_after_two_thousand_steps(self) -> None:
        """`simuler_paiements --graine` plays others."""
        fait = simuler(pas=2_000, graine=2026)

        assert fait.calmes == 2
        assert fait.chiffres["pas"] >= 2_000
        assert [quoi for quoi in ARRIVES if not fait.chiffres[quoi]] == []
        assert [quoi for quoi in MENSONGES if not fait.mensonges[quoi]] == []
        assert [verdict for verdict in VERDICTS if not fait.verdicts[verdict]] == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('nsia.aujourdhui'), current_setting('synchronous_commit')")
            assert cursor.fetchone() == ("", "on")

    def test_the_same_seed_plays_the_same_story(self) -> None:
        graine = secrets.randbelow(1_000_000)
        premier, second = (_jouer_sur_une_base_vide(graine) for _ in range(2))

        assert replace(second, secondes=premier.secondes) == premier, f"graine {graine}"
        assert premier.chiffres["pas"] >= 300

    def test_it_refuses_a_database_where_clients_live(self) -> None:
        ClientFactory()

        with pytest.raises(BaseDeProduction, match="Cette base contient des clients"):
            simuler(pas=1, graine=7)

    @pytest.mark.parametrize(
        ("faute", "calme", "loi"),
        [
            ("references_doubles", 25, "journal_paiements_et_operateur_sont_egaux"),
            ("references_neuves", 25, "l'opérateur tient une référence que nous n'avons pas"),
            ("montants", 100, "XAF chez l'opérateur"),
            ("rappels", 100, ": 0 XAF chez l'opérateur"),
            ("silence", 100, "chaque_debit_compte_une_fois"),
            ("cles", 100, "loi 1 : la clé"),
            ("faits", 25, "chaque_acte_est_dit_une_fois"),
        ],
    )
    def test_a_fault_in_the_services_breaks_a_law_and_tells_its_seed(
        self, faute: str, calme: int, loi: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        FAUTES[faute](monkeypatch)

        with pytest.raises(SimulationEchouee, match=r"^graine 7, pas \d+ : ") as echec:
            simuler(pas=1_500, graine=7, calme_tous_les=calme)
        assert loi in str(echec.value)


def _jouer_sur_une_base_vide(graine: int) -> Deroulement:
    fait = simuler(pas=300, graine=graine, calme_tous_les=100)
    call_command("flush", interactive=False, inhibit_post_migrate=True, verbosity=0)
    return fait


def _une_reference_compte_deux_fois(monkeypatch: pytest.MonkeyPatch) -> None:
    une_fois = suivi.regler

    def deux_fois(*, paiement: PaiementPass, quand: datetime, **fait: Any) -> PaiementPass:
        regle = une_fois(paiement=paiement, quand=quand, **fait)
        if regle.statut == "succes" != paiement.statut:
            demande = {"montant": regle.montant, "type_paiement": regle.type_paiement, "operateur": regle.operateur}
            double = enregistrer_demande(souscription=regle.souscription, quand=quand, **demande)
            passer(double, "succes", evenement="confirmation", quand=quand)
        return regle

    monkeypatch.setattr(suivi, "regler", deux_fois)


def _chaque_essai_a_sa_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    demander = OperateurMenteur.demander_paiement

    def neuve(self: OperateurMenteur, *, reference: UUID, **demande: Any) -> Accuse:
        return demander(self, reference=uuid4(), **demande)

    monkeypatch.setattr(OperateurMenteur, "demander_paiement", neuve)


def _tout_montant_convient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reglement, "_ecarts", lambda groupe, constat: iter(()))


def _les_rappels_sont_crus(monkeypatch: pytest.MonkeyPatch) -> None:
    prudent = rappels._traiter

    def croire(rappel: RappelOperateur, quand: datetime) -> None:
        prudent(rappel, quand)
        rappel.refresh_from_db()
        lu = suivi.operateur(rappel.operateur).lire_rappel(rappel.corps)
        if rappel.paiement is not None and lu is not None and lu.etat is Etat.REUSSI:
            constat = Constat(etat=Etat.REUSSI, montant=lu.montant, devise="XAF")
            reglement.regler(paiement=rappel.paiement, constat=constat, source="rappel", quand=quand)

    monkeypatch.setattr(rappels, "_traiter", croire)


def _le_silence_vaut_un_echec(monkeypatch: pytest.MonkeyPatch) -> None:
    echec = Suite(statut="echec", evenement="echec", motif="autre")
    monkeypatch.setattr(suivi, "apres_silence", lambda **_: echec)


def _les_cles_ne_servent_a_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    def toujours(*, executer: Callable[[], idempotence.Reponse], **_: Any) -> idempotence.Reponse:
        return executer()

    monkeypatch.setattr(idempotence, "une_seule_fois", toujours)


def _les_faits_se_taisent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paiements, "dire", lambda *_, **__: None)


FAUTES = {
    "references_doubles": _une_reference_compte_deux_fois,
    "references_neuves": _chaque_essai_a_sa_reference,
    "montants": _tout_montant_convient,
    "rappels": _les_rappels_sont_crus,
    "silence": _le_silence_vaut_un_echec,
    "cles": _les_cles_ne_servent_a_rien,
    "faits": _les_faits_se_taisent,
}


class TestCommande:
    def test_it_leaves_production_alone(self, settings: Settings) -> None:
        settings.PRODUCTION = True

        with pytest.raises(CommandError, match="ne tourne pas sur une installation de production"):
            call_command("simuler_paiements", pas=1, graine=7, stdout=StringIO())

    def test_it_refuses_no_steps(self) -> None:
        with pytest.raises(CommandError, match="nombres positifs"):
            call_command("simuler_paiements", pas=0, stdout=StringIO())


@pytest.mark.django_db
class TestTrouvailles:
    """What the simulation found, each by itself."""

    @pytest.fixture
    def souscription(self) -> SouscriptionPass:
        return SouscriptionFactory(client=ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR))

    @pytest.fixture
    def paiement(self, operateur: OperateurFactice, souscription: SouscriptionPass) -> PaiementPass:
        return demander(souscription, cle_idempotence="cle-de-la-borne")

    def test_a_key_whose_answer_was_forgotten_is_refused(
        self, paiement: PaiementPass, souscription: SouscriptionPass
    ) -> None:
        with pytest.raises(CleDejaUtilisee):
            demander(souscription, cle_idempotence="cle-de-la-borne", type_paiement="cotisation")

    def test_a_circuit_that_opens_between_look_up_and_sending_is_waited_for(
        self, paiement: PaiementPass, operateur: OperateurFactice
    ) -> None:
        operateur.pannes = [("avant", injoignable())]
        assert suivre(DEBUT) == ["en_verification"]

        def fermer(**_: Any) -> None:
            raise OperateurFerme(30)

        operateur.demander_paiement = fermer  # type: ignore[method-assign]

        assert suivre(DEBUT + timedelta(minutes=1)) == ["en_verification"]
        paiement.refresh_from_db()
        assert paiement.a_suivre_le == DEBUT + timedelta(minutes=1, seconds=30)

    @pytest.mark.parametrize("envoye", [True, False], ids=["refused", "never sent"])
    def test_a_callback_on_what_the_operator_never_held_is_contradicted(
        self, paiement: PaiementPass, operateur: OperateurFactice, envoye: bool
    ) -> None:
        recevoir(paiement, "reussi|100")
        jours = 2 if envoye else 0
        if envoye:
            operateur.pannes = [("avant", injoignable())]
            suivre(DEBUT)

        assert suivre(DEBUT + timedelta(days=jours, minutes=11)) == ["expire"]
        assert RappelOperateur.objects.get().verdict == "contredit"

    def test_a_callback_is_compared_with_what_the_operator_says(
        self, paiement: PaiementPass, operateur: OperateurFactice
    ) -> None:
        suivre(DEBUT)
        operateur.repondre(paiement.reference_mobile_money, Etat.REUSSI, montant=99)
        recevoir(paiement, "reussi|99")
        recevoir(paiement, "reussi|100")

        assert suivre(DEBUT + timedelta(seconds=5)) == ["en_verification"]
        assert list(RappelOperateur.objects.order_by("id").values_list("verdict", flat=True)) == [
            "confirme",
            "contredit",
        ]

    @pytest.mark.parametrize("etat", [Etat.REUSSI, Etat.ECHOUE])
    def test_killed_before_callbacks_are_judged_nothing_is_settled_yet(
        self, paiement: PaiementPass, operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch, etat: Etat
    ) -> None:
        suivre(DEBUT)
        operateur.repondre(paiement.reference_mobile_money, etat)
        recevoir(paiement, f"{etat.value}|100")

        def mourir(**_: Any) -> None:
            raise ProcessusTue

        with monkeypatch.context() as ici:
            ici.setattr(suivi, "juger_rappels", mourir)
            with pytest.raises(ProcessusTue):
                suivre(DEBUT + timedelta(seconds=5))
        paiement.refresh_from_db()
        assert paiement.statut == "en_cours"

        assert suivre(DEBUT + timedelta(minutes=2)) == [{"reussi": "succes", "echoue": "echec"}[etat.value]]
        assert RappelOperateur.objects.get().verdict == "confirme"

    def test_a_refusal_that_comes_late_does_not_end_what_another_worker_has_sent(
        self, operateur: OperateurFactice
    ) -> None:
        """Ended, it could be asked for again, and the money would leave twice."""
        un = demander_versement(
            cle="sinistre:SIN-1", operateur="mtn_money", telephone=PAYEUR, montant=5_000, libelle="", quand=DEBUT
        )
        verser, plus_tard = operateur.verser, DEBUT + timedelta(minutes=2)

        def lent(**demande: Any) -> Accuse:
            operateur.verser = verser  # type: ignore[method-assign]
            assert suivre_versements(plus_tard) == ["en_cours"]
            raise refusee()

        operateur.verser = lent  # type: ignore[method-assign]

        assert suivre_versements(DEBUT) == ["en_cours"]
        operateur.approuver(un.reference)
        assert suivre_versements(plus_tard + timedelta(minutes=2)) == ["succes"]


def suivre_versements(quand: datetime) -> list[str]:
    idents = reserver_decaissements(nombre=10, quand=quand)
    hasard = random.Random(1).random
    return [suivre_decaissement(ident, horloge=lambda: quand, hasard=hasard).statut for ident in idents]


def demander(souscription: SouscriptionPass, **champs: Any) -> PaiementPass:
    return enregistrer_demande(
        souscription=souscription,
        montant=100,
        operateur="mtn_money",
        numero_payeur=PAYEUR,
        quand=DEBUT,
        limite=DEBUT + timedelta(minutes=10),
        a_suivre_le=DEBUT,
        **{"type_paiement": "souscription_initiale", **champs},
    )


def recevoir(paiement: PaiementPass, dit: str) -> None:
    """The callback is attached to its payment, which is due at once."""
    paiement.refresh_from_db()
    rappels.recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|{dit}", adresse="")
    assert rappels.traiter_rappel(quand=DEBUT)


def suivre(quand: datetime) -> list[str]:
    """What is due at `quand` is followed once; returns the states reached."""
    idents = suivi.reserver_paiements(nombre=10, quand=quand)
    hasard = random.Random(1).random
    return [suivi.suivre_paiement(ident, horloge=lambda: quand, hasard=hasard).statut for ident in idents]

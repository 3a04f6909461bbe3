"""Each kind of act of two people: what may be asked, what approving does, what stops it. And a kind of somebody else's."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import (
    ClientPass,
    ModificationClient,
    NumeroPolice,
    PoliceRemplacee,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_clients.services import (
    Auteur,
    attribuer_police,
    attribuer_polices,
    changer_statut,
    changer_telephone,
    modifier_client,
    remplacer_police,
)
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.courses import ou_refus, transaction_ouverte
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.models import AbandonCreance, Cotisation, Decaissement, SoldeContrat
from apps.pass_payments.services.decaissements import clore_a_la_main, reserver_decaissements, suivre_decaissement
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.tests.ecritures import refuse
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.socle import natures
from apps.socle.models import MessageSortant, Proposition
from apps.socle.natures import Demande, Nature, nature, proposable
from apps.socle.services.propositions import approuver, peut_decider, proposer, retirer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur")]

ANNEE = timezone.localdate().year


@pytest.fixture
def agents() -> list[Agent]:
    return AgentFactory.create_batch(3, is_superuser=True)


def demandee(code: str, objet: Any, agent: Agent, **saisie: Any) -> Proposition:
    return proposer(nature=code, objet=objet, motif="il le faut", demandeur=agent, **saisie)


def lu(proposition: Proposition) -> list[tuple[str, str, str]]:
    return [(un.libelle, un.avant, un.apres) for un in nature(proposition.nature).changements(proposition) if un.change]


class TestTelephone:
    def test_two_people_move_the_codes_and_both_phones_are_told(self, agents: list[Agent]) -> None:
        client = ClientFactory(telephone="+242061111111")
        proposition = demandee("telephone", client, agents[0], telephone="06 222 22 22")

        client.refresh_from_db()
        assert client.telephone == "+242061111111"
        assert lu(proposition) == [("Téléphone", "06\u00a0111\u00a011\u00a011", "06\u00a0222\u00a022\u00a022")]
        approuver(proposition=proposition, decideur=agents[1])
        client.refresh_from_db()
        assert client.telephone == "+242062222222"
        modification = ModificationClient.objects.get()
        assert (modification.avant, modification.apres, modification.acteur) == (
            {"telephone": "+242061111111"},
            {"telephone": "+242062222222"},
            agents[1],
        )
        assert sorted(MessageSortant.objects.values_list("telephone", flat=True)) == ["+242061111111", "+242062222222"]

    def test_an_agent_alone_does_not(self, agents: list[Agent]) -> None:
        client = ClientFactory()
        with refuse("changement_a_deux"):
            modifier_client(client=client, auteur=Auteur(agent=agents[0]), telephone="06 222 22 22", nom="OKOKO")
        modifier_client(client=client, auteur=Auteur(agent=agents[0]), telephone=client.telephone, nom="OKOKO")
        assert ClientPass.objects.get().nom == "OKOKO"

    def test_what_changed_meanwhile_is_not_overwritten(self, agents: list[Agent]) -> None:
        client = ClientFactory()
        proposition = demandee("telephone", client, agents[0], telephone="06 222 22 22")
        changer_telephone(client=client, telephone="06 333 33 33", auteur=Auteur(agent=agents[2]))
        with refuse("proposition_impossible"):
            approuver(proposition=proposition, decideur=agents[1])
        client.refresh_from_db()
        assert client.telephone == "+242063333333"

    def test_the_phone_of_another(self, agents: list[Agent]) -> None:
        client, autre = ClientFactory.create_batch(2)
        for telephone in (client.telephone, autre.telephone):
            with refuse("proposition_impossible"):
                demandee("telephone", client, agents[0], telephone=telephone)
        proposition = demandee("telephone", client, agents[0], telephone="06 222 22 22")
        ClientFactory(telephone="+242062222222")
        with refuse("telephone_deja_connu"):
            approuver(proposition=proposition, decideur=agents[1])


class TestPolice:
    def test_the_contract_has_its_number_and_the_former_is_kept(self, agents: list[Agent]) -> None:
        souscription = contrat_en_vigueur().souscription
        ancien = souscription.police.numero_police
        proposition = demandee("police", souscription, agents[0], numero=" pp-2025-vie-0417 ")

        assert lu(proposition) == [("Numéro de police", ancien, "PP-2025-VIE-0417")]
        approuver(proposition=proposition, decideur=agents[1])
        police = NumeroPolice.objects.get()
        assert (police.numero_police, police.mode_attribution, police.agent_attribueur, police.commentaire) == (
            "PP-2025-VIE-0417",
            "manuel",
            agents[0],
            "il le faut",
        )
        garde = PoliceRemplacee.objects.get()
        assert (garde.numero_police, garde.souscription, garde.remplacee_par) == (ancien, souscription, agents[0])
        assert "PP-2025-VIE-0417" in MessageSortant.objects.get().texte

    @pytest.mark.parametrize(
        ("numero", "code"), [("CG", "numero_police_invalide"), ("CG-2026-VIE-900", "proposition_impossible")]
    )
    def test_what_makes_no_sense(self, agents: list[Agent], numero: str, code: str) -> None:
        souscription = contrat_en_vigueur(numero="CG-2026-VIE-900").souscription
        with refuse(code):
            demandee("police", souscription, agents[0], numero=numero)

    def test_only_a_contract_that_lives(self, agents: list[Agent]) -> None:
        sans_police = SouscriptionFactory(active=True)
        resiliee = contrat_en_vigueur().souscription
        changer_statut(souscription=resiliee, vers="resiliee", motif="à sa demande")
        for souscription in (sans_police, resiliee):
            with refuse("proposition_impossible"):
                demandee("police", souscription, agents[0], numero="ANCIEN-1")
            with refuse("police_impossible"):
                remplacer_police(souscription=souscription, numero="ANCIEN-1", agent=agents[0], commentaire="x")

    def test_a_number_is_or_was_anothers(self, agents: list[Agent]) -> None:
        autre, souscription = (contrat_en_vigueur().souscription for _ in range(2))
        rendu = autre.police.numero_police
        remplacer_police(souscription=autre, numero="ANCIEN-1", agent=agents[0], commentaire="x")
        for numero in ("ANCIEN-1", rendu):
            with refuse("police_deja_attribuee"):
                remplacer_police(souscription=souscription, numero=numero, agent=agents[0], commentaire="x")
        with refuse("police_deja_attribuee"):
            remplacer_police(
                souscription=souscription, numero=souscription.police.numero_police, agent=agents[0], commentaire="x"
            )
        nouvelle = SouscriptionFactory(active=True)
        with refuse("police_deja_attribuee"):
            attribuer_police(souscription=nouvelle, numero=rendu, agent=agents[0])

    def test_far_ahead_of_its_series(self, agents: list[Agent]) -> None:
        proposition = demandee("police", contrat_en_vigueur().souscription, agents[0], numero=f"CG-{ANNEE}-VIE-999999")
        with refuse("numero_police_invalide"):
            approuver(proposition=proposition, decideur=agents[1])

    def test_the_database_keeps_former_numbers(self, agents: list[Agent]) -> None:
        police = contrat_en_vigueur()
        with refus.refuse("remplacé n'est pas gardé"):
            NumeroPolice.objects.filter(pk=police.pk).update(numero_police="AUTRE-1")
        remplacer_police(souscription=police.souscription, numero="ANCIEN-1", agent=agents[0], commentaire="x")
        with refus.refuse("polices_numero_jamais_rendu"):
            NumeroPolice.objects.filter(pk=police.pk).update(numero_police=police.numero_police)
        for ecriture in ({"numero_police": "X-1"}, None):
            lignes = PoliceRemplacee.objects.all()
            with refus.refuse("Cannot update or delete"):
                lignes.update(**ecriture) if ecriture else lignes.delete()

    def test_the_series_steps_over_a_number_that_was_given_up(self, agents: list[Agent]) -> None:
        """One that had been placed by hand for a year to come, hence unknown to its series."""
        souscription = contrat_en_vigueur().souscription
        PoliceRemplacee.objects.create(
            numero_police=f"CG-{ANNEE}-VIE-001",
            souscription=souscription,
            mode_attribution="manuel",
            attribuee_le=timezone.now(),
            remplacee_par=agents[0],
        )
        une, deux = (SouscriptionFactory(active=True, produit=souscription.produit) for _ in range(2))
        assert attribuer_polices() == 2
        assert sorted(
            NumeroPolice.objects.filter(souscription__in=(une, deux)).values_list("numero_police", flat=True)
        ) == [f"CG-{ANNEE}-VIE-002", f"CG-{ANNEE}-VIE-003"]


class TestAbandon:
    @pytest.fixture
    def suspendue(self) -> SouscriptionPass:
        """Four instalments of a hundred in a hundred days, one paid."""
        souscription = contrat_en_vigueur().souscription
        PaiementFactory(souscription=souscription, montant=100)
        return changer_statut(souscription=souscription, vers="suspendue", motif="retard")

    def test_the_contract_ends_and_its_debt_is_no_more_claimed(
        self, suspendue: SouscriptionPass, agents: list[Agent]
    ) -> None:
        avant = list(Cotisation.objects.order_by("numero").values_list("montant_paye", flat=True))
        proposition = demandee("abandon", suspendue, agents[0])

        assert lu(proposition) == [
            ("État du contrat", "Suspendue", "Résiliée"),
            ("Réclamé au client", "300\u202fFCFA", "0\u202fFCFA"),
            ("Abandonné, passé en perte", "0\u202fFCFA", "300\u202fFCFA"),
        ]
        approuver(proposition=proposition, decideur=agents[1])
        suspendue.refresh_from_db()
        assert suspendue.statut == "resiliee"
        abandon = AbandonCreance.objects.get()
        assert (abandon.souscription, abandon.montant, abandon.proposition) == (suspendue, 300, proposition)
        transition = TransitionSouscription.objects.last()
        assert transition is not None
        assert (transition.motif, transition.acteur) == ("créance abandonnée", agents[1])

        # What was paid is what was paid, and what was not is still late: nobody paid it.
        assert list(Cotisation.objects.order_by("numero").values_list("montant_paye", flat=True)) == avant
        solde = SoldeContrat.objects.get()
        assert (solde.montant_en_retard, solde.total_paye) == (300, 100)

    def test_a_contract_that_had_ended(self, suspendue: SouscriptionPass, agents: list[Agent]) -> None:
        changer_statut(souscription=suspendue, vers="resiliee", motif="à sa demande")
        approuver(proposition=demandee("abandon", suspendue, agents[0]), decideur=agents[1])
        assert AbandonCreance.objects.get().montant == 300
        with refuse("abandon_impossible"):
            demandee("abandon", suspendue, agents[0])

    def test_not_while_it_lives_nor_for_nothing(self, agents: list[Agent]) -> None:
        active, payee, sans_police = (
            contrat_en_vigueur().souscription,
            contrat_en_vigueur().souscription,
            SouscriptionFactory(active=True),
        )
        PaiementFactory(souscription=payee, montant=1_200)
        changer_statut(souscription=payee, vers="expiree", motif="fin")
        changer_statut(souscription=sans_police, vers="suspendue", motif="retard")
        for souscription in (active, payee, sans_police):
            with refuse("abandon_impossible"):
                demandee("abandon", souscription, agents[0])

    def test_a_payment_meanwhile_stops_it(self, suspendue: SouscriptionPass, agents: list[Agent]) -> None:
        proposition = demandee("abandon", suspendue, agents[0])
        PaiementFactory(souscription=suspendue, montant=100)
        with refuse("proposition_impossible"):
            approuver(proposition=proposition, decideur=agents[1])

    def test_the_database_refuses_the_rest(self, suspendue: SouscriptionPass, agents: list[Agent]) -> None:
        proposition = demandee("abandon", suspendue, agents[0])
        with refus.refuse("le contrat n'est pas résilié"):
            AbandonCreance.objects.create(souscription=suspendue, montant=1, proposition=proposition)
        approuver(proposition=proposition, decideur=agents[1])
        with refus.refuse("Cannot update or delete"):
            AbandonCreance.objects.update(montant=1)


def decaissement(*, paiement: Any = None, **champs: Any) -> Decaissement:
    valeurs = {
        "nature": "remboursement" if paiement else "versement",
        "numero": "DEC-20261121-000001",
        "cle": "sinistre:1",
        "paiement": paiement,
        "operateur": "mtn_money",
        "telephone": "+242061234567",
        "montant": 400,
        "libelle": "NSIA",
        "statut": "en_verification",
        "a_suivre_le": timezone.now(),
    }
    return Decaissement.objects.create(**{**valeurs, **champs})


DIT = {"dit": "M. Okemba, par téléphone", "code_confirmation": "77"}


class TestCloture:
    def test_a_refund_that_arrived(self, agents: list[Agent]) -> None:
        paiement = PaiementFactory(montant=400, numero_payeur="+242061234567")
        un = decaissement(paiement=paiement)
        proposition = demandee("cloture", un, agents[0], verse=True, **DIT)

        assert lu(proposition) == [
            ("Statut", "En vérification", "Versé"),
            ("Ce que l'opérateur a dit", "–", "M. Okemba, par téléphone"),
            ("Code de l'opérateur", "–", "77"),
        ]
        assert proposition.client == paiement.souscription.client
        approuver(proposition=proposition, decideur=agents[1])
        un.refresh_from_db()
        paiement.refresh_from_db()
        assert (un.statut, un.code_confirmation, un.a_suivre_le, paiement.statut) == ("succes", "77", None, "rembourse")
        fait = paiement.evenements.last()
        assert (fait.acteur_id, fait.donnees) == (
            agents[1].pk,
            {"decaissement": un.numero, "proposition": proposition.pk},
        )

    def test_a_payout_that_did_not_may_be_sent_again(self, agents: list[Agent]) -> None:
        un = decaissement()
        proposition = demandee("cloture", un, agents[0], verse=False, **DIT)
        assert (proposition.client, proposition.paiement) == (None, None)
        approuver(proposition=proposition, decideur=agents[1])
        un.refresh_from_db()
        assert (un.statut, un.motif_echec) == ("echec", "autre")
        assert decaissement(numero="DEC-20261121-000002").statut == "en_verification"

    def test_not_while_the_operator_works_nor_after_the_end(self, agents: list[Agent], settings: Settings) -> None:
        paiement = PaiementFactory(numero_payeur="+242061234567")
        un = decaissement(statut="en_cours")
        fini = decaissement(
            statut="succes", numero="DEC-2", cle="b", paiement=paiement, a_suivre_le=None, termine_le=timezone.now()
        )
        for autre in (un, fini):
            with refuse("decaissement_deja_clos"):
                demandee("cloture", autre, agents[0], verse=True, **DIT)
        muet = decaissement(
            statut="en_cours",
            numero="DEC-3",
            cle="c",
            demande_le=timezone.now() - settings.PAIEMENT_SUIVI_TARDIF - timedelta(minutes=1),
        )
        assert demandee("cloture", muet, agents[0], verse=True, **DIT).statut == "proposee"

    def test_the_operator_spoke_meanwhile(self, agents: list[Agent], operateur: OperateurFactice) -> None:
        un = decaissement()
        proposition = demandee("cloture", un, agents[0], verse=False, **DIT)
        operateur.verser(reference=un.reference, montant=400, telephone=un.telephone, numero=un.numero, libelle="")
        operateur.approuver(un.reference)
        (ident,) = reserver_decaissements(nombre=1)
        assert suivre_decaissement(ident).statut == "succes"

        with refuse("proposition_impossible"):
            approuver(proposition=proposition, decideur=agents[1])
        with refuse("decaissement_deja_clos"):
            clore_a_la_main(
                decaissement=un, verse=False, code_confirmation="", donnees={}, acteur=agents[1], quand=timezone.now()
            )


class TestRetirer:
    def test_who_asked_asks_no_more(self, agents: list[Agent]) -> None:
        paiement = PaiementFactory(numero_payeur="+242061234567")
        proposition = proposer_retour(paiement=paiement, motif="erreur", demandeur=agents[0])
        with refuse("retrait_impossible"):
            retirer(proposition=proposition, demandeur=agents[1])
        assert retirer(proposition=proposition, demandeur=agents[0]).statut == "retiree"
        with refuse("proposition_deja_decidee"):
            approuver(proposition=proposition, decideur=agents[1])
        assert proposer_retour(paiement=paiement, motif="erreur", demandeur=agents[0]).statut == "proposee"

    def test_one_out_of_date_leaves_its_place(self, agents: list[Agent], settings: Settings) -> None:
        paiement = PaiementFactory(numero_payeur="+242061234567")
        vieille = proposer_retour(
            paiement=paiement,
            motif="erreur",
            demandeur=agents[0],
            quand=timezone.now() - settings.PROPOSITION_VALIDITE,
        )
        nouvelle = proposer_retour(paiement=paiement, motif="erreur", demandeur=agents[1])
        vieille.refresh_from_db()
        assert (vieille.statut, nouvelle.statut) == ("perimee", "proposee")


class Prenom(Nature[ClientPass]):
    """What an app to the right may add: a class under its code."""

    libelle = "Changer un prénom"
    droit_proposer = "pass_clients.view_clientpass"
    droit_decider = "pass_clients.change_clientpass"
    champs = {"prenom": ("Prénom", str)}
    essentiel = ("prenom",)

    def objet(self, proposition: Proposition) -> ClientPass:
        return ClientPass.objects.get(propositions=proposition)

    def tenir(self, objet: ClientPass) -> ClientPass:
        return ClientPass.objects.select_for_update().get(pk=objet.pk)

    def demander(self, objet: ClientPass, **saisie: Any) -> Demande:
        return Demande(
            cle=f"prenom:{objet.pk}",
            client_id=objet.pk,
            avant=self.situation(objet),
            apres={"prenom": saisie["prenom"]},
        )

    def situation(self, objet: ClientPass) -> Mapping[str, Any]:
        return {"prenom": objet.prenom}

    def executer(self, objet: ClientPass, proposition: Proposition, **qui: Any) -> None:
        modifier_client(client=objet, prenom=proposition.apres["prenom"])

    def fait(self, proposition: Proposition) -> str:
        return "Fait."


class TestAutreNature:
    @pytest.fixture(autouse=True)
    def _inscrite(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(natures, "_NATURES", dict(natures._NATURES))
        proposable("prenom")(Prenom)

    def test_a_code_is_one_kind_s(self) -> None:
        with pytest.raises(ValueError, match="deux fois"):
            proposable("prenom")(Prenom)

    def test_it_goes_through_the_same_door(self, agents: list[Agent]) -> None:
        client = ClientFactory()
        proposition = demandee("prenom", client, agents[0], prenom="Grâce")
        assert str(proposition) == f"Changer un prénom · {client.pk}"
        approuver(proposition=proposition, decideur=agents[1])
        client.refresh_from_db()
        assert client.prenom == "Grâce"

    @pytest.mark.parametrize(
        ("role", "decide"), [("gestionnaire", True), ("agent", True), ("conseiller", False), ("auditeur", False)]
    )
    def test_its_own_permission_decides(self, agents: list[Agent], role: str, decide: bool) -> None:
        """Agents may change a client, not decide of proposals on money."""
        demandeur = AgentFactory(role=role)
        proposition = demandee("prenom", ClientFactory(), agents[0], prenom="Grâce")
        retour = proposer_retour(
            paiement=PaiementFactory(numero_payeur="+242061234567"), motif="erreur", demandeur=agents[0]
        )
        assert peut_decider(proposition, demandeur) is decide
        assert peut_decider(retour, demandeur) is (role == "gestionnaire")
        if decide:
            assert not peut_decider(demandee("prenom", ClientFactory(), demandeur, prenom="Grâce"), demandeur)


@pytest.mark.django_db(transaction=True)
class TestCourses:
    @pytest.mark.parametrize("code", ["telephone", "police", "abandon", "cloture"])
    def test_two_who_approve_at_once_do_it_once(self, agents: list[Agent], code: str) -> None:
        souscription = contrat_en_vigueur().souscription
        objet: Any = souscription
        saisie: dict[str, Any] = {}
        if code == "telephone":
            objet, saisie = souscription.client, {"telephone": "06 222 22 22"}
        elif code == "police":
            saisie = {"numero": "ANCIEN-1"}
        elif code == "abandon":
            objet = changer_statut(souscription=souscription, vers="suspendue", motif="retard")
        else:
            objet, saisie = decaissement(), {"verse": True, **DIT}
        proposition = demandee(code, objet, agents[0], **saisie)

        issues = Counter(
            en_parallele(
                6,
                lambda rang: ou_refus(lambda: approuver(proposition=proposition, decideur=agents[1 + rang % 2]).statut),
            )
        )

        assert issues == {"approuvee": 1, "proposition_deja_decidee": 5}
        ecrites = {
            "telephone": ModificationClient.objects.count(),
            "police": PoliceRemplacee.objects.count(),
            "abandon": AbandonCreance.objects.count(),
            "cloture": Decaissement.objects.filter(statut="succes").count(),
        }
        assert ecrites == {nom: int(nom == code) for nom in ecrites}

    def test_a_number_given_up_is_not_caught_by_another(self, agents: list[Agent]) -> None:
        """Who wants it waits for the transaction that frees it, then meets the rule that it is never given again."""
        police = contrat_en_vigueur()
        autre = SouscriptionFactory(active=True, produit=police.souscription.produit)

        def la_prendre() -> str:
            return str(
                ou_refus(
                    lambda: (
                        attribuer_police(souscription=autre, numero=police.numero_police, agent=agents[1]).numero_police
                    )
                )
            )

        with transaction_ouverte(la_prendre) as course:
            remplacer_police(souscription=police.souscription, numero="ANCIEN-1", agent=agents[0], commentaire="x")

        assert course.result() == "police_deja_attribuee"
        assert NumeroPolice.objects.get().numero_police == "ANCIEN-1"

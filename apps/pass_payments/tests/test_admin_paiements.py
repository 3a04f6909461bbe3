"""Payments in the back office: every list, page and act, for those who may, those who may not, and nobody."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.lectures import personnel
from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.mtn_integration.models import TransactionMTN
from apps.mtn_integration.services import TRACES
from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    DocumentEmis,
    EcartRapprochement,
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
)
from apps.pass_payments.services.guichet import encaisser_au_guichet
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.services.suivi import hater, reserver_paiements, suivre_paiement
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.socle.models import MessageSortant, Proposition, TachePlanifiee, Travailleur
from apps.socle.services.messages import annoncer_code
from apps.socle.services.propositions import refuser
from nsia_pass_api.back_office import accueil as back_office

pytestmark = pytest.mark.django_db

PAYEUR = "+242061234567"
MODELES: list[type[Model]] = [
    PaiementPass,
    AnomaliePaiement,
    Proposition,
    Decaissement,
    DocumentEmis,
    Rapprochement,
    EcartRapprochement,
    RappelOperateur,
    MessageSortant,
    TachePlanifiee,
    Travailleur,
]


def liste(modele: type[Model], **parametres: str) -> str:
    meta = modele._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist", query=parametres or None)


def page(objet: Model) -> str:
    meta = objet._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[objet.pk])


def acte(objet: Model, nom: str) -> str:
    meta = objet._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_acte", args=[objet.pk, nom])


def lire(client: Client, adresse: str) -> str:
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    return reponse.content.decode()


def boutons(client: Client, objet: Model) -> list[str]:
    """The acts that the object's page offers, by name."""
    return re.findall(rf'{re.escape(page(objet).removesuffix("change/"))}acte/(\w+)/"', lire(client, page(objet)))


def dit(reponse: Any) -> list[str]:
    return [str(message) for message in get_messages(reponse.wsgi_request)]


def refus(reponse: Any) -> list[str]:
    """What the form that comes back says is wrong, wherever."""
    assert reponse.status_code == 200
    return [message for messages in reponse.context["form"].errors.values() for message in messages]


@pytest.fixture(autouse=True)
def _types_connus() -> None:
    ContentType.objects.clear_cache()


@pytest.fixture
def responsable() -> Agent:
    return AgentFactory(is_superuser=True)


@pytest.fixture
def connectee(client: Client, responsable: Agent) -> Client:
    client.force_login(responsable)
    return client


def connexion(agent: Agent, *droits: str) -> Client:
    agent.user_permissions.set(Permission.objects.filter(codename__in=droits))
    client = Client()
    client.force_login(agent)
    return client


def paiement_confirme(**champs: Any) -> PaiementPass:
    return PaiementFactory(**{"numero_payeur": PAYEUR, "souscription": contrat_en_vigueur().souscription, **champs})


def paiement_en_cours(**champs: Any) -> PaiementPass:
    demain = timezone.now() + timedelta(days=1)
    return PaiementFactory(
        statut="en_cours", numero_payeur=PAYEUR, a_suivre_le=demain, limite=demain, date_confirmation=None, **champs
    )


def anomalie(paiement: PaiementPass, **champs: Any) -> AnomaliePaiement:
    return AnomaliePaiement.objects.create(
        **{"paiement": paiement, "nature": "montant_different", "donnees": {"demande": 100, "constate": 50}, **champs}
    )


def suspendue() -> SouscriptionPass:
    return changer_statut(souscription=contrat_en_vigueur().souscription, vers="suspendue", motif="retard")


def decaissement_conteste() -> Decaissement:
    return Decaissement.objects.create(
        nature="versement",
        numero="DEC-20261121-000077",
        cle="sinistre:1",
        operateur="mtn_money",
        telephone=PAYEUR,
        montant=100,
        libelle="NSIA",
        statut="en_verification",
        a_suivre_le=timezone.now(),
    )


def ecart(**champs: Any) -> EcartRapprochement:
    rapprochement = Rapprochement.objects.create(
        operateur="mtn_money",
        jour=date(2026, 11, 21),
        source="essai",
        lignes_releve=1,
        lignes_journal=0,
        concordantes=0,
        manquantes=0,
        etrangeres=1,
        differentes=0,
        montant_releve=700,
        montant_journal=0,
    )
    return EcartRapprochement.objects.create(
        **{
            "operateur": "mtn_money",
            "nature": "etranger",
            "cle": str(uuid.uuid4()),
            "jour": rapprochement.jour,
            "rapprochement": rapprochement,
            "montant_releve": 700,
            **champs,
        }
    )


@dataclass
class Dossier:
    """One of everything about a payment, and what runs beside."""

    rang: int
    demandeur: Agent

    def ecrire(self) -> PaiementPass:
        paiement = paiement_confirme()
        PaiementFactory(rattache_a=paiement, reference_mobile_money=None)
        anomalie(paiement)
        proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=self.demandeur)
        Decaissement.objects.create(
            nature="remboursement",
            numero=f"DEC-20261121-{self.rang:06d}",
            cle=f"paiement:{paiement.numero_transaction}",
            paiement=paiement,
            operateur="mtn_money",
            telephone=PAYEUR,
            montant=100,
            libelle="Remboursement NSIA",
            statut="echec",
            motif_echec="refuse",
            termine_le=timezone.now(),
        )
        RappelOperateur.objects.create(operateur="mtn_money", corps="{}", paiement=paiement, verdict="confirme")
        ecart(paiement=paiement, montant_journal=100, nature="different")
        DocumentEmis.objects.create(
            code=f"ABCD-EFGH-{'ABCDEFGHJKLM'[self.rang]}234",
            type="recu",
            souscription=paiement.souscription,
            paiement=paiement,
        )
        MessageSortant.objects.create(
            cle=f"paiement:{paiement.numero_transaction}:succes", telephone=PAYEUR, texte="Bonjour"
        )
        TachePlanifiee.objects.create(nom=f"tache{self.rang}", prochaine_le=timezone.now())
        Travailleur.objects.create(hote="serveur", pid=self.rang + 1)
        return paiement


@pytest.fixture
def dossiers() -> Callable[[int], list[PaiementPass]]:
    def ecrire(nombre: int) -> list[PaiementPass]:
        demandeur = AgentFactory(role="gestionnaire", first_name="Prosper", last_name="NKOUNKOU")
        return [Dossier(rang, demandeur).ecrire() for rang in range(nombre)]

    return ecrire


def notee(modele: type[Model]) -> bool:
    return personnel(modele)


class TestRequetes:
    """Session and agent are two; a list adds its statistics, its count and its rows. Reading people's data adds a line."""

    @pytest.mark.parametrize("nombre", [1, 12])
    @pytest.mark.parametrize("modele", MODELES)
    def test_listes(
        self, connectee: Client, django_assert_num_queries: Any, dossiers: Any, modele: type[Model], nombre: int
    ) -> None:
        dossiers(nombre)
        with django_assert_num_queries(5 + notee(modele)):
            reponse = connectee.get(liste(modele))
        assert reponse.status_code == 200
        assert len(reponse.context["cl"].result_list) == modele._default_manager.count()

    @pytest.mark.parametrize(
        ("modele", "requetes"),
        [
            # Itself, what it settled (two), exchanges, journal, and seven tabs of which that of callbacks is counted.
            (PaiementPass, 16),
            (AnomaliePaiement, 4),
            (Proposition, 4),
            (Decaissement, 4),
            (DocumentEmis, 4),
            (Rapprochement, 6),  # itself, its differences counted and read
            (EcartRapprochement, 4),
            (RappelOperateur, 4),
            (MessageSortant, 4),
            (TachePlanifiee, 4),
            (Travailleur, 4),
        ],
    )
    def test_pages(
        self, connectee: Client, django_assert_num_queries: Any, dossiers: Any, modele: type[Model], requetes: int
    ) -> None:
        dossiers(2)
        objet = modele._default_manager.order_by("pk").first()
        assert objet is not None
        with django_assert_num_queries(requetes + notee(modele)):
            assert connectee.get(page(objet)).status_code == 200

    def test_un_paiement_seul_n_a_que_son_journal(self, connectee: Client, django_assert_num_queries: Any) -> None:
        paiement = paiement_en_cours()
        with django_assert_num_queries(6 + notee(PaiementPass)):  # and what was said with the operator: nothing
            html = lire(connectee, page(paiement))
        assert re.findall(r"activeTab = '([\w-]+)'", html) == ["general", "evenements"]

    @pytest.mark.parametrize("nom", ["interroger", "proposer"])
    def test_formulaires_d_un_paiement(self, connectee: Client, django_assert_num_queries: Any, nom: str) -> None:
        paiement = paiement_confirme()
        with django_assert_num_queries(3 + notee(PaiementPass)):
            assert connectee.get(acte(paiement, nom)).status_code == 200

    def test_formulaire_de_la_caisse(self, connectee: Client, django_assert_num_queries: Any) -> None:
        souscription = contrat_en_vigueur().souscription
        with django_assert_num_queries(4 + notee(SouscriptionPass)):  # itself and its balance
            assert connectee.get(acte(souscription, "encaisser")).status_code == 200


class TestDroits:
    @pytest.mark.parametrize("modele", MODELES)
    def test_personne_n_ecrit_dans_ces_pages(self, connectee: Client, dossiers: Any, modele: type[Model]) -> None:
        dossiers(1)
        objet = modele._default_manager.first()
        assert objet is not None
        avant = list(modele._default_manager.values())
        meta = modele._meta
        ajout = reverse(f"admin:{meta.app_label}_{meta.model_name}_add")
        suppression = reverse(f"admin:{meta.app_label}_{meta.model_name}_delete", args=[objet.pk])
        assert connectee.post(page(objet), {"statut": "succes"}).status_code == 403
        assert connectee.post(ajout, {}).status_code == 403
        assert connectee.post(suppression, {"post": "yes"}).status_code == 403
        assert list(modele._default_manager.values()) == avant

    @pytest.mark.parametrize("modele", MODELES)
    def test_sans_droit_rien_ne_se_lit(self, dossiers: Any, modele: type[Model]) -> None:
        dossiers(1)
        objet = modele._default_manager.first()
        assert objet is not None
        client = connexion(AgentFactory())
        assert [client.get(liste(modele)).status_code, client.get(page(objet)).status_code] == [403, 403]

    @pytest.mark.parametrize("modele", MODELES)
    def test_qui_lit_lit(self, dossiers: Any, modele: type[Model]) -> None:
        dossiers(1)
        objet = modele._default_manager.first()
        assert objet is not None
        client = connexion(AgentFactory(role="auditeur"))
        assert [client.get(liste(modele)).status_code, client.get(page(objet)).status_code] == [200, 200]
        assert boutons(client, objet) == []

    @pytest.mark.parametrize("modele", MODELES)
    def test_un_inconnu_est_mene_a_la_connexion(self, client: Client, dossiers: Any, modele: type[Model]) -> None:
        dossiers(1)
        objet = modele._default_manager.first()
        assert objet is not None
        for adresse in (liste(modele), page(objet)):
            reponse = client.get(adresse)
            assert (reponse.status_code, reponse["Location"]) == (302, f"/admin/login/?next={adresse}")


@dataclass(frozen=True)
class Essai:
    """An act, what it is done on and what is posted."""

    nom: str
    preparer: Callable[[], Model]
    saisie: dict[str, str]


def _proposition() -> Proposition:
    return proposer_retour(
        paiement=paiement_confirme(), motif="payé deux fois", demandeur=AgentFactory(role="gestionnaire")
    )


ENCAISSEMENT = {"montant": "100", "operateur": "especes", "justificatif": "", "cle": "a" * 20, "confirme": "1"}
ESSAIS = [
    Essai("interroger", paiement_en_cours, {}),
    Essai("proposer", paiement_confirme, {"motif": "doublon"}),
    Essai("approuver", _proposition, {"commentaire": "vu"}),
    Essai("refuser", _proposition, {"commentaire": "non"}),
    Essai("resoudre", lambda: anomalie(paiement_confirme()), {"commentaire": "remboursé"}),
    Essai("resoudre", ecart, {"commentaire": "retrouvé"}),
    Essai("encaisser", lambda: contrat_en_vigueur().souscription, ENCAISSEMENT),
    Essai("telephone", ClientFactory, {"telephone": "05 512 34 56", "motif": "a perdu sa carte SIM"}),
    Essai("attribuer", lambda: SouscriptionFactory(active=True), {"mode": "automatique"}),
    Essai("remplacer", lambda: contrat_en_vigueur().souscription, {"numero": "ANCIEN-1", "motif": "son ancien numéro"}),
    Essai("abandonner", lambda: suspendue(), {"motif": "introuvable depuis un an"}),
    Essai(
        "clore", lambda: decaissement_conteste(), {"verse": "oui", "dit": "M. Okemba : arrivé", "motif": "sans réponse"}
    ),
]
_NOMS = [f"{essai.nom}-{rang}" for rang, essai in enumerate(ESSAIS)]


def etat() -> list[list[dict[str, Any]]]:
    """All that acts may change."""
    modeles = (
        PaiementPass,
        EvenementPaiement,
        Proposition,
        AnomaliePaiement,
        EcartRapprochement,
        Decaissement,
        NumeroPolice,
    )
    return [list(modele._default_manager.order_by("pk").values()) for modele in modeles]


class TestActes:
    @pytest.mark.parametrize("essai", ESSAIS, ids=_NOMS)
    def test_qui_en_a_le_droit_le_fait(self, operateur: OperateurFactice, essai: Essai) -> None:
        objet = essai.preparer()
        agent = AgentFactory(role="gestionnaire")
        client = connexion(agent)
        assert essai.nom in boutons(client, objet)
        assert client.get(acte(objet, essai.nom)).status_code == 200
        avant = etat()
        reponse = client.post(acte(objet, essai.nom), essai.saisie)
        assert (reponse.status_code, reponse["Location"]) == (302, page(objet))
        assert etat() != avant
        assert LogEntry.objects.get().user_id == agent.pk
        assert len(dit(reponse)) == 1

    @pytest.mark.parametrize("essai", ESSAIS, ids=_NOMS)
    def test_qui_n_en_a_pas_le_droit_est_refuse(self, operateur: OperateurFactice, essai: Essai) -> None:
        objet = essai.preparer()
        client = connexion(AgentFactory(role="auditeur"))
        avant = etat()
        assert essai.nom not in boutons(client, objet)
        assert client.get(acte(objet, essai.nom)).status_code == 403
        assert client.post(acte(objet, essai.nom), essai.saisie).status_code == 403
        assert etat() == avant

    def test_le_droit_de_faire_ne_donne_pas_celui_de_voir(self) -> None:
        client = connexion(AgentFactory(), "add_paiementpass")
        souscription = contrat_en_vigueur().souscription
        assert client.get(acte(souscription, "encaisser")).status_code == 403
        assert client.post(acte(souscription, "encaisser"), ENCAISSEMENT).status_code == 403

    @pytest.mark.parametrize("essai", ESSAIS, ids=_NOMS)
    def test_un_inconnu_ne_fait_rien(self, client: Client, operateur: OperateurFactice, essai: Essai) -> None:
        objet = essai.preparer()
        avant = etat()
        reponse = client.post(acte(objet, essai.nom), essai.saisie)
        assert (reponse.status_code, reponse["Location"]) == (302, f"/admin/login/?next={acte(objet, essai.nom)}")
        assert etat() == avant

    @pytest.mark.parametrize("essai", ESSAIS, ids=_NOMS)
    def test_un_jeton_est_exige(self, responsable: Agent, operateur: OperateurFactice, essai: Essai) -> None:
        objet = essai.preparer()
        client = Client(enforce_csrf_checks=True)
        client.force_login(responsable)
        avant = etat()
        assert client.post(acte(objet, essai.nom), essai.saisie).status_code == 403
        assert etat() == avant

    def test_ce_qui_n_existe_pas(self, connectee: Client) -> None:
        paiement = paiement_confirme()
        assert connectee.get(acte(paiement, "detruire")).status_code == 404
        paiement.pk = 0
        assert connectee.get(acte(paiement, "proposer")).status_code == 404

    @pytest.mark.parametrize("essai", [essai for essai in ESSAIS if essai.nom in ("proposer", "refuser", "resoudre")])
    def test_sans_motif_rien_ne_se_fait(self, connectee: Client, operateur: OperateurFactice, essai: Essai) -> None:
        objet = essai.preparer()
        avant = etat()
        reponse = connectee.post(acte(objet, essai.nom), dict.fromkeys(essai.saisie, "   "))
        assert refus(reponse) == ["Ce champ est obligatoire."]
        assert etat() == avant


class TestInterroger:
    def test_le_prochain_passage_est_maintenant(self, connectee: Client, operateur: OperateurFactice) -> None:
        paiement = paiement_en_cours()
        assert reserver_paiements(nombre=1) == []
        reponse = connectee.post(acte(paiement, "interroger"))
        assert dit(reponse) == ["L'opérateur va être interrogé. Rechargez cette page dans quelques secondes."]
        assert reserver_paiements(nombre=1) == [paiement.pk]

    @pytest.mark.parametrize(
        ("champs", "offert"),
        [
            ({"statut": "initie"}, True),
            ({"statut": "en_verification"}, True),
            ({"statut": "echec", "motif_echec": "refuse"}, True),
            ({"statut": "expire"}, True),
            ({"statut": "succes"}, False),
            ({"statut": "rembourse"}, False),
            ({"statut": "en_cours", "operateur": "airtel_money"}, False),
            ({"statut": "en_cours", "reference_mobile_money": None}, False),
        ],
    )
    def test_quand_il_y_a_quelque_chose_a_apprendre(
        self, connectee: Client, operateur: OperateurFactice, champs: dict[str, Any], offert: bool
    ) -> None:
        confirmes = champs["statut"] in ("succes", "rembourse")
        paiement = PaiementFactory(**champs, **({} if confirmes else {"date_confirmation": None}))
        assert ("interroger" in boutons(connectee, paiement)) is offert
        reponse = connectee.post(acte(paiement, "interroger"))
        assert (reponse.status_code, reponse["Location"]) == (302, page(paiement))
        paiement.refresh_from_db()
        assert (paiement.a_suivre_le is not None) is offert
        if not offert:
            assert dit(reponse) == [
                "Il n'y a rien à demander à l'opérateur : ce paiement est réglé, ou n'est pas le sien."
            ]

    def test_un_paiement_echoue_redemande_et_toujours_echoue_reste_echoue(self, operateur: OperateurFactice) -> None:
        paiement = PaiementFactory(statut="echec", motif_echec="refuse", date_confirmation=None)
        hater(paiement=paiement)
        (ident,) = reserver_paiements(nombre=1)
        assert suivre_paiement(ident).statut == "echec"
        assert reserver_paiements(nombre=1, quand=timezone.now() + timedelta(days=2)) == []


class TestPropositions:
    @pytest.mark.parametrize(
        ("champs", "intitule"),
        [
            ({}, "Proposer un remboursement"),
            ({"operateur": "especes", "reference_mobile_money": None}, "Proposer l&#x27;annulation"),
        ],
    )
    def test_selon_qui_a_recu_l_argent(
        self, connectee: Client, operateur: OperateurFactice, champs: dict[str, Any], intitule: str
    ) -> None:
        assert intitule in lire(connectee, page(paiement_confirme(**champs)))

    def test_une_seule_a_la_fois(self, connectee: Client, responsable: Agent) -> None:
        paiement = paiement_confirme()
        proposition = proposer_retour(paiement=paiement, motif="doublon", demandeur=AgentFactory(role="gestionnaire"))
        html = lire(connectee, page(paiement))
        assert f'href="{page(proposition)}">une proposition</a> attend la décision d\'une seconde personne' in html
        assert boutons(connectee, paiement) == ["imprimer"]
        assert refus(connectee.post(acte(paiement, "proposer"), {"motif": "encore"})) == [
            "Une proposition attend déjà une décision à ce sujet."
        ]

    def test_seul_un_paiement_confirme(self, connectee: Client, operateur: OperateurFactice) -> None:
        paiement = paiement_en_cours()
        assert "proposer" not in boutons(connectee, paiement)
        assert refus(connectee.post(acte(paiement, "proposer"), {"motif": "doublon"})) == [
            "Seul un paiement confirmé peut être remboursé ou annulé."
        ]

    def test_pas_pendant_un_remboursement(self, connectee: Client, operateur: OperateurFactice) -> None:
        proposition = _proposition()
        connectee.post(acte(proposition, "approuver"), {"commentaire": ""})
        assert boutons(connectee, proposition.paiement) == ["imprimer"]

    @pytest.mark.parametrize("nom", ["approuver", "refuser"])
    def test_qui_demande_ne_decide_pas(
        self, connectee: Client, responsable: Agent, operateur: OperateurFactice, nom: str
    ) -> None:
        """Not even an administrator."""
        proposition = proposer_retour(paiement=paiement_confirme(), motif="doublon", demandeur=responsable)
        assert "une seconde personne doit décider" in lire(connectee, page(proposition))
        assert boutons(connectee, proposition) == ["retirer"]
        avant = etat()
        assert refus(connectee.post(acte(proposition, nom), {"commentaire": "vu"})) == [
            "Une autre personne que celle qui a fait la demande doit décider."
        ]
        assert etat() == avant

    def test_un_remboursement_approuve_part(
        self, connectee: Client, responsable: Agent, operateur: OperateurFactice
    ) -> None:
        proposition = _proposition()
        assert boutons(connectee, proposition) == ["approuver", "refuser"]
        reponse = connectee.post(acte(proposition, "approuver"), {"commentaire": "vu avec la cliente"})
        assert dit(reponse) == ["Approuvé : le remboursement part chez l'opérateur."]
        proposition.refresh_from_db()
        assert (proposition.statut, proposition.decideur, proposition.commentaire) == (
            "approuvee",
            responsable,
            "vu avec la cliente",
        )
        assert Decaissement.objects.get().paiement == proposition.paiement
        assert boutons(connectee, proposition) == []

    def test_une_annulation_approuvee_est_faite(self, connectee: Client) -> None:
        paiement = encaisser_au_guichet(
            souscription=contrat_en_vigueur().souscription, montant=100, operateur="especes", agent=AgentFactory()
        )
        proposition = proposer_retour(
            paiement=paiement, motif="erreur de saisie", demandeur=AgentFactory(role="gestionnaire")
        )
        reponse = connectee.post(acte(proposition, "approuver"), {"commentaire": ""})
        assert dit(reponse) == ["Approuvé : l'encaissement est annulé."]
        paiement.refresh_from_db()
        assert paiement.statut == "rembourse"

    def test_une_proposition_decidee_ne_l_est_pas_deux_fois(
        self, connectee: Client, operateur: OperateurFactice
    ) -> None:
        proposition = _proposition()
        refuser(proposition=proposition, decideur=AgentFactory(role="gestionnaire"), commentaire="non")
        assert refus(connectee.post(acte(proposition, "approuver"), {"commentaire": ""})) == [
            "Cette proposition n'attend plus de décision."
        ]
        assert Decaissement.objects.count() == 0

    def test_une_proposition_trop_vieille(self, connectee: Client, settings: Settings) -> None:
        settings.PROPOSITION_VALIDITE = timedelta(0)
        proposition = _proposition()
        assert "Personne n&#x27;a décidé à temps : cette proposition est périmée." in lire(connectee, page(proposition))
        assert boutons(connectee, proposition) == []

    def test_celles_qui_attendent_viennent_d_abord(self, connectee: Client) -> None:
        ouverte, decidee, recente = _proposition(), _proposition(), _proposition()
        refuser(proposition=decidee, decideur=AgentFactory(role="gestionnaire"), commentaire="non")
        assert list(connectee.get(liste(Proposition)).context["cl"].result_list) == [recente, ouverte, decidee]


class TestPageDUnPaiement:
    def test_on_lit_les_echeances_qu_il_regle(self, connectee: Client) -> None:
        souscription = contrat_en_vigueur().souscription
        PaiementFactory(souscription=souscription, montant=150)
        html = lire(connectee, page(PaiementFactory(souscription=souscription, montant=1_150, numero_payeur=PAYEUR)))
        quittances = [f"QT-{souscription}-1-{rang:02d}" for rang in range(1, 13)]
        assert [quittance for quittance in quittances if quittance in html] == quittances[1:]
        assert "Avoir : payé au-delà de toutes les échéances" in html  # 150 + 1 150 - 1 200
        assert html.count(">50\u202fFCFA<") == 1  # of the second instalment, begun before

    def test_une_police_annulee_n_a_plus_de_quittances(self, connectee: Client) -> None:
        paiement = paiement_confirme()
        NumeroPolice.objects.update(statut="annule")
        assert "Échéances réglées" not in lire(connectee, page(paiement))

    def test_on_lit_les_echanges_si_l_on_peut(self, connectee: Client) -> None:
        paiement = paiement_en_cours(souscription__client__agence="Bacongo")
        TRACES.journaliser(
            reference=paiement.reference_mobile_money,
            methode="POST",
            chemin="/collection/v1_0/requesttopay",
            statut=202,
            duree_ms=412,
            demande={},
            reponse="",
            erreur="",
            secrets=(),
        )
        html = lire(connectee, page(paiement))
        assert ["/collection/v1_0/requesttopay" in html, "412 ms" in html] == [True, True]
        agent = connexion(AgentFactory(role="agent", agence="Bacongo"))
        assert "requesttopay" not in lire(agent, page(paiement))

    def test_le_recu_est_le_meme_a_chaque_impression(self, connectee: Client) -> None:
        paiement = paiement_confirme()
        for _ in range(2):
            reponse = connectee.post(acte(paiement, "imprimer"))
            assert (reponse.status_code, reponse["Content-Type"], reponse.content[:5]) == (
                200,
                "application/pdf",
                b"%PDF-",
            )
        assert DocumentEmis.objects.get().paiement == paiement

    def test_sans_confirmation_pas_de_recu(self, connectee: Client) -> None:
        paiement = paiement_en_cours()
        assert "imprimer" not in boutons(connectee, paiement)
        assert len(dit(connectee.post(acte(paiement, "imprimer")))) == 1
        assert DocumentEmis.objects.count() == 0


class TestRapprochement:
    def test_la_page_dit_ce_qui_reste_a_faire(self, connectee: Client) -> None:
        un = ecart()
        html = lire(connectee, page(un.rapprochement))
        assert "1 écart reste à résoudre, dont 1 en suspens" in html
        assert [dit in html for dit in ("Relevé moins journal", "700\u202fFCFA", un.cle)] == [True, True, True]
        autre = EcartRapprochement.objects.create(
            operateur="mtn_money", nature="manquant", cle="x", jour=un.jour, rapprochement=un.rapprochement
        )
        assert "2 écarts restent à résoudre, dont 1 en suspens" in lire(connectee, page(un.rapprochement))
        connectee.post(acte(un, "resoudre"), {"commentaire": "remboursé à la main"})
        html = lire(connectee, page(un.rapprochement))
        assert ["1 écart reste à résoudre." in html, "remboursé à la main" in html] == [True, True]
        connectee.post(acte(autre, "resoudre"), {"commentaire": "vu"})
        assert "à résoudre" not in re.sub(r"<td.*?</td>", "", lire(connectee, page(un.rapprochement)), flags=re.S)


class TestActesADeux:
    """What is asked on a page is read on the proposal's, decided there by another, and says what became of it."""

    @pytest.mark.parametrize(
        ("nom", "preparer", "saisie", "lu", "fait"),
        [
            (
                "telephone",
                lambda: ClientFactory(telephone="+242061111111"),
                {"telephone": "05 512 34 56", "motif": "SIM perdue"},
                ["06\u00a0111\u00a011\u00a011", "05\u00a0512\u00a034\u00a056", "SIM perdue"],
                "Approuvé : le téléphone est changé, l'ancien et le nouveau sont prévenus.",
            ),
            (
                "remplacer",
                lambda: contrat_en_vigueur(numero="CG-2026-VIE-777").souscription,
                {"numero": "ancien-1", "motif": "son ancien numéro"},
                ["CG-2026-VIE-777", "ANCIEN-1", "son ancien numéro"],
                "Approuvé : le contrat a son nouveau numéro, l'ancien ne servira plus.",
            ),
            (
                "abandonner",
                suspendue,
                {"motif": "introuvable"},
                ["Suspendue", "Résiliée", "400\u202fFCFA", "introuvable"],
                "Approuvé : le contrat est résilié et sa dette n'est plus réclamée.",
            ),
            (
                "clore",
                decaissement_conteste,
                {"verse": "non", "dit": "M. Okemba : revenu", "motif": "sans réponse"},
                ["En vérification", "Échoué", "M. Okemba : revenu", "sans réponse"],
                "Approuvé : le décaissement est clos.",
            ),
        ],
        ids=["telephone", "remplacer", "abandonner", "clore"],
    )
    def test_l_un_demande_l_autre_decide(
        self,
        connectee: Client,
        operateur: OperateurFactice,
        nom: str,
        preparer: Callable[[], Model],
        saisie: dict[str, str],
        lu: list[str],
        fait: str,
    ) -> None:
        objet = preparer()
        gestionnaire = connexion(AgentFactory(role="gestionnaire"))
        assert nom in boutons(gestionnaire, objet)
        (dite,) = dit(gestionnaire.post(acte(objet, nom), saisie))
        assert "Une autre personne doit décider avant le" in dite
        proposition = Proposition.objects.get()
        assert "attend la décision d'une seconde personne" in lire(gestionnaire, page(objet)).replace("&#x27;", "'")
        assert nom not in boutons(gestionnaire, objet)
        assert boutons(gestionnaire, proposition) == ["retirer"]
        for adresse in (page(proposition), acte(proposition, "approuver")):
            html = lire(connectee, adresse)
            assert [texte for texte in lu if texte not in html] == []
        assert boutons(connectee, proposition) == ["approuver", "refuser"]
        assert dit(connectee.post(acte(proposition, "approuver"), {"commentaire": ""})) == [fait]
        lire(connectee, page(objet))

    def test_sa_propre_demande_se_retire(self, operateur: OperateurFactice) -> None:
        agent = AgentFactory(role="gestionnaire")
        client = connexion(agent)
        proposition = proposer_retour(paiement=paiement_confirme(), motif="doublon", demandeur=agent)
        autre = connexion(AgentFactory(role="gestionnaire"))
        assert autre.post(acte(proposition, "retirer")).status_code == 403
        assert dit(client.post(acte(proposition, "retirer"))) == ["Votre demande est retirée. Rien n'a été fait."]
        assert boutons(client, proposition) == []

    def test_les_filtres_disent_ce_qui_attend_qui(self, operateur: OperateurFactice) -> None:
        moi = AgentFactory(role="gestionnaire")
        client = connexion(moi)
        mienne = proposer_retour(paiement=paiement_confirme(), motif="doublon", demandeur=moi)
        autre = _proposition()
        decidee = _proposition()
        refuser(proposition=decidee, decideur=moi, commentaire="non")

        def lues(client: Client, **parametres: str) -> list[Proposition]:
            return list(client.get(liste(Proposition, **parametres)).context["cl"].result_list)

        assert (lues(client, attend="moi"), lues(client, attend="autrui")) == ([autre], [mienne])
        assert lues(connexion(AgentFactory(role="auditeur")), attend="moi") == []
        assert lues(client, nature="annulation") == []
        assert len(lues(client, nature="remboursement")) == 3

    @pytest.mark.parametrize(
        ("saisie", "dites"),
        [
            ({"mode": "manuel"}, ["Ce champ est obligatoire pour un numéro que l'on écrit."] * 2),
            ({}, ["Ce champ est obligatoire."]),
            (
                {"mode": "manuel", "numero": "!", "commentaire": "x"},
                ["Un numéro de police s'écrit en chiffres, lettres et tirets, 3 à 30 en tout."],
            ),
        ],
    )
    def test_une_police_mal_ecrite(self, connectee: Client, saisie: dict[str, str], dites: list[str]) -> None:
        souscription = SouscriptionFactory(active=True)
        assert refus(connectee.post(acte(souscription, "attribuer"), saisie)) == dites

    def test_une_police_de_sa_main(self, connectee: Client, responsable: Agent) -> None:
        souscription = SouscriptionFactory(active=True)
        saisie = {"mode": "manuel", "numero": "pp-1", "commentaire": "contrat papier de 2019"}
        assert dit(connectee.post(acte(souscription, "attribuer"), saisie)) == ["Police attribuée : PP-1."]
        police = NumeroPolice.objects.get()
        assert (police.agent_attribueur, police.commentaire) == (responsable, "contrat papier de 2019")


class TestResoudre:
    def test_une_anomalie_se_lit_sur_le_paiement(self, connectee: Client) -> None:
        une = anomalie(paiement_confirme())
        assert f'<a class="text-link" href="{page(une)}">L&#x27;opérateur annonce un autre montant</a>' in lire(
            connectee, page(une.paiement)
        )

    def test_une_anomalie_resolue_dit_par_qui(self, connectee: Client, responsable: Agent) -> None:
        une = anomalie(paiement_confirme())
        connectee.post(acte(une, "resoudre"), {"commentaire": "remboursée à la main"})
        une.refresh_from_db()
        assert (une.resolue_par, une.commentaire) == (responsable, "remboursée à la main")
        assert boutons(connectee, une) == []
        assert refus(connectee.post(acte(une, "resoudre"), {"commentaire": "encore"})) == [
            "Quelqu'un a déjà résolu cette anomalie."
        ]
        assert "Anomalie à résoudre" not in lire(connectee, page(une.paiement))

    def test_un_ecart_resolu_dit_par_qui(self, connectee: Client, responsable: Agent) -> None:
        un = ecart()
        connectee.post(acte(un, "resoudre"), {"commentaire": "virement retrouvé"})
        un.refresh_from_db()
        assert (un.resolu_par, un.commentaire) == (responsable, "virement retrouvé")
        assert boutons(connectee, un) == []
        assert len(refus(connectee.post(acte(un, "resoudre"), {"commentaire": "encore"}))) == 1

    @pytest.mark.parametrize(("etat_demande", "attendu"), [("ouvert", 0), ("resolu", 1)])
    def test_ce_qui_attend_se_filtre(self, connectee: Client, etat_demande: str, attendu: int) -> None:
        ouverte, resolue = (anomalie(paiement_confirme()) for _ in range(2))
        ouvert, resolu = ecart(), ecart()
        connectee.post(acte(resolue, "resoudre"), {"commentaire": "fait"})
        connectee.post(acte(resolu, "resoudre"), {"commentaire": "fait"})
        for modele, lignes in ((AnomaliePaiement, [ouverte, resolue]), (EcartRapprochement, [ouvert, resolu])):
            reponse = connectee.get(liste(modele, etat=etat_demande))
            assert list(reponse.context["cl"].result_list) == [lignes[attendu]]
            assert list(connectee.get(liste(modele)).context["cl"].result_list) == lignes


class TestCaisse:
    @pytest.fixture
    def souscription(self) -> SouscriptionPass:
        return contrat_en_vigueur().souscription

    def saisie(self, client: Client, souscription: SouscriptionPass, **champs: str) -> dict[str, str]:
        cle = re.search(r'name="cle" value="([\w-]+)"', lire(client, acte(souscription, "encaisser")))
        assert cle is not None
        return {"montant": "250", "operateur": "especes", "justificatif": "", "cle": cle[1], **champs}

    def test_on_lit_ce_qui_est_du(self, connectee: Client, souscription: SouscriptionPass) -> None:
        html = lire(connectee, acte(souscription, "encaisser"))
        assert re.findall(r"<dt[^>]*>([^<]+)</dt>", html) == [
            "Client",
            "Produit",
            "Police",
            "En retard",
            "Dû à ce jour",
            "Total payé",
            "Reste à payer",
            "Prochaine échéance",
        ]
        assert "400\u202fFCFA" in html  # four instalments of a hundred in a hundred days

    def test_on_relit_avant_d_encaisser(self, connectee: Client, souscription: SouscriptionPass) -> None:
        saisie = self.saisie(connectee, souscription, operateur="cheque", justificatif="0012345")
        html = connectee.post(acte(souscription, "encaisser"), saisie).content.decode()
        assert re.findall(r"<dt[^>]*>([^<]+)</dt>", html) == [
            "Client",
            "Produit",
            "Police",
            "Pour",
            "Mode de paiement",
            "Montant reçu",
            "Justificatif",
        ]
        assert "250\u202fFCFA" in html
        assert PaiementPass.objects.count() == 0
        relu = connectee.post(acte(souscription, "encaisser"), {**saisie, "corriger": "1"})
        assert relu.context["form"]["montant"].value() == "250"
        assert PaiementPass.objects.count() == 0

    def test_trop_se_dit(self, connectee: Client, souscription: SouscriptionPass) -> None:
        saisie = self.saisie(connectee, souscription, montant="1500")
        html = connectee.post(acte(souscription, "encaisser"), saisie).content.decode()
        assert "Au-delà du reste à payer" in html
        assert "300\u202fFCFA" in html

    def test_le_recu_et_le_paiement(
        self, connectee: Client, responsable: Agent, souscription: SouscriptionPass
    ) -> None:
        saisie = self.saisie(connectee, souscription, operateur="virement", justificatif="AV-77", confirme="1")
        reponse = connectee.post(acte(souscription, "encaisser"), saisie)
        paiement = PaiementPass.objects.get()
        assert (paiement.montant, paiement.operateur, paiement.code_confirmation, paiement.statut) == (
            250,
            "virement",
            "AV-77",
            "succes",
        )
        assert set(paiement.evenements.values_list("acteur", flat=True)) == {responsable.pk}
        assert dit(reponse) == [
            f'250\u202fFCFA encaissés : <a class="text-link" href="{page(paiement)}">reçu {paiement.numero_recu}</a>.'
        ]

    def test_envoye_deux_fois_il_n_encaisse_qu_une(self, connectee: Client, souscription: SouscriptionPass) -> None:
        saisie = self.saisie(connectee, souscription, confirme="1")
        connectee.post(acte(souscription, "encaisser"), saisie)
        reponse = connectee.post(acte(souscription, "encaisser"), saisie)
        paiement = PaiementPass.objects.get()
        assert dit(reponse)[-1] == (
            f'Déjà encaissé, une seule fois : <a class="text-link" href="{page(paiement)}">'
            f"reçu {paiement.numero_recu}</a>."
        )
        assert LogEntry.objects.count() == 1

    def test_le_meme_formulaire_ne_sert_pas_a_autre_chose(
        self, connectee: Client, souscription: SouscriptionPass
    ) -> None:
        saisie = self.saisie(connectee, souscription, confirme="1")
        connectee.post(acte(souscription, "encaisser"), saisie)
        deja = ["Ce formulaire a déjà servi à encaisser. Revenez à la souscription pour en ouvrir un autre."]
        assert refus(connectee.post(acte(souscription, "encaisser"), {**saisie, "montant": "300"})) == deja
        autre = contrat_en_vigueur().souscription
        assert refus(connectee.post(acte(autre, "encaisser"), saisie)) == deja
        assert PaiementPass.objects.count() == 1

    def test_deux_formulaires_encaissent_deux_fois(self, connectee: Client, souscription: SouscriptionPass) -> None:
        for _ in range(2):
            saisie = self.saisie(connectee, souscription, confirme="1")
            connectee.post(acte(souscription, "encaisser"), saisie)
        assert PaiementPass.objects.count() == 2

    @pytest.mark.parametrize(
        ("champs", "message"),
        [
            ({"montant": ""}, "Ce champ est obligatoire."),
            ({"montant": "0"}, "Assurez-vous que cette valeur est supérieure ou égale à 1."),
            ({"montant": "9999999999"}, "Assurez-vous que cette valeur est inférieure ou égale à 1000000000."),
            ({"montant": "12,5"}, "Saisissez un nombre entier."),
            ({"operateur": ""}, "Ce champ est obligatoire."),
            (
                {"operateur": "mtn_money"},
                "Sélectionnez un choix valide. mtn_money n’en fait pas partie.",
            ),
            ({"operateur": "cheque"}, "Indiquez le numéro du chèque ou de l'avis de virement."),
            ({"cle": ""}, "Ce champ est obligatoire."),
        ],
    )
    def test_ce_qui_est_refuse(
        self, connectee: Client, souscription: SouscriptionPass, champs: dict[str, str], message: str
    ) -> None:
        saisie = {**self.saisie(connectee, souscription, confirme="1"), **champs}
        assert refus(connectee.post(acte(souscription, "encaisser"), saisie)) == [message]
        assert PaiementPass.objects.count() == 0

    def test_le_premier_paiement_met_en_vigueur(self, connectee: Client) -> None:
        souscription = SouscriptionFactory()
        html = lire(connectee, acte(souscription, "encaisser"))
        assert "1\u202f200\u202fFCFA" in html
        assert "Ce paiement renouvelle le contrat" not in html
        connectee.post(acte(souscription, "encaisser"), self.saisie(connectee, souscription, confirme="1"))
        souscription.refresh_from_db()
        assert souscription.statut == "activee"
        assert PaiementPass.objects.get().type_paiement == "souscription_initiale"

    def test_un_renouvellement_ouvre_une_periode(self, connectee: Client) -> None:
        souscription = contrat_finissant(ClientFactory(), fin_dans=20).souscription
        saisie = self.saisie(connectee, souscription, renouvellement="on", montant="1200")
        relu = connectee.post(acte(souscription, "encaisser"), saisie).content.decode()
        assert "Renouvellement" in relu
        assert 'name="renouvellement" value="True"' in relu
        connectee.post(acte(souscription, "encaisser"), {**saisie, "renouvellement": "True", "confirme": "1"})
        assert PaiementPass.objects.latest("pk").type_paiement == "renouvellement"
        assert souscription.periodes.count() == 2

    def test_un_contrat_termine_ne_recoit_plus_rien(self, connectee: Client) -> None:
        souscription = SouscriptionFactory(statut="annulee")
        assert boutons(connectee, souscription) == []
        saisie = {**ENCAISSEMENT, "cle": str(uuid.uuid4())}
        assert refus(connectee.post(acte(souscription, "encaisser"), saisie)) == [
            "Cette souscription est « annulée » : elle ne reçoit plus de paiement."
        ]
        assert PaiementPass.objects.count() == 0


class TestCeQuOnLit:
    def test_les_echanges_avec_l_operateur(self, connectee: Client) -> None:
        paiement = paiement_confirme()
        rattache = PaiementFactory(rattache_a=paiement, reference_mobile_money=None)
        adresse = liste(TransactionMTN, q=str(paiement.reference_mobile_money))
        for lu in (paiement, rattache):
            html = lire(connectee, page(lu))
            assert f'href="{adresse}"' in html
            assert "Échanges avec MTN" in html
        assert connectee.get(adresse).status_code == 200

    def test_pas_pour_qui_ne_peut_les_lire_ni_sans_operateur(self, connectee: Client) -> None:
        especes = paiement_confirme(operateur="especes", reference_mobile_money=None)
        assert "?q=" not in lire(connectee, page(especes))
        souscription = contrat_en_vigueur(client=ClientFactory(agence="Bacongo")).souscription
        client = connexion(AgentFactory(role="agent", agence="Bacongo"))
        assert "?q=" not in lire(client, page(paiement_confirme(souscription=souscription)))

    def test_les_paiements_demandes_ensemble_menent_l_un_a_l_autre(self, connectee: Client) -> None:
        paiement = paiement_confirme()
        rattache = PaiementFactory(rattache_a=paiement, reference_mobile_money=None)
        assert page(rattache) in lire(connectee, page(paiement))
        assert page(paiement) in lire(connectee, page(rattache))

    def test_un_rappel_se_lit_sans_telephone(self, connectee: Client) -> None:
        corps = '{"payer": {"partyId": "242061234567"}, "amount": "100", "note": "<script>"}'
        rappel = RappelOperateur.objects.create(operateur="mtn_money", corps=corps, verdict="inconnu")
        html = lire(connectee, page(rappel))
        assert "061234567" not in html
        assert "[téléphone]" in html
        assert "&lt;script&gt;" in html
        reponse = connectee.get(liste(RappelOperateur, verdict__exact="inconnu"))
        assert list(reponse.context["cl"].result_list) == [rappel]

    def test_les_telephones_des_messages_sont_masques_dans_la_liste(self, connectee: Client) -> None:
        message = MessageSortant.objects.create(cle="essai", telephone=PAYEUR, texte="NSIA : merci.")
        html = lire(connectee, liste(MessageSortant))
        assert "+242\u00a006\u00a0•••\u00a0••\u00a067" in html
        assert "NSIA : merci." in html
        assert "06\u00a0123" not in html
        assert "06\u00a0123\u00a045\u00a067" in lire(connectee, page(message))

    def test_un_code_ne_se_lit_pas_meme_avant_de_partir(self, connectee: Client) -> None:
        annoncer_code(objet="7", telephone=PAYEUR, texte="NSIA : 483920 est votre code.", quand=timezone.now())
        message = MessageSortant.objects.get()
        for adresse in (liste(MessageSortant), page(message)):
            html = lire(connectee, adresse)
            assert not [lu for lu in ("483920", message.texte) if lu in html]
            assert "code à usage unique (effacé)" in html

    def test_qui_travaille_et_qui_se_tait(self, connectee: Client) -> None:
        Travailleur.objects.create(hote="vivant", pid=1)
        Travailleur.objects.create(hote="mort", pid=2, vu_le=timezone.now() - timedelta(minutes=2))
        html = lire(connectee, liste(Travailleur))
        assert [html.count(mot) for mot in ("Au travail", "Muet")] == [1, 1]

    def test_ou_en_sont_les_taches(self, connectee: Client) -> None:
        quand = timezone.now()
        for nom, champs in {
            "a": {},
            "b": {"debut_le": quand},
            "c": {"debut_le": quand, "fin_le": quand},
            "d": {"debut_le": quand, "fin_le": quand, "erreur": "CommandError : relevé absent"},
        }.items():
            TachePlanifiee.objects.create(nom=nom, prochaine_le=quand, **champs)
        html = lire(connectee, liste(TachePlanifiee))
        assert [html.count(mot) for mot in ("Pas encore", "En cours", "Terminée\n", "Échouée")] == [1, 1, 1, 1]


class TestRecherche:
    def test_par_ce_qu_on_a_en_main(self, connectee: Client, dossiers: Any) -> None:
        """A payment's number finds, in each list, what is its own and nothing of the other."""
        paiement, _ = dossiers(2)
        numero = paiement.numero_transaction
        police = paiement.souscription.police.numero_police
        du_paiement = {"paiement": paiement}
        attendus: list[tuple[type[Model], str, dict[str, Any]]] = [
            (PaiementPass, numero.lower(), {"pk": paiement.pk}),
            (AnomaliePaiement, numero, du_paiement),
            (AnomaliePaiement, police, du_paiement),
            (Proposition, numero, du_paiement),
            (Proposition, paiement.souscription.client.telephone, du_paiement),
            (Decaissement, numero, du_paiement),
            (Decaissement, "dec-20261121-000000", du_paiement),
            (Decaissement, str(Decaissement.objects.get(**du_paiement).reference), du_paiement),
            (RappelOperateur, numero, du_paiement),
            (EcartRapprochement, numero, du_paiement),
            (EcartRapprochement, EcartRapprochement.objects.get(**du_paiement).cle, du_paiement),
            (DocumentEmis, "abcd-efgh-a234", du_paiement),
            (DocumentEmis, police, du_paiement),
            (MessageSortant, numero, {"cle": f"paiement:{numero}:succes"}),
        ]
        for modele, terme, critere in attendus:
            trouves = list(connectee.get(liste(modele, q=terme)).context["cl"].result_list)
            assert (modele, terme, trouves) == (modele, terme, list(modele._default_manager.filter(**critere)))

    def test_un_recu(self, connectee: Client) -> None:
        paiement = encaisser_au_guichet(
            souscription=contrat_en_vigueur().souscription, montant=100, operateur="especes", agent=AgentFactory()
        )
        trouves = connectee.get(liste(PaiementPass, q=paiement.numero_recu)).context["cl"].result_list
        assert list(trouves) == [paiement]

    def test_un_code_de_document_sans_chiffre(self, connectee: Client) -> None:
        paiement = paiement_confirme()
        document = DocumentEmis.objects.create(
            code="ABCD-EFGH-JKLM", type="recu", souscription=paiement.souscription, paiement=paiement
        )
        trouves = connectee.get(liste(DocumentEmis, q="abcd-efgh-jklm")).context["cl"].result_list
        assert list(trouves) == [document]

    @pytest.mark.parametrize("modele", MODELES)
    def test_ce_qui_ne_nomme_rien(self, connectee: Client, dossiers: Any, modele: type[Model]) -> None:
        dossiers(1)
        if not connectee.get(liste(modele)).context["cl"].search_fields:
            return
        for terme in ("0", "zzz", "%", "_", "'; --", "9" * 500):
            assert list(connectee.get(liste(modele, q=terme)).context["cl"].result_list) == []


@dataclass(frozen=True)
class AlerteDEssai:
    titre: str
    nombre: int
    url: str
    code: str = "essai"


def alertes_d_essai(*, permises: object) -> list[AlerteDEssai]:
    return [
        AlerteDEssai("Anomalies à résoudre", 3, liste(AnomaliePaiement, etat="ouvert")),
        AlerteDEssai("Aucune proposition", 0, liste(Proposition)),
    ]


class TestAccueil:
    def test_ce_qu_il_faut_regarder(self, connectee: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(back_office, "alertes", lambda: [alertes_d_essai])
        html = lire(connectee, reverse("admin:index"))
        assert f'href="{liste(AnomaliePaiement, etat="ouvert")}"' in html
        assert "Anomalies à résoudre" in html
        assert "Aucune proposition" not in html
        assert "Rien à signaler." not in html

    def test_le_calme(self, connectee: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(back_office, "alertes", list)
        assert "Rien à signaler." in lire(connectee, reverse("admin:index"))

    def test_chacun_ne_voit_que_ce_qu_il_peut_ouvrir(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(back_office, "alertes", lambda: [alertes_d_essai])
        html = lire(connexion(AgentFactory()), reverse("admin:index"))
        assert "Anomalies à résoudre" not in html
        assert "Rien à signaler." in html

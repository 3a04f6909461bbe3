"""Payments in the back office: every list, page and act, for those who may, those who may not, and nobody."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.tests.factories import contrat_en_vigueur
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    DocumentEmis,
    EcartRapprochement,
    MessageSortant,
    PaiementPass,
    PropositionPaiement,
    RappelOperateur,
    Rapprochement,
    TachePlanifiee,
    Travailleur,
)
from apps.pass_payments.services.propositions import proposer
from apps.pass_payments.tests.factories import PaiementFactory

pytestmark = pytest.mark.django_db

PAYEUR = "+242061234567"
MODELES: list[type[Model]] = [
    PaiementPass,
    AnomaliePaiement,
    PropositionPaiement,
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
        proposer(paiement=paiement, motif="payé deux fois", demandeur=self.demandeur)
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
        demandeur = AgentFactory(first_name="Prosper", last_name="NKOUNKOU")
        return [Dossier(rang, demandeur).ecrire() for rang in range(nombre)]

    return ecrire


class TestRequetes:
    """Session and agent are two; a list adds its statistics, its count and its rows."""

    @pytest.mark.parametrize("nombre", [1, 12])
    @pytest.mark.parametrize("modele", MODELES)
    def test_listes(
        self, connectee: Client, django_assert_num_queries: Any, dossiers: Any, modele: type[Model], nombre: int
    ) -> None:
        dossiers(nombre)
        with django_assert_num_queries(5):
            reponse = connectee.get(liste(modele))
        assert reponse.status_code == 200
        assert len(reponse.context["cl"].result_list) == modele._default_manager.count()

    @pytest.mark.parametrize(
        ("modele", "requetes"),
        [
            (PaiementPass, 13),  # itself, journal, and seven tabs of which that of callbacks is counted
            (AnomaliePaiement, 4),
            (PropositionPaiement, 4),
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
        with django_assert_num_queries(requetes):
            assert connectee.get(page(objet)).status_code == 200

"""The services do all that they are for as the role that serves requests (docs/deployment/roles.sql)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import NumeroPolice, PeriodeCouverture
from apps.pass_clients.services import Auteur, ajouter_beneficiaire, changer_statut, modifier_client, souscrire
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_payments.models import Decaissement, PaiementPass
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services import enregistrer_demande
from apps.pass_payments.services.decaissements import reserver_decaissements, suivre_decaissement
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.pass_products.tests.factories import ProduitFactory
from apps.socle.models import Proposition
from apps.socle.services.propositions import approuver, proposer

pytestmark = pytest.mark.django_db


def test_subscribe_pay_settle_renew_refund_and_replace_a_police(
    operateur: OperateurFactice, au_service: Callable[[], None]
) -> None:
    une, autre = AgentFactory.create_batch(2, role="gestionnaire")
    au_service()
    client, produit = ClientFactory(), ProduitFactory()
    debut = timezone.now() - timedelta(days=produit.duree_validite_jours)
    souscription = souscrire(
        client=client,
        produit=produit,
        montant=1_200,
        periodicite=produit.periodicites[0],
        canal="agence",
        date_souscription=debut,
    )
    ajouter_beneficiaire(souscription=souscription, nom="KONGO", prenom="Grâce", relation="enfant")

    def payer(type_paiement: str, quand: datetime) -> PaiementPass:
        paiement = enregistrer_demande(
            souscription=souscription,
            montant=1_200,
            type_paiement=type_paiement,
            operateur="mtn_money",
            numero_payeur=client.telephone,
            quand=quand,
        )
        constat = Constat(etat=Etat.REUSSI, montant=paiement.montant, devise="XAF", code_confirmation="1")
        return regler(paiement=paiement, constat=constat, source="essai", quand=quand)

    premier = payer("souscription_initiale", debut)
    assert premier.statut == "succes"
    second = payer("renouvellement", timezone.now())
    assert PeriodeCouverture.objects.filter(souscription=souscription).count() == 2
    modifier_client(client=client, auteur=Auteur(agent=une), adresse="12 rue Mbochis")

    approuver(proposition=proposer_retour(paiement=second, motif="doublon", demandeur=une), decideur=autre)
    (ident,) = reserver_decaissements(nombre=5)
    suivre_decaissement(ident)
    operateur.approuver(Decaissement.objects.get().reference)
    reserver_decaissements(nombre=5, quand=timezone.now() + timedelta(hours=1))
    suivre_decaissement(ident)
    assert PaiementPass.objects.get(pk=second.pk).statut == "rembourse"

    remplacement = proposer(
        nature="police", objet=souscription, motif="ancien contrat", demandeur=une, numero="PP-2025-1"
    )
    approuver(proposition=remplacement, decideur=autre)
    assert NumeroPolice.objects.get(souscription=souscription).numero_police == "PP-2025-1"
    changer_statut(souscription=souscription, vers="resiliee", motif="à sa demande", acteur=une)
    assert Proposition.objects.filter(statut="approuvee").count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"montant": 4_500_000},
        {"telephone": "+242069998877"},
        {"cle": "paiement:PAY-AUTRE"},
        {"nature": "versement", "paiement": None, "cle": "sinistre:1"},
        {},
    ],
)
def test_no_money_leaves_that_two_people_have_not_decided(
    change: dict[str, Any], au_service: Callable[[], None]
) -> None:
    paiement = PaiementFactory()
    au_service()
    valeurs = {
        "nature": "remboursement",
        "numero": "DEC-1",
        "cle": f"paiement:{paiement.numero_transaction}",
        "paiement": paiement,
        "operateur": paiement.operateur,
        "telephone": paiement.numero_payeur,
        "montant": paiement.montant_net,
        "libelle": "essai",
        "a_suivre_le": timezone.now(),
    }
    with pytest.raises(IntegrityError, match="deux personnes doivent décider de ce qui part"):
        Decaissement.objects.create(**valeurs | change)

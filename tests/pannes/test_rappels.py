"""A callback that meets the settlement of its payment is judged by it, whichever of the two comes first."""

import json

import pytest

from apps.pass_clients.tests.courses import transaction_ouverte
from apps.pass_payments.models import RappelOperateur
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services.rappels import recevoir_rappel, traiter_rappel
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.factories import PaiementFactory


@pytest.mark.django_db(transaction=True)
def test_a_callback_read_while_its_payment_is_being_settled_is_judged() -> None:
    paiement = PaiementFactory(statut="en_cours")
    corps = {"externalId": paiement.numero_transaction, "status": "SUCCESSFUL"}
    recevoir_rappel(operateur="mtn_money", corps=json.dumps(corps), adresse="")

    with transaction_ouverte(traiter_rappel) as course:
        regler(paiement=paiement, constat=Constat(etat=Etat.REUSSI, montant=100, devise="XAF"), source="suivi")

    assert course.result() is True
    assert RappelOperateur.objects.get().verdict == "confirme"

"""What migration 0011 says of subscriptions that were there before: proved by what other rows show, by nothing else."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.pass_clients.models import SouscriptionPass
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory
from apps.pass_payments.tests.factories import PaiementFactory

_MIGRATION = import_module("apps.pass_payments.migrations.0014_preuves_et_payeurs")
SIEN, AUTRE = "+242061234567", "+242069999999"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("canal", "paiement", "preuve"),
    [
        ("agence", None, "agence"),
        ("ussd", None, "ussd"),
        ("import", None, "import"),
        ("borne", None, ""),
        ("whatsapp", None, ""),
        ("borne", {"numero_payeur": SIEN}, "paiement"),
        ("whatsapp", {"numero_payeur": SIEN}, "paiement"),
        ("borne", {"numero_payeur": AUTRE}, ""),
        ("borne", {"numero_payeur": ""}, ""),
        ("borne", {"numero_payeur": SIEN, "type_paiement": "cotisation"}, ""),
        ("borne", {"numero_payeur": SIEN, "statut": "echec"}, ""),
    ],
)
def test_what_earlier_rows_show(canal: str, paiement: dict[str, Any] | None, preuve: str) -> None:
    une = SouscriptionFactory(client=ClientFactory(telephone=SIEN), canal=canal, preuve="", active=True)
    if paiement is not None:
        PaiementFactory(souscription=une, **{"type_paiement": "souscription_initiale", **paiement})

    with connection.cursor() as cursor:
        cursor.execute(_MIGRATION._PROUVER)

    (elle,) = SouscriptionPass.objects.all()
    assert elle.preuve == preuve
    assert (elle.prouvee_le is None) == (preuve == "")
    assert elle.prouvee_le is None or elle.prouvee_le <= timezone.now()

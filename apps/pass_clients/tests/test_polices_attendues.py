"""The subscriptions that wait for their police, that triggers keep, against a recount after each thing that may happen."""

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.pass_clients.models import PAYEES, NumeroPolice, PoliceAttendue, SouscriptionPass
from apps.pass_clients.selectors import souscriptions_sans_police
from apps.pass_clients.tests.factories import PoliceFactory, SouscriptionFactory, dates_de
from apps.pass_clients.tests.refus import sans_gardes, sql

pytestmark = pytest.mark.django_db

STATUTS = ["en_cours", "annulee", "activee", "suspendue", "expiree", "resiliee"]


def recomptees() -> set[tuple[int, int]]:
    police = NumeroPolice.objects.filter(souscription=OuterRef("pk"))
    attendues = SouscriptionPass.objects.filter(~Exists(police), statut__in=PAYEES)
    return set(attendues.values_list("pk", "client"))


def tenues() -> set[tuple[int, int]]:
    return set(PoliceAttendue.objects.values_list("souscription", "client"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    depart=st.lists(st.sampled_from(STATUTS), min_size=3, max_size=3),
    faits=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([*STATUTS, "police", "sans police"])), max_size=10),
)
def test_what_waits_is_what_is_paid_and_has_no_police(depart: list[str], faits: list[tuple[int, str]]) -> None:
    with transaction.atomic():
        souscriptions = [SouscriptionFactory(statut=statut, **dates_de(statut)) for statut in depart]
        assert tenues() == recomptees()
        for rang, fait in faits:
            ident = souscriptions[rang].pk
            with sans_gardes():
                if fait == "sans police":
                    NumeroPolice.objects.filter(souscription=ident).delete()
                elif fait != "police":
                    dates = {"date_resiliation": None, **dates_de(fait)}
                    SouscriptionPass.objects.filter(pk=ident).update(statut=fait, **dates)
                elif not NumeroPolice.objects.filter(souscription=ident).exists():
                    PoliceFactory(souscription=souscriptions[rang])
            assert tenues() == recomptees()
        assert set(souscriptions_sans_police().values_list("pk", "client")) == recomptees()
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "requete",
    [
        "DELETE FROM polices_attendues",
        "INSERT INTO polices_attendues (souscription_id, client_id) SELECT id, client_id FROM souscriptions_pass",
    ],
)
def test_nobody_who_serves_writes_what_waits_by_hand(au_service, requete: str) -> None:
    SouscriptionFactory(active=True)
    au_service()

    with pytest.raises(DatabaseError, match="propriétaire"), transaction.atomic():
        sql(requete)


def test_who_serves_has_the_triggers_write(au_service) -> None:
    souscription = SouscriptionFactory(active=True)
    au_service()

    PoliceFactory(souscription=souscription)

    assert tenues() == set()

"""The rows of a person, whole and in parts."""

import pytest

from apps.borne_auth.droits import lignes_permises, parts_permises
from apps.borne_auth.models import RoleAgent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import ClientPass, SouscriptionPass
from apps.pass_clients.tests.factories import AgenceFactory, ClientFactory, SouscriptionFactory
from nsia_pass_api.alertes import compter
from nsia_pass_api.back_office.regard import Regard

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", RoleAgent)
@pytest.mark.parametrize("avec_agence", [True, False])
def test_the_parts_hold_each_row_of_the_whole_once(
    role: RoleAgent, avec_agence: bool, django_assert_num_queries
) -> None:
    sienne, autre = AgenceFactory(), AgenceFactory()
    agent, collegue = AgentFactory(role=role, agence=sienne if avec_agence else None), AgentFactory()
    for agence in (sienne, autre, None):
        for suivi_par in (agent, collegue, None):
            SouscriptionFactory(client=ClientFactory(agence=agence, suivi_par=suivi_par))

    for lignes in (ClientPass.objects.all(), SouscriptionPass.objects.all()):
        permises = lignes_permises(agent, lignes)
        parts = parts_permises(agent, lignes)
        assert sorted(cle for part in parts for cle in part.values_list("pk", flat=True)) == sorted(
            permises.values_list("pk", flat=True)
        )
        regard = Regard(agent, lambda lues: lignes_permises(agent, lues), lambda lues: parts_permises(agent, lues))
        with django_assert_num_queries(1):
            (alerte,) = compter([("essai", "Essai", lignes, {})], permises=regard)
        assert alerte.nombre == permises.count()


def test_nobody_without_a_role_has_a_part() -> None:
    SouscriptionFactory()

    assert parts_permises(AgentFactory(), SouscriptionPass.objects.all()) == []

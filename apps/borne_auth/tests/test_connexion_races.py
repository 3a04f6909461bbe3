"""Many at once, each on its own connection: a code serves once, and limits are strict."""

from datetime import UTC, datetime

import pytest
import time_machine
from django_otp.oath import hotp

from apps.borne_auth import connexions, second_facteur
from apps.borne_auth.errors import CodeErrone, ConnexionAgentRefusee, FacteurRemplace
from apps.borne_auth.journal import COMMANDE, Origine
from apps.borne_auth.models import CodeSecours, CompteurEssais, ConnexionAgent, FacteurAgent
from apps.borne_auth.tests.factories import SECRET, AgentFactory, FacteurFactory
from apps.borne_auth.tests.races import en_parallele
from nsia_pass_api.errors import ErreurPass, TropDEssais

pytestmark = pytest.mark.django_db(transaction=True)

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
PAS = int(MIDI.timestamp()) // 30
BON = f"{hotp(SECRET, PAS):06d}"


@pytest.fixture(autouse=True)
def _midi():
    with time_machine.travel(MIDI, tick=False):
        yield


def issue(appel) -> str:
    try:
        appel()
    except ErreurPass as erreur:
        return erreur.code
    return "entree"


def test_of_eight_uses_of_one_code_one_enters() -> None:
    facteur = FacteurFactory()

    issues = en_parallele(
        8, lambda rang: issue(lambda: second_facteur.verifier(agent=facteur.agent, code=BON, origine=COMMANDE))
    )

    assert issues.count("entree") == 1
    assert set(issues) <= {"entree", CodeErrone.code, TropDEssais.code}
    facteur.refresh_from_db()
    assert facteur.dernier_pas == PAS


def test_of_eight_uses_of_one_paper_code_one_enters() -> None:
    agent = AgentFactory()
    _, codes = second_facteur.activer(agent=agent, secret=SECRET, code=BON, remplace="", origine=COMMANDE)

    issues = en_parallele(
        8, lambda rang: issue(lambda: second_facteur.verifier(agent=agent, code=codes[0], origine=COMMANDE))
    )

    assert issues.count("entree") == 1
    assert CodeSecours.objects.filter(utilise_le__isnull=False).count() == 1


def test_wrong_codes_are_five_however_many_come_at_once() -> None:
    facteur = FacteurFactory()

    issues = en_parallele(
        9, lambda rang: issue(lambda: second_facteur.verifier(agent=facteur.agent, code="00000x", origine=COMMANDE))
    )

    assert sorted(issues) == [CodeErrone.code] * 5 + [TropDEssais.code] * 4
    assert ConnexionAgent.objects.filter(motif="code").count() == 5
    assert ConnexionAgent.objects.filter(motif="trop_d_essais").count() == 1


def test_passwords_from_many_addresses_are_ten_however_many_come_at_once() -> None:
    AgentFactory(email="mireille@nsia.cg")

    def essayer(rang: int) -> str:
        origine = Origine("back_office", adresse=f"102.0.0.{rang}")
        return issue(
            lambda: connexions.verifier_mot_de_passe(email="mireille@nsia.cg", mot_de_passe=f"{rang}", origine=origine)
        )

    issues = en_parallele(14, essayer)

    assert sorted(issues) == [ConnexionAgentRefusee.code] * 10 + [TropDEssais.code] * 4
    assert CompteurEssais.objects.get(regle="agent_jour").essais == 10


def test_of_four_enrolments_at_once_one_remains() -> None:
    agent = AgentFactory()
    secrets = [bytes([65 + rang]) * 20 for rang in range(4)]

    def activer(rang: int) -> str:
        code = f"{hotp(secrets[rang], PAS):06d}"
        return issue(
            lambda: second_facteur.activer(agent=agent, secret=secrets[rang], code=code, remplace="", origine=COMMANDE)
        )

    issues = en_parallele(4, activer)

    assert sorted(issues) == ["entree"] + [FacteurRemplace.code] * 3
    assert FacteurAgent.objects.count() == 1
    assert CodeSecours.objects.count() == 10

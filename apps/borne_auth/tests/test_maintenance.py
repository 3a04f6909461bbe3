"""The code that opens a kiosk's maintenance: who gives it, where and how often it opens, what is kept of it."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, InternalError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from apps.borne_auth import maintenance
from apps.borne_auth.errors import MaintenanceImpossible
from apps.borne_auth.models import Agent, Borne, CodeMaintenance, CompteurEssais
from apps.borne_auth.tests.conftest import CLE
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory
from apps.borne_auth.tests.races import en_parallele
from nsia_pass_api.errors import AccesRefuse

pytestmark = pytest.mark.django_db
MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
MOTIF = "nouvelle clé, avec M. Okemba"
Ouvrir = Callable[..., HttpResponse]


def un_autre(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


@pytest.fixture
def gestionnaire(db: None) -> Agent:
    return AgentFactory.create(role="gestionnaire")


@pytest.fixture
def ouvrir(api: APIClient) -> Ouvrir:
    def post(code: object, *, cle: str = CLE) -> HttpResponse:
        entetes = {"X-Borne-Cle": cle} if cle else {}
        return api.post("/api/v1/bornes/maintenance/", {"code": code}, format="json", headers=entetes)

    return post


def donner(borne: Borne, agent: Agent) -> str:
    return maintenance.donner_code(borne=borne, agent=agent, motif=MOTIF)


def test_a_code_opens_its_kiosk_once(borne: Borne, gestionnaire: Agent, ouvrir: Ouvrir) -> None:
    code = donner(borne, gestionnaire)

    premiere, seconde = ouvrir(code), ouvrir(code)

    assert re.fullmatch("[0-9]{8}", code)
    assert (premiere.status_code, premiere.json()) == (200, {"code": "BZV-CENTRE-01", "agence": str(borne.agence)})
    assert (seconde.status_code, seconde.json()["code"]) == (422, "code_maintenance_refuse")
    garde = CodeMaintenance.objects.get()
    assert (garde.statut, garde.donne_par, garde.motif) == ("utilise", gestionnaire, MOTIF)


def faux(borne: Borne, agent: Agent, code: str) -> str:
    return un_autre(code)


def remplace(borne: Borne, agent: Agent, code: str) -> str:
    donner(borne, agent)
    return code


def d_une_autre_borne(borne: Borne, agent: Agent, code: str) -> str:
    return donner(BorneFactory(cle="autre"), agent)


@pytest.mark.parametrize("cas", [faux, remplace, d_une_autre_borne])
def test_every_code_that_opens_nothing_has_one_answer(
    borne: Borne, gestionnaire: Agent, ouvrir: Ouvrir, cas: Callable[[Borne, Agent, str], str]
) -> None:
    reponse = ouvrir(cas(borne, gestionnaire, donner(borne, gestionnaire)))

    assert (reponse.status_code, reponse.json()["code"]) == (422, "code_maintenance_refuse")
    assert reponse.json()["detail"] == (
        "Ce code n'ouvre pas cette borne. Vérifiez-le, ou demandez-en un autre au back-office."
    )


def test_it_is_good_for_ten_minutes(borne: Borne, gestionnaire: Agent, ouvrir: Ouvrir) -> None:
    for age, statut in ((timedelta(minutes=10), 422), (timedelta(minutes=9, seconds=59), 200)):
        with time_machine.travel(MIDI, tick=False) as horloge:
            code = donner(borne, gestionnaire)
            horloge.shift(age)
            assert ouvrir(code).status_code == statut


@time_machine.travel(MIDI, tick=False)
def test_five_tries_a_code_and_a_new_code_has_its_own(borne: Borne, gestionnaire: Agent, ouvrir: Ouvrir) -> None:
    """Whoever plays with the screen cannot keep the technician out."""
    assert [ouvrir("00000000").status_code for _ in range(7)] == [422] * 5 + [429] * 2
    code = donner(borne, gestionnaire)
    assert [ouvrir(un_autre(code)).status_code for _ in range(5)] == [422] * 5
    assert ouvrir(code).status_code == 429

    assert ouvrir(donner(borne, gestionnaire)).status_code == 200


@pytest.mark.parametrize("code", ["1234567", "123456789", "1234567a", "", None, 12345678.5, ["12345678"], "1234567٨"])
def test_what_is_no_code_counts_for_nothing(borne: Borne, ouvrir: Ouvrir, code: object) -> None:
    assert ouvrir(code).status_code == 400
    assert CompteurEssais.objects.count() == 0


def test_a_machine_without_its_key_opens_nothing(borne: Borne, gestionnaire: Agent, ouvrir: Ouvrir) -> None:
    code = donner(borne, gestionnaire)

    assert [ouvrir(code, cle=cle).status_code for cle in ("", "fausse")] == [401, 401]
    assert ouvrir(code).status_code == 200


def test_who_may_not_change_this_kiosk_gives_no_code(borne: Borne, gestionnaire: Agent) -> None:
    for agent in (
        AgentFactory.create(role="agent", agence=borne.agence),
        AgentFactory.create(role="auditeur"),
        AgentFactory.create(role="conseiller"),
        AgentFactory.create(),
    ):
        with pytest.raises(AccesRefuse):
            donner(borne, agent)
    Borne.objects.update(statut="desactivee")
    with pytest.raises(MaintenanceImpossible):
        donner(borne, gestionnaire)
    assert CodeMaintenance.objects.count() == 0


def test_the_page_shows_it_once_and_keeps_it_nowhere(
    client: Client, borne: Borne, gestionnaire: Agent, ouvrir: Ouvrir
) -> None:
    client.force_login(gestionnaire)
    page = f"/admin/borne_auth/borne/{borne.pk}/"
    assert "acte/code_maintenance/" in client.get(f"{page}change/").content.decode()
    assert client.post(f"{page}acte/code_maintenance/", {"motif": " "}).context["form"].errors

    reponse = client.post(f"{page}acte/code_maintenance/", {"motif": MOTIF})

    (montre,) = re.findall(r"<code[^>]*>([0-9]{4} [0-9]{4})</code>", reponse.content.decode())
    code = montre.replace(" ", "")
    assert "no-store" in reponse.headers["Cache-Control"]
    assert code not in str(client.session.items()) + str(client.cookies)
    with connection.cursor() as cursor:
        cursor.execute("SELECT apres::text, acteur FROM journal_audit WHERE table_nom = 'codes_maintenance'")
        ((apres, acteur),) = cursor.fetchall()
    assert acteur == f"agent:{gestionnaire.pk}"
    assert MOTIF in apres
    assert CodeMaintenance.objects.get().empreinte not in apres
    assert code not in apres
    assert ouvrir(code).status_code == 200


class TestBase:
    def test_the_database_refuses_what_the_service_would_not_do(self, borne: Borne, gestionnaire: Agent) -> None:
        donner(borne, gestionnaire)
        attente = CodeMaintenance.objects.get()
        refus = [
            lambda: CodeMaintenance.objects.filter(pk=attente.pk).update(
                expire_le=attente.expire_le + timedelta(hours=1)
            ),
            lambda: CodeMaintenance.objects.filter(pk=attente.pk).update(statut="utilise"),
            lambda: CodeMaintenance.objects.filter(pk=attente.pk).delete(),
            lambda: borne.codes_maintenance.create(
                donne_par=gestionnaire,
                motif="x",
                empreinte="a" * 64,
                donne_le=MIDI,
                expire_le=MIDI + timedelta(minutes=5),
            ),
        ]
        for acte in refus:
            with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
                acte()
        CodeMaintenance.objects.update(statut="utilise", fini_le=MIDI)
        with pytest.raises(InternalError), transaction.atomic():
            CodeMaintenance.objects.update(statut="en_attente", fini_le=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            borne.codes_maintenance.create(
                donne_par=gestionnaire,
                motif="x",
                empreinte="a" * 64,
                donne_le=MIDI,
                expire_le=MIDI + timedelta(minutes=11),
            )


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_open_once(borne: Borne, gestionnaire: Agent) -> None:
    code = donner(borne, gestionnaire)

    def essayer(rang: int) -> int:
        entetes = {"X-Borne-Cle": CLE}
        return (
            APIClient().post("/api/v1/bornes/maintenance/", {"code": code}, format="json", headers=entetes).status_code
        )

    # Once it is used no code waits, and tries without one are soon too many.
    issues = Counter(en_parallele(8, essayer))
    assert (issues.pop(200), sum(issues.values()), issues.keys() <= {422, 429}) == (1, 7, True)

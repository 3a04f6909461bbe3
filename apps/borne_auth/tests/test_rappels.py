"""« Recevoir ma police par SMS »: one answer and one amount of work whoever asks, and limits that tell nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne, CompteurEssais
from apps.borne_auth.tests.conftest import CLE, POLICE, TELEPHONE
from apps.borne_auth.tests.factories import BorneFactory
from apps.pass_clients.models import ClientPass, NumeroPolice
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur
from apps.pass_clients.tests.refus import sans_gardes
from apps.socle.models import MessageSortant

pytestmark = pytest.mark.django_db
MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)  # noon in Brazzaville
INCONNU = "+242069990000"
Demander = Callable[..., HttpResponse]


@pytest.fixture
def demander(api: APIClient) -> Demander:
    def post(telephone: str = TELEPHONE, *, cle: str = "", adresse: str = "41.78.1.1") -> HttpResponse:
        return api.post(
            "/api/v1/auth/police-par-sms/",
            {"telephone": telephone},
            format="json",
            REMOTE_ADDR=adresse,
            headers={"X-Borne-Cle": cle} if cle else {},
        )

    return post


def test_a_client_receives_all_her_polices_on_the_phone_on_file(contrat: NumeroPolice, demander: Demander) -> None:
    autre = contrat_en_vigueur(client=contrat.souscription.client, numero="ANCIEN-7")

    reponse = demander("06 123 45 67")

    message = MessageSortant.objects.get()
    noms = [f"{une.numero_police} ({une.souscription.produit.nom_pass})" for une in (autre, contrat)]
    assert reponse.status_code == 202
    assert message.telephone == TELEPHONE
    assert message.texte == (
        f"NSIA : vos polices sont {', '.join(noms)}. Avec ce téléphone, elles ouvrent la borne. Ne les donnez à personne."
    )


def test_of_many_polices_three_are_named_and_the_longest_fit(contrat: NumeroPolice, demander: Demander) -> None:
    numeros = [f"{lettre * 29}{n}" for n, lettre in enumerate("ABCDE")]
    for numero in numeros:
        souscription = contrat_en_vigueur(client=contrat.souscription.client, numero=numero).souscription
        type(souscription.produit).objects.filter(pk=souscription.produit_id).update(nom_pass=f"PASS {'X' * 75}")

    assert demander().status_code == 202
    texte = MessageSortant.objects.get().texte
    assert [numero in texte for numero in numeros] == [False, False, True, True, True]
    assert "et d'autres. Avec ce téléphone" in texte


def sans_compte(contrat: NumeroPolice) -> str:
    return INCONNU


def sans_police(contrat: NumeroPolice) -> str:
    return ClientFactory(telephone=INCONNU).telephone


def suspendue(contrat: NumeroPolice) -> str:
    ClientPass.objects.update(statut="suspendu")
    return TELEPHONE


def police_annulee(contrat: NumeroPolice) -> str:
    NumeroPolice.objects.update(statut="annule")
    return TELEPHONE


@pytest.mark.parametrize("cas", [sans_compte, sans_police, suspendue, police_annulee])
def test_whoever_asks_has_one_answer_and_one_amount_of_work(
    contrat: NumeroPolice, demander: Demander, cas: Callable[[NumeroPolice], str]
) -> None:
    vues = []
    with time_machine.travel(MIDI, tick=False):
        for telephone in (TELEPHONE, cas(contrat)):
            with sans_gardes():
                MessageSortant.objects.all().delete()
            CompteurEssais.objects.all().delete()
            with CaptureQueriesContext(connection) as requetes:
                reponse = demander(telephone)
            mots = [requete["sql"].rpartition("';")[2].split()[0] for requete in requetes.captured_queries]
            vues.append(
                (reponse.status_code, reponse.json(), [mot for mot in mots if mot not in ("RELEASE", "ROLLBACK")])
            )

    assert vues[0] == vues[1]
    assert vues[0][0] == 202
    assert vues[0][2] == ["SAVEPOINT", "INSERT", "SELECT", "SAVEPOINT", "INSERT"]
    assert MessageSortant.objects.count() == 0
    assert sorted(CompteurEssais.objects.values_list("regle", "essais")) == [
        ("rappel_adresse", 1),
        ("rappel_telephone", 1),
    ]


@time_machine.travel(MIDI, tick=False)
@pytest.mark.parametrize("telephone", [TELEPHONE, INCONNU])
def test_a_phone_is_asked_for_three_times_a_day_elsewhere_which_leaves_the_kiosks_theirs(
    contrat: NumeroPolice, borne: Borne, demander: Demander, telephone: str
) -> None:
    ailleurs = [demander(telephone, adresse=f"41.78.3.{n}").status_code for n in range(4)]
    aux_bornes = [demander(telephone, cle=CLE).status_code for _ in range(3)]
    dernier = demander(telephone, cle=CLE)

    assert (ailleurs, aux_bornes) == ([202, 202, 202, 429], [202, 202, 202])
    assert (dernier.status_code, dernier["Retry-After"]) == (429, str(12 * 3600))
    assert dernier.json()["detail"] == (
        "Trop de SMS ont été demandés. Réessayez demain, dans 12 heures. Un agent peut vous aider tout de suite."
    )


def test_a_kiosk_and_an_address_have_their_own_limits(borne: Borne, demander: Demander, settings) -> None:
    settings.RAPPELS_BORNE_HEURE = settings.RAPPELS_ADRESSE_HEURE = 2
    BorneFactory(cle="deux")

    def tour(**source: str) -> list[int]:
        tour.rang += 10
        return [demander(f"+24206999{tour.rang + n:04d}", **source).status_code for n in range(3)]

    tour.rang = 0
    assert tour(cle=CLE) == tour(cle="deux") == tour(adresse="41.78.9.9") == [202, 202, 429]


@time_machine.travel(MIDI, tick=False)
def test_pressing_twice_sends_one_sms(contrat: NumeroPolice, demander: Demander) -> None:
    assert [demander().status_code for _ in range(2)] == [202, 202]
    assert MessageSortant.objects.count() == 1
    with time_machine.travel(MIDI + timedelta(minutes=11), tick=False):
        demander()
    assert MessageSortant.objects.count() == 2


@pytest.mark.parametrize("telephone", [TELEPHONE, INCONNU])
def test_where_no_sms_can_leave_everybody_is_told_so(
    contrat: NumeroPolice, demander: Demander, settings, telephone: str
) -> None:
    settings.MESSAGERIE = ""

    reponse = demander(telephone)

    assert (reponse.status_code, reponse.json()["code"]) == (503, "sms_indisponible")
    assert reponse.json()["detail"] == "Les SMS ne peuvent pas partir en ce moment. Demandez votre police à un agent."
    assert (MessageSortant.objects.count(), CompteurEssais.objects.count()) == (0, 0)


def test_only_a_kiosk_asks_where_kiosks_are_registered(borne: Borne, demander: Demander, settings) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True

    assert [demander().status_code, demander(cle="fausse").status_code, demander(cle=CLE).status_code] == [
        401,
        401,
        202,
    ]


def test_the_sms_opens_the_kiosk(
    contrat: NumeroPolice, demander: Demander, connecter: Callable[..., HttpResponse]
) -> None:
    demander()

    assert POLICE in MessageSortant.objects.get().texte
    assert connecter(police=POLICE.replace("-", "").lower()).status_code == 200

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne, CompteurEssais, JetonRafraichissement, SessionBorne
from apps.borne_auth.tests.conftest import CLE, POLICE, TELEPHONE
from apps.borne_auth.tokens import JetonAccesClient, JetonRafraichissementClient
from apps.pass_clients.models import ClientPass, NumeroPolice
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur
from nsia_pass_api.telephones import masquer

pytestmark = pytest.mark.django_db

Connecter = Callable[..., HttpResponse]
MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)  # noon in Brazzaville


def test_police_and_phone_open_a_session_of_thirty_minutes(contrat: NumeroPolice, connecter: Connecter) -> None:
    with time_machine.travel(MIDI, tick=False):
        reponse = connecter()

    corps = reponse.json()
    session = SessionBorne.objects.get()
    souscription = contrat.souscription
    periode = souscription.periodes.get()
    assert reponse.status_code == 200
    assert reponse.headers["Cache-Control"] == "no-store"
    assert set(corps) == {"tokens", "expires_at", "client", "contrat"}
    assert set(corps["tokens"]) == {"access", "refresh"}
    assert parse_datetime(corps["expires_at"]) == session.expire_le == MIDI + timedelta(minutes=30)
    assert corps["client"] == {"nom": "KONGO", "prenom": "Jean Baptiste", "telephone": masquer(TELEPHONE)}
    assert corps["contrat"] == {
        "police": POLICE,
        "numero_souscription": souscription.numero_souscription,
        "code_produit": "KIMIA",
        "nom_produit": "PASS KIMIA",
        "categorie": "accident",
        "etat_du_contrat": "Actif",
        "date_effet": periode.date_debut.isoformat(),
        "date_expiration": periode.date_fin.isoformat(),
        "prime": 1_200,
        "periodicite": "mensuelle",
    }
    assert (session.client, session.police, session.borne, session.fermee_le) == (
        souscription.client,
        POLICE,
        None,
        None,
    )
    assert session.ouverte_le == MIDI


def test_tokens_hold_a_session_and_nothing_about_the_client(contrat: NumeroPolice, connecter: Connecter) -> None:
    with time_machine.travel(MIDI, tick=False):
        tokens = connecter().json()["tokens"]
        acces = JetonAccesClient.lire(tokens["access"])
        rafraichissement = JetonRafraichissementClient.lire(tokens["refresh"])

    session = SessionBorne.objects.get()
    jeton = JetonRafraichissement.objects.get()
    communs = {"aud": "borne", "iss": "nsia-pass", "sid": str(session.pk), "iat": int(MIDI.timestamp())}
    assert acces.payload == {
        **communs,
        "token_type": "borne_access",
        "jti": acces.payload["jti"],
        "exp": int((MIDI + timedelta(minutes=5)).timestamp()),
    }
    assert rafraichissement.payload == {
        **communs,
        "token_type": "borne_refresh",
        "jti": str(jeton.jti),
        "exp": int((MIDI + timedelta(minutes=30)).timestamp()),
    }
    assert (jeton.session, jeton.expire_le, jeton.utilise_le) == (session, session.expire_le, None)


@pytest.mark.parametrize("telephone", ["06 123 45 67", "242061234567", "00242 06-123-45-67", "+242 06.123.45.67"])
def test_a_phone_may_be_written_as_people_write_it(contrat: NumeroPolice, connecter: Connecter, telephone: str) -> None:
    assert connecter(telephone=telephone).status_code == 200


@pytest.mark.parametrize("police", ["  cg-2026 -vie-001 ", "CG2026VIE001", "CG-2O26-VIE-OOI", "cg/2026/vie/001"])
def test_a_police_may_be_written_as_people_write_it(contrat: NumeroPolice, connecter: Connecter, police: str) -> None:
    reponse = connecter(police=police)

    assert (reponse.status_code, reponse.json()["contrat"]["police"]) == (200, POLICE)


@pytest.fixture
def autre_contrat(db: None) -> NumeroPolice:
    return contrat_en_vigueur(client=ClientFactory(telephone="+242059876543"))


def mauvais_telephone(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    return POLICE, "+242061234568"


def telephone_d_une_autre(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    return POLICE, "+242059876543"


def mauvaise_police(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    return "CG-2026-VIE-999", TELEPHONE


def couple_inconnu(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    return "CG-2026-VIE-999", "+242061234568"


def contrat_resilie(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    changer_statut(souscription=contrat.souscription, vers="resiliee", motif="demande du client")
    return POLICE, TELEPHONE


def contrat_dans_un_etat_ferme(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    NumeroPolice.objects.filter(pk=contrat.pk).update(statut="suspendu")
    return POLICE, TELEPHONE


def police_annulee(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    NumeroPolice.objects.filter(pk=contrat.pk).update(statut="annule")
    return POLICE, TELEPHONE


def cliente_suspendue(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    ClientPass.objects.filter(pk=contrat.souscription.client_id).update(statut="suspendu")
    return POLICE, TELEPHONE


def cliente_inactive(contrat: NumeroPolice, autre: NumeroPolice) -> tuple[str, str]:
    ClientPass.objects.filter(pk=contrat.souscription.client_id).update(statut="inactif")
    return POLICE, TELEPHONE


MAUVAIS_COUPLES = [
    mauvais_telephone,
    telephone_d_une_autre,
    mauvaise_police,
    couple_inconnu,
    contrat_resilie,
    contrat_dans_un_etat_ferme,
    police_annulee,
    cliente_suspendue,
    cliente_inactive,
]


@pytest.mark.parametrize("couple", MAUVAIS_COUPLES)
def test_every_wrong_pair_has_one_answer_and_one_amount_of_work(
    couple: Callable[..., tuple[str, str]],
    contrat: NumeroPolice,
    autre_contrat: NumeroPolice,
    connecter: Connecter,
    settings,
) -> None:
    settings.CONNEXION_ETATS = ["Actif", "Expiré"]
    police, telephone = couple(contrat, autre_contrat)

    with CaptureQueriesContext(
        connection,
    ) as requetes:
        reponse = connecter(police=police, telephone=telephone)

    corps = reponse.json()
    corps.pop("requete")
    assert reponse.status_code == 401
    assert corps == {
        "type": "urn:nsia-pass:erreur:connexion_refusee",
        "title": "Connexion refusée",
        "status": 401,
        "detail": "Le numéro de police et le téléphone ne correspondent pas. "
        "Vérifiez-les, ou demandez de l'aide à un agent.",
        "code": "connexion_refusee",
    }
    # Who writes goes in front of what is written, in the same message.
    assert [requete["sql"].rpartition("';")[2].split()[0] for requete in requetes.captured_queries] == [
        "SAVEPOINT",  # the test's own transaction makes `atomic` one
        "SAVEPOINT",
        "INSERT",
        "SELECT",
        "RELEASE",
        "RELEASE",
    ]
    assert sorted(CompteurEssais.objects.values_list("regle", "essais")) == [
        ("adresse_jour", 1),
        ("adresse_minute", 1),
        ("police_hors_borne", 1),
        ("telephone_hors_borne", 1),
    ]
    assert SessionBorne.objects.count() == 0


def test_a_suspended_and_an_expired_contract_open_to_pay_and_to_renew(
    contrat: NumeroPolice, connecter: Connecter
) -> None:
    for statut, etat in (("suspendue", "Suspendu"), ("activee", "Actif"), ("expiree", "Expiré")):
        changer_statut(souscription=contrat.souscription, vers=statut, motif="essai")
        reponse = connecter()
        assert (reponse.status_code, reponse.json()["contrat"]["etat_du_contrat"]) == (200, etat)


@pytest.mark.parametrize(
    ("corps", "champs"),
    [
        ({}, {"police", "telephone"}),
        ({"police": POLICE}, {"telephone"}),
        ({"police": None, "telephone": None}, {"police", "telephone"}),
        ({"police": 2026, "telephone": 61234567}, {"police", "telephone"}),
        ({"police": [POLICE], "telephone": {"numero": TELEPHONE}}, {"police", "telephone"}),
        ({"police": True, "telephone": False}, {"police", "telephone"}),
        ({"police": "  ", "telephone": " "}, {"police", "telephone"}),
        ({"police": "C" * 41, "telephone": "0" * 41}, {"police", "telephone"}),
        ({"police": POLICE, "telephone": "06 12"}, {"telephone"}),
        ({"police": POLICE, "telephone": "+33612345678"}, {"telephone"}),
        ({"police": "CG\x00", "telephone": TELEPHONE}, {"police"}),
        ({"police": "2026/vie/é", "telephone": TELEPHONE}, {"police"}),
        ({"police": "---", "telephone": TELEPHONE}, {"police"}),
        ({"police": "C" * 31, "telephone": TELEPHONE}, {"police"}),
    ],
)
def test_what_is_missing_or_ill_written_is_said_by_field_and_counts_for_nothing(
    api: APIClient, contrat: NumeroPolice, corps: dict[str, object], champs: set[str]
) -> None:
    reponse = api.post("/api/v1/auth/login/", corps, format="json")

    assert (reponse.status_code, reponse.json()["code"]) == (400, "donnees_invalides")
    assert set(reponse.json()["champs"]) == champs
    assert CompteurEssais.objects.count() == 0


def test_a_kiosk_opens_sessions_of_its_own_and_is_seen(contrat: NumeroPolice, borne: Borne, api: APIClient) -> None:
    with time_machine.travel(MIDI, tick=False):
        reponse = api.post(
            "/api/v1/auth/login/",
            {"police": POLICE, "telephone": TELEPHONE},
            format="json",
            headers={"X-Borne-Cle": CLE, "X-Borne-Version": "2.4.1\x07" + "z" * 60},
        )

    borne.refresh_from_db()
    assert reponse.status_code == 200
    assert SessionBorne.objects.get().borne == borne
    assert borne.dernier_contact == MIDI
    assert borne.version == "2.4.1" + "z" * 35


@pytest.mark.parametrize("obligatoire", [False, True])
def test_an_unknown_kiosk_key_is_refused_even_where_none_is_required(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter, settings, obligatoire: bool
) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = obligatoire

    reponse = connecter(cle=CLE + "x")

    assert (reponse.status_code, reponse.json()["code"]) == (401, "borne_inconnue")
    assert SessionBorne.objects.count() == 0


def test_a_kiosk_key_is_required_when_settings_say_so(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter, settings
) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True

    assert (connecter().status_code, connecter().json()["code"]) == (401, "borne_inconnue")
    assert connecter(cle="").status_code == 401
    assert connecter(cle=CLE).status_code == 200


def test_a_kiosk_that_is_switched_off_is_refused(contrat: NumeroPolice, borne: Borne, connecter: Connecter) -> None:
    Borne.objects.update(statut="desactivee")

    reponse = connecter(cle=CLE)

    assert (reponse.status_code, reponse.json()["code"]) == (401, "borne_desactivee")
    assert SessionBorne.objects.count() == 0

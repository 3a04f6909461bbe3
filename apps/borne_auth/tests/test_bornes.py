import hashlib
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.http import HttpResponse

from apps.borne_auth import services
from apps.borne_auth.errors import BorneExistante
from apps.borne_auth.models import Borne, SessionBorne
from apps.borne_auth.tests.conftest import CLE, POLICE, TELEPHONE
from apps.borne_auth.tests.factories import BorneFactory, SessionFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import Agence, NumeroPolice
from apps.pass_clients.tests.factories import AgenceFactory
from nsia_pass_api.errors import DonneesInvalides, ErreurPass

pytestmark = pytest.mark.django_db


def commande(*arguments: str, **options: Any) -> list[str]:
    sortie = StringIO()
    call_command("enregistrer_borne", *arguments, stdout=sortie, **options)
    return sortie.getvalue().splitlines()


@pytest.fixture(autouse=True)
def _agences(db: None) -> None:
    for nom in ("Brazzaville Centre", "Poto-Poto"):
        AgenceFactory(nom=nom)


def test_the_key_of_a_new_kiosk_is_shown_once_and_only_hashed(
    connecter: Callable[..., HttpResponse], contrat: NumeroPolice
) -> None:
    lignes = commande("bzv-centre-01", agence="brazzaville  centre")

    borne = Borne.objects.get()
    cle = lignes[-1]
    assert lignes[0] == "Borne BZV-CENTRE-01, agence Brazzaville Centre."
    assert len(cle) == 43
    assert (borne.code, borne.statut) == ("BZV-CENTRE-01", "active")
    assert borne.cle_empreinte == hashlib.sha256(cle.encode()).hexdigest()
    assert cle not in str(Borne.objects.values())
    assert connecter(cle=cle).status_code == 200


def test_two_kiosks_never_share_a_key() -> None:
    _, une = services.enregistrer_borne(code="BZV-1", agence="Poto-Poto")
    _, autre = services.enregistrer_borne(code="BZV-2", agence="Poto Poto")

    assert une != autre


def test_a_code_is_registered_once() -> None:
    commande("BZV-1", agence="Poto-Poto")

    with pytest.raises(CommandError, match=r"La borne BZV-1 est déjà enregistrée\."):
        commande("bzv-1", agence="Poto-Poto")
    with pytest.raises(BorneExistante):
        services.enregistrer_borne(code="BZV-1", agence="Poto-Poto")


@pytest.mark.parametrize("agence", ["Poto-Potto", "Brazzaville-Center"])
def test_an_agency_that_does_not_exist_is_refused_with_those_that_resemble(agence: str) -> None:
    proche = "Poto-Poto" if agence.startswith("Poto") else "Brazzaville Centre"
    with pytest.raises(
        CommandError, match=rf"Aucune agence ne s'appelle « {agence} »\. Vouliez-vous dire « {proche} »"
    ):
        commande("BZV-1", agence=agence)
    assert Borne.objects.count() == 0
    assert Agence.objects.count() == 2


def test_a_closed_agency_has_no_new_kiosk() -> None:
    Agence.objects.filter(nom="Poto-Poto").update(statut="fermee")
    with pytest.raises(CommandError, match=r"L'agence Poto-Poto est fermée\."):
        commande("BZV-1", agence="Poto-Poto")


@pytest.mark.parametrize(
    ("code", "agence"), [("é", "Poto-Poto"), ("B" * 21, "Poto-Poto"), ("BZV-1", "A" * 81), ("B Z", "Poto-Poto")]
)
def test_a_code_and_an_agency_are_checked(code: str, agence: str) -> None:
    with pytest.raises(DonneesInvalides):
        services.enregistrer_borne(code=code, agence=agence)
    assert Borne.objects.count() == 0


def test_a_kiosk_belongs_to_an_agency() -> None:
    with pytest.raises(CommandError, match="--agence"):
        commande("BZV-1")


def test_another_broken_rule_of_the_table_is_not_taken_for_a_known_code(monkeypatch: pytest.MonkeyPatch) -> None:
    BorneFactory(cle="tirage")
    monkeypatch.setattr("apps.borne_auth.services.secrets.token_urlsafe", lambda _n: "tirage")

    with pytest.raises(IntegrityError, match="bornes_cle_unique"):
        services.enregistrer_borne(code="BZV-NEUVE", agence="Poto-Poto")


def test_a_new_key_kills_the_former_one_and_its_sessions(
    borne: Borne, contrat: NumeroPolice, connecter: Callable[..., HttpResponse]
) -> None:
    connecter(cle=CLE)

    cle = commande("bzv-centre-01", renouveler=True)[-1]

    assert SessionBorne.objects.get().motif_fermeture == "cle_renouvelee"
    assert connecter(cle=CLE).json()["code"] == "borne_inconnue"
    assert connecter(cle=cle).status_code == 200


def test_switching_off_closes_the_open_sessions_of_that_kiosk_alone(
    borne: Borne, contrat: NumeroPolice, connecter: Callable[..., HttpResponse]
) -> None:
    connecter(cle=CLE)
    connecter(cle=CLE)
    ailleurs = SessionFactory(borne=BorneFactory(cle="autre"))

    lignes = commande("BZV-CENTRE-01", desactiver=True)

    assert lignes[0] == "La borne BZV-CENTRE-01 est désactivée."
    assert lignes[1].split() == ["Sessions", "fermées", "2"]
    assert list(SessionBorne.objects.filter(fermee_le__isnull=True)) == [ailleurs]
    assert connecter(cle=CLE).json()["code"] == "borne_desactivee"

    assert commande("BZV-CENTRE-01", reactiver=True) == ["La borne BZV-CENTRE-01 est active."]
    assert connecter(cle=CLE).status_code == 200


@pytest.mark.parametrize("acte", ["renouveler", "desactiver", "reactiver"])
def test_an_unknown_kiosk_is_said(acte: str) -> None:
    with pytest.raises(CommandError, match="Aucune borne n'a le code BZV-9"):
        commande("BZV-9", **{acte: True})


def test_one_act_at_a_time() -> None:
    with pytest.raises(CommandError):
        commande("BZV-9", "--renouveler", "--desactiver")


@pytest.mark.django_db(transaction=True)
def test_switching_off_during_logins_leaves_no_session_open(borne: Borne, contrat: NumeroPolice) -> None:
    def course(rang: int) -> str:
        try:
            if rang == 0:
                services.desactiver_borne(borne=borne)
            else:
                presentee = services.identifier_borne(cle=CLE)
                services.ouvrir_session(police=POLICE, telephone=TELEPHONE, borne=presentee, adresse="")
        except ErreurPass as refus:
            return refus.code
        return "fait"

    for _ in range(5):
        services.reactiver_borne(borne=borne)
        resultats = en_parallele(6, course)

        assert resultats[0] == "fait"
        assert set(resultats[1:]) <= {"fait", "borne_desactivee"}
        assert SessionBorne.objects.filter(fermee_le__isnull=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_switching_off_waits_for_the_login_under_way_and_closes_its_session(
    borne: Borne, contrat: NumeroPolice, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = services._signer

    def eteindre() -> None:
        try:
            services.desactiver_borne(borne=borne)
        finally:
            connection.close()

    def signer_pendant_qu_on_eteint(session: SessionBorne, *, le: datetime) -> services.SessionOuverte:
        extinction.start()
        while extinction.is_alive() and not une_connexion_attend():
            pass
        return signer(session, le=le)

    extinction = Thread(target=eteindre)
    monkeypatch.setattr(services, "_signer", signer_pendant_qu_on_eteint)
    services.ouvrir_session(police=POLICE, telephone=TELEPHONE, borne=borne, adresse="")
    extinction.join(timeout=30)

    assert SessionBorne.objects.get().motif_fermeture == "borne_desactivee"


def une_connexion_attend() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')")
        return bool(cursor.fetchone()[0])


def test_a_kiosk_switched_off_after_it_was_identified_opens_no_session(borne: Borne, contrat: NumeroPolice) -> None:
    services.desactiver_borne(borne=borne)

    with pytest.raises(ErreurPass) as refus:
        services.ouvrir_session(police=POLICE, telephone=TELEPHONE, borne=borne, adresse="")

    assert (refus.value.code, SessionBorne.objects.count()) == ("borne_desactivee", 0)

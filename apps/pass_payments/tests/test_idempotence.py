"""Law 1 of docs/spec/payments.md: the same key and request pay once and read the same first answer, over HTTP and under races."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.tests.factories import SessionFactory
from apps.borne_auth.tests.races import en_parallele
from apps.borne_auth.tokens import JetonAccesClient
from apps.pass_clients.models import NumeroPolice
from apps.pass_clients.tests.courses import ou_refus
from apps.pass_clients.tests.factories import contrat_en_vigueur
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.services.demandes import Part, payer
from apps.socle.errors import CleDejaUtilisee
from apps.socle.models import RequeteIdempotente
from apps.socle.services.idempotence import Reponse, oublier_requetes, une_seule_fois

pytestmark = pytest.mark.usefixtures("operateur")

CLE = "3f1c6c1e-6f0e-4a52-9d0e-8d0f6a1b2c3d"


@pytest.fixture
def contrat(db: None) -> NumeroPolice:
    return contrat_en_vigueur()


def porteur(police: NumeroPolice) -> dict[str, str]:
    session = SessionFactory(client=police.souscription.client)
    jeton = JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk))
    return {"Authorization": f"Bearer {jeton}"}


def payer_http(police: NumeroPolice, *, cle: str | None = CLE, montant: int = 400, **entetes: str) -> HttpResponse:
    return Client().post(
        "/api/v1/paiements/",
        {"contrats": [{"police": police.numero_police, "montant": montant}]},
        content_type="application/json",
        headers={**(entetes or porteur(police)), **({} if cle is None else {"Idempotency-Key": cle})},
    )


class TestParHttp:
    def test_the_first_answer_byte_for_byte(self, contrat: NumeroPolice) -> None:
        premiere, seconde = payer_http(contrat), payer_http(contrat)

        assert (premiere.status_code, seconde.status_code) == (202, 202)
        assert seconde.content == premiere.content
        assert "Idempotent-Replayed" not in premiere.headers
        assert seconde.headers["Idempotent-Replayed"] == "true"
        assert PaiementPass.objects.count() == 1

    def test_it_is_the_first_answer_even_when_the_payment_has_moved(self, contrat: NumeroPolice) -> None:
        premiere = payer_http(contrat)
        with transaction.atomic():
            paiement = PaiementPass.objects.get()
            paiement.evenements.create(type="envoi", statut="en_cours")
            PaiementPass.objects.update(statut="en_cours")

        assert payer_http(contrat).content == premiere.content

    def test_the_same_key_with_another_request(self, contrat: NumeroPolice) -> None:
        payer_http(contrat)

        response = payer_http(contrat, montant=500)

        assert (response.status_code, response.json()["code"]) == (422, "cle_idempotence_reutilisee")
        assert PaiementPass.objects.count() == 1

    def test_the_same_key_for_another_act(self, contrat: NumeroPolice) -> None:
        payer_http(contrat)

        response = Client().post(
            f"/api/v1/souscriptions/{contrat.souscription.numero_souscription}/renouveler/",
            {"montant": 400},
            content_type="application/json",
            headers={**porteur(contrat), "Idempotency-Key": CLE},
        )

        assert (response.status_code, response.json()["code"]) == (422, "cle_idempotence_reutilisee")

    def test_a_refusal_is_not_kept(self, contrat: NumeroPolice) -> None:
        refus = payer_http(contrat, montant=99)
        assert (refus.status_code, refus.json()["code"]) == (422, "paiement_impossible")
        assert RequeteIdempotente.objects.count() == 0

        assert payer_http(contrat, montant=400).status_code == 202

    def test_two_clients_may_draw_the_same_key(self, contrat: NumeroPolice) -> None:
        autre = contrat_en_vigueur()

        numeros = {payer_http(police).json()["numero_transaction"] for police in (contrat, autre)}

        assert len(numeros) == PaiementPass.objects.count() == 2

    @pytest.mark.parametrize("cle", [None, "", "       ", "court", "x" * 65, "clé-accentuée", "tab\tulation"])
    def test_a_key_that_is_none(self, contrat: NumeroPolice, cle: str | None) -> None:
        response = payer_http(contrat, cle=cle)

        assert (response.status_code, response.json()["code"]) == (400, "donnees_invalides")
        assert response.json()["detail"].startswith("Envoyez l'en-tête Idempotency-Key")
        assert PaiementPass.objects.count() == 0

    @pytest.mark.parametrize("cle", ["x" * 8, "x" * 64])
    def test_the_shortest_and_the_longest(self, contrat: NumeroPolice, cle: str) -> None:
        assert payer_http(contrat, cle=cle).status_code == 202


@pytest.mark.django_db(transaction=True)
class TestCourses:
    def test_in_flight_it_answers_409_and_when_to_come_back(self, contrat: NumeroPolice) -> None:
        entetes = porteur(contrat)

        def seconde(rang: int) -> HttpResponse:
            return payer_http(contrat, **entetes)

        with transaction.atomic():
            une_seule_fois(
                portee=f"client:{contrat.souscription.client_id}",
                cle=CLE,
                demande={},
                executer=lambda: Reponse(202, {}),
            )
            (response,) = en_parallele(1, seconde)

        assert (response.status_code, response.json()["code"]) == (409, "requete_en_cours")
        assert response.headers["Retry-After"] == "1"

    def test_thirty_two_at_once_pay_once(self, contrat: NumeroPolice) -> None:
        client_id = contrat.souscription.client_id

        def presser(rang: int) -> Any:
            return ou_refus(
                lambda: une_seule_fois(
                    portee="client:1", cle=CLE, demande={"montant": 400}, executer=lambda: Reponse(202, demander())
                ).corps["numero"]
            )

        def demander() -> dict[str, str]:
            paiement = payer(client_id=client_id, lignes=[Part(contrat.numero_police, 400)], cle=CLE)
            return {"numero": paiement.numero_transaction}

        issues = Counter(en_parallele(32, presser))

        numero = PaiementPass.objects.get().numero_transaction
        assert set(issues) <= {numero, "requete_en_cours"}
        assert issues[numero] >= 1

    def test_a_crash_before_the_commit_leaves_nothing(self, contrat: NumeroPolice) -> None:
        """The connection is cut while the answer is being written: the next request pays, once."""

        def mourir() -> Reponse:
            payer(client_id=contrat.souscription.client_id, lignes=[Part(contrat.numero_police, 400)], cle=CLE)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            une_seule_fois(portee="client:1", cle=CLE, demande={}, executer=mourir)

        assert (PaiementPass.objects.count(), RequeteIdempotente.objects.count()) == (0, 0)
        assert payer_http(contrat).status_code == 202

    def test_a_killed_connection_leaves_nothing(self, contrat: NumeroPolice) -> None:
        def mourir(rang: int) -> str:
            def executer() -> Reponse:
                payer(client_id=contrat.souscription.client_id, lignes=[Part(contrat.numero_police, 400)], cle=CLE)
                connection.connection.close()
                return Reponse(202, {})

            try:
                une_seule_fois(portee="client:1", cle=CLE, demande={}, executer=executer)
            except Exception as error:  # noqa: BLE001 - whatever a cut connection raises
                return type(error).__name__
            return "fait"

        assert en_parallele(1, mourir) == ["InterfaceError"]
        assert (PaiementPass.objects.count(), RequeteIdempotente.objects.count()) == (0, 0)
        assert payer_http(contrat).status_code == 202


class TestMenage:
    def test_an_answer_is_kept_as_long_as_the_settings_say(self, db: None, settings: Settings) -> None:
        maintenant = timezone.now()
        ages = (
            timedelta(0),
            settings.IDEMPOTENCE_CONSERVATION,
            settings.IDEMPOTENCE_CONSERVATION + timedelta(seconds=1),
        )
        for rang, age in enumerate(ages):
            une_seule_fois(portee="client:1", cle=f"cle-{rang}", demande={}, executer=lambda: Reponse(202, {}))
            _vieillir(f"cle-{rang}", maintenant - age)

        assert timedelta(hours=24) <= settings.IDEMPOTENCE_CONSERVATION
        assert oublier_requetes(quand=maintenant) == 1
        assert sorted(RequeteIdempotente.objects.values_list("cle", flat=True)) == ["cle-0", "cle-1"]

    def test_the_command_says_what_it_did(self, db: None, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("purger_paiements")

        dit = " ".join(capsys.readouterr().out.split())
        assert "Réponses oubliées 0" in dit
        assert "Propositions périmées 0" in dit

    def test_a_forgotten_answer_does_not_let_its_key_pay_again(self, contrat: NumeroPolice) -> None:
        payer_http(contrat)
        paiement = PaiementPass.objects.get()
        with transaction.atomic():
            paiement.evenements.create(type="expiration", statut="expire")
            PaiementPass.objects.update(statut="expire", a_suivre_le=None)
        RequeteIdempotente.objects.all().delete()

        response = payer_http(contrat)

        assert (response.status_code, response.json()["code"]) == (422, CleDejaUtilisee.code)


def _vieillir(cle: str, quand: Any) -> None:
    """The row as if it had been written then: an answer is never changed, so it is written anew."""
    ligne = RequeteIdempotente.objects.get(cle=cle)
    ligne.delete()
    ligne.pk, ligne.cree_le = None, quand
    ligne.save(force_insert=True)


def test_a_replay_is_read_even_when_the_operator_has_closed_since(contrat: NumeroPolice, settings: Settings) -> None:
    premiere = payer_http(contrat)
    settings.OPERATEURS = {}

    assert payer_http(contrat).content == premiere.content

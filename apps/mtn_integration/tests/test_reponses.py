"""Answers that the simulator does not give: what each means, and what leaves us."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx2
import pytest

from apps.mtn_integration.client import Client
from apps.mtn_integration.configuration import Produit
from apps.mtn_integration.models import LogMTN
from apps.mtn_integration.operateur import RIEN_DE_CREE, OperateurMTN
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    OperateurFerme,
    OperateurInjoignable,
    ReleveIndisponible,
)
from apps.pass_payments.operateurs.http import RELEVE_MAXIMUM, REPONSE_MAXIMUM
from apps.pass_payments.operateurs.models import StatutDemande
from apps.pass_payments.tests.temps import Temps

from .reglages import NUMERO, TELEPHONE, Passerelle, acces, echanges, payer, reglages, transaction

Connecter = Callable[..., OperateurMTN]
R = httpx2.Response


def mtn(statut: int, code: str) -> httpx2.Response:
    return R(statut, json={"message": "…", "code": code})


class TestDemande:
    def test_ce_qui_part(self, connecter: Connecter) -> None:
        passerelle = Passerelle(R(202))
        operateur = connecter(reglages(url_rappel="https://pass.exemple.cg"), transport=passerelle)
        reference, _ = payer(operateur, telephone="+242068511358")
        (requete,) = passerelle.recues
        assert (requete.method, requete.url.path) == ("POST", "/collection/v1_0/requesttopay")
        assert json.loads(requete.content) == {
            "amount": "1500",
            "currency": "XAF",
            "externalId": NUMERO,
            "payer": {"partyIdType": "MSISDN", "partyId": "242068511358"},
            "payerMessage": "Prime KIMIA",
            "payeeNote": NUMERO,
        }
        assert {nom: requete.headers[nom] for nom in ("x-reference-id", "x-target-environment", "x-callback-url")} == {
            "x-reference-id": str(reference),
            "x-target-environment": "mtncongo",
            "x-callback-url": "https://pass.exemple.cg/api/v1/mtn/callback/",
        }
        assert requete.headers["ocp-apim-subscription-key"] == acces(Produit.COLLECTE).cle
        assert requete.headers["authorization"] == "Bearer jeton-de-test"
        assert "python" not in requete.headers["user-agent"].lower()

    def test_le_bac_a_sable_parle_d_euros_et_nous_de_francs(self, connecter: Connecter) -> None:
        passerelle = Passerelle(R(202), R(200, json={"status": "SUCCESSFUL", "amount": "1500", "currency": "EUR"}))
        operateur = connecter(reglages(environnement="sandbox"), transport=passerelle)
        reference, _ = payer(operateur)
        assert json.loads(passerelle.recues[0].content)["currency"] == "EUR"
        assert passerelle.recues[0].headers["x-target-environment"] == "sandbox"
        assert operateur.consulter_paiement(reference=reference) == Constat(
            etat=Etat.REUSSI, montant=1_500, devise="XAF"
        )
        assert transaction(reference).devise == "EUR"

    @pytest.mark.parametrize(
        ("reponse", "motif", "raison"),
        [
            (R(400), MotifEchec.DEMANDE_INVALIDE, "HTTP 400"),
            (R(400, text="<html>"), MotifEchec.DEMANDE_INVALIDE, "HTTP 400"),
            (mtn(400, "VALIDATION_ERROR"), MotifEchec.DEMANDE_INVALIDE, "HTTP 400 VALIDATION_ERROR"),
            (mtn(404, "PAYER_NOT_FOUND"), MotifEchec.COMPTE_INCONNU, "HTTP 404 PAYER_NOT_FOUND"),
            (
                R(404, json={"statusCode": 404, "message": "Resource not found"}),
                MotifEchec.DEMANDE_INVALIDE,
                "HTTP 404 Resource not found",
            ),
            (R(411, text="<HTML>"), MotifEchec.DEMANDE_INVALIDE, "HTTP 411"),
            (R(403, text="<html>403"), MotifEchec.DEMANDE_INVALIDE, "HTTP 403"),
            (mtn(500, "INVALID_CURRENCY"), MotifEchec.DEMANDE_INVALIDE, "HTTP 500 INVALID_CURRENCY"),
            (mtn(500, "INVALID_CALLBACK_URL_HOST"), MotifEchec.DEMANDE_INVALIDE, "HTTP 500 INVALID_CALLBACK_URL_HOST"),
            (mtn(500, "NOT_ALLOWED"), MotifEchec.OPERATION_INTERDITE, "HTTP 500 NOT_ALLOWED"),
            (
                mtn(500, "NOT_ALLOWED_TARGET_ENVIRONMENT"),
                MotifEchec.DEMANDE_INVALIDE,
                "HTTP 500 NOT_ALLOWED_TARGET_ENVIRONMENT",
            ),
        ],
    )
    def test_refus(self, connecter: Connecter, reponse: httpx2.Response, motif: str, raison: str) -> None:
        reference = uuid.uuid4()
        with pytest.raises(DemandeRefusee) as refus:
            payer(connecter(reglages(), transport=Passerelle(reponse)), reference)
        assert (refus.value.motif, refus.value.raison) == (motif, raison)
        assert (transaction(reference).statut, transaction(reference).raison) == (StatutDemande.REFUSEE, raison)

    @pytest.mark.parametrize(
        ("reponse", "dit"),
        [
            (mtn(500, "INTERNAL_PROCESSING_ERROR"), "HTTP 500 INTERNAL_PROCESSING_ERROR"),
            (R(500), "HTTP 500"),
            (R(500, json=["NOT_ALLOWED"]), "HTTP 500"),
            (R(502, text="<html>Bad gateway</html>"), "HTTP 502"),
            (mtn(503, "NOT_ALLOWED"), "HTTP 503 NOT_ALLOWED"),
            (R(504, json={"statusCode": 504, "message": "Gateway Timeout"}), "HTTP 504 Gateway Timeout"),
            (R(408), "HTTP 408"),
            (R(425), "HTTP 425"),
            (
                R(429, json={"statusCode": 429, "message": "Rate limit is exceeded."}),
                "HTTP 429 Rate limit is exceeded.",
            ),
            (R(200), "HTTP 200"),
            (R(201), "HTTP 201"),
            (R(302, headers={"Location": "https://ailleurs.exemple"}), "HTTP 302"),
            (httpx2.ConnectTimeout("lent"), "ConnectTimeout"),
            (httpx2.ReadError("coupé"), "ReadError"),
            (httpx2.PoolTimeout("plein"), "PoolTimeout"),
            (R(202, content=b"x" * (REPONSE_MAXIMUM + 1)), "TropLong"),
            (httpx2.DecodingError("pas du gzip"), "DecodingError"),
        ],
    )
    def test_sans_reponse_utile(self, connecter: Connecter, reponse: Any, dit: str) -> None:
        passerelle = Passerelle(reponse)
        reference = uuid.uuid4()
        with pytest.raises(OperateurInjoignable, match=f"^{re.escape(dit)}$"):
            payer(connecter(reglages(), transport=passerelle), reference)
        assert len(passerelle.recues) == 1
        assert (transaction(reference).statut, transaction(reference).raison) == (StatutDemande.SANS_REPONSE, dit)

    def test_tout_409_dit_que_la_reference_est_prise(self, connecter: Connecter) -> None:
        assert payer(connecter(reglages(), transport=Passerelle(R(409))))[1] is Accuse.DEJA_CONNUE

    def test_ces_500_sont_les_seuls_refus(self) -> None:
        assert sorted(RIEN_DE_CREE) == [
            *("INVALID_CALLBACK_URL_HOST", "INVALID_CURRENCY"),
            *("NOT_ALLOWED", "NOT_ALLOWED_TARGET_ENVIRONMENT"),
        ]


class TestConsultation:
    def consulter(self, connecter: Connecter, *reponses: httpx2.Response) -> Constat:
        operateur = connecter(reglages(), transport=Passerelle(*reponses))
        return operateur.consulter_paiement(reference=uuid.uuid4())

    @pytest.mark.parametrize(
        ("corps", "constat"),
        [
            ({"status": "CREATED"}, Constat(etat=Etat.EN_ATTENTE)),
            ({"status": "REJECTED", "amount": "5"}, Constat(etat=Etat.EN_ATTENTE, montant=5)),
            ({"status": None}, Constat(etat=Etat.EN_ATTENTE)),
            ({"status": "SUCCESSFUL"}, Constat(etat=Etat.REUSSI)),
            ({"status": "SUCCESSFUL", "reason": "EXPIRED"}, Constat(etat=Etat.REUSSI)),
            (
                {
                    "status": "SUCCESSFUL",
                    "amount": "100.0",
                    "currency": "XAF",
                    "financialTransactionId": 1234567890,
                    "payee": {"partyId": "242068511358"},
                },
                Constat(
                    etat=Etat.REUSSI,
                    montant=100,
                    devise="XAF",
                    telephone="+242068511358",
                    code_confirmation="1234567890",
                ),
            ),
            ({"status": "SUCCESSFUL", "amount": "12.50"}, Constat(etat=Etat.REUSSI, montant=-1)),
            ({"status": "SUCCESSFUL", "amount": 99.99}, Constat(etat=Etat.REUSSI, montant=-1)),
            ({"status": "SUCCESSFUL", "amount": True}, Constat(etat=Etat.REUSSI, montant=-1)),
            ({"status": "SUCCESSFUL", "currency": "EUR"}, Constat(etat=Etat.REUSSI, devise="EUR")),
            ({"status": "SUCCESSFUL", "payer": "242068511358"}, Constat(etat=Etat.REUSSI)),
            ({"status": "FAILED"}, Constat(etat=Etat.ECHOUE, motif="autre")),
            ({"status": "FAILED", "reason": "NEUF"}, Constat(etat=Etat.ECHOUE, motif="autre", raison="NEUF")),
            (
                {"status": "FAILED", "reason": {"code": "PAYER_NOT_FOUND", "message": "Non"}},
                Constat(etat=Etat.ECHOUE, motif="compte_inconnu", raison="PAYER_NOT_FOUND"),
            ),
            (
                {"status": "FAILED", "reason": {"message": "Non\u0000\ud800"}},
                Constat(etat=Etat.ECHOUE, motif="autre", raison="Non\ufffd\ufffd"),
            ),
            ({"status": "FAILED", "reason": ["EXPIRED"]}, Constat(etat=Etat.ECHOUE, motif="autre")),
        ],
    )
    def test_ce_que_dit_un_statut(self, connecter: Connecter, corps: dict[str, Any], constat: Constat) -> None:
        assert self.consulter(connecter, R(200, content=json.dumps(corps))) == constat

    @pytest.mark.parametrize(
        "reponse",
        [
            R(200),
            R(200, text="<html>"),
            R(200, text="[" * 50_000),
            R(200, json={}),
            R(200, json=[{"status": "SUCCESSFUL"}]),
            R(204),
            R(302, headers={"Location": "/"}),
            R(400),
            R(404, json={"statusCode": 404, "message": "Resource not found"}),
            R(404, text="<html>"),
            R(429),
        ],
    )
    def test_ce_qui_ne_dit_rien_n_est_pas_une_reference_inconnue(
        self, connecter: Connecter, reponse: httpx2.Response
    ) -> None:
        """Taken for unknown, the request would be sent again."""
        with pytest.raises(OperateurInjoignable, match=f"HTTP {reponse.status_code}"):
            self.consulter(connecter, reponse)

    def test_inconnue(self, connecter: Connecter) -> None:
        assert self.consulter(connecter, mtn(404, "RESOURCE_NOT_FOUND")) == Constat(etat=Etat.INTROUVABLE)

    def test_un_statut_inconnu_est_signale(self, connecter: Connecter, caplog: pytest.LogCaptureFixture) -> None:
        self.consulter(connecter, R(200, json={"status": "REJECTED"}))
        assert [ligne.msg["event"] for ligne in caplog.records if ligne.levelname == "WARNING"] == [  # type: ignore[index]
            "statut_mtn_inconnu"
        ]


class TestTemps:
    def test_le_total_est_la_somme_de_ce_qui_peut_arriver(self) -> None:
        assert reglages().delai_total == 2 * (3 * 5 + 10) + 2 * (3 * 5 + 20) == 120

    def test_les_lectures_s_arretent_quand_une_autre_ne_tiendrait_plus(
        self, connecter: Connecter, temps: Temps
    ) -> None:
        passerelle = Passerelle(R(503))

        def repondre(requete: httpx2.Request) -> httpx2.Response:
            reponse = passerelle._repondre(requete)
            if not requete.url.path.endswith("/token/"):
                temps.passer(34)
            return reponse

        operateur = connecter(reglages(tentatives=9), transport=httpx2.MockTransport(repondre))
        debut = temps.maintenant
        with pytest.raises(OperateurInjoignable, match="plus assez de temps"):
            operateur.consulter_paiement(reference=uuid.uuid4())
        assert (len(passerelle.recues), temps.maintenant - debut) == (3, 102)

    def test_un_corps_qui_traine_est_abandonne(self, connecter: Connecter, temps: Temps) -> None:
        def goutte() -> Any:
            for _ in range(100):
                temps.passer(1)
                yield b" "

        def repondre(requete: httpx2.Request) -> httpx2.Response:
            if requete.url.path.endswith("/token/"):
                return R(200, json={"access_token": "jeton-de-test", "expires_in": "3600"})
            return R(202, content=goutte())

        operateur = connecter(reglages(), transport=httpx2.MockTransport(repondre))
        debut = temps.maintenant
        with pytest.raises(OperateurInjoignable, match="TropLong"):
            payer(operateur)
        assert temps.maintenant - debut == 36

    def test_un_releve_peut_etre_grand_mais_pas_sans_fin(self, connecter: Connecter) -> None:
        grand = Passerelle(R(200, content=b"x" * (RELEVE_MAXIMUM + 1)))
        with pytest.raises(ReleveIndisponible, match=r"ne répond pas \(TropLong\)"):
            connecter(reglages(), transport=grand).releve(jour=date(2026, 11, 21))


class TestJeton:
    @pytest.mark.parametrize(
        ("jeton", "refuse"),
        [
            (R(401, json={"error": "invalid_client"}), True),
            (R(401, json={"statusCode": 401, "message": "Access denied due to invalid subscription key."}), True),
            (R(403, text="<html>"), True),
            (R(400, json={"error": "Invalid or missing X-Target-Environment header"}), True),
            (R(500, json={"error": "login_failed"}), True),
            (R(500, json={"error": "autre"}), False),
            (R(503), False),
            (R(200), False),
            (R(200, json={"access_token": None, "expires_in": 3600}), False),
            (R(200, json={"access_token": "é", "expires_in": 3600}), False),
            (R(200, json={"access_token": "a\nb", "expires_in": 3600}), False),
            (httpx2.ReadTimeout("lent"), False),
        ],
    )
    def test_sans_jeton_rien_ne_part(self, connecter: Connecter, jeton: Any, refuse: bool) -> None:
        passerelle = Passerelle(R(202), jeton=jeton)
        operateur = connecter(reglages(), transport=passerelle)
        reference = uuid.uuid4()
        with pytest.raises(DemandeRefusee if refuse else OperateurInjoignable):
            payer(operateur, reference)
        assert (passerelle.recues, echanges(reference)) == ([], [])
        with pytest.raises(OperateurInjoignable):
            operateur.consulter_paiement(reference=reference)

    @pytest.mark.parametrize("duree", ["illisible", 0, -5, None])
    def test_une_duree_illisible_sert_une_fois(self, connecter: Connecter, duree: Any) -> None:
        passerelle = Passerelle(R(202), jeton=R(200, json={"access_token": "abc", "expires_in": duree}))
        operateur = connecter(reglages(), transport=passerelle)
        payer(operateur)
        payer(operateur)
        assert passerelle.jetons_demandes == 2

    def test_la_demande_n_a_ni_corps_ni_longueur_absente(self, connecter: Connecter) -> None:
        vues: list[httpx2.Request] = []

        def repondre(requete: httpx2.Request) -> httpx2.Response:
            vues.append(requete)
            return R(200, json={"access_token": "abc", "expires_in": 3600})

        client = Client(
            reglages(plateforme="nouvelle"), journal=lambda **_: None, transport=httpx2.MockTransport(repondre)
        )
        client.verifier_acces(Produit.DECAISSEMENT)
        client.fermer()
        (requete,) = vues
        assert (requete.content, requete.headers["content-length"]) == (b"", "0")
        assert requete.url.path == "/disbursement/token/"
        assert requete.headers["x-target-environment"] == "mtncongo"
        assert requete.headers["authorization"].startswith("Basic ")


class TestCircuit:
    def test_cinq_silences_ferment_et_une_reponse_rouvre(self, connecter: Connecter, temps: Temps) -> None:
        passerelle = Passerelle(R(503))
        operateur = connecter(reglages(tentatives=1), transport=passerelle)
        reference = uuid.uuid4()
        for _ in range(5):
            with pytest.raises(OperateurInjoignable, match="HTTP 503"):
                payer(operateur, reference)
        with pytest.raises(OperateurFerme) as ferme:
            payer(operateur, reference)
        assert ferme.value.reessayer_dans == 5
        with pytest.raises(OperateurFerme):
            operateur.consulter_paiement(reference=reference)
        assert (len(passerelle.recues), transaction(reference).tentatives) == (5, 5)
        assert transaction(reference).statut == StatutDemande.SANS_REPONSE
        temps.passer(5)
        passerelle.reponses = [R(202)]
        assert payer(operateur, reference)[1] is Accuse.ACCEPTEE
        assert payer(operateur)[1] is Accuse.ACCEPTEE

    def test_un_refus_est_une_reponse(self, connecter: Connecter) -> None:
        operateur = connecter(reglages(), transport=Passerelle(R(401)))
        for _ in range(9):
            with pytest.raises(DemandeRefusee):
                payer(operateur)


class TestRappel:
    def lire(self, corps: object) -> Any:
        lu = OperateurMTN(reglages(), transport=Passerelle(R(202)))
        try:
            return lu.lire_rappel(corps if isinstance(corps, str) else json.dumps(corps))
        finally:
            lu.fermer()

    def test_ce_qu_il_pretend(self) -> None:
        rappel = self.lire(
            {
                "externalId": NUMERO,
                "amount": "1500",
                "payer": {"partyId": "242066123456"},
                "status": "FAILED",
                "reason": "EXPIRED",
            }
        )
        assert (rappel.numero, rappel.etat, rappel.montant, rappel.telephone) == (
            *(NUMERO, Etat.ECHOUE, 1_500, TELEPHONE),
        )

    @pytest.mark.parametrize(
        "corps",
        ["", "null", "[]", "{", "{}", "[" * 100_000, {"externalId": None}, {"externalId": {"a": 1}}, "\ud800", "NaN"],
    )
    def test_illisible(self, corps: object) -> None:
        assert self.lire(corps) is None

    @pytest.mark.parametrize("statut", [None, 3, "NEUF", ["SUCCESSFUL"], {}])
    def test_ce_qu_il_ne_sait_pas_dire(self, statut: object) -> None:
        rappel = self.lire({"externalId": 7, "status": statut, "payer": [], "amount": {}})
        assert (rappel.numero, rappel.etat, rappel.montant, rappel.telephone) == ("7", Etat.EN_ATTENTE, -1, "")


def test_une_base_qui_refuse_la_trace_ne_perd_pas_la_reponse(
    connecter: Connecter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The journal's constraint is broken on purpose: a real refusal of PostgreSQL."""
    passerelle = Passerelle(R(202))
    operateur = connecter(reglages(), transport=passerelle)
    inserer = LogMTN.objects.create
    monkeypatch.setattr(LogMTN.objects, "create", lambda **champs: inserer(**{**champs, "duree_ms": -1}))
    assert payer(operateur)[1] is Accuse.ACCEPTEE
    assert LogMTN.objects.count() == 0
    erreurs = [ligne.msg for ligne in caplog.records if ligne.levelname == "ERROR"]
    assert [(e["event"], e["table"], e["erreur"]) for e in erreurs] == [  # type: ignore[index]
        ("trace_operateur_non_ecrite", "journal_mtn", "IntegrityError")
    ] * 2

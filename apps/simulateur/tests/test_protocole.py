"""docs/spec/momo.md row by row, over real HTTP. Hold the tables below against its tables."""

import base64
import socket
import uuid
from typing import Any

import pytest

from .clients import Appelant, bac_a_sable, congo, ecouteur, paiement

MSISDN = "46733123999"
EUR = {"numero": MSISDN, "montant": "100", "devise": "EUR"}
PAYEUR, BENEFICIAIRE = paiement(**EUR), paiement(**EUR, cote="payee")
FACTURE = {**paiement(**EUR, cote="intendedPayer"), "payee": {"partyIdType": "MSISDN", "partyId": MSISDN}}
ACHAT = {"externalTransactionId": "x", "money": {"amount": "5", "currency": "EUR"}, "customerReference": "c1"}
ACCORD = {
    "payer": {"partyIdType": "MSISDN", "partyId": MSISDN},
    "payerCurrency": "EUR",
    "payerMessage": "m",
    "validityTime": 3600,
}
CREATIONS = [
    ("collection", "v1_0/requesttopay", "v1_0/requesttopay", PAYEUR),
    ("collection", "v1_0/requesttowithdraw", "v1_0/requesttowithdraw", PAYEUR),
    ("collection", "v2_0/requesttowithdraw", "v1_0/requesttowithdraw", PAYEUR),
    ("collection", "v2_0/invoice", "v2_0/invoice", FACTURE),
    ("collection", "v2_0/payment", "v2_0/payment", ACHAT),
    ("collection", "v2_0/preapproval", "v2_0/preapproval", ACCORD),
    ("disbursement", "v1_0/transfer", "v1_0/transfer", BENEFICIAIRE),
    ("remittance", "v1_0/transfer", "v1_0/transfer", BENEFICIAIRE),
    ("disbursement", "v1_0/deposit", "v1_0/deposit", BENEFICIAIRE),
    ("disbursement", "v2_0/deposit", "v1_0/deposit", BENEFICIAIRE),
    ("remittance", "v2_0/cashtransfer", "v2_0/cashtransfer", BENEFICIAIRE),
]


@pytest.mark.parametrize(("produit", "creation", "lecture", "corps"), CREATIONS)
def test_each_resource_is_accepted_empty_then_read(
    port: int, produit: str, creation: str, lecture: str, corps: dict[str, Any]
) -> None:
    client = bac_a_sable(port, produit)

    reference, accepte = client.creer(creation, corps)

    assert (accepte.statut, accepte.brut, accepte.entetes["content-length"]) == (202, b"", "0")
    lu = client.statut(lecture, reference)
    assert lu["status"] == ("PENDING" if "invoice" in creation else "SUCCESSFUL")
    if creation not in ("v2_0/invoice", "v2_0/preapproval"):
        assert lu["financialTransactionId"].isdigit()
    if "externalId" in corps:
        assert {nom: lu[nom] for nom in ("amount", "currency", "externalId")} == {
            "amount": "100",
            "currency": "EUR",
            "externalId": "PAY-1",
        }


@pytest.mark.parametrize("version", ["v1_0", "v2_0"])
def test_a_refund_names_what_it_gives_back_and_never_more(port: int, version: str) -> None:
    collecte, sortie = bac_a_sable(port), bac_a_sable(port, "disbursement")
    payee, _ = collecte.creer("v1_0/requesttopay", PAYEUR)
    corps = {"amount": "60", "currency": "EUR", "externalId": "r", "referenceIdToRefund": payee}

    etats = []
    for _ in range(2):
        reference, accepte = sortie.creer(f"{version}/refund", corps)
        assert accepte.statut == 202
        etats.append(sortie.statut("v1_0/refund", reference))

    assert [(etat["status"], etat.get("reason")) for etat in etats] == [("SUCCESSFUL", None), ("FAILED", "NOT_ALLOWED")]


def test_provisioning(port: int) -> None:
    client = bac_a_sable(port, hote="exemple.cg")
    cle = {"Ocp_Apim_Subscription_Key": client.cle}

    lu = client.appeler("GET", f"/v1_0/apiuser/{client.utilisateur}", **cle)
    encore = client.appeler(
        "POST", "/v1_0/apiuser", {"providerCallbackHost": "h"}, X_Reference_Id=client.utilisateur, **cle
    )
    autre_cle = client.appeler("POST", f"/v1_0/apiuser/{client.utilisateur}/apikey", **cle)

    assert (lu.statut, lu.corps) == (200, {"providerCallbackHost": "exemple.cg", "targetEnvironment": "sandbox"})
    assert (encore.statut, encore.corps["code"]) == (409, "RESOURCE_ALREADY_EXIST")
    assert (autre_cle.statut, len(autre_cle.corps["apiKey"])) == (201, 32)
    assert client.appeler("GET", f"/v1_0/apiuser/{uuid.uuid4()}", **cle).statut == 404


@pytest.mark.parametrize("corps", [None, "{}", "null", '{"grant_type": "client_credentials"}'])
@pytest.mark.parametrize("produit", ["collection", "disbursement", "remittance"])
def test_tokens_accept_the_bodies_that_clients_send(port: int, produit: str, corps: str | None) -> None:
    client = bac_a_sable(port, produit)

    jeton = client.demander_jeton(corps)

    assert (jeton.statut, jeton.corps["token_type"], jeton.corps["expires_in"]) == (200, "access_token", 3600)


@pytest.mark.parametrize("fin", ["temps", "force"])
def test_a_token_dies_after_an_hour_or_when_told(port: int, fin: str) -> None:
    client = bac_a_sable(port)
    client.avancer(3599)
    assert client.mtn("GET", "/collection/v1_0/account/balance").statut == 200

    if fin == "temps":
        client.avancer(1)
    else:
        client.appeler("POST", "/simulateur/jetons/expirer")

    assert client.mtn("GET", "/collection/v1_0/account/balance").statut == 401


@pytest.mark.parametrize(
    ("numero", "statut", "raison", "apres", "ensuite"),
    [
        ("450", "FAILED", "INTERNAL_PROCESSING_ERROR", 0, None),
        ("451", "FAILED", "APPROVAL_REJECTED", 0, None),
        ("452", "FAILED", "EXPIRED", 0, None),
        ("453", "PENDING", None, 45, ("PENDING", None)),
        ("453", "PENDING", None, 300, ("FAILED", "EXPIRED")),
        ("454", "CREATED", None, 25, ("SUCCESSFUL", None)),
        ("455", "FAILED", "PAYER_NOT_FOUND", 0, None),
        ("456", "FAILED", "PAYEE_NOT_ALLOWED_TO_RECEIVE", 0, None),
        ("457", "FAILED", "NOT_ALLOWED", 0, None),
        ("458", "FAILED", "NOT_ALLOWED_TARGET_ENVIRONMENT", 0, None),
        ("459", "FAILED", "INVALID_CALLBACK_URL_HOST", 0, None),
        ("460", "FAILED", "INVALID_CURRENCY", 0, None),
        ("461", "FAILED", "INTERNAL_PROCESSING_ERROR", 0, None),
        ("462", "FAILED", "SERVICE_UNAVAILABLE", 0, None),
        ("463", "FAILED", "COULD_NOT_PERFORM_TRANSACTION", 0, None),
        ("464", "SUCCESSFUL", None, 0, None),
    ],
)
def test_sandbox_numbers_of_payments(
    port: int, numero: str, statut: str, raison: str | None, apres: float, ensuite: tuple[str, str | None] | None
) -> None:
    client = bac_a_sable(port)
    reference, accepte = client.creer("v1_0/requesttopay", paiement(f"46733123{numero}", montant="5", devise="EUR"))

    lu = client.statut("v1_0/requesttopay", reference)

    assert (accepte.statut, lu["status"], lu.get("reason")) == (202, statut, raison)
    if ensuite:
        assert "financialTransactionId" not in lu
        client.avancer(apres)
        lu = client.statut("v1_0/requesttopay", reference)
        assert (lu["status"], lu.get("reason")) == ensuite


@pytest.mark.parametrize(
    ("numero", "raison"),
    [
        ("450", "INTERNAL_PROCESSING_ERROR"),
        ("451", "APPROVAL_REJECTED"),
        ("452", "EXPIRED"),
        ("455", "NOT_ENOUGH_FUNDS"),
        ("456", "PAYER_LIMIT_REACHED"),
        ("457", "PAYEE_NOT_FOUND"),
        ("458", "NOT_ALLOWED"),
        ("459", "NOT_ALLOWED_TARGET_ENVIRONMENT"),
        ("460", "INVALID_CALLBACK_URL_HOST"),
        ("461", "INVALID_CURRENCY"),
        ("462", "INTERNAL_PROCESSING_ERROR"),
        ("463", "SERVICE_UNAVAILABLE"),
    ],
)
def test_sandbox_numbers_of_transfers(port: int, numero: str, raison: str) -> None:
    client = bac_a_sable(port, "disbursement")
    corps = paiement(f"46733123{numero}", montant="5", devise="EUR", cote="payee")
    reference, _ = client.creer("v1_0/transfer", corps)

    lu = client.statut("v1_0/transfer", reference)

    assert (lu["status"], lu["reason"]) == ("FAILED", raison)


@pytest.mark.parametrize(
    ("numero", "statut", "reste"),
    [
        ("450", 404, "RESOURCE_NOT_FOUND"),
        ("451", 200, False),
        ("452", 500, "NOT_ALLOWED"),
        ("453", 500, "NOT_ALLOWED_TARGET_ENVIRONMENT"),
        ("454", 500, "INTERNAL_PROCESSING_ERROR"),
        ("455", 503, "SERVICE_UNAVAILABLE"),
        ("999", 200, True),
    ],
)
def test_active_numbers(port: int, numero: str, statut: int, reste: object) -> None:
    lu = bac_a_sable(port).mtn("GET", f"/collection/v1_0/accountholder/msisdn/46733123{numero}/active")

    assert (lu.statut, lu.corps.get("result", lu.corps.get("code"))) == (statut, reste)


def _refus(client: Appelant, cas: str) -> Any:
    corps = dict(PAYEUR)
    deja, _ = client.creer("v1_0/requesttopay", corps)
    ref = str(uuid.uuid4())
    chemin = "/collection/v1_0/requesttopay"
    match cas:
        case "doublon":
            return client.creer("v1_0/requesttopay", corps, reference=deja)[1]
        case "inconnue":
            return client.mtn("GET", f"{chemin}/{ref}")
        case "autre ressource":
            return client.mtn("GET", f"/collection/v1_0/requesttowithdraw/{deja}")
        case "hote":
            return client.creer("v1_0/requesttopay", corps, X_Callback_Url="http://ailleurs.cg/r")[1]
        case "devise":
            return client.creer("v1_0/requesttopay", corps | {"currency": "XAF"})[1]
        case "cible":
            return client.creer("v1_0/requesttopay", corps, X_Target_Environment="mtncongo")[1]
        case "cle":
            return client.creer("v1_0/requesttopay", corps, Ocp_Apim_Subscription_Key="fausse")[1]
        case "basic":
            client.secret = "faux"
            return client.demander_jeton()
        case "uuid1":
            return client.creer("v1_0/requesttopay", corps, reference=str(uuid.uuid1()))[1]
        case "apostrophe":
            return client.creer("v1_0/requesttopay", corps | {"payerMessage": "l'eau"})[1]
        case "161":
            return client.creer("v1_0/requesttopay", corps | {"payeeNote": "x" * 161})[1]
        case "///":
            return client.creer("v1_0/requesttopay", corps | {"payeeNote": "a///b"})[1]
        case "montant":
            return client.creer("v1_0/requesttopay", corps | {"amount": "-1"})[1]
        case "corps":
            return client.creer("v1_0/requesttopay", "[]")[1]
        case "v2_0/transfer":
            return client.mtn("POST", "/disbursement/v2_0/transfer", corps, X_Reference_Id=ref)
    raise AssertionError(cas)


DOUBLON = {"message": "Duplicated reference id. Creation of resource failed.", "code": "RESOURCE_ALREADY_EXIST"}
INCONNUE = {"message": "Requested resource was not found.", "code": "RESOURCE_NOT_FOUND"}
HOTE = {"message": "Callback URL does not match the configured value.", "code": "INVALID_CALLBACK_URL_HOST"}
DEVISE = {"message": "Currency not supported.", "code": "INVALID_CURRENCY"}
CIBLE = {"message": "Access to target environment is forbidden.", "code": "NOT_ALLOWED_TARGET_ENVIRONMENT"}
CLE = {
    "statusCode": 401,
    "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
}


@pytest.mark.parametrize(
    ("cas", "statut", "corps"),
    [
        ("doublon", 409, DOUBLON),
        ("inconnue", 404, INCONNUE),
        ("autre ressource", 404, INCONNUE),
        ("hote", 500, HOTE),
        ("devise", 500, DEVISE),
        ("cible", 500, CIBLE),
        ("cle", 401, CLE),
        ("basic", 500, {"error": "login_failed"}),
        ("uuid1", 400, None),
        ("apostrophe", 400, None),
        ("161", 400, None),
        ("///", 400, None),
        ("montant", 400, None),
        ("corps", 400, None),
        ("v2_0/transfer", 404, None),
    ],
)
def test_refusals_have_the_observed_shape_and_create_nothing(
    port: int, cas: str, statut: int, corps: dict[str, Any] | None
) -> None:
    client = bac_a_sable(port)

    refus = _refus(client, cas)

    assert refus.statut == statut
    if corps is not None:
        assert refus.corps == corps
    assert len(client.appeler("GET", "/simulateur/operations").corps) == 1


@pytest.mark.parametrize("entete", ["", "Transfer-Encoding: chunked\r\n"])
def test_a_post_without_length_is_411(port: int, entete: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as prise:
        prise.sendall(f"POST /collection/token/ HTTP/1.1\r\nHost: h\r\n{entete}\r\n".encode())
        assert prise.recv(4096).startswith(b"HTTP/1.1 411 ")


def test_production_disbursement_may_be_forbidden(port: int) -> None:
    client = congo(port, "disbursement")
    client.regler(disbursement_autorise=False)

    assert client.creer("v1_0/transfer", "malformé")[1].corps == {"statusCode": 403, "message": "Forbidden"}


def test_the_api_user_of_another_product_gets_a_token_and_nothing_else(port: int) -> None:
    client, autre = congo(port), congo(port, "disbursement")
    client.utilisateur, client.secret = autre.utilisateur, autre.secret

    assert client.demander_jeton().statut == 200
    assert client.mtn("GET", "/collection/v1_0/account/balance").corps == CIBLE
    client.cle = autre.cle
    assert client.demander_jeton().corps == CLE


def test_accounts_names_and_consent(port: int) -> None:
    client = bac_a_sable(port)
    solde = client.mtn("GET", "/collection/v1_0/account/balance")
    assert solde.corps == client.mtn("GET", "/collection/v1_0/account/balance/EUR").corps
    assert solde.corps == {"availableBalance": "10000", "currency": "EUR"}
    assert client.mtn("GET", "/collection/v1_0/account/balance/XAF").corps == DEVISE
    assert client.mtn("GET", f"/collection/v1_0/accountholder/msisdn/{MSISDN}/basicuserinfo").corps == {
        "given_name": "Sand",
        "family_name": "Box",
        "birthdate": "1976-08-13",
        "locale": "sv_SE",
        "gender": "MALE",
    }
    formulaire = {"Content_Type": "application/x-www-form-urlencoded"}
    demande = client.mtn(
        "POST",
        "/collection/v1_0/bc-authorize",
        f"scope=all_info&login_hint=ID:{MSISDN}/MSISDN&access_type=offline",
        **formulaire,
    )
    corps = f"grant_type=urn:openid:params:grant-type:ciba&auth_req_id={demande.corps['auth_req_id']}"
    basic = "Basic " + base64.b64encode(f"{client.utilisateur}:{client.secret}".encode()).decode()
    jeton = client.mtn("POST", "/collection/oauth2/token/", corps, **formulaire | {"Authorization": basic})
    client.jeton = jeton.corps["access_token"]
    assert client.mtn("GET", "/collection/oauth2/v1_0/userinfo").corps["name"] == "Sand Box"


def test_a_delivery_notification_needs_a_success(port: int) -> None:
    client = bac_a_sable(port)
    bonne, _ = client.creer("v1_0/requesttopay", PAYEUR)
    echec, _ = client.creer("v1_0/requesttopay", paiement("46733123450", montant="5", devise="EUR"))
    chemin = "/collection/v1_0/requesttopay/{}/deliverynotification"

    assert client.mtn("POST", chemin.format(bonne), {"notificationMessage": "Merci"}).statut == 200
    assert client.mtn("POST", chemin.format(bonne), "{}", notificationMessage="Merci").statut == 200
    refus = client.mtn("POST", chemin.format(echec), {"notificationMessage": "Merci"})
    assert (refus.statut, refus.corps["code"]) == (409, "NOT_SUCCESSFULLY_COMPLETED")


def test_an_invoice_and_a_preapproval_can_be_withdrawn(port: int) -> None:
    client = bac_a_sable(port)
    facture, _ = client.creer("v2_0/invoice", FACTURE)
    accord, _ = client.creer("v2_0/preapproval", ACCORD)

    assert client.mtn("DELETE", f"/collection/v2_0/invoice/{facture}").statut == 202
    assert client.statut("v2_0/invoice", facture)["status"] == "FAILED"
    assert client.statut("v2_0/preapproval", accord)["expirationDateTime"].endswith("Z")
    lus = client.mtn("GET", f"/collection/v1_0/preapprovals/msisdn/{MSISDN}").corps
    assert [lu["preApprovalId"] for lu in lus] == [accord]


@pytest.mark.parametrize("verbe", ["POST", "PUT"])
@pytest.mark.parametrize("objet", [False, True])
def test_the_callback_is_the_observed_one_and_comes_twice(port: int, verbe: str, objet: bool) -> None:
    client = bac_a_sable(port)
    client.regler(verbe_rappel=verbe, raison_objet=objet)
    with ecouteur() as ecoute:
        corps = paiement("46733123451", montant="12.50", devise="EUR")
        reference, _ = client.creer("v1_0/requesttopay", corps, X_Callback_Url=ecoute.url)
        client.avancer(0)
        client.avancer(179)
        une_fois = _attendre_rappels(client, reference, ecoute, 1)
        client.avancer(1)
        deux_fois = _attendre_rappels(client, reference, ecoute, 2)

    raison = {"code": "APPROVAL_REJECTED", "message": "Approval rejected"} if objet else "APPROVAL_REJECTED"
    vu, entetes, recu = une_fois[0]
    assert (vu, entetes["User-Agent"]) == (verbe, "LWAC Http Client 1.0")
    assert entetes["Content-Type"] == "application/json; charset=utf-8"
    assert recu == corps | {"amount": "12.5", "status": "FAILED", "reason": raison}
    assert len(une_fois) == 1
    assert [deux_fois[1][0], deux_fois[1][2]] == [verbe, recu]


def _attendre_rappels(client: Appelant, reference: str, ecoute: Any, nombre: int) -> list[Any]:
    """The clock stands still: what the engine's own thread took is only a moment away."""
    for _ in range(200):
        lus = client.appeler("GET", f"/simulateur/rappels?reference={reference}").corps
        if sum(lu["envoye"] is not None for lu in lus) >= nombre:
            break
    return list(ecoute.recus)


def test_without_the_header_no_callback_leaves(port: int) -> None:
    client = bac_a_sable(port)
    client.creer("v1_0/requesttopay", PAYEUR)

    assert client.appeler("GET", "/simulateur/rappels").corps == []


def test_the_newer_platform(port: int) -> None:
    client = congo(port)
    ancienne, _ = client.creer("v1_0/requesttopay", paiement())
    client.regler(plateforme="nouvelle")

    assert client.demander_jeton().corps == {"error": "Invalid or missing X-Target-Environment header"}
    assert client.demander_jeton(X_Target_Environment="mtncongo").statut == 200
    assert client.demander_jeton(X_Target_Environment="mtncongo", User_Agent="python-requests/2.32").statut == 403
    assert client.mtn("GET", f"/collection/v1_0/requesttopay/{ancienne}").statut == 404
    client.secret = "faux"
    refus = client.demander_jeton(X_Target_Environment="mtncongo")
    assert (refus.statut, refus.corps) == (401, {"error": "invalid_client"})

"""MTN MoMo as tables, from docs/spec/momo.md: errors, test numbers, products, and the credentials of the demonstration."""

import re
import uuid
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

PRODUITS = ("collection", "disbursement", "remittance")
DEVISES = {"sandbox": "EUR", "mtncongo": "XAF"}
DUREE_JETON = 3600
USER_AGENT_RAPPEL = "LWAC Http Client 1.0"
# Observed: the same callback came twice, three minutes apart, although the first had been answered 200.
REPETITION_RAPPEL = 180


class Statut(StrEnum):
    CREATED = "CREATED"
    PENDING = "PENDING"
    SUCCESSFUL = "SUCCESSFUL"
    FAILED = "FAILED"


class Genre(StrEnum):
    """What is asked; the value is the resource's name in the URL."""

    REQUESTTOPAY = "requesttopay"
    REQUESTTOWITHDRAW = "requesttowithdraw"
    INVOICE = "invoice"
    PAYMENT = "payment"
    PREAPPROVAL = "preapproval"
    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    REFUND = "refund"
    CASHTRANSFER = "cashtransfer"


# Where each operation is created (product, versions) and where it is read (versions).
@dataclass(frozen=True)
class Ressource:
    genre: Genre
    produit: str
    creation: tuple[str, ...]
    lecture: tuple[str, ...]
    partie: str = "payer"


RESSOURCES = (
    Ressource(Genre.REQUESTTOPAY, "collection", ("v1_0",), ("v1_0",)),
    Ressource(Genre.REQUESTTOWITHDRAW, "collection", ("v1_0", "v2_0"), ("v1_0",)),
    Ressource(Genre.INVOICE, "collection", ("v2_0",), ("v2_0",), "intendedPayer"),
    Ressource(Genre.PAYMENT, "collection", ("v2_0",), ("v2_0",), "customerReference"),
    Ressource(Genre.PREAPPROVAL, "collection", ("v2_0",), ("v2_0",)),
    Ressource(Genre.TRANSFER, "disbursement", ("v1_0",), ("v1_0",), "payee"),
    Ressource(Genre.TRANSFER, "remittance", ("v1_0",), ("v1_0",), "payee"),
    Ressource(Genre.DEPOSIT, "disbursement", ("v1_0", "v2_0"), ("v1_0",), "payee"),
    Ressource(Genre.REFUND, "disbursement", ("v1_0", "v2_0"), ("v1_0",), "referenceIdToRefund"),
    Ressource(Genre.CASHTRANSFER, "remittance", ("v2_0",), ("v2_0",), "payee"),
)


@dataclass(frozen=True)
class Erreur:
    """An answer of refusal: MTN's own errors carry `code`, those of the gateway in front carry `statusCode`."""

    statut: int
    corps: dict[str, str | int]


def _mtn(statut: int, code: str, message: str) -> Erreur:
    return Erreur(statut, {"message": message, "code": code})


ERREURS = {
    code: _mtn(statut, code, message)
    for statut, code, message in (
        (409, "RESOURCE_ALREADY_EXIST", "Duplicated reference id. Creation of resource failed."),
        (409, "NOT_SUCCESSFULLY_COMPLETED", "The transaction is not successfully completed."),
        (404, "RESOURCE_NOT_FOUND", "Requested resource was not found."),
        (500, "INVALID_CALLBACK_URL_HOST", "Callback URL does not match the configured value."),
        (500, "INVALID_CURRENCY", "Currency not supported."),
        (500, "NOT_ALLOWED_TARGET_ENVIRONMENT", "Access to target environment is forbidden."),
        (500, "NOT_ALLOWED", "Authorization failed. Insufficient permissions."),
        (500, "INTERNAL_PROCESSING_ERROR", "An internal error occurred while processing."),
        (503, "SERVICE_UNAVAILABLE", "Service temporarily unavailable, try again later."),
        # MTN answers 400 without anyone having shown the body: this one is ours.
        (400, "VALIDATION_ERROR", "Bad request, e.g. invalid data was sent in the request."),
    )
}
CLE_INVALIDE = Erreur(
    401,
    {
        "statusCode": 401,
        "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
    },
)
CLE_ABSENTE = Erreur(
    401,
    {
        "statusCode": 401,
        "message": "Access denied due to missing subscription key. Make sure to include subscription key when making "
        "requests to an API.",
    },
)
# The true status and body of an expired token were never seen; 401 is what clients expect.
JETON_INVALIDE = Erreur(401, {"statusCode": 401, "message": "Unauthorized"})
INTERDIT = Erreur(403, {"statusCode": 403, "message": "Forbidden"})
RESSOURCE_INCONNUE = Erreur(404, {"statusCode": 404, "message": "Resource not found"})
LOGIN_FAILED = Erreur(500, {"error": "login_failed"})
INVALID_CLIENT = Erreur(401, {"error": "invalid_client"})
CIBLE_ABSENTE = Erreur(400, {"error": "Invalid or missing X-Target-Environment header"})
PAGE_411 = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\r\n<HTML><HEAD><TITLE>Length'
    " Required</TITLE></HEAD>\r\n<BODY><h2>Length Required</h2>\r\n<hr><p>HTTP Error 411. The request must be chunked or"
    " have a content length.</p>\r\n</BODY></HTML>\r\n"
)
PAGE_403 = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
    "<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"
)


RAISONS = frozenset(
    {
        "PAYER_NOT_FOUND",
        "PAYEE_NOT_FOUND",
        "NOT_ENOUGH_FUNDS",
        "PAYER_LIMIT_REACHED",
        "PAYEE_LIMIT_REACHED",
        "PAYEE_NOT_ALLOWED_TO_RECEIVE",
        "PAYMENT_NOT_APPROVED",
        "APPROVAL_REJECTED",
        "EXPIRED",
        "TRANSACTION_CANCELED",
        "NOT_ALLOWED",
        "NOT_ALLOWED_TARGET_ENVIRONMENT",
        "INVALID_CALLBACK_URL_HOST",
        "INVALID_CURRENCY",
        "COULD_NOT_PERFORM_TRANSACTION",
        "SENDER_ACCOUNT_NOT_ACTIVE",
        "TRANSACTION_NOT_FOUND",
        "VALIDATION_ERROR",
        "INTERNAL_PROCESSING_ERROR",
        "SERVICE_UNAVAILABLE",
        "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED",
    }
)
FONDS_INSUFFISANTS = {"sandbox": "NOT_ENOUGH_FUNDS", "mtncongo": "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED"}


@dataclass(frozen=True)
class Scenario:
    """What a number of the sandbox does: a first state, then after some seconds another."""

    statut: Statut
    raison: str | None = None
    apres: float | None = None
    suite: Statut | None = None
    suite_raison: str | None = None


REUSSITE = Scenario(Statut.SUCCESSFUL)


def _echec(raison: str) -> Scenario:
    return Scenario(Statut.FAILED, raison)


NUMERO_SANDBOX = "46733123"
_COMMUNS = {
    "450": _echec("INTERNAL_PROCESSING_ERROR"),
    "451": _echec("APPROVAL_REJECTED"),
    "452": _echec("EXPIRED"),
    # Ongoing: PENDING for 45 s at least, FAILED/EXPIRED by callback later.
    "453": Scenario(Statut.PENDING, apres=300, suite=Statut.FAILED, suite_raison="EXPIRED"),
}
_FIN = (
    "NOT_ALLOWED",
    "NOT_ALLOWED_TARGET_ENVIRONMENT",
    "INVALID_CALLBACK_URL_HOST",
    "INVALID_CURRENCY",
    "INTERNAL_PROCESSING_ERROR",
    "SERVICE_UNAVAILABLE",
)


def _suite(depart: int, *raisons: str) -> dict[str, Scenario]:
    return {str(depart + rang): _echec(raison) for rang, raison in enumerate(raisons)}


NUMEROS_PAIEMENT = {
    **_COMMUNS,
    "454": Scenario(Statut.CREATED, apres=25, suite=Statut.SUCCESSFUL),
    **_suite(455, "PAYER_NOT_FOUND", "PAYEE_NOT_ALLOWED_TO_RECEIVE", *_FIN, "COULD_NOT_PERFORM_TRANSACTION"),
}
NUMEROS_TRANSFERT = {
    **_COMMUNS,
    "454": Scenario(Statut.PENDING, apres=25, suite=Statut.SUCCESSFUL),
    **_suite(455, "NOT_ENOUGH_FUNDS", "PAYER_LIMIT_REACHED", "PAYEE_NOT_FOUND", *_FIN),
}
NUMEROS_PREAPPROVAL = {
    **_COMMUNS,
    "454": Scenario(Statut.CREATED, apres=25, suite=Statut.SUCCESSFUL),
    **_suite(455, "PAYER_NOT_FOUND", *_FIN),
}
# accountholder … active: an error, or the answer `false`.
NUMEROS_ACTIFS: dict[str, Erreur | bool] = {
    "450": ERREURS["RESOURCE_NOT_FOUND"],
    "451": False,
    "452": ERREURS["NOT_ALLOWED"],
    "453": ERREURS["NOT_ALLOWED_TARGET_ENVIRONMENT"],
    "454": ERREURS["INTERNAL_PROCESSING_ERROR"],
    "455": ERREURS["SERVICE_UNAVAILABLE"],
}


def numero_de_test(partie: str) -> str | None:
    """`450` for `46733123450`; None for a number that the sandbox does not single out."""
    return partie.removeprefix(NUMERO_SANDBOX) if re.fullmatch(rf"{NUMERO_SANDBOX}\d{{3}}", partie) else None


def scenario(genre: Genre, partie: str) -> Scenario:
    """What the sandbox does with this number; success at once for the numbers that no table names."""
    numero = numero_de_test(partie)
    if numero is None:
        return REUSSITE
    tables = {
        Genre.TRANSFER: NUMEROS_TRANSFERT,
        Genre.CASHTRANSFER: NUMEROS_TRANSFERT,
        Genre.PREAPPROVAL: NUMEROS_PREAPPROVAL,
    }
    return tables.get(genre, NUMEROS_PAIEMENT).get(numero, REUSSITE)


def est_abonne_mtn(msisdn: str) -> bool:
    """True for `242` + `06…`: in Congo the 0 stays after the country code, and 06 is MTN."""
    return re.fullmatch(r"24206\d{7}", msisdn) is not None


def est_abonne_airtel(msisdn: str) -> bool:
    return re.fullmatch(r"2420[45]\d{7}", msisdn) is not None


def est_uuid4(texte: str) -> bool:
    try:
        lu = uuid.UUID(texte)
    except ValueError:
        return False
    return str(lu) == texte.lower() and lu.version == 4


def est_reussite(code: int) -> bool:
    return HTTPStatus.OK <= code < HTTPStatus.MULTIPLE_CHOICES

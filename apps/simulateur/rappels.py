"""Callbacks: what they say, when they leave, and how they lie when asked to."""

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from . import montants
from .defauts import Defauts
from .operations import Operation
from .protocole import USER_AGENT_RAPPEL, Genre, Statut

DELAI_REPONSE = 10


@dataclass(frozen=True, kw_only=True)
class Rappel:
    """A callback to send `apres` seconds from now; `nature` says how it differs from the truth, for whoever reads the ledger."""

    corps: str
    nature: str
    apres: float


def a_envoyer(
    operation: Operation, *, defauts: Defauts, repetition: float, raison_objet: bool, secret_airtel: str | None
) -> Iterator[Rappel]:
    """The callbacks of a finished operation, faults included: the observed one, and its repetition three minutes later."""
    if not operation.rappel_url:
        return
    cle = operation.reference

    def rappel(dite: Operation, nature: str, apres: float) -> Rappel:
        return Rappel(
            corps=_corps(dite, raison_objet=raison_objet, secret_airtel=secret_airtel), nature=nature, apres=apres
        )

    if defauts.arrive("rappel_forge", cle):
        yield rappel(_contraire(operation), "forgé", 0)
    if defauts.arrive("rappel_perdu", cle):
        return
    dite, nature = operation, "vrai"
    if defauts.arrive("rappel_montant_faux", cle):
        dite, nature = replace(dite, montant=dite.montant + 10_000, corps=_autre_montant(dite)), "montant faux"
    if defauts.arrive("rappel_payeur_faux", cle):
        dite, nature = replace(dite, partie="242060000000", corps=_autre_partie(dite)), "payeur faux"
    apres = 0.0
    if tardif := defauts.arrive("rappel_tardif", cle):
        apres += tardif.duree
    if melange := defauts.arrive("rappel_desordonne", cle):
        apres += melange.duree * defauts.hasard("ordre", cle)
    yield rappel(dite, nature, apres)
    if defauts.arrive("rappel_double", cle):
        yield rappel(dite, f"{nature}, double", apres)
    if repetition and operation.operateur == "mtn":
        yield rappel(dite, f"{nature}, répété", apres + repetition)


def _contraire(operation: Operation) -> Operation:
    if operation.statut is Statut.SUCCESSFUL:
        return replace(operation, statut=Statut.FAILED, raison="APPROVAL_REJECTED", transaction_financiere=None)
    return replace(operation, statut=Statut.SUCCESSFUL, raison=None, transaction_financiere="1999999999")


def _autre_montant(operation: Operation) -> str:
    corps = json.loads(operation.corps)
    if "amount" in corps:
        corps["amount"] = montants.ecrire(operation.montant + 10_000)
    return json.dumps(corps)


def _autre_partie(operation: Operation) -> str:
    corps = json.loads(operation.corps)
    for nom in ("payer", "payee", "intendedPayer"):
        if nom in corps:
            corps[nom] = {"partyIdType": "MSISDN", "partyId": "242060000000"}
    return json.dumps(corps)


def _corps(operation: Operation, *, raison_objet: bool, secret_airtel: str | None) -> str:
    if operation.operateur == "airtel":
        return json.dumps(corps_airtel(operation, secret=secret_airtel), ensure_ascii=False)
    corps = corps_mtn(operation, raison_objet=raison_objet)
    corps.pop("referenceId", None)
    return json.dumps(corps, ensure_ascii=False)


# The fields of a request that its status repeats.
ECHO = (
    "amount",
    "currency",
    "externalId",
    "externalTransactionId",
    "payer",
    "payee",
    "intendedPayer",
    "payerCurrency",
    "payerMessage",
    "payeeNote",
)


def corps_mtn(operation: Operation, *, raison_objet: bool) -> dict[str, Any]:
    """What the status endpoint says, and a callback too, except that a callback carries no reference."""
    demande = json.loads(operation.corps)
    corps = {nom: demande[nom] for nom in ECHO if nom in demande}
    if "amount" in corps:
        corps["amount"] = montants.ecrire(operation.montant)
    corps["status"] = operation.statut.value
    if operation.genre in (Genre.INVOICE, Genre.PAYMENT):
        corps["referenceId"] = operation.reference
    if operation.transaction_financiere:
        corps["financialTransactionId"] = operation.transaction_financiere
    if operation.raison:
        corps["reason"] = (
            {"code": operation.raison, "message": operation.raison.replace("_", " ").capitalize()}
            if raison_objet
            else operation.raison
        )
    return corps


AIRTEL_STATUTS = {Statut.SUCCESSFUL: "TS", Statut.FAILED: "TF", Statut.PENDING: "TIP", Statut.CREATED: "TIP"}


def statut_airtel(operation: Operation) -> str:
    return "TE" if operation.raison == "EXPIRED" else AIRTEL_STATUTS[operation.statut]


def corps_airtel(operation: Operation, *, secret: str | None) -> dict[str, Any]:
    """`hash`: base64 HMAC-SHA256 of the compact JSON of `transaction`, when a secret is given."""
    transaction = {
        "id": operation.reference,
        "message": message_airtel(operation),
        "status_code": statut_airtel(operation),
        "airtel_money_id": operation.transaction_financiere or "",
    }
    corps: dict[str, Any] = {"transaction": transaction}
    if secret is not None:
        corps["hash"] = empreinte_airtel(transaction, secret=secret)
    return corps


def empreinte_airtel(transaction: dict[str, str], *, secret: str) -> str:
    compact = json.dumps(transaction, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b64encode(hmac.digest(secret.encode(), compact, hashlib.sha256)).decode()


def message_airtel(operation: Operation) -> str:
    if operation.statut is Statut.SUCCESSFUL:
        somme = f"{operation.devise} {montants.ecrire(operation.montant)}"
        return f"Paid {somme} to NSIA, Trans ID: {operation.transaction_financiere}."
    return (operation.raison or "IN_PROGRESS").replace("_", " ").capitalize()


def envoyer(*, url: str, verbe: str, corps: str) -> int | None:
    """The status that the receiver answered; None when nobody answered."""
    adresse = urlsplit(url)
    classe = http.client.HTTPSConnection if adresse.scheme == "https" else http.client.HTTPConnection
    try:
        connexion = classe(adresse.hostname or "", adresse.port, timeout=DELAI_REPONSE)
    except ValueError:
        return None
    entetes = {"User-Agent": USER_AGENT_RAPPEL, "Content-Type": "application/json; charset=utf-8"}
    chemin = (adresse.path or "/") + (f"?{adresse.query}" if adresse.query else "")
    try:
        connexion.request(verbe, chemin, body=corps.encode(), headers=entetes)
        return connexion.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connexion.close()

"""What is written of our exchanges with MTN: one short statement each, in autocommit, never inside a transaction."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from django.db import Error, connection
from django.db.models.functions import Now

from apps.mtn_integration.errors import AppelDansUneTransaction
from apps.mtn_integration.models import CONSULTES, FINAUX, GenreMTN, LogMTN, StatutMTN, TransactionMTN
from nsia_pass_api.redaction import MASQUE, masquer_texte, masquer_valeur
from nsia_pass_api.telephones import masquer

CORPS_MAXIMUM = 4_000
_CONTROLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

logger = structlog.get_logger(__name__)


def exiger_hors_transaction() -> None:
    """Raises AppelDansUneTransaction when this thread's connection has one open."""
    if connection.in_atomic_block:
        raise AppelDansUneTransaction(
            "L'opérateur est appelé dans une transaction : validez d'abord, appelez ensuite (docs/spec/payments.md, loi 2)."
        )


_DEMANDER = """
INSERT INTO transactions_mtn AS t
    (reference, genre, numero, montant, devise, telephone, destination, statut, raison, code_financier, tentatives)
VALUES (%(reference)s, %(genre)s, %(numero)s, %(montant)s, %(devise)s, %(telephone)s, %(destination)s, 'envoi', '', '', 1)
ON CONFLICT (reference) DO UPDATE SET
    tentatives = t.tentatives + 1,
    derniere_demande = statement_timestamp(),
    statut = CASE WHEN t.statut IN ('en_attente', 'reussie', 'echouee') THEN t.statut ELSE 'envoi' END
WHERE t.destination = EXCLUDED.destination
RETURNING t.tentatives
"""


def noter_demande(
    *, reference: UUID, genre: GenreMTN, numero: str, montant: int, devise: str, telephone: str, destination: str
) -> bool:
    """One more attempt is on record, before it is sent; False, and nothing changed, when the first went elsewhere.

    `destination` is an environment and a platform of MTN. Each knows only its own references: one that was sent by the
    former would be taken for new by the next, and pay twice. A database that refuses raises: nothing has been sent yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _DEMANDER,
            {
                "reference": reference,
                "genre": genre.value,
                "numero": numero,
                "montant": montant,
                "devise": devise,
                "telephone": masquer(telephone),
                "destination": destination,
            },
        )
        return cursor.fetchone() is not None


def envoyee_ailleurs(*, reference: UUID, destination: str) -> bool:
    """True when the reference was sent to another environment or platform than `destination`."""
    return TransactionMTN.objects.filter(reference=reference).exclude(destination=destination).exists()


def noter_reponse(*, reference: UUID, statut: StatutMTN, raison: str = "") -> None:
    """The answer to the request is on record, unless a look-up already knows more."""
    with _sans_perdre_la_reponse("transactions_mtn"):
        TransactionMTN.objects.filter(reference=reference).exclude(statut__in=CONSULTES).update(
            statut=statut, raison=raison
        )


def noter_constat(*, reference: UUID, statut: StatutMTN, raison: str = "", code_financier: str = "") -> None:
    """What the look-up saw is on record; a slower one that saw less changes nothing."""
    with _sans_perdre_la_reponse("transactions_mtn"):
        lignes = TransactionMTN.objects.filter(reference=reference)
        if statut not in FINAUX:
            lignes = lignes.exclude(statut__in=FINAUX)
        lignes.update(statut=statut, raison=raison, code_financier=code_financier, derniere_consultation=Now())


def journaliser(
    *,
    reference: UUID | None,
    methode: str,
    chemin: str,
    statut: int | None,
    duree_ms: int,
    demande: Any,
    reponse: str,
    erreur: str,
    secrets: Sequence[str],
) -> None:
    """The exchange is in the journal, without `secrets`, phones and tokens. `demande` is the JSON that was sent, or None."""
    with _sans_perdre_la_reponse("journal_mtn"):
        LogMTN.objects.create(
            reference=reference,
            methode=methode,
            chemin=_caviarder(chemin, secrets)[:200],
            statut=statut,
            duree_ms=duree_ms,
            demande="" if demande is None else _caviarder(_json_masque(demande), secrets),
            reponse=_caviarder(_corps_masque(reponse), secrets),
            erreur=_caviarder(masquer_texte(erreur), secrets)[:300],
        )


@contextmanager
def _sans_perdre_la_reponse(table: str) -> Iterator[None]:
    """A write about what MTN has already answered: it fails aloud, and alone.

    Money may have moved by now. An exception here would take the answer away from whoever must settle the payment, and
    leave it to be looked up later, for the sake of a trace; hence no re-raise. The caller's own writes will meet the same
    database and fail as they should.
    """
    try:
        yield
    except Error as error:
        logger.error("trace_mtn_non_ecrite", table=table, erreur=type(error).__name__)


def _corps_masque(corps: str) -> str:
    try:
        return _json_masque(json.loads(corps))
    except (ValueError, RecursionError):
        return masquer_texte(corps)


def _json_masque(valeur: Any) -> str:
    return json.dumps(masquer_valeur(_sans_parties(valeur)), ensure_ascii=False)


def _sans_parties(valeur: Any) -> Any:
    """Whoever pays or is paid is masked by the name of the field: test numbers do not look like phones of Congo."""
    if isinstance(valeur, dict):
        return {cle: MASQUE if cle == "partyId" else _sans_parties(contenu) for cle, contenu in valeur.items()}
    return [_sans_parties(contenu) for contenu in valeur] if isinstance(valeur, list) else valeur


def _caviarder(texte: str, secrets: Sequence[str]) -> str:
    """`texte` that PostgreSQL can hold, of 4 000 characters at most, without any of our own secrets, wherever MTN echoes them."""
    for secret in filter(None, secrets):
        texte = texte.replace(secret, MASQUE)
    return _CONTROLE.sub("\ufffd", texte)[:CORPS_MAXIMUM]

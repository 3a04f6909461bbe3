"""What is written of our exchanges with an operator: one short statement each, in autocommit, never inside a transaction."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import Error, connection
from django.db.models.functions import Now
from django.urls import reverse
from psycopg2 import sql

from apps.pass_payments.operateurs.errors import AppelDansUneTransaction
from apps.pass_payments.operateurs.models import (
    CONSULTES,
    FINAUX,
    DemandeOperateur,
    EchangeOperateur,
    StatutDemande,
)
from nsia_pass_api.back_office.echanges import Echange
from nsia_pass_api.redaction import MASQUE, masquer_texte, masquer_valeur
from nsia_pass_api.telephones import masquer

CORPS_MAXIMUM = 4_000
# The last ones: a payment that waits for its PIN is looked up every few seconds.
ECHANGES_MAX = 20
_CONTROLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

logger = structlog.get_logger(__name__)


def exiger_hors_transaction() -> None:
    """Raises AppelDansUneTransaction when this thread's connection has one open."""
    if connection.in_atomic_block:
        raise AppelDansUneTransaction(
            "L'opérateur est appelé dans une transaction : validez d'abord, appelez ensuite (docs/spec/payments.md, loi 2)."
        )


_DEMANDER = sql.SQL("""
INSERT INTO {table} AS t
    (reference, genre, numero, montant, devise, telephone, destination, statut, raison, code_financier, tentatives)
VALUES (%(reference)s, %(genre)s, %(numero)s, %(montant)s, %(devise)s, %(telephone)s, %(destination)s, 'envoi', '', '', 1)
ON CONFLICT (reference) DO UPDATE SET
    tentatives = t.tentatives + 1,
    derniere_demande = statement_timestamp(),
    statut = CASE WHEN t.statut IN ('en_attente', 'reussie', 'echouee') THEN t.statut ELSE 'envoi' END
WHERE t.destination = EXCLUDED.destination
RETURNING t.tentatives
""")


@dataclass(frozen=True, kw_only=True)
class Traces:
    """The two tables of one operator. `champs_masques`: fields of its bodies that hold a phone, whatever they look like."""

    demandes: type[DemandeOperateur]
    echanges: type[EchangeOperateur]
    champs_masques: frozenset[str]

    def noter_demande(
        self, *, reference: UUID, genre: str, numero: str, montant: int, devise: str, telephone: str, destination: str
    ) -> bool:
        """One more attempt is on record, before it is sent; False, and nothing changed, when the first went elsewhere.

        `destination` is an environment and a platform of the operator. Each knows only its own references: one that was
        sent by the former would be taken for new by the next, and pay twice. A database that refuses raises: nothing has
        been sent yet.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                _DEMANDER.format(table=sql.Identifier(self.demandes._meta.db_table)),
                {
                    "reference": reference,
                    "genre": str(genre),
                    "numero": numero,
                    "montant": montant,
                    "devise": devise,
                    "telephone": masquer(telephone),
                    "destination": destination,
                },
            )
            return cursor.fetchone() is not None

    def envoyee_ailleurs(self, *, reference: UUID, destination: str) -> bool:
        """True when the reference was sent to another environment or platform than `destination`."""
        demandes = self.demandes._default_manager.filter(reference=reference)
        return demandes.exclude(destination=destination).exists()

    def noter_reponse(self, *, reference: UUID, statut: StatutDemande, raison: str = "") -> None:
        """The answer to the request is on record, unless a look-up already knows more."""
        with self._sans_perdre_la_reponse(self.demandes):
            demandes = self.demandes._default_manager.filter(reference=reference)
            demandes.exclude(statut__in=CONSULTES).update(statut=statut, raison=raison)

    def noter_constat(
        self, *, reference: UUID, statut: StatutDemande, raison: str = "", code_financier: str = ""
    ) -> None:
        """What the look-up saw is on record; a slower one that saw less changes nothing."""
        with self._sans_perdre_la_reponse(self.demandes):
            demandes = self.demandes._default_manager.filter(reference=reference)
            if statut not in FINAUX:
                demandes = demandes.exclude(statut__in=FINAUX)
            demandes.update(statut=statut, raison=raison, code_financier=code_financier, derniere_consultation=Now())

    def journaliser(
        self,
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
        """The exchange is in the journal, without `secrets`, phones and tokens. `demande`: the JSON that was sent, or None."""
        with self._sans_perdre_la_reponse(self.echanges):
            self.echanges._default_manager.create(
                reference=reference,
                methode=methode,
                chemin=_caviarder(chemin, secrets)[:200],
                statut=statut,
                duree_ms=duree_ms,
                demande="" if demande is None else _caviarder(self._json_masque(demande), secrets),
                reponse=_caviarder(self._corps_masque(reponse), secrets),
                erreur=_caviarder(masquer_texte(erreur), secrets)[:300],
            )

    def derniers_echanges(self, *, reference: UUID) -> list[Echange]:
        """The last exchanges about `reference`, the latest first, as a payment's page shows them. One query."""
        meta = self.echanges._meta
        echanges = self.echanges._default_manager.filter(reference=reference).order_by("-id")[:ECHANGES_MAX]
        return [
            Echange(
                le=echange.le,
                quoi=f"{echange.methode} {echange.chemin}",
                issue=echange.erreur or str(echange.statut),
                duree_ms=echange.duree_ms,
                page=reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[echange.pk]),
            )
            for echange in echanges
        ]

    @contextmanager
    def _sans_perdre_la_reponse(self, modele: type[DemandeOperateur] | type[EchangeOperateur]) -> Iterator[None]:
        """A write about what the operator has already answered: it fails aloud, and alone.

        Money may have moved by now. An exception here would take the answer away from whoever must settle the payment, and
        leave it to be looked up later, for the sake of a trace; hence no re-raise. The caller's own writes will meet the
        same database and fail as they should.
        """
        try:
            yield
        except Error as error:
            logger.error("trace_operateur_non_ecrite", table=modele._meta.db_table, erreur=type(error).__name__)

    def _corps_masque(self, corps: str) -> str:
        try:
            return self._json_masque(json.loads(corps))
        except (ValueError, RecursionError):
            return masquer_texte(corps)

    def _json_masque(self, valeur: Any) -> str:
        return json.dumps(masquer_valeur(self._sans_parties(valeur)), ensure_ascii=False)

    def _sans_parties(self, valeur: Any) -> Any:
        """Whoever pays or is paid is masked by the name of the field: test numbers do not look like phones of Congo."""
        if isinstance(valeur, dict):
            return {
                cle: MASQUE if cle in self.champs_masques else self._sans_parties(contenu)
                for cle, contenu in valeur.items()
            }
        return [self._sans_parties(contenu) for contenu in valeur] if isinstance(valeur, list) else valeur


def _caviarder(texte: str, secrets: Sequence[str]) -> str:
    """`texte` as PostgreSQL can hold it, 4 000 characters at most, without our secrets wherever an operator echoes them."""
    for secret in filter(None, secrets):
        texte = texte.replace(secret, MASQUE)
    return _CONTROLE.sub("\ufffd", texte)[:CORPS_MAXIMUM]

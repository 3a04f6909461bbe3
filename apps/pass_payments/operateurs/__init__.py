"""What a mobile money operator must be able to do. Settings name a class per operator; nothing here or above knows MTN.

Every call carries a reference that we committed before. A call therefore may be repeated with the same reference: the
operator then answers `DEJA_CONNUE` and moves nothing twice. No method is called inside a database transaction.

Beside this interface is what the folder of each operator is made of: `appels` (how a call is made), `http`, `jetons`,
`circuit`, `traces` and `models` (what is kept of it), `motifs`, `ecriture`, `releve`, `apis` (callbacks), `admin`, `metriques`.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from apps.pass_payments.models import NatureDecaissement


class Accuse(enum.Enum):
    """The operator's answer to a request: it holds the reference now. Neither says that money moved."""

    ACCEPTEE = "acceptee"
    DEJA_CONNUE = "deja_connue"


class Etat(enum.Enum):
    EN_ATTENTE = "en_attente"
    REUSSI = "reussi"
    ECHOUE = "echoue"
    INTROUVABLE = "introuvable"


@dataclass(frozen=True, kw_only=True)
class Constat:
    """What the operator says of a reference. `montant` is None when it does not say, `telephone` empty likewise."""

    etat: Etat
    montant: int | None = None
    devise: str = ""
    telephone: str = ""
    code_confirmation: str = ""
    motif: str = ""
    """One of `motifs.MotifEchec` when `etat` is ECHOUE."""
    raison: str = ""
    """The operator's own word for `motif`, for the journal: never shown to clients."""


@dataclass(frozen=True, kw_only=True)
class Rappel:
    """What a callback claims, once parsed. Only `numero` is used, to know which payment to look up; the rest is compared."""

    numero: str
    etat: Etat
    montant: int | None = None
    telephone: str = ""


@dataclass(frozen=True, kw_only=True)
class LigneReleve:
    """One movement of the operator's statement. `montant` in XAF, positive when we received, negative when we paid out."""

    reference: UUID | None
    code_confirmation: str
    montant: int
    telephone: str
    quand: datetime
    numero: str = ""
    """Our own number (`PAY-…`), where the operator repeats it."""


class OperateurInjoignable(Exception):
    """No usable answer: time-out, cut connection, 5xx. The operator may or may not hold the reference: look it up."""


class OperateurFerme(OperateurInjoignable):
    """Nothing was sent: the circuit is open after repeated failures, until `reessayer_dans` seconds have passed."""

    def __init__(self, reessayer_dans: float) -> None:
        super().__init__(f"circuit ouvert, à réessayer dans {reessayer_dans:.0f} s")
        self.reessayer_dans = reessayer_dans


class DemandeRefusee(Exception):
    """The operator refused to create the request: it does not hold the reference. `motif` is one of `MotifEchec`."""

    def __init__(self, motif: str, raison: str = "") -> None:
        super().__init__(f"{motif} ({raison})" if raison else motif)
        self.motif, self.raison = motif, raison


class ReleveIndisponible(Exception):
    """The statement of that day cannot be had now; the message says why, in French."""


class Operateur(Protocol):
    """Thread-safe. All that reads no text raises OperateurInjoignable, but `releve`. Amounts are whole XAF, phones `+242…`."""

    def demander_paiement(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        """The phone is asked to approve `montant`. `numero` is ours (`PAY-…`). Raises DemandeRefusee."""
        ...

    def consulter_paiement(self, *, reference: UUID) -> Constat: ...

    def rembourser(
        self, *, reference: UUID, paiement: UUID, montant: int, telephone: str, numero: str, libelle: str
    ) -> Accuse:
        """`montant` goes back to the payer of `paiement`. Raises DemandeRefusee."""
        ...

    def verser(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        """`montant` goes to the account of `telephone`. Raises DemandeRefusee."""
        ...

    def consulter_decaissement(self, *, reference: UUID, nature: NatureDecaissement) -> Constat: ...

    def lire_rappel(self, corps: str) -> Rappel | None:
        """What a callback's body claims; None when it cannot be read."""
        ...

    def releve(self, *, jour: date) -> Iterator[LigneReleve]:
        """The movements of `jour` (Brazzaville). Raises ReleveIndisponible."""
        ...

    def lire_releve(self, texte: str) -> Iterator[LigneReleve]:
        """The movements of a statement that was downloaded by hand. Raises ReleveIndisponible for one badly written line."""
        ...


def operateur(code: str) -> Operateur:
    """The one instance of the class that settings.OPERATEURS names for `code`. Raises KeyError for an operator without one."""
    return _instance(settings.OPERATEURS[code])


def est_en_ligne(code: str) -> bool:
    """Whether payments with this operator go through its API; the others are recorded by an agent."""
    return code in settings.OPERATEURS


@cache
def _instance(chemin: str) -> Operateur:
    instance: Operateur = import_string(chemin)()
    return instance

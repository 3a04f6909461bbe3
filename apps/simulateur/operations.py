"""The life of an operation, without clock, store or network."""

from dataclasses import dataclass
from enum import StrEnum

from . import protocole
from .protocole import FONDS_INSUFFISANTS, Genre, Statut

OUVERTS = frozenset({Statut.CREATED, Statut.PENDING})
TRANSITIONS: dict[Statut, frozenset[Statut]] = {
    Statut.CREATED: frozenset({Statut.PENDING, Statut.SUCCESSFUL, Statut.FAILED}),
    Statut.PENDING: frozenset({Statut.SUCCESSFUL, Statut.FAILED}),
    Statut.SUCCESSFUL: frozenset(),
    Statut.FAILED: frozenset(),
}
# Those that the client must approve on her phone.
DEMANDES = frozenset({Genre.REQUESTTOPAY, Genre.REQUESTTOWITHDRAW, Genre.INVOICE, Genre.PREAPPROVAL})
ESSAIS_PIN = 3


class Reponses(StrEnum):
    """Who answers the prompts: the page of the phone, or the simulator itself after a delay."""

    TELEPHONE = "telephone"
    APPROUVER = "approuver"
    REFUSER = "refuser"
    EXPIRER = "expirer"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One request to move money. `montant` is in hundredths; `partie` is the number on the other side of the merchant."""

    reference: str
    operateur: str
    produit: str
    genre: Genre
    cible: str
    plateforme: str
    montant: int
    devise: str
    partie: str
    corps: str
    rappel_url: str
    statut: Statut
    creee: float
    externe: str = ""
    message: str = ""
    raison: str | None = None
    transaction_financiere: str | None = None
    origine: str | None = None
    echeance: float | None = None
    suite: Statut | None = None
    suite_raison: str | None = None
    visible_a: float = 0
    introuvable: int = 0
    essais_pin: int = 0
    au_telephone: bool = False
    terminee: float | None = None

    @property
    def est_ouverte(self) -> bool:
        return self.statut in OUVERTS


@dataclass(frozen=True, kw_only=True)
class Prevision:
    """What will happen to an operation if nobody touches it: its first state, then `suite` after `apres` seconds."""

    statut: Statut
    raison: str | None = None
    apres: float | None = None
    suite: Statut | None = None
    suite_raison: str | None = None
    au_telephone: bool = False


@dataclass(frozen=True, kw_only=True)
class Conduite:
    """What may be set: who answers prompts, after how long, and how long a prompt lives."""

    reponses: Reponses = Reponses.TELEPHONE
    delai: float = 0
    validite: float = 300
    sandbox_au_telephone: bool = False


def prevoir(*, genre: Genre, operateur: str, cible: str, partie: str, conduite: Conduite) -> Prevision:
    """The sandbox follows its table of numbers; in production the client answers on her phone."""
    if cible == "sandbox":
        scenario = protocole.scenario(genre, partie)
        if genre is Genre.INVOICE and scenario is protocole.REUSSITE and not conduite.sandbox_au_telephone:
            return Prevision(statut=Statut.PENDING)
        if scenario is not protocole.REUSSITE or genre not in DEMANDES or not conduite.sandbox_au_telephone:
            return Prevision(
                statut=scenario.statut,
                raison=scenario.raison,
                apres=scenario.apres,
                suite=scenario.suite,
                suite_raison=scenario.suite_raison,
            )
        return _demande(conduite)
    if genre in (Genre.REFUND, Genre.PAYMENT):
        return Prevision(statut=Statut.SUCCESSFUL)
    connue = protocole.est_abonne_mtn if operateur == "mtn" else protocole.est_abonne_airtel
    if not connue(partie):
        absent = "PAYER_NOT_FOUND" if genre in DEMANDES else "PAYEE_NOT_FOUND"
        return Prevision(statut=Statut.FAILED, raison=absent)
    return _demande(conduite) if genre in DEMANDES else Prevision(statut=Statut.SUCCESSFUL)


def _demande(conduite: Conduite) -> Prevision:
    if conduite.reponses is Reponses.TELEPHONE:
        return _attente(conduite.validite, Statut.FAILED, "EXPIRED")
    if conduite.reponses is Reponses.APPROUVER:
        return _attente(conduite.delai, Statut.SUCCESSFUL, None)
    raison = "APPROVAL_REJECTED" if conduite.reponses is Reponses.REFUSER else "EXPIRED"
    return _attente(conduite.delai, Statut.FAILED, raison)


def _attente(apres: float, suite: Statut, raison: str | None) -> Prevision:
    return Prevision(statut=Statut.PENDING, apres=apres, suite=suite, suite_raison=raison, au_telephone=True)


class TransitionInterdite(Exception):
    """A finished operation never changes."""


def verifier_transition(avant: Statut, apres: Statut) -> None:
    if apres not in TRANSITIONS[avant]:
        raise TransitionInterdite(f"{avant} → {apres}")


@dataclass(frozen=True)
class Virement:
    """Money leaves `debite` and reaches `credite`."""

    debite: str
    credite: str


def telephone(msisdn: str) -> str:
    return f"telephone:{msisdn}"


def marchand(produit: str) -> str:
    return f"marchand:{produit}"


def virement(operation: Operation) -> Virement | None:
    """Where the money of a successful operation goes; None for what moves none."""
    ici, autre = marchand(operation.produit), telephone(operation.partie)
    match operation.genre:
        case Genre.REQUESTTOPAY | Genre.REQUESTTOWITHDRAW | Genre.INVOICE:
            return Virement(autre, ici)
        case Genre.TRANSFER | Genre.DEPOSIT | Genre.REFUND | Genre.CASHTRANSFER:
            return Virement(ici, autre)
        case Genre.PAYMENT:
            return Virement(ici, f"service:{operation.partie}")
        case Genre.PREAPPROVAL:
            return None


def raison_de_solde(operation: Operation) -> str:
    return FONDS_INSUFFISANTS.get(operation.cible, "NOT_ENOUGH_FUNDS")

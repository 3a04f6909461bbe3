"""What the machine of the conversation takes and gives: state, events, facts, effects. All have a form in JSON (serie.py).

Values of fields are those of the wire: ISO date, `HH:MM`, whole number, boolean, code, text, person; None is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

VERSION = 1

Valeur = str | int | bool | dict[str, str] | None


class Phase(StrEnum):
    AUTHENTIFICATION = "AUTHENTIFICATION"
    DESCRIPTION = "DESCRIPTION"
    SINISTRE_DETAILS = "SINISTRE_DETAILS"
    DOCUMENTS = "DOCUMENTS"
    DECISION = "DECISION"
    SUIVI = "SUIVI"
    TRANSFERT = "TRANSFERT"
    ERROR = "ERROR"


_PARTOUT = frozenset({Phase.SUIVI, Phase.TRANSFERT, Phase.ERROR})

# From the phase before an event to the phase after it.
GRAPHE: dict[Phase, frozenset[Phase]] = {
    Phase.AUTHENTIFICATION: _PARTOUT
    | {Phase.DESCRIPTION, Phase.SINISTRE_DETAILS},  # the story may come before the code
    Phase.DESCRIPTION: _PARTOUT | {Phase.SINISTRE_DETAILS},
    Phase.SINISTRE_DETAILS: _PARTOUT
    | {Phase.DESCRIPTION, Phase.DOCUMENTS, Phase.DECISION},  # no piece to ask: DECISION
    Phase.DOCUMENTS: _PARTOUT | {Phase.DESCRIPTION, Phase.SINISTRE_DETAILS, Phase.DECISION},
    Phase.DECISION: _PARTOUT | {Phase.DESCRIPTION, Phase.SINISTRE_DETAILS, Phase.DOCUMENTS},
    Phase.SUIVI: _PARTOUT | {Phase.DESCRIPTION, Phase.SINISTRE_DETAILS, Phase.DOCUMENTS, Phase.DECISION},
    Phase.TRANSFERT: frozenset(Phase),
    Phase.ERROR: frozenset(Phase),
}


class Action(StrEnum):
    """What a screen has to show for a message; empty when the message asks for nothing."""

    DEMANDER_MATRICULE = "demander_matricule"
    DEMANDER_CODE = "demander_code"
    AFFICHER_DOSSIERS = "afficher_dossiers"
    DEMANDER_DESCRIPTION = "demander_description"
    POSER_QUESTIONS = "poser_questions"
    CONFIRMER_RECAPITULATIF = "confirmer_recapitulatif"
    DEMANDER_DOCUMENTS = "demander_documents"
    TRANSFERER_CONSEILLER = "transferer_conseiller"
    FIN = "fin_conversation_autonome"
    AUCUNE = ""


class Acte(StrEnum):
    CONFIRMER = "confirmer"
    CORRIGER = "corriger"
    PASSER = "passer"
    JE_NE_SAIS_PAS = "je_ne_sais_pas"
    REPETER = "repeter"
    ANNULER = "annuler"
    REVENIR = "revenir"
    CONSEILLER = "conseiller"
    NOUVEAU = "nouveau"
    SUIVRE = "suivre"


# --- What was understood of a text -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouve:
    """A value that the text gave: its words are `texte[debut:fin]`, `regle` names the rule that found it."""

    valeur: Valeur
    debut: int = 0
    fin: int = 0
    regle: str = ""


@dataclass(frozen=True)
class Compris:
    """`champs`: by the machine's own field; `reponse`: the text read as an answer to the open question; `commande`: an act."""

    champs: Mapping[str, Trouve] = field(default_factory=dict)
    reponse: Trouve | None = None
    commande: str = ""
    correction: bool = False


# --- Facts: what the caller read ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Personne:
    """An insured person of a contract; `lien`: to the client (« conjoint », « enfant »…), « client » for the client."""

    code: str
    nom: str
    lien: str = ""


@dataclass(frozen=True)
class Contrat:
    police: str
    produit: str
    assures: tuple[Personne, ...] = ()


@dataclass(frozen=True)
class SinistreOuvert:
    """`lisible`: the state in a sentence for the client. What was declared shows a second declaration of the same."""

    numero: str
    statut: str
    lisible: str
    type_sinistre: str = ""
    date: str = ""
    assure: Valeur = None


@dataclass(frozen=True)
class Sujet:
    """Of what cover and pieces are: the caller reads them for the one that `besoins` names, the machine ignores others."""

    police: Valeur = None
    type_sinistre: Valeur = None
    date: Valeur = None
    assure: Valeur = None
    deces: Valeur = None
    sinistre: str = ""


@dataclass(frozen=True)
class Couverture:
    """`phrase`: for « certain » the guarantee in words; otherwise what follows « parce que »."""

    jugement: Literal["certain", "incertain", "non"]
    phrase: str
    code: str = ""


@dataclass(frozen=True)
class Piece:
    """`raison`: why it is asked; `motif`: why what was sent is refused."""

    type: str
    libelle: str
    raison: str
    etat: Literal["demandee", "recue", "verifiee", "refusee", "dispensee"] = "demandee"
    motif: str = ""


@dataclass(frozen=True)
class Payable:
    """Whole XAF. `prochaine_echeance`: its day and `montant_echeance`, None without one; `periodicite`: « par mois »."""

    du: int
    reste: int
    montant_echeance: int | None = None
    prochaine_echeance: date | None = None
    periodicite: str = ""


@dataclass(frozen=True)
class Attente:
    rang: int
    minutes: int | None = None


@dataclass(frozen=True)
class Faits:
    """All that the machine may know of the world at one event.

    `identite`: « declarant » proved a phone by code and is not the client, and hears nothing of the contract.
    `code`: what became of the one-time code that this event brought. `sujet`: of what `couverture` and `pieces` are.
    """

    aujourdhui: date
    identite: Literal["inconnu", "client", "declarant"] = "inconnu"
    prenom: str = ""
    code: Literal["", "bon", "faux", "expire", "epuise"] = ""
    contrats: tuple[Contrat, ...] = ()
    sinistres: tuple[SinistreOuvert, ...] = ()
    sujet: Sujet = field(default_factory=Sujet)
    couverture: Couverture | None = None
    pieces: tuple[Piece, ...] = ()
    payable: Payable | None = None
    attente: Attente | None = None
    delai_jours: int | None = None
    compris: Compris = field(default_factory=Compris)


# --- Events ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ouverture:
    """A screen opens the conversation, for the first time or again."""


@dataclass(frozen=True)
class Ecrit:
    """`{id, text}`. A code is never kept: the caller gives `texte` masked and the result in `Faits.code`."""

    id: str
    texte: str


@dataclass(frozen=True)
class Saisie:
    """`{id, champ, valeur}`."""

    id: str
    champ: str
    valeur: Any


@dataclass(frozen=True)
class Geste:
    """`{id, acte, champ?}`."""

    id: str
    acte: str
    champ: str = ""


@dataclass(frozen=True)
class PieceRecue:
    """`etat`: « recue », or « refusee » with its motif; `Faits.pieces` already say so."""

    type: str
    libelle: str
    etat: Literal["recue", "verifiee", "refusee"] = "recue"
    motif: str = ""


@dataclass(frozen=True)
class Prise:
    """An advisor takes the conversation."""

    conseiller: str


@dataclass(frozen=True)
class Rendue:
    """The advisor gives it back."""


@dataclass(frozen=True)
class MotDuConseiller:
    conseiller: str
    texte: str


@dataclass(frozen=True)
class SinistreCree:
    """The answer to `CreerSinistre`, in the same transaction."""

    numero: str
    statut: str


@dataclass(frozen=True)
class Echec:
    """What an effect asked for could not be done; `phrase` is for the client, and may be empty."""

    phrase: str = ""


Evenement = Ouverture | Ecrit | Saisie | Geste | PieceRecue | Prise | Rendue | MotDuConseiller | SinistreCree | Echec


# --- State -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Renseigne:
    """A filled field. `texte`: the client's own words; `source`: who or what filled it; `rang`: of the message that did.

    `recit`: what the story said of it, when it said something else than the value kept, and nobody called that a correction.
    """

    valeur: Valeur
    source: str
    texte: str = ""
    regle: str = ""
    rang: int = 0
    recit: Valeur = None


@dataclass(frozen=True)
class Contradiction:
    champ: str
    retenu: Valeur
    dit: Valeur
    rang: int


@dataclass(frozen=True)
class RecitPrecoce:
    """A story told before it was asked for: it opens the declaration, word for word, when its time comes."""

    texte: str
    compris: Compris
    rang: int


@dataclass(frozen=True)
class Etat:
    """`question`: the field asked by the last reply, '' for none. `rouverte`: a filled field whose question is asked again.

    `offre`: a question of the conversation itself (`conseiller`, `annulation`, `corriger`, `nouveau`).
    `avant`: the phase to which TRANSFERT and ERROR give back. `declaration` counts the declarations: the key of each.
    """

    version: int = VERSION
    rang: int = 0
    phase: Phase = Phase.AUTHENTIFICATION
    avant: Phase | None = None
    main: Literal["robot", "conseiller"] = "robot"
    conseiller: str = ""
    identite: Literal["inconnu", "client", "declarant"] = "inconnu"
    police: str = ""
    telephone: str = ""
    question: str = ""
    incomprehensions: int = 0
    rouverte: str = ""
    offre: str = ""
    declaration: int = 0
    champs: Mapping[str, Renseigne] = field(default_factory=dict)
    parcours: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    couverture_dite: str = ""
    confirmee: bool = False
    sinistre: str = ""
    suivi: str = ""
    plus_tard: tuple[str, ...] = ()
    liens: tuple[str, ...] = ()
    egards: tuple[str, ...] = ()
    transfert: bool = False
    recit: RecitPrecoce | None = None


# --- Effects -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """A line of the transcript, everybody's: `phase` in which it is said, `next_phase` the one after it."""

    rang: int
    auteur: Literal["client", "robot", "conseiller"]
    phase: Phase
    message: str
    next_phase: Phase
    action: Action = Action.AUCUNE
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EnvoyerCode:
    """A one-time code to this phone, when the police exists; otherwise nothing, and the client sees no difference."""

    police: str
    telephone: str


@dataclass(frozen=True)
class ChampConfirme:
    champ: str
    valeur: Valeur
    texte: str
    source: str
    regle: str


@dataclass(frozen=True)
class CreerSinistre:
    """What the client confirmed, word for word beside what was understood. `cle`: one claim for each in a conversation.

    `signaux` are for staff: « doublon_possible ». `contradictions` are a criterion of the CCI.
    """

    cle: int
    champs: tuple[ChampConfirme, ...]
    contradictions: tuple[Contradiction, ...]
    couverture: Couverture | None
    signaux: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transferer:
    """A person is wanted. The transcript is the history up to `jusqu_au`; `recapitulatif` has the form of the wire."""

    raison: Literal["demande", "incomprehension"]
    phase: Phase
    jusqu_au: int
    recapitulatif: tuple[Mapping[str, Any], ...]
    pieces_manquantes: tuple[str, ...]


@dataclass(frozen=True)
class EnvoyerLien:
    """A link by SMS: to resume on the client's own phone, or to send the pieces of the claim."""

    motif: Literal["reprise", "pieces"]
    sinistre: str = ""


@dataclass(frozen=True)
class EnregistrerAction:
    """A row of actions_recommandees."""

    action: str
    description: str
    pour: Literal["client", "conseiller"]
    sinistre: str = ""


Effet = Message | EnvoyerCode | CreerSinistre | Transferer | EnvoyerLien | EnregistrerAction

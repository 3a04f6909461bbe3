"""A conversation that a test drives: understanding by a small fake, facts that the test sets, the journal kept."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from apps.claims.conversation.donnees import (
    Contrat,
    Couverture,
    Ecrit,
    Effet,
    Etat,
    Evenement,
    Faits,
    Geste,
    Message,
    Ouverture,
    Personne,
    Piece,
    Saisie,
    SinistreCree,
    SinistreOuvert,
    Sujet,
)
from apps.claims.conversation.lecture import comprendre_message
from apps.claims.conversation.machine import avancer

AUJOURDHUI = date(2026, 12, 1)
COMMANDES = {
    "passer": "passer",
    "je ne sais pas": "je_ne_sais_pas",
    "répéter": "repeter",
    "annuler": "annuler",
    "revenir": "revenir",
    "parler à quelqu'un": "conseiller",
    "confirmer": "confirmer",
    "oui confirmer": "confirmer",
    "nouveau": "nouveau",
    "suivre": "suivre",
}
KIMIA = Contrat(
    "CG-2026-VIE-001",
    "PASS KIMIA",
    (Personne("client", "Jean Baptiste KONGO", "client"), Personne("b1", "Léontine MALONGA", "conjoint")),
)
SALISA = Contrat("CG-2026-SAN-002", "PASS SALISA", (Personne("client", "Jean Baptiste KONGO", "client"),))
CERTAINE = Couverture("certain", "garantie « accident corporel » de PASS KIMIA")
FACTURE = Piece("facture", "la facture des soins", "Elle montre ce que vous avez payé.")
CERTIFICAT = Piece("certificat", "le certificat médical", "Il dit ce qui a été soigné.")
OUVERT = SinistreOuvert("SIN-2026-000001", "en_cours", "un conseiller l'étudie.", "accident", "2026-11-30", "client")
CLIENT = Faits(
    AUJOURDHUI,
    "client",
    "Jean Baptiste",
    contrats=(KIMIA,),
    couverture=CERTAINE,
    pieces=(CERTIFICAT, FACTURE),
    delai_jours=7,
)
INCONNU = Faits(AUJOURDHUI)


@dataclass(frozen=True)
class Mot:
    """What the fake understanding finds: the value, and the words that said it."""

    champ: str
    valeur: Any
    debut: int = 0
    fin: int = 0
    regle: str = "essai"


@dataclass
class Fausse:
    """An understanding that knows only what the test tells it."""

    trouves: dict[str, Any] = field(default_factory=dict)
    reponse: Any = None

    def comprendre(self, texte: str, *, aujourdhui: date) -> dict[str, Mot]:
        return {champ: Mot(champ, valeur, 0, len(texte)) for champ, valeur in self.trouves.items()}

    def lire_reponse(self, texte: str, *, champ: str, aujourdhui: date) -> Mot | None:
        return None if self.reponse is None else Mot(champ, self.reponse, 0, len(texte))

    def commande(self, texte: str) -> str | None:
        mots = texte.casefold().strip(" .!")
        return "corriger" if mots.startswith("corriger") else COMMANDES.get(mots)

    def correction(self, texte: str) -> bool:
        return texte.casefold().startswith(("non,", "non c'", "je corrige", "oui, mais"))


class Conversation:
    """`etat` after each event, `effets` of the last one, `journal` of all with the facts read, `lignes` of everybody."""

    def __init__(self, faits: Faits = CLIENT, *, ouverte: bool = True) -> None:
        self.faits, self.etat = faits, Etat()
        self.effets: list[Effet] = []
        self.journal: list[tuple[Evenement, Faits]] = []
        self.lignes: list[Message] = []
        self._messages = 0
        if ouverte:
            self.recoit(Ouverture())

    def recoit(self, evenement: Evenement, faits: Faits | None = None) -> str:
        """The robot's words, '' when it says nothing."""

        def lire_faits(sujet: Sujet) -> Faits:
            return replace(faits or self.faits, sujet=sujet)

        self.etat, self.effets, lus = avancer(self.etat, evenement, lire_faits)
        self.journal.append((evenement, lus))
        nouvelles = [effet for effet in self.effets if isinstance(effet, Message)]
        self.lignes += nouvelles
        dernieres = [ligne for ligne in nouvelles if ligne.auteur == "robot"]
        return dernieres[-1].message if dernieres else ""

    def _id(self) -> str:
        self._messages += 1
        return f"m{self._messages}"

    def dit(self, texte: str, *, reponse: Any = None, faits: Faits | None = None, **trouves: Any) -> str:
        """`trouves`: by the names of the understanding (type, date, time…)."""
        compris = comprendre_message(
            Fausse(trouves, reponse), texte, question=self.etat.question, aujourdhui=AUJOURDHUI
        )
        return self.recoit(Ecrit(self._id(), texte), replace(faits or self.faits, compris=compris))

    def saisit(self, champ: str, valeur: Any) -> str:
        return self.recoit(Saisie(self._id(), champ, valeur))

    def fait(self, acte: str, champ: str = "") -> str:
        return self.recoit(Geste(self._id(), acte, champ))

    @property
    def derniere(self) -> Message:
        return self.lignes[-1]

    @property
    def data(self) -> Any:
        return self.derniere.data

    def valeur(self, champ: str) -> Any:
        return self.etat.champs[champ].valeur

    def effets_de(self, classe: type) -> list[Any]:
        return [effet for effet in self.effets if isinstance(effet, classe)]


REPONSES: dict[str, Any] = {
    "type_sinistre": "accident",
    "police": "CG-2026-VIE-001",
    "assure": "client",
    "date": "2026-11-30",
    "heure": "15:30",
    "lieu": "Bacongo",
    "blesse": True,
    "deces": False,
    "tiers_implique": True,
    "tiers_nom": "Monsieur Mabiala",
    "tiers_responsable_incertain": False,
    "hospitalise": False,
    "hopital": "CHU de Brazzaville",
    "date_entree": "2026-11-25",
    "date_sortie": "2026-11-28",
    "nuits": 3,
    "montant_reclame": 45_000,
    "proces_verbal": True,
    "temoins": "Ma voisine",
    "declarant": {"nom": "KONGO", "prenom": "Grâce"},
    "lien": "enfant",
    "lieu_obseques": "Kinkala",
    "cout_obseques": 300_000,
}
RECIT = "Hier une voiture m'a renversé devant la poste de Bacongo."


def au_recapitulatif(faits: Faits = CLIENT, **reponses: Any) -> Conversation:
    """An accident told and every question answered, up to the summary."""
    conversation = Conversation(faits)
    conversation.dit(RECIT, type=reponses.pop("type", "accident"))
    repondre_a_tout(conversation, **reponses)
    return conversation


def repondre_a_tout(conversation: Conversation, **reponses: Any) -> None:
    while conversation.etat.question not in ("confirmation", ""):
        champ = conversation.etat.question
        conversation.saisit(champ, (REPONSES | reponses)[champ])


def enregistre(faits: Faits = CLIENT, **reponses: Any) -> Conversation:
    """The same, confirmed, and the claim created."""
    conversation = au_recapitulatif(faits, **reponses)
    conversation.fait("confirmer")
    conversation.recoit(SinistreCree("SIN-2026-000123", "nouveau"))
    return conversation

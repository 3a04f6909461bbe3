"""What was understood of a message, in the machine's own fields. The understanding is an object that is passed in."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from .donnees import Compris, Trouve
from .questions import CHAMPS
from .valeurs import en_fil

# The names of apps/claims/comprehension, and of a claim.
NOMS = {
    "type": "type_sinistre",
    "date": "date",
    "time": "heure",
    "injured": "blesse",
    "dead": "deces",
    "third_party": "tiers_implique",
    "amount": "montant_reclame",
    "place": "lieu",
    "hospital_nights": "nuits",
}
# The name under which the answer to a question is read; other questions are read by their own type alone (valeurs.litteral).
_LUS = {
    **{champ: nom for nom, champ in NOMS.items()},
    **{champ: champ for champ in ("assure", "hopital", "date_entree", "date_sortie", "tiers_nom")},
    "cout_obseques": "amount",
    "lieu_obseques": "place",
}


class Trouvaille(Protocol):
    @property
    def valeur(self) -> Any: ...
    @property
    def debut(self) -> int: ...
    @property
    def fin(self) -> int: ...
    @property
    def regle(self) -> str: ...


class Comprehension(Protocol):
    def comprendre(self, texte: str, *, aujourdhui: date) -> Mapping[str, Trouvaille]: ...
    def lire_reponse(self, texte: str, *, champ: str, aujourdhui: date) -> Trouvaille | None: ...
    def commande(self, texte: str) -> str | None: ...
    def correction(self, texte: str) -> bool: ...


def comprendre_message(moteur: Comprehension, texte: str, *, question: str, aujourdhui: date) -> Compris:
    """`question`: the field that is asked (`Etat.question`), or ''. A type « autre » says nothing: the machine asks."""
    trouves = {
        NOMS.get(nom, nom): _trouve(trouvaille)
        for nom, trouvaille in moteur.comprendre(texte, aujourdhui=aujourdhui).items()
        if trouvaille.valeur is not None and not (nom == "type" and trouvaille.valeur == "autre")
    }
    reponse = moteur.lire_reponse(texte, champ=_LUS[question], aujourdhui=aujourdhui) if question in _LUS else None
    return Compris(
        champs={champ: trouve for champ, trouve in trouves.items() if champ in CHAMPS},
        reponse=_trouve(reponse) if reponse is not None and reponse.valeur is not None else None,
        commande=moteur.commande(texte) or "",
        correction=moteur.correction(texte),
    )


def _trouve(trouvaille: Trouvaille) -> Trouve:
    return Trouve(en_fil(trouvaille.valeur), trouvaille.debut, trouvaille.fin, trouvaille.regle)

"""Messages of the wire: read strictly, written as screens read them. docs/spec/claims.md, « On the wire »."""

from collections.abc import Mapping
from typing import Any

from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.textes import TexteRefuse, nettoyer

from .dialogue import TEXTE_MAXIMUM
from .donnees import Acte, Ecrit, Etat, Faits, Geste, Message, Phase, Saisie
from .questions import CHAMPS, CONFIRMATION, IDENTIFICATION, OFFRES, PAR_CHAMP
from .tour import Tour, juger
from .valeurs import ValeurInvalide

CHAMPS_DU_FIL = CHAMPS | {question.champ for question in IDENTIFICATION} | set(OFFRES) | {CONFIRMATION.champ}
_FORMES = (
    frozenset({"id", "text"}),
    frozenset({"id", "champ", "valeur"}),
    frozenset({"id", "acte"}),
    frozenset({"id", "acte", "champ"}),
)
_ID_MAXIMUM = 64


class MessageRefuse(DonneesInvalides):
    """`code`: forme_inconnue, id_invalide, texte_invalide, trop_long, caracteres_refuses, champ_inconnu…"""

    titre = "Message refusé"

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


def lire_message(brut: Any) -> Ecrit | Saisie | Geste:
    """The event of a message of the wire, its texts cleaned. Raises MessageRefuse: nothing unknown is passed over in silence."""
    if not isinstance(brut, dict) or frozenset(brut) not in _FORMES:
        raise MessageRefuse(
            "forme_inconnue",
            "Ce message n'a pas une forme connue : {id, text}, {id, champ, valeur} ou {id, acte, champ}.",
        )
    identifiant = brut["id"]
    if (
        not isinstance(identifiant, str)
        or not 0 < len(identifiant) <= _ID_MAXIMUM
        or not identifiant.isascii()
        or not identifiant.isprintable()
    ):
        raise MessageRefuse(
            "id_invalide", f"L'identifiant du message est un texte de {_ID_MAXIMUM} caractères au plus."
        )
    if "text" in brut:
        return Ecrit(identifiant, _texte(brut["text"]))
    if "valeur" in brut:
        return Saisie(identifiant, _champ(brut["champ"]), _valeur(brut["valeur"]))
    if not isinstance(brut["acte"], str) or brut["acte"] not in list(Acte):
        raise MessageRefuse("acte_inconnu", "Cet acte n'existe pas.")
    return Geste(identifiant, brut["acte"], _champ(brut["champ"]) if "champ" in brut else "")


def _texte(brut: Any) -> str:
    if not isinstance(brut, str):
        raise MessageRefuse("texte_invalide", "Un texte est attendu.")
    if len(brut) > TEXTE_MAXIMUM:
        raise MessageRefuse("trop_long", f"Ce texte est trop long : {TEXTE_MAXIMUM} caractères au plus.")
    try:
        propre = nettoyer(brut, lignes=True)
    except TexteRefuse as refus:
        raise MessageRefuse("caracteres_refuses", refus.detail) from refus
    if not propre:
        raise MessageRefuse("texte_invalide", "Le message est vide.")
    return propre


def _champ(brut: Any) -> str:
    """The name of a field that the machine asks, or of a piece in DOCUMENTS, which no message fills."""
    if not isinstance(brut, str) or brut not in CHAMPS_DU_FIL:
        raise MessageRefuse("champ_inconnu", "Ce champ n'existe pas.")
    return brut


def _valeur(brut: Any) -> Any:
    """Null, boolean, whole number, text, or the object of a person; its own question judges the rest."""
    if brut is None or isinstance(brut, bool | int):
        return brut
    if isinstance(brut, str):
        return _texte(brut)
    if isinstance(brut, dict) and set(brut) <= {"nom", "prenom", "telephone"}:
        return {cle: _texte(valeur) for cle, valeur in brut.items()}
    raise MessageRefuse("valeur_invalide", "Cette valeur n'est pas d'un type connu.")


def verifier_saisie(saisie: Saisie, etat: Etat, faits: Faits) -> None:
    """Raises ValeurInvalide for what a field can never hold (future date, negative amount, too long…): HTTP answers 400.

    The machine, given such a value all the same, keeps the former one and says why.
    """
    if saisie.champ in CHAMPS and etat.phase in (Phase.DESCRIPTION, Phase.SINISTRE_DETAILS):
        juger(Tour(etat, faits), PAR_CHAMP[saisie.champ], saisie.valeur)


def ecrire_message(message: Message, *, audio_url: str | None = None) -> dict[str, Any]:
    data: Mapping[str, Any] = message.data
    return {
        "rang": message.rang,
        "auteur": message.auteur,
        "phase": message.phase.value,
        "message": message.message,
        "action": message.action.value or None,
        "audio_url": audio_url,
        "next_phase": message.next_phase.value,
        "data": dict(data),
    }


__all__ = ["MessageRefuse", "ValeurInvalide", "ecrire_message", "lire_message", "verifier_saisie"]

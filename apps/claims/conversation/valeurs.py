"""Values of fields: from the wire and from plain words, to Python, and as people read them. A refusal says why, in French."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from typing import Any

from nsia_pass_api import ecrits
from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.money import MONTANT_MAXIMUM, formater_xaf
from nsia_pass_api.pdf.typographie import jour_en_lettres
from nsia_pass_api.textes import TexteRefuse, nettoyer

from .donnees import Valeur
from .questions import Choix, Question

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HEURE = re.compile(r"([01]?[0-9]|2[0-3])(?:\s*[h:]\s*([0-5][0-9])?)(?:\s*(?:mn|min|minutes))?")
_CHIFFRES = re.compile(
    r"[-−]?\s*[0-9][0-9 .,\u00a0\u202f]*(?:\s*(?:f\s*\.?\s*cfa|fcfa|xaf|cfa|frs?|f|francs(?: cfa)?))?", re.IGNORECASE
)
NOMBRE_MAXIMUM = 3650
NON_PRECISE = "Non précisé"
OUI = frozenset(
    {
        "oui",
        "ouais",
        "wi",
        "ok",
        "d'accord",
        "daccord",
        "si",
        "exact",
        "c'est exact",
        "c'est ca",
        "tout a fait",
        "yes",
        "ee",
        "true",
    }
)
NON = frozenset({"non", "nn", "nan", "pas du tout", "non merci", "aucun", "aucune", "jamais", "te", "false"})
JOURS = {"aujourd'hui": 0, "aujourdhui": 0, "ce jour": 0, "hier": 1, "avant-hier": 2, "avant hier": 2}


class ValeurInvalide(DonneesInvalides):
    """The value cannot be kept: `code` is for programs, `detail` tells the client why."""

    titre = "Valeur refusée"

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


def lire(question: Question, brut: Any, *, aujourdhui: date, choix: Choix = ()) -> Valeur:
    """`brut` as a value of the wire, for this question. `choix`: those of the day, when the question has none of its own."""
    if brut is None:
        return None
    return _LECTEURS[question.type](question, brut, aujourdhui, question.choix or choix)


def _texte(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> str:
    if not isinstance(brut, str):
        raise ValeurInvalide("texte_attendu", "Une réponse écrite est attendue.")
    if len(brut) > question.maximum:
        raise ValeurInvalide("trop_long", f"Cette réponse est trop longue : {question.maximum} caractères au plus.")
    try:
        propre = nettoyer(brut, lignes=question.maximum > 200)
    except TexteRefuse as refus:
        raise ValeurInvalide("caracteres_refuses", refus.detail) from refus
    if not propre:
        raise ValeurInvalide("vide", "La réponse est vide.")
    return propre


def _date(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> str:
    if not isinstance(brut, str) or not _ISO.fullmatch(brut):
        raise ValeurInvalide("date_illisible", "Je n'ai pas pu lire cette date. Écrivez-la ainsi : 21/11/2026.")
    try:
        lue = date.fromisoformat(brut)
    except ValueError as faute:
        raise ValeurInvalide("date_illisible", "Cette date n'existe pas au calendrier.") from faute
    if lue > aujourdhui:
        raise ValeurInvalide(
            "date_future", f"Le {jour_en_lettres(lue)} n'est pas encore passé : la date ne peut pas être dans le futur."
        )
    return brut


def _heure(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> str:
    if not isinstance(brut, str) or not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", brut):
        raise ValeurInvalide("heure_illisible", "Je n'ai pas pu lire cette heure. Écrivez-la ainsi : 15h30.")
    return brut


def _montant(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> int:
    if type(brut) is not int:
        raise ValeurInvalide(
            "montant_illisible",
            "Je n'ai pas pu lire ce montant. Écrivez un nombre entier de francs, par exemple 25000.",
        )
    if brut < 0:
        raise ValeurInvalide("montant_negatif", "Un montant ne peut pas être négatif.")
    if brut > MONTANT_MAXIMUM:
        raise ValeurInvalide("montant_excessif", f"Ce montant dépasse {formater_xaf(MONTANT_MAXIMUM)}.")
    return brut


def _nombre(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> int:
    if type(brut) is not int or not 0 <= brut <= NOMBRE_MAXIMUM:
        raise ValeurInvalide("nombre_illisible", f"Un nombre entre 0 et {NOMBRE_MAXIMUM} est attendu.")
    return brut


def _oui_non(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> bool:
    if isinstance(brut, bool):
        return brut
    if brut in ("oui", "non"):  # codes of the two buttons
        return bool(brut == "oui")
    raise ValeurInvalide("oui_non_attendu", "Répondez par oui ou par non.")


def _choix(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> str:
    if isinstance(brut, str) and any(brut == code for code, _ in choix):
        return brut
    raise ValeurInvalide("choix_inconnu", "Ce choix n'est pas dans la liste.")


def _personne(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> str | dict[str, str]:
    if isinstance(brut, str):
        if any(brut == code for code, _ in choix):
            return brut
        nom = _texte(question, brut, aujourdhui, choix)
        _avec_des_lettres(nom)
        return nom
    if not isinstance(brut, dict) or not {"nom", "prenom"} <= set(brut) <= {"nom", "prenom", "telephone"}:
        raise ValeurInvalide("personne_illisible", "Donnez le nom et le prénom de la personne.")
    lue = {cle: _texte(question, brut[cle], aujourdhui, choix) for cle in ("nom", "prenom", "telephone") if cle in brut}
    _avec_des_lettres(lue["nom"])
    _avec_des_lettres(lue["prenom"])
    return lue


def _avec_des_lettres(nom: str) -> None:
    if not any(signe.isalpha() for signe in nom):
        raise ValeurInvalide("nom_sans_lettre", "Écrivez un nom avec des lettres.")


def _fichier(question: Question, brut: Any, aujourdhui: date, choix: Choix) -> str:
    raise ValeurInvalide(
        "fichier_attendu", "Le document s'envoie par l'appareil photo ou comme fichier, pas comme un message."
    )


_LECTEURS: dict[str, Callable[[Question, Any, date, Choix], Valeur]] = {
    "texte": _texte,
    "date": _date,
    "heure": _heure,
    "montant": _montant,
    "nombre": _nombre,
    "oui_non": _oui_non,
    "choix": _choix,
    "personne": _personne,
    "fichier": _fichier,
}


# --- From plain words --------------------------------------------------------------------------------------------------


def simplifier(texte: str) -> str:
    """Small letters without accents nor marks at the ends, one space between words, straight apostrophes."""
    sans = "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))
    return " ".join(sans.replace("’", "'").casefold().split()).strip(" .,;:!?")


def litteral(question: Question, texte: str, *, aujourdhui: date, choix: Choix = ()) -> Any:
    """The answer that `texte` spells out (« 12/05/2026 », « 25 000 F », « oui », « 2 »), not yet judged; None otherwise."""
    mot = simplifier(texte)
    match question.type:
        case "oui_non":
            return True if mot in OUI else False if mot in NON else None
        case "date":
            return _date_ecrite(mot, aujourdhui)
        case "heure":
            heure = _HEURE.fullmatch(mot.removeprefix("vers ").removeprefix("a "))
            return f"{int(heure[1]):02}:{heure[2] or '00'}" if heure else None
        case "montant" | "nombre":
            return _nombre_ecrit(texte.strip(" .,;:!?"))
        case "choix" | "personne":
            return _du_choix(mot, question.choix or choix)
    return None


def _date_ecrite(mot: str, aujourdhui: date) -> str | None:
    if mot in JOURS:
        return date.fromordinal(aujourdhui.toordinal() - JOURS[mot]).isoformat()
    try:
        lue = ecrits.jour(mot.removeprefix("le "), apres=1900, avant=aujourdhui.year + 100)
    except ecrits.Illisible:
        return None
    return lue.isoformat() if lue else None


def _nombre_ecrit(texte: str) -> int | None:
    if not _CHIFFRES.fullmatch(texte):
        return None
    signe = -1 if texte[0] in "-−" else 1
    try:
        lu = ecrits.nombre(re.sub(r"(?i)francs(?: cfa)?$", "", texte).lstrip("-− "))
    except ecrits.Illisible:
        return None
    return None if lu is None else signe * lu


def _du_choix(mot: str, choix: Choix) -> str | None:
    if mot.isdecimal() and mot.isascii() and 1 <= int(mot[:4]) <= len(choix) and len(mot) <= 3:
        return choix[int(mot) - 1][0]
    memes = [code for code, libelle in choix if mot in (simplifier(code), simplifier(libelle))]
    return memes[0] if len(memes) == 1 else None


# --- To Python and to people -------------------------------------------------------------------------------------------


def en_python(question: Question, valeur: Valeur) -> Any:
    """Dates and times of a valid value as `date` and `time`; the rest as it is."""
    if question.type == "date" and isinstance(valeur, str):
        return date.fromisoformat(valeur)
    if question.type == "heure" and isinstance(valeur, str):
        return time.fromisoformat(valeur)
    return valeur


def en_fil(valeur: Any) -> Any:
    """The value of the wire for what Python holds: the reverse of `en_python`."""
    if isinstance(valeur, time):
        return valeur.isoformat("minutes")
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def lisible(question: Question, valeur: Valeur, *, choix: Choix = ()) -> str:
    if valeur is None:
        return NON_PRECISE
    if isinstance(valeur, bool):
        return "Oui" if valeur else "Non"
    if isinstance(valeur, dict):
        return f"{valeur['prenom']} {valeur['nom']}" + (f" ({valeur['telephone']})" if "telephone" in valeur else "")
    match question.type:
        case "date":
            return jour_en_lettres(date.fromisoformat(str(valeur)))
        case "heure":
            return str(valeur).replace(":", " h ")
        case "montant":
            return formater_xaf(int(valeur))
        case "choix" | "personne":
            return dict(question.choix or choix).get(str(valeur), str(valeur))
    return str(valeur)

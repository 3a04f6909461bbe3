"""Words that steer a conversation, said anywhere in a message, and the marks of a correction."""

import re

from .normalisation import normaliser
from .vocabulaire import famille, motif, motif_de

_COMMANDES = tuple((code.removeprefix("commande."), motif(ecrit)) for code, ecrit in famille("commande"))
_COURT = 60
_ORDRE_PARTOUT = ("conseiller",)
_CORRECTION = motif_de("commandes.correction")


def commande(texte: str) -> str | None:
    """The order that `texte` gives to the conversation; None when it gives none."""
    t = normaliser(texte).t
    court = len(t.strip()) <= _COURT
    if not t.strip() or (not court and not _COMMANDES[0][1].search(t)):
        return None
    for nom, expression in _COMMANDES:
        lu = expression.search(t)
        if lu and (court or nom in _ORDRE_PARTOUT) and not _dit_autre_chose(t, nom, lu):
            return nom
    return None


def _dit_autre_chose(t: str, nom: str, lu: re.Match[str]) -> bool:
    """Whether the words belong to a story or to an answer: « passé à l'hôpital », « non c'était mardi »."""
    reste = re.sub(r"[^a-z0-9]+", " ", t[: lu.start()] + " " + t[lu.end() :]).split()
    if nom in ("confirmer", "non"):
        return len(reste) > 4 or correction_dans(t)
    if nom == "passer":
        return len(reste) > 4 or bool(motif_de("commandes.temps_passe").search(t))
    if nom in ("annuler", "revenir", "repeter"):
        return len(reste) > 8 or bool(motif_de("commandes.retour_ou_arret").search(t))
    return nom == "je_ne_sais_pas" and len(reste) > 9


def correction_dans(t: str) -> bool:
    return bool(_CORRECTION.search(t))


def correction(texte: str) -> bool:
    """Whether `texte` takes back something that was said: « non, c'était mardi », « je me suis trompé »."""
    return correction_dans(normaliser(texte).t)

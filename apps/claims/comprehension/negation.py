"""What is denied, or only nearly happened.

The scope of « pas », « aucun », « sans », « personne ne », « failli », of Lingala « te » and Kituba « ve ».
"""

import re

from .vocabulaire import gabarit, motif_de

_BORNES = motif_de("negation.bornes")
_SAVOIR = gabarit("negation.savoir")
_NEGATION = motif_de("negation.negation")
_AUTRE_VERBE = re.compile(
    rf"^ ?{_SAVOIR}\b|^ ?(?:que|seulement|grave\w*|loin|mal|assez|comment|pourquoi|quand"
    rf"|longtemps|tout de suite|le |la |mon |ma |et )"
)
_SAVOIR_AVANT = re.compile(rf"\b(?:n'?|ne )?(?:{_SAVOIR}) $")
_APRES = re.compile(r"^(?: \w+){0,3} (?:te|ve)\b(?! \w*(?:ai|as|a|ont)\b)")
_SUJET = motif_de("negation.sujet")
_FAILLI = motif_de("negation.failli")
_HYPOTHESE = motif_de("negation.hypothese")


def proposition(t: str, debut: int) -> str:
    """What stands in `t` before `debut`, from the last full stop or « mais » on, 70 characters at most."""
    avant = t[max(0, debut - 70) : debut]
    coupures = [borne.end() for borne in _BORNES.finditer(avant)]
    return avant[coupures[-1] :] if coupures else avant


def nie(t: str, debut: int, fin: int) -> bool:
    """Whether a negation reaches `t[debut:fin]`."""
    avant = proposition(t, debut)
    # A new subject begins a clause of its own: « il n'est pas mort, il est blessé ».
    sujets = [sujet.start() for sujet in _SUJET.finditer(avant)]
    avant = avant[sujets[-1] :] if sujets else avant
    negation = _NEGATION.search(avant)
    if negation and _passee(negation[0]):
        negation = None
    if negation and not _AUTRE_VERBE.match(negation["suite"]) and not _SAVOIR_AVANT.search(avant[: negation.start()]):
        return True
    return bool(_APRES.match(t[fin : fin + 30]))


def _passee(dite: str) -> bool:
    """Whether a verb has begun something else since: « sans lumière a écrasé », « pas freiné et m'a blessé »."""
    tete, _, suite = dite.partition(" ")
    suite = suite if tete == "sans" else suite.partition(" et ")[2]
    return bool(motif_de("negation.autre_proposition").search(suite))


def failli(t: str, debut: int) -> bool:
    """Whether what stands at `debut` only nearly happened, or was wrongly believed."""
    return bool(_FAILLI.search(proposition(t, debut)))


def suppose(t: str, debut: int) -> bool:
    """Whether what stands at `debut` is an « en cas de … », a guarantee or a « si … »."""
    return bool(_HYPOTHESE.search(proposition(t, debut)))

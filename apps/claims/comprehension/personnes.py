"""Who is meant: the client, or which of her people."""

import re

from .vocabulaire import motif_de

_LIENS: tuple[tuple[str, str], ...] = (
    (r"mari|epoux|epouse|femme|conjointe?|compagn(?:on|e)|concubine?|fiancee?|nkento|bakala"
r"|mobali|mwasi|muasi|coepouse|mon homme", "conjoint"),
    (r"fils|filles?|enfants?|bebe|nourrisson|garcon|mwana|bana|jumeaux?|jumelles?|nouveau[-"
r" ]ne|cadet|cadette|petite? dernier\w*|premier[- ]ne|benjamin\w*|dernier-ne|ainee?", "enfant"),
    (r"papa|maman|pere|mere|tata|mama|pater|mater|daron|daronne|vieux|vieille|parents?|ngudi|nguri", "parent"),
    (r"(?:grande?[- ]|petite?[- ])?(?:freres?|soeurs?)|ndeko|yaya|leki|mpangi", "fratrie"),
    (r"oncle|tante|tonton|tantine|neveu|niece|cousine?|noko|nkazi|grand[- ](?:pere|mere)"
r"|beau[- ]\w+|belle[- ]\w+|gendre|koko|nkoko|papy|mamie|bokilo|semeki|petit[- ]fils"
r"|petite[- ]fille", "famille"),
    (r"apprentie?|collegues?|amie?s?|voisine?s?|camarade|patron\w*|chef|client\w*|ouvriers?|employee?s?|passagers?", "autre"),
)  # fmt: skip
_LIEN = re.compile("|".join(rf"(?P<{nom}>\b(?:{formes})\b)" for formes, nom in _LIENS))
_POSSEDE = re.compile(r"\b(?:mon|ma|mes|notre|nos|le|la|de) (?:\w+ )?$")
_LOCAL = re.compile(r"^ (?:na ngai|ya ngai|na mono|ya mono|na biso|na nge)|^(?= akufi| azali| me )")
_MOI = re.compile(r"\b(?:je|j'ai|j'etais|m'a|m'ont|me suis|moi|jsui|ngai|na?zali|nakwei|mono)\b")


def assure(t: str) -> tuple[str, int, int, str] | None:
    """(« moi », « conjoint », « enfant », …, span in `t`, rule): of whom the text first says something."""
    moi = _MOI.search(t)
    for lu in _LIEN.finditer(t):
        avant = t[max(0, lu.start() - 16) : lu.start()]
        nom_seul = lu[0] in (
            "papa",
            "maman",
            "tata",
            "mama",
            "tonton",
            "tantine",
            "yaya",
            "koko",
            "nkoko",
        ) and not avant.endswith((" a ", "chez "))
        if (nom_seul or _POSSEDE.search(avant) or _LOCAL.match(t[lu.end() : lu.end() + 12])) and not re.search(
            r"\b(?:par|avec|chez|de) (?:mon|ma|le|la)? ?(?:\w+ )?$", avant
        ):
            if (
                moi
                and moi.start() < lu.start()
                and moi[0] in ("m'a", "me suis", "m'ont", "j'ai", "j'etais")
                and not motif_de("personnes.assure").search(t)
            ):
                break
            return str(lu.lastgroup), lu.start(), lu.end(), "assure.lien"
    return ("moi", moi.start(), moi.end(), "assure.moi") if moi else None

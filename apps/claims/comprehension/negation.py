"""What is denied, or only nearly happened: the scope of « pas », « aucun », « sans », « personne ne », « failli », Lingala « te », Kituba « ve »."""

import re

_BORNES = re.compile(r"[.;!?]|\bmais\b|\bpar contre\b|\bsauf\b|\bcependant\b|\bseulement\b|\bjuste\b|\bpuis\b")
_SAVOIR = r"(?:sai[st]?|savons|savait|savent|comprend\w*|croi\w*|peu[tx]|pouv\w*|pu|temps|sur|sure|encore|normal|facile|question|possible|voulu|veu[tx]|assurance)"
_NEGATION = re.compile(
    r"(?:\b(?:pas|aucune?s?|sans|ni|jamais|nulle?|zero|rien|plus personne|nullement|neant|point de|meme pas|ata|nul)\b|(?<![\d.,])\b0\b|\bpersonne de\b|\bpersonne\b(?: d'entre nous| d'autre)?(?: n'| ne | n | est| a| na)|\bmoto(?: moko)? te\b|\bmuntu(?: mosi)? ve\b)"
    r"(?P<suite>[^.;!?,:()]{0,38})$"
)
_AUTRE_VERBE = re.compile(rf"^ ?{_SAVOIR}\b|^ ?(?:que|seulement|grave\w*|loin|mal|assez|comment|pourquoi|quand|longtemps|tout de suite|un (?!seul)|une (?!seule)|le |la |mon |ma |et )")
_SAVOIR_AVANT = re.compile(rf"\b(?:n'?|ne )?(?:{_SAVOIR}) $")
_APRES = re.compile(r"^(?: \w+){0,3} (?:te|ve)\b(?! \w*(?:ai|as|a|ont)\b)")
_FAILLI = re.compile(r"\b(?:faill\w*|manque(?:r|ait)? de|pense|cru|croyai\w*|croyait|pensai\w*|pres de|deux doigts de|presque|risqu\w*|peur de|peur qu\w*|aurait pu|aurais pu|pouvait|pourrait|serait|seraient|frole\w*|echapp\w* (?:a|de)|evit\w*)[^.;!?,]{0,25}$")
_HYPOTHESE = re.compile(r"\b(?:si|en cas d[e']|au cas ou|lorsque|garantie|capital|assurance|contrat|quand on|risque de|couvr\w*|pris? en charge (?:d|l)|menac\w*|prevoyance)(?: \w+'?){0,4}[ ']?$")


def proposition(t: str, debut: int) -> str:
    """What stands in `t` before `debut`, from the last full stop or « mais » on, 70 characters at most."""
    avant = t[max(0, debut - 70) : debut]
    coupures = [borne.end() for borne in _BORNES.finditer(avant)]
    return avant[coupures[-1] :] if coupures else avant


def nie(t: str, debut: int, fin: int) -> bool:
    """Whether a negation reaches `t[debut:fin]`."""
    avant = proposition(t, debut)
    negation = _NEGATION.search(avant)
    if negation and not _AUTRE_VERBE.match(negation["suite"]) and not _SAVOIR_AVANT.search(avant[: negation.start()]):
        return True
    return bool(_APRES.match(t[fin : fin + 30]))


def failli(t: str, debut: int) -> bool:
    """Whether what stands at `debut` only nearly happened, or was wrongly believed."""
    return bool(_FAILLI.search(proposition(t, debut)))


def suppose(t: str, debut: int) -> bool:
    """Whether what stands at `debut` is an « en cas de … », a guarantee or a « si … »."""
    return bool(_HYPOTHESE.search(proposition(t, debut)))

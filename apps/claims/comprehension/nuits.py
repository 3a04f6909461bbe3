"""Nights in hospital: said, or counted between the day of entry and that of exit. Days are not nights."""

import re
from .dates import Jour
from .negation import failli
from .nombres import LOCAUX, MOTS, petit

_NUITS = re.compile(rf"\b(?P<n>\d{{1,3}}|{MOTS}|une?(?: seule)?)(?: (?:bonnes?|longues?|petites?|pleines?))? (?:nuits?|nuitees?)\b|\b(?:butu|bampimpa|mpimpa) (?P<local>{'|'.join(LOCAUX)})\b")
_NOMBRE_DE = re.compile(r"\b(?:nombre de )?(?:nuits?|nuitees) ?: ?(?P<n>\d{1,3})\b")
_ZERO = re.compile(
    r"\b(?:pas|aucune|sans|zero|0|ni) (?:de |une |d'|passer (?:la |de |une )?|y passer (?:la |de )?|y )?(?:seule )?(?:nuits?|nuitees?|dormi\w*|passe (?:de |la )?nuit)\b|\bpas (?:passe|dormi|reste) (?:la |de |une )?(?:nuit|la-bas|a l'hopital|sur place)\b"
    r"|\b(?:sorti\w*|rentr\w*|renvoye\w*|libere\w*|revenu\w*|relache\w*|retourne\w*|repart\w*|laisse\w* partir|ressorti\w*|quitte)(?: [\w']+){0,6} (?:le meme (?:jour|soir)|le jour meme|la meme (?:journee|soiree)|dans la journee|quelques heures (?:apres|plus tard)|aussitot)\b|\b(?:le meme jour|le jour meme|le soir meme|le meme soir),? (?:je suis|il est|elle est|j'ai ete|on m'a|on l'a)? ?(?:sorti\w*|rentr\w*|renvoye\w*|ressorti\w*|libere\w*)|\b(?:hospitalisation de jour|hopital de jour|ambulatoire|sans hospitalisation de nuit|sans dormir a l'hopital|sans y dormir|butu te)\b"
)
_LENDEMAIN = re.compile(r"\b(?P<quand>sur-?lendemain|lendemain|jour (?:d'apres|suivant))\b")
_SORTIR = re.compile(r"\b(?:sort\w*|rentr\w*|libere\w*|renvoye\w*|quitt\w*|laisse\w* partir|ramene\w*|relache\w*|ressorti\w*|retourne\w*|abimi\w*|abimaki|me basika|basika)\b")
_VERBE_SORTIE = re.compile(
    r"\b(?:sort\w*|libere\w*|renvoye\w*|quitt\w*|laisse\w* partir|ramene\w* (?:a la maison|chez)|jusqu'au|jusqu'a|jusque|retour a la maison|rentr\w* (?:a la maison|chez (?:moi|nous|lui|elle)|au quartier)|ressorti\w*|abimi\w*|abimaki|nabimi|basika|autorise\w* a sortir|sortie|exeat|relache\w*|sortant)(?: [\w']+){0,4}[ ,:]*(?:le )?$|\bau $"
)
_ENTREE = re.compile(r"\b(?:entre\w*|admi\w*|hospitalis\w*|interne\w*|garde\w*|alite\w*|opere\w*|conduit\w*|emmene\w*|amene\w*|rentre\w*|depuis|accouche\w*|evacue\w*|recu\w*|transporte\w*|arrive\w*|entree|a partir|akoti|nakoti|akotaki|me kota|kota|debut)\b")
_SANS = re.compile(r"\b(?:sans dormir|pas dormi|blanches?|insomnie|de garde|de travail|a l'hotel|d'hotel|de veillee|de pluie|mal dormi|de fievre|d'insomnie|de suite sans|de souffrance|que j'ai mal|qu'il tousse|qu'elle|au village|chez (?:ma|mon|la|le))\b")
_PASSER_LA_NUIT = re.compile(r"\b(?:passe\w*|dormi|garde\w*|reste\w*|fait|alali|lali)(?: \w+){0,3} (?:la|toute la|cette) nuit(?: (?:la-bas|sur place|en observation|a l'hopital|au chu|a la clinique|aux urgences|la))?\b")


def nuits(t: str, jours: list[Jour], *, sejour: bool) -> tuple[int, int, int, str] | None:
    """(nights, span in `t`, rule); None when they are not said. `sejour`: the text is of a stay."""
    dites = _dites(t, sejour=sejour)
    if dites is not None:
        return dites
    zero = _ZERO.search(t) if sejour else None
    if zero:
        return 0, zero.start(), zero.end(), "nuits.zero"
    if not sejour:
        return None
    for jour in jours:
        if jour.valeur and jour.fin_sejour and 0 <= (nombre := (jour.fin_sejour - jour.valeur).days) <= 200:
            return nombre, jour.debut, jour.fin, "nuits.plage"
    return _comptees(t, jours) or _lendemain(t) or _nuit_passee(t)


def _dites(t: str, *, sejour: bool) -> tuple[int, int, int, str] | None:
    for lu in [*_NOMBRE_DE.finditer(t), *_NUITS.finditer(t)]:
        ecrit = lu["n"] or lu.groupdict().get("local")
        nombre = 1 if ecrit.startswith("un") and ecrit in ("un", "une", "une seule", "un seule") else petit(ecrit)
        suite = t[lu.end() : lu.end() + 32]
        if nombre is None or _SANS.search(suite) or failli(t, lu.start()) or re.search(r"\b(?:depuis|pas dormi(?: pendant| depuis)?|environ|presque|plus de|moins de|a peu pres|il y a|pendant|ou) (?:les |ces )?$", t[: lu.start()][-16:]) and not sejour:
            continue
        if re.search(r"\b(?:environ|presque|plus de|moins de|peut-etre|a peu pres|pas dormi (?:pendant|depuis|de)|tousse depuis|\d ou|deux ou|trois ou|par) $", t[: lu.start()][-24:]) or re.match(r" ou (?:\d|deux|trois|quatre|cinq)", suite):
            continue
        if sejour or re.search(r"hopital|clinique|chu|hospitalis|admis|lit|indemn|forfait|maternite|dispensaire|interne|observation", t):
            if not (nombre == 1 and re.match(r"une? nuit$", lu[0]) and re.search(r"\b(?:par|pour|pendant|d') $", t[: lu.start()][-9:]) and not sejour):
                return nombre, lu.start(), lu.end(), "nuits.dites"
    return None


def entree_sortie(t: str, jours: list[Jour]) -> tuple[Jour | None, Jour | None]:
    """The days of entry and of exit: a range, else the day after words of exit and the first before it."""
    for jour in jours:
        if jour.valeur and jour.fin_sejour:
            return jour, Jour(jour.debut, jour.fin, jour.fin_sejour, jour.regle)
    precis = [jour for jour in jours if jour.valeur]
    sortie = next((jour for jour in precis if _VERBE_SORTIE.search(t[max(0, jour.debut - 42) : jour.debut]) and not _entree_pres(t, jour)), None)
    entree = next((jour for jour in precis if jour is not sortie and _entree_pres(t, jour)), None) or next((jour for jour in precis if jour is not sortie), None)
    return entree, sortie


def _entree_pres(t: str, jour: Jour) -> bool:
    """Whether words of entry stand nearer before the day than words of exit."""
    avant = t[max(0, jour.debut - 40) : jour.debut]
    entrees = [lu.end() for lu in _ENTREE.finditer(avant)]
    sorties = [lu.end() for lu in re.finditer(r"\b(?:sort\w*|jusqu\w*|libere\w*|quitt\w*|chez|maison|au|renvoye\w*)\b", avant)]
    return bool(entrees) and (not sorties or entrees[-1] > sorties[-1])


def _comptees(t: str, jours: list[Jour]) -> tuple[int, int, int, str] | None:
    entree, sortie = entree_sortie(t, jours)
    if not (entree and sortie and entree.valeur and sortie.valeur):
        return None
    nombre = (sortie.valeur - entree.valeur).days
    if nombre < 0 and sortie.regle == "date.jour_semaine" and entree.regle == "date.jour_semaine":
        nombre += 7
    debut, fin = min(entree.debut, sortie.debut), max(entree.fin, sortie.fin)
    return (nombre, debut, fin, "nuits.comptees") if 0 <= nombre <= 200 else None


def _lendemain(t: str) -> tuple[int, int, int, str] | None:
    for lu in _LENDEMAIN.finditer(t):
        avant, apres = t[max(0, lu.start() - 40) : lu.start()], t[lu.end() : lu.end() + 30]
        if _SORTIR.search(avant) or _SORTIR.search(re.split(r"[.;!?]", apres)[0]) or re.search(r"jusqu'au $", avant):
            return 2 if lu["quand"].startswith("sur") else 1, lu.start(), lu.end(), "nuits.lendemain"
    return None


def _nuit_passee(t: str) -> tuple[int, int, int, str] | None:
    lu = _PASSER_LA_NUIT.search(t)
    return (1, lu.start(), lu.end(), "nuits.la_nuit") if lu and not re.search(r"\b(?:pas|sans) (?:\w+ )?$", t[: lu.start()][-14:]) else None



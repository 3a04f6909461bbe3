"""Dates said in a text, absolute or relative to the day: candidates, among which `choix.py` takes that of the event."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .nombres import LOCAUX, MOTS, petit
from .vocabulaire import gabarit, motif, motif_de

MOIS = {
    nom: rang
    for rang, nom in enumerate(
        [
            "janvier",
            "fevrier",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "aout",
            "septembre",
            "octobre",
            "novembre",
            "decembre",
        ],
        1,
    )
} | {"sept": 9}
JOURS = {
    nom: rang for rang, nom in enumerate(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])
}
_LOCAUX_JOURS = (
    (r"mokolo (?:ya|mwa) (?:yambo|liboso|moko)|kintete|kiamosi|kyamosi", 0),
    (r"mokolo (?:ya|mwa) mibale|kizole|kiazole", 1),
    (r"mokolo (?:ya|mwa) misato|kitatu", 2),
    (r"mokolo (?:ya|mwa) minei|kiiya|kiya", 3),
    (r"mokolo (?:ya|mwa) mitano|kitanu|kitaanu", 4),
    (r"mokolo (?:ya|mwa) m?poso|(?:na )?sabala|kisabala|(?<=na )mposo(?! eleki)|(?<=na )poso(?! eleki)", 5),
    (r"(?:mokolo (?:ya|mwa) )?(?:eyenga|lomingo)|(?:kia ?)?lumingu|kyalumingu", 6),
)
_JOUR = "(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_MOIS = "(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|sept)"
_N = rf"(?:\d{{1,2}}|{MOTS})"
_Q = rf"(?:\d{{1,2}}(?:er)?|1 ?er|premier|{MOTS})"
_NON_JOUR = gabarit("dates.non_jour")
_PASSE = r"(?: (?:dernier|derniere|passe|ecoule))"
_VAGUE = gabarit("dates.vague")


@dataclass(frozen=True)
class Jour:
    """A day said by `t[debut:fin]`; `valeur` None: words of time that give no one day; `fin_sejour`: the last day of a range."""

    debut: int
    fin: int
    valeur: date | None
    regle: str
    fin_sejour: date | None = None


def _date(annee: int, mois: int, jour: int) -> date | None:
    try:
        return date(annee, mois, jour)
    except ValueError:
        return None


def _sans_annee(jour: int, mois: int, ref: date) -> date | None:
    """The last such day, today included."""
    return next(
        (d for annee in range(ref.year, ref.year - 9, -1) if (d := _date(annee, mois, jour)) is not None and d <= ref),
        None,
    )


def _quantieme(jour: int, ref: date) -> date | None:
    """The last day of a month with that number, today included."""
    annee, mois = ref.year, ref.month
    for _ in range(4):
        trouve = _date(annee, mois, jour)
        if trouve is not None and trouve <= ref:
            return trouve
        annee, mois = (annee, mois - 1) if mois > 1 else (annee - 1, 12)
    return None


def _jour_semaine(rang: int, ref: date) -> date:
    """The last such weekday, strictly before `ref`."""
    return ref - timedelta(days=(ref.weekday() - rang - 1) % 7 + 1)


def _mois_avant(ref: date, mois: int) -> date:
    total = ref.year * 12 + ref.month - 1 - mois
    return next(d for recul in range(4) if (d := _date(total // 12, total % 12 + 1, ref.day - recul)) is not None)


def _n(ecrit: str) -> int | None:
    return 1 if re.match(r"1 ?er|premier", ecrit) else petit(ecrit.removesuffix("er"))


def _annee(ecrit: str | None, jour: int, mois: int, ref: date) -> date | None:
    if not ecrit:
        return _sans_annee(jour, mois, ref)
    if ecrit.isdigit():
        return _date(int(ecrit) + (2000 if len(ecrit) == 2 else 0), mois, jour)
    recent = _sans_annee(jour, mois, ref)
    return _date(ref.year - 1, mois, jour) if "annee" in ecrit else recent


_ANNEE = r"(?:,? ?(?:de |en )?(?P<a>20\d\d|cette annee|l'annee (?:derniere|passee)|dernier|passe)\b)?"
_ISO = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_BARRES = motif_de("dates.barres")
_LIEN = rf"(?:,? ?(?:au|jusqu'au|a|jusqu'a(?: le)?|-|jusque le|et sortie?s? le|et rentree? le|-->|->)(?: {_JOUR})? ?)"
_PLAGE = re.compile(
    rf"\b(?:nuits? )?(?:du|de|entre le|des|depuis le)(?: {_JOUR})? (?P<j1>{_Q})(?: (?P<m1>{_MOIS}))?{_LIEN}"
    rf"(?P<j2>{_Q}){_NON_JOUR}(?: (?P<m2>{_MOIS}))?{_ANNEE}"
)
_PLAGE_BARRES = motif_de("dates.plage_barres")
_PLAGE_MOIS = re.compile(rf"\b(?P<j1>{_Q}) (?P<m1>{_MOIS}) ?(?:-|au|jusqu'au|>) ?(?P<j2>{_Q}) (?P<m2>{_MOIS})\b")
_PLAGE_COURTE = re.compile(rf"(?<![\d/-])(?P<j1>\d{{1,2}}) ?(?:-|/) ?(?P<j2>\d{{1,2}}) (?P<m2>{_MOIS})\b")
_PLAGE_JOURS = re.compile(
    rf"\b(?P<nuit>nuit )?(?P<lien>du|de|entre)(?: le)? (?P<j1>{_JOUR})(?: (?:soir|matin))?"
    rf" (?:au|a|et|jusqu'a|jusqu'au)(?: le)? (?P<j2>{_JOUR})(?: (?:soir|matin))?"
)
_JOUR_MOIS = re.compile(
    rf"(?:\b{_JOUR} |\ble |\bau )?(?<![\d/.,])(?:\b(?:le )?)(?P<j>{_Q}) ?(?:du mois de |de |d')?(?P<m>{_MOIS})\b{_ANNEE}"
)
_OU = re.compile(
    rf"\b(?:{_JOUR}|le {_Q}|hier|avant-hier)(?: (?:matin|soir|dernier|passe))? (?:ou(?:"
    rf" bien)?|soit)(?: le| peut-etre)? (?:{_JOUR}|{_Q}\b|avant-hier|hier|aujourd'hui)"
    rf"(?: {_MOIS})?"
    rf"|\bentre (?:le )?{_Q} (?:{_MOIS} )?et (?:le )?{_Q} {_MOIS}|\bentre le {_Q} et le {_Q}|\bentre {_JOUR} et {_JOUR}"
)
_LE = re.compile(
    rf"\b(?:le|{_JOUR}(?: le)?|au|jusqu'au|depuis le|du) (?P<j>\d{{1,2}}(?:er)?|1 ?er|premier"
    rf"|{MOTS})\b{_NON_JOUR}(?! \d{{3}})(?P<quand> (?:de ce mois|du mois(?: en cours)?"
    rf"(?: (?:passe|dernier))?|courant|dernier|passe))?(?! (?!du mois){{1}}(?:et demi)\b)"
)
_SEMAINE = re.compile(
    rf"\b(?P<ce>ce )?(?P<jour>{_JOUR})\b(?P<quoi>(?: (?:de|d') ?(?:la semaine (?:passee?"
    rf"|derniere|d'avant|surpasse\w*)|cette semaine|avant|la semaine))| (?:dernier|passe"
    rf"|prochain|surpasse\w*|en huit|saint|de paques|de pentecote|d'avant|qui vient|precedent))?"
)
_RELATIFS: tuple[tuple[str, int | None, str], ...] = (
    (gabarit("date.avant_avant_hier"), 3, "date.avant_avant_hier"),
    (gabarit("date.avant_hier"), 2, "date.avant_hier"),
    (gabarit("date.hier"), 1, "date.hier"),
    (gabarit("date.aujourd_hui"), 0, "date.aujourd_hui"),
    (gabarit("date.vague"), None, "date.vague"),
)
_RELATIVES = tuple((recul, regle, motif(rf"\b(?:{formes})\b")) for formes, recul, regle in _RELATIFS)
_JOURS_LOCAUX = tuple((rang, motif(rf"\b(?:{formes})\b")) for formes, rang in _LOCAUX_JOURS)
_IL_Y_A = re.compile(
    rf"\b(?P<tete>il y a(?: de ca)?|y'? ?a|ya|ca fait|cela fait|sa fait|voila|voici|depuis"
    rf"|eleki|fait|a peine) (?P<vague>(?:environ|presque|a peu pres|plus de|moins de|bientot"
    rf"|pres de|deja|maintenant|peut-etre|juste|a peine|bien|exactement|tout juste|au moins"
    rf"|genre|plus d') ?)?(?P<n>{_N}|une?) (?P<u>jours?|semaines?|mois|ans?|annees?|heures?"
    rf"|h|minutes?|nuits?)\b(?P<apres> (?:environ|a peu pres|et demie?|ou plus|et quelques"
    rf"|peut-etre|ou (?:deux|trois|quatre|cinq|six|sept|huit|dix|\d+)))?"
)
_DE_CA = re.compile(
    rf"\b(?P<n>{_N}) (?P<u>jours?|semaines?|mois) (?:de (?:ca|cela)|plus tot|passes? (?:que|deja)|auparavant|en arriere)\b"
)
_MIKOLO = re.compile(
    rf"\b(?:mikolo|bilumbu|mposo|bamposo) (?P<n>{'|'.join(LOCAUX)}) (?:eleki|me luta|oyo"
    rf" eleki|oleki)\b|\beleki (?:mikolo|bilumbu) (?P<n2>{'|'.join(LOCAUX)})\b"
)
_FETES = motif_de("dates.fetes")  # fmt: skip
_FIXES = {
    "noel": (12, 25),
    "an": (1, 1),
    "saint": (12, 31),
    "travail": (5, 1),
    "indep": (8, 15),
    "toussaint": (11, 1),
    "femme": (3, 8),
    "republique": (11, 28),
    "valentin": (2, 14),
    "assomption": (8, 15),
}


def _plages(t: str, ref: date) -> Iterator[Jour]:
    """Ranges: their first day and their last; « la nuit du 4 au 5 » and « samedi ou dimanche » are no one day."""
    for lu in _PLAGE_BARRES.finditer(t):
        yield _plage(lu, (int(lu[1]), int(lu[2])), (int(lu[3]), int(lu[4])), ref, annee=lu[5])
    for lu in _PLAGE.finditer(t):
        if plage := _plage_dite(t, lu, ref):
            yield plage
    for lu in (*_PLAGE_MOIS.finditer(t), *_PLAGE_COURTE.finditer(t)):
        j1, j2 = _n(lu["j1"]), _n(lu["j2"])
        if j1 is not None and j2 is not None:
            yield _plage(lu, (j1, MOIS[lu.groupdict().get("m1") or lu["m2"]]), (j2, MOIS[lu["m2"]]), ref)
    for lu in _PLAGE_JOURS.finditer(t):
        yield _plage_de_semaine(t, lu, ref)
    for lu in _OU.finditer(t):
        yield Jour(lu.start(), lu.end(), None, "date.choix")


def _plage_dite(t: str, lu: re.Match[str], ref: date) -> Jour | None:
    """« du 4 au 7 mai »; None when a number is no day of a month."""
    j1, j2 = _n(lu["j1"]), _n(lu["j2"])
    if j1 is None or j2 is None or not (1 <= j1 <= 31 and 1 <= j2 <= 31):
        return None
    if lu[0].startswith(("nuit ", "entre")) or t[: lu.start()].endswith("semaine "):
        return Jour(lu.start(), lu.end(), None, "date.plage")
    m1, m2 = MOIS.get(lu["m1"] or "", 0), MOIS.get(lu["m2"] or "", 0)
    if m1 and not m2:
        m2 = m1 if j2 >= j1 else m1 % 12 + 1
    return _plage(lu, (j1, m1), (j2, m2), ref, annee=lu["a"])


def _plage_de_semaine(t: str, lu: re.Match[str], ref: date) -> Jour:
    """« de lundi à jeudi »: the last such days; « la nuit de lundi à mardi » is no one day."""
    if lu["nuit"] or lu["lien"] == "entre" or t[max(0, lu.start() - 5) : lu.start()].endswith("nuit "):
        return Jour(lu.start(), lu.end(), None, "date.plage_jours")
    dernier = _jour_semaine(JOURS[lu["j2"]], ref)
    premier = dernier - timedelta(days=(JOURS[lu["j2"]] - JOURS[lu["j1"]]) % 7)
    return Jour(lu.start(), lu.end(), premier, "date.plage_jours", dernier)


def _plage(
    lu: re.Match[str], premier: tuple[int, int], dernier: tuple[int, int], ref: date, *, annee: str | None = None
) -> Jour:
    """The range between two (day, month), month 0 when it is not said: the last such days."""
    (j1, m1), (j2, m2) = premier, dernier
    sortie = _annee(annee, j2, m2, ref) if m2 else _quantieme(j2, ref)
    entree = None if sortie is None else _sans_annee(j1, m1, sortie) if m1 else _quantieme(j1, sortie)
    return Jour(lu.start(), lu.end(), entree, "date.plage", sortie)


def _absolues(t: str, ref: date) -> Iterator[Jour]:
    for lu in _ISO.finditer(t):
        yield Jour(lu.start(), lu.end(), _date(int(lu[1]), int(lu[2]), int(lu[3])), "date.iso")
    for lu in _BARRES.finditer(t):
        jour, mois = int(lu[1]), int(lu[3])
        if 1 <= mois <= 12 and 1 <= jour <= 31 and (lu[4] or lu[2] == "/" or t[: lu.start()].endswith("le ")):
            yield Jour(lu.start(), lu.end(), _annee(lu[4], jour, mois, ref), "date.chiffres")
    for lu in _JOUR_MOIS.finditer(t):
        numero = _n(lu["j"])
        if numero is not None and 1 <= numero <= 31:
            vague = re.search(_VAGUE, t[: lu.start()][-20:])
            yield Jour(
                lu.start(), lu.end(), None if vague else _annee(lu["a"], numero, MOIS[lu["m"]], ref), "date.jour_mois"
            )
    for lu in _LE.finditer(t):
        numero = _n(lu["j"])
        if numero is None or not 1 <= numero <= 31:
            continue
        quand = lu["quand"] or ""
        passe = re.search(r"mois (?:passe|dernier)", quand)
        base = ref.replace(day=1) - timedelta(days=1) if passe else ref
        vague = re.search(_VAGUE, t[: lu.start()][-20:])
        yield Jour(lu.start(), lu.end(), None if vague else _quantieme(numero, base), "date.quantieme")


def _semaines(t: str, ref: date) -> Iterator[Jour]:
    for lu in _SEMAINE.finditer(t):
        quoi = (lu["quoi"] or "").strip()
        if motif_de("dates.semaine_autre").match(quoi) or motif_de("dates.jour_quelconque").search(
            t[: lu.start()][-15:]
        ):
            yield Jour(lu.start(), lu.end(), None, "date.vague")
            continue
        valeur = _jour_semaine(JOURS[lu["jour"]], ref)
        if "semaine" in quoi and "cette" not in quoi and not quoi.endswith("la semaine"):
            lundi = ref - timedelta(days=ref.weekday())
            valeur = lundi - timedelta(days=(14 if "surpas" in quoi or "avant" in quoi else 7) - JOURS[lu["jour"]])
        yield Jour(lu.start(), lu.end(), valeur, "date.jour_semaine")
    for rang, expression in _JOURS_LOCAUX:
        for lu in expression.finditer(t):
            yield Jour(lu.start(), lu.end(), _jour_semaine(rang, ref), "date.jour_local")


def _relatives(t: str, ref: date) -> Iterator[Jour]:
    for recul, regle, expression in _RELATIVES:
        for lu in expression.finditer(t):
            yield Jour(lu.start(), lu.end(), None if recul is None else ref - timedelta(days=recul), regle)
    for lu in _IL_Y_A.finditer(t):
        if jour := _il_y_a(t, lu, ref):
            yield jour
    for lu in _DE_CA.finditer(t):
        quantite = petit(lu["n"])
        vague = re.search(_VAGUE, t[: lu.start()][-20:])
        yield Jour(
            lu.start(), lu.end(), None if vague or quantite is None else _recul(ref, quantite, lu["u"]), "date.il_y_a"
        )
    for lu in _MIKOLO.finditer(t):
        nombre = LOCAUX[lu["n"] or lu["n2"]] * (7 if "poso" in lu[0] else 1)
        yield Jour(lu.start(), lu.end(), ref - timedelta(days=nombre), "date.il_y_a_local")


_EXACT = ("", "deja", "juste", "exactement", "tout juste", "maintenant")


def _il_y_a(t: str, lu: re.Match[str], ref: date) -> Jour | None:
    """« il y a trois jours »; None for nights and years, and for « ça fait 48 heures que … », which says how long."""
    quantite = 1 if lu["n"] in ("un", "une") else petit(lu["n"])
    if quantite is None or lu["u"].startswith(("nuit", "an")):
        return None
    court = lu["u"].startswith(("h", "minute"))
    if court and lu["tete"] in ("fait", "ca fait", "a peine") and quantite > 23:
        return None
    if lu["tete"] == "fait" and not re.search(r"(?:ca|cela|sa) $", t[: lu.start()][-6:]):
        return None
    vague = (lu["vague"] or "").strip() not in _EXACT or lu["apres"]
    return Jour(lu.start(), lu.end(), None if vague else _recul(ref, quantite, lu["u"]), "date.il_y_a")


def _recul(ref: date, quantite: int, unite: str) -> date | None:
    if unite.startswith("h"):
        return ref if quantite <= 5 else None
    if unite.startswith("minute"):
        return ref
    if unite.startswith("mois"):
        return _mois_avant(ref, quantite) if quantite <= 60 else None
    return ref - timedelta(days=quantite * (7 if unite.startswith("semaine") else 1))


def _paques(annee: int) -> date:
    """Easter Sunday (Butcher's rule)."""
    a, b, c = annee % 19, annee // 100, annee % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    mois, jour = divmod(h + i - 7 * m + 114, 31)
    return date(annee, mois, jour + 1)


def _fetes(t: str, ref: date) -> Iterator[Jour]:
    mobiles: dict[str, Callable[[str], int]] = {
        "paques": lambda dit: 1 if "lundi" in dit else 0,
        "ascension": lambda _: 39,
        "pentecote": lambda dit: 50 if "lundi" in dit else 49,
    }
    for lu in _FETES.finditer(t):
        nom = next(nom for nom in (*_FIXES, *mobiles) if lu[nom])
        if (
            nom == "indep"
            and not re.search(r"\b(?:fete|jour|le|a) (?:de )?l'?$", t[: lu.start()])
            and not lu[0].startswith("fete")
        ):
            continue
        if motif_de("dates.fete_en_nom").search(t[: lu.start()]):
            continue
        jours = (
            [_paques(an) + timedelta(days=mobiles[nom](lu[0])) for an in (ref.year, ref.year - 1)]
            if nom in mobiles
            else [_sans_annee(_FIXES[nom][1], _FIXES[nom][0], ref)]
        )
        jour = next((j for j in jours if j is not None and j <= ref), None)
        yield Jour(lu.start(), lu.end(), jour - timedelta(days=1) if jour and lu["veille"] else jour, "date.fete")


def jours(t: str, ref: date) -> list[Jour]:
    """Every day that `t` says, in order, longest words first, none after `ref` but as None."""
    gardes: list[Jour] = []
    for source in (_plages, _fetes, _absolues, _semaines, _relatives):
        for jour in source(t, ref):
            if any(autre.debut < jour.fin and jour.debut < autre.fin for autre in gardes):
                continue
            futur = jour.valeur is not None and jour.valeur > ref
            gardes.append(Jour(jour.debut, jour.fin, None, "date.future") if futur else jour)
    return sorted(gardes, key=lambda jour: jour.debut)

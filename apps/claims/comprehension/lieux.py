"""Where it happened, or the hospital of a stay.

By the gazetteer, by common nouns of places with the name that follows, and by prepositions.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from .normalisation import Texte
from .vocabulaire import gabarit, lignes, motif_de, sans_accents, sections

_MOT = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|[a-z]")
_LIEN = motif_de("lieux.lien")
_LIEN_DE = re.compile(r" (?:(?:de la |de l'|de |du |des |d'|ya |na |mwa |d |n° ?|numero |dit )|aux )")
_LOCATIF = gabarit("lieux.locatif")
_LOCATIF_AVANT = re.compile(_LOCATIF)
_DANS = motif_de("lieux.dans")
_PREP_NOM = motif_de("lieux.prep_nom")
_HORS = motif_de("lieux.hors")
_SOINS_APRES = motif_de("lieux.soins_apres")
_ARRET = frozenset(mot for ligne in lignes("arret.txt") for mot in ligne.split())
_PERSONNE = motif_de("lieux.personne")
_ROUTE = motif_de("lieux.route")
_CHEZ = motif_de("lieux.chez")
_CHEZ_NON = motif_de("lieux.chez_non")
_MAISON = re.compile(r"^(?:maison|domicile)$")


@dataclass(frozen=True)
class Lieu:
    debut: int
    fin: int
    poids: int
    regle: str


@lru_cache(maxsize=1)
def _toponymes() -> tuple[dict[tuple[str, ...], str], frozenset[str], int]:
    """Names as tuples of words, the ambiguous ones, and the longest name's words."""
    noms: dict[tuple[str, ...], str] = {}
    ambigus: set[str] = set()
    for section, formes in sections("lieux.txt").items():
        for forme in formes:
            cle = tuple(re.split(r"[ .'-]+", sans_accents(forme)))
            if section == "ambigu":
                ambigus.add(" ".join(cle))
            noms.setdefault(cle, section)
    return noms, frozenset(ambigus), max(map(len, noms))


@lru_cache(maxsize=1)
def _generiques() -> dict[str, re.Pattern[str]]:
    formes = {
        section: sorted({sans_accents(forme) for forme in liste}, key=len, reverse=True)
        for section, liste in sections("generiques.txt").items()
    }
    return {
        section: re.compile(rf"\b(?:{'|'.join(re.escape(forme) for forme in liste)})s?\b")
        for section, liste in formes.items()
    }


_MOT_SIMPLE = re.compile(r"[a-z0-9]+")


def _reperer(t: str) -> list[tuple[int, int, str]]:
    """Names of the gazetteer in `t`: (start, end, section), the longest first come."""
    noms, _, plus_long = _toponymes()
    mots = [(lu.group(), lu.start(), lu.end()) for lu in _MOT_SIMPLE.finditer(t)]
    trouves: list[tuple[int, int, str]] = []
    rang = 0
    while rang < len(mots):
        for longueur in range(min(plus_long, len(mots) - rang), 0, -1):
            cle = tuple(mot for mot, _, _ in mots[rang : rang + longueur])
            entre = t[mots[rang][1] : mots[rang + longueur - 1][2]]
            compose = t[mots[rang][1] - 1 : mots[rang][1]] == "-" or t[mots[rang + longueur - 1][2] :][:1] == "-"
            if cle in noms and not compose and not re.search(r"[.,;:!?]", re.sub(r"\b[a-z]\. ?", "", entre)):
                trouves.append((mots[rang][1], mots[rang + longueur - 1][2], noms[cle]))
                rang += longueur
                break
        else:
            rang += 1
    return trouves


def _majuscule(texte: Texte, place: int) -> bool:
    return texte.brut[texte.debuts[place]].isupper()


def _nom_apres(texte: Texte, debut_nom: int, fin: int, *, villes: dict[int, int]) -> int:
    """Where the proper name that follows a common noun at `fin` ends; `fin` itself when none follows."""
    t = texte.t
    place, debut_chaine = fin, True
    for _ in range(4):
        lien = _LIEN_DE.match(t, place) or _ESPACE.match(t, place)
        if lien is None:
            break
        if lien.end() in villes:
            place, debut_chaine = villes[lien.end()], False
            continue
        mot = _mot_de_nom(texte, lien)
        if mot is None or not (
            _nom_propre(texte, lien, mot) or (debut_chaine and _nom_commun(t, debut_nom, fin, lien, mot))
        ):
            break
        place, debut_chaine = mot.end(), mot[0] in _SAINTS
        if debut_chaine and (suite := _NOM_DE_SAINT.match(t, place)):
            place, debut_chaine = suite.end(), False
    possede = re.search(r"\b(?:mon|ma|notre|nos|sa|son) (?:\w+ )?$", t[:debut_nom][-14:])
    en_ville = _EN_VILLE.match(t, place)
    if en_ville and en_ville.end() in villes and place == fin and not possede:
        return villes[en_ville.end()]
    return place


_ESPACE = re.compile(r" ")
_EN_VILLE = re.compile(r",? (?:a|de|au|a la|en|na) ")
_SAINTS = ("st", "ste", "saint", "sainte", "mgr")
_NOM_DE_SAINT = re.compile(r"[ -]([a-z]+)")
# « na ngai »: mine, in Lingala and Kituba.
_A_QUI = ("ngai", "biso", "ye", "yo", "bango", "mono", "beto", "nge")
# Stop words that begin a name when they have a capital: « la Grâce », « Total ».
_ARRET_OU_NOM = ("chez", "la", "le", "les", "grace", "dieu", "bien", "total", "plus")


def _mot_de_nom(texte: Texte, lien: re.Match[str]) -> re.Match[str] | None:
    """The word after `lien`, when a name may have it."""
    mot = _MOT.match(texte.t, lien.end())
    if mot is None or (lien[0] == " na " and mot[0] in _A_QUI):
        return None
    permis = mot[0] not in _ARRET or (mot[0] in _ARRET_OU_NOM and _majuscule(texte, mot.start()))
    return mot if permis else None


def _nom_propre(texte: Texte, lien: re.Match[str], mot: re.Match[str]) -> bool:
    """Whether a capital, a saint, or a number after « des », « n° » make a name of `mot`."""
    numero = mot[0].isdigit() and lien[0].strip() in ("des", "n°", "numero")
    return _majuscule(texte, mot.start()) or mot[0] in _SAINTS or numero


def _nom_commun(t: str, debut: int, fin: int, lien: re.Match[str], mot: re.Match[str]) -> bool:
    """Whether a small-letter word names what `t[debut:fin]` begins: « marché de … », « clinique … »."""
    return (lien[0] != " " or _nom_nu(t, debut, fin, mot)) and len(mot[0]) > 2 and not mot[0][0].isdigit()


_PORTE_NOM = motif_de("lieux.porte_nom")


def _nom_nu(t: str, debut: int, fin: int, mot: re.Match[str]) -> bool:
    """Whether a small-letter word after « carrefour », « clinique » … is its name: a sign or a preposition follows."""
    return bool(
        _PORTE_NOM.match(t[debut:fin]) and mot[0].isalpha() and motif_de("lieux.apres_nom").match(t[mot.end() :])
    )


def lieux(texte: Texte, *, sejour: bool, vague: bool, ancre: int | None = None) -> list[Lieu]:
    """Places of `texte`, the best first. `sejour`: a hospital is the place; `vague`: « dans le bus » counts;
    `ancre`: where the words of a death stand, whose sentence says where."""
    reperes = _reperer(texte.t)
    villes = {debut: fin for debut, fin, _ in reperes}
    trouves, pris = _routes(texte.t, villes)
    trouves += _communs(texte, villes, pris, sejour=sejour, vague=vague)
    trouves += _repertories(texte, reperes, pris, sejour=sejour)
    trouves += _inconnus(texte, pris)
    trouves += _chez(texte.t, sejour=sejour, vague=vague)
    if ancre is not None:
        trouves = _preferer_la_phrase(texte.t, trouves, ancre)
    return sorted(trouves, key=lambda lieu: (-lieu.poids, lieu.debut))


def _routes(t: str, villes: dict[int, int]) -> tuple[list[Lieu], list[tuple[int, int]]]:
    """Roads, and spans of those between two towns, in which no other place is read."""
    trouves, pris = [], []
    for lu in _ROUTE.finditer(t):
        if lu["a"] is None:
            trouves.append(Lieu(lu.start(), lu.end(), 82, "lieu.route"))
        elif lu.start("a") in villes and lu.start("b") in villes:
            trouves.append(Lieu(lu.start(), villes[lu.start("b")], 50, "lieu.entre"))
            pris.append(lu.span())
    return trouves, pris


def _communs(
    texte: Texte, villes: dict[int, int], pris: list[tuple[int, int]], *, sejour: bool, vague: bool
) -> list[Lieu]:
    """Places named by a common noun; adds their spans to `pris`."""
    trouves = []
    for section, expression in _generiques().items():
        for lu in expression.finditer(texte.t):
            if any(debut < lu.end() and lu.start() < fin for debut, fin in pris):
                continue
            if lieu := _generique(texte, lu, section, villes, sejour=sejour, vague=vague):
                trouves.append(lieu)
                pris.append((lieu.debut, lieu.fin))
    return trouves


def _repertories(
    texte: Texte, reperes: list[tuple[int, int, str]], pris: list[tuple[int, int]], *, sejour: bool
) -> list[Lieu]:
    """Names of the gazetteer, a quarter after its town first; adds their spans to `pris`."""
    t, trouves = texte.t, []
    _, ambigus, _ = _toponymes()
    for (debut, fin, section), suivant in zip(reperes, [*reperes[1:], (0, 0, "")], strict=False):
        if section == "ville" and suivant[2] == "quartier" and t[fin : suivant[0]] in (" ", ", ", " - ", ", quartier "):
            trouves.append(Lieu(suivant[0], suivant[1], 86, "lieu.quartier"))
        if any(gauche <= debut < droite for gauche, droite in pris):
            continue
        ambigu = " ".join(re.split(r"[ '-]+", t[debut:fin])) in ambigus
        if poids := _poids_toponyme(texte, debut, fin, section, ambigu=ambigu, sejour=sejour):
            trouves.append(Lieu(debut, fin, poids, f"lieu.{section}"))
        pris.append((debut, fin))
    return trouves


def _preferer_la_phrase(t: str, trouves: list[Lieu], ancre: int) -> list[Lieu]:
    """`trouves`, where those in the sentence of `ancre` weigh 40 more."""
    gauche = max(t.rfind(signe, 0, ancre) for signe in ".;!?")
    droite = min((place for signe in ".;!?" if (place := t.find(signe, ancre)) >= 0), default=len(t))
    return [
        replace(lieu, poids=lieu.poids + 40) if gauche < lieu.debut < droite and lieu.poids > 30 else lieu
        for lieu in trouves
    ]


def _generique(
    texte: Texte, lu: re.Match[str], section: str, villes: dict[int, int], *, sejour: bool, vague: bool
) -> Lieu | None:
    """The place that a common noun names, with the name that follows; None when the noun is no place here."""
    t = texte.t
    avant = t[max(0, lu.start() - 28) : lu.start()]
    if _faux_lieu(texte, lu) or not (
        (section == "sante" and _majuscule_apres(texte, lu.end())) or _annonce(avant) or _nomme(t, lu, villes)
    ):
        return None
    if section == "vague":
        return Lieu(lu.start(), lu.end(), 30, "lieu.vague") if vague and _ici(avant) else None
    fin = _nom_apres(texte, lu.start(), lu.end(), villes=villes)
    nomme = fin > lu.end()
    locatif = bool(_DANS.search(avant) or motif_de("lieux.partie_de").search(avant))
    if not (nomme or locatif or (section == "sante" and _isole(t, lu))):
        return None
    if section == "sante":
        poids = _poids_sante(t, lu, nomme=nomme, sejour=sejour)
    else:
        poids = _poids_commun(avant, nomme=nomme, locatif=locatif)
    return Lieu(lu.start(), fin, poids, f"lieu.{section}") if poids > 0 else None


def _majuscule_apres(texte: Texte, fin: int) -> bool:
    """Whether the next word, after one space, has a capital."""
    return texte.t[fin : fin + 1] == " " and fin + 1 < len(texte.t) and _majuscule(texte, fin + 1)


def _ici(avant: str) -> bool:
    """Whether « dans », not « en » nor a way out, comes before: « dans le bus »."""
    return bool(_DANS.search(avant) and not _HORS.search(avant) and not re.search(r"\b(?:en|de|a) $", avant))


def _isole(t: str, lu: re.Match[str]) -> bool:
    """Whether signs stand on both sides."""
    return bool(re.search(r"[,;:.(] ?$", t[: lu.start()][-28:]) and re.match(r" ?(?:[,;.!)]|$)", t[lu.end() :]))


def _poids_commun(avant: str, *, nomme: bool, locatif: bool) -> int:
    poids = (92 if nomme else 52) - (60 if _HORS.search(avant) else 0)
    if locatif:
        return poids
    return poids - (35 if re.search(r"\b(?:le|la|mon|ma|notre|nos|un|une) $|\bl'$", avant) else 12)


def _faux_lieu(texte: Texte, lu: re.Match[str]) -> bool:
    """« sur place », a car « garé », « arrêt de travail », « à son poste », a fire."""
    t, nom = texte.t, lu[0]
    avant = t[: lu.start()]
    return bool(
        (nom == "place" and avant.endswith("sur "))
        or (nom == "gare" and "é" in texte.cite(*lu.span()).lower())
        or (nom == "feu" and not re.search(r"\b(?:au|aux) $", avant))
        or (nom.startswith("poste") and re.search(r"\b(?:mon|son|leur|a|de) $", avant))
        or re.match(r"arrets? (?:de travail|maladie|cardiaque)", t[lu.start() : lu.end() + 16])
    )


def _annonce(avant: str) -> bool:
    """Whether what stands before a common noun lets it be a place: a preposition, an article, a sign, a day, or nothing."""
    return not avant or bool(_LOCATIF_AVANT.search(avant) or motif_de("lieux.annonce").search(avant))


def _poids_sante(t: str, lu: re.Match[str], *, nomme: bool, sejour: bool) -> int:
    """A hospital is the place of a stay; of an accident it is where one was taken to."""
    avant = t[max(0, lu.start() - 50) : lu.start()]
    if lu[0].startswith("morgue"):
        return 15 if nomme and _DANS.search(avant) else 0
    if not nomme and lu[0].startswith(("fondation", "cabinet", "institut")):
        return 0
    if sejour:
        return 107 if nomme else 86 if " " in lu[0] else 60
    if not nomme and lu[0].startswith(("labo", "urgence", "infirmerie")):
        return 0
    return (80 if nomme else 40) - (60 if _HORS.search(avant[-28:]) or _SOINS_APRES.search(avant) else 0)


def _nomme(t: str, lu: re.Match[str], villes: dict[int, int]) -> bool:
    """Whether a name of the gazetteer, or a saint, follows at once."""
    lien = _LIEN.match(t, lu.end())
    return (
        bool(lien) and lien is not None and (lien.end() in villes or t[lien.end() : lien.end() + 3] in ("st ", "ste"))
    )


def _poids_toponyme(texte: Texte, debut: int, fin: int, section: str, *, ambigu: bool, sejour: bool) -> int:
    """How likely a name of the gazetteer says where it happened, 0 when it does not."""
    t = texte.t
    avant = t[max(0, debut - 40) : debut]
    trajet = re.search(r"\b(?:de|entre|d') ?([\w-]+) (?:a|vers) $", avant)
    if trajet and tuple(re.split(r"[ '-]+", trajet[1])) in _toponymes()[0] and not sejour:
        return 10
    if (
        (t[debut:fin] == "total" and not _majuscule(texte, debut))
        or motif_de("lieux.nom_de_personne").search(avant)
        or (ambigu and not _lieu_malgre_tout(texte, debut, fin, avant))
    ):
        return 0
    poids = _poids_de_preposition(avant)
    if section == "hopital":
        poids += 20 if sejour else -10
    if section in ("etranger", "departement"):
        poids -= 6
    hors = _HORS.search(avant)
    if hors and not (sejour and motif_de("lieux.vers_les_soins").search(hors[0])):
        poids -= 60
    return max(poids, 0)


def _lieu_malgre_tout(texte: Texte, debut: int, fin: int, avant: str) -> bool:
    """Whether a name that is also a word is a place: alone between signs, or after a preposition that says so."""
    if re.search(r"[,;.] ?$", avant) and re.match(r" ?(?:[,;.!]|$)", texte.t[fin:]):
        return True
    return bool(motif_de("lieux.preposition").search(avant)) and (
        _majuscule(texte, debut) or bool(re.search(r"\b(?:a|au|a la|vers|na|quartier|village|l') ?$", avant))
    )


def _poids_de_preposition(avant: str) -> int:
    if motif_de("lieux.preposition_forte").search(avant):
        return 84
    if not motif_de("lieux.preposition").search(avant):
        return 60
    return 66 if re.search(r"\b(?:de|du|d') ?$", avant) else 74


def _inconnus(texte: Texte, pris: list[tuple[int, int]]) -> list[Lieu]:
    """Names in capitals after « à », « vers », « na », « au quartier » …, that the gazetteer does not have."""
    t = texte.t
    trouves = []
    for lu in motif_de("lieux.nom_inconnu").finditer(t):
        debut = lu.start("nom")
        if not _majuscule(texte, debut) or any(gauche <= debut < droite for gauche, droite in pris):
            continue
        mots = lu["nom"].split(" ")
        if (
            mots[0] in _ARRET
            or (lu["prep"] is None and (lu[0].startswith(".") or texte.brut.isupper()))
            or motif_de("lieux.pas_un_nom").match(mots[0])
        ):
            continue
        fin = debut + len(mots[0])
        for mot in mots[1:]:
            suivant = fin + 1
            if (mot in _ARRET and mot not in ("de", "du")) or not _majuscule(texte, suivant):
                break
            fin = suivant + len(mot)
        avant = t[max(0, debut - 30) : debut]
        if _PERSONNE.search(avant) or t[debut:fin].endswith("'"):
            continue
        poids = (64 if lu["prep"] else 40) - (50 if _HORS.search(t[max(0, debut - 40) : debut]) else 0)
        if poids > 0:
            trouves.append(Lieu(debut, fin, poids, "lieu.nom"))
    return trouves


def _chez(t: str, *, sejour: bool, vague: bool) -> list[Lieu]:
    trouves = []
    for lu in _CHEZ.finditer(t):
        dit = lu[0]
        if motif_de("lieux.chez_sans_lieu").match(dit) or _CHEZ_NON.search(t[max(0, lu.start() - 26) : lu.start()]):
            continue
        if motif_de("lieux.chez_des_soignants").match(dit):
            trouves.append(Lieu(lu.start(), lu.end(), 78 if sejour else 50, "lieu.chez"))
        elif vague:
            trouves.append(Lieu(lu.start(), lu.end(), 28, "lieu.chez_moi"))
    return trouves


def est_toponyme(nom: str) -> bool:
    """Whether `nom`, or a word of a name of the gazetteer, is a place."""
    noms, _, _ = _toponymes()
    return tuple(re.split(r"[ '-]+", sans_accents(nom))) in noms or any(sans_accents(nom) in mots for mots in noms)

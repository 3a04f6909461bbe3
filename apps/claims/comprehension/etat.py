"""Whether somebody was injured, whether somebody died: said, denied, or not said."""

import re

from .negation import failli, nie, proposition, suppose
from .normalisation import Texte
from .vocabulaire import famille, gabarit, motif, motif_de

_CHOSES = motif_de("etat.choses")
_IMAGE = motif_de("etat.image")
_IMAGE_AVANT = motif_de("etat.image_avant")
_DEMENTI = motif_de("etat.dementi")
_PAPIER = motif_de("etat.papier")
_VIVANT = motif(rf"\b(?:{gabarit('etat.vivant')})\b")
_SANS_MORT = motif(rf"\b(?:{gabarit('etat.sans_mort')})\b")
_MORTS = tuple(
    (regle, motif(rf"(?<![\w-])(?:{ecrit})(?![\w-])"))
    for regle, ecrit in (*famille("deces"), ("deces.funerailles", gabarit("etat.enterrer")))
)


def deces(texte: Texte) -> tuple[bool, int, int, str] | None:
    """(whether somebody died, span in `t`, rule); None when the text does not say."""
    t = texte.t
    vivant = _VIVANT.search(t) or _SANS_MORT.search(t)
    faux: tuple[bool, int, int, str] | None = (False, vivant.start(), vivant.end(), "deces.evite") if vivant else None
    for regle, expression in _MORTS:
        for lu in expression.finditer(t):
            if (vivant and lu.start() < vivant.end() and vivant.start() < lu.end()) or _sans_objet(
                t, lu.start(), lu.end(), regle
            ):
                continue
            if _DEMENTI.search(t[lu.end() :]):
                faux = faux or (False, lu.start(), lu.end(), "deces.dementi")
                continue
            if (
                motif_de("etat.pas_encore").match(t[lu.end() : lu.end() + 24])
                or _ANCIEN.match(t[lu.end() : lu.end() + 50])
                or suppose(t, lu.start())
                or _PAPIER.search(t[max(0, lu.start() - 40) : lu.start()])
            ):
                continue
            if regle != "deces.survivre" and (
                failli(t, lu.start()) or (regle != "deces.nest_plus" and nie(t, lu.start(), lu.end()))
            ):
                faux = faux or (False, lu.start(), lu.end(), "deces.nie")
                continue
            return True, lu.start(), lu.end(), regle
    return faux


def _sans_objet(t: str, debut: int, fin: int, regle: str) -> bool:
    """Whether what is dead is a thing or a beast, a manner of speech, or a paper."""
    if regle not in ("deces.adjectif", "deces.tuer", "deces.nom", "deces.tour"):
        return False
    avant = proposition(t, debut)[-34:]
    if t[debut:fin].startswith("noye") and motif_de("etat.noyer_chose").search(avant):
        return True
    chose = max(_CHOSES.finditer(avant), key=lambda lu: lu.start(), default=None)
    if (
        chose
        and not (motif_de("etat.autre_sujet").search(avant[chose.end() :]) and motif_de("etat.quelqu_un").search(t))
        and not motif_de("etat.chose_en_complement").search(avant[: chose.start()])
    ):
        return True
    if motif_de("etat.sans_objet").search(t[debut : fin + 30]):
        return True
    if re.search(r"\b(?:tuee?s?|mort\w*)$", t[debut:fin]) and re.match(
        rf" (?:(?:mes|mon|ma|nos|notre|deux|trois|quatre|cinq|de|des|\d+|les|tous) ){{1,4}}{_CHOSES.lu.pattern[2:-2]}",
        t[fin : fin + 40],
    ):
        return True
    return bool(_IMAGE.match(t[fin : fin + 20]) or _IMAGE_AVANT.search(t[max(0, debut - 9) : debut]))


_ANCIEN = motif_de("etat.ancien")
_INDEMNE = motif_de("etat.indemne")
_VONT_BIEN = motif_de("etat.vont_bien")
_DOULEUR = motif_de("etat.douleur")


_BLESSE = tuple((regle, motif(ecrit)) for regle, ecrit in famille("blesse"))
_CHOSE_BLESSEE = motif_de("etat.chose_blessee")
_OBJET = re.compile(r"(?:verre|fer|tole|balle|lame|choc|pierre)")
_COTE_D_OBJET = re.compile(r"cote|face|dos de")
_OPERATION = re.compile(r"amput|opere")
_CAUSE_DE_MORT = re.compile(
    r"(?:brul|saign|en sang|plein de sang|perdu beaucoup|electr|ecras|mordu|ete pique|pique|poignard)"
)
_Signe = tuple[bool, int, int, str]


def blesses(texte: Texte, *, accidentel: bool, mort: bool) -> tuple[bool, int, int, str] | None:
    """(whether somebody was injured, span in `t`, rule). `accidentel`: pain counts, and « je vais bien » answers."""
    t = texte.t
    dite, niee = _blessure_dite(t, accidentel=accidentel, mort=mort)
    lue = dite or (_mal(t) if accidentel else None) or _sain_et_sauf(t, bien=accidentel and not mort)
    if lue:
        return lue
    nette = accidentel and niee and re.search(r"bless|casse|egratign|mordu|brul|touche", t[niee[1] : niee[2]])
    return niee if nette else None


def _blessure_dite(t: str, *, accidentel: bool, mort: bool) -> tuple[_Signe | None, _Signe | None]:
    """The first wound that is said to be, else the first that is denied."""
    niee: _Signe | None = None
    for regle, expression in _BLESSE:
        for lu in expression.finditer(t):
            debut, fin = lu.span()
            if suppose(t, debut) or motif_de("etat.soin_sans_blessure").search(t[max(0, debut - 26) : debut]):
                continue
            if failli(t, debut) or nie(t, debut, fin) or _INDEMNE.search(t[max(0, debut - 22) : fin + 3]):
                niee = niee or (False, debut, fin, "blesse.nie")
            elif not _fausse_blessure(t, lu, regle, accidentel=accidentel, mort=mort):
                return (True, debut, fin, regle), None
    return None, niee


def _mal(t: str) -> _Signe | None:
    """Pain, or a body that moves no more, after an accident."""
    douleur = _DOULEUR.search(t)
    if douleur and not nie(t, douleur.start(), douleur.end()) and not failli(t, douleur.start()):
        return True, douleur.start(), douleur.end(), "blesse.douleur"
    immobile = motif_de("etat.immobile").search(t)
    return (True, immobile.start(), immobile.end(), "blesse.immobile") if immobile else None


def _sain_et_sauf(t: str, *, bien: bool) -> _Signe | None:
    """« Indemne », and « nous allons bien » where `bien` is an answer."""
    if indemne := _INDEMNE.search(t):
        return False, indemne.start(), indemne.end(), "blesse.indemne"
    vont_bien = _VONT_BIEN.search(t) if bien else None
    return (False, vont_bien.start(), vont_bien.end(), "blesse.vont_bien") if vont_bien else None


def _fausse_blessure(t: str, lu: re.Match[str], regle: str, *, accidentel: bool, mort: bool) -> bool:
    """Whether the words are of an illness, of a thing, or of care long past."""
    dit = lu[0]
    if regle in ("blesse.corps_verbe", "blesse.verbe_corps"):
        faux_corps = _faux_corps(t, lu, accidentel=accidentel)
        if faux_corps is not None:
            return faux_corps
    if regle == "blesse.coup_corps" and (_INDEMNE.search(t) or (_OBJET.match(dit) and _COTE_D_OBJET.search(dit))):
        return True
    de_maladie = _OPERATION.match(dit) or (regle == "blesse.lesion" and motif_de("etat.lesion_de_maladie").search(dit))
    if de_maladie and not accidentel:
        return True
    if dit.startswith("blessure") and motif_de("etat.des_suites").search(t[: lu.start()][-26:]):
        return True
    return mort and regle == "blesse.verbe" and bool(_CAUSE_DE_MORT.match(dit))


def _faux_corps(t: str, lu: re.Match[str], *, accidentel: bool) -> bool | None:
    """Whether a part of the body and its verb are of an illness, a thing or a figure of speech; None: they do not tell."""
    dit = lu[0]
    if motif_de("etat.corps_de_maladie").search(dit) and not accidentel:
        return True
    chose = _CHOSE_BLESSEE.search(t[max(0, lu.start() - 2) : lu.end() + 18])
    if chose and not motif_de("etat.corps_a_soi").search(dit):
        return bool(motif_de("etat.corps_ou_cote").search(dit))
    if re.search(r"\b(?:cote|face|coup|de front)\b", dit) and not motif_de("etat.cote_cassee").search(dit):
        return True
    return True if motif_de("etat.maniere_de_parler").search(dit) else None

"""What is declared: the kind of claim, from what the text asks for and what it tells. None when two kinds are as likely."""

import re
from dataclasses import dataclass

from .negation import nie, suppose
from .vocabulaire import Motif, motif, motif_de


@dataclass(frozen=True)
class Faits:
    """What other rules understood, on which the kind depends."""

    mort: bool | None
    blesse: bool | None
    montant: bool
    nuits: int | None
    date: bool


Signe = tuple[str, int, int, str]
_DEMANDE = motif_de("types.demande")
_FUNERAIRE = motif_de("types.funeraire")
_MOSUNGUI = motif(r"\b(?:mosungu?i|lisungi|lusungu)\b")
_INDEMNITE = motif_de("types.indemnite")
_SOIN = motif(r"<soin_acte>|<soin>")
_PAYER = motif_de("types.payer")
_REMBOURSER = motif_de("types.rembourser")
_SEJOUR = motif_de("types.sejour")
_SEJOUR_FORT = motif_de("types.sejour_fort")
_MALADIE = motif(r"<maladie>")
_ACCIDENT = motif(r"<accident_mot>|\baccident\w*")
_CHUTE = motif(r"<chute>")
_COUPS = motif(r"<coups>")
_SEUL = re.compile(r"\b(?:champ|seul|me suis|s'est)\b")
_VOL = motif_de("types.vol")
_EFFRACTION = motif_de("types.effraction")
_VOL_FAUX = motif_de("types.vol_faux")
_FEU = motif(r"<feu_mot>")
_FEU_FAUX = motif_de("types.feu_faux")
_DEGATS = motif(r"<degats_mot>")
_DEGATS_FORT = motif_de("types.degats_fort")
_COLLISION_CHOSE = motif_de("types.collision_chose")
_MOI_HEURTE = motif_de("types.moi_heurte")
_CORPS = motif(r"<corps>")
_AUTRE_SUJET = motif_de("types.autre_sujet")
_RIEN = motif_de("types.rien")
_QUESTION = motif_de("types.question")


def _premier(expression: Motif, t: str, faux: Motif | None = None) -> re.Match[str] | None:
    """The first match that is told as a fact, outside manners of speech."""
    ecartes = [lu.span() for lu in faux.finditer(t)] if faux else []
    for lu in expression.finditer(t):
        if not suppose(t, lu.start()) and not any(debut <= lu.start() < fin for debut, fin in ecartes):
            return lu
    return None


def type_sinistre(t: str, faits: Faits) -> Signe | None:
    """(kind, span in `t`, rule)."""
    rien = _RIEN.search(t)
    if rien:
        return "autre", rien.start(), rien.end(), "type.rien"
    question = _QUESTION.match(t)
    dit_rien = not (faits.date or faits.montant) and faits.mort is faits.blesse is faits.nuits is None
    if question and (dit_rien or (not faits.date and motif_de("types.couvert").match(t))):
        return "autre", question.start(), max(question.end(), 1), "type.question"
    return _deces(t, faits) or _indemnite(t, faits) or _biens(t, faits) or _corps(t, faits) or _reste(t, faits)


def _deces(t: str, faits: Faits) -> Signe | None:
    funeraire = _premier(_FUNERAIRE, t)
    if funeraire and faits.mort is not False and (faits.montant or _DEMANDE.search(t)):
        return "frais_funeraires", funeraire.start(), funeraire.end(), "type.funeraire"
    if not faits.mort:
        return None
    aide = _MOSUNGUI.search(t)
    if aide:
        return "frais_funeraires", aide.start(), aide.end(), "type.mosungui"
    return "deces", 0, len(t), "type.deces"


def _indemnite(t: str, faits: Faits) -> Signe | None:
    lu = _INDEMNITE.search(t) or (motif_de("types.demande_argent").search(t) if faits.nuits else None)
    seul_arret = lu and re.match(r"arrets?|jours? d'arret", lu[0]) and not motif_de("types.demande_arret").search(t)
    if seul_arret and (faits.blesse or _premier(_ACCIDENT, t) or _premier(_SEJOUR_FORT, t)):
        return None
    if lu and not nie(t, lu.start(), lu.end()):
        return "indemnite_journaliere", lu.start(), lu.end(), "type.indemnite"
    return None


def _biens(t: str, faits: Faits) -> Signe | None:
    """Theft, fire, water and wind, vehicles that only things suffered from."""
    vol = _premier(_VOL, t, _VOL_FAUX) or _premier(_EFFRACTION, t)
    feu, degats = _premier(_FEU, t, _FEU_FAUX), _premier(_DEGATS_FORT, t)
    if vol and motif_de("types.retro_arrache").search(t):
        vol = None
    if vol and not (nie(t, vol.start(), vol.end()) and not motif_de("types.chose_forcee").search(t)):
        return "vol", vol.start(), vol.end(), "type.vol"
    soin = _frais(t, faits)
    if soin:
        return soin
    eau_avant = degats and feu and degats.start() < feu.start() and "feu" not in feu[0]
    if feu and not eau_avant and (faits.blesse is not True or motif_de("types.bien_en_feu").search(t)):
        return "incendie", feu.start(), feu.end(), "type.incendie"
    collision = _collision(t, faits, degats=degats is not None)
    if collision:
        return collision
    if (
        degats
        and faits.blesse is not True
        and not _premier(_ACCIDENT, t)
        and not motif_de("types.tombe_sur_moi").search(t)
    ):
        return "degats", degats.start(), degats.end(), "type.degats"
    return None


def _collision(t: str, faits: Faits, *, degats: bool) -> Signe | None:
    """A vehicle hit, things broken only; a tree or a wall that fell on a vehicle is damage."""
    collision, moi = _premier(_COLLISION_CHOSE, t), _MOI_HEURTE.search(t)
    if faits.blesse is False and not collision and (moi or _premier(_ACCIDENT, t)):
        collision = motif(r"<partie_vehicule>|\b(?:constat|sinistre auto)\b").search(t)
    if not collision or faits.blesse is True or (degats and not motif_de("types.vehicule").search(t)):
        return None
    if moi and faits.blesse is None and not motif_de("types.reparation").search(t):
        return None
    if not motif_de("types.vehicule_ou_partie").search(t) or motif_de("types.chose_qui_tombe").search(t):
        return None
    return "collision", collision.start(), collision.end(), "type.collision"


def _frais(t: str, faits: Faits) -> Signe | None:
    """Care to reimburse: asked for, or paid for and told first, without a stay."""
    soin = _premier(_SOIN, t)
    if not soin or not (faits.montant or _PAYER.search(t)) or (faits.nuits or 0) > 0:
        return None
    sejour = motif_de("types.sejour_dit").search(t)
    if (
        sejour
        and not nie(t, sejour.start(), sejour.end())
        and not re.search(r"\b(?:apres|suite|avant|depuis)\b[^.;!?]{0,20}$", t[: sejour.start()])
    ):
        return None
    evenement = _premier(motif_de("types.evenement"), t) if faits.blesse is not False else None
    if evenement and evenement.start() < soin.start() and not _REMBOURSER.search(t):
        return None
    if faits.blesse is False and _premier(_COLLISION_CHOSE, t):
        return None
    return "frais_medicaux", soin.start(), soin.end(), "type.frais"


def _corps(t: str, faits: Faits) -> Signe | None:
    """An accident of the body, blows, a wound, a stay for an illness."""
    accident, chute, maladie = _premier(_ACCIDENT, t), _premier(_CHUTE, t), _premier(_MALADIE, t)
    subi = _coups(t, accident, chute) or _agression(t, faits, accident) or _accident(t, faits, accident)
    if subi or (motif_de("types.fait_tomber").search(t) and not faits.blesse):
        return subi
    return _chute(t, faits, chute, maladie) or _accident_tu(t, faits, maladie) or _sejour(t, faits, maladie)


def _coups(t: str, accident: re.Match[str] | None, chute: re.Match[str] | None) -> Signe | None:
    """Blows that somebody gave; not those of an accident, a fall, a beast or one's own tool."""
    coups = _premier(_COUPS, t)
    if not coups:
        return None
    d_arme = re.search(r"(?:couteau|machette|pierre|bouteille)s?$", coups[0])
    d_agresseur = d_arme and motif_de("types.donne_par_quelqu_un").search(t) and not _SEUL.search(t)
    if d_agresseur or not (
        accident
        or (motif(r"<animal>").search(t) and re.match(r"griff|mord", coups[0]))
        or (chute and chute.start() < coups.start() and not re.search(r"frapp|agress|tabass|bagarr", coups[0]))
        or re.search(r"(?:machette|pierre|couteau)s?$", coups[0])
        or motif_de("types.vehicule_frappe").search(t)
    ):
        return "blessure", coups.start(), coups.end(), "type.coups"
    return None


def _agression(t: str, faits: Faits, accident: re.Match[str] | None) -> Signe | None:
    """A wound by somebody, or of which nobody knows whence it comes."""
    if not faits.blesse:
        return None
    if agresseur := motif_de("types.agresseur").search(t):
        return "blessure", agresseur.start(), agresseur.end(), "type.agresseur"
    if motif_de("types.cause_inconnue").search(t) and not accident and not _MOI_HEURTE.search(t):
        return "blessure", 0, len(t), "type.cause_inconnue"
    return None


def _accident(t: str, faits: Faits, accident: re.Match[str] | None) -> Signe | None:
    """An accident that is said, somebody who was hit, or water, wind and walls that wounded."""
    evenement = accident or _MOI_HEURTE.search(t) or (_premier(_DEGATS_FORT, t) if faits.blesse else None)
    if evenement and not (evenement is accident and motif_de("types.pas_d_accident").search(t[: evenement.start()])):
        return "accident", evenement.start(), evenement.end(), "type.accident"
    return None


def _chute(t: str, faits: Faits, chute: re.Match[str] | None, maladie: re.Match[str] | None) -> Signe | None:
    """A fall, unless an illness made it or « tombé malade » says none."""
    if not chute or (maladie and maladie.start() < chute.start() and faits.blesse is None):
        return None
    if motif_de("types.chute_figuree").match(t[chute.start() : chute.start() + 30]):
        return None
    return "accident", chute.start(), chute.end(), "type.chute"


def _accident_tu(t: str, faits: Faits, maladie: re.Match[str] | None) -> Signe | None:
    """An accident that no word names: somebody nearly died, or a wound has its cause beside it."""
    if faits.mort is False and not (maladie or _premier(_SEJOUR_FORT, t) or _AUTRE_SUJET.search(t)):
        return "accident", 0, len(t), "type.failli"
    if faits.blesse and motif_de("types.cause_d_accident").search(t):
        return "accident", 0, len(t), "type.cause"
    return None


def _sejour(t: str, faits: Faits, maladie: re.Match[str] | None) -> Signe | None:
    """A stay in hospital, of an accident when there is a wound; else nights, else a wound alone."""
    sejour = _premier(_SEJOUR_FORT, t) or _premier(_SEJOUR, t) or (maladie and motif_de("types.en_soins").search(t))
    if sejour:
        genre = "accident" if faits.blesse is True else "hospitalisation"
        return genre, sejour.start(), sejour.end(), "type.sejour"
    if faits.nuits:
        return "hospitalisation", 0, len(t), "type.nuits"
    return ("blessure", 0, len(t), "type.blessure") if faits.blesse else None


def _reste(t: str, faits: Faits) -> Signe | None:
    signes = [
        lu
        for expression in (_DEGATS, _FEU, _SOIN, _MALADIE, _CORPS, _VOL, _COLLISION_CHOSE)
        if (lu := _premier(expression, t))
    ]
    sujet = _AUTRE_SUJET.search(t)
    muet = not (faits.date or faits.montant) and faits.mort is faits.blesse is faits.nuits is None
    if sujet or t.rstrip(" .!").endswith("?") or (not signes and (muet or len(t.split()) <= 5)):
        return "autre", sujet.start() if sujet else 0, sujet.end() if sujet else max(1, len(t)), "type.autre"
    if not signes:
        return None
    if _DEGATS.search(t) and motif_de("types.bien_abime").search(t):
        lu = signes[0]
        return "degats", lu.start(), lu.end(), "type.degats"
    if _SOIN.search(t) and faits.montant:
        return "frais_medicaux", signes[0].start(), signes[0].end(), "type.frais"
    return None


def parle_d_accident(t: str) -> bool:
    """Whether pain or « je vais bien » is of an accident, not of an illness."""
    return bool(
        _premier(_ACCIDENT, t)
        or _premier(_CHUTE, t)
        or _MOI_HEURTE.search(t)
        or _premier(_COUPS, t)
        or _premier(_COLLISION_CHOSE, t)
        or _premier(_FEU, t, _FEU_FAUX)
        or _premier(_DEGATS_FORT, t)
        or motif_de("types.parle_d_accident").search(t)
    )


def parle_de_sejour(t: str) -> bool:
    """Whether nights may be nights in hospital."""
    return bool(_premier(_SEJOUR, t) or motif_de("types.parle_de_sejour").search(t))


def chose_reclamee(t: str) -> bool:
    """Whether the price at which something was bought is what is claimed: stolen, burnt, drugs."""
    return bool(
        _premier(_VOL, t, _VOL_FAUX)
        or _premier(_FEU, t, _FEU_FAUX)
        or _EFFRACTION.search(t)
        or motif_de("types.chose_reclamee").search(t)
    )

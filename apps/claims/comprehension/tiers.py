"""Whether another person or vehicle took part: said, denied, or not said; and who."""

import re

from .negation import nie, suppose
from .vocabulaire import famille, motif, motif_de

_VRAIS = tuple((regle, motif(ecrit)) for regle, ecrit in famille("tiers"))  # fmt: skip
_FAUX = motif_de("implique.faux")
_NON_SEUL = motif_de("implique.non_seul")


def tiers(t: str, *, vol: bool) -> tuple[bool, int, int, str] | None:
    """(whether somebody else took part, span in `t`, rule). `vol`: in a theft only a thief who was seen counts."""
    for regle, expression in _VRAIS:
        for lu in expression.finditer(t):
            if (
                suppose(t, lu.start())
                or nie(t, lu.start(), lu.end())
                or re.match(r"\W*(?:aucune?|personne|pas|sans)\b", lu[0])
            ):
                continue
            if _soi(t, lu, regle, vol=vol):
                continue
            return True, lu.start(), lu.end(), regle
    for lu in _FAUX.finditer(t):
        if (
            not _NON_SEUL.search(t[max(0, lu.start() - 14) : lu.start()])
            and not re.search(r"^(?:maison|tout|toute) seul", lu[0])
        ) or re.search(r"\b(?:tombee?|j'etais|suis) ", t[max(0, lu.start() - 12) : lu.start()]):
            return False, lu.start(), lu.end(), "tiers.seul"
    return None


# In a theft these say nothing of a thief who was seen.
_PAS_D_UN_VOL = (
    "tiers.voisin",
    "tiers.chauffeur",
    "tiers.autre",
    "tiers.contre",
    "tiers.transport",
    "tiers.transporte",
)
_MIEN = re.compile(r"^(?:le |la |l')?(?:mon|ma|notre|mes|nos) ")


def _soi(t: str, lu: re.Match[str], regle: str, *, vol: bool) -> bool:
    """Whether the vehicle or the beast is one's own, the person a relative who is hurt, or the thief unseen."""
    dit, avant = lu[0], t[max(0, lu.start() - 34) : lu.start()]
    if regle in ("tiers.sujet", "tiers.m_a") and motif_de("implique.bete_a_soi").match(dit):
        return True
    seul = motif_de("implique.obstacle").match(t[lu.end() : lu.end() + 30]) and not re.search(
        r"\b(?:m'|me |nous |l')", dit
    )
    if regle == "tiers.sujet" and (seul or _sujet_a_soi(dit, avant)):
        return True
    if regle in ("tiers.par", "tiers.sujet") and motif_de("implique.bete_sauvage").search(dit):
        return True
    if vol and regle in ("tiers.sujet", "tiers.agresseurs"):
        return not motif_de("implique.voleur_vu").search(dit)
    if vol and regle in _PAS_D_UN_VOL:
        return not motif_de("implique.voleur_enfui").search(dit)
    if regle == "tiers.contre":
        seul = re.search(r"^accident", dit) and not re.search(r"avec|entre|contre", dit)
        if seul or not re.search(r"\b(?:avec|entre|contre|un|une|1|deux|des|dans)\b", dit):
            return True
    if regle == "tiers.objet" and motif_de("implique.chose_tombee").search(avant):
        return True
    return regle in ("tiers.contre", "tiers.objet", "tiers.impliquant") and bool(
        motif_de("implique.vehicule_a_soi").search(dit)
    )


def _sujet_a_soi(dit: str, avant: str) -> bool:
    """Whether the subject of what happened is the client's own vehicle, a relative, or a vehicle that fell by itself."""
    touche = re.search(r"\b(?:m'|me |nous |l'|ns )", dit)
    if _MIEN.match(dit) and not touche and not motif_de("implique.connaissance").match(dit):
        return True
    if motif_de("implique.arrive_sans_auteur").search(dit) and not motif_de("implique.entre_dans_quelque_chose").search(
        dit
    ):
        return True
    if motif_de("implique.proche").search(dit) and not motif_de("implique.s_en_prend_a_moi").search(dit):
        return True
    if motif_de("implique.complement").search(avant[-14:]) and not re.search(r"m'|me |nous|l'a|qui", dit):
        return True
    return bool(motif_de("implique.bete_sujet").search(dit))

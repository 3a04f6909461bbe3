"""Acts, the same as words and as buttons."""

from collections.abc import Callable
from typing import Any

from . import phrases
from .dialogue import (
    commencer,
    dire_le_numero,
    incompris,
    laisser_inconnu,
    orienter,
    prendre_la_reponse,
    rendre_la_main,
    transferer,
)
from .donnees import Acte, CreerSinistre, EnregistrerAction, EnvoyerCode, EnvoyerLien, Geste, Phase
from .questions import CONFIRMATION, PAR_CHAMP, Question
from .reponse import cle_de_couverture, doublon_possible, envoyer_un_lien, noms_des_lignes
from .tour import Tour, champs_confirmes, contradictions, couverture_du_moment, piece_demandee, question_ouverte


def faire(tour: Tour, evenement: Geste) -> None:
    geste = GESTES.get(evenement.acte)
    if geste is None:
        incompris(tour)
        return
    question = question_ouverte(tour.etat, tour.faits)
    if tour.etat.offre and evenement.acte == Acte.CONFIRMER and question is not None and question.type == "oui_non":
        trancher(tour, question.champ, True)
        return
    geste(tour, evenement.champ)


def confirmer(tour: Tour, champ: str) -> None:
    """The claim is asked for once, with what the summary showed; never when cover changed since the summary told it."""
    if tour.etat.confirmee:
        dire_le_numero(tour, phrases.DEJA_CONFIRMEE)
        return
    if tour.etat.question != CONFIRMATION.champ or question_ouverte(tour.etat, tour.faits) is not CONFIRMATION:
        tour.dire(phrases.RIEN_A_CONFIRMER)
        return
    couverture = couverture_du_moment(tour.etat, tour.faits)
    if cle_de_couverture(couverture) != tour.etat.couverture_dite:
        tour.dire(phrases.COUVERTURE_CHANGEE)
        return
    signaux = ("doublon_possible",) if doublon_possible(tour) else ()
    creation = CreerSinistre(
        tour.etat.declaration, champs_confirmes(tour.etat), contradictions(tour.etat), couverture, signaux
    )
    tour.effets.append(creation)
    tour.changer(confirmee=True)
    tour.dire(phrases.ENREGISTREMENT)


def corriger(tour: Tour, champ: str) -> None:
    if tour.etat.confirmee or not tour.etat.champs or tour.etat.phase is not Phase.SINISTRE_DETAILS:
        dire_le_numero(tour, phrases.RIEN_A_CORRIGER)
    elif champ in noms_des_lignes(tour.etat):
        tour.changer(rouverte=champ, offre="")
    elif champ:
        incompris(tour, phrases.CHAMP_INCONNU)
    else:
        tour.changer(offre="corriger")


def passer(tour: Tour, champ: str) -> None:
    if tour.etat.phase is Phase.DOCUMENTS and not tour.etat.offre:
        _remettre_a_plus_tard(tour)
        return
    question = _question_a_passer(tour)
    if question is None:
        return
    if question.facultatif:
        laisser_inconnu(tour, question, phrases.PASSE)
    else:
        incompris(tour, phrases.PAS_FACULTATIF)


def ne_pas_savoir(tour: Tour, champ: str) -> None:
    if tour.etat.phase is Phase.DOCUMENTS and not tour.etat.offre:
        _remettre_a_plus_tard(tour)
        return
    if tour.etat.question == "type_sinistre" and not tour.etat.offre:
        prendre_la_reponse(tour, PAR_CHAMP["type_sinistre"], "autre", source="reponse")
        return
    question = _question_a_passer(tour)
    if question is not None:
        laisser_inconnu(tour, question, phrases.INCONNU_NOTE)


def _question_a_passer(tour: Tour) -> Question | None:
    """The open question, if it is about a claim and may stay without an answer; otherwise the client hears why not."""
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        return None
    if question.indispensable or question is CONFIRMATION:
        incompris(tour, phrases.PAS_COMPRIS if question is CONFIRMATION or tour.etat.offre else phrases.INDISPENSABLE)
        return None
    return question


def _remettre_a_plus_tard(tour: Tour) -> None:
    piece = piece_demandee(tour.etat, tour.faits)
    if piece is None:
        return
    tour.changer(plus_tard=(*tour.etat.plus_tard, piece.type))
    parti = envoyer_un_lien(tour, EnvoyerLien("pieces", tour.etat.sinistre))
    tour.effets.append(EnregistrerAction("envoyer_piece", piece.libelle, "client", tour.etat.sinistre))
    tour.dire(phrases.PLUS_TARD_LIEN if parti else phrases.PLUS_TARD)


def repeter(tour: Tour, champ: str) -> None:
    """The reply asks the open question again by itself; a code is sent again."""
    if tour.etat.phase is Phase.ERROR:
        revenir(tour, champ)
    elif tour.etat.question == "code":
        tour.dire(phrases.CODE_EN_ROUTE)
        tour.effets.append(EnvoyerCode(tour.etat.police, tour.etat.telephone))


def annuler(tour: Tour, champ: str) -> None:
    etat = tour.etat
    if etat.offre:
        _fermer_l_offre(tour)
    elif etat.phase is Phase.AUTHENTIFICATION:
        tour.changer(police="", telephone="")
        tour.dire(phrases.RECOMMENCER)
    elif etat.rouverte:
        tour.changer(rouverte="")
        tour.dire(phrases.ON_CONTINUE)
    elif etat.sinistre or etat.confirmee:
        dire_le_numero(tour, phrases.DEJA_CONFIRMEE)
    elif etat.champs:
        tour.dire(phrases.ABANDON)
        tour.changer(offre="annulation")
    else:
        tour.dire(phrases.RIEN_A_ANNULER)


def _fermer_l_offre(tour: Tour) -> None:
    """The question of the conversation itself is dropped; the story that a new declaration would have held, too."""
    tour.changer(offre="", recit=None if tour.etat.offre == "nouveau" else tour.etat.recit)
    tour.dire(phrases.ON_CONTINUE)


def revenir(tour: Tour, champ: str) -> None:
    etat = tour.etat
    if etat.offre:
        _fermer_l_offre(tour)
        return
    tour.dire(phrases.ON_REVIENT)
    match etat.phase:
        case Phase.AUTHENTIFICATION:
            tour.changer(**({"telephone": ""} if etat.telephone else {"police": ""}))
        case Phase.TRANSFERT | Phase.ERROR:
            rendre_la_main(tour)
        case Phase.SINISTRE_DETAILS if not etat.confirmee:
            _rouvrir_la_precedente(tour)
        case Phase.DOCUMENTS | Phase.DECISION if etat.plus_tard:
            tour.changer(phase=Phase.DOCUMENTS, plus_tard=etat.plus_tard[:-1])
        case Phase.SUIVI if etat.champs:
            suite = Phase.SINISTRE_DETAILS if not etat.sinistre else Phase.DECISION
            tour.changer(phase=suite)
        case _:
            tour.dits.remove(phrases.ON_REVIENT)


def _rouvrir_la_precedente(tour: Tour) -> None:
    avant = [vu for vu in tour.etat.parcours if vu in tour.etat.champs and vu != tour.etat.rouverte]
    if tour.etat.rouverte in tour.etat.parcours:
        avant = avant[: tour.etat.parcours.index(tour.etat.rouverte)]
    if avant:
        tour.changer(rouverte=avant[-1])
    else:
        tour.dits.remove(phrases.ON_REVIENT)
        tour.dire(phrases.PREMIERE_QUESTION)


def demander_un_conseiller(tour: Tour, champ: str) -> None:
    transferer(tour, "demande")


def nouveau(tour: Tour, champ: str) -> None:
    if tour.etat.phase is Phase.AUTHENTIFICATION:
        tour.dire(phrases.APRES_IDENTITE)
    elif tour.etat.confirmee and not tour.etat.sinistre:
        tour.dire(phrases.DEJA_CONFIRMEE)
    elif tour.etat.champs and not tour.etat.sinistre:
        tour.dire(phrases.DECLARATION_EN_COURS)
        if tour.etat.phase in (Phase.SUIVI, Phase.TRANSFERT, Phase.ERROR):
            orienter(tour)
    elif tour.etat.identite == "inconnu":
        rendre_la_main(tour)
    else:
        commencer(tour)


def suivre(tour: Tour, champ: str) -> None:
    if tour.faits.identite == "inconnu":
        tour.dire(phrases.APRES_IDENTITE)
    elif tour.etat.confirmee and not tour.etat.sinistre:
        tour.dire(phrases.DEJA_CONFIRMEE)
    elif tour.faits.sinistres:
        tour.changer(phase=Phase.SUIVI, suivi="", offre="")
    else:
        tour.dire(phrases.SUIVI_AUCUN)


GESTES: dict[str, Callable[[Tour, str], None]] = {
    Acte.CONFIRMER: confirmer,
    Acte.CORRIGER: corriger,
    Acte.PASSER: passer,
    Acte.JE_NE_SAIS_PAS: ne_pas_savoir,
    Acte.REPETER: repeter,
    Acte.ANNULER: annuler,
    Acte.REVENIR: revenir,
    Acte.CONSEILLER: demander_un_conseiller,
    Acte.NOUVEAU: nouveau,
    Acte.SUIVRE: suivre,
}


def trancher(tour: Tour, offre: str, dit: Any) -> None:
    """What follows the answer to a question of the conversation itself."""
    if offre == "sinistre":
        tour.changer(suivi=dit)
        return
    tour.changer(offre="")
    if offre == "corriger":
        tour.changer(rouverte=dit)
    elif offre == "conseiller":
        if dit:
            transferer(tour, "incomprehension")
        else:
            tour.dire(phrases.PAS_DE_CONSEILLER)
    elif not dit:
        tour.changer(recit=None)
        tour.dire(phrases.ON_CONTINUE)
    elif offre == "nouveau":
        commencer(tour)
    else:
        tour.dire(phrases.ABANDONNE)
        tour.changer(champs={}, recit=None, rouverte="")
        orienter(tour)

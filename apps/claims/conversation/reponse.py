"""How a step ends: the robot's one message, with the question that is open, the summary, cover, the claim, the queue."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from . import phrases
from .donnees import Acte, Action, Couverture, EnvoyerLien, Etat, Message, Phase
from .questions import CONFIRMATION, OFFRES, Question
from .tour import (
    Tour,
    choix_de,
    couverture_du_moment,
    deuil_dit,
    lignes,
    piece_demandee,
    pieces_manquantes,
    question_ouverte,
    recapitulatif,
)

_MANIERES = {
    Phase.AUTHENTIFICATION: Action.DEMANDER_MATRICULE,
    Phase.DESCRIPTION: Action.DEMANDER_DESCRIPTION,
    Phase.SINISTRE_DETAILS: Action.POSER_QUESTIONS,
    Phase.DOCUMENTS: Action.DEMANDER_DOCUMENTS,
    Phase.DECISION: Action.FIN,
    Phase.SUIVI: Action.AFFICHER_DOSSIERS,
    Phase.TRANSFERT: Action.TRANSFERER_CONSEILLER,
    Phase.ERROR: Action.AUCUNE,
}
_ACTES = {
    Phase.DECISION: (Acte.SUIVRE, Acte.NOUVEAU, Acte.CONSEILLER),
    Phase.SUIVI: (Acte.NOUVEAU, Acte.CONSEILLER),
    Phase.TRANSFERT: (Acte.REVENIR, Acte.SUIVRE),
    Phase.ERROR: (Acte.REVENIR, Acte.CONSEILLER),
}


def conclure(tour: Tour, depart: Etat) -> None:
    """The state says what is asked now; the robot, if it has the floor, says it. Misunderstandings are those of one question."""
    if not tour.parle and (tour.etat.phase, tour.etat.main) == (depart.phase, depart.main):
        return
    if tour.etat.phase is Phase.DOCUMENTS and not tour.etat.offre and piece_demandee(tour.etat, tour.faits) is None:
        terminer_les_documents(tour)
    if tour.etat.phase is Phase.SUIVI:
        _choisir_le_seul(tour)
    question = question_ouverte(tour.etat, tour.faits)
    champ = question.champ if question else ""
    if (champ, tour.etat.phase) != (depart.question, depart.phase):
        tour.changer(incomprehensions=0)
    tour.changer(question=champ)
    if tour.parle:
        _parler(tour, question, depart.phase)


def _choisir_le_seul(tour: Tour) -> None:
    """The claim that is followed is one of those that are open: the only one, or the one that the client chose."""
    ouverts = [sinistre.numero for sinistre in tour.faits.sinistres]
    if tour.etat.suivi not in ouverts:
        tour.changer(suivi=ouverts[0] if len(ouverts) == 1 else "")


def _parler(tour: Tour, question: Question | None, depart: Phase) -> None:
    suite, data = _suite(tour, question)
    _egards(tour)
    message = Message(
        rang=tour.etat.rang + 1,
        auteur="robot",
        phase=depart,
        message="\n\n".join(part for part in (" ".join(tour.dits), suite) if part),
        next_phase=tour.etat.phase,
        action=_action(tour, question),
        data=data
        | {"actes": [{"acte": acte.value, "libelle": libelle} for acte, libelle in actes_offerts(tour.etat, question)]},
    )
    tour.changer(rang=message.rang)
    tour.effets.append(message)


def _egards(tour: Tour) -> None:
    """The first words after a death are condolences, said once a declaration; a wound has a word too."""
    deuil = deuil_dit(tour)
    if deuil and "deces" not in tour.etat.egards:
        tour.dits.insert(0, phrases.CONDOLEANCES)
        tour.changer(egards=(*tour.etat.egards, "deces"))
    elif not deuil and not tour.etat.egards and tour.valeurs.get("blesse") is True:
        tour.dits.insert(0, phrases.BLESSURE)
        tour.changer(egards=("blessure",))


def _action(tour: Tour, question: Question | None) -> Action:
    if tour.etat.offre:
        return Action.POSER_QUESTIONS
    if question is CONFIRMATION:
        return Action.CONFIRMER_RECAPITULATIF
    if question is None and tour.etat.phase is Phase.SINISTRE_DETAILS:
        return Action.AUCUNE
    if question is not None and question.champ == "code":
        return Action.DEMANDER_CODE
    return _MANIERES[tour.etat.phase]


def actes_offerts(etat: Etat, question: Question | None) -> list[tuple[Acte, str]]:
    """The buttons beside the question, or those of the phase: never none, so that no phase is a dead end."""
    if etat.offre:
        actes: tuple[Acte, ...] = (Acte.REVENIR, Acte.CONSEILLER)
    elif question is CONFIRMATION:
        actes = (Acte.CONFIRMER, Acte.CORRIGER, Acte.ANNULER, Acte.CONSEILLER)
    elif question is not None and question.type == "fichier":
        return [(Acte.PASSER, phrases.BOUTON_PLUS_TARD), (Acte.CONSEILLER, phrases.LIBELLES_DES_ACTES["conseiller"])]
    elif question is not None and question.champ not in OFFRES:
        libres = () if question.indispensable else (Acte.JE_NE_SAIS_PAS,)
        passes = (Acte.PASSER,) if question.facultatif else ()
        actes = (*libres, *passes, Acte.REPETER, Acte.REVENIR, Acte.CONSEILLER)
    else:
        actes = _ACTES.get(etat.phase, (Acte.REVENIR, Acte.CONSEILLER))
    return [(acte, phrases.LIBELLES_DES_ACTES[acte]) for acte in actes]


def _suite(tour: Tour, question: Question | None) -> tuple[str, dict[str, Any]]:
    """What closes the message (the question, the summary, where the claim stands), and its data."""
    if question is CONFIRMATION:
        return _recapituler(tour)
    if question is not None:
        return _demander(tour, question)
    match tour.etat.phase:
        case Phase.DECISION:
            return phrases.DECISION_SUITE.format(numero=tour.etat.sinistre), _sinistre(tour, tour.etat.sinistre)
        case Phase.SUIVI:
            return _suivi(tour)
        case Phase.TRANSFERT:
            return _attente(tour)
        case Phase.ERROR:
            return phrases.ERREUR_SUITE, {}
    return "" if tour.dits else phrases.DEJA_CONFIRMEE, {}


def _demander(tour: Tour, question: Question) -> tuple[str, dict[str, Any]]:
    choix = question.choix or choix_de(question.champ, tour.etat, tour.faits)
    if not choix and (tour.etat.incomprehensions >= 2 or tour.etat.offre):
        choix = _boutons(tour, question)
    libelle = question.pour(tour.valeurs)
    data: dict[str, Any] = {
        "question": {
            "champ": question.champ,
            "libelle": libelle,
            "type": question.type,
            "choix": [{"code": code, "libelle": nom} for code, nom in choix],
            "facultatif": question.facultatif,
        }
    }
    if question.type == "fichier":
        data |= _sinistre(tour, tour.etat.sinistre)
    if question is OFFRES["sinistre"]:
        dossiers = [
            phrases.SUIVI_UN.format(numero=ouvert.numero, lisible=ouvert.lisible) for ouvert in tour.faits.sinistres
        ]
        libelle = "\n".join([phrases.SUIVI_PLUSIEURS.format(nombre=len(dossiers)), *dossiers, libelle])
    return libelle, data


def _boutons(tour: Tour, question: Question) -> tuple[tuple[str, str], ...]:
    """Answers to touch, for who was not understood twice; each code is a value that the question takes."""
    if question.type == "oui_non":
        return (("oui", "Oui"), ("non", "Non"))
    if question.type == "date":
        jours = ((0, "Aujourd'hui"), (1, "Hier"), (2, "Avant-hier"))
        return tuple(
            ((tour.faits.aujourdhui - timedelta(days=retard)).isoformat(), libelle) for retard, libelle in jours
        )
    return ()


def _recapituler(tour: Tour) -> tuple[str, dict[str, Any]]:
    lignes_montrees = recapitulatif(tour.etat, tour.faits)
    couverture = couverture_du_moment(tour.etat, tour.faits)
    doublon = doublon_possible(tour)
    lignes_dites = [phrases.LIGNE.format(nom=ligne["libelle"], lisible=ligne["lisible"]) for ligne in lignes_montrees]
    texte = [phrases.RECAPITULATIF, *lignes_dites, "", _dire_la_couverture(tour, couverture)]
    if doublon:
        texte.append(phrases.DOUBLON.format(numero=doublon))
    texte.append(phrases.CONFIRMEZ_BOUTONS if tour.etat.incomprehensions >= 2 else phrases.CONFIRMEZ)
    tour.changer(couverture_dite=cle_de_couverture(couverture))
    data: dict[str, Any] = {"recapitulatif": lignes_montrees}
    if couverture is not None:
        data["couverture"] = {"jugement": couverture.jugement, "code": couverture.code, "phrase": couverture.phrase}
    return "\n".join(texte), data


def cle_de_couverture(couverture: Couverture | None) -> str:
    return "a_voir" if couverture is None else f"{couverture.jugement} {couverture.code}".strip()


def _dire_la_couverture(tour: Tour, couverture: Couverture | None) -> str:
    if couverture is None:
        return phrases.COUVERTURE_A_VOIR
    phrase = {"certain": phrases.COUVERT, "incertain": phrases.COUVERTURE_INCERTAINE, "non": phrases.NON_COUVERT}[
        couverture.jugement
    ]
    return phrase.format(phrase=couverture.phrase)


def doublon_possible(tour: Tour) -> str:
    """The number of the client's open claim of the same type, day and person; '' without one."""
    valeurs = tour.valeurs
    if tour.faits.identite != "client" or valeurs.get("date") is None:
        return ""
    memes = (
        ouvert.numero
        for ouvert in tour.faits.sinistres
        if (ouvert.type_sinistre, ouvert.date, ouvert.assure)
        == tuple(valeurs.get(champ) for champ in ("type_sinistre", "date", "assure"))
    )
    return next(memes, "")


def _sinistre(tour: Tour, numero: str) -> dict[str, Any]:
    connu = next((sinistre for sinistre in tour.faits.sinistres if sinistre.numero == numero), None)
    return {"sinistre": {"numero": numero, "statut": connu.statut if connu else "nouveau"}}


def _suivi(tour: Tour) -> tuple[str, dict[str, Any]]:
    choisi = next((sinistre for sinistre in tour.faits.sinistres if sinistre.numero == tour.etat.suivi), None)
    texte, data = [], {}
    if choisi is None:
        texte.append(phrases.SUIVI_AUCUN)
    else:
        texte.append(phrases.SUIVI_UN.format(numero=choisi.numero, lisible=choisi.lisible))
        data = _sinistre(tour, choisi.numero)
        manquantes = pieces_manquantes(tour.etat, tour.faits)
        if manquantes:
            texte.append(phrases.PIECES_A_VENIR.format(pieces=", ".join(piece.libelle for piece in manquantes)))
    en_cours = tour.etat.champs and not tour.etat.confirmee
    texte.append(phrases.SUIVI_DECLARATION if en_cours else phrases.SUIVI_SUITE)
    return " ".join(texte), data


def _attente(tour: Tour) -> tuple[str, dict[str, Any]]:
    attente = tour.faits.attente
    if tour.etat.main == "conseiller":
        return "", {}
    if attente is None:
        return f"{phrases.ATTENTE_SANS_DELAI} {phrases.TRANSFERT_SUITE}", {}
    dite = phrases.ATTENTE if attente.minutes is None else phrases.ATTENTE_MINUTES
    data = {"attente": {"rang": attente.rang, "minutes": attente.minutes}}
    return f"{dite.format(rang=attente.rang, minutes=attente.minutes)} {phrases.TRANSFERT_SUITE}", data


def terminer_les_documents(tour: Tour) -> None:
    """No piece is left to ask now: the claim goes to its study, and what is missing is said."""
    manquantes = pieces_manquantes(tour.etat, tour.faits)
    if manquantes:
        tour.dire(phrases.PIECES_A_VENIR.format(pieces=", ".join(piece.libelle for piece in manquantes)))
    elif tour.faits.pieces and tour.faits.sujet.sinistre == tour.etat.sinistre:
        tour.dire(phrases.PIECES_COMPLETES)
    jours = tour.faits.delai_jours
    etude = phrases.ETUDE if jours is None else phrases.ETUDE_DELAI
    tour.dire(etude.format(numero=tour.etat.sinistre, jours=jours))
    tour.changer(phase=Phase.DECISION)


def envoyer_un_lien(tour: Tour, lien: EnvoyerLien) -> bool:
    """The link leaves, once a declaration; False when it had."""
    if lien.motif in tour.etat.liens:
        return False
    tour.etat = replace(tour.etat, liens=(*tour.etat.liens, lien.motif))
    tour.effets.append(lien)
    return True


def noms_des_lignes(etat: Etat) -> dict[str, str]:
    return {question.champ: question.nom for question in lignes(etat)}

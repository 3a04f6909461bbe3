"""What texts, values and acts have in common: to answer, not to understand, to open a declaration, to hand over to a person."""

from typing import Any, Literal

from . import phrases
from .digressions import repondre
from .donnees import Compris, EnvoyerLien, Etat, Phase, Transferer
from .questions import PAR_CHAMP, Question
from .reponse import envoyer_un_lien, noms_des_lignes
from .tour import Tour, completer, inscrire, juger, nommes, pieces_manquantes, recapitulatif
from .valeurs import NON, OUI, ValeurInvalide, simplifier

TEXTE_MAXIMUM = 4000
_MOTS_D_UN_RECIT = 4


def digresser(tour: Tour, texte: str) -> bool:
    """Whether the text was a question beside the point, which is then answered."""
    reponse = repondre(texte, tour.faits)
    if reponse is not None:
        tour.dire(reponse)
    return reponse is not None


def digresser_sinon(tour: Tour, texte: str, pourquoi: str = "") -> None:
    if not digresser(tour, texte):
        incompris(tour, pourquoi)


def incompris(tour: Tour, pourquoi: str = "") -> None:
    """Once: why. Twice for one question: buttons. Three times: a person is offered."""
    fois = tour.etat.incomprehensions + 1
    tour.changer(incomprehensions=min(fois, 3))
    if fois < 2:
        tour.dire(pourquoi or phrases.PAS_COMPRIS)
    elif fois == 2:
        tour.dire(pourquoi or phrases.TOUJOURS_PAS_COMPRIS, phrases.CHOISISSEZ)
    elif tour.etat.transfert:
        tour.dire(pourquoi or phrases.VRAIMENT_PAS_COMPRIS, phrases.DEJA_TRANSFERE)
    else:
        tour.dire(pourquoi or phrases.VRAIMENT_PAS_COMPRIS, phrases.OFFRE_CONSEILLER)
        tour.changer(offre="conseiller")


def dire_le_numero(tour: Tour, sinon: str) -> None:
    """The claim exists already, under this number; `sinon` when there is none yet."""
    numero = tour.etat.sinistre
    tour.dire(phrases.DEJA_ENREGISTREE.format(numero=numero) if numero else sinon)


def est_un_recit(compris: Compris) -> bool:
    return "type_sinistre" in compris.champs or compris.champs.get("deces") is not None


def peut_repondre(texte: str) -> bool:
    """Whether free words may be the answer: not a question, nor a bare yes or no."""
    seul = simplifier(texte) in OUI | NON
    return not seul and not texte.rstrip().endswith("?") and sum(signe.isalpha() for signe in texte) >= 2


def champ_nomme(tour: Tour, texte: str) -> str:
    """The line of the summary that the words name, the longest name first; '' for none."""
    mots = f" {simplifier(texte)} "
    noms = {champ: simplifier(nom) for champ, nom in noms_des_lignes(tour.etat).items()}
    return next((champ for champ in sorted(noms, key=lambda c: -len(noms[c])) if f" {noms[champ]} " in mots), "")


def prendre_la_reponse(
    tour: Tour, question: Question, brut: Any, *, source: str, texte: str = "", regle: str = ""
) -> bool:
    """Whether the field took the answer. An invalid one keeps the former value, and the client hears why."""
    try:
        valeur = juger(tour, question, brut)
    except ValeurInvalide as refus:
        incompris(tour, refus.detail)
        return False
    champ = question.champ
    inscrire(tour, champ, valeur, source=source, texte=texte, regle=regle)
    rouverte = "" if tour.etat.rouverte == champ else tour.etat.rouverte
    tour.changer(rouverte=rouverte, parcours=(*(vu for vu in tour.etat.parcours if vu != champ), champ))
    return True


def laisser_inconnu(tour: Tour, question: Question, phrase: str) -> None:
    tour.dire(phrase)
    prendre_la_reponse(tour, question, None, source="reponse")


def accueillir(tour: Tour) -> None:
    """The client is known: an open claim first, else the story, told already or asked for now."""
    if tour.faits.identite == "client" and tour.faits.prenom:
        tour.dire(phrases.BONJOUR_PRENOM.format(prenom=tour.faits.prenom))
    elif tour.faits.identite == "declarant":
        tour.dire(phrases.IDENTIFIE_DECLARANT)
    orienter(tour)


def orienter(tour: Tour) -> None:
    """The phase in which somebody who asked for nothing yet is received."""
    if tour.etat.champs and not tour.etat.sinistre:
        tour.changer(phase=Phase.SINISTRE_DETAILS)
    elif tour.faits.sinistres:
        tour.changer(phase=Phase.SUIVI, suivi="", offre="nouveau" if tour.etat.recit else "")
    else:
        commencer(tour)


def commencer(tour: Tour) -> None:
    """A new declaration, empty, with the story if it was told before its time."""
    avant, recit = tour.etat, tour.etat.recit
    tour.etat = Etat(
        rang=avant.rang,
        phase=Phase.DESCRIPTION,
        identite=avant.identite,
        police=avant.police,
        telephone=avant.telephone,
        question=avant.question,
        incomprehensions=avant.incomprehensions,
        declaration=avant.declaration + 1,
        egards=avant.egards if recit else (),
        transfert=avant.transfert,
    )
    if recit is not None:
        tour.texte, tour.compris = recit.texte, recit.compris
        raconter(tour, recit.texte)


def raconter(tour: Tour, texte: str) -> None:
    """The story opens the declaration: its words are kept whole, what was understood of it fills fields and is shown."""
    if not est_un_recit(tour.compris) and digresser(tour, texte):
        return
    if not tour.compris.champs and len(simplifier(texte).split()) < _MOTS_D_UN_RECIT:
        incompris(tour, phrases.RECIT_COURT)
        return
    if prendre_la_reponse(tour, PAR_CHAMP["description"], texte, source="recit", texte=texte):
        remplis = completer(tour, tour.compris, question=PAR_CHAMP["description"], source="recit")
        _ouvrir_les_details(tour, remplis)


def _ouvrir_les_details(tour: Tour, remplis: list[str]) -> None:
    if remplis:
        tour.dire(phrases.NOTE.format(champs=nommes(tour, remplis)))
    tour.changer(phase=Phase.SINISTRE_DETAILS)
    contrats = tour.faits.contrats
    if tour.faits.identite == "declarant":
        inscrire(tour, "police", tour.etat.police or None, source="identification")
    elif len(contrats) < 2:
        inscrire(tour, "police", contrats[0].police if contrats else None, source="contrat")
    envoyer_un_lien(tour, EnvoyerLien("reprise"))


def transferer(tour: Tour, raison: Literal["demande", "incomprehension"]) -> None:
    etat = tour.etat
    if etat.transfert:
        tour.dire(phrases.DEJA_TRANSFERE)
    else:
        tour.dire(phrases.TRANSFERT)
        manquantes = tuple(piece.libelle for piece in pieces_manquantes(etat, tour.faits))
        resume = tuple(recapitulatif(etat, tour.faits))
        tour.effets.append(Transferer(raison, etat.phase, etat.rang, resume, manquantes))
    ceder(tour)
    tour.changer(transfert=True)


def ceder(tour: Tour) -> None:
    if tour.etat.phase not in (Phase.TRANSFERT, Phase.ERROR):
        tour.changer(avant=tour.etat.phase)
    tour.changer(phase=Phase.TRANSFERT, offre="")


def rendre_la_main(tour: Tour) -> None:
    """The conversation is where it stood before TRANSFERT or ERROR."""
    tour.changer(phase=tour.etat.avant or Phase.AUTHENTIFICATION, avant=None)
    if tour.etat.phase is Phase.AUTHENTIFICATION and tour.faits.identite != "inconnu":
        accueillir(tour)

"""The pure machine of the conversation: `etape(etat, evenement, faits)` gives the next state and the effects to carry out.

No database, no clock, no chance: all that it knows of the world is in `faits`. docs/claims/conversation.md draws the phases.
"""

from collections.abc import Callable
from typing import Any

from nsia_pass_api.textes import TexteRefuse, epurer, nettoyer

from . import phrases
from .dialogue import TEXTE_MAXIMUM, accueillir, ceder, rendre_la_main
from .donnees import (
    Echec,
    Ecrit,
    Effet,
    EnregistrerAction,
    Etat,
    Evenement,
    Faits,
    Geste,
    Message,
    MotDuConseiller,
    Ouverture,
    Phase,
    PieceRecue,
    Prise,
    Rendue,
    Saisie,
    SinistreCree,
    Sujet,
)
from .gestes import faire
from .questions import PAR_CHAMP
from .reponse import conclure
from .textes import ecouter, saisir
from .tour import Tour, besoins, choix_de, juger
from .valeurs import ValeurInvalide, lisible


def etape(etat: Etat, evenement: Evenement, faits: Faits) -> tuple[Etat, list[Effet]]:
    """The state after the event, and what is to be done. Never raises, whatever the event, for a state that it gave itself."""
    tour = Tour(etat, faits)
    _noter_la_ligne(tour, evenement)
    if etat.main == "conseiller" and isinstance(evenement, Ouverture | Ecrit | Saisie | Geste):
        tour.parle = False
    else:
        _reconnaitre(tour, evenement)
        _TRAITEMENTS[type(evenement)](tour, evenement)
    conclure(tour, etat)
    return tour.etat, tour.effets


def avancer(etat: Etat, evenement: Evenement, lire_faits: Callable[[Sujet], Faits]) -> tuple[Etat, list[Effet], Faits]:
    """`etape` with facts read for the fields that the step leaves: cover and pieces are those of what the client is shown.

    `lire_faits(sujet)` reads them; the pure step is done again until its facts are about its own result. They go to the journal.
    """
    sujet = besoins(etat)
    for _ in range(4):
        faits = lire_faits(sujet)
        suivant, effets = etape(etat, evenement, faits)
        if besoins(suivant) == sujet:
            break
        sujet = besoins(suivant)
    return suivant, effets, faits


def _noter_la_ligne(tour: Tour, evenement: Evenement) -> None:
    """What the client or the advisor says takes a rank and is a line of the transcript. A code is never written."""
    if not isinstance(evenement, Ecrit | Saisie | Geste | MotDuConseiller):
        return
    tour.changer(rang=tour.etat.rang + 1)
    rang, phase = tour.etat.rang, tour.etat.phase
    if isinstance(evenement, MotDuConseiller):
        data = {"conseiller": evenement.conseiller}
        ligne = Message(rang, "conseiller", phase, _imprimable(evenement.texte), phase, data=data)
    else:
        ligne = Message(rang, "client", phase, _ligne_du_client(tour, evenement), phase)
    tour.effets.append(ligne)


def _ligne_du_client(tour: Tour, evenement: Ecrit | Saisie | Geste) -> str:
    if isinstance(evenement, Geste):
        nom = PAR_CHAMP[evenement.champ].nom if evenement.champ in PAR_CHAMP else ""
        return f"{phrases.LIBELLES_DES_ACTES.get(evenement.acte, evenement.acte[:40])} {nom}".strip()
    if tour.etat.question == "code":
        return phrases.CODE_MASQUE
    if isinstance(evenement, Ecrit):
        return _imprimable(evenement.texte)
    question = PAR_CHAMP.get(evenement.champ)
    if question is None or tour.etat.phase is Phase.AUTHENTIFICATION:
        return _imprimable(evenement.valeur) if isinstance(evenement.valeur, str) else ""
    try:
        valeur = juger(tour, question, evenement.valeur)
    except ValeurInvalide:
        return f"{question.nom} : {_imprimable(evenement.valeur) if isinstance(evenement.valeur, str) else '?'}"
    return f"{question.nom} : {lisible(question, valeur, choix=choix_de(evenement.champ, tour.etat, tour.faits, tous=True))}"


def _imprimable(texte: str) -> str:
    court = texte[:TEXTE_MAXIMUM]
    try:
        return nettoyer(court, lignes=True)
    except TexteRefuse:
        return epurer(court)


def _reconnaitre(tour: Tour, evenement: Evenement) -> None:
    """Who the facts say is there. Whoever is known is asked for nothing more."""
    if tour.faits.identite == "inconnu":
        return
    tour.changer(identite=tour.faits.identite)
    est_le_code = tour.etat.question == "code" and isinstance(evenement, Ecrit | Saisie)
    du_client = isinstance(evenement, Ouverture | Ecrit | Saisie | Geste)
    if tour.etat.phase is Phase.AUTHENTIFICATION and du_client and not est_le_code:
        accueillir(tour)


def _ouvrir(tour: Tour, evenement: Ouverture) -> None:
    if tour.etat.rang == 0:
        if not tour.dits:
            tour.dire(phrases.BONJOUR, phrases.ACCUEIL)
    elif tour.etat.phase is not Phase.SUIVI:
        tour.dire(phrases.REPRISE)


def _prendre(tour: Tour, evenement: Prise) -> None:
    """The robot says who speaks now, and is silent from there."""
    ceder(tour)
    tour.changer(main="conseiller", conseiller=evenement.conseiller, transfert=True)
    tour.dire(phrases.PRISE.format(conseiller=evenement.conseiller))


def _rendre(tour: Tour, evenement: Rendue) -> None:
    if tour.etat.main != "conseiller":
        tour.parle = False
        return
    tour.changer(main="robot", conseiller="", transfert=False)
    tour.dire(phrases.RENDUE)
    rendre_la_main(tour)


def _transmettre(tour: Tour, evenement: MotDuConseiller) -> None:
    """The advisor's own words are the line; the robot adds none."""
    tour.parle = False


def _enregistrer(tour: Tour, evenement: SinistreCree) -> None:
    """The claim exists: pieces are asked next. Only a confirmed declaration, or one that an advisor holds, takes a claim."""
    etat = tour.etat
    attendu = etat.phase is Phase.SINISTRE_DETAILS and etat.confirmee
    tour.parle = attendu and not etat.sinistre
    if etat.sinistre or not (attendu or (etat.champs and etat.phase is Phase.TRANSFERT)):
        return
    tour.changer(sinistre=evenement.numero, confirmee=True, rouverte="", offre="")
    tour.effets += _precisions_a_demander(tour)
    if tour.parle:
        tour.changer(phase=Phase.DOCUMENTS)
        tour.dire(phrases.CREE.format(numero=evenement.numero))
    else:
        tour.changer(avant=Phase.DOCUMENTS)


def _precisions_a_demander(tour: Tour) -> list[Effet]:
    """What the client did not know and the file needs is for the advisor to ask."""
    inconnus = [champ for champ, valeur in tour.valeurs.items() if valeur is None and not PAR_CHAMP[champ].facultatif]
    noms = ", ".join(PAR_CHAMP[champ].nom for champ in sorted(inconnus))
    return [EnregistrerAction("demander_precision", noms, "conseiller", tour.etat.sinistre)] if noms else []


def _recevoir_une_piece(tour: Tour, evenement: PieceRecue) -> None:
    if tour.etat.main == "conseiller" or tour.etat.phase not in (Phase.DOCUMENTS, Phase.DECISION, Phase.SUIVI):
        tour.parle = False
        return
    if evenement.etat == "refusee":
        tour.dire(phrases.PIECE_REFUSEE.format(libelle=evenement.libelle, motif=evenement.motif))
        tour.changer(plus_tard=tuple(piece for piece in tour.etat.plus_tard if piece != evenement.type))
        if tour.etat.phase is Phase.DECISION:
            tour.changer(phase=Phase.DOCUMENTS)
        return
    phrase = phrases.PIECE_RECUE if evenement.etat == "recue" else phrases.PIECE_VERIFIEE
    tour.dire(phrase.format(libelle=evenement.libelle))


def _echouer(tour: Tour, evenement: Echec) -> None:
    """ERROR says what to do next. A claim that was not created may be confirmed again."""
    tour.changer(confirmee=bool(tour.etat.sinistre))
    if tour.etat.main == "conseiller":
        tour.parle = False
        return
    tour.dire(evenement.phrase or phrases.ERREUR)
    if tour.etat.phase not in (Phase.TRANSFERT, Phase.ERROR):
        tour.changer(avant=tour.etat.phase)
    tour.changer(phase=Phase.ERROR, offre="")


_TRAITEMENTS: dict[type, Callable[[Tour, Any], None]] = {
    Ouverture: _ouvrir,
    Ecrit: ecouter,
    Saisie: saisir,
    Geste: faire,
    PieceRecue: _recevoir_une_piece,
    Prise: _prendre,
    Rendue: _rendre,
    MotDuConseiller: _transmettre,
    SinistreCree: _enregistrer,
    Echec: _echouer,
}

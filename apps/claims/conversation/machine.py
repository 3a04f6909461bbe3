"""The pure machine of the conversation: `etape(etat, evenement, faits)` gives the state that follows and the effects to carry out.

No database, no clock, no chance: all that it knows of the world is in `faits`. docs/claims/conversation.md draws the phases.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

from nsia_pass_api.telephones import TelephoneInvalide, normaliser
from nsia_pass_api.textes import TexteRefuse, epurer, nettoyer

from . import phrases
from .digressions import repondre
from .donnees import (
    Acte,
    Compris,
    CreerSinistre,
    Echec,
    Ecrit,
    Effet,
    EnregistrerAction,
    EnvoyerCode,
    EnvoyerLien,
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
    RecitPrecoce,
    Rendue,
    Saisie,
    SinistreCree,
    Sujet,
    Transferer,
)
from .questions import CHAMPS, CONFIRMATION, OFFRES, PAR_CHAMP, Question, en_sejour
from .reponse import cle_de_couverture, conclure, doublon_possible, envoyer_un_lien, noms_des_lignes
from .tour import (
    Tour,
    besoins,
    champs_confirmes,
    choix_de,
    completer,
    contradictions,
    corriger_par_les_mots,
    couverture_du_moment,
    inscrire,
    juger,
    nommes,
    personne_nommee,
    piece_demandee,
    pieces_manquantes,
    question_ouverte,
    recapitulatif,
)
from .valeurs import ValeurInvalide, lisible, litteral, simplifier

# As FORME_POLICE of pass_clients, with a figure, so that no word is taken for one.
_POLICE = re.compile(r"(?=[A-Z0-9-]*[0-9])[A-Z0-9][A-Z0-9-]{2,29}")
_POLICE_DANS_UN_TEXTE = re.compile(r"(?<![A-Z0-9-])(?=[A-Z0-9-]*[0-9])[A-Z0-9]+(?:-[A-Z0-9]+)+(?![A-Z0-9-])")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 .()/-]{7,20}")
TEXTE_MAXIMUM = 4000
_MOTS_D_UN_RECIT = 4


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

    `lire_faits(sujet)` reads them; the step, pure, is done again until its facts are about its own result. Facts are given back for the journal.
    """
    sujet = besoins(etat)
    for _ in range(4):
        faits = lire_faits(sujet)
        suivant, effets = etape(etat, evenement, faits)
        if besoins(suivant) == sujet:
            break
        sujet = besoins(suivant)
    return suivant, effets, faits


# --- What was said, and by whom ----------------------------------------------------------------------------------------


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
    code = tour.etat.question == "code" and isinstance(evenement, Ecrit | Saisie)
    if (
        tour.etat.phase is Phase.AUTHENTIFICATION
        and isinstance(evenement, Ouverture | Ecrit | Saisie | Geste)
        and not code
    ):
        _accueillir(tour)


# --- Opening and identity ----------------------------------------------------------------------------------------------


def _ouvrir(tour: Tour, evenement: Ouverture) -> None:
    if tour.etat.rang == 0:
        if not tour.dits:
            tour.dire(phrases.BONJOUR, phrases.ACCUEIL)
    elif tour.etat.phase is not Phase.SUIVI:
        tour.dire(phrases.REPRISE)


def _accueillir(tour: Tour) -> None:
    """The client is known: an open claim first, else the story, told already or asked for now."""
    if tour.faits.identite == "client" and tour.faits.prenom:
        tour.dire(phrases.BONJOUR_PRENOM.format(prenom=tour.faits.prenom))
    elif tour.faits.identite == "declarant":
        tour.dire(phrases.IDENTIFIE_DECLARANT)
    _orienter(tour)


def _orienter(tour: Tour) -> None:
    """The phase in which somebody who asked for nothing yet is received."""
    if tour.etat.champs and not tour.etat.sinistre:
        tour.changer(phase=Phase.SINISTRE_DETAILS)
    elif tour.faits.sinistres:
        tour.changer(phase=Phase.SUIVI, suivi="", offre="nouveau" if tour.etat.recit else "")
    else:
        _commencer(tour)


def _identifier(tour: Tour, texte: str) -> None:
    """Police, then phone, then code: the answers are the same whether the police exists or not."""
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        return
    if question.champ != "code" and _raconte(tour.compris):
        tour.changer(recit=RecitPrecoce(texte, tour.compris, tour.etat.rang))
        tour.dire(phrases.RECIT_GARDE)
    if question.champ == "police":
        _lire_la_police(tour, texte)
    elif question.champ == "telephone":
        _lire_le_telephone(tour, texte)
    else:
        _lire_le_code(tour, texte)


def _lire_la_police(tour: Tour, texte: str) -> None:
    ecrit = " ".join(texte.upper().split())
    seule = ecrit if _POLICE.fullmatch(ecrit) else None
    dedans = _POLICE_DANS_UN_TEXTE.search(ecrit)
    police = seule or (dedans[0] if dedans else "")
    if _POLICE.fullmatch(police):
        tour.changer(police=police)
    elif not tour.dits:
        _digresser_sinon(tour, texte, phrases.POLICE_ILLISIBLE)


def _lire_le_telephone(tour: Tour, texte: str) -> None:
    numero = _TELEPHONE.search(texte)
    if numero is None and (tour.dits or _digresser(tour, texte)):
        return
    try:
        telephone = normaliser(numero[0] if numero else texte)
    except TelephoneInvalide as refus:
        _incompris(tour, refus.detail)
        return
    tour.changer(telephone=telephone)
    tour.dire(phrases.CODE_EN_ROUTE)
    tour.effets.append(EnvoyerCode(tour.etat.police, telephone))


def _lire_le_code(tour: Tour, texte: str) -> None:
    match tour.faits.code:
        case "bon" if tour.faits.identite != "inconnu":
            _accueillir(tour)
        case "bon" | "faux":
            _incompris(tour, phrases.CODE_FAUX)
        case "expire":
            tour.dire(phrases.CODE_EXPIRE)
            tour.effets.append(EnvoyerCode(tour.etat.police, tour.etat.telephone))
        case "epuise":
            tour.dire(phrases.CODE_EPUISE)
            tour.changer(phase=Phase.ERROR, avant=Phase.AUTHENTIFICATION, police="", telephone="")
        case _:
            _digresser_sinon(tour, texte, phrases.CODE_ATTENDU)


# --- A text ------------------------------------------------------------------------------------------------------------


def _ecouter(tour: Tour, evenement: Ecrit) -> None:
    if len(evenement.texte) > TEXTE_MAXIMUM:
        _incompris(tour, phrases.TEXTE_TROP_LONG)
        return
    try:
        texte = nettoyer(evenement.texte, lignes=True)
    except TexteRefuse as refus:
        _incompris(tour, refus.detail)
        return
    tour.texte, tour.compris = texte, tour.faits.compris
    if _obeir(tour, texte, question_ouverte(tour.etat, tour.faits)):
        return
    if tour.etat.offre:
        _repondre_a_l_offre(tour, texte)
    else:
        _DITS[tour.etat.phase](tour, texte)


def _obeir(tour: Tour, texte: str, question: Question | None) -> bool:
    """Whether the words are an act. « Oui » to a question is its answer; what else the text says is kept beside the act."""
    commande = tour.compris.commande
    if commande not in _GESTES:
        return False
    if commande in (Acte.CONFIRMER, Acte.CORRIGER) and question is not CONFIRMATION:
        return False
    if commande == Acte.CONFIRMER and (tour.compris.correction or tour.compris.champs):
        return False  # « oui, mais c'était mardi » confirms nothing yet
    if question is not None and question.champ == "description" and _raconte(tour.compris):
        return False
    if question is not None and question.champ in CHAMPS and tour.etat.phase is Phase.SINISTRE_DETAILS:
        completer(tour, tour.compris, question=question, source="reponse")
    champ = _champ_nomme(tour, texte) if commande == Acte.CORRIGER else ""
    _GESTES[commande](tour, champ)
    return True


def _champ_nomme(tour: Tour, texte: str) -> str:
    """The line of the summary that the words name, the longest name first; '' for none."""
    mots = f" {simplifier(texte)} "
    noms = {champ: simplifier(nom) for champ, nom in noms_des_lignes(tour.etat).items()}
    return next((champ for champ in sorted(noms, key=lambda c: -len(noms[c])) if f" {noms[champ]} " in mots), "")


def _raconte(compris: Compris) -> bool:
    return "type_sinistre" in compris.champs or compris.champs.get("deces") is not None


def _digresser(tour: Tour, texte: str) -> bool:
    """Whether the text was a question beside the point, which is then answered."""
    reponse = repondre(texte, tour.faits)
    if reponse is not None:
        tour.dire(reponse)
    return reponse is not None


def _digresser_sinon(tour: Tour, texte: str, pourquoi: str = "") -> None:
    if not _digresser(tour, texte):
        _incompris(tour, pourquoi)


def _incompris(tour: Tour, pourquoi: str = "") -> None:
    """Once: why. Twice for one question: buttons. Three times: a person is offered."""
    fois = tour.etat.incomprehensions + 1
    tour.changer(incomprehensions=min(fois, 3))
    if fois < 2:
        tour.dire(pourquoi or phrases.PAS_COMPRIS)
    elif fois == 2:
        tour.dire(pourquoi, phrases.PAS_COMPRIS_BOUTONS)
    elif tour.etat.transfert:
        tour.dire(pourquoi, phrases.DEJA_TRANSFERE)
    else:
        tour.dire(pourquoi, phrases.OFFRE_CONSEILLER)
        tour.changer(offre="conseiller")


def _raconter(tour: Tour, texte: str) -> None:
    """The story opens the declaration: its words are kept whole, what was understood of it fills fields and is shown."""
    if not _raconte(tour.compris) and _digresser(tour, texte):
        return
    if not tour.compris.champs and len(simplifier(texte).split()) < _MOTS_D_UN_RECIT:
        _incompris(tour, phrases.RECIT_COURT)
        return
    if _repondre(tour, PAR_CHAMP["description"], texte, source="recit", texte=texte):
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


def _detailler(tour: Tour, texte: str) -> None:
    """The asked field takes the answer first; a marker of correction changes others; what is empty fills."""
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        tour.dire(phrases.DEJA_CONFIRMEE)
        return
    if question is CONFIRMATION:
        _repondre_au_recapitulatif(tour, texte)
        return
    brut, regle, mots = _reponse_directe(tour, question, texte)
    libre = question.type == "texte"
    if brut is None and _digresser(tour, texte):
        return
    compris = tour.compris
    corriges = (
        corriger_par_les_mots(tour, compris, sauf=question, repondu=brut is not None and not libre)
        if compris.correction
        else []
    )
    remplis = completer(tour, compris, question=question, source="reponse")
    if brut is None and not corriges and question.type in ("texte", "personne") and _peut_repondre(texte):
        brut, mots = texte, texte
    if brut is not None:
        source = "recit" if question.champ == "description" else "reponse"
        repondu = _repondre(tour, question, brut, source=source, texte=mots, regle=regle)
    else:
        repondu = bool(corriges or remplis)
        if not repondu:
            _incompris(tour)
    if remplis and repondu:
        tour.dire(phrases.NOTE.format(champs=nommes(tour, remplis)))


def _reponse_directe(tour: Tour, question: Question, texte: str) -> tuple[Any, str, str]:
    """The answer that the text gives to this question, the rule that read it, its words; None without one.

    What is spelled out in full comes first, so that « -500 » is refused and not read as 500.
    """
    choix = choix_de(question.champ, tour.etat, tour.faits)
    ecrit = litteral(question, texte, aujourdhui=tour.faits.aujourdhui, choix=choix)
    if ecrit is not None:
        return ecrit, "litteral", texte
    trouve = tour.compris.reponse or tour.compris.champs.get(question.champ)
    if question.type == "personne" and not (trouve and isinstance(trouve.valeur, dict)):
        code = personne_nommee(tour, texte) or (personne_nommee(tour, str(trouve.valeur)) if trouve else None)
        return code, "lien", texte  # whoever has no code here is named by the whole answer
    if trouve is not None and trouve.valeur is not None:
        return trouve.valeur, trouve.regle, tour.texte[trouve.debut : trouve.fin] or texte
    return None, "", ""


def _peut_repondre(texte: str) -> bool:
    return not texte.rstrip().endswith("?") and sum(signe.isalpha() for signe in texte) >= 2


def _repondre(tour: Tour, question: Question, brut: Any, *, source: str, texte: str = "", regle: str = "") -> bool:
    """Whether the field took the answer. An invalid one keeps the former value, and the client hears why."""
    try:
        valeur = juger(tour, question, brut)
    except ValeurInvalide as refus:
        _incompris(tour, refus.detail)
        return False
    champ = question.champ
    inscrire(tour, champ, valeur, source=source, texte=texte, regle=regle)
    rouverte = "" if tour.etat.rouverte == champ else tour.etat.rouverte
    tour.changer(rouverte=rouverte, parcours=(*(vu for vu in tour.etat.parcours if vu != champ), champ))
    return True


def _repondre_au_recapitulatif(tour: Tour, texte: str) -> None:
    compris = tour.compris
    dit = litteral(CONFIRMATION, texte, aujourdhui=tour.faits.aujourdhui)
    if dit is True:
        _confirmer(tour, "")
        return
    corriges = corriger_par_les_mots(tour, compris, sauf=CONFIRMATION, repondu=False) if compris.correction else []
    if corriges:
        return
    remplis = completer(tour, compris, question=CONFIRMATION, source="recapitulatif")
    if remplis:
        tour.dire(phrases.NOTE.format(champs=nommes(tour, remplis)))
    elif dit is False or compris.correction or compris.champs:
        _corriger(tour, _champ_nomme(tour, texte))
    else:
        _digresser_sinon(tour, texte)


def _envoyer_des_documents(tour: Tour, texte: str) -> None:
    """Words are not a document: whatever they say, the piece stays asked for until a file comes."""
    if "plus tard" in simplifier(texte):
        _passer(tour, "")
    else:
        _digresser_sinon(tour, texte, phrases.PIECE_PAS_RECUE)


def _parler_du_dossier(tour: Tour, texte: str) -> None:
    """DECISION and SUIVI: another story, a digression, or where the claim stands once more."""
    numero = litteral(
        OFFRES["sinistre"], texte, aujourdhui=tour.faits.aujourdhui, choix=choix_de("sinistre", tour.etat, tour.faits)
    )
    if numero is not None and tour.etat.phase is Phase.SUIVI:
        tour.changer(suivi=numero)
    elif _raconte(tour.compris) and _peut_repondre(texte):
        tour.changer(recit=RecitPrecoce(texte, tour.compris, tour.etat.rang), offre="nouveau")
        tour.dire(phrases.RECIT_NOUVEAU)
    else:
        _digresser_sinon(tour, texte)


def _attendre(tour: Tour, texte: str) -> None:
    """TRANSFERT: the advisor will read it; the queue is told by the end of the reply."""
    _digresser(tour, texte)


def _repartir(tour: Tour, texte: str) -> None:
    _revenir(tour, "")


_DITS: dict[Phase, Callable[[Tour, str], None]] = {
    Phase.AUTHENTIFICATION: _identifier,
    Phase.DESCRIPTION: _raconter,
    Phase.SINISTRE_DETAILS: _detailler,
    Phase.DOCUMENTS: _envoyer_des_documents,
    Phase.DECISION: _parler_du_dossier,
    Phase.SUIVI: _parler_du_dossier,
    Phase.TRANSFERT: _attendre,
    Phase.ERROR: _repartir,
}


def _repondre_a_l_offre(tour: Tour, texte: str) -> None:
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        return
    choix = choix_de(question.champ, tour.etat, tour.faits)
    dit = litteral(question, texte, aujourdhui=tour.faits.aujourdhui, choix=choix)
    if dit is None and tour.compris.commande == Acte.CONFIRMER:
        dit = True
    if dit is None and question.champ == "corriger":
        dit = _champ_nomme(tour, texte) or None
    if dit is None:
        _digresser_sinon(tour, texte)
        return
    _trancher(tour, question.champ, dit)


def _trancher(tour: Tour, offre: str, dit: Any) -> None:
    """What follows the answer to a question of the conversation itself."""
    if offre == "sinistre":
        tour.changer(suivi=dit)
        return
    tour.changer(offre="")
    if offre == "corriger":
        tour.changer(rouverte=dit)
    elif offre == "conseiller":
        if dit:
            _transferer(tour, "incomprehension")
        else:
            tour.dire(phrases.PAS_DE_CONSEILLER)
    elif not dit:
        tour.changer(recit=None)
        tour.dire(phrases.ON_CONTINUE)
    elif offre == "nouveau":
        _commencer(tour)
    else:
        tour.dire(phrases.ABANDONNE)
        tour.changer(champs={}, recit=None, rouverte="")
        _orienter(tour)


# --- A value -----------------------------------------------------------------------------------------------------------


def _saisir(tour: Tour, evenement: Saisie) -> None:
    question = question_ouverte(tour.etat, tour.faits)
    ouverte = question.champ if question else ""
    champ = evenement.champ
    if question is not None and champ == ouverte and (tour.etat.offre or champ in ("sinistre", "confirmation")):
        _saisir_une_offre(tour, question, evenement.valeur)
    elif tour.etat.phase is Phase.AUTHENTIFICATION:
        if champ == ouverte and isinstance(evenement.valeur, str):
            _identifier(tour, evenement.valeur[:TEXTE_MAXIMUM])
        else:
            _incompris(tour, phrases.APRES_IDENTITE)
    elif tour.etat.phase is Phase.DESCRIPTION and champ == "description" and isinstance(evenement.valeur, str):
        tour.changer(offre="")
        _ecouter(tour, Ecrit(evenement.id, evenement.valeur))
    elif tour.etat.phase in (Phase.DESCRIPTION, Phase.SINISTRE_DETAILS) and champ in CHAMPS:
        tour.changer(offre="")
        _saisir_un_champ(tour, champ, evenement.valeur, question_ouverte(tour.etat, tour.faits))
    elif tour.etat.sinistre:
        tour.dire(phrases.DEJA_ENREGISTREE.format(numero=tour.etat.sinistre))
    elif tour.etat.phase is Phase.ERROR:
        _revenir(tour, "")
    else:
        _incompris(tour, phrases.CHAMP_INCONNU)


def _saisir_un_champ(tour: Tour, champ: str, brut: Any, ouverte: Question | None) -> None:
    if ouverte is None:
        tour.dire(phrases.DEJA_CONFIRMEE)
        return
    if champ == "date_entree" and en_sejour(tour.valeurs):
        champ = "date"
    question = PAR_CHAMP[champ]
    if brut is None and question.indispensable:
        _incompris(tour, phrases.INDISPENSABLE)
        return
    rempli = tour.etat.champs.get(champ)
    if rempli is not None and rempli.valeur is not None and champ != ouverte.champ and ouverte is not CONFIRMATION:
        vu = lisible(question, rempli.valeur, choix=choix_de(champ, tour.etat, tour.faits, tous=True))
        tour.dire(phrases.DEJA_REPONDU.format(nom=question.nom, valeur=vu))
        return
    tour.compris = tour.faits.compris if champ == "description" else Compris()
    tour.texte = brut if isinstance(brut, str) else ""
    source = "recapitulatif" if ouverte is CONFIRMATION else "reponse"
    if _repondre(tour, question, brut, source=source, texte=tour.texte) and champ == "description":
        completer(tour, tour.compris, question=question, source="recit")


def _saisir_une_offre(tour: Tour, question: Question, brut: Any) -> None:
    try:
        dit = juger(tour, question, brut)
    except ValeurInvalide as refus:
        _incompris(tour, refus.detail)
        return
    if dit is None:
        _incompris(tour)
    elif question is CONFIRMATION:
        (_confirmer if dit else _corriger)(tour, "")
    else:
        _trancher(tour, question.champ, dit)


# --- Acts, the same as words and as buttons ----------------------------------------------------------------------------


def _faire(tour: Tour, evenement: Geste) -> None:
    geste = _GESTES.get(evenement.acte)
    if geste is None:
        _incompris(tour)
        return
    question = question_ouverte(tour.etat, tour.faits)
    if tour.etat.offre and evenement.acte == Acte.CONFIRMER and question is not None and question.type == "oui_non":
        _trancher(tour, question.champ, True)
        return
    geste(tour, evenement.champ)


def _confirmer(tour: Tour, champ: str) -> None:
    """The claim is asked for once, with what the summary showed; never when cover changed since the summary told it."""
    if tour.etat.confirmee:
        numero = tour.etat.sinistre
        tour.dire(phrases.DEJA_ENREGISTREE.format(numero=numero) if numero else phrases.DEJA_CONFIRMEE)
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


def _corriger(tour: Tour, champ: str) -> None:
    if tour.etat.confirmee or not tour.etat.champs or tour.etat.phase is not Phase.SINISTRE_DETAILS:
        numero = tour.etat.sinistre
        tour.dire(phrases.DEJA_ENREGISTREE.format(numero=numero) if numero else phrases.RIEN_A_CORRIGER)
    elif champ in noms_des_lignes(tour.etat):
        tour.changer(rouverte=champ, offre="")
    elif champ:
        _incompris(tour, phrases.CHAMP_INCONNU)
    else:
        tour.changer(offre="corriger")


def _passer(tour: Tour, champ: str) -> None:
    if tour.etat.phase is Phase.DOCUMENTS and not tour.etat.offre:
        _remettre_a_plus_tard(tour)
        return
    question = _question_a_passer(tour)
    if question is None:
        return
    if question.facultatif:
        _laisser_inconnu(tour, question, phrases.PASSE)
    else:
        _incompris(tour, phrases.PAS_FACULTATIF)


def _je_ne_sais_pas(tour: Tour, champ: str) -> None:
    if tour.etat.phase is Phase.DOCUMENTS and not tour.etat.offre:
        _remettre_a_plus_tard(tour)
        return
    if tour.etat.question == "type_sinistre" and not tour.etat.offre:
        _repondre(tour, PAR_CHAMP["type_sinistre"], "autre", source="reponse")
        return
    question = _question_a_passer(tour)
    if question is not None:
        _laisser_inconnu(tour, question, phrases.INCONNU_NOTE)


def _question_a_passer(tour: Tour) -> Question | None:
    """The open question, if it is about a claim and may stay without an answer; otherwise the client hears why not."""
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        return None
    if question.indispensable or question is CONFIRMATION:
        _incompris(tour, phrases.PAS_COMPRIS if question is CONFIRMATION or tour.etat.offre else phrases.INDISPENSABLE)
        return None
    return question


def _laisser_inconnu(tour: Tour, question: Question, phrase: str) -> None:
    tour.dire(phrase)
    _repondre(tour, question, None, source="reponse")


def _remettre_a_plus_tard(tour: Tour) -> None:
    piece = piece_demandee(tour.etat, tour.faits)
    if piece is None:
        return
    tour.changer(plus_tard=(*tour.etat.plus_tard, piece.type))
    parti = envoyer_un_lien(tour, EnvoyerLien("pieces", tour.etat.sinistre))
    tour.effets.append(EnregistrerAction("envoyer_piece", piece.libelle, "client", tour.etat.sinistre))
    tour.dire(phrases.PLUS_TARD_LIEN if parti else phrases.PLUS_TARD)


def _repeter(tour: Tour, champ: str) -> None:
    """The reply asks the open question again by itself; a code is sent again."""
    if tour.etat.phase is Phase.ERROR:
        _revenir(tour, champ)
    elif tour.etat.question == "code":
        tour.dire(phrases.CODE_EN_ROUTE)
        tour.effets.append(EnvoyerCode(tour.etat.police, tour.etat.telephone))


def _annuler(tour: Tour, champ: str) -> None:
    etat = tour.etat
    if etat.offre:
        tour.changer(offre="", recit=None if etat.offre == "nouveau" else etat.recit)
        tour.dire(phrases.ON_CONTINUE)
    elif etat.phase is Phase.AUTHENTIFICATION:
        tour.changer(police="", telephone="")
        tour.dire(phrases.RECOMMENCER)
    elif etat.rouverte:
        tour.changer(rouverte="")
        tour.dire(phrases.ON_CONTINUE)
    elif etat.sinistre:
        tour.dire(phrases.DEJA_ENREGISTREE.format(numero=etat.sinistre))
    elif etat.confirmee:
        tour.dire(phrases.DEJA_CONFIRMEE)
    elif etat.champs:
        tour.dire(phrases.ABANDON)
        tour.changer(offre="annulation")
    else:
        tour.dire(phrases.RIEN_A_ANNULER)


def _revenir(tour: Tour, champ: str) -> None:
    etat = tour.etat
    if etat.offre:
        tour.changer(offre="")
        tour.dire(phrases.ON_CONTINUE)
        return
    tour.dire(phrases.ON_REVIENT)
    match etat.phase:
        case Phase.AUTHENTIFICATION:
            tour.changer(**({"telephone": ""} if etat.telephone else {"police": ""}))
        case Phase.TRANSFERT | Phase.ERROR:
            _rendre_la_main(tour)
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


def _demander_un_conseiller(tour: Tour, champ: str) -> None:
    _transferer(tour, "demande")


def _nouveau(tour: Tour, champ: str) -> None:
    if tour.etat.phase is Phase.AUTHENTIFICATION:
        tour.dire(phrases.APRES_IDENTITE)
    elif tour.etat.confirmee and not tour.etat.sinistre:
        tour.dire(phrases.DEJA_CONFIRMEE)
    elif tour.etat.champs and not tour.etat.sinistre:
        tour.dire(phrases.DECLARATION_EN_COURS)
        if tour.etat.phase in (Phase.SUIVI, Phase.TRANSFERT, Phase.ERROR):
            _orienter(tour)
    elif tour.etat.identite == "inconnu":
        _rendre_la_main(tour)
    else:
        _commencer(tour)


def _suivre(tour: Tour, champ: str) -> None:
    if tour.faits.identite == "inconnu":
        tour.dire(phrases.APRES_IDENTITE)
    elif tour.etat.confirmee and not tour.etat.sinistre:
        tour.dire(phrases.DEJA_CONFIRMEE)
    elif tour.faits.sinistres:
        tour.changer(phase=Phase.SUIVI, suivi="", offre="")
    else:
        tour.dire(phrases.SUIVI_AUCUN)


_GESTES: dict[str, Callable[[Tour, str], None]] = {
    Acte.CONFIRMER: _confirmer,
    Acte.CORRIGER: _corriger,
    Acte.PASSER: _passer,
    Acte.JE_NE_SAIS_PAS: _je_ne_sais_pas,
    Acte.REPETER: _repeter,
    Acte.ANNULER: _annuler,
    Acte.REVENIR: _revenir,
    Acte.CONSEILLER: _demander_un_conseiller,
    Acte.NOUVEAU: _nouveau,
    Acte.SUIVRE: _suivre,
}


def _commencer(tour: Tour) -> None:
    """A new declaration, empty, with the story if it was told before its time."""
    recit = tour.etat.recit
    tour.changer(
        phase=Phase.DESCRIPTION,
        avant=None,
        declaration=tour.etat.declaration + 1,
        champs={},
        parcours=(),
        contradictions=(),
        couverture_dite="",
        confirmee=False,
        sinistre="",
        suivi="",
        plus_tard=(),
        liens=(),
        rouverte="",
        offre="",
        recit=None,
        egards=tour.etat.egards if recit else (),
    )
    if recit is not None:
        tour.texte, tour.compris = recit.texte, recit.compris
        _raconter(tour, recit.texte)


# --- A person ----------------------------------------------------------------------------------------------------------


def _transferer(tour: Tour, raison: Literal["demande", "incomprehension"]) -> None:
    etat = tour.etat
    if etat.transfert:
        tour.dire(phrases.DEJA_TRANSFERE)
    else:
        tour.dire(phrases.TRANSFERT)
        manquantes = tuple(piece.libelle for piece in pieces_manquantes(etat, tour.faits))
        resume = tuple(recapitulatif(etat, tour.faits))
        tour.effets.append(Transferer(raison, etat.phase, etat.rang, resume, manquantes))
    _ceder(tour)
    tour.changer(transfert=True)


def _ceder(tour: Tour) -> None:
    if tour.etat.phase not in (Phase.TRANSFERT, Phase.ERROR):
        tour.changer(avant=tour.etat.phase)
    tour.changer(phase=Phase.TRANSFERT, offre="")


def _rendre_la_main(tour: Tour) -> None:
    """The conversation is where it stood before TRANSFERT or ERROR."""
    tour.changer(phase=tour.etat.avant or Phase.AUTHENTIFICATION, avant=None)
    if tour.etat.phase is Phase.AUTHENTIFICATION and tour.faits.identite != "inconnu":
        _accueillir(tour)


def _prendre(tour: Tour, evenement: Prise) -> None:
    """The robot says who speaks now, and is silent from there."""
    _ceder(tour)
    tour.changer(main="conseiller", conseiller=evenement.conseiller, transfert=True)
    tour.dire(phrases.PRISE.format(conseiller=evenement.conseiller))


def _rendre(tour: Tour, evenement: Rendue) -> None:
    if tour.etat.main != "conseiller":
        tour.parle = False
        return
    tour.changer(main="robot", conseiller="", transfert=False)
    tour.dire(phrases.RENDUE)
    _rendre_la_main(tour)


def _transmettre(tour: Tour, evenement: MotDuConseiller) -> None:
    """The advisor's own words are the line; the robot adds none."""
    tour.parle = False


# --- What the world answers --------------------------------------------------------------------------------------------


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
    Ecrit: _ecouter,
    Saisie: _saisir,
    Geste: _faire,
    PieceRecue: _recevoir_une_piece,
    Prise: _prendre,
    Rendue: _rendre,
    MotDuConseiller: _transmettre,
    SinistreCree: _enregistrer,
    Echec: _echouer,
}

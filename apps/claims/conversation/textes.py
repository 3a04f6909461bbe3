"""What the client writes, by phase, and values of forms."""

import re
from collections.abc import Callable
from typing import Any

from nsia_pass_api.telephones import TelephoneInvalide, normaliser
from nsia_pass_api.textes import TexteRefuse, nettoyer

from . import phrases
from .dialogue import (
    TEXTE_MAXIMUM,
    accueillir,
    champ_nomme,
    digresser,
    digresser_sinon,
    dire_le_numero,
    est_un_recit,
    incompris,
    laisser_inconnu,
    peut_repondre,
    prendre_la_reponse,
    raconter,
)
from .donnees import Acte, Compris, Ecrit, EnvoyerCode, Phase, RecitPrecoce, Saisie
from .gestes import GESTES, annuler, confirmer, corriger, passer, revenir, trancher
from .questions import CHAMPS, CONFIRMATION, OFFRES, PAR_CHAMP, Question, en_sejour
from .tour import (
    Tour,
    choix_de,
    completer,
    corriger_par_les_mots,
    dit_autrement,
    juger,
    liens_dits,
    nommes,
    personne_nommee,
    question_ouverte,
)
from .valeurs import NON, OUI, ValeurInvalide, lisible, litteral, simplifier

# As FORME_POLICE of pass_clients, with a figure, so that no word is taken for one.
_POLICE = re.compile(r"(?=[A-Z0-9-]*[0-9])[A-Z0-9][A-Z0-9-]{2,29}")
_POLICE_DANS_UN_TEXTE = re.compile(r"(?<![A-Z0-9-])(?=[A-Z0-9-]*[0-9])[A-Z0-9]+(?:-[A-Z0-9]+)+(?![A-Z0-9-])")
# After « non », what takes back something said before, rather than answers.
_REPREND = re.compile(r"\b(?:c'etait|c'est|etait|plutot|trompee?|erreur|corrige|mais)\b")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 .()/-]{7,20}")


def ecouter(tour: Tour, evenement: Ecrit) -> None:
    if len(evenement.texte) > TEXTE_MAXIMUM:
        incompris(tour, phrases.TEXTE_TROP_LONG)
        return
    try:
        texte = nettoyer(evenement.texte, lignes=True)
    except TexteRefuse as refus:
        incompris(tour, refus.detail)
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
    if commande not in GESTES:
        return False
    if commande in (Acte.CONFIRMER, Acte.CORRIGER) and question is not CONFIRMATION:
        return False
    if commande == Acte.CONFIRMER and (tour.compris.correction or dit_autrement(tour)):
        return False  # « oui, mais c'était mardi » confirms nothing yet
    if question is not None and question.champ == "description" and est_un_recit(tour.compris):
        return False
    if question is not None and question.champ in CHAMPS and tour.etat.phase is Phase.SINISTRE_DETAILS:
        completer(tour, tour.compris, question=question, source="reponse")
    champ = champ_nomme(tour, texte) if commande == Acte.CORRIGER else ""
    GESTES[commande](tour, champ)
    return True


def _identifier(tour: Tour, texte: str) -> None:
    """Police, then phone, then code: the answers are the same whether the police exists or not."""
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        return
    if question.champ != "code" and est_un_recit(tour.compris):
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
        digresser_sinon(tour, texte, phrases.POLICE_ILLISIBLE)


def _lire_le_telephone(tour: Tour, texte: str) -> None:
    numero = _TELEPHONE.search(texte)
    if numero is None and (tour.dits or digresser(tour, texte)):
        return
    try:
        telephone = normaliser(numero[0] if numero else texte)
    except TelephoneInvalide as refus:
        incompris(tour, refus.detail)
        return
    tour.changer(telephone=telephone)
    tour.dire(phrases.CODE_EN_ROUTE)
    tour.effets.append(EnvoyerCode(tour.etat.police, telephone))


def _lire_le_code(tour: Tour, texte: str) -> None:
    match tour.faits.code:
        case "bon" if tour.faits.identite != "inconnu":
            accueillir(tour)
        case "bon" | "faux":
            incompris(tour, phrases.CODE_FAUX)
        case "expire":
            tour.dire(phrases.CODE_EXPIRE)
            tour.effets.append(EnvoyerCode(tour.etat.police, tour.etat.telephone))
        case "epuise":
            tour.dire(phrases.CODE_EPUISE)
            tour.changer(phase=Phase.ERROR, avant=Phase.AUTHENTIFICATION, police="", telephone="")
        case _:
            digresser_sinon(tour, texte, phrases.CODE_ATTENDU)


def _detailler(tour: Tour, texte: str) -> None:
    question = question_ouverte(tour.etat, tour.faits)
    if question is None:
        tour.dire(phrases.DEJA_CONFIRMEE)
    elif question is CONFIRMATION:
        _repondre_au_recapitulatif(tour, texte)
    else:
        _repondre_a_la_question(tour, question, texte)


def _repondre_a_la_question(tour: Tour, question: Question, texte: str) -> None:
    """The asked field takes the answer first; a marker of correction changes others; what is empty fills."""
    brut, regle, mots = _reponse_directe(tour, question, texte)
    if brut is None and digresser(tour, texte):
        return
    corriges = _corriger_au_passage(tour, question, repondu=brut is not None)
    if corriges and question.type == "oui_non" and regle != "litteral":
        brut = None  # the « non » of « non, c'était mardi » is no answer
    remplis = completer(tour, tour.compris, question=question, source="reponse")
    if brut is None and question.facultatif and simplifier(texte) in NON:
        laisser_inconnu(tour, question, phrases.PASSE)
        return
    if brut is None and not corriges and question.type in ("texte", "personne") and peut_repondre(texte):
        brut, mots = texte, texte
    if brut is not None:
        source = "recit" if question.champ == "description" else "reponse"
        repondu = prendre_la_reponse(tour, question, brut, source=source, texte=mots, regle=regle)
    else:
        repondu = bool(corriges or remplis)
        if not repondu:
            incompris(tour)
    if remplis and repondu:
        tour.dire(phrases.NOTE.format(champs=nommes(tour, remplis)))


def _corriger_au_passage(tour: Tour, question: Question, *, repondu: bool) -> list[str]:
    """Other fields that the text corrects, beside the answer that it gives (`repondu`) or not."""
    if not tour.compris.correction:
        return []
    return corriger_par_les_mots(tour, tour.compris, sauf=question, repondu=repondu and question.type != "texte")


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
    if question.champ == "lien" and len(liens := liens_dits(texte) - {"client"}) == 1:
        return liens.pop(), "lien", texte
    mots = simplifier(texte)
    premier = mots.replace(",", " ").split(" ")[0]
    reprend = tour.compris.correction and _REPREND.search(mots)
    if question.type == "oui_non" and premier in OUI | NON and not reprend:
        return premier in OUI, "premier_mot", texte
    return None, "", ""


def _repondre_au_recapitulatif(tour: Tour, texte: str) -> None:
    compris = tour.compris
    dit = litteral(CONFIRMATION, texte, aujourdhui=tour.faits.aujourdhui)
    if dit is True:
        confirmer(tour, "")
        return
    corriges = corriger_par_les_mots(tour, compris, sauf=CONFIRMATION, repondu=False) if compris.correction else []
    if corriges:
        return
    remplis = completer(tour, compris, question=CONFIRMATION, source="recapitulatif")
    if remplis:
        tour.dire(phrases.NOTE.format(champs=nommes(tour, remplis)))
    elif dit is False or compris.correction or compris.champs:
        corriger(tour, champ_nomme(tour, texte))
    else:
        digresser_sinon(tour, texte)


def _envoyer_des_documents(tour: Tour, texte: str) -> None:
    """Words are not a document: whatever they say, the piece stays asked for until a file comes."""
    if "plus tard" in simplifier(texte):
        passer(tour, "")
    else:
        digresser_sinon(tour, texte, phrases.PIECE_PAS_RECUE)


def _parler_du_dossier(tour: Tour, texte: str) -> None:
    """DECISION and SUIVI: another story, a digression, or where the claim stands once more."""
    numero = litteral(
        OFFRES["sinistre"], texte, aujourdhui=tour.faits.aujourdhui, choix=choix_de("sinistre", tour.etat, tour.faits)
    )
    if numero is not None and tour.etat.phase is Phase.SUIVI:
        tour.changer(suivi=numero)
    elif est_un_recit(tour.compris) and peut_repondre(texte):
        tour.changer(recit=RecitPrecoce(texte, tour.compris, tour.etat.rang), offre="nouveau")
        tour.dire(phrases.RECIT_NOUVEAU)
    else:
        digresser_sinon(tour, texte)


def _attendre(tour: Tour, texte: str) -> None:
    """TRANSFERT: the advisor will read it; the queue is told by the end of the reply."""
    digresser(tour, texte)


def _repartir(tour: Tour, texte: str) -> None:
    revenir(tour, "")


_DITS: dict[Phase, Callable[[Tour, str], None]] = {
    Phase.AUTHENTIFICATION: _identifier,
    Phase.DESCRIPTION: raconter,
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
        if question.type != "oui_non":  # nothing is to be corrected after all
            annuler(tour, "")
            return
        dit = True
    if dit is None and question.champ == "corriger":
        dit = champ_nomme(tour, texte) or None
    if dit is None:
        digresser_sinon(tour, texte)
        return
    trancher(tour, question.champ, dit)


def saisir(tour: Tour, evenement: Saisie) -> None:
    question = question_ouverte(tour.etat, tour.faits)
    ouverte = question.champ if question else ""
    champ = evenement.champ
    if question is not None and champ == ouverte and (tour.etat.offre or champ in ("sinistre", "confirmation")):
        _saisir_une_offre(tour, question, evenement.valeur)
    elif tour.etat.phase is Phase.AUTHENTIFICATION:
        if champ == ouverte and isinstance(evenement.valeur, str):
            _identifier(tour, evenement.valeur[:TEXTE_MAXIMUM])
        else:
            incompris(tour, phrases.APRES_IDENTITE)
    elif tour.etat.phase is Phase.DESCRIPTION and champ == "description" and isinstance(evenement.valeur, str):
        tour.changer(offre="")
        ecouter(tour, Ecrit(evenement.id, evenement.valeur))
    elif tour.etat.phase in (Phase.DESCRIPTION, Phase.SINISTRE_DETAILS) and champ in CHAMPS:
        tour.changer(offre="")
        _saisir_un_champ(tour, champ, evenement.valeur, question_ouverte(tour.etat, tour.faits))
    elif tour.etat.sinistre:
        dire_le_numero(tour, "")
    elif tour.etat.phase is Phase.ERROR:
        revenir(tour, "")
    else:
        incompris(tour, phrases.CHAMP_INCONNU)


def _saisir_un_champ(tour: Tour, champ: str, brut: Any, ouverte: Question | None) -> None:
    if ouverte is None:
        tour.dire(phrases.DEJA_CONFIRMEE)
        return
    if champ == "date_entree" and en_sejour(tour.valeurs):
        champ = "date"
    question = PAR_CHAMP[champ]
    if brut is None and question.indispensable:
        incompris(tour, phrases.INDISPENSABLE)
        return
    rempli = tour.etat.champs.get(champ)
    if rempli is not None and rempli.valeur is not None and champ != ouverte.champ and ouverte is not CONFIRMATION:
        vu = lisible(question, rempli.valeur, choix=choix_de(champ, tour.etat, tour.faits, tous=True))
        tour.dire(phrases.DEJA_REPONDU.format(nom=question.nom, valeur=vu))
        return
    tour.compris = tour.faits.compris if champ == "description" else Compris()
    tour.texte = brut if isinstance(brut, str) else ""
    source = "recapitulatif" if ouverte is CONFIRMATION else "reponse"
    if prendre_la_reponse(tour, question, brut, source=source, texte=tour.texte) and champ == "description":
        completer(tour, tour.compris, question=question, source="recit")


def _saisir_une_offre(tour: Tour, question: Question, brut: Any) -> None:
    try:
        dit = juger(tour, question, brut)
    except ValeurInvalide as refus:
        incompris(tour, refus.detail)
        return
    if dit is None:
        incompris(tour)
    elif question is CONFIRMATION:
        (confirmer if dit else corriger)(tour, "")
    else:
        trancher(tour, question.champ, dit)

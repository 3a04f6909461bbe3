"""One step of the machine while it is computed: the state as it becomes, what is said, the effects; and how fields are filled."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from . import phrases
from .donnees import (
    ChampConfirme,
    Compris,
    Contradiction,
    Couverture,
    Effet,
    Etat,
    Faits,
    Phase,
    Piece,
    Renseigne,
    Sujet,
    Trouve,
    Valeur,
)
from .questions import (
    CONFIRMATION,
    IDENTIFICATION,
    MOTS_DES_LIENS,
    OFFRES,
    PAR_CHAMP,
    QUESTIONS,
    Choix,
    Question,
    en_deuil,
    en_sejour,
    prochaine,
)
from .valeurs import ValeurInvalide, en_python, lire, lisible, simplifier

# Fields whose second value, said without a marker of correction, contradicts the first. Words for a place never do.
_COMPARES = frozenset({"date", "heure", "blesse", "deces", "tiers_implique", "montant_reclame", "nuits"})
_DU_SUJET = ("police", "type_sinistre", "date", "assure", "deces")
_MANQUE = ("demandee", "refusee")


@dataclass
class Tour:
    """`texte`, `compris`: the words of this event and what was understood of them. `parle`: the robot answers it."""

    etat: Etat
    faits: Faits
    texte: str = ""
    compris: Compris = field(default_factory=Compris)
    dits: list[str] = field(default_factory=list)
    effets: list[Effet] = field(default_factory=list)
    parle: bool = True

    def changer(self, **valeurs: Any) -> None:
        self.etat = replace(self.etat, **valeurs)

    def dire(self, *dits: str) -> None:
        self.dits += [dit for dit in dits if dit]

    @property
    def valeurs(self) -> dict[str, Valeur]:
        return valeurs_de(self.etat)


def valeurs_de(etat: Etat) -> dict[str, Valeur]:
    return {champ: renseigne.valeur for champ, renseigne in etat.champs.items()}


# --- What is asked now -------------------------------------------------------------------------------------------------


def question_ouverte(etat: Etat, faits: Faits) -> Question | None:
    """The one question that waits for an answer in this state; the summary is the question `confirmation`."""
    if etat.main == "conseiller":
        return None
    if etat.offre:
        return OFFRES[etat.offre]
    match etat.phase:
        case Phase.AUTHENTIFICATION:
            return IDENTIFICATION[0 if not etat.police else 1 if not etat.telephone else 2]
        case Phase.DESCRIPTION:
            return PAR_CHAMP["description"]
        case Phase.SINISTRE_DETAILS:
            if etat.confirmee:
                return None
            return PAR_CHAMP[etat.rouverte] if etat.rouverte else prochaine(valeurs_de(etat)) or CONFIRMATION
        case Phase.DOCUMENTS:
            piece = piece_demandee(etat, faits)
            return (
                None
                if piece is None
                else Question(
                    piece.type,
                    piece.libelle,
                    phrases.PIECE.format(libelle=piece.libelle, raison=piece.raison),
                    "fichier",
                )
            )
        case Phase.SUIVI if len(faits.sinistres) > 1 and not etat.suivi:
            return OFFRES["sinistre"]
    return None


def choix_de(champ: str, etat: Etat, faits: Faits, *, tous: bool = False) -> Choix:
    """The choices that depend on the day: contracts and insured persons of the client, claims, lines of the summary.

    `tous`: persons of all contracts, to read a value; otherwise those of the contract that was chosen.
    """
    if champ == "sinistre":
        return tuple((sinistre.numero, sinistre.numero) for sinistre in faits.sinistres)
    if champ == "corriger":
        return tuple((question.champ, question.nom) for question in lignes(etat))
    if faits.identite != "client":
        return ()
    if champ == "police":
        return tuple((contrat.police, f"{contrat.produit} ({contrat.police})") for contrat in faits.contrats)
    if champ in ("assure", "declarant"):
        police = None if tous else valeurs_de(etat).get("police")
        personnes = [
            personne for contrat in faits.contrats if police in (None, contrat.police) for personne in contrat.assures
        ]
        return tuple(dict.fromkeys((personne.code, personne.nom) for personne in personnes))
    return ()


def piece_demandee(etat: Etat, faits: Faits) -> Piece | None:
    return next((piece for piece in pieces_manquantes(etat, faits) if piece.type not in etat.plus_tard), None)


def pieces_manquantes(etat: Etat, faits: Faits) -> list[Piece]:
    """Of the claim of this conversation. Pieces of another one are not this one's."""
    if faits.sujet != besoins(etat):
        return []
    return [piece for piece in faits.pieces if piece.etat in _MANQUE]


def besoins(etat: Etat) -> Sujet:
    """Of what the caller has to read cover and pieces for this state."""
    valeurs = valeurs_de(etat)
    sinistre = etat.suivi if etat.phase is Phase.SUIVI else etat.sinistre
    police, type_sinistre, jour, assure, deces = (valeurs.get(champ) for champ in _DU_SUJET)
    return Sujet(police, type_sinistre, jour, assure, deces, sinistre)


def couverture_du_moment(etat: Etat, faits: Faits) -> Couverture | None:
    """The judgement on the fields as they are; None for whoever is not the client, and when it was read for other fields."""
    return faits.couverture if faits.identite == "client" and faits.sujet == besoins(etat) else None


def lignes(etat: Etat) -> list[Question]:
    """The lines of the summary, in the order of the questions. The day of entry of a stay is its date, shown once."""
    valeurs = valeurs_de(etat)
    return [
        question
        for question in QUESTIONS
        if question.champ in valeurs
        and (valeurs[question.champ] is not None or question.quand(valeurs))
        and not (question.champ == "date_entree" and en_sejour(valeurs))
    ]


def recapitulatif(etat: Etat, faits: Faits) -> list[dict[str, Any]]:
    valeurs = valeurs_de(etat)
    return [
        {
            "champ": question.champ,
            "libelle": question.nom,
            "valeur": valeurs[question.champ],
            "lisible": lisible(
                question, valeurs[question.champ], choix=choix_de(question.champ, etat, faits, tous=True)
            ),
            "source": etat.champs[question.champ].source,
        }
        for question in lignes(etat)
    ]


def champs_confirmes(etat: Etat) -> tuple[ChampConfirme, ...]:
    """What the claim is made of: the lines of the summary, and the day of entry of a stay."""
    montres = [question.champ for question in lignes(etat)]
    if en_sejour(valeurs_de(etat)) and "date_entree" in etat.champs:
        montres.append("date_entree")
    return tuple(
        ChampConfirme(champ, en_python(PAR_CHAMP[champ], rempli.valeur), rempli.texte, rempli.source, rempli.regle)
        for champ, rempli in ((champ, etat.champs[champ]) for champ in montres)
    )


def contradictions(etat: Etat) -> tuple[Contradiction, ...]:
    """What was said and is not what was confirmed: in the story, then without a marker of correction."""
    du_recit = [
        Contradiction(champ, rempli.valeur, rempli.recit, rempli.rang)
        for champ, rempli in etat.champs.items()
        if rempli.recit is not None
    ]
    autres = [
        dite for dite in etat.contradictions if dite.champ in etat.champs and etat.champs[dite.champ].valeur != dite.dit
    ]
    return tuple(du_recit + autres)


# --- How fields are filled ---------------------------------------------------------------------------------------------


def juger(tour: Tour, question: Question, brut: Any) -> Valeur:
    """`brut` as a value for this question, in harmony with the other fields. Raises ValeurInvalide."""
    choix = choix_de(question.champ, tour.etat, tour.faits)
    if question.type == "personne" and isinstance(brut, str):
        brut = personne_nommee(tour, brut) or brut
    valeur = lire(question, brut, aujourdhui=tour.faits.aujourdhui, choix=choix)
    dates = tour.valeurs | {question.champ: valeur}
    entree = dates.get("date") if en_sejour(dates) else dates.get("date_entree")
    sortie = dates.get("date_sortie")
    if question.type == "date" and isinstance(entree, str) and isinstance(sortie, str) and sortie < entree:
        raise ValeurInvalide("sortie_avant_entree", phrases.SORTIE_AVANT_ENTREE)
    return valeur


def personne_nommee(tour: Tour, texte: str) -> str | None:
    """The code of the one insured person whom « moi », « ma femme » or a name means; None when that is nobody or several."""
    mots = _mots_simples(texte)
    if len(mots) > 4 or tour.faits.identite != "client":
        return None
    liens = liens_dits(texte)
    police = tour.valeurs.get("police")
    trouves = {
        personne.code
        for contrat in tour.faits.contrats
        if police in (None, contrat.police)
        for personne in contrat.assures
        if personne.lien in liens or set(simplifier(personne.nom).split()) == mots
    }
    return trouves.pop() if len(trouves) == 1 else None


def liens_dits(texte: str) -> set[str]:
    """« je suis sa fille »: enfant."""
    return {lien for lien, dits in MOTS_DES_LIENS.items() if _mots_simples(texte) & dits}


def _mots_simples(texte: str) -> set[str]:
    return set(simplifier(texte).replace("'", " ").split())


def inscrire(
    tour: Tour, champ: str, valeur: Valeur, *, source: str, texte: str = "", regle: str = "", corrige: bool = False
) -> None:
    """The field holds this value. A change of a known one is shown back. `corrige`: the client says that the story was wrong."""
    ancien = tour.etat.champs.get(champ)
    recit: Valeur = None
    if ancien is not None and not corrige and champ in _COMPARES:
        recit = ancien.recit if ancien.recit is not None else ancien.valeur if ancien.source == "recit" else None
    rempli = Renseigne(valeur, source, texte, regle, tour.etat.rang, None if recit == valeur else recit)
    if ancien is not None and ancien.valeur is not None and ancien.valeur != valeur and ancien.source != "calcul":
        _montrer_le_changement(tour, champ, ancien.valeur, valeur)
    tour.changer(champs={**tour.etat.champs, champ: rempli})
    _deduire(tour)


def _montrer_le_changement(tour: Tour, champ: str, ancien: Valeur, nouveau: Valeur) -> None:
    question, choix = PAR_CHAMP[champ], choix_de(champ, tour.etat, tour.faits, tous=True)
    avant, apres = (lisible(question, valeur, choix=choix) for valeur in (ancien, nouveau))
    tour.dire(phrases.CHANGE.format(nom=question.nom, nouveau=_court(apres), ancien=_court(avant)))


def _court(texte: str) -> str:
    return texte if len(texte) <= 80 else texte[:79] + "…"


def _deduire(tour: Tour) -> None:
    """Fields that others give, never over what the client said: a stay begins on its date; two dates give the nights."""
    valeurs = tour.valeurs
    deduits: dict[str, Valeur] = {}
    if en_sejour(valeurs):
        if valeurs.get("date") is not None:
            deduits["date_entree"] = valeurs["date"]
        elif valeurs.get("date_entree") is not None and "date" not in valeurs:
            deduits["date"] = valeurs["date_entree"]
    entree = deduits.get("date_entree") or valeurs.get("date_entree")
    sortie = valeurs.get("date_sortie")
    if isinstance(entree, str) and isinstance(sortie, str) and entree <= sortie:
        jours = en_python(PAR_CHAMP["date"], sortie) - en_python(PAR_CHAMP["date"], entree)
        deduits["nuits"] = jours.days
    champs = dict(tour.etat.champs)
    for champ, valeur in deduits.items():
        # The day of entry of a stay follows its date, whoever wrote it.
        if champ not in champs or champs[champ].source == "calcul" or champ == "date_entree":
            champs[champ] = Renseigne(valeur, "calcul", rang=tour.etat.rang)
    tour.changer(champs=champs)


def completer(tour: Tour, compris: Compris, *, question: Question, source: str) -> list[str]:
    """Fields other than the asked one that the text gave and that were empty or unknown. What contradicts a filled one is noted.

    A value of the kind that the question asks is the answer to it, and nothing else.
    """
    remplis = []
    hors_du_recit = question.champ != "description"
    exclu = question.type if question.champ in PAR_CHAMP and hors_du_recit else ""
    for dit in (vue.champ for vue in QUESTIONS if vue.champ in compris.champs):
        # The place of a stay is its hospital. « Je » in an answer does not say who is concerned: a story does.
        champ, trouve = "hopital" if dit == "lieu" and en_sejour(tour.valeurs) else dit, compris.champs[dit]
        doublon = champ != dit and champ in compris.champs
        if (
            doublon
            or champ == question.champ
            or PAR_CHAMP[champ].type == exclu
            or (champ == "assure" and hors_du_recit)
        ):
            continue
        valeur = _valeur_du_recit(tour, champ, trouve)
        if valeur is None:
            continue
        rempli = tour.etat.champs.get(champ)
        if rempli is None or rempli.valeur is None:
            inscrire(tour, champ, valeur, source=source, texte=_mots(tour, trouve), regle=trouve.regle)
            remplis.append(champ)
        elif rempli.valeur != valeur and champ in _COMPARES and rempli.source != "calcul":
            dite = Contradiction(champ, rempli.valeur, valeur, tour.etat.rang)
            tour.changer(contradictions=(*tour.etat.contradictions, dite))
    return remplis


def corriger_par_les_mots(tour: Tour, compris: Compris, *, sauf: Question, repondu: bool) -> list[str]:
    """Filled fields that a text with a marker of correction gave anew. An answer to the question is not also a correction."""
    corriges = []
    for champ, trouve in compris.champs.items():
        rempli = tour.etat.champs.get(champ)
        if rempli is None or champ == sauf.champ or (repondu and PAR_CHAMP[champ].type == sauf.type):
            continue
        valeur = _valeur_du_recit(tour, champ, trouve)
        if valeur is not None and valeur != rempli.valeur:
            inscrire(
                tour, champ, valeur, source="correction", texte=_mots(tour, trouve), regle=trouve.regle, corrige=True
            )
            corriges.append(champ)
    return corriges


def dit_autrement(tour: Tour) -> bool:
    """Whether the text says of a filled field something else than it holds."""
    return any(
        champ in _COMPARES and champ in tour.etat.champs and trouve.valeur != tour.valeurs[champ]
        for champ, trouve in tour.compris.champs.items()
    )


def _valeur_du_recit(tour: Tour, champ: str, trouve: Trouve) -> Valeur:
    """The value that a text gave without being asked; None when it is not one that may be kept: its question will be asked."""
    brut = trouve.valeur
    if champ in ("assure", "declarant"):
        brut = personne_nommee(tour, str(brut))
    try:
        return juger(tour, PAR_CHAMP[champ], brut)
    except ValeurInvalide:
        return None


def _mots(tour: Tour, trouve: Trouve) -> str:
    return tour.texte[trouve.debut : trouve.fin]


def nommes(tour: Tour, champs: Iterable[str]) -> str:
    """« date : 21 novembre 2026, lieu : Bacongo »: fields that were just filled, for the client to see."""
    parties = []
    for champ in champs:
        question = PAR_CHAMP[champ]
        vu = lisible(question, tour.valeurs[champ], choix=choix_de(champ, tour.etat, tour.faits, tous=True))
        parties.append(f"{question.nom.lower()} : {_court(vu)}")
    return ", ".join(parties)


def deuil_dit(tour: Tour) -> bool:
    return en_deuil({champ: trouve.valeur for champ, trouve in tour.compris.champs.items()}) or en_deuil(tour.valeurs)

"""Questions that are beside the point: seen by their words, answered from facts; then the robot asks its own question again."""

import re
from collections.abc import Callable

from nsia_pass_api.money import formater_xaf
from nsia_pass_api.pdf.typographie import jour_en_lettres

from . import phrases
from .donnees import Faits
from .valeurs import simplifier

_INTERROGE = re.compile(
    r"\?|^(?:et |mais |dites?(?: moi)?,? |svp |bonjour,? )*"
    r"(?:combien|quand|ou|quel|quels|quelle|quelles|est-ce|pourquoi|comment|qui|que|c'est)\b"
)
# fmt: off
# (what is asked, its words, whether they must be a question); the first that fits.
_SUJETS: tuple[tuple[str, str, bool], ...] = (
    ("prochaine",
     r"prochain\w* (?:echeance|paiement|cotisation|versement)|quand (?:dois|est-ce que je|faut-il|je)\b.*(?:pa[iy]|cotis)", True),
    ("reste", r"\bsolde\b|reste a payer|me reste", True),
    ("du", r"\b(?:dois|doit)\b.*(?:payer|combien)|combien.*\bdois\b|en retard|a jour", True),
    ("cotisation", r"combien.*(?:pa[iy]|cotis|prime)|(?:montant|prix).*(?:cotisation|prime|contrat)", True),
    ("contrats", r"(?:quels?|mes|mon) contrats?\b|quels? produits?", True),
    ("delai", r"combien de (?:temps|jours)|quel delai|quand.*(?:rembours|repon|argent|indemnis|decision|pa[iy])", True),
    ("robot",
     r"qui (?:etes|es)[ -](?:vous|tu)|(?:etes[ -]vous|vous etes|c'est|parle a) une? (?:robot|machine|humain|vraie personne)",
     False),
    ("aide", r"^(?:aide|help|aidez-moi|aide moi|je suis perdue?)$|comment (?:ca marche|faire)|que (?:dire|faire|puis-je)", False),
    ("politesse", r"^(?:merci|merci beaucoup|merci bien|matondo|melesi|grand merci)(?: monsieur| madame)?$", False),
)
# fmt: on
_DU_CONTRAT = frozenset({"prochaine", "reste", "du", "cotisation", "contrats"})


def repondre(texte: str, faits: Faits) -> str | None:
    """The answer to a digression, without a word of the contract for whoever is not its client; None when `texte` is none."""
    mots = simplifier(texte)
    interroge = texte.rstrip().endswith("?") or bool(_INTERROGE.search(mots))
    sujet = next(
        (code for code, motif, question in _SUJETS if re.search(motif, mots) and (interroge or not question)), None
    )
    if sujet is None:
        return None
    if sujet in _DU_CONTRAT and faits.identite != "client":
        return phrases.APRES_IDENTITE if faits.identite == "inconnu" else phrases.RESERVE
    return _REPONSES[sujet](faits)


def _prochaine(faits: Faits) -> str:
    payable = faits.payable
    if payable is None:
        return phrases.SANS_INFORMATION
    if payable.prochaine_echeance is None or payable.montant_echeance is None:
        return phrases.SANS_ECHEANCE
    return phrases.ECHEANCE.format(
        montant=formater_xaf(payable.montant_echeance), jour=jour_en_lettres(payable.prochaine_echeance)
    )


def _du(faits: Faits) -> str:
    if faits.payable is None:
        return phrases.SANS_INFORMATION
    return phrases.DU.format(montant=formater_xaf(faits.payable.du)) if faits.payable.du > 0 else phrases.A_JOUR


def _reste(faits: Faits) -> str:
    if faits.payable is None:
        return phrases.SANS_INFORMATION
    return phrases.RESTE.format(montant=formater_xaf(faits.payable.reste))


def _cotisation(faits: Faits) -> str:
    if faits.payable is None or faits.payable.montant_echeance is None:
        return _prochaine(faits)
    montant = f"{formater_xaf(faits.payable.montant_echeance)} {faits.payable.periodicite}".strip()
    return f"{phrases.COTISATION.format(montant=montant)} {_prochaine(faits)}"


def _contrats(faits: Faits) -> str:
    if not faits.contrats:
        return phrases.SANS_CONTRAT
    return phrases.CONTRATS.format(
        contrats=", ".join(f"{contrat.produit} ({contrat.police})" for contrat in faits.contrats)
    )


def _delai(faits: Faits) -> str:
    return phrases.DELAI_INCONNU if faits.delai_jours is None else phrases.DELAI.format(jours=faits.delai_jours)


_REPONSES: dict[str, Callable[[Faits], str]] = {
    "prochaine": _prochaine,
    "reste": _reste,
    "du": _du,
    "cotisation": _cotisation,
    "contrats": _contrats,
    "delai": _delai,
    "robot": lambda faits: phrases.ROBOT,
    "aide": lambda faits: phrases.AIDE,
    "politesse": lambda faits: phrases.POLITESSE,
}

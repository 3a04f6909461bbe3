"""What the state of a contract asks of its client: one sentence and one act, for screens, documents, messages and agents.

A contract is a row of `contrats` with its balance (`soldes_contrats`), whose dates are dates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models

from apps.pass_clients.models import EtatContrat
from nsia_pass_api.dates import dernier_jour_couvert
from nsia_pass_api.money import formater_xaf


class CodeSituation(models.TextChoices):
    """In the order in which alerts are said; the last three need no alert."""

    CONTRAT_SUSPENDU = "contrat_suspendu", "Contrat suspendu"
    CONTRAT_SUSPENDU_FINI = "contrat_suspendu_fini", "Contrat suspendu, dont la dernière période est finie"
    COTISATION_EN_RETARD = "cotisation_en_retard", "Cotisation en retard"
    CONTRAT_EXPIRE = "contrat_expire", "Contrat expiré"
    EXPIRATION_PROCHE = "expiration_proche", "Fin de contrat proche"
    CONTRAT_EN_ATTENTE = "contrat_en_attente", "Premier paiement attendu"
    CONTRAT_RESILIE = "contrat_resilie", "Contrat résilié"
    CONTRAT_EN_ORDRE = "contrat_en_ordre", "Contrat en ordre"


class TypeActe(models.TextChoices):
    """What the client can do about it."""

    PAIEMENT = "paiement", "Payer"
    RENOUVELLEMENT = "renouvellement", "Renouveler"
    ASSISTANCE = "assistance", "Parler à un conseiller"
    AUCUN = "aucun", "Rien à faire"


class Niveau(models.TextChoices):
    URGENT = "urgent", "La couverture est arrêtée"
    ATTENTION = "attention", "La couverture est menacée"
    INFO = "info", "La couverture n'est plus, ou pas encore"
    BIEN = "bien", "La couverture court"


ALERTES = (
    CodeSituation.CONTRAT_SUSPENDU,
    CodeSituation.CONTRAT_SUSPENDU_FINI,
    CodeSituation.COTISATION_EN_RETARD,
    CodeSituation.CONTRAT_EXPIRE,
    CodeSituation.EXPIRATION_PROCHE,
)
_NIVEAUX = {
    CodeSituation.CONTRAT_SUSPENDU: Niveau.URGENT,
    CodeSituation.CONTRAT_SUSPENDU_FINI: Niveau.URGENT,
    CodeSituation.COTISATION_EN_RETARD: Niveau.ATTENTION,
    CodeSituation.CONTRAT_EXPIRE: Niveau.URGENT,
    CodeSituation.EXPIRATION_PROCHE: Niveau.ATTENTION,
    CodeSituation.CONTRAT_EN_ATTENTE: Niveau.INFO,
    CodeSituation.CONTRAT_RESILIE: Niveau.INFO,
    CodeSituation.CONTRAT_EN_ORDRE: Niveau.BIEN,
}


@dataclass(frozen=True)
class Situation:
    """`montant`: XAF that the sentence asks for; `le`: the day that it names."""

    code: CodeSituation
    type: TypeActe
    message: str
    montant: int | None = None
    le: date | None = None

    def donnees(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "type": self.type.value,
            "code": self.code.value,
            "niveau": _NIVEAUX[self.code].value,
            "message": self.message,
            "montant": self.montant,
            "date": self.le,
        }


def situation(contrat: Mapping[str, Any], *, jour: date, preavis_jours: int) -> Situation:
    """What comes first for `contrat` on `jour`; an end within `preavis_jours` is announced."""
    return next(situations(contrat, jour=jour, preavis_jours=preavis_jours))


def situations(contrat: Mapping[str, Any], *, jour: date, preavis_jours: int) -> Iterator[Situation]:
    """What comes first; then, of a contract that is late and soon ends, its end."""
    etat, nom, fin, retard = (
        contrat[champ] for champ in ("etat_du_contrat", "nom_produit", "date_expiration", "montant_en_retard")
    )
    dernier = dernier_jour_couvert(fin) if fin else None
    match etat:
        case EtatContrat.SUSPENDU:
            yield _suspendu(nom, dernier=dernier, retard=retard, depuis=contrat["etat_depuis"], jour=jour)
        case EtatContrat.EXPIRE:
            message = f"{nom} a pris fin{_le(dernier)}. Renouvelez-le pour retrouver votre couverture."
            if retard:
                message += f" Le paiement comprendra les {formater_xaf(retard)} encore dus."
            yield Situation(
                CodeSituation.CONTRAT_EXPIRE, TypeActe.RENOUVELLEMENT, message, montant=retard or None, le=dernier
            )
        case EtatContrat.RESILIE:
            depuis = contrat["etat_depuis"]
            message = (
                f"{nom} est résilié{f' depuis{_le(depuis)}' if depuis else ''} : il ne vous couvre plus. "
                "Un conseiller peut vous aider à souscrire à nouveau."
            )
            yield Situation(CodeSituation.CONTRAT_RESILIE, TypeActe.ASSISTANCE, message, le=depuis)
        case EtatContrat.EN_ATTENTE:
            message = f"{nom} attend son premier paiement : il vous couvrira dès que ce paiement sera confirmé."
            yield Situation(CodeSituation.CONTRAT_EN_ATTENTE, TypeActe.PAIEMENT, message)
        case _:
            yield from _actif(contrat, dernier=dernier, jour=jour, preavis_jours=preavis_jours)


def _suspendu(nom: str, *, dernier: date | None, retard: int, depuis: date | None, jour: date) -> Situation:
    code = CodeSituation.CONTRAT_SUSPENDU
    message = f"{nom} : votre couverture est suspendue{f' depuis{_le(depuis)}' if depuis else ''}."
    if depuis is None or not retard:
        # NSIA suspended its police: money alone brings no cover back.
        message += " Parlez-en à un conseiller pour la retrouver."
        return Situation(code, TypeActe.ASSISTANCE, message, le=depuis)
    if dernier is not None and dernier < jour:
        code = CodeSituation.CONTRAT_SUSPENDU_FINI
        message += f" Payez {formater_xaf(retard)}, puis renouvelez ce contrat, qui a pris fin{_le(dernier)}."
    else:
        message += f" Payez {formater_xaf(retard)} pour la retrouver."
    return Situation(code, TypeActe.PAIEMENT, message, montant=retard, le=depuis)


def _actif(contrat: Mapping[str, Any], *, dernier: date | None, jour: date, preavis_jours: int) -> Iterator[Situation]:
    nom, retard, jours = contrat["nom_produit"], contrat["montant_en_retard"], contrat["jours_de_retard"]
    if retard:
        message = (
            f"{nom} : {formater_xaf(retard)} en retard depuis {_duree(jours)}. "
            "Payez maintenant pour garder votre couverture."
        )
        yield Situation(
            CodeSituation.COTISATION_EN_RETARD,
            TypeActe.PAIEMENT,
            message,
            montant=retard,
            le=jour - timedelta(days=jours),
        )
    if dernier is not None and (reste := (dernier - jour).days) <= preavis_jours:
        message = f"{nom} vous couvre jusqu'au {dernier:%d/%m/%Y}, {_dans(reste)}. Pensez à le renouveler."
        yield Situation(CodeSituation.EXPIRATION_PROCHE, TypeActe.RENOUVELLEMENT, message, le=dernier)
    elif not retard:
        couvre = f"{nom} vous couvre jusqu'au {dernier:%d/%m/%Y}." if dernier else f"{nom} est actif."
        reste_a_payer = "Rien n'est en retard." if contrat["reste_a_payer"] else "Tout est payé."
        yield Situation(CodeSituation.CONTRAT_EN_ORDRE, TypeActe.AUCUN, f"{couvre} {reste_a_payer}", le=dernier)


def _le(jour: date | None) -> str:
    return f" le {jour:%d/%m/%Y}" if jour else ""


def _dans(jours: int) -> str:
    return "aujourd'hui" if jours == 0 else f"dans {_duree(jours)}"


def _duree(jours: int) -> str:
    return "1 jour" if jours == 1 else f"{jours} jours"

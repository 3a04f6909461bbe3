"""What a client should know first about her contracts, said kindly, with what solves it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import models

from apps.pass_clients.models import EtatContrat
from nsia_pass_api.money import formater_xaf


class CodeAlerte(models.TextChoices):
    """In the order in which they are said."""

    CONTRAT_SUSPENDU = "contrat_suspendu", "Contrat suspendu"
    COTISATION_EN_RETARD = "cotisation_en_retard", "Cotisation en retard"
    CONTRAT_EXPIRE = "contrat_expire", "Contrat expiré"
    EXPIRATION_PROCHE = "expiration_proche", "Fin de contrat proche"


class TypeAlerte(models.TextChoices):
    """What solves it."""

    PAIEMENT = "paiement", "Payer ce qui est en retard"
    RENOUVELLEMENT = "renouvellement", "Renouveler"
    ASSISTANCE = "assistance", "Parler à un conseiller"


class NiveauAlerte(models.TextChoices):
    URGENT = "urgent", "La couverture est arrêtée"
    ATTENTION = "attention", "La couverture est menacée"


_NIVEAUX = {
    CodeAlerte.CONTRAT_SUSPENDU: NiveauAlerte.URGENT,
    CodeAlerte.COTISATION_EN_RETARD: NiveauAlerte.ATTENTION,
    CodeAlerte.CONTRAT_EXPIRE: NiveauAlerte.URGENT,
    CodeAlerte.EXPIRATION_PROCHE: NiveauAlerte.ATTENTION,
}
_RANGS = {code: rang for rang, code in enumerate(CodeAlerte)}


def alertes(*, contrats: Sequence[dict[str, Any]], jour: date, preavis_jours: int) -> list[dict[str, Any]]:
    """The alerts of `contrats` (rows with their balances) on `jour`, by code, then the oldest first.

    A contract that ends within `preavis_jours` is announced.
    """
    toutes = [alerte for contrat in contrats for alerte in _du_contrat(contrat, jour, preavis_jours)]
    return sorted(toutes, key=lambda alerte: (_RANGS[alerte["code"]], alerte["date"] or jour, alerte["police"]))


def _du_contrat(contrat: dict[str, Any], jour: date, preavis_jours: int) -> Iterator[dict[str, Any]]:
    etat, nom, fin = contrat["etat_du_contrat"], contrat["nom_produit"], contrat["date_expiration"]
    retard, jours = contrat["montant_en_retard"], contrat["jours_de_retard"]
    depuis = jour - timedelta(days=jours)
    if etat == EtatContrat.SUSPENDU and retard:
        message = f"{nom} est suspendu. Payez {formater_xaf(retard)} pour que votre couverture reprenne."
        yield _alerte(contrat, CodeAlerte.CONTRAT_SUSPENDU, TypeAlerte.PAIEMENT, message, montant=retard, le=depuis)
    elif etat == EtatContrat.SUSPENDU:
        message = f"{nom} est suspendu. Parlez-en à un conseiller."
        yield _alerte(contrat, CodeAlerte.CONTRAT_SUSPENDU, TypeAlerte.ASSISTANCE, message)
    elif etat in (EtatContrat.ACTIF, EtatContrat.EXPIRE) and retard:
        message = f"{nom} : {formater_xaf(retard)} en retard depuis {_duree(jours)}."
        if etat == EtatContrat.ACTIF:
            message += " Payez maintenant pour garder votre couverture."
        yield _alerte(contrat, CodeAlerte.COTISATION_EN_RETARD, TypeAlerte.PAIEMENT, message, montant=retard, le=depuis)
    if fin is None:
        return
    reste = (fin - jour).days
    if etat == EtatContrat.EXPIRE:
        message = f"{nom} a pris fin le {fin:%d/%m/%Y}. Renouvelez-le pour retrouver votre couverture."
        yield _alerte(contrat, CodeAlerte.CONTRAT_EXPIRE, TypeAlerte.RENOUVELLEMENT, message, le=fin)
    elif etat == EtatContrat.ACTIF and reste <= preavis_jours:
        message = f"{nom} prend fin le {fin:%d/%m/%Y}, dans {_duree(reste)}. Pensez à le renouveler."
        yield _alerte(contrat, CodeAlerte.EXPIRATION_PROCHE, TypeAlerte.RENOUVELLEMENT, message, le=fin)


def _alerte(
    contrat: dict[str, Any],
    code: CodeAlerte,
    type_alerte: TypeAlerte,
    message: str,
    *,
    montant: int | None = None,
    le: date | None = None,
) -> dict[str, Any]:
    return {
        "type": type_alerte.value,
        "code": code.value,
        "niveau": _NIVEAUX[code].value,
        "message": message,
        "police": contrat["police"],
        "montant": montant,
        "date": le,
    }


def _duree(jours: int) -> str:
    return "1 jour" if jours == 1 else f"{jours} jours"

"""What only a person can settle is opened here, once, and closed with the words of whoever did."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from apps.pass_payments.errors import AnomalieDejaResolue
from apps.pass_payments.models import (
    OUVERTS,
    AnomaliePaiement,
    EvenementPaiement,
    NatureAnomalie,
    PaiementPass,
    StatutPaiement,
)
from apps.pass_payments.services.paiements import passer_ensemble, verrouiller_groupe
from nsia_pass_api.dates import maintenant

# The operator says something else than what was asked: nothing is confirmed until a person has looked.
_ECARTS = (NatureAnomalie.MONTANT_DIFFERENT, NatureAnomalie.DEVISE_DIFFERENTE, NatureAnomalie.PAYEUR_DIFFERENT)


def ouvrir_anomalie(*, paiement: PaiementPass, nature: str, donnees: dict[str, Any], quand: datetime) -> None:
    """An anomaly of this nature is open for the payment; one that already is stays as it was."""
    AnomaliePaiement.objects.bulk_create(
        [AnomaliePaiement(paiement=paiement, nature=nature, donnees=donnees, ouverte_le=quand)], ignore_conflicts=True
    )


@transaction.atomic
def resoudre_anomalie(
    *, anomalie: AnomaliePaiement, acteur: AbstractBaseUser, commentaire: str, quand: datetime | None = None
) -> None:
    """The anomaly is closed by `acteur` with what was done; a payment that waited for it alone waits no more, nor is followed.

    Raises AnomalieDejaResolue.
    """
    quand = quand or maintenant()
    _, groupe = verrouiller_groupe(anomalie.paiement.rattache_a or anomalie.paiement)
    fermees = AnomaliePaiement.objects.filter(pk=anomalie.pk, resolue_le__isnull=True).update(
        resolue_le=quand, resolue_par=acteur.pk, commentaire=commentaire
    )
    if not fermees:
        raise AnomalieDejaResolue
    principal = groupe[0]
    restent = AnomaliePaiement.objects.filter(paiement=principal, nature__in=_ECARTS, resolue_le__isnull=True)
    if anomalie.nature in _ECARTS and principal.statut in OUVERTS and not restent.exists():
        litige = EvenementPaiement.Type.LITIGE
        passer_ensemble(groupe, StatutPaiement.EXPIRE, evenement=litige, acteur=acteur, quand=quand)
        PaiementPass.objects.filter(pk=principal.pk).update(a_suivre_le=None)

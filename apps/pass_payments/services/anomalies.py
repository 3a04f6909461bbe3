"""What only a person can settle is opened here, once, and closed with the words of whoever did."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from apps.pass_payments.errors import AnomalieDejaResolue
from apps.pass_payments.models import AnomaliePaiement, PaiementPass
from nsia_pass_api.dates import maintenant


def ouvrir_anomalie(*, paiement: PaiementPass, nature: str, donnees: dict[str, Any], quand: datetime) -> None:
    """An anomaly of this nature is open for the payment; one that already is stays as it was."""
    AnomaliePaiement.objects.bulk_create(
        [AnomaliePaiement(paiement=paiement, nature=nature, donnees=donnees, ouverte_le=quand)], ignore_conflicts=True
    )


@transaction.atomic
def resoudre_anomalie(
    *, anomalie: AnomaliePaiement, acteur: AbstractBaseUser, commentaire: str, quand: datetime | None = None
) -> None:
    """The anomaly is closed by `acteur` with what was done. Raises AnomalieDejaResolue."""
    fermees = AnomaliePaiement.objects.filter(pk=anomalie.pk, resolue_le__isnull=True).update(
        resolue_le=quand or maintenant(), resolue_par=acteur.pk, commentaire=commentaire
    )
    if not fermees:
        raise AnomalieDejaResolue

"""What was said with MTN about one of our references: `pages.py` names it."""

from uuid import UUID

from django.urls import reverse

from apps.mtn_integration.models import LogMTN
from nsia_pass_api.back_office.echanges import Echange

# The last ones: a payment that waits for its PIN is looked up every few seconds.
ECHANGES_MAX = 20


def echanges(*, reference: UUID) -> list[Echange]:
    """The last exchanges about `reference`, the latest first. One query."""
    lignes = LogMTN.objects.filter(reference=reference).order_by("-id")[:ECHANGES_MAX]
    return [
        Echange(
            le=ligne.le,
            quoi=f"{ligne.methode} {ligne.chemin}",
            issue=ligne.erreur or str(ligne.statut),
            duree_ms=ligne.duree_ms,
            page=reverse("admin:mtn_integration_logmtn_change", args=[ligne.pk]),
        )
        for ligne in lignes
    ]

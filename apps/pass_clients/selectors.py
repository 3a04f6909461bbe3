"""Reads on clients and subscriptions that join or that several callers share."""

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet

from apps.pass_clients.errors import ContratIntrouvable
from apps.pass_clients.models import PAYEES, Contrat, NumeroPolice, SouscriptionPass


def souscriptions_sans_police(*, produit: str | None = None) -> QuerySet[SouscriptionPass]:
    """Paid subscriptions that still wait for their police, of product code `produit` or of all."""
    souscriptions = SouscriptionPass.objects.filter(statut__in=PAYEES).exclude(
        Exists(NumeroPolice.objects.filter(souscription=OuterRef("pk")))
    )
    return souscriptions.filter(produit__code_pass=produit) if produit else souscriptions


def contrat_du_client(*, client_id: int, police: str) -> Contrat:
    """The client's contract of that police, written in any case. Raises ContratIntrouvable."""
    try:
        return Contrat.objects.get(client_id=client_id, police=police.upper())
    except Contrat.DoesNotExist:
        raise ContratIntrouvable from None


def agence_connue(agence: str) -> bool:
    """Whether somebody works in an agency of this name."""
    return bool(get_user_model()._default_manager.filter(agence=agence).exists())

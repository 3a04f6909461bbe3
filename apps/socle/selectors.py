"""What the back office looks at: facts that could not be delivered, messages that could not be sent."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from apps.socle.models import Livraison, MessageSortant, StatutLivraison, StatutMessage
from nsia_pass_api.alertes import Alerte, Permises, compter

ESSAIS_SUSPECTS = 5
MESSAGES_RECENTS = timedelta(days=7)
# As the partial index `livraisons_bloquees`.
DONT_ON_SE_SOUCIE = Q(statut=StatutLivraison.A_FAIRE, tentatives__gte=ESSAIS_SUSPECTS)


def alertes_faits(*, permises: Permises = lambda lignes: lignes) -> list[Alerte]:
    """Deliveries that failed time after time, among the rows that `permises` leaves. One query."""
    bloquees = Livraison.objects.filter(DONT_ON_SE_SOUCIE)
    titre = "Faits qui n'arrivent pas à destination"
    return compter([("faits_non_transmis", titre, bloquees, {"difficulte": "oui"})], permises=permises)


def messages_abandonnes(*, quand: datetime) -> QuerySet[MessageSortant]:
    """Messages of the last seven days that could not be sent."""
    return MessageSortant.objects.filter(statut=StatutMessage.ABANDONNE, cree_le__gte=quand - MESSAGES_RECENTS)

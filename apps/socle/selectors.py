"""What the back office looks at: facts that could not be delivered."""

from django.db.models import Q

from apps.socle.models import Livraison, StatutLivraison
from nsia_pass_api.alertes import Alerte, Permises, compter

ESSAIS_SUSPECTS = 5
# As the partial index `livraisons_bloquees`.
DONT_ON_SE_SOUCIE = Q(statut=StatutLivraison.A_FAIRE, tentatives__gte=ESSAIS_SUSPECTS)


def alertes_faits(*, permises: Permises = lambda lignes: lignes) -> list[Alerte]:
    """Deliveries that failed time after time, among the rows that `permises` leaves. One query."""
    bloquees = Livraison.objects.filter(DONT_ON_SE_SOUCIE)
    titre = "Faits qui n'arrivent pas à destination"
    return compter([("faits_non_transmis", titre, bloquees, {"difficulte": "oui"})], permises=permises)

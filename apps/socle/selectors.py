"""What the back office looks at: facts that could not be delivered."""

from django.db.models import Q

from apps.socle.models import StatutLivraison

ESSAIS_SUSPECTS = 5
# As the partial index `livraisons_bloquees`.
DONT_ON_SE_SOUCIE = Q(statut=StatutLivraison.A_FAIRE, tentatives__gte=ESSAIS_SUSPECTS)

"""What the worker does for clients."""

from django.conf import settings

from apps.socle.files import Tache, planifier

if settings.ATTRIBUTION_POLICE == "automatique":
    planifier(Tache("polices", "Attribution des polices en attente", cron="30 4 * * *", commande=["attribuer_polices"]))

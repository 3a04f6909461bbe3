"""What Prometheus reads of the machinery: who works, what is due, what waits for somebody. Bounded queries only."""

from collections.abc import Iterator

from django.db.models import Max, Min

from apps.socle.models import MessageSortant, StatutMessage, TachePlanifiee, Travailleur
from apps.socle.selectors import alertes_attente, alertes_travail
from nsia_pass_api.dates import maintenant
from nsia_pass_api.metriques import Mesure, a_regarder, ages, files_dues


def mesures() -> Iterator[Mesure]:
    quand = maintenant()
    messages = MessageSortant.objects.filter(statut=StatutMessage.A_ENVOYER, a_envoyer_le__lte=quand)
    taches = TachePlanifiee.objects.filter(prochaine_le__lte=quand)
    yield from files_dues(
        {
            "messages": (messages.order_by("a_envoyer_le"), "a_envoyer_le"),
            "taches": (taches.order_by("prochaine_le"), "prochaine_le"),
        },
        quand=quand,
    )
    yield ages(
        {
            "travailleur": Travailleur.objects.aggregate(le=Max("vu_le"))["le"],
            "tache_la_plus_ancienne": TachePlanifiee.objects.filter(fin_le__isnull=False).aggregate(le=Min("fin_le"))[
                "le"
            ],
        },
        quand=quand,
    )
    yield a_regarder([*alertes_travail(quand=quand), *alertes_attente(quand=quand)])

"""What Prometheus reads of MTN. Each process has its own circuit; the journal that they share tells what it is about."""

from collections.abc import Iterator

from apps.mtn_integration.models import LogMTN
from nsia_pass_api.dates import maintenant
from nsia_pass_api.metriques import Mesure

DERNIERS = 50


def mesures() -> Iterator[Mesure]:
    """How many of the last exchanges had no answer, one after the other: a circuit opens at five (`circuit.Circuit`)."""
    lignes = list(LogMTN.objects.order_by("-pk").values_list("statut", "le")[:DERNIERS])
    muets = next((rang for rang, (statut, _) in enumerate(lignes) if statut is not None), len(lignes))
    yield Mesure(
        "nsia_operateur_sans_reponse",
        f"Échanges sans réponse qui se suivent jusqu'au dernier, parmi {DERNIERS} ; le circuit s'ouvre à 5.",
        ("operateur",),
        {("mtn_money",): muets},
    )
    if lignes:
        yield Mesure(
            "nsia_operateur_dernier_echange_secondes",
            "Depuis le dernier échange avec l'opérateur.",
            ("operateur",),
            {("mtn_money",): (maintenant() - lignes[0][1]).total_seconds()},
        )

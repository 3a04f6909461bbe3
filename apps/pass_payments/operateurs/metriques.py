"""What Prometheus reads of an operator. Each process has its own circuit; the journal that they share tells what it is about."""

from collections.abc import Iterator

from apps.pass_payments.operateurs.models import EchangeOperateur
from nsia_pass_api.dates import maintenant
from nsia_pass_api.metriques import Mesure

DERNIERS = 50


def mesures_des_echanges(operateur: str, journal: type[EchangeOperateur]) -> Iterator[Mesure]:
    """How many of the last exchanges had no answer, one after the other: a circuit opens at five (`circuit.Circuit`)."""
    derniers = list(journal._default_manager.order_by("-pk").values_list("statut", "le")[:DERNIERS])
    muets = next((rang for rang, (statut, _) in enumerate(derniers) if statut is not None), len(derniers))
    yield Mesure(
        "nsia_operateur_sans_reponse",
        f"Échanges sans réponse qui se suivent jusqu'au dernier, parmi {DERNIERS} ; le circuit s'ouvre à 5.",
        ("operateur",),
        {(operateur,): muets},
    )
    if derniers:
        yield Mesure(
            "nsia_operateur_dernier_echange_secondes",
            "Depuis le dernier échange avec l'opérateur.",
            ("operateur",),
            {(operateur,): (maintenant() - derniers[0][1]).total_seconds()},
        )

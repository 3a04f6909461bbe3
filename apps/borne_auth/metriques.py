"""What Prometheus reads of kiosks: since when each active one was not heard."""

from collections.abc import Iterator

from apps.borne_auth.models import Borne, StatutBorne
from nsia_pass_api.dates import maintenant
from nsia_pass_api.metriques import Mesure


def mesures() -> Iterator[Mesure]:
    """A kiosk that never spoke counts from its registration."""
    quand = maintenant()
    bornes = Borne.objects.filter(statut=StatutBorne.ACTIVE).values_list("code", "dernier_contact", "creee_le")
    yield Mesure(
        "nsia_borne_silence_secondes",
        "Depuis le dernier contact de chaque borne active.",
        ("borne",),
        {(code,): (quand - (contact or creee)).total_seconds() for code, contact, creee in bornes},
    )

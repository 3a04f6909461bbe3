"""What Prometheus reads of MTN."""

from collections.abc import Iterator

from apps.mtn_integration.models import LogMTN
from apps.mtn_integration.services import CODE
from apps.pass_payments.operateurs.metriques import mesures_des_echanges
from nsia_pass_api.metriques import Mesure


def mesures() -> Iterator[Mesure]:
    return mesures_des_echanges(CODE, LogMTN)

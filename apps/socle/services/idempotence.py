"""Law 1 of docs/spec/payments.md: the same key and request give the first answer again, whatever crashed between.

The answer is written in the transaction of what it answers for: either both are there or neither. A refusal has done
nothing and is not kept: the same request may succeed later.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from apps.socle.errors import CleDejaUtilisee, RequeteEnCours
from apps.socle.models import RequeteIdempotente
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.transactions import transaction_entiere


@dataclass(frozen=True)
class Reponse:
    statut: int
    corps: dict[str, Any]
    rejouee: bool = False


def une_seule_fois(
    *,
    portee: str,
    cle: str,
    demande: Mapping[str, Any],
    executer: Callable[[], Reponse | ErreurPass],
    quand: datetime | None = None,
) -> Reponse:
    """What `executer` answered the first time that `cle` was used within `portee` (one client); its writes happen once.

    Raises CleDejaUtilisee when `demande` is not that of the first time, RequeteEnCours while the first one still runs,
    and as `executer`, whose writes are then undone. A refusal that it returns is raised too, and its writes stay: a code
    that was mistyped is counted.
    """
    issue = _une_seule_fois(portee=portee, cle=cle, demande=demande, executer=executer, quand=quand)
    if isinstance(issue, ErreurPass):
        raise issue
    return issue


@transaction_entiere
def _une_seule_fois(
    *,
    portee: str,
    cle: str,
    demande: Mapping[str, Any],
    executer: Callable[[], Reponse | ErreurPass],
    quand: datetime | None,
) -> Reponse | ErreurPass:
    empreinte = hashlib.sha256(json.dumps(demande, sort_keys=True, default=str).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotence:{portee}:{cle}"])
        (libre,) = cursor.fetchone()
    if not libre:
        raise RequeteEnCours(retry_after=1)
    connue = RequeteIdempotente.objects.filter(portee=portee, cle=cle).first()
    if connue is not None:
        if connue.empreinte != empreinte:
            raise CleDejaUtilisee
        return Reponse(connue.statut_http, connue.reponse, rejouee=True)
    reponse = executer()
    if isinstance(reponse, ErreurPass):
        return reponse
    RequeteIdempotente.objects.create(
        portee=portee,
        cle=cle,
        empreinte=empreinte,
        statut_http=reponse.statut,
        reponse=reponse.corps,
        cree_le=quand or maintenant(),
    )
    return reponse


def oublier_requetes(*, quand: datetime) -> int:
    """Answers older than settings.IDEMPOTENCE_CONSERVATION are gone. Returns how many."""
    nombre, _ = RequeteIdempotente.objects.filter(cree_le__lt=quand - settings.IDEMPOTENCE_CONSERVATION).delete()
    return nombre

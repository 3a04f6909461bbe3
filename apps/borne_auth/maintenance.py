"""The maintenance of a kiosk: an agent gives a code, whoever stands at the machine types it (docs/decisions/0022).

Lock order: kiosk, then its codes; the counters of tries come first, alone.
"""

import hashlib
import hmac
import secrets

import structlog
from django.conf import settings
from django.db import transaction

from apps.borne_auth import attempts
from apps.borne_auth.droits import lignes_permises
from apps.borne_auth.errors import CodeMaintenanceRefuse, MaintenanceImpossible
from apps.borne_auth.models import (
    DUREE_MAINTENANCE,
    Agent,
    Borne,
    CodeMaintenance,
    StatutBorne,
    StatutCodeMaintenance,
)
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import AccesRefuse

logger = structlog.get_logger(__name__)

CHIFFRES = 8


@transaction.atomic
def donner_code(*, borne: Borne, agent: Agent, motif: str) -> str:
    """A new code, returned once, opens the maintenance of this kiosk for DUREE_MAINTENANCE; the one that waited opens nothing.

    Raises AccesRefuse unless `agent` may change this kiosk, MaintenanceImpossible where it is switched off.
    """
    sienne = lignes_permises(agent, Borne.objects.filter(pk=borne.pk)).exists()
    if not (sienne and agent.has_perm("borne_auth.change_borne")):
        raise AccesRefuse
    tenue = Borne.objects.select_for_update(no_key=True).get(pk=borne.pk)
    if tenue.statut != StatutBorne.ACTIVE:
        raise MaintenanceImpossible
    le = maintenant()
    attente = tenue.codes_maintenance.filter(statut=StatutCodeMaintenance.EN_ATTENTE)
    attente.update(statut=StatutCodeMaintenance.REMPLACE, fini_le=le)
    code = f"{secrets.randbelow(10**CHIFFRES):0{CHIFFRES}d}"
    tenue.codes_maintenance.create(
        donne_par=agent,
        motif=motif.strip(),
        empreinte=_empreinte(tenue, code),
        donne_le=le,
        expire_le=le + DUREE_MAINTENANCE,
    )
    logger.info("code_de_maintenance_donne", borne=tenue.code, agent=agent.pk)
    return code


def ouvrir(*, borne: Borne, code: str) -> None:
    """The code of this kiosk is used up, and its maintenance may be shown.

    Raises CodeMaintenanceRefuse for every code that opens nothing: wrong, out of date, used, of another kiosk; TropDEssais.
    Tries are counted against the code that waits, so that nobody who plays with the screen can keep the next one from opening.
    """
    le = maintenant()
    attendu = borne.codes_maintenance.filter(statut=StatutCodeMaintenance.EN_ATTENTE).first()
    connue = attendu.empreinte if attendu is not None and le < attendu.expire_le else ""
    juste = attempts.tenter(
        budgets=attempts.budgets_maintenance(borne=borne, code_id=attendu.pk if attendu else None, le=le),
        evaluer=lambda: attendu if hmac.compare_digest(connue, _empreinte(borne, code)) else None,
        le=le,
    )
    if juste is None or not _utiliser(juste):
        logger.warning("maintenance_refusee", borne=borne.code)
        raise CodeMaintenanceRefuse
    logger.info("maintenance_ouverte", borne=borne.code, code=juste.pk)


def _utiliser(code: CodeMaintenance) -> bool:
    """The code is used; False when it was before, or was replaced."""
    encore = CodeMaintenance.objects.filter(pk=code.pk, statut=StatutCodeMaintenance.EN_ATTENTE)
    return bool(encore.update(statut=StatutCodeMaintenance.UTILISE, fini_le=maintenant()))


def _empreinte(borne: Borne, code: str) -> str:
    """Keyed, since eight digits could be tried; of another kiosk the same code has another one."""
    message = f"maintenance\0{borne.pk}\0{code}".encode()
    return hmac.new(settings.CLE_COMPTEURS.encode(), message, hashlib.sha256).hexdigest()

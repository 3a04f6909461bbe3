"""Recurring jobs: a row each in `taches_planifiees`, claimed by one worker when its moment has come.

Jobs are management commands, all idempotent: one that was killed begins again at its next moment, or when somebody runs it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from croniter import croniter
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from apps.socle.files import TACHES
from apps.socle.models import TachePlanifiee
from nsia_pass_api.dates import maintenant

logger = structlog.get_logger(__name__)


def prochaine(cron: str, *, apres: datetime) -> datetime:
    """The first moment of `cron`, read in Brazzaville, after `apres`."""
    moment: datetime = croniter(cron, apres.astimezone(ZoneInfo(settings.TIME_ZONE))).get_next(datetime)
    return moment


def inscrire_taches(*, quand: datetime | None = None) -> None:
    """Every job of `files.TACHES` has its row; those that are no longer there have none."""
    quand = quand or maintenant()
    TachePlanifiee.objects.bulk_create(
        [TachePlanifiee(nom=tache.nom, prochaine_le=prochaine(tache.cron, apres=quand)) for tache in TACHES.values()],
        ignore_conflicts=True,
    )
    TachePlanifiee.objects.exclude(nom__in=TACHES).delete()


def reserver_tache(*, quand: datetime | None = None) -> str | None:
    """A due job is the caller's: its next moment is already written. None when none is due."""
    quand = quand or maintenant()
    for tache in TachePlanifiee.objects.filter(prochaine_le__lte=quand, nom__in=TACHES):
        prises = TachePlanifiee.objects.filter(pk=tache.pk, prochaine_le=tache.prochaine_le).update(
            prochaine_le=prochaine(TACHES[tache.nom].cron, apres=quand), debut_le=quand, fin_le=None, erreur=""
        )
        if prises:
            return str(tache.nom)
    return None


def executer_tache(nom: str) -> None:
    """The job has run; its row says when it ended and what went wrong, if anything, whatever it raised."""
    logger.info("tache_commencee", tache=nom)
    erreur = "arrêt imprévu : le journal du travailleur dit pourquoi"
    try:
        call_command(*TACHES[nom].commande)
        erreur = ""
    except (CommandError, DatabaseError) as echec:
        erreur = f"{type(echec).__name__} : {echec}"[:200] if isinstance(echec, CommandError) else type(echec).__name__
        logger.exception("tache_echouee", tache=nom)
    finally:
        TachePlanifiee.objects.filter(nom=nom).update(fin_le=maintenant(), erreur=erreur)
        logger.info("tache_terminee", tache=nom, reussie=not erreur)

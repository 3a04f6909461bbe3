"""Reads of proposals: those that a person may decide, and what became of those that she asked for."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.db.models import QuerySet

from apps.socle.models import Proposition, StatutProposition
from apps.socle.natures import independance, natures
from nsia_pass_api.back_office.regard import Regard
from nsia_pass_api.dates import maintenant

# An answer is on the home page of whoever asked for so long.
REPONSES_RECENTES = timedelta(days=14)
REPONSES_MONTREES = 5


def en_attente(*, quand: datetime | None = None) -> QuerySet[Proposition]:
    """Those that still wait for a decision, and may have one at `quand` (now)."""
    return Proposition.objects.filter(statut=StatutProposition.PROPOSEE, expire_le__gt=quand or maintenant())


def a_decider_par(agent: AbstractBaseUser | AnonymousUser, *, quand: datetime | None = None) -> QuerySet[Proposition]:
    """Those that wait and that `agent` may decide: the rows of which `peut_decider` says yes (a test compares them).

    One query now, for the people who are no second person beside `agent`.
    """
    if not isinstance(agent, PermissionsMixin):
        return Proposition.objects.none()
    siennes = [code for code, nature in natures() if agent.has_perm(nature.droit_decider)]
    liees = independance().liees(agent.pk)  # the agent among them
    return en_attente(quand=quand).filter(nature__in=siennes).exclude(demandeur__in=liees)


def reponses_recentes(agent: AbstractBaseUser | AnonymousUser, *, quand: datetime | None = None) -> QuerySet[Any]:
    """What `agent` asked for and others decided, or let lapse, within REPONSES_RECENTES; the last first."""
    depuis = (quand or maintenant()) - REPONSES_RECENTES
    return (
        Proposition.objects.filter(demandeur=agent.pk, decidee_le__gt=depuis)
        .exclude(statut=StatutProposition.RETIREE)
        .select_related("client", "decideur")
        .order_by("-decidee_le", "-pk")
    )


def demandes_decidees(*, permises: Regard) -> list[Proposition]:
    """The answers to what whoever looks asked for, among the rows that `permises` leaves; the last first. One query."""
    return list(permises(reponses_recentes(permises.agent))[:REPONSES_MONTREES])

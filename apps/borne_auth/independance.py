"""Who is another person than whom, for what two people do: `propositions` asks by settings.INDEPENDANCE (docs/decisions/0018)."""

from django.db import connection
from django.db.models import Q

from apps.borne_auth.models import Agent


class Independance:
    def liees(self, agent_id: int) -> frozenset[int]:
        """Those who are no second person for this agent, who is among them. One query."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT personnes_liees(%s)", [agent_id])
            return frozenset(ident for (ident,) in cursor.fetchall())

    def peuvent_decider(self, *, demandeur_id: int, droit: str) -> list[str]:
        """The names of those who may decide what this person asks, by `droit`, in alphabetical order. Two queries."""
        app, _, code = droit.partition(".")
        a_le_droit = Q(is_superuser=True) | Q(
            groups__permissions__content_type__app_label=app, groups__permissions__codename=code
        )
        liees = self.liees(demandeur_id)
        agents = Agent.objects.filter(a_le_droit, is_active=True, statut=Agent.Statut.ACTIF).exclude(pk__in=liees)
        return [str(agent) for agent in agents.distinct().order_by("last_name", "first_name", "pk")]


def auteurs_recents(agent_id: int) -> list[str]:
    """Who gave or changed this account within DEUX_PERSONNES_JOURS days, but for the agent: names, in alphabetical order."""
    with connection.cursor() as cursor:
        cursor.execute(_AUTEURS, [agent_id, agent_id])
        idents = [ident for (ident,) in cursor.fetchall()]
    return [str(agent) for agent in Agent.objects.filter(pk__in=idents).order_by("last_name", "first_name", "pk")]


# Those who hold the account: a person is linked to all whom the holders touched, so the holders are found by themselves.
_AUTEURS = """
    SELECT DISTINCT substr(j.acteur, 7)::bigint FROM journal_audit j
    WHERE j.acteur LIKE 'agent:%%' AND j.acteur <> 'agent:' || %s
      AND j.quand > now() - make_interval(days => coalesce(
          (SELECT r.valeur FROM reglages r WHERE r.nom = 'DEUX_PERSONNES_JOURS'), 30))
      AND j.table_nom IN ('agents', 'agents_groups', 'facteurs_agents')
      AND CASE j.table_nom WHEN 'agents' THEN j.cle ELSE coalesce(j.apres, j.avant) ->> 'agent_id' END = %s::text
"""

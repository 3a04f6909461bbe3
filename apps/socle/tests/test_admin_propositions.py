"""Proposals in the back office: whose queue they are in, how an answer is told, what a refused one says."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.models import Agent, RoleAgent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.natures import ChangementTelephone
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_clients.tests.refus import sans_gardes
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.tests.factories import PaiementFactory
from apps.socle.models import Proposition
from apps.socle.natures import natures
from apps.socle.selectors_propositions import REPONSES_RECENTES, a_decider_par, reponses_recentes
from apps.socle.services.propositions import approuver, attend_une_decision, perimer, peut_decider, refuser, retirer

pytestmark = pytest.mark.django_db

AGENCE = "Poto-Poto"


@pytest.fixture(autouse=True)
def _types_connus() -> None:
    ContentType.objects.clear_cache()


@pytest.fixture
def demandeuse() -> Agent:
    return AgentFactory.create(role="agent", agence=AGENCE)


@pytest.fixture
def gestionnaire() -> Agent:
    return AgentFactory.create(role="gestionnaire", first_name="Prosper", last_name="NKOUNKOU")


@pytest.fixture
def paiement() -> PaiementPass:
    return PaiementFactory.create(operateur="especes", reference_mobile_money=None, souscription__client__agence=AGENCE)


def accueil(client: Client, agent: Agent) -> Any:
    client.force_login(agent)
    return client.get(reverse("admin:index"))


def page(proposition: Proposition) -> str:
    return reverse("admin:socle_proposition_change", args=[proposition.pk])


def file(reponse: Any) -> list[tuple[int, str]]:
    return [(une.nombre, une.url) for une in reponse.context["alertes"] if une.code == "propositions"]


def toutes(demandeurs: list[Agent]) -> Iterator[Proposition]:
    """One of each kind, of each state, by each of `demandeurs`; some out of date."""
    maintenant = timezone.now()
    autre = AgentFactory.create()
    for nature, _ in natures():
        for statut in Proposition.Statut:
            for demandeur in demandeurs:
                for jours in (1, -1):
                    decidee = statut != "proposee"
                    with sans_gardes():  # what was decided was never asked for here
                        une = Proposition.objects.create(
                            nature=nature,
                            cle=f"{nature}:{statut}:{demandeur.pk}:{jours}",
                            motif="essai",
                            demandeur=demandeur,
                            statut=statut,
                            expire_le=maintenant + timedelta(days=jours),
                            decidee_le=maintenant if decidee else None,
                            decideur=autre if statut in ("approuvee", "refusee") else None,
                        )
                    yield une


@pytest.mark.parametrize("role", ["", *RoleAgent.values])
def test_the_queue_is_what_one_can_decide_row_by_row(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds may be decided by other people than each other."""
    monkeypatch.setattr(ChangementTelephone, "droit_decider", "pass_clients.change_clientpass")
    agent = AgentFactory.create(role=role)
    propositions = list(toutes([agent, AgentFactory.create()]))
    decidables = {une.pk for une in propositions if attend_une_decision(une) and peut_decider(une, agent)}
    assert set(a_decider_par(agent).values_list("pk", flat=True)) == decidables
    attendues = {"": 0, "conseiller": 0, "auditeur": 0, "agent": 1}
    assert len(decidables) == attendues.get(role, len(natures()))


def test_the_home_queue_counts_only_those(
    client: Client, demandeuse: Agent, gestionnaire: Agent, paiement: PaiementPass
) -> None:
    proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=demandeuse)
    liste = reverse("admin:socle_proposition_changelist", query={"attend": "moi"})
    assert file(accueil(client, gestionnaire)) == [(1, liste)]
    assert client.get(liste).context["cl"].result_count == 1
    for autre in (demandeuse, AgentFactory.create(role="agent", agence=AGENCE), AgentFactory.create(role="auditeur")):
        assert file(accueil(client, autre)) == []


class TestReponse:
    def test_a_refusal_is_told_to_whoever_asked(
        self, client: Client, demandeuse: Agent, gestionnaire: Agent, paiement: PaiementPass
    ) -> None:
        proposition = proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=demandeuse)
        assert "Mes demandes" not in accueil(client, demandeuse).content.decode()
        refuser(proposition=proposition, decideur=gestionnaire, commentaire="le carnet dit un seul versement")
        html = accueil(client, demandeuse).content.decode()
        dit = f"Refusée par {gestionnaire} : « le carnet dit un seul versement ». Rien n&#x27;a été fait."
        assert dit in html
        assert page(proposition) in html
        assert dit in client.get(page(proposition)).content.decode()
        tout = client.get(reverse("admin:socle_proposition_changelist", query={"attend": "reponses"}))
        assert list(tout.context["cl"].result_list) == [proposition]
        for autre in (gestionnaire, AgentFactory.create(role="agent", agence=AGENCE)):
            assert "Mes demandes" not in accueil(client, autre).content.decode()
        assert dit in client.get(
            reverse("admin:pass_payments_paiementpass_change", args=[paiement.pk])
        ).content.decode().replace("&#39;", "&#x27;")

    def test_it_stays_for_two_weeks_and_withdrawing_is_no_answer(
        self, demandeuse: Agent, gestionnaire: Agent, paiement: PaiementPass
    ) -> None:
        retiree = proposer_retour(paiement=paiement, motif="erreur", demandeur=demandeuse)
        retirer(proposition=retiree, demandeur=demandeuse)
        perimee = proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=demandeuse)
        perimer(quand=perimee.expire_le)
        lues = [une.reponse for une in reponses_recentes(demandeuse)]
        assert lues == ["Personne n'a décidé à temps. Rien n'a été fait. Proposez à nouveau s'il le faut."]
        plus_tard = perimee.expire_le + REPONSES_RECENTES
        assert list(reponses_recentes(demandeuse, quand=plus_tard)) == []

    def test_answers_cost_one_query(self, client: Client, demandeuse: Agent, gestionnaire: Agent) -> None:
        couts = set()
        for nombre in (1, 8):
            for _ in range(nombre):
                paiement = PaiementFactory.create(souscription__client=ClientFactory(agence=AGENCE))
                une = proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=demandeuse)
                refuser(proposition=une, decideur=gestionnaire, commentaire="non")
            with CaptureQueriesContext(connection) as faites:
                html = accueil(client, demandeuse).content.decode()
            couts.add(len([une for une in faites if 'FROM "propositions"' in une["sql"]]))
            assert html.count("Refusée par") == min(nombre + (nombre > 1), 5)
        assert couts == {1}  # of what she may not decide none is looked for


@pytest.mark.usefixtures("operateur")
class TestCeQuOnLit:
    @pytest.mark.parametrize("issue", ["refusee", "retiree", "perimee"])
    def test_what_was_not_done_is_not_shown_as_done(
        self, client: Client, demandeuse: Agent, gestionnaire: Agent, paiement: PaiementPass, issue: str
    ) -> None:
        proposition = proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=demandeuse)
        client.force_login(gestionnaire)
        assert lu(client, proposition) == ["Statut du paiement", "Confirmé", "→ Remboursé"]
        if issue == "refusee":
            refuser(proposition=proposition, decideur=gestionnaire, commentaire="non")
        elif issue == "retiree":
            retirer(proposition=proposition, demandeur=demandeuse)
        else:
            perimer(quand=proposition.expire_le)
        assert lu(client, proposition) == ["Statut du paiement", "Confirmé", "Remboursé"]
        html = client.get(page(proposition)).content.decode()
        assert "Était demandé, n'a pas été fait" in html
        assert "Rien n&#x27;a été fait." in html

    def test_what_was_done_is(
        self, client: Client, demandeuse: Agent, gestionnaire: Agent, paiement: PaiementPass
    ) -> None:
        proposition = proposer_retour(paiement=paiement, motif="payé deux fois", demandeur=demandeuse)
        approuver(proposition=proposition, decideur=gestionnaire)
        client.force_login(gestionnaire)
        assert lu(client, proposition) == ["Statut du paiement", "Confirmé", "→ Remboursé"]
        assert "pas été fait" not in client.get(page(proposition)).content.decode()

    def test_nor_in_the_list(self, client: Client, demandeuse: Agent, gestionnaire: Agent) -> None:
        proposition = Proposition.objects.create(
            nature="telephone",
            cle="client:1",
            avant={"telephone": "+242061234567"},
            apres={"telephone": "+242064556677"},
            motif="essai",
            demandeur=demandeuse,
            expire_le=timezone.now() + timedelta(days=1),
        )
        client.force_login(gestionnaire)
        liste = reverse("admin:socle_proposition_changelist")
        assert "67 → 06" in client.get(liste).content.decode()
        refuser(proposition=proposition, decideur=gestionnaire, commentaire="non")
        html = client.get(liste).content.decode()
        assert "→" not in html
        assert "67 : demandé 06" in html


def lu(client: Client, proposition: Proposition) -> list[str]:
    """The line of the payment's state."""
    html = client.get(page(proposition)).content.decode()
    (tableau,) = re.findall(r'<table class="changements.*?</table>', html, re.DOTALL)
    lignes = [re.sub(r"<[^>]+>", "\n", ligne).split("\n") for ligne in re.findall(r"<tr>.*?</tr>", tableau, re.DOTALL)]
    mots = [[mot.strip() for mot in ligne if mot.strip()] for ligne in lignes]
    (statut,) = [ligne for ligne in mots if ligne[0] == "Statut du paiement"]
    return [statut[0], statut[1], " ".join(statut[2:])]

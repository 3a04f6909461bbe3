"""Two people are two: nobody holds both the account that asks and the one that decides, by whatever door or steps."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import hotp

from apps.borne_auth import coffre, equipe, second_facteur
from apps.borne_auth.journal import COMMANDE
from apps.borne_auth.models import Agent, CodeSecours, FacteurAgent, JournalAudit
from apps.borne_auth.tests.factories import AgentFactory, FacteurFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.tests.courses import ou_refus
from apps.pass_clients.tests.factories import AgenceFactory
from apps.pass_clients.tests.refus import refuse as base_refuse
from apps.pass_clients.tests.refus import verifier_maintenant
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.tests.ecritures import refuse
from apps.pass_payments.tests.factories import PaiementFactory
from apps.socle.models import MessageSortant, Proposition
from apps.socle.services.messages import texte_a_envoyer
from apps.socle.services.propositions import approuver, peut_decider, proposer, refuser
from apps.socle.services.reglages import changer_reglage
from nsia_pass_api.audit import Contexte, au_nom_de
from nsia_pass_api.errors import ErreurPass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur_mtn")]


@pytest.fixture
def operateur_mtn(settings: Any) -> None:
    settings.OPERATEURS = {"mtn_money": "apps.pass_payments.tests.operateur_factice.OperateurFactice"}


@pytest.fixture
def chef() -> Agent:
    return AgentFactory.create(role="administrateur", last_name="CHEF")


@pytest.fixture
def autre() -> Agent:
    return AgentFactory.create(role="administrateur", last_name="AUTRE")


@pytest.fixture
def gerante() -> Agent:
    return AgentFactory.create(role="gestionnaire", last_name="GERANTE", telephone="+242061112233")


def par(agent: Agent) -> Any:
    """What is written inside is this agent's, as a request would say."""
    return au_nom_de(Contexte(acteur=f"agent:{agent.pk}", source="admin"))


def remboursement(agent: Agent) -> Proposition:
    return proposer_retour(
        paiement=PaiementFactory(numero_payeur="+242061234567"), motif="payé deux fois", demandeur=agent
    )


def frais(agent: Agent) -> Agent:
    return Agent.objects.get(pk=agent.pk)


def ecrire(agent: Agent, **champs: Any) -> None:
    Agent.objects.filter(pk=agent.pk).update(**champs)


class TestDroits:
    """Rights are asked by the service itself."""

    def test_whoever_may_not_ask_or_decide(self, chef: Agent) -> None:
        auditeur, agent = AgentFactory(role="auditeur"), AgentFactory(role="agent")
        paiement = PaiementFactory()
        with refuse("droit_absent"):
            proposer_retour(paiement=paiement, motif="erreur", demandeur=auditeur)
        proposition = remboursement(chef)
        for personne in (auditeur, agent, AgentFactory()):
            with refuse("droit_absent"):
                approuver(proposition=proposition, decideur=personne)
            with refuse("droit_absent"):
                refuser(proposition=proposition, decideur=personne, commentaire="non")

    def test_an_account_that_is_closed(self, chef: Agent, gerante: Agent) -> None:
        proposition = remboursement(chef)
        ecrire(gerante, is_active=False)
        with refuse("droit_absent"):
            approuver(proposition=proposition, decideur=frais(gerante))


# What somebody does to an account that gives power over it.
MAINS: dict[str, Callable[[Agent], object]] = {
    "mot de passe": lambda agent: ecrire(agent, password="autre"),
    "adresse": lambda agent: ecrire(agent, email="autre@nsia.cg"),
    "téléphone": lambda agent: ecrire(agent, telephone="+242069998877"),
    "fermée": lambda agent: ecrire(agent, is_active=False),
    "suspendue": lambda agent: ecrire(agent, statut="suspendu"),
    "tous les droits": lambda agent: ecrire(agent, is_superuser=True),
    "rôle": lambda agent: agent.groups.set(Group.objects.filter(name="administrateur")),
    "facteur": lambda agent: FacteurAgent.objects.filter(agent=agent).delete(),
}


class TestMains:
    @pytest.mark.parametrize("geste", MAINS)
    def test_whoever_touched_the_account_of_the_decider(self, geste: str, chef: Agent, gerante: Agent) -> None:
        FacteurFactory(agent=gerante)
        proposition = remboursement(chef)
        with par(chef):
            MAINS[geste](gerante)
        ecrire(gerante, is_active=True, statut="actif")
        with refuse("personnes_liees"):
            approuver(proposition=proposition, decideur=frais(gerante))
        with refuse("personnes_liees"):
            refuser(proposition=proposition, decideur=frais(gerante), commentaire="non")
        assert not peut_decider(proposition, frais(gerante))

    def test_whoever_made_it(self, chef: Agent) -> None:
        with par(chef):
            seconde = AgentFactory.create(role="gestionnaire")
        proposition = remboursement(chef)
        with refuse("personnes_liees"):
            approuver(proposition=proposition, decideur=seconde)

    def test_the_one_who_asks_is_the_puppet(self, chef: Agent) -> None:
        with par(chef):
            guichet = equipe.creer_agent(
                acteur=chef,
                mot_de_passe="une phrase de passe",
                role="agent",
                email="guichet@nsia.cg",
                matricule="G1",
                first_name="G",
                last_name="UICHET",
            )
        proposition = remboursement(guichet)
        with refuse("personnes_liees"):
            approuver(proposition=proposition, decideur=chef)

    def test_by_several_steps(self, chef: Agent, gerante: Agent) -> None:
        """The puppet's puppet, and two puppets of one hand."""
        with par(chef):
            une, deux = AgentFactory.create_batch(2, role="administrateur")
        with par(une):
            ecrire(gerante, password="autre")
        for demandeur, decideur in [(chef, gerante), (gerante, chef), (une, deux), (deux, gerante)]:
            proposition = remboursement(demandeur)
            with refuse("personnes_liees"):
                approuver(proposition=proposition, decideur=frais(decideur))

    def test_the_refusal_says_who_may(self, chef: Agent, gerante: Agent, autre: Agent) -> None:
        AgentFactory(role="agent")
        AgentFactory(role="gestionnaire", last_name="PARTIE", statut="parti")
        with par(chef):
            ecrire(gerante, email="g@nsia.cg")
        proposition = remboursement(chef)
        dit = str(ou_refus_detail(lambda: approuver(proposition=proposition, decideur=gerante)))
        assert f"Peuvent décider : {autre}." in dit
        assert "30 derniers jours" in dit
        assert approuver(proposition=proposition, decideur=autre).statut == "approuvee"

    def test_what_gives_no_power_counts_for_nothing(self, chef: Agent, gerante: Agent) -> None:
        with par(chef):
            ecrire(gerante, poste="Directrice", agence=AgenceFactory(nom="Pointe-Noire"), first_name="Aline")
        with par(gerante):
            ecrire(gerante, password="la sienne")
        assert approuver(proposition=remboursement(chef), decideur=gerante).statut == "approuvee"

    def test_it_passes_with_time(self, chef: Agent, gerante: Agent) -> None:
        """The journal is not rewritten by anybody: the window is shortened until yesterday's act is outside."""
        with par(chef):
            ecrire(gerante, email="g@nsia.cg")
        assert liees(gerante) == {chef.pk, gerante.pk}
        assert liees(gerante, depuis="now() + interval '1 day'") == {gerante.pk}
        changer_reglage(nom="DEUX_PERSONNES_JOURS", valeur=7, motif="essai", acteur=chef)
        proposition = remboursement(chef)
        with refuse("personnes_liees"):
            approuver(proposition=proposition, decideur=gerante)

    def test_the_database_refuses_it(self, chef: Agent, gerante: Agent, au_role: Callable[[], None]) -> None:
        au_role()
        with par(chef):
            ecrire(gerante, email="g@nsia.cg")
        proposition = remboursement(chef)
        with base_refuse("propositions_personnes_independantes"):
            Proposition.objects.filter(pk=proposition.pk).update(
                statut="refusee", decideur=gerante, decidee_le=proposition.demandee_le
            )


def liees(agent: Agent, *, depuis: str = "") -> set[int]:
    with connection.cursor() as cursor:
        if depuis:
            cursor.execute("SELECT pg_get_functiondef('personnes_liees'::regproc)")
            (corps,) = cursor.fetchone()
            debut = corps.index("now() - make_interval")
            fin = corps.index("AS debut")
            cursor.execute(corps[:debut] + depuis + " " + corps[fin:])
        cursor.execute("SELECT personnes_liees(%s)", [agent.pk])
        trouvees = {ident for (ident,) in cursor.fetchall()}
        if depuis:
            cursor.execute(corps)
    return trouvees


def ou_refus_detail(appel: Callable[[], Any]) -> str:
    try:
        return str(appel())
    except ErreurPass as error:
        return str(error.detail)


class TestComptes:
    """An account that decides is given, and its keys are changed, by two people."""

    def demandee(self, nature: str, agent: Agent, demandeur: Agent, **saisie: Any) -> Proposition:
        return proposer(nature=nature, objet=agent, motif="remplace la directrice", demandeur=demandeur, **saisie)

    @pytest.mark.parametrize("role", ["administrateur", "gestionnaire"])
    def test_no_door_gives_a_role_that_decides(self, chef: Agent, role: str) -> None:
        fiche = {"email": "a@nsia.cg", "matricule": "A1", "first_name": "A", "last_name": "B"}
        with refuse("compte_a_deux"):
            equipe.creer_agent(acteur=chef, role=role, **fiche)
        agent = AgentFactory(role="agent")
        with refuse("compte_a_deux"):
            equipe.modifier_agent(acteur=chef, agent=agent, role=role)
        for acte in (
            lambda: equipe.creer_agent(acteur=chef, is_superuser=True, **fiche),
            lambda: equipe.modifier_agent(acteur=chef, agent=agent, is_superuser=True),
        ):
            with refuse("compte_protege"):
                acte()

    def test_nor_the_keys_of_who_decides(self, chef: Agent, gerante: Agent) -> None:
        FacteurFactory(agent=gerante)
        with refuse("compte_a_deux"):
            equipe.modifier_agent(acteur=chef, agent=gerante, mot_de_passe="une phrase de passe")
        with refuse("compte_a_deux"):
            second_facteur.reinitialiser(agent=gerante, acteur=chef, motif="perdu", origine=COMMANDE)
        equipe.modifier_agent(acteur=gerante, agent=gerante, mot_de_passe="une phrase de passe")
        assert frais(gerante).check_password("une phrase de passe")

    def test_two_people_give_the_role(self, chef: Agent, autre: Agent, gerante: Agent) -> None:
        agent = AgentFactory(role="agent")
        proposition = self.demandee("role_agent", agent, chef, role="gestionnaire")
        assert frais(agent).role == "agent"
        with par(gerante):
            approuver(proposition=proposition, decideur=gerante)
        assert frais(agent).role == "gestionnaire"
        for demandeur in (chef, gerante):
            proposition = remboursement(demandeur)
            with refuse("personnes_liees"):
                approuver(proposition=proposition, decideur=frais(agent))
        assert approuver(proposition=remboursement(autre), decideur=frais(agent)).statut == "approuvee"

    def test_who_gave_the_account_does_not_approve_its_role(self, chef: Agent, autre: Agent) -> None:
        with par(autre):
            agent = AgentFactory.create(role="agent")
        proposition = self.demandee("role_agent", agent, chef, role="gestionnaire")
        assert proposition.avant["touche"] == str(autre)
        with par(autre):
            ecrire(agent, password="autre")
        approuver(proposition=proposition, decideur=autre)
        proposition = remboursement(autre)
        with refuse("personnes_liees"):
            approuver(proposition=proposition, decideur=frais(agent))

    def test_a_password_goes_to_its_owner_alone(self, chef: Agent, autre: Agent, gerante: Agent) -> None:
        approuver(proposition=self.demandee("mot_de_passe_agent", gerante, chef), decideur=autre)
        message = MessageSortant.objects.get()
        assert (message.telephone, message.porte_un_code) == ("+242061112233", True)
        mot_de_passe = texte_a_envoyer(message).partition("est ")[2].partition(".")[0]
        assert frais(gerante).check_password(mot_de_passe)
        assert mot_de_passe not in str(list(JournalAudit.objects.values_list("apres", flat=True)))
        ecrire(gerante, telephone="")
        with refuse("proposition_impossible"):
            self.demandee("mot_de_passe_agent", frais(gerante), chef)

    def test_a_phone_that_moved_meanwhile_stops_it(self, chef: Agent, autre: Agent, gerante: Agent) -> None:
        proposition = self.demandee("mot_de_passe_agent", gerante, chef)
        with par(chef):
            ecrire(gerante, telephone="+242069998877")
        with refuse("proposition_impossible"):
            approuver(proposition=proposition, decideur=autre)

    def test_a_factor(self, chef: Agent, autre: Agent, gerante: Agent) -> None:
        FacteurFactory(agent=gerante)
        approuver(proposition=self.demandee("facteur_agent", gerante, chef), decideur=autre)
        assert not FacteurAgent.objects.filter(agent=gerante).exists()
        with refuse("facteur_absent"):
            self.demandee("facteur_agent", frais(gerante), chef)

    def test_what_decides_of_nothing_needs_one(self, chef: Agent) -> None:
        agent = AgentFactory(role="agent")
        FacteurFactory(agent=agent)
        for nature, saisie in {
            "role_agent": {"role": "conseiller"},
            "mot_de_passe_agent": {},
            "facteur_agent": {},
        }.items():
            with refuse("proposition_impossible"):
                self.demandee(nature, agent, chef, **saisie)
        equipe.modifier_agent(acteur=chef, agent=agent, role="conseiller", mot_de_passe="une phrase de passe")
        second_facteur.reinitialiser(agent=agent, acteur=chef, motif="perdu", origine=COMMANDE)

    def test_an_outsider_proposes_nothing(self, gerante: Agent) -> None:
        nouvelle = AgentFactory()
        for personne in (gerante, AgentFactory(role="agent")):
            with refuse("droit_absent"):
                self.demandee("role_agent", nouvelle, personne, role="gestionnaire")

    def test_a_command_gives_the_first_ones(self, chef: Agent, capsys: pytest.CaptureFixture[str]) -> None:
        agent = AgentFactory()
        call_command("donner_role", agent.email, "administrateur", motif="ouverture de la maison")
        assert frais(agent).role == "administrateur"
        assert approuver(proposition=remboursement(chef), decideur=frais(agent)).statut == "approuvee"
        ligne = JournalAudit.objects.filter(table_nom="agents_groups", apres__agent_id=agent.pk).latest("pk")
        assert ligne.acteur == "commande:donner_role"


def test_the_database_keeps_accounts_that_decide(
    chef: Agent, autre: Agent, gerante: Agent, au_service: Callable[[], None]
) -> None:
    FacteurFactory(agent=gerante)
    simple = AgentFactory(role="agent")
    au_service()
    with par(chef):
        for geste in ("mot de passe", "rôle", "facteur"):
            with base_refuse("agents_compte_a_deux"):
                MAINS[geste](gerante)
        with base_refuse("agents_compte_a_deux"):
            simple.groups.set(Group.objects.filter(name="gestionnaire"))
        ecrire(simple, password="autre")
        simple.groups.set(Group.objects.filter(name="conseiller"))
    with base_refuse("agents_compte_a_deux"):
        ecrire(gerante, password="autre")
    with par(gerante):
        ecrire(gerante, password="la sienne")
    proposition = proposer(nature="facteur_agent", objet=gerante, motif="perdu", demandeur=chef)
    with par(autre):
        approuver(proposition=proposition, decideur=autre)
    assert not FacteurAgent.objects.filter(agent=gerante).exists()
    role = proposer(nature="role_agent", objet=simple, motif="promue", demandeur=chef, role="gestionnaire")
    with par(autre):
        approuver(proposition=role, decideur=autre)
        with base_refuse("agents_compte_a_deux"):
            MAINS["rôle"](simple)
    assert frais(simple).role == "gestionnaire"


class TestParLeService:
    """What the password of the role that serves requests does not open, whoever SQL says that it writes for."""

    @pytest.fixture
    def facteur(self, gerante: Agent) -> FacteurAgent:
        facteur = FacteurFactory(agent=gerante)
        second_facteur.renouveler_codes(agent=gerante, facteur=str(facteur.pk), origine=COMMANDE)
        return facteur

    @pytest.mark.parametrize("qui", ["anonyme", "", "client:1", "borne:1", "commande:cycle_de_vie", "chef"])
    def test_nobody_known_writes_what_opens_her_account(
        self, qui: str, chef: Agent, facteur: FacteurAgent, au_service: Callable[[], None]
    ) -> None:
        gerante, code = facteur.agent, facteur.codes.all()[0]
        scelle = coffre.sceller_empreinte(b"x" * 32, facteur=facteur)
        au_service()
        acteur = f"agent:{chef.pk}" if qui == "chef" else qui
        with au_nom_de(Contexte(acteur=acteur, source="admin")):
            for geste in (
                lambda: ecrire(gerante, password="autre"),
                lambda: FacteurAgent.objects.update(secret_scelle=coffre.sceller(b"x" * 20, proprietaire=gerante.pk)),
                lambda: CodeSecours.objects.create(facteur=facteur, empreinte=scelle),
                lambda: CodeSecours.objects.all().delete(),
                lambda: FacteurAgent.objects.filter(agent=gerante)._raw_delete("default"),
            ):
                with base_refuse("agents_compte_a_deux"):
                    geste()
            # What signing in writes is written before anybody is known.
            FacteurAgent.objects.update(dernier_pas=9)
            CodeSecours.objects.filter(pk=code.pk).update(utilise_le=timezone.now())

    def test_in_her_own_name_she_is_not_left_with_a_password_alone(
        self, gerante: Agent, facteur: FacteurAgent, au_service: Callable[[], None]
    ) -> None:
        """Nor by whoever says to be her: what is replaced was sealed by the application, and that opens for her alone."""
        au_service()
        with par(gerante):
            second_facteur.renouveler_codes(agent=gerante, facteur=str(facteur.pk), origine=COMMANDE)
            with base_refuse("agents_facteur_remplace"):
                second_facteur.retirer(agent=gerante, par=gerante, motif="essai", origine=COMMANDE)
            secret = second_facteur.tirer_secret()
            bon = f"{hotp(secret, int(timezone.now().timestamp()) // 30):06d}"
            second_facteur.activer(agent=gerante, secret=secret, code=bon, remplace=str(facteur.pk), origine=COMMANDE)
            verifier_maintenant()
        assert FacteurAgent.objects.get().pk != facteur.pk

    def test_who_decides_nothing_is_reset_by_one(self, chef: Agent, au_service: Callable[[], None]) -> None:
        agent = AgentFactory(role="agent")
        FacteurFactory(agent=agent)
        au_service()
        with par(chef):
            second_facteur.reinitialiser(agent=agent, acteur=chef, motif="perdu", origine=COMMANDE)
        verifier_maintenant()
        assert not FacteurAgent.objects.exists()

    def test_two_accounts_do_not_exchange_their_keys(
        self, chef: Agent, gerante: Agent, au_service: Callable[[], None]
    ) -> None:
        """All foreign keys at ease: her role would be the other's."""
        agent = AgentFactory(role="agent")
        au_service()
        with base_refuse("que par le propriétaire"):
            for de, vers in ((gerante.pk, 1_000_000), (agent.pk, gerante.pk), (1_000_000, agent.pk)):
                Agent.objects.filter(pk=de).update(id=vers)


class TestBackOffice:
    def test_an_administrator_does_not_set_the_manager_s_password(
        self, client: Client, chef: Agent, gerante: Agent
    ) -> None:
        client.force_login(chef)
        reponse = client.post(
            reverse("admin:auth_user_password_change", args=[gerante.pk]),
            {"password1": "une phrase de passe", "password2": "une phrase de passe", "usable_password": "true"},
            follow=True,
        )
        assert "se donne à deux" in reponse.content.decode()
        assert not frais(gerante).check_password("une phrase de passe")

    def test_nor_gives_a_deciding_role_or_all_rights_on_the_page(self, client: Client, chef: Agent) -> None:
        agent = AgentFactory(role="agent")
        client.force_login(chef)
        adresse = reverse("admin:borne_auth_agent_change", args=[agent.pk])
        initial = client.get(adresse).context["adminform"].form.initial
        saisie = {champ: "" if valeur is None else valeur for champ, valeur in initial.items() if champ != "groups"}
        cle = Group.objects.get(name="gestionnaire").pk
        reponse = client.post(adresse, saisie | {"groups": [cle], "is_superuser": "on"})
        assert "deux personnes le donnent" in reponse.content.decode()
        assert frais(agent).role == "agent"

    def test_the_manager_s_account_by_proposals(
        self, client: Client, chef: Agent, autre: Agent, gerante: Agent
    ) -> None:
        FacteurFactory(agent=gerante)
        agent = AgentFactory(role="agent")
        client.force_login(chef)
        for personne, acte, saisie in [
            (agent, "role", {"role": "gestionnaire"}),
            (gerante, "mot_de_passe", {}),
        ]:
            adresse = reverse("admin:borne_auth_agent_acte", args=[personne.pk, acte])
            assert client.get(adresse).status_code == 200
            assert client.post(adresse, {**saisie, "motif": "il le faut", "confirme": "1"}).status_code == 302
        assert sorted(Proposition.objects.values_list("nature", flat=True)) == ["mot_de_passe_agent", "role_agent"]
        client.force_login(autre)
        proposition = Proposition.objects.get(nature="role_agent")
        page = reverse("admin:socle_proposition_acte", args=[proposition.pk, "approuver"])
        assert "Gestionnaire" in client.get(page).content.decode()
        assert client.post(page, {"commentaire": "vu", "confirme": "1"}).status_code == 302
        assert frais(agent).role == "gestionnaire"


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_a_role_at_once_give_it_once() -> None:
    call_command("migrate", "borne_auth", verbosity=0)  # the roles, which the end of other tests had emptied
    chef, une, deux = AgentFactory.create_batch(3, role="administrateur")
    agent = AgentFactory(role="agent")
    proposition = proposer(nature="role_agent", objet=agent, motif="promue", demandeur=chef, role="gestionnaire")

    dits = en_parallele(
        2, lambda rang: ou_refus(lambda: approuver(proposition=proposition, decideur=frais([une, deux][rang])).statut)
    )

    assert sorted(map(str, dits)) == ["approuvee", "proposition_deja_decidee"]
    assert frais(agent).role == "gestionnaire"


@pytest.mark.django_db(transaction=True)
def test_an_account_that_changes_hands_while_its_owner_decides() -> None:
    """The law is asked when the row is written: what the service had read before does not count."""
    call_command("migrate", "borne_auth", verbosity=0)
    chef, gerante = AgentFactory.create_batch(2, role="gestionnaire")
    proposition = remboursement(chef)
    with par(chef):
        ecrire(gerante, email="g@nsia.cg")
    with pytest.raises(IntegrityError, match="personnes indépendantes"), transaction.atomic():
        Proposition.objects.filter(pk=proposition.pk).update(
            statut="refusee", decideur=gerante, decidee_le=proposition.demandee_le
        )
    assert PaiementPass.objects.get().statut == "succes"

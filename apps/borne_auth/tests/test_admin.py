import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from apps.borne_auth.models import Agent, Borne, RoleAgent, SessionBorne
from apps.borne_auth.selectors import alertes_bornes, bornes_muettes
from apps.borne_auth.services import empreinte
from apps.borne_auth.tests.conftest import CLE
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, SessionFactory
from apps.pass_clients.tests.factories import AgenceFactory, ClientFactory, PoliceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(client: Client) -> Client:
    client.force_login(Agent.objects.create_superuser("chef@nsia.cg", "un mot de passe long", matricule="CHEF"))
    return client


def avec_droits(client: Client, *codes: str) -> Client:
    agent = AgentFactory(email="delegue@nsia.cg")
    agent.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(agent)
    return client


def test_switching_kiosks_off_and_on_calls_the_services(chef: Client, borne: Borne) -> None:
    SessionFactory(borne=borne)
    url = "/admin/borne_auth/borne/"

    choix = {"action": "desactiver", "_selected_action": [borne.pk]}
    demande = chef.post(url, choix).content.decode()
    assert ["Plus personne ne pourra y consulter ni payer" in demande, str(borne) in demande] == [True, True]
    assert Borne.objects.get().statut == "active"

    reponse = chef.post(url, choix | {"confirme": "1"}, follow=True)

    borne.refresh_from_db()
    assert "Bornes désactivées ; sessions fermées : 1." in reponse.content.decode()
    assert (borne.statut, SessionBorne.objects.get().motif_fermeture) == ("desactivee", "borne_desactivee")
    chef.post(url, {"action": "reactiver", "_selected_action": [borne.pk]})
    borne.refresh_from_db()
    assert borne.statut == "active"


def test_a_kiosk_s_page_says_its_life_and_switches_it(chef: Client, borne: Borne) -> None:
    url = f"/admin/borne_auth/borne/{borne.pk}/"

    def lue() -> str:
        return chef.get(f"{url}change/").content.decode()

    assert "Jamais vue" in lue()
    for age, dit in ((timedelta(minutes=14), "Présente"), (timedelta(minutes=16), "Silencieuse")):
        Borne.objects.update(dernier_contact=timezone.now() - age, version="1.0.0")
        assert [texte in lue() for texte in (dit, "1.0.0", "acte/desactiver/")] == [True, True, True]
    SessionFactory(borne=borne)
    assert f'<form action="{url}acte/desactiver/"' not in lue()
    demande = chef.get(f"{url}acte/desactiver/").content.decode()
    assert "Clients connectés en ce moment" in demande
    assert Borne.objects.get().statut == "active"
    chef.post(f"{url}acte/desactiver/")
    assert (Borne.objects.get().statut, SessionBorne.objects.get().motif_fermeture) == (
        "desactivee",
        "borne_desactivee",
    )
    assert ["acte/reactiver/" in lue(), "acte/desactiver/" in lue()] == [True, False]
    chef.post(f"{url}acte/reactiver/")
    assert Borne.objects.get().statut == "active"
    assert chef.get("/admin/borne_auth/borne/", {"q": "bzv-centre-01"}).context["cl"].result_count == 1
    assert chef.get("/admin/borne_auth/borne/", {"q": "BZV"}).context["cl"].result_count == 1


def test_silent_kiosks_are_those_of_the_filter(chef: Client) -> None:
    quand = timezone.now()
    BorneFactory(code="BZV-901", cle="1", dernier_contact=quand)
    BorneFactory(code="BZV-902", cle="2", dernier_contact=quand - timedelta(minutes=16))
    BorneFactory(code="BZV-903", cle="3", dernier_contact=None)
    BorneFactory(code="BZV-904", cle="4", dernier_contact=None, statut="desactivee")

    (alerte,) = alertes_bornes(permises=lambda lignes: lignes)

    assert alerte.nombre == 2
    assert [borne.code for borne in chef.get(alerte.url).context["cl"].queryset] == ["BZV-902", "BZV-903"]
    assert set(bornes_muettes(quand=quand + timedelta(minutes=15))) == set(bornes_muettes(quand=quand))
    assert bornes_muettes(quand=quand + timedelta(minutes=16)).count() == 3


def test_who_may_only_read_switches_nothing_off(client: Client, borne: Borne) -> None:
    lecteur = avec_droits(client, "view_borne")

    page = lecteur.get("/admin/borne_auth/borne/")
    choix = {"action": "desactiver", "_selected_action": [borne.pk], "confirme": "1"}
    lecteur.post("/admin/borne_auth/borne/", choix)

    borne.refresh_from_db()
    assert page.status_code == 200
    assert borne.statut == "active"


def test_an_agent_without_rights_sees_none_of_it(client: Client, borne: Borne) -> None:
    personne = avec_droits(client)

    for nom in ("borne", "sessionborne", "agent"):
        assert personne.get(f"/admin/borne_auth/{nom}/").status_code == 403


def test_neither_key_nor_hash_is_shown_and_only_the_agency_changes(chef: Client, borne: Borne) -> None:
    url = f"/admin/borne_auth/borne/{borne.pk}/change/"
    pages = [chef.get("/admin/borne_auth/borne/"), chef.get(url)]

    for page in pages:
        assert page.status_code == 200
        assert CLE not in page.content.decode()
        assert empreinte(CLE) not in page.content.decode()
    bacongo = AgenceFactory(nom="Bacongo")
    chef.post(url, {"agence": bacongo.pk, "code": "AUTRE", "statut": "desactivee", "cle_empreinte": "0" * 64})
    borne.refresh_from_db()
    assert (borne.agence, borne.code, borne.statut) == (bacongo, "BZV-CENTRE-01", "active")
    assert borne.cle_empreinte == empreinte(CLE)
    assert chef.get("/admin/borne_auth/borne/add/").status_code == 403
    assert chef.post(f"/admin/borne_auth/borne/{borne.pk}/delete/", {"post": "yes"}).status_code == 403


def test_sessions_are_read_and_never_written(chef: Client) -> None:
    le = timezone.now()
    SessionFactory(fermee_le=le, motif_fermeture="deconnexion")
    SessionFactory(ouverte_le=le - timedelta(hours=1))
    session = SessionFactory(borne=BorneFactory())

    page = chef.get("/admin/borne_auth/sessionborne/").content.decode()

    assert all(etat in page for etat in ("Ouverte", "Fermée", "Expirée"))
    assert chef.get(f"/admin/borne_auth/sessionborne/{session.pk}/change/").status_code == 200
    for acte in ("change", "delete"):
        adresse = f"/admin/borne_auth/sessionborne/{session.pk}/{acte}/"
        assert chef.post(adresse, {"post": "yes", "police": "X"}).status_code == 403
    assert chef.get("/admin/borne_auth/sessionborne/add/").status_code == 403
    session.refresh_from_db()
    assert session.police == "CG-2026-VIE-001"


@pytest.mark.parametrize("terme", ["06 123 45 67", "+242061234567", "cg-2026-vie-901"])
def test_sessions_are_found_by_their_client(chef: Client, terme: str) -> None:
    police = PoliceFactory(
        numero_police="CG-2026-VIE-901", souscription__client=ClientFactory(nom="KONGO", telephone="+242061234567")
    )
    SessionFactory(client=police.souscription.client)
    SessionFactory(client=ClientFactory(nom="MOUKOKO"))

    page = chef.get("/admin/borne_auth/sessionborne/", {"q": terme}).content.decode()

    assert "KONGO" in page
    assert "MOUKOKO" not in page


@pytest.mark.parametrize("nom", ["borne", "sessionborne", "agent"])
def test_lists_cost_the_same_number_of_queries_whatever_their_length(
    chef: Client, nom: str, django_assert_num_queries
) -> None:
    def remplir(nombre: int) -> None:
        for _ in range(nombre):
            borne = BorneFactory(cle=str(timezone.now().timestamp()) + str(Borne.objects.count()))
            SessionFactory(borne=borne)
            AgentFactory()

    attendues = {"borne": 6, "sessionborne": 7, "agent": 8}[nom]  # the last two are noted as read
    for nombre in (2, 8):
        remplir(nombre)
        with django_assert_num_queries(attendues):
            assert chef.get(f"/admin/borne_auth/{nom}/").status_code == 200


def test_an_agent_is_added_by_e_mail(chef: Client) -> None:
    reponse = chef.post(
        "/admin/borne_auth/agent/add/",
        {
            "email": "Nouvel.Agent@NSIA.cg",
            "matricule": "AG77",
            "first_name": "Aline",
            "last_name": "MABIALA",
            "usable_password": "true",
            "password1": "une phrase de passe",
            "password2": "une phrase de passe",
        },
    )

    agent = Agent.objects.get(matricule="AG77")
    assert reponse.status_code == 302
    assert (agent.email, agent.check_password("une phrase de passe"), agent.is_superuser) == (
        "nouvel.agent@nsia.cg",
        True,
        False,
    )


def formulaire(client: Client, agent: Agent, **valeurs: object) -> dict[str, object]:
    return {
        "email": agent.email,
        "matricule": agent.matricule,
        "first_name": agent.first_name,
        "last_name": agent.last_name,
        "telephone": "",
        "adresse": "",
        "agence": "",
        "poste": "",
        "date_embauche": "",
        "statut": agent.statut,
        "taux_commission": "0",
        "is_active": "on",
        "is_staff": "on",
        **valeurs,
    }


def test_an_agent_s_phone_may_be_written_as_people_write_it(chef: Client) -> None:
    agent = AgentFactory()
    url = f"/admin/borne_auth/agent/{agent.pk}/change/"

    assert chef.get(url).status_code == 200
    assert chef.post(url, formulaire(chef, agent, telephone="06 612 34 56", email="A.B@nsia.cg")).status_code == 302
    agent.refresh_from_db()
    assert (agent.telephone, agent.email) == ("+242066123456", "a.b@nsia.cg")


def test_an_administrator_gives_herself_nothing_and_touches_nobody_who_has_all_rights(client: Client) -> None:
    chef = Agent.objects.create_superuser("chef@nsia.cg", "un mot de passe long", matricule="CHEF")
    lui = AgentFactory(role="administrateur")
    delegue = client
    delegue.force_login(lui)
    groupe = Group.objects.get(name="gestionnaire")

    droits = {"is_superuser": "on", "groups": groupe.pk, "poste": "Guichet"}
    reponse = delegue.post(f"/admin/borne_auth/agent/{lui.pk}/change/", formulaire(delegue, lui, **droits))
    mot = {"usable_password": "true", "password1": "pris par un autre", "password2": "pris par un autre"}
    refus = delegue.post(f"/admin/borne_auth/agent/{chef.pk}/password/", mot)

    lui.refresh_from_db()
    chef.refresh_from_db()
    assert reponse.status_code == 302
    assert (lui.poste, lui.is_superuser, lui.groups.get().name) == ("Guichet", False, "administrateur")
    assert refus.status_code == 403
    assert chef.check_password("un mot de passe long")
    assert delegue.post(f"/admin/borne_auth/agent/{chef.pk}/change/", formulaire(delegue, chef)).status_code == 403


def test_an_administrator_gives_others_one_role_and_never_all_rights(client: Client) -> None:
    client.force_login(AgentFactory(role="administrateur"))
    autre = AgentFactory()
    url = f"/admin/borne_auth/agent/{autre.pk}/change/"
    roles = {groupe.name: groupe.pk for groupe in Group.objects.all()}

    choix = re.search(r'<select name="groups".*?</select>', client.get(url).content.decode(), re.DOTALL)
    assert choix is not None
    assert re.findall(r">([^<>\n]+)</option>", choix[0]) == [
        "Aucun",
        *sorted(role.label for role in RoleAgent),
    ]
    assert "multiple" not in choix[0]
    inconnu = client.post(url, formulaire(client, autre, groups=0))
    assert list(inconnu.context["adminform"].errors) == ["groups"]

    for nom in ("agent", "auditeur", ""):
        un = client.post(url, formulaire(client, autre, groups=roles.get(nom, ""), is_superuser="on"))
        autre = Agent.objects.get(pk=autre.pk)
        assert (un.status_code, autre.role, autre.is_superuser) == (302, nom or None, False)


@pytest.mark.parametrize("statut", ["suspendu", "parti"])
def test_who_is_suspended_or_has_left_is_out_at_once(client: Client, statut: str) -> None:
    agent = AgentFactory(role="gestionnaire")
    agent.set_password("une phrase de passe")
    agent.save()
    couple = {"username": agent.email, "password": "une phrase de passe"}
    assert client.post("/admin/login/", couple).status_code == 302
    assert client.get("/admin/").status_code == 200

    Agent.objects.filter(pk=agent.pk).update(statut=statut)

    assert client.get("/admin/").url == "/admin/login/?next=/admin/"  # type: ignore[attr-defined]
    assert client.post("/admin/login/", couple).status_code == 200


def test_roles_are_read_and_never_written(chef: Client) -> None:
    groupe = Group.objects.get(name="conseiller")
    url = f"/admin/auth/group/{groupe.pk}/change/"

    assert "<div>Clients : lire</div>" in chef.get(url).content.decode()
    assert chef.post(url, {"name": "autre", "permissions": []}).status_code == 403
    assert chef.get("/admin/auth/group/add/").status_code == 403
    assert chef.post(f"/admin/auth/group/{groupe.pk}/delete/", {"post": "yes"}).status_code == 403


def test_nobody_deletes_an_agent(chef: Client) -> None:
    agent = AgentFactory()

    assert chef.post(f"/admin/borne_auth/agent/{agent.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Agent.objects.filter(pk=agent.pk).exists()


def test_the_pages_speak_french(chef: Client, borne: Borne) -> None:
    page = chef.get("/admin/borne_auth/borne/").content.decode()

    assert "Désactiver les bornes choisies et fermer leurs sessions" in page
    assert re.search(r"Dernier contact", page, re.IGNORECASE)
    assert chef.get("/admin/auth/group/").status_code == 200

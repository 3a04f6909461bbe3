"""The door of the back office: two steps, the way back to one's page, the end of sessions, and what is told of it all."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django_otp.oath import hotp

from apps.borne_auth import coffre, second_facteur
from apps.borne_auth.appareils import COOKIE, PERSONNES_MAX, Appareil, apres_connexion
from apps.borne_auth.connexion.magasin import cle_de_la_ligne
from apps.borne_auth.connexion.middleware import ENTETE_DE_FOND
from apps.borne_auth.models import Agent, ConnexionAgent, FacteurAgent, cle_du_facteur
from apps.borne_auth.tests.factories import SECRET, AgentFactory, ConnexionFactory, FacteurFactory

pytestmark = pytest.mark.django_db

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
EMAIL = "mireille.loemba@nsia.cg"
MOT_DE_PASSE = "une phrase de passe"
PORTE, CODE, FACTEUR = "/admin/login/", "/admin/login/code/", "/admin/second-facteur/"


def code(le: datetime = MIDI, secret: bytes = SECRET) -> str:
    return f"{hotp(secret, int(le.timestamp()) // 30):06d}"


@pytest.fixture
def agent(db: None) -> Agent:
    return Agent.objects.create_user(EMAIL, MOT_DE_PASSE, matricule="AG1", first_name="Mireille", last_name="LOEMBA")


@pytest.fixture
def facteur(agent: Agent) -> FacteurAgent:
    return FacteurFactory(agent=agent)


@pytest.fixture(autouse=True)
def _midi() -> Any:
    with time_machine.travel(MIDI, tick=False):
        yield


def mot_de_passe(client: Client, mot: str = MOT_DE_PASSE, email: str = EMAIL, **autres: Any) -> HttpResponse:
    return client.post(PORTE, {"username": email, "password": mot, **autres})


def vers(reponse: HttpResponse) -> tuple[int, str, dict[str, str]]:
    adresse = urlsplit(reponse["Location"])
    return reponse.status_code, adresse.path, {nom: un for nom, (un,) in parse_qs(adresse.query).items()}


def lignes() -> list[tuple[str, str, str]]:
    return list(ConnexionAgent.objects.order_by("pk").values_list("moyen", "resultat", "motif"))


class TestDeuxEtapes:
    def test_a_password_is_enough_without_a_factor(self, agent: Agent, client: Client) -> None:
        assert vers(mot_de_passe(client)) == (302, "/admin/", {})
        assert client.get("/admin/").status_code == 200
        assert lignes() == [("mot_de_passe", "reussie", "")]
        agent.refresh_from_db()
        assert agent.last_login == MIDI

    def test_with_one_the_code_is_asked_and_the_page_kept(self, facteur: FacteurAgent, client: Client) -> None:
        suite = "/admin/pass_clients/clientpass/?q=06+612"
        assert vers(mot_de_passe(client, next=suite)) == (302, CODE, {"next": suite})
        assert client.get(CODE, {"next": suite}).status_code == 200

        entree = client.post(CODE, {"code": code(), "next": suite})

        assert (entree.status_code, entree["Location"]) == (302, suite)
        assert client.session["facteur"] == str(facteur.pk)
        assert lignes() == [("mot_de_passe", "etape", ""), ("code", "reussie", "")]

    def test_nothing_is_reached_between_the_steps(self, facteur: FacteurAgent, client: Client) -> None:
        mot_de_passe(client)
        assert "_auth_user_id" not in client.session
        for adresse in ("/admin/", FACTEUR, f"{FACTEUR}qr.svg", "/admin/borne_auth/agent/", "/admin/password_change/"):
            assert vers(client.get(adresse)) == (302, PORTE, {"next": adresse})

    def test_the_session_has_another_key_after_each_step(self, facteur: FacteurAgent, client: Client) -> None:
        session = client.session
        session["posee"] = "par un autre"
        session.save()
        client.cookies["sessionid"] = session.session_key
        cles = [session.session_key]
        mot_de_passe(client)
        cles.append(client.session.session_key)
        assert "posee" not in client.session
        client.post(CODE, {"code": code()})
        cles.append(client.session.session_key)

        assert len(set(cles)) == 3
        assert list(Session.objects.values_list("session_key", flat=True)) == [cle_de_la_ligne(cles[2])]

    def test_a_row_of_sessions_opens_nothing_whoever_reads_or_copies_it(
        self, facteur: FacteurAgent, client: Client
    ) -> None:
        """What the password of the database shows, or lets write, is no cookie."""
        mot_de_passe(client)
        client.post(CODE, {"code": code()})
        assert client.get("/admin/").status_code == 200
        ligne = Session.objects.get()
        mienne = "m" * 32
        Session.objects.create(
            session_key=cle_de_la_ligne(mienne), session_data=ligne.session_data, expire_date=ligne.expire_date
        )
        Session.objects.create(session_key=mienne, session_data=ligne.session_data, expire_date=ligne.expire_date)
        for cookie in (ligne.session_key, mienne, cle_de_la_ligne(mienne)):
            voleur = Client()
            voleur.cookies["sessionid"] = cookie
            assert vers(voleur.get("/admin/"))[:2] == (302, PORTE)
        assert client.get("/admin/").status_code == 200
        client.post("/admin/logout/")
        assert not Session.objects.filter(pk=ligne.pk).exists()

    def test_a_wrong_code_is_told_and_a_recovery_code_opens(self, agent: Agent, client: Client) -> None:
        _, papier = second_facteur.activer(
            agent=agent,
            secret=SECRET,
            code=code(),
            remplace="",
            origine=second_facteur.Origine(canal="commande"),
        )
        mot_de_passe(client)
        assert "déjà utilisé" in client.post(CODE, {"code": code()}).content.decode()
        assert client.post(CODE, {"code": ""}).status_code == 200
        assert vers(client.post(CODE, {"code": papier[0]})) == (302, "/admin/", {})
        assert lignes()[-1] == ("code_secours", "reussie", "")

    def test_who_has_not_given_a_password_is_led_back(self, facteur: FacteurAgent, client: Client) -> None:
        for envoyer in (client.get, client.post):
            assert vers(envoyer(CODE, {"code": code()})) == (302, PORTE, {"next": "/admin/"})

    @pytest.mark.parametrize("apres", ["tard", "mot_de_passe", "parti"])
    def test_the_wait_ends(self, facteur: FacteurAgent, client: Client, apres: str) -> None:
        mot_de_passe(client)
        le = MIDI + timedelta(minutes=5, seconds=1 if apres == "tard" else -1)
        if apres == "mot_de_passe":
            facteur.agent.set_password("une autre phrase")
            facteur.agent.save()
        if apres == "parti":
            Agent.objects.update(statut="parti")
        with time_machine.travel(le, tick=False):
            reponse = client.post(CODE, {"code": code(le)})
        assert vers(reponse) == (302, PORTE, {"motif": "attente", "next": "/admin/"})
        assert "trop de temps" in client.get(reponse["Location"]).content.decode()
        assert client.get("/admin/").status_code == 302

    def test_who_is_in_is_not_asked_again(self, agent: Agent, client: Client) -> None:
        mot_de_passe(client)
        assert vers(client.get(PORTE, {"next": "/admin/borne_auth/agent/"}))[1] == "/admin/borne_auth/agent/"

    @pytest.mark.parametrize(
        "suite",
        [
            "https://ailleurs.example/admin/",
            "//ailleurs.example/admin/",
            "/\\ailleurs.example/admin/",
            "/borne/",
            "javascript:alert(1)",
            "/admin/login/?next=/admin/",
            "/admin/\nlogin",
            "",
        ],
    )
    def test_the_way_back_never_leads_elsewhere(self, agent: Agent, client: Client, suite: str) -> None:
        reponse = mot_de_passe(client, next=suite)
        assert urlsplit(reponse["Location"]).netloc == ""
        assert urlsplit(reponse["Location"]).path.startswith("/admin/")
        assert not urlsplit(reponse["Location"]).path.startswith(PORTE)

    def test_every_refusal_has_one_answer(self, agent: Agent, client: Client) -> None:
        AgentFactory(email="partie@nsia.cg", statut="parti", password=agent.password)
        AgentFactory(email="inactive@nsia.cg", is_active=False, password=agent.password)
        pages = [
            mot_de_passe(client, "une autre phrase"),
            mot_de_passe(client, email="personne@nsia.cg"),
            mot_de_passe(client, email="partie@nsia.cg"),
            mot_de_passe(client, email="inactive@nsia.cg"),
        ]
        textes = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}
        assert ({page.status_code for page in pages}, len(textes)) == ({200}, 1)
        assert "est incorrect, ou ce compte ne peut pas se connecter" in textes.pop()
        # The log alone tells them apart.
        motifs = list(ConnexionAgent.objects.order_by("pk").values_list("motif", flat=True))
        assert motifs == ["mot_de_passe", "inconnu", "compte_ferme", "compte_ferme"]

    def test_every_refusal_costs_the_same_queries(
        self, agent: Agent, client: Client, django_assert_num_queries: Any
    ) -> None:
        """Network, two savepoints, counters, account, two releases, account for the log, its line (in a savepoint or not)."""
        for email in (EMAIL, "personne@nsia.cg"):
            with django_assert_num_queries(9):
                mot_de_passe(client, "une autre phrase", email)

    def test_fields_that_are_empty_are_told(self, db: None, client: Client) -> None:
        assert "obligatoire" in mot_de_passe(client, "", "").content.decode()
        assert ConnexionAgent.objects.count() == 0


class TestObligatoire:
    @pytest.fixture(autouse=True)
    def _production(self, settings: Any) -> None:
        settings.DEUXIEME_FACTEUR_OBLIGATOIRE = True

    def test_without_a_factor_one_can_do_nothing_but_enrol(self, agent: Agent, client: Client) -> None:
        Agent.objects.update(is_superuser=True)
        mot_de_passe(client)
        for adresse in ("/admin/", "/admin/borne_auth/agent/", "/admin/password_change/", "/admin/autocomplete/"):
            for envoyer in (client.get, client.post):
                assert vers(envoyer(adresse)) == (302, FACTEUR, {})
        page = client.get(FACTEUR)
        assert (page.status_code, page.context["seule"]) == (200, True)
        assert client.get(f"{FACTEUR}qr.svg").status_code == 200

        secret = coffre.ouvrir(client.session["enrolement"], proprietaire=agent.pk)
        assert client.post(FACTEUR, {"nouveau": code(secret=secret)}).status_code == 200
        assert client.get("/admin/").status_code == 200

    def test_she_may_leave(self, agent: Agent, client: Client) -> None:
        mot_de_passe(client)
        assert 'id="sortir"' in client.get(FACTEUR).content.decode()
        assert client.post("/admin/logout/").status_code == 200
        assert "_auth_user_id" not in client.session


class TestPageDuFacteur:
    @pytest.fixture
    def entree(self, agent: Agent, client: Client) -> Client:
        mot_de_passe(client)
        return client

    def activer(self, client: Client, agent: Agent, **autres: str) -> HttpResponse:
        adresse = f"{FACTEUR}?geste=remplacer" if autres else FACTEUR
        client.get(adresse)
        secret = coffre.ouvrir(client.session["enrolement"], proprietaire=agent.pk)
        return client.post(adresse, {"nouveau": code(secret=secret), **autres})

    def test_enrolling(self, agent: Agent, entree: Client) -> None:
        page = entree.get(FACTEUR).content.decode()
        scelle = entree.session["enrolement"]
        secret = coffre.ouvrir(scelle, proprietaire=agent.pk)
        assert second_facteur.lisible(secret) in page
        image = entree.get(f"{FACTEUR}qr.svg")
        assert (image.status_code, image["Content-Type"]) == (200, "image/svg+xml")
        assert "no-store" in image["Cache-Control"]
        assert b"style=" not in image.content
        cle = entree.session.session_key

        codes = self.activer(entree, agent)

        montres = re.findall(r"<code[^>]*>([A-Z2-9-]{19})</code>", codes.content.decode())
        assert (len(montres), "no-store" in codes["Cache-Control"]) == (10, True)
        facteur = FacteurAgent.objects.get()
        assert (facteur.agent, entree.session["facteur"]) == (agent, str(facteur.pk))
        assert "enrolement" not in entree.session
        assert entree.session.session_key != cle
        # Once.
        suite = entree.get(FACTEUR).content.decode()
        assert not any(un in suite for un in montres)
        assert "10 sur 10" in suite
        assert entree.get(f"{FACTEUR}qr.svg").status_code == 404

    def test_a_wrong_first_code(self, agent: Agent, entree: Client) -> None:
        entree.get(FACTEUR)
        assert "n&#x27;est pas celui" in entree.post(FACTEUR, {"nouveau": "000000"}).content.decode()
        assert entree.post(FACTEUR, {"nouveau": ""}).status_code == 200
        assert FacteurAgent.objects.count() == 0

    def test_other_sessions_end_when_one_enrols(self, agent: Agent, entree: Client) -> None:
        ailleurs = Client()
        mot_de_passe(ailleurs)
        self.activer(entree, agent)
        reponse = ailleurs.get("/admin/borne_auth/agent/?q=a")
        assert vers(reponse) == (302, PORTE, {"motif": "facteur", "next": "/admin/borne_auth/agent/?q=a"})
        assert entree.get("/admin/").status_code == 200

    def test_another_telephone_takes_a_code_of_the_former(self, agent: Agent, entree: Client) -> None:
        codes = re.findall(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", self.activer(entree, agent).content.decode())
        ancien = FacteurAgent.objects.get()
        assert self.activer(entree, agent, code="000000").context["form"].errors
        assert FacteurAgent.objects.get() == ancien
        assert self.activer(entree, agent, code=codes[0]).context["codes"]
        assert FacteurAgent.objects.get() != ancien
        assert entree.get("/admin/").status_code == 200

    def test_other_recovery_codes_take_a_code(self, agent: Agent, entree: Client) -> None:
        codes = re.findall(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", self.activer(entree, agent).content.decode())
        adresse = f"{FACTEUR}?geste=renouveler"
        assert entree.get(adresse).status_code == 200
        assert entree.post(adresse, {"code": "000000"}).context["form"].errors
        nouveaux = entree.post(adresse, {"code": codes[0]}).context["codes"]
        assert not set(nouveaux) & set(codes)
        assert entree.get(f"{FACTEUR}?geste=autre").status_code == 200

    def test_nobody_reads_a_secret_anywhere(self, facteur: FacteurAgent, client: Client) -> None:
        Agent.objects.update(is_superuser=True)
        mot_de_passe(client)
        client.post(CODE, {"code": code()})
        for adresse in (FACTEUR, f"/admin/borne_auth/agent/{facteur.agent_id}/change/", "/admin/borne_auth/agent/"):
            page = client.get(adresse).content.decode()
            assert facteur.secret_scelle not in page
            assert "GEZDGNBV" not in page


class TestReinitialiser:
    def test_a_colleague_resets_from_the_agent_s_page(self, facteur: FacteurAgent, client: Client) -> None:
        sienne, chef = Client(), AgentFactory(role="administrateur")
        mot_de_passe(sienne)
        sienne.post(CODE, {"code": code()})
        client.force_login(chef)
        page = f"/admin/borne_auth/agent/{facteur.agent_id}"
        assert "Réinitialiser le second facteur" in client.get(f"{page}/change/").content.decode()
        acte = f"{page}/acte/reinitialiser_facteur/"
        assert client.get(acte).status_code == 200
        assert client.post(acte, {"motif": ""}).status_code == 200
        assert client.post(acte, {"motif": "reconnue de vive voix"}).status_code == 302

        assert FacteurAgent.objects.count() == 0
        assert vers(sienne.get("/admin/")) == (302, PORTE, {"motif": "facteur", "next": "/admin/"})
        ligne = ConnexionAgent.objects.order_by("-pk").first()
        assert (ligne.par, ligne.motif, ligne.commentaire) == (chef, "reinitialise", "reconnue de vive voix")
        assert "Réinitialiser le second facteur" not in client.get(f"{page}/change/").content.decode()


class TestFinDeSession:
    @pytest.fixture
    def entree(self, agent: Agent, client: Client) -> Client:
        mot_de_passe(client)
        return client

    @pytest.mark.parametrize(
        ("methode", "adresse", "retour"),
        [
            ("get", "/admin/borne_auth/agent/?q=a", "/admin/borne_auth/agent/?q=a"),
            ("post", "/admin/borne_auth/agent/1/change/?x=1", "/admin/borne_auth/agent/1/change/"),
            ("post", "/admin/logout/", "/admin/"),
            ("get", "/admin/login/?next=/admin/", "/admin/login/?next=/admin/"),
        ],
    )
    def test_idleness_ends_it_and_says_why(self, entree: Client, methode: str, adresse: str, retour: str) -> None:
        with time_machine.travel(MIDI + timedelta(minutes=30), tick=False):
            reponse = getattr(entree, methode)(adresse)
            assert vers(reponse) == (302, PORTE, {"motif": "inactivite", "next": retour})
            assert "vous ne faisiez plus rien" in entree.get(reponse["Location"]).content.decode()
            reprise = mot_de_passe(entree, next=retour)
        assert reprise["Location"] == ("/admin/" if retour.startswith(PORTE) else retour)

    def test_a_busy_session_goes_on_to_its_absolute_end(self, entree: Client) -> None:
        for minutes in range(20, 12 * 60, 20):
            with time_machine.travel(MIDI + timedelta(minutes=minutes), tick=False):
                assert entree.get("/admin/password_change/").status_code == 200, minutes
        with time_machine.travel(MIDI + timedelta(hours=12), tick=False):
            assert vers(entree.get("/admin/"))[2]["motif"] == "duree"

    def test_what_nobody_asked_for_does_not_prolong(self, entree: Client) -> None:
        for minutes in (10, 20, 29):
            with time_machine.travel(MIDI + timedelta(minutes=minutes), tick=False):
                assert entree.get("/admin/", headers={ENTETE_DE_FOND: "1"}).status_code == 200
        with time_machine.travel(MIDI + timedelta(minutes=30), tick=False):
            assert entree.get("/admin/").status_code == 302

    def test_it_is_written_once_a_minute_at_most(self, entree: Client, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):  # session, agent with her factor
            entree.get(PORTE)
        with time_machine.travel(MIDI + timedelta(minutes=1), tick=False), django_assert_num_queries(5):
            entree.get(PORTE)  # and the session, in a savepoint

    def test_a_session_that_does_not_know_its_age_is_over(self, entree: Client) -> None:
        session = entree.session
        del session["ouverte_le"]
        session.save()
        assert vers(entree.get("/admin/"))[2]["motif"] == "duree"

    def test_a_session_without_its_factor_is_over(self, client: Client) -> None:
        facteur = FacteurFactory()
        client.force_login(facteur.agent)
        assert vers(client.get("/admin/"))[2]["motif"] == "facteur"

    def test_an_unknown_reason_says_nothing(self, client: Client, db: None) -> None:
        assert client.get(PORTE, {"motif": "<b>autre"}).context["avis"] == ""


class TestVerrou:
    """Guesses from elsewhere never keep their owner out."""

    @pytest.fixture
    def sans_html(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", property(lambda reponse: ""))

    def refus(self, client: Client, nombre: int, adresse: str, email: str = EMAIL) -> list[bool]:
        """For each try, whether one has to wait."""
        reponses: list[Any] = [
            client.post(PORTE, {"username": email, "password": f"essai {rang}"}, REMOTE_ADDR=adresse)
            for rang in range(nombre)
        ]
        return ["Réessayez dans" in str(reponse.context_data["form"].non_field_errors()) for reponse in reponses]

    def entre(self, client: Client, adresse: str) -> bool:
        reponse = client.post(PORTE, {"username": EMAIL, "password": MOT_DE_PASSE}, REMOTE_ADDR=adresse)
        return reponse.status_code == 302

    def test_from_one_address_five_tries(self, agent: Agent) -> None:
        assert self.refus(Client(), 7, "41.78.6.6") == [False] * 5 + [True] * 2

    @pytest.mark.usefixtures("sans_html")
    @pytest.mark.parametrize("email", [EMAIL, "personne@nsia.cg"])
    def test_from_everywhere_the_wait_grows(self, agent: Agent, email: str) -> None:
        """Ten in a quarter of an hour, twenty in an hour, forty in a day: whether the account exists or not."""

        def attaque(le: datetime) -> int:
            with time_machine.travel(le, tick=False):
                return sum(not self.refus(Client(), 1, f"102.0.0.{rang}", email)[0] for rang in range(13))

        quarts = [attaque(MIDI + timedelta(minutes=15 * rang)) for rang in range(12)]
        assert quarts == [10, 10, 0, 0, 10, 10, 0, 0, 0, 0, 0, 0]

    def test_her_device_is_not_kept_out_even_at_the_same_address(self, agent: Agent, client: Client) -> None:
        assert self.entre(client, "41.78.1.1")
        client.post("/admin/logout/")
        assert self.refus(Client(), 7, "41.78.1.1")[-1]
        for rang in range(12):
            self.refus(Client(), 1, f"102.0.0.{rang}")
        assert not self.entre(Client(), "102.0.9.9")
        assert self.entre(client, "41.78.1.1")
        assert ConnexionAgent.objects.order_by("-pk").first().appareil_connu

    def test_her_address_is_not_kept_out_by_other_addresses(self, agent: Agent) -> None:
        ConnexionFactory(agent=agent, adresse="41.78.1.1", moment=MIDI - timedelta(days=89))
        ConnexionFactory(agent=agent, adresse="41.78.1.2", moment=MIDI - timedelta(days=91))
        for rang in range(12):
            self.refus(Client(), 1, f"102.0.0.{rang}")
        assert [self.entre(Client(), adresse) for adresse in ("41.78.1.2", "41.78.1.1")] == [False, True]

    def test_a_device_has_its_own_tries(self, agent: Agent, client: Client) -> None:
        assert self.entre(client, "41.78.1.1")
        client.post("/admin/logout/")
        assert self.refus(client, 7, "41.78.1.1") == [False] * 5 + [True] * 2
        assert self.entre(Client(), "41.78.1.1")

    def test_a_device_is_hers_alone_and_signed(self, agent: Agent, client: Client) -> None:
        assert self.entre(client, "41.78.1.1")
        biscuit = client.cookies[COOKIE]
        assert (biscuit["httponly"], biscuit["samesite"], biscuit["path"]) == (True, "Lax", "/admin/")
        appareil = Appareil.lire(biscuit.value)
        assert appareil is not None
        assert (appareil.connait(EMAIL), appareil.connait("autre@nsia.cg")) == (True, False)
        assert EMAIL not in biscuit.value
        for abime in (None, "", "abc", biscuit.value[:-1] + ("A" if biscuit.value[-1] != "A" else "B")):
            assert Appareil.lire(abime) is None
        with time_machine.travel(MIDI + timedelta(days=181), tick=False):
            assert Appareil.lire(biscuit.value) is None

    def test_a_shared_device_knows_its_last_people(self) -> None:
        appareil = None
        for rang in range(PERSONNES_MAX + 2):
            appareil = apres_connexion(appareil, email=f"agent{rang}@nsia.cg")
        appareil = apres_connexion(appareil, email="agent5@nsia.cg")
        assert len(appareil.personnes) == PERSONNES_MAX
        connus = [rang for rang in range(PERSONNES_MAX + 2) if appareil.connait(f"agent{rang}@nsia.cg")]
        assert connus == list(range(2, PERSONNES_MAX + 2))

    def test_who_knows_the_password_does_not_stop_codes_at_her_device(
        self, facteur: FacteurAgent, client: Client
    ) -> None:
        mot_de_passe(client)
        client.post(CODE, {"code": code()})
        voleur = Client()
        mot_de_passe(voleur)
        for _ in range(6):
            refusee = voleur.post(CODE, {"code": "000000"})
        assert "Réessayez dans 15 minutes" in refusee.content.decode()

        client.post("/admin/logout/")
        mot_de_passe(client)
        plus_tard = MIDI + timedelta(seconds=30)
        with time_machine.travel(plus_tard, tick=False):
            assert client.post(CODE, {"code": code(plus_tard)}).status_code == 302


class TestJournal:
    def test_no_secret_and_no_person_is_written(self, facteur: FacteurAgent, client: Client) -> None:
        navigateur = "Mozilla/5.0 (tel 06 612 34 56) Bearer abc.def"
        client.post(
            PORTE, {"username": EMAIL, "password": "secret faux"}, HTTP_USER_AGENT=navigateur + "\n" + "x" * 400
        )
        client.post(PORTE, {"username": "personne@nsia.cg", "password": MOT_DE_PASSE})
        mot_de_passe(client)
        client.post(CODE, {"code": code()})
        tout = repr(list(ConnexionAgent.objects.values_list()))
        for secret in ("secret faux", MOT_DE_PASSE, code(), "612 34", "abc.def", EMAIL, "personne@nsia.cg", "\\n"):
            assert secret not in tout
        assert ConnexionAgent.objects.order_by("pk").first().navigateur.startswith("Mozilla/5.0 (tel")

    def test_the_database_refuses_to_change_it(self, agent: Agent) -> None:
        ligne = ConnexionFactory(agent=agent, moment=MIDI)
        for ecrire in (
            lambda: ConnexionAgent.objects.update(motif="code"),
            lambda: ConnexionAgent.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError, match="connexions_agents"), transaction.atomic():
                ecrire()
        assert str(ligne) == "Entrée le 21/11/2026 12:00"

    @pytest.mark.parametrize("terme", [EMAIL, EMAIL.upper(), "AG1", "ag1", "41.78.7.7", "loemba", "LOEMBA mir"])
    def test_it_is_searched(self, agent: Agent, client: Client, terme: str) -> None:
        attendue = ConnexionFactory(agent=agent, adresse="41.78.7.7")
        autre = AgentFactory(last_name="MABIALA", first_name="Aline", role="auditeur")
        ConnexionFactory(agent=autre)
        ConnexionFactory(agent=None)
        client.force_login(autre)
        liste = client.get("/admin/borne_auth/connexionagent/", {"q": terme}).context["cl"].result_list
        assert list(liste) == [attendue]

    def test_an_unknown_identifier_is_found_by_who_knows_it(self, client: Client) -> None:
        client.force_login(AgentFactory(role="auditeur"))
        inconnue = ConnexionFactory(agent=None)
        page = client.get("/admin/borne_auth/connexionagent/", {"q": "personne@nsia.cg"})
        assert list(page.context["cl"].result_list) == [inconnue]
        assert "Identifiant inconnu" in page.content.decode()
        assert client.get(f"/admin/borne_auth/connexionagent/{inconnue.pk}/change/").status_code == 200

    def test_a_list_costs_the_same_whatever_its_length(self, client: Client, django_assert_num_queries: Any) -> None:
        """Session, agent, rights (two), role, statistics or count, rows."""
        client.force_login(AgentFactory(role="auditeur"))
        for nombre in (1, 8):
            for _ in range(nombre):
                ConnexionFactory()
            with django_assert_num_queries(9):
                assert client.get("/admin/borne_auth/connexionagent/").status_code == 200

    def test_a_person_reads_her_own(self, agent: Agent, client: Client) -> None:
        moi = AgentFactory(role="agent")
        sienne, autre = ConnexionFactory(agent=moi), ConnexionFactory(agent=agent)
        client.force_login(moi)
        assert list(client.get("/admin/borne_auth/connexionagent/").context["cl"].result_list) == [sienne]
        assert client.get(f"/admin/borne_auth/connexionagent/{autre.pk}/change/").status_code == 302
        assert cle_du_facteur(moi) == ""

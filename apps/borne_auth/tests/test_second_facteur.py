"""Codes of a telephone and codes on paper: good once, for their owner, around their time."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django_otp.oath import hotp
from hypothesis import given
from hypothesis import strategies as st

from apps.borne_auth import coffre, second_facteur
from apps.borne_auth.errors import CodeErrone, CoffreFerme, CompteProtege, FacteurAbsent, FacteurRemplace
from apps.borne_auth.journal import COMMANDE
from apps.borne_auth.models import CodeSecours, CompteurEssais, ConnexionAgent, FacteurAgent, cle_du_facteur
from apps.borne_auth.tests.factories import SECRET, AgentFactory, FacteurFactory
from nsia_pass_api.errors import TropDEssais

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
PAS = int(MIDI.timestamp()) // 30


def code(pas: int = PAS, secret: bytes = SECRET) -> str:
    return f"{hotp(secret, pas):06d}"


@pytest.fixture
def midi() -> Iterator[None]:
    with time_machine.travel(MIDI, tick=False):
        yield


@given(secret=st.binary(min_size=20, max_size=20), pas=st.integers(1, 10**9), ecart=st.integers(-5, 5))
def test_a_code_is_good_a_step_around_its_own_and_never_before_the_last_used(
    secret: bytes, pas: int, ecart: int
) -> None:
    le = datetime.fromtimestamp(pas * 30 + 7, tz=UTC)
    donne = code(max(pas + ecart, 0), secret)
    proches = [un for un in range(pas - 1, pas + 2) if code(un, secret) == donne]

    assert second_facteur.pas_du_code(secret, donne, le=le) == (proches[-1] if proches else None)
    assert bool(proches) or abs(ecart) > 1
    assert second_facteur.pas_du_code(secret, donne, le=le, apres=pas + 1) is None


@pytest.mark.parametrize(("seconde", "attendu"), [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")])
def test_codes_are_those_of_the_standard(seconde: int, attendu: str) -> None:
    """RFC 6238, appendix B, six digits."""
    le = datetime.fromtimestamp(seconde, tz=UTC)

    assert second_facteur.pas_du_code(SECRET, attendu, le=le) == seconde // 30


def test_what_a_telephone_reads() -> None:
    agent = AgentFactory.build(email="mireille.loemba@nsia.cg")

    assert second_facteur.adresse_otpauth(SECRET, agent=agent) == (
        "otpauth://totp/NSIA%20PASS:mireille.loemba%40nsia.cg"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=NSIA%20PASS"
    )
    assert second_facteur.lisible(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert len({second_facteur.tirer_secret() for _ in range(20)}) == 20


@pytest.mark.django_db
@pytest.mark.usefixtures("midi")
class TestVerifier:
    def verifier(self, facteur: FacteurAgent, saisi: str) -> str:
        return second_facteur.verifier(agent=facteur.agent, code=saisi, origine=COMMANDE).value

    @pytest.mark.parametrize("ecart", [-1, 0, 1])
    def test_a_code_serves_once(self, ecart: int) -> None:
        facteur = FacteurFactory()
        bon = code(PAS + ecart)

        assert self.verifier(facteur, f" {bon[:3]} {bon[3:]} ") == "code"
        facteur.refresh_from_db()
        assert facteur.dernier_pas == PAS + ecart
        assert CompteurEssais.objects.count() == 0
        with pytest.raises(CodeErrone):
            self.verifier(facteur, bon)

    @pytest.mark.parametrize("faux", [code(PAS - 2), code(PAS + 2), "", "abc", "12345", "A" * 16, "é" * 6])
    def test_a_wrong_code_is_charged_and_told(self, faux: str) -> None:
        facteur = FacteurFactory()

        with pytest.raises(CodeErrone):
            self.verifier(facteur, faux)

        assert sorted(CompteurEssais.objects.values_list("regle", "essais")) == [
            ("facteur_jour", 1),
            ("facteur_quart_heure", 1),
        ]
        ligne = ConnexionAgent.objects.get()
        assert (ligne.agent, ligne.moyen, ligne.resultat, ligne.motif) == (facteur.agent, "code", "refusee", "code")

    def test_after_five_even_the_right_one_waits(self) -> None:
        facteur = FacteurFactory()
        for _ in range(5):
            with pytest.raises(CodeErrone):
                self.verifier(facteur, "000000")

        for _ in range(3):
            with pytest.raises(TropDEssais) as refus:
                self.verifier(facteur, code())
        assert refus.value.retry_after == 900
        # Who insists does not fill the log.
        assert ConnexionAgent.objects.filter(motif="trop_d_essais").count() == 1
        with time_machine.travel(MIDI + timedelta(minutes=15), tick=False):
            assert self.verifier(facteur, code(PAS + 30)) == "code"

    def test_a_code_of_somebody_else_or_of_nobody(self) -> None:
        FacteurFactory()
        autre = FacteurFactory(agent=AgentFactory())
        FacteurAgent.objects.filter(pk=autre.pk).update(
            secret_scelle=coffre.sceller(b"x" * 20, proprietaire=autre.agent_id)
        )
        with pytest.raises(CodeErrone):
            self.verifier(autre, code())
        with pytest.raises(CodeErrone):
            second_facteur.verifier(agent=AgentFactory(), code=code(), origine=COMMANDE)

    def test_a_code_on_paper_serves_once(self) -> None:
        agent = AgentFactory()
        facteur, papier = second_facteur.activer(agent=agent, secret=SECRET, code=code(), remplace="", origine=COMMANDE)

        assert len(set(papier)) == 10
        assert self.verifier(facteur, papier[3].lower()) == "code_secours"
        assert second_facteur.codes_restants(facteur) == 9
        with pytest.raises(CodeErrone):
            self.verifier(facteur, papier[3])
        assert self.verifier(facteur, papier[4].replace("-", " ")) == "code_secours"
        # Only hashes are kept, and sealed.
        for un in papier:
            lu = un.replace("-", "")
            assert not CodeSecours.objects.filter(empreinte__in=[lu, hashlib.sha256(lu.encode()).hexdigest()]).exists()

    @pytest.mark.parametrize("agent_du_sceau", ["autre", "meme"])
    def test_a_code_on_paper_opens_its_own_factor_alone(self, agent_du_sceau: str) -> None:
        """Copied by SQL from another agent's, or from a former factor of the same agent, a row opens nothing."""
        facteur = FacteurFactory()
        autre = FacteurFactory() if agent_du_sceau == "autre" else FacteurAgent(agent=facteur.agent)
        scelle = coffre.sceller_empreinte(hashlib.sha256(b"A" * 16).digest(), facteur=autre)
        CodeSecours.objects.create(facteur=facteur, empreinte=scelle)
        with pytest.raises(CodeErrone):
            self.verifier(facteur, "A" * 16)
        bon = coffre.sceller_empreinte(hashlib.sha256(b"B" * 16).digest(), facteur=facteur)
        CodeSecours.objects.create(facteur=facteur, empreinte=bon)
        assert self.verifier(facteur, "B" * 16) == "code_secours"

    def test_a_secret_copied_from_another_agent_opens_nothing(self) -> None:
        facteur, autre = FacteurFactory(), FacteurFactory()
        FacteurAgent.objects.filter(pk=facteur.pk).update(secret_scelle=autre.secret_scelle)
        with pytest.raises(CoffreFerme):
            self.verifier(facteur, code())


@pytest.mark.django_db
@pytest.mark.usefixtures("midi")
class TestActes:
    def test_enrolling_then_another_telephone(self) -> None:
        agent = AgentFactory()
        premier, papier = second_facteur.activer(agent=agent, secret=SECRET, code=code(), remplace="", origine=COMMANDE)
        autre = b"y" * 20
        second, _ = second_facteur.activer(
            agent=agent, secret=autre, code=code(secret=autre), remplace=str(premier.pk), origine=COMMANDE
        )

        assert FacteurAgent.objects.get() == second
        assert second.pk != premier.pk
        with pytest.raises(CodeErrone):
            second_facteur.verifier(agent=agent, code=papier[0], origine=COMMANDE)
        evenements = ConnexionAgent.objects.filter(resultat="facteur").order_by("pk").values_list("motif", "par")
        assert list(evenements) == [("active", agent.pk), ("remplace", agent.pk)]

    def test_the_code_that_enrolled_does_not_open_a_session_as_well(self) -> None:
        agent = AgentFactory()
        second_facteur.activer(agent=agent, secret=SECRET, code=code(), remplace="", origine=COMMANDE)

        with pytest.raises(CodeErrone):
            second_facteur.verifier(agent=agent, code=code(), origine=COMMANDE)

    def test_a_wrong_first_code_and_a_factor_that_changed_meanwhile_change_nothing(self) -> None:
        facteur = FacteurFactory()
        commun = {"agent": facteur.agent, "secret": b"y" * 20, "origine": COMMANDE}
        with pytest.raises(CodeErrone):
            second_facteur.activer(**commun, code="000000", remplace=str(facteur.pk))
        for attendu in ("", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"):
            with pytest.raises(FacteurRemplace):
                second_facteur.activer(**commun, code=code(secret=b"y" * 20), remplace=attendu)
            with pytest.raises(FacteurRemplace):
                second_facteur.renouveler_codes(agent=facteur.agent, facteur=attendu, origine=COMMANDE)
        assert FacteurAgent.objects.get().secret_scelle == facteur.secret_scelle

    def test_other_codes_on_paper(self) -> None:
        facteur = FacteurFactory()
        anciens = second_facteur.renouveler_codes(
            agent=facteur.agent, facteur=cle_du_facteur(facteur.agent), origine=COMMANDE
        )
        nouveaux = second_facteur.renouveler_codes(
            agent=facteur.agent, facteur=cle_du_facteur(facteur.agent), origine=COMMANDE
        )
        assert not set(anciens) & set(nouveaux)
        assert second_facteur.codes_restants(facteur) == 10

    def test_a_colleague_resets_and_it_is_told(self) -> None:
        facteur = FacteurFactory()
        second_facteur.renouveler_codes(agent=facteur.agent, facteur=str(facteur.pk), origine=COMMANDE)
        chef = AgentFactory(role="administrateur")

        second_facteur.reinitialiser(
            agent=facteur.agent, acteur=chef, motif="téléphone perdu, le 06 612 34 56", origine=COMMANDE
        )

        assert not FacteurAgent.objects.exists()
        assert not CodeSecours.objects.exists()
        ligne = ConnexionAgent.objects.get(motif="reinitialise")
        assert (ligne.agent, ligne.par) == (facteur.agent, chef)
        assert ligne.commentaire == "téléphone perdu, le [téléphone]"
        with pytest.raises(FacteurAbsent):
            second_facteur.reinitialiser(agent=facteur.agent, acteur=chef, motif="encore", origine=COMMANDE)

    def test_nobody_resets_herself_nor_who_has_all_rights(self) -> None:
        facteur = FacteurFactory(agent__is_superuser=True)
        for acteur in (facteur.agent, AgentFactory(role="administrateur")):
            with pytest.raises(CompteProtege):
                second_facteur.reinitialiser(agent=facteur.agent, acteur=acteur, motif="x", origine=COMMANDE)
        assert FacteurAgent.objects.count() == 1

    def test_the_server_resets_whoever_is_alone(self) -> None:
        facteur = FacteurFactory(agent__is_superuser=True, agent__email="chef@nsia.cg")
        dit = StringIO()

        call_command("reinitialiser_facteur", " Chef@nsia.cg", motif="téléphone volé", stdout=dit)

        assert "devra en activer un autre" in dit.getvalue()
        assert not FacteurAgent.objects.exists()
        ligne = ConnexionAgent.objects.get()
        assert (ligne.agent, ligne.par, ligne.canal) == (facteur.agent, None, "commande")
        with pytest.raises(CommandError, match="Personne n'a l'adresse"):
            call_command("reinitialiser_facteur", "personne@nsia.cg", motif="x", stdout=dit)

    def test_the_key_is_changed_without_anybody_enrolling_again(self, settings) -> None:
        facteurs = [FacteurFactory() for _ in range(3)]
        papier = second_facteur.renouveler_codes(agent=facteurs[0].agent, facteur=str(facteurs[0].pk), origine=COMMANDE)
        second_facteur.verifier(agent=facteurs[0].agent, code=papier[9], origine=COMMANDE)
        settings.CLES_SECOND_FACTEUR_ANCIENNES = [settings.CLE_SECOND_FACTEUR]
        settings.CLE_SECOND_FACTEUR = "nouvelle" * 8
        FacteurFactory()
        for attendus in (["3", "1"], ["0", "4"]):
            dit = StringIO()
            call_command("rechiffrer_facteurs", stdout=dit)
            assert [ligne.split()[-1] for ligne in dit.getvalue().splitlines()[:2]] == attendus

        settings.CLES_SECOND_FACTEUR_ANCIENNES = []
        for bon in (code(), papier[0]):
            second_facteur.verifier(agent=facteurs[0].agent, code=bon, origine=COMMANDE)
        with pytest.raises(CodeErrone):
            second_facteur.verifier(agent=facteurs[0].agent, code=papier[9], origine=COMMANDE)
        assert second_facteur.codes_restants(facteurs[0]) == 8


@pytest.mark.django_db
class TestBase:
    """What the database refuses, whoever asks."""

    def refuse(self, ecrire, erreur: type[Exception] = DatabaseError) -> None:
        with pytest.raises(erreur), transaction.atomic():
            ecrire()

    def test_a_secret_in_clear_and_a_code_that_comes_back(self) -> None:
        facteur = FacteurFactory(dernier_pas=10)
        lignes = FacteurAgent.objects.filter(pk=facteur.pk)
        self.refuse(lambda: lignes.update(secret_scelle="GEZDGNBVGY3TQOJQ"), IntegrityError)
        self.refuse(lambda: lignes.update(dernier_pas=9))
        self.refuse(lambda: lignes.update(agent=AgentFactory()))
        self.refuse(lambda: FacteurFactory(agent=facteur.agent), IntegrityError)

    def test_a_code_on_paper_is_not_given_back(self) -> None:
        facteur = FacteurFactory()
        scelle, autre = (coffre.sceller_empreinte(b"x" * 32, facteur=facteur) for _ in range(2))
        code_secours = CodeSecours.objects.create(facteur=facteur, empreinte=scelle, utilise_le=MIDI)
        self.refuse(lambda: CodeSecours.objects.update(utilise_le=None))
        self.refuse(lambda: CodeSecours.objects.update(empreinte=autre))
        en_clair = hashlib.sha256(b"A" * 16).hexdigest()
        self.refuse(lambda: CodeSecours.objects.create(facteur=facteur, empreinte=en_clair), IntegrityError)
        self.refuse(lambda: FacteurAgent.objects.get().delete(), Exception)
        assert str(code_secours) == str(code_secours.pk)
        assert str(code_secours.facteur) == str(code_secours.facteur_id)

"""Settings of the back office: in force at once and everywhere, within bounds, with a history that nobody rewrites."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.courses import ou_refus
from apps.socle.definitions import DEFINITIONS
from apps.socle.errors import ReglageImpossible
from apps.socle.models import ChangementReglage, Reglage
from apps.socle.reglages import memoire_partagee, par_defaut, reglage
from apps.socle.services.reglages import changer_reglage, inscrire_reglages

pytestmark = pytest.mark.django_db

NOM = "ALERTE_EXPIRATION_JOURS"


@pytest.fixture
def acteur() -> Agent:
    return AgentFactory()


def changer(valeur: int | None, acteur: Agent, nom: str = NOM, motif: str = " demandé ") -> Reglage:
    return changer_reglage(nom=nom, valeur=valeur, motif=motif, acteur=acteur)


class TestValeur:
    def test_that_of_the_environment_until_somebody_changes_it(self, acteur: Agent, settings: Settings) -> None:
        settings.ALERTE_EXPIRATION_JOURS = 12
        assert reglage(NOM) == 12
        changer(45, acteur)
        assert reglage(NOM) == 45
        changer(None, acteur)
        assert reglage(NOM) == 12
        assert list(ChangementReglage.objects.order_by("id").values_list("avant", "apres", "motif", "acteur")) == [
            (None, 45, "demandé", acteur.pk),
            (45, None, "demandé", acteur.pk),
        ]

    def test_every_default_is_within_its_bounds(self) -> None:
        hors = [nom for nom, une in DEFINITIONS.items() if not une.minimum <= par_defaut(nom) <= une.maximum]
        assert hors == []

    def test_a_request_reads_them_once(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(1), memoire_partagee():
            assert [reglage(nom) for nom in DEFINITIONS] == [par_defaut(nom) for nom in DEFINITIONS]
        with django_assert_num_queries(2):
            reglage(NOM), reglage(NOM)

    def test_the_next_request_sees_the_change(self, acteur: Agent, client: Client) -> None:
        """Another process too: nothing is kept between requests."""
        with memoire_partagee():
            avant = reglage(NOM)
        changer(45, acteur)
        with memoire_partagee():
            assert (avant, reglage(NOM)) == (par_defaut(NOM), 45)


class TestChanger:
    @pytest.mark.parametrize(
        ("nom", "valeur", "motif"),
        [
            (NOM, 366, "x"),
            (NOM, -1, "x"),
            (NOM, 45, "  "),
            (NOM, None, "x"),
            ("PAIEMENT_MINIMUM", 600_000, "x"),
            ("PAIEMENT_MAXIMUM", 99, "x"),
            ("PLAFOND_PRIMES_ANNUEL", 3_499, "x"),
        ],
    )
    def test_what_makes_no_sense(self, acteur: Agent, nom: str, valeur: int | None, motif: str) -> None:
        with pytest.raises(ReglageImpossible):
            changer(valeur, acteur, nom=nom, motif=motif)
        assert ChangementReglage.objects.count() == 0
        assert not Reglage.objects.exclude(valeur=None).exists()

    def test_going_back_may_not_pass_another(self, acteur: Agent) -> None:
        changer(200, acteur, nom="PAIEMENT_MINIMUM")
        changer(300, acteur, nom="PAIEMENT_MAXIMUM")
        changer(None, acteur, nom="PAIEMENT_MINIMUM")
        assert reglage("PAIEMENT_MINIMUM") == 100

    def test_the_database_keeps_the_history(self, acteur: Agent) -> None:
        changer(45, acteur)
        with refus.refuse("n'est pas celle de son historique"):
            Reglage.objects.filter(nom=NOM).update(valeur=46)
        with refus.refuse("Cannot update or delete"):
            ChangementReglage.objects.update(apres=46)
        with refus.refuse("Cannot delete"):
            Reglage.objects.filter(nom="PAIEMENT_MINIMUM").delete()

    def test_every_setting_has_its_row_and_bounds_after_a_migration(self) -> None:
        Reglage.objects.filter(nom=NOM).update(minimum=1, maximum=2)
        inscrire_reglages()
        assert {
            nom: (minimum, maximum)
            for nom, minimum, maximum in Reglage.objects.values_list("nom", "minimum", "maximum")
        } == {nom: (une.minimum, une.maximum) for nom, une in DEFINITIONS.items()}

    @pytest.mark.parametrize("nom", DEFINITIONS)
    def test_the_database_keeps_the_bounds_whatever_the_history_says(
        self, nom: str, acteur: Agent, au_role: Callable[[], None]
    ) -> None:
        une = DEFINITIONS[nom]
        au_role()

        def forger(valeur: int) -> None:
            ChangementReglage.objects.create(reglage_id=nom, apres=valeur, motif="essai", acteur=acteur)
            Reglage.objects.filter(nom=nom).update(valeur=valeur)

        for valeur in (une.minimum - 1, une.maximum + 1, -9_999, 2_000_000_000):
            with refus.refuse("reglages_bornes"):
                forger(valeur)
        forger(une.minimum)
        forger(une.maximum)
        refus.verifier_maintenant()

    @pytest.mark.parametrize(
        "champs", [{"nom": "AUTRE"}, {"minimum": -9_999}, {"maximum": 2_000_000_000}, {"minimum": None}], ids=str
    )
    def test_the_service_moves_neither_names_nor_bounds(
        self, champs: dict[str, Any], au_service: Callable[[], None]
    ) -> None:
        au_service()
        with refus.refuse("que par le propriétaire"):
            Reglage.objects.filter(nom="DEUX_PERSONNES_JOURS").update(**champs)
        with refus.refuse("que par le propriétaire"):
            Reglage.objects.create(nom="AUTRE")


@pytest.mark.django_db(transaction=True)
def test_two_bounds_moved_at_once_never_cross(acteur: Agent) -> None:
    inscrire_reglages()
    voulues = [("PAIEMENT_MINIMUM", 400_000), ("PAIEMENT_MAXIMUM", 300_000)] * 3
    issues = Counter(
        en_parallele(6, lambda rang: ou_refus(lambda: changer(voulues[rang][1], acteur, nom=voulues[rang][0]).nom))
    )
    assert issues["reglage_impossible"] == 5
    assert reglage("PAIEMENT_MINIMUM") <= reglage("PAIEMENT_MAXIMUM")


class TestPages:
    @pytest.fixture(autouse=True)
    def _types_connus(self) -> None:
        ContentType.objects.clear_cache()

    def acte(self, nom: str) -> str:
        return reverse("admin:socle_reglage_acte", args=[NOM, nom])

    def test_an_administrator_changes_and_all_see_by_whom(self, client: Client) -> None:
        moi = AgentFactory(role="administrateur", first_name="Prosper", last_name="NKOUNKOU")
        client.force_login(moi)
        page = reverse("admin:socle_reglage_change", args=[NOM])
        assert "revenir/" not in client.get(page).content.decode()
        assert "De 0 à 365." in client.get(self.acte("changer")).content.decode()
        reponse = client.post(self.acte("changer"), {"valeur": "45", "motif": "décision du 20/11"})
        assert [str(message) for message in get_messages(reponse.wsgi_request)] == ["Le réglage est changé."]
        html = client.get(page).content.decode()
        assert [lu for lu in ("45 jours", "décision du 20/11", "Prosper NKOUNKOU", "revenir/") if lu not in html] == []
        client.post(self.acte("revenir"), {"motif": "erreur"})
        assert reglage(NOM) == par_defaut(NOM)

    def test_its_history_says_what_the_default_was(self, client: Client, settings: Settings) -> None:
        """Even when the environment says something else since."""
        client.force_login(AgentFactory(role="administrateur"))
        settings.ALERTE_EXPIRATION_JOURS = 12
        client.post(self.acte("changer"), {"valeur": "45", "motif": "décision du 20/11"})
        client.post(self.acte("revenir"), {"motif": "erreur"})
        settings.ALERTE_EXPIRATION_JOURS = 14
        page = client.get(reverse("admin:socle_reglage_change", args=[NOM])).content.decode()
        assert re.findall(r">\s*((?:12|14|45) jours[^<]*?)\s*<", page) == [
            "14 jours",
            "14 jours",
            "45 jours",
            "12 jours (à l&#x27;installation)",
            "12 jours (à l&#x27;installation)",
            "45 jours",
        ]
        trace = client.get(reverse("admin:socle_reglage_history", args=[NOM]), follow=True)
        ligne = trace.context["cl"].result_list[0]
        html = client.get(reverse("admin:borne_auth_journalaudit_change", args=[ligne.pk])).content.decode()
        assert "Valeur d&#x27;installation" in html

    def test_a_change_of_before_says_that_it_was_the_default(self, client: Client, acteur: Agent) -> None:
        client.force_login(AgentFactory(role="administrateur"))
        ChangementReglage.objects.create(reglage_id=NOM, avant=None, apres=45, motif="avant", acteur_id=acteur.pk)
        html = client.get(reverse("admin:socle_reglage_change", args=[NOM])).content.decode()
        assert "Valeur d&#x27;installation" in html

    def test_a_refusal_is_read_on_the_form(self, client: Client) -> None:
        client.force_login(AgentFactory(role="administrateur"))
        reponse = client.post(self.acte("changer"), {"valeur": "400", "motif": "x"})
        assert reponse.context["form"].errors == {"__all__": ["Choisissez un nombre entre 0 et 365."]}

    @pytest.mark.parametrize(("role", "lit"), [("gestionnaire", 200), ("auditeur", 200), ("agent", 403), ("", 403)])
    def test_others_read_at_most(self, client: Client, role: str, lit: int) -> None:
        client.force_login(AgentFactory(role=role))
        assert client.get(reverse("admin:socle_reglage_changelist")).status_code == lit
        assert client.post(self.acte("changer"), {"valeur": "45", "motif": "x"}).status_code == 403
        assert reglage(NOM) == par_defaut(NOM)

    def test_the_list_in_four_queries(self, client: Client, django_assert_num_queries: Any) -> None:
        client.force_login(AgentFactory(is_superuser=True))
        with django_assert_num_queries(4):  # session, agent, their number, themselves
            reponse = client.get(reverse("admin:socle_reglage_changelist"))
        assert len(reponse.context["cl"].result_list) == len(DEFINITIONS)

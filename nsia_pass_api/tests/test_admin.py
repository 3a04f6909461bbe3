"""What the pages of the back office share: counting, cells, navigation."""

import uuid
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import ClientPass, StatutClient
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_products.models import ProduitPass
from nsia_pass_api.back_office import listes
from nsia_pass_api.back_office.cellules import (
    badge,
    donnees,
    donnees_brutes,
    du,
    fiche,
    jour,
    moment,
    pastille,
    suivre,
    taux,
    telephone,
    texte,
    xaf,
)
from nsia_pass_api.back_office.listes import PaginateurEstime
from nsia_pass_api.back_office.menu import environnement, navigation
from nsia_pass_api.back_office.recherche import numero, reference


@pytest.mark.django_db
class TestPaginateurEstime:
    @pytest.fixture(autouse=True)
    def _cinq_clients_pour_un_maximum_de_trois(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ClientFactory.create_batch(4)
        ClientFactory(statut="suspendu")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE clients_pass")
        monkeypatch.setattr(listes, "COMPTE_MAXIMUM", 3)

    def paginer(self, **filtre: Any) -> PaginateurEstime:
        return PaginateurEstime(ClientPass.objects.filter(**filtre).order_by("-id"), 2, table="clients_pass")

    def test_la_table_entiere_est_estimee_sans_etre_comptee(self) -> None:
        paginateur = self.paginer()
        with CaptureQueriesContext(connection) as requetes:
            assert (paginateur.count, paginateur.compte) == (5, "environ 5")
        assert [r["sql"] for r in requetes] == [
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'clients_pass'::regclass"
        ]

    def test_une_estimation_n_a_que_trois_chiffres(self) -> None:
        paginateur = self.paginer()
        paginateur.count = 882_595
        assert paginateur.compte == "environ 883\u202f000"

    def test_on_ne_tourne_pas_de_page_au_dela_du_maximum(self) -> None:
        assert self.paginer().num_pages == 2

    def test_un_filtre_compte_jusqu_au_maximum(self) -> None:
        assert (self.paginer(statut="actif").count, self.paginer(statut="actif").compte) == (4, "plus de 3")
        assert (self.paginer(statut="suspendu").count, self.paginer(statut="suspendu").compte) == (1, "1")
        assert (self.paginer(statut="inactif").compte, self.paginer(statut="inactif").num_pages) == ("0", 1)

    def test_une_table_jamais_analysee_est_comptee(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its statistics say -1: taken at their word, they would show the whole table on one page."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE jamais_analysee (id integer)")
        paginateur = PaginateurEstime(ClientPass.objects.order_by("-id"), 2, table="jamais_analysee")
        assert (paginateur.count, paginateur.compte, paginateur.num_pages) == (4, "plus de 3", 2)


OBJET = SimpleNamespace(
    prime=12_500,
    retard=0,
    tel="+242061234567",
    debut=date(2026, 11, 21),
    # Half past midnight of the next day in Brazzaville.
    quand=datetime(2026, 11, 21, 23, 30, 5, tzinfo=UTC),
    statut="suspendu",
    taux="3.50",
    vide="",
    rien=None,
    donnees={"code": 202, "message": "Reçu <ok>"},
    sans_donnees={},
    avant={"taux_epargne": "3.50", "disparu": 1},
    client=SimpleNamespace(nom="KONGO", get_nom=lambda: "M. KONGO"),
)


class TestCellules:
    @pytest.mark.parametrize(
        ("cellule", "montre"),
        [
            (texte("client__nom", "Nom"), "KONGO"),
            (texte("client__get_nom", "Nom"), "M. KONGO"),
            (texte("client__absent__nom", "Nom"), "–"),
            (texte("", "Lui-même"), str(OBJET)),
            (texte("rien", "Rien"), "–"),
            (texte("vide", "Vide"), "–"),
            (xaf("prime", "Prime"), "12\u202f500\u202fFCFA"),
            (xaf("retard", "Retard"), "0\u202fFCFA"),
            (du("retard", "Retard"), "–"),
            (du("prime", "Retard"), '<span class="text-red-600 dark:text-red-400">12\u202f500\u202fFCFA</span>'),
            (taux("taux", "Taux"), "3,50 %"),
            (telephone("tel"), "06\u00a0123\u00a045\u00a067"),
            (jour("debut", "Début"), "21/11/2026"),
            (jour("quand", "Jour"), "22/11/2026"),
            (moment("quand", "Le"), "22/11/2026 00:30"),
            (moment("quand", "Le", secondes=True), "22/11/2026 00:30:05"),
            (
                donnees("donnees", "Données", cles={"code": ("Statut", lambda valeur: f"n° {valeur}")}),
                "<div>Statut : n° 202</div><div>Message : Reçu &lt;ok&gt;</div>",
            ),
            (donnees("sans_donnees", "Données", cles={}), "–"),
            (
                donnees_brutes("donnees", "Données"),
                '<div class="brut">code : 202</div><div class="brut">message : Reçu &lt;ok&gt;</div>',
            ),
            (
                fiche("avant", "Avant", modele=lambda objet: ProduitPass),
                "<div>Taux d&#x27;épargne annuel : 3,50\xa0%</div>",
            ),
            (fiche("sans_donnees", "Avant", modele=lambda objet: ProduitPass), "–"),
        ],
    )
    def test_ce_qu_elles_montrent(self, cellule: Any, montre: str) -> None:
        assert cellule(OBJET) == montre

    def test_une_pastille_porte_le_libelle_et_sa_couleur(self) -> None:
        cellule = pastille("statut", "Statut", {StatutClient.SUSPENDU: "danger"}, StatutClient)
        assert cellule(OBJET) == badge("Suspendu", "danger")
        assert "bg-red-100" in cellule(OBJET)
        assert ">\n\nSuspendu\n<" in cellule(OBJET)

    def test_leur_nom_dit_leur_genre_et_leur_titre_est_en_francais(self) -> None:
        cellule = xaf("soldes__avoir", "Avoir")
        assert (cellule.__name__, cellule.short_description) == ("montant_soldes__avoir", "Avoir")  # type: ignore[attr-defined]

    def test_un_chemin_coupe_mene_a_rien(self) -> None:
        assert suivre(OBJET, "rien__nom") is None


def test_formes_de_recherche() -> None:
    assert numero(" cg-2026 -vie-001 ") == "CG-2026-VIE-001"
    assert reference("1B671A64-40D5-491E-99B0-DA01FF1F3341") == uuid.UUID("1b671a64-40d5-491e-99b0-da01ff1f3341")


def test_environnement(settings: Any, rf: RequestFactory) -> None:
    assert environnement(rf.get("/")) == ["Démonstration", "warning"]
    settings.PRODUCTION = True
    assert environnement(rf.get("/")) == ["Production", "danger"]


@pytest.mark.django_db
class TestNavigation:
    def sections(self, rf: RequestFactory, agent: Any) -> dict[str, list[str]]:
        request = rf.get("/admin/")
        request.user = agent
        return {
            groupe.get("title", ""): [entree["title"] for entree in groupe["items"]] for groupe in navigation(request)
        }

    def test_une_administratrice_voit_tout(self, rf: RequestFactory) -> None:
        assert self.sections(rf, AgentFactory(is_superuser=True)) == {
            "": ["Accueil"],
            "Clients et contrats": ["Clients", "Contrats", "Souscriptions", "Numéros de police"],
            "Paiements": [
                "Paiements",
                "Anomalies de paiement",
                "Propositions",
                "Décaissements",
                "Imports de fichiers",
                "Documents émis",
                "Chiffres du mois",
            ],
            "Contrôle des opérateurs": [
                "Rapprochements",
                "Écarts",
                "Rappels d'opérateurs",
                "Transactions MTN",
                "Échanges avec MTN",
            ],
            "Exploitation": [
                "Messages",
                "Fichiers",
                "Tâches planifiées",
                "Transmissions des faits",
                "Travailleurs",
                "Lignes de l'ancienne base",
                "Passages de l'import",
            ],
            "Catalogue": ["Produits PASS", "Garanties", "Réglages", "Séries de numéros"],
            "Équipe et bornes": ["Agences", "Agents", "Groupes", "Bornes", "Sessions", "Connexions du personnel"],
            "Contrôle interne": ["Journal des modifications", "Consultations"],
        }

    def test_chacun_ne_voit_que_ce_qu_il_peut_lire(self, rf: RequestFactory) -> None:
        from django.contrib.auth.models import Permission

        agent = AgentFactory()
        agent.user_permissions.set(Permission.objects.filter(codename="view_paiementpass"))
        assert self.sections(rf, agent) == {"": ["Accueil"], "Paiements": ["Paiements"]}
        assert self.sections(rf, AgentFactory()) == {"": ["Accueil"]}

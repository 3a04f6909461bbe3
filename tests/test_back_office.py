"""The pages of the back office over clients, contracts, payments and catalogue: queries, rights, search, forms."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from test_droits import sans_dessiner

from apps.borne_auth.lectures import personnel
from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.errors import AgenceFermee, TelephoneDejaConnu
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
    Contrat,
    ModificationClient,
    NumeroPolice,
    PeriodeCouverture,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_clients.services import activer, attribuer_police, changer_statut, modifier_client
from apps.pass_clients.tests.factories import AgenceFactory, BeneficiaireFactory, ClientFactory, SouscriptionFactory
from apps.pass_payments.models import EvenementPaiement, PaiementPass
from apps.pass_payments.services.indicateurs import calculer_indicateurs
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.models import Garantie, ProduitPass
from apps.pass_products.services import charger_catalogue, lire_catalogue
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory
from apps.socle.models import SerieNumero

pytestmark = pytest.mark.django_db

# What only services may write.
A_LIRE = [SouscriptionPass, NumeroPolice, Contrat, PaiementPass, SerieNumero]
A_MODIFIER = [ClientPass, ProduitPass, Garantie]


def liste(modele: type[Model], **parametres: str) -> str:
    return reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist", query=parametres or None)


def page(objet: Model, acte: str = "change") -> str:
    meta = objet._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{acte}", args=[objet.pk])


@pytest.fixture
def administratrice(client: Client) -> Client:
    ContentType.objects.clear_cache()
    client.force_login(AgentFactory(is_superuser=True))
    return client


def agent_qui_peut(client: Client, *droits: str) -> Client:
    agent = AgentFactory()
    agent.user_permissions.set(Permission.objects.filter(codename__in=droits))
    client.force_login(agent)
    return client


def contrat(*, telephone: str = "", numero: str | None = None, paiements: int = 1, beneficiaires: int = 1) -> Contrat:
    """A contract that has everything a page shows, written by the services; with `numero`, an agent placed its police."""
    client = ClientFactory(telephone=telephone) if telephone else ClientFactory()
    souscription = SouscriptionFactory(client=client)
    activer(souscription=souscription)
    for rang in range(1, beneficiaires + 1):
        BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)
    for _ in range(paiements):
        PaiementFactory(souscription=souscription)
    police = attribuer_police(souscription=souscription, numero=numero, agent=AgentFactory() if numero else None)
    return Contrat.objects.get(police=police.numero_police)


def notee(modele: type[Model]) -> bool:
    return personnel(modele)


@pytest.fixture
def sans_html(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with sans_dessiner(monkeypatch):
        yield


class TestListes:
    """Session and agent are two; a list adds its statistics, its count and its rows, and the products of a filter.

    Reading people's data adds a line (`lectures_donnees`).
    """

    @pytest.fixture(scope="class", params=[1, 12])
    @classmethod
    def nombre(cls, base_de_la_classe: None, request: pytest.FixtureRequest) -> Iterator[int]:
        with transaction.atomic():
            for _ in range(request.param):
                contrat(paiements=2)
            GarantieFactory.create_batch(request.param, produit=ProduitFactory())
            yield request.param
            transaction.set_rollback(True)

    @pytest.mark.parametrize(
        ("modele", "requetes"),
        [
            (ClientPass, 8),  # and their products, the agencies of its filter, and those that files said
            (SouscriptionPass, 6),
            (Contrat, 7),  # and the balances of the page
            (NumeroPolice, 5),
            (SerieNumero, 5),
            (PaiementPass, 5),
            (ProduitPass, 5),
            (Garantie, 6),
        ],
    )
    def test_listes(
        self,
        administratrice: Client,
        django_assert_num_queries: Any,
        modele: type[Model],
        requetes: int,
        nombre: int,
    ) -> None:
        with django_assert_num_queries(requetes + notee(modele)):
            reponse = administratrice.get(liste(modele))
        assert reponse.status_code == 200
        assert len(reponse.context["cl"].result_list) == modele._default_manager.count()


class TestPages:
    @pytest.fixture(scope="class", params=[1, 6])
    @classmethod
    def un_contrat(cls, base_de_la_classe: None, request: pytest.FixtureRequest) -> Iterator[Contrat]:
        """With as many payments and beneficiaries, of a client with as many contracts."""
        with transaction.atomic():
            un = contrat(paiements=request.param, beneficiaires=request.param)
            for _ in range(request.param - 1):
                autre = SouscriptionFactory(client=un.client)
                activer(souscription=autre)
                attribuer_police(souscription=autre)
            yield un
            transaction.set_rollback(True)

    @pytest.mark.parametrize(
        ("modele", "requetes"),
        [
            (
                ClientPass,
                18,
            ),  # itself, agencies, contracts and balances, subscriptions, changes, type, proposals; balances and panels
            (SouscriptionPass, 9),  # itself, payments counted and read, periods, beneficiaries, transitions
            (Contrat, 8),  # itself, its balance, what its state asks, its instalments counted and read
            (NumeroPolice, 4),
            (SerieNumero, 4),
            (PaiementPass, 8),  # itself, what it settled (two), exchanges with its operator, its journal
        ],
    )
    def test_pages(
        self,
        administratrice: Client,
        django_assert_num_queries: Any,
        modele: type[Model],
        requetes: int,
        un_contrat: Contrat,
    ) -> None:
        objet = un_contrat if modele is Contrat else modele._default_manager.order_by("pk").first()
        assert objet is not None
        with django_assert_num_queries(requetes + notee(modele)):
            assert administratrice.get(page(objet)).status_code == 200


class TestRequetes:
    @pytest.mark.parametrize("nombre", [1, 6])
    def test_page_d_un_produit(self, administratrice: Client, django_assert_num_queries: Any, nombre: int) -> None:
        produit = ProduitFactory()
        garantie = GarantieFactory.create_batch(nombre, produit=produit)[0]
        with django_assert_num_queries(6):  # itself, its guarantees, its history counted
            assert administratrice.get(page(produit)).status_code == 200
        with django_assert_num_queries(5):  # itself, the products to choose from
            assert administratrice.get(page(garantie)).status_code == 200

    @pytest.mark.parametrize("nombre", [1, 12])
    def test_accueil(self, administratrice: Client, django_assert_num_queries: Any, nombre: int) -> None:
        """Session, agent, last acts; twelve alerts and a question, five queues, guarantees, kiosks, facts; answers; pictures."""
        GarantieFactory(age_max=65, produit=ProduitFactory(code_pass="AGES"))
        for _ in range(nombre):
            contrat(paiements=2)
        calculer_indicateurs()
        with django_assert_num_queries(28):
            assert "Bonjour Mireille" in administratrice.get(reverse("admin:index")).content.decode()

    def test_beaucoup_de_paiements_se_lisent_page_par_page(
        self, administratrice: Client, django_assert_num_queries: Any
    ) -> None:
        souscription = contrat(paiements=30).souscription
        with django_assert_num_queries(9 + notee(SouscriptionPass)):
            reponse = administratrice.get(page(souscription))
        assert reponse.content.decode().count('href="/admin/pass_payments/paiementpass/') == 25 + 1  # and the menu


@pytest.mark.usefixtures("sans_html", "un_contrat")
class TestDroits:
    @pytest.fixture(scope="class")
    @classmethod
    def un_contrat(cls, base_de_la_classe: None) -> Contrat:
        return contrat()

    @pytest.mark.parametrize("modele", A_LIRE)
    def test_ce_que_les_services_ecrivent_ne_se_change_pas_ici(
        self, administratrice: Client, modele: type[Model]
    ) -> None:
        objet = modele._default_manager.first()
        assert objet is not None
        ajout = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_add")
        avant = list(modele._default_manager.values())
        assert administratrice.get(page(objet)).status_code == 200
        assert administratrice.post(page(objet), {"statut": "annulee"}).status_code == 403
        assert [administratrice.get(ajout).status_code, administratrice.post(ajout, {}).status_code] == [403, 403]
        suppression = page(objet, "delete")
        assert administratrice.get(suppression).status_code == 403
        assert administratrice.post(suppression, {"post": "yes"}).status_code == 403
        en_masse = {"action": "delete_selected", "_selected_action": [objet.pk], "post": "yes"}
        administratrice.post(liste(modele), en_masse)
        assert list(modele._default_manager.values()) == avant

    def test_les_tableaux_d_une_page_ne_s_ecrivent_pas(self, administratrice: Client, un_contrat: Contrat) -> None:
        """The client's page has a form and tables: what is posted into the tables is not read."""
        souscription = un_contrat.souscription
        formulaire = formulaire_client(un_contrat.client) | {
            "souscriptions-TOTAL_FORMS": "1",
            "souscriptions-INITIAL_FORMS": "1",
            "souscriptions-0-id": str(souscription.pk),
            "souscriptions-0-client": str(un_contrat.client_id),
            "souscriptions-0-montant_souscription": "1",
            "souscriptions-0-DELETE": "on",
        }
        assert administratrice.post(page(un_contrat.client), formulaire).status_code == 302
        relue = SouscriptionPass.objects.get(pk=souscription.pk)
        assert relue.montant_souscription == souscription.montant_souscription == 1_200

    @pytest.mark.parametrize("modele", [ClientPass, ProduitPass])
    def test_clients_et_produits_ne_se_suppriment_pas(self, administratrice: Client, modele: type[Model]) -> None:
        objet = modele._default_manager.get()
        assert administratrice.post(page(objet, "delete"), {"post": "yes"}).status_code == 403
        assert modele._default_manager.count() == 1

    def test_un_client_ne_s_ajoute_pas_ici(self, administratrice: Client) -> None:
        assert administratrice.get(reverse("admin:pass_clients_clientpass_add")).status_code == 403

    def test_l_historique_n_a_pas_de_page(self, administratrice: Client) -> None:
        """Periods, beneficiaries, transitions, changes and journal are read on the page of what they belong to."""
        from django.contrib import admin

        cachees = [PeriodeCouverture, BeneficiairePass, TransitionSouscription, ModificationClient, EvenementPaiement]
        assert [modele for modele in cachees if admin.site.is_registered(modele)] == []

    @pytest.mark.parametrize("modele", [*A_LIRE, *A_MODIFIER])
    def test_un_agent_sans_droit_ne_voit_rien(self, client: Client, modele: type[Model]) -> None:
        GarantieFactory()
        agent_qui_peut(client)
        objet = modele._default_manager.first()
        assert objet is not None
        assert client.get(liste(modele)).status_code == 403
        assert client.get(page(objet)).status_code == 403
        assert client.post(page(objet), {}).status_code == 403

    @pytest.mark.parametrize("modele", A_MODIFIER)
    def test_un_agent_qui_lit_ne_modifie_pas(self, client: Client, modele: type[Model]) -> None:
        GarantieFactory()
        client.force_login(AgentFactory(role="auditeur"))
        objet = modele._default_manager.first()
        assert objet is not None
        avant = list(modele._default_manager.values())
        assert client.get(liste(modele)).status_code == 200
        assert client.get(page(objet)).status_code == 200
        assert client.post(page(objet), {"nom": "AUTRE", "nom_pass": "AUTRE", "libelle": "AUTRE"}).status_code == 403
        assert list(modele._default_manager.values()) == avant

    @pytest.mark.parametrize("modele", [*A_LIRE, *A_MODIFIER])
    def test_un_inconnu_est_mene_a_la_connexion(self, client: Client, modele: type[Model]) -> None:
        reponse = client.get(liste(modele))
        assert (reponse.status_code, reponse["Location"]) == (302, f"/admin/login/?next={liste(modele)}")

    def test_la_connexion_mene_a_l_accueil(self, client: Client) -> None:
        agent = AgentFactory()
        agent.set_password("un mot de passe long")
        agent.save()
        reponse = client.post("/admin/login/", {"username": agent.email, "password": "un mot de passe long"})
        assert (reponse.status_code, reponse["Location"]) == (302, "/admin/")


def test_un_refus_se_lit_en_francais(client: Client) -> None:
    agent_qui_peut(client)
    assert "Vous n'avez pas le droit de faire cela." in client.get(liste(ClientPass)).content.decode()
    assert "Cette page n'existe pas." in client.get("/rien/").content.decode()


@pytest.mark.usefixtures("sans_html")
class TestRecherche:
    """Each list finds one contract among others by what people have in hand."""

    @pytest.fixture(scope="class")
    @classmethod
    def cherche(cls, base_de_la_classe: None) -> Contrat:
        contrat(telephone="+242055550001")
        contrat(telephone="+242055550002")
        return contrat(telephone="+242061234567", numero="PP-2025-VIE-0417")

    def trouves(self, client: Client, modele: type[Model], terme: str) -> list[Model]:
        return list(client.get(liste(modele, q=terme)).context_data["cl"].result_list)  # type: ignore[attr-defined]

    def attendu(self, modele: type[Model], cherche: Contrat) -> list[Model]:
        souscription = {"souscription": cherche.souscription}
        criteres: dict[type[Model], dict[str, Any]] = {
            ClientPass: {"pk": cherche.client_id},
            SouscriptionPass: {"pk": cherche.souscription_id},
            Contrat: {"pk": cherche.police},
            NumeroPolice: souscription,
            PaiementPass: souscription,
        }
        return list(modele._default_manager.filter(**criteres[modele]))

    @pytest.mark.parametrize("modele", [ClientPass, SouscriptionPass, Contrat, NumeroPolice, PaiementPass])
    def test_un_telephone_ou_une_police_dans_toutes_leurs_ecritures(
        self, administratrice: Client, cherche: Contrat, modele: type[Model]
    ) -> None:
        attendu = self.attendu(modele, cherche)
        ecritures = [
            "+242061234567",
            "061234567",
            "06 123 45 67",
            "06.123.45.67",
            "242 06 123 45 67",
            "00242061234567",
            "PP-2025-VIE-0417",
            "  pp-2025-vie-0417 ",
        ]
        trouves = {ecriture: self.trouves(administratrice, modele, ecriture) for ecriture in ecritures}
        assert trouves == dict.fromkeys(ecritures, attendu)

    @pytest.mark.parametrize("modele", [ClientPass, SouscriptionPass, NumeroPolice, PaiementPass])
    def test_un_numero_de_souscription(self, administratrice: Client, cherche: Contrat, modele: type[Model]) -> None:
        terme = cherche.numero_souscription.lower()
        assert self.trouves(administratrice, modele, terme) == self.attendu(modele, cherche)

    def test_un_paiement_par_son_numero_ou_sa_reference(self, administratrice: Client, cherche: Contrat) -> None:
        paiement = PaiementPass.objects.get(souscription=cherche.souscription_id)
        for terme in (paiement.numero_transaction.lower(), str(paiement.reference_mobile_money)):
            assert self.trouves(administratrice, PaiementPass, terme) == [paiement]

    @pytest.mark.parametrize("modele", [ClientPass, SouscriptionPass, Contrat, NumeroPolice, PaiementPass])
    def test_ce_qui_ne_nomme_personne(self, administratrice: Client, cherche: Contrat, modele: type[Model]) -> None:
        termes = ["0", "CG-2026-VIE-999", "zzz", "\u0660\u0661", "%", "_", "'; --", "9" * 500]
        trouves = {terme: self.trouves(administratrice, modele, terme) for terme in termes}
        assert trouves == {terme: [] for terme in termes}

    def test_une_recherche_reste_dans_le_filtre(self, administratrice: Client, cherche: Contrat) -> None:
        url = liste(SouscriptionPass, q="061234567", statut__exact="suspendue")
        assert list(administratrice.get(url).context_data["cl"].result_list) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("terme", ["kong", "KONGO jean", "Jean kongo", "baptiste", "kôngo", "jean konngo"])
def test_un_client_par_ses_noms(administratrice: Client, terme: str) -> None:
    client = ClientFactory(nom="KONGO", prenom="Jean Baptiste")
    ClientFactory(nom="AKONGO", prenom="Marie")
    assert list(administratrice.get(liste(ClientPass, q=terme)).context["cl"].result_list) == [client]


class TestFiltres:
    def test_les_polices_a_attribuer(self, administratrice: Client) -> None:
        contrat()
        SouscriptionFactory()
        payee = SouscriptionFactory()
        activer(souscription=payee)
        reponse = administratrice.get(liste(SouscriptionPass, police="a_attribuer"))
        assert list(reponse.context["cl"].result_list) == [payee]
        reponse = administratrice.get(liste(SouscriptionPass, police="attribuee"))
        assert len(reponse.context["cl"].result_list) == 1

    @pytest.mark.parametrize(
        ("modele", "parametres"),
        [
            (ClientPass, {"statut__exact": "actif"}),
            (SouscriptionPass, {"produit__id__exact": "1"}),
            (Contrat, {"souscription__statut__exact": "activee"}),
            (NumeroPolice, {"mode_attribution__exact": "manuel"}),
            (PaiementPass, {"statut__exact": "succes", "operateur__exact": "mtn_money"}),
            (Garantie, {"a_confirmer__exact": "1"}),
        ],
    )
    def test_chaque_filtre_repond(
        self, administratrice: Client, modele: type[Model], parametres: dict[str, str]
    ) -> None:
        contrat()
        assert administratrice.get(liste(modele, **parametres)).status_code == 200


class TestCeQuOnLit:
    def test_la_liste_des_contrats_dit_les_soldes(self, administratrice: Client) -> None:
        contrat(paiements=2)
        html = administratrice.get(liste(Contrat)).content.decode()
        assert html.count("200\u202fFCFA") == 3  # prime 1 200, paid 200, balance 200
        assert "1\u202f200\u202fFCFA" in html
        assert ">\n\nActif\n<" in html

    def test_la_page_d_un_paiement_dit_son_journal_et_son_motif_en_francais(self, administratrice: Client) -> None:
        paiement = PaiementFactory(
            statut="echec", motif_echec="solde_insuffisant", date_confirmation=None, numero_payeur="+242061234567"
        )
        html = administratrice.get(page(paiement)).content.decode()
        assert "Solde Mobile Money insuffisant" in html
        assert "solde_insuffisant" not in html
        assert "Opérateur consulté" in html
        assert "06\u00a0123\u00a045\u00a067" in html

    def test_la_page_d_une_souscription_dit_tout_ce_qui_lui_est_arrive(self, administratrice: Client) -> None:
        souscription = contrat(numero="PP-2025-VIE-0417", paiements=1).souscription
        agent = AgentFactory(first_name="Prosper", last_name="NKOUNKOU")
        changer_statut(souscription=souscription, vers="resiliee", motif="à sa demande", acteur=agent)
        html = administratrice.get(page(souscription)).content.decode()
        for lu in ("PP-2025-VIE-0417", "à sa demande", "Prosper NKOUNKOU", "PAY-20261121-", "Grâce KONGO", "Résiliée"):
            assert lu in html


def formulaire_client(client: ClientPass, **champs: str) -> dict[str, str]:
    tableaux = {
        f"{prefixe}-{nombre}_FORMS": "0"
        for prefixe in ("contrats", "souscriptions", "propositions")
        for nombre in ("TOTAL", "INITIAL")
    }
    return {
        "nom": client.nom,
        "prenom": client.prenom,
        "telephone": client.telephone,
        "date_naissance": "",
        "lieu_naissance": client.lieu_naissance,
        "adresse": client.adresse,
        "statut": client.statut,
        "numero_mobile_money": client.numero_mobile_money,
        "operateur_mobile": client.operateur_mobile,
        **tableaux,
        **champs,
    }


class TestClient:
    def test_le_telephone_s_ecrit_comme_on_veut(self, administratrice: Client) -> None:
        client = ClientFactory()
        champs = {"telephone": "06 612 34 56", "numero_mobile_money": "00242 05 512 34 56", "adresse": "Bacongo"}
        assert administratrice.post(page(client), formulaire_client(client, **champs)).status_code == 302
        assert list(ClientPass.objects.values_list("telephone", "numero_mobile_money", "adresse")) == [
            (client.telephone, "+242055123456", "Bacongo")  # codes still go where they went: two people move them
        ]

    def test_ce_qui_change_se_relit_avec_son_auteur(self, administratrice: Client) -> None:
        client = ClientFactory(numero_mobile_money="+242061111111")
        administratrice.post(page(client), formulaire_client(client, numero_mobile_money="06 612 34 56"))
        modification = ModificationClient.objects.get()
        assert (modification.acte, modification.client, modification.session_borne) == ("client_modifie", client, None)
        assert modification.avant == {"numero_mobile_money": "+242061111111"}
        assert modification.apres == {"numero_mobile_money": "+242066123456"}
        assert modification.acteur == Agent.objects.get(is_superuser=True)
        html = administratrice.get(page(client)).content.decode()
        assert "Client modifié" in html
        assert "Numéro Mobile Money : 06\u00a0111\u00a011\u00a011" in html

    @pytest.mark.parametrize(
        ("telephone", "message"),
        [
            ("12", "Ce numéro n'a pas le bon nombre de chiffres."),
            ("+33 6 12 34 56 78", "Seuls les numéros du Congo (+242) sont acceptés."),
        ],
    )
    def test_un_mauvais_numero_est_refuse(self, administratrice: Client, telephone: str, message: str) -> None:
        client = ClientFactory()
        reponse = administratrice.post(page(client), formulaire_client(client, numero_mobile_money=telephone))
        ((erreur,),) = reponse.context["errors"]
        assert erreur.startswith(message)
        assert ClientPass.objects.get().numero_mobile_money == client.numero_mobile_money

    def test_un_refus_montre_encore_ses_contrats(self, administratrice: Client) -> None:
        un_contrat = contrat()
        champs = {"numero_mobile_money": "12", "contrats-TOTAL_FORMS": "1", "contrats-INITIAL_FORMS": "1"}
        reponse = administratrice.post(page(un_contrat.client), formulaire_client(un_contrat.client, **champs))
        assert reponse.status_code == 200
        html = reponse.content.decode()
        assert un_contrat.police in html
        assert un_contrat.numero_souscription in html

    def test_un_refus_du_service_se_lit_et_n_ecrit_rien(
        self, administratrice: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other client may take the phone between the form's check and the writing."""
        client = ClientFactory()

        def refuser(**champs: Any) -> None:
            raise TelephoneDejaConnu("Un client est déjà enregistré avec ce téléphone.")

        monkeypatch.setattr("apps.pass_clients.admin.modifier_client", refuser)
        reponse = administratrice.post(page(client), formulaire_client(client, prenom="Jeanne"))
        assert (reponse.status_code, reponse["Location"]) == (302, page(client))
        assert [str(m) for m in get_messages(reponse.wsgi_request)] == [
            "Un client est déjà enregistré avec ce téléphone."
        ]
        assert ClientPass.objects.get().prenom == client.prenom


def formulaire_produit(produit: ProduitPass, **champs: Any) -> dict[str, Any]:
    return {
        "nom_pass": produit.nom_pass,
        "description": produit.description,
        "categorie": produit.categorie,
        "branche": produit.branche,
        "statut": produit.statut,
        "code_ussd": produit.code_ussd,
        "prix_minimum": produit.prix_minimum,
        "prix_maximum": produit.prix_maximum,
        "periodicites": produit.periodicites,
        "taux_epargne": produit.taux_epargne or "",
        "duree_validite_jours": produit.duree_validite_jours,
        "delai_grace_jours": produit.delai_grace_jours,
        "nombre_beneficiaires_max": produit.nombre_beneficiaires_max,
        "garanties-TOTAL_FORMS": 0,
        "garanties-INITIAL_FORMS": 0,
        **champs,
    }


class TestCatalogue:
    def test_un_produit_se_regle(self, administratrice: Client) -> None:
        produit = ProduitEpargneFactory()
        champs = {"prix_maximum": 60_000, "taux_epargne": "4.25", "periodicites": ["mensuelle", "annuelle"]}
        assert administratrice.post(page(produit), formulaire_produit(produit, **champs)).status_code == 302
        produit.refresh_from_db()
        assert (produit.prix_maximum, produit.taux_epargne, produit.periodicites) == (
            60_000,
            Decimal("4.25"),
            ["mensuelle", "annuelle"],
        )

    def test_son_code_ne_change_plus(self, administratrice: Client) -> None:
        produit = ProduitFactory()
        assert administratrice.post(page(produit), formulaire_produit(produit, code_pass="AUTRE")).status_code == 302
        assert ProduitPass.objects.get().code_pass == "KIMIA"

    @pytest.mark.parametrize(
        ("champs", "message"),
        [
            ({"prix_minimum": 20_000}, "La prime minimale est positive et ne dépasse pas la prime maximale."),
            ({"taux_epargne": "3.5"}, "Un produit d'épargne a un taux de 0 à 100 % ; les autres n'en ont pas."),
            ({"nombre_beneficiaires_max": 7}, "Un contrat a de zéro à six bénéficiaires."),
            ({"periodicites": []}, "Ce champ est obligatoire."),
            ({"branche": "vie"}, "La branche s'écrit avec deux à cinq capitales."),
        ],
    )
    def test_un_produit_incoherent_est_refuse(
        self, administratrice: Client, champs: dict[str, Any], message: str
    ) -> None:
        produit = ProduitFactory()
        reponse = administratrice.post(page(produit), formulaire_produit(produit, **champs))
        assert message in [erreur for erreurs in reponse.context["errors"] for erreur in erreurs]
        assert ProduitPass.objects.get().prix_minimum == 100

    def test_une_garantie_confirmee_survit_au_prochain_chargement(self, administratrice: Client) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        garantie = Garantie.objects.get(code="DECES_ACCIDENTEL")
        formulaire = {
            "produit": garantie.produit_id,
            "code": garantie.code,
            "type": garantie.type,
            "libelle": garantie.libelle,
            "montant": 750_000,
            "delai_carence_jours": 0,
            "age_min": 18,
            "age_max": 60,
        }
        assert administratrice.post(page(garantie), formulaire).status_code == 302
        charger_catalogue(catalogue=lire_catalogue())
        garantie.refresh_from_db()
        assert (garantie.montant, garantie.age_max, garantie.a_confirmer) == (750_000, 60, False)

    def test_une_garantie_s_ajoute_depuis_son_produit(self, administratrice: Client) -> None:
        produit = ProduitFactory()
        champs = {
            "garanties-TOTAL_FORMS": 1,
            "garanties-0-code": "RENTE",
            "garanties-0-type": "capital",
            "garanties-0-libelle": "Rente éducation",
            "garanties-0-montant": 300_000,
            "garanties-0-delai_carence_jours": 0,
            "garanties-0-a_confirmer": "on",
        }
        assert administratrice.post(page(produit), formulaire_produit(produit, **champs)).status_code == 302
        assert list(produit.garanties.values_list("code", "montant", "a_confirmer")) == [("RENTE", 300_000, True)]


def test_l_historique_d_un_client_dit_qui_a_change_quoi(administratrice: Client) -> None:
    client = ClientFactory()
    administratrice.post(page(client), formulaire_client(client, adresse="Bacongo"))
    reponse = administratrice.get(page(client, "history"), follow=True)
    lignes = reponse.context["cl"].result_list
    assert [(ligne.action, ligne.table_nom, ligne.cle) for ligne in lignes] == [
        ("changement", "clients_pass", str(client.pk)),
        ("ajout", "clients_pass", str(client.pk)),
    ]
    assert (lignes[0].avant, lignes[0].apres) == ({"adresse": ""}, {"adresse": "Bacongo"})
    assert lignes[0].acteur == f"agent:{Agent.objects.get(is_superuser=True).pk}"


class TestRattachement:
    def test_un_gestionnaire_rattache_un_client(self, client: Client) -> None:
        agent = AgentFactory(agence="Bacongo")
        client.force_login(AgentFactory(role="gestionnaire"))
        un = ClientFactory()
        champs = formulaire_client(un, agence=agent.agence_id, suivi_par=agent.pk)
        assert client.post(page(un), champs).status_code == 302
        un.refresh_from_db()
        assert (un.agence, un.suivi_par) == (agent.agence, agent)
        assert client.post(page(un), formulaire_client(un, agence=agent.agence_id, suivi_par="")).status_code == 302
        un.refresh_from_db()
        assert un.suivi_par is None

    def test_une_agence_fermee_ne_recoit_personne_et_garde_les_siens(self, client: Client) -> None:
        client.force_login(AgentFactory(role="gestionnaire"))
        fermee = AgenceFactory(nom="Bacongo", statut="fermee")
        un, sien = ClientFactory(), ClientFactory(agence="Bacongo")
        reponse = client.post(page(un), formulaire_client(un, agence=fermee.pk))
        assert set(reponse.context["adminform"].errors) == {"agence"}
        with pytest.raises(AgenceFermee):
            modifier_client(client=un, agence=fermee)
        assert client.post(page(sien), formulaire_client(sien, agence=fermee.pk, adresse="Ici")).status_code == 302
        sien.refresh_from_db()
        assert (sien.agence, sien.adresse) == (fermee, "Ici")

    def test_un_agent_corrige_un_client_sans_le_deplacer(self, client: Client) -> None:
        client.force_login(AgentFactory(role="agent", agence="Bacongo"))
        un = ClientFactory(agence="Bacongo")
        champs = formulaire_client(un, adresse="Moungali", agence=AgenceFactory(nom="Ouenzé").pk)
        assert client.post(page(un), champs).status_code == 302
        un.refresh_from_db()
        assert (un.adresse, un.agence.nom) == ("Moungali", "Bacongo")

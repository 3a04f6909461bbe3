"""The catalogue in the back office: its history, what is still to confirm, a quote, and contracts that stay as they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.factories import PeriodeFactory, contrat_en_vigueur
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.models import Garantie, ModificationCatalogue, ProduitPass
from apps.pass_products.services import ecrire_garantie, ecrire_produit, retirer_garantie
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory
from nsia_pass_api.money import formater_xaf

pytestmark = pytest.mark.django_db


@pytest.fixture
def acteur() -> Agent:
    return AgentFactory(role="gestionnaire")


@pytest.fixture
def gestionnaire(client: Client, acteur: Agent) -> Client:
    ContentType.objects.clear_cache()
    client.force_login(acteur)
    return client


def page(nom: str, objet: Any) -> str:
    return reverse(f"admin:pass_products_{objet._meta.model_name}_{nom}", args=[objet.pk])


def formulaire(client: Client, objet: Any, **champs: Any) -> dict[str, Any]:
    """What a browser sends of the object's page as it is, with `champs` changed."""
    contexte = client.get(page("change", objet)).context
    formulaires = [contexte["adminform"].form]
    for inline in contexte["inline_admin_formsets"]:
        formulaires += [inline.formset.management_form, *inline.formset.forms]
    saisie = {champ.html_name: champ.value() for un in formulaires for champ in un}
    saisie = {
        nom: "on" if valeur is True else valeur
        for nom, valeur in saisie.items()
        if valeur is not None and valeur is not False
    }
    return saisie | champs


class TestHistorique:
    def test_what_changed_by_whom(self, acteur: Agent) -> None:
        produit = ProduitFactory()
        produit.prix_maximum, produit.delai_grace_jours = 20_000, 15
        ecrire_produit(produit=produit, acteur=acteur)
        ecrire_produit(produit=produit, acteur=acteur)  # nothing more to say
        garantie = GarantieFactory.build(produit=produit, code="RENTE", montant=300_000)
        ecrire_garantie(garantie=garantie, acteur=acteur)
        garantie.montant, garantie.a_confirmer = 250_000, False
        ecrire_garantie(garantie=garantie, acteur=acteur)
        retirer_garantie(garantie=garantie, acteur=acteur)

        modifiee, ajoutee, changee, retiree = ModificationCatalogue.objects.order_by("id")
        assert (modifiee.acte, modifiee.avant, modifiee.apres, modifiee.acteur) == (
            "produit_modifie",
            {"prix_maximum": 10_000, "delai_grace_jours": 30},
            {"prix_maximum": 20_000, "delai_grace_jours": 15},
            acteur,
        )
        assert (ajoutee.acte, ajoutee.garantie, ajoutee.avant, ajoutee.apres["montant"]) == (
            "garantie_ajoutee",
            "RENTE",
            {},
            300_000,
        )
        assert (changee.avant, changee.apres) == (
            {"montant": 300_000, "a_confirmer": True},
            {"montant": 250_000, "a_confirmer": False},
        )
        assert (retiree.acte, retiree.avant["montant"], retiree.apres) == ("garantie_retiree", 250_000, {})
        assert Garantie.objects.count() == 0

    def test_a_new_product(self, acteur: Agent) -> None:
        produit = ProduitFactory.build()
        ecrire_produit(produit=produit, acteur=acteur)
        assert ModificationCatalogue.objects.get().acte == "produit_ajoute"

    def test_nobody_rewrites_it(self, acteur: Agent) -> None:
        ecrire_produit(produit=ProduitFactory.build(), acteur=acteur)
        with refus.refuse("Cannot update or delete"):
            ModificationCatalogue.objects.update(acte="garantie_retiree")
        produit = ProduitPass.objects.get()
        with refus.refuse("modifications_catalogue_objet"):
            ModificationCatalogue.objects.create(produit=produit, acte="produit_modifie", garantie="RENTE")

    def test_the_page_writes_by_the_services_and_shows_it(self, gestionnaire: Client, acteur: Agent) -> None:
        produit = GarantieFactory(montant=500_000).produit
        garde, retiree = produit.garanties.get(), GarantieFactory(produit=produit, code="OTEE")
        champs = {"garanties-0-montant": "750000", "garanties-0-a_confirmer": "", "garanties-1-DELETE": "on"}
        champs |= {"prix_maximum": "20000"}
        # A manager does not take guarantees away.
        assert (
            gestionnaire.post(page("change", produit), formulaire(gestionnaire, produit, **champs)).status_code == 302
        )
        garde.refresh_from_db()
        assert (garde.montant, garde.a_confirmer, Garantie.objects.filter(pk=retiree.pk).exists()) == (
            750_000,
            False,
            True,
        )
        assert set(ModificationCatalogue.objects.values_list("acte", "acteur")) == {
            ("produit_modifie", acteur.pk),
            ("garantie_modifiee", acteur.pk),
        }
        html = gestionnaire.get(page("change", produit)).content.decode()
        assert "Prime maximale" in html
        assert formater_xaf(20_000) in html

    def test_an_administrator_takes_a_guarantee_away(self, client: Client) -> None:
        client.force_login(AgentFactory(role="administrateur"))
        une, deux, trois = (GarantieFactory(produit=ProduitPass.objects.first() or ProduitFactory()) for _ in range(3))
        champs = {"garanties-0-DELETE": "on"}
        reponse = client.post(page("change", une.produit), formulaire(client, une.produit, **champs))
        assert reponse.status_code == 302, reponse.context["errors"]
        client.post(page("delete", deux), {"post": "yes"})
        en_masse = {"action": "delete_selected", "_selected_action": [trois.pk], "post": "yes"}
        client.post(reverse("admin:pass_products_garantie_changelist"), en_masse)
        assert Garantie.objects.count() == 0
        assert ModificationCatalogue.objects.filter(acte="garantie_retiree").count() == 3


class TestAConfirmer:
    def test_it_is_said_where_one_works(self, gestionnaire: Client) -> None:
        produit = GarantieFactory(libelle="Capital décès").produit
        GarantieFactory(produit=produit, code="SURE", libelle="Rente", a_confirmer=False)
        html = gestionnaire.get(page("change", produit)).content.decode()
        assert "Valeurs que NSIA doit encore confirmer : Capital décès." in html
        assert html.count("À confirmer par NSIA") == 1
        assert (
            "1 à confirmer" in gestionnaire.get(reverse("admin:pass_products_produitpass_changelist")).content.decode()
        )
        Garantie.objects.update(a_confirmer=False)
        assert "doit encore confirmer" not in gestionnaire.get(page("change", produit)).content.decode()


class TestDevis:
    def test_it_says_what_the_kiosk_would(self, gestionnaire: Client) -> None:
        produit = ProduitFactory()
        assert gestionnaire.get(page("devis", produit)).context["devis"] is None
        reponse = gestionnaire.get(
            page("devis", produit), {"montant": "1200", "periodicite": "mensuelle", "date_debut": "01/01/2026"}
        )
        devis = reponse.context["devis"]
        assert [echeance.montant for echeance in devis.echeances] == [100] * 12
        assert reponse.content.decode().count("100\u202fFCFA</td>") == 12

    def test_a_refusal_is_read(self, gestionnaire: Client) -> None:
        produit = ProduitFactory()
        saisie = {"montant": "99", "periodicite": "mensuelle", "date_debut": "01/01/2026"}
        reponse = gestionnaire.get(page("devis", produit), saisie)
        assert reponse.context["devis"] is None
        assert "Choisissez un montant entre" in reponse.content.decode()

    def test_an_unknown_product_and_a_stranger(self, gestionnaire: Client, client: Client) -> None:
        assert gestionnaire.get(reverse("admin:pass_products_produitpass_devis", args=[0])).status_code == 404
        client.force_login(AgentFactory())
        assert client.get(page("devis", ProduitFactory())).status_code == 403


def contrats_lus() -> list[list[tuple[Any, ...]]]:
    """What clients read: contracts, instalments and balances, but for the product's name."""
    with connection.cursor() as cursor:
        lues = []
        for requete in (
            "SELECT police, etat_du_contrat, date_effet, date_expiration, prime, periodicite FROM contrats ORDER BY 1",
            "SELECT * FROM cotisations ORDER BY numero_quittance",
            "SELECT * FROM soldes_contrats ORDER BY police",
            "SELECT * FROM periodes_couverture ORDER BY id",
        ):
            cursor.execute(requete)
            lues.append(cursor.fetchall())
        return lues


def test_a_change_of_the_catalogue_alters_no_contract(acteur: Agent) -> None:
    """Price, schedule, length and savings rate were frozen when each was subscribed or renewed."""
    epargne = contrat_en_vigueur(produit=ProduitEpargneFactory(), taux_epargne="3.50")
    for police in (contrat_en_vigueur(), epargne):
        debut = timezone.localdate() + timedelta(days=265)
        PeriodeFactory(souscription=police.souscription, numero=2, date_debut=debut)
        PaiementFactory(souscription=police.souscription, montant=350)
        GarantieFactory(produit=police.souscription.produit)
    avant = contrats_lus()

    for produit in ProduitPass.objects.all():
        produit.nom_pass, produit.branche = f"{produit.nom_pass} 2", "XYZ"
        produit.prix_minimum, produit.prix_maximum = 7_000, 90_000
        produit.duree_validite_jours, produit.nombre_beneficiaires_max = 180, 1
        produit.periodicites = ["annuelle"]
        produit.statut = "archive"
        if produit.taux_epargne is not None:
            produit.taux_epargne = "9.00"
        ecrire_produit(produit=produit, acteur=acteur)
        for garantie in produit.garanties.all():
            garantie.montant = 1
            ecrire_garantie(garantie=garantie, acteur=acteur)

    assert contrats_lus() == avant

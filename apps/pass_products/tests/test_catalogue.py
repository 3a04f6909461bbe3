"""The catalogue that comes with the project, and its loading."""

import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from apps.pass_products.models import Garantie, Periodicite, ProduitPass
from apps.pass_products.services import charger_catalogue, lire_catalogue

pytestmark = pytest.mark.django_db

RIEN = {"produits créés": 0, "produits mis à jour": 0, "garanties créées": 0, "garanties mises à jour": 0}


def tables() -> list[tuple[Any, ...]]:
    """Every row of the catalogue with `xmin`, which changes when a row is written, even with the same values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'produit', p.xmin::text, p::text FROM produits_pass p ORDER BY p.id")
        produits = cursor.fetchall()
        cursor.execute("SELECT 'garantie', g.xmin::text, g::text FROM garanties_pass g ORDER BY g.id")
        return produits + cursor.fetchall()


def lancer(*options: str) -> list[str]:
    sortie = StringIO()
    call_command("load_produits_pass", *options, stdout=sortie)
    return [" ".join(ligne.split()) for ligne in sortie.getvalue().splitlines()[:-1]]


class TestFichier:
    def test_faits_de_la_specification(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        faits = ProduitPass.objects.values_list(
            "code_pass", "nom_pass", "categorie", "branche", "prix_minimum", "prix_maximum", "taux_epargne"
        )
        assert list(faits) == [
            ("BATELA", "PASS BATELA", "epargne", "EPG", 100, 50_000, Decimal("3.50")),
            ("KIMIA", "PASS KIMIA", "accident", "VIE", 100, 10_000, None),
            ("SALISA", "PASS SALISA", "sante", "SAN", 100, 15_000, None),
        ]
        communs = ProduitPass.objects.values_list("duree_validite_jours", "nombre_beneficiaires_max", "code_ussd")
        assert list(communs.distinct().order_by()) == [(365, 6, "*128*6*6*1#")]
        assert set(ProduitPass.objects.values_list("statut", flat=True)) == {"actif"}
        assert all(produit.periodicites == Periodicite.values for produit in ProduitPass.objects.all())

    def test_garanties_toutes_a_confirmer(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        assert list(Garantie.objects.values_list("produit__code_pass", "code", "type")) == [
            ("BATELA", "EPARGNE_RETRAITE", "epargne"),
            ("BATELA", "FRAIS_FUNERAIRES", "capital"),
            ("KIMIA", "DECES_ACCIDENTEL", "capital"),
            ("KIMIA", "INVALIDITE_ACCIDENTELLE", "capital"),
            ("KIMIA", "SOINS_ACCIDENT", "remboursement"),
            ("KIMIA", "FRAIS_FUNERAIRES", "capital"),
            ("SALISA", "HOSPITALISATION", "forfait_jour"),
            ("SALISA", "HOSPITALISATION_ACCIDENT", "forfait_jour"),
            ("SALISA", "FRAIS_FUNERAIRES", "capital"),
        ]
        assert not Garantie.objects.filter(a_confirmer=False).exists()

    def test_champs_connus(self) -> None:
        """A misspelt key would be set on the object and lost in silence."""
        produit = {champ.name for champ in ProduitPass._meta.concrete_fields} - {"id", "statut"}
        garantie = {champ.name for champ in Garantie._meta.concrete_fields} - {"id", "produit"}
        for fiche in lire_catalogue():
            assert set(fiche) == produit | {"garanties"}
            assert all(set(ligne) == garantie for ligne in fiche["garanties"])


class TestChargement:
    def test_deux_fois_ne_change_rien(self) -> None:
        assert lancer() == [
            "produits créés 3",
            "produits mis à jour 0",
            "garanties créées 9",
            "garanties mises à jour 0",
        ]
        avant = tables()
        assert len(avant) == 12
        assert charger_catalogue(catalogue=lire_catalogue()) == RIEN
        assert tables() == avant

    def test_met_a_jour_ce_qui_differe(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        ProduitPass.objects.filter(code_pass="KIMIA").update(prix_maximum=1, prix_minimum=1)
        Garantie.objects.filter(code="DECES_ACCIDENTEL").update(montant=1)
        assert charger_catalogue(catalogue=lire_catalogue()) == RIEN | {
            "produits mis à jour": 1,
            "garanties mises à jour": 1,
        }
        assert ProduitPass.objects.get(code_pass="KIMIA").prix_maximum == 10_000
        assert Garantie.objects.get(code="DECES_ACCIDENTEL").montant == 500_000

    def test_garantie_confirmee_gardee(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        Garantie.objects.filter(code="DECES_ACCIDENTEL").update(montant=750_000, a_confirmer=False)
        assert charger_catalogue(catalogue=lire_catalogue()) == RIEN
        confirmee = Garantie.objects.get(code="DECES_ACCIDENTEL")
        assert (confirmee.montant, confirmee.a_confirmer) == (750_000, False)

    def test_garantie_confirmee_remplacee_par_une_confirmee(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        Garantie.objects.filter(code="DECES_ACCIDENTEL").update(montant=750_000, a_confirmer=False)
        catalogue = lire_catalogue()
        catalogue[0]["garanties"][0] |= {"montant": 600_000, "a_confirmer": False}
        assert charger_catalogue(catalogue=catalogue) == RIEN | {"garanties mises à jour": 1}
        assert Garantie.objects.get(code="DECES_ACCIDENTEL").montant == 600_000

    def test_statut_choisi_dans_l_admin_garde(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        ProduitPass.objects.filter(code_pass="SALISA").update(statut="inactif")
        assert charger_catalogue(catalogue=lire_catalogue()) == RIEN
        assert ProduitPass.objects.get(code_pass="SALISA").statut == "inactif"

    def test_ajouter_seulement(self) -> None:
        charger_catalogue(catalogue=lire_catalogue())
        Garantie.objects.filter(code="SOINS_ACCIDENT").delete()
        Garantie.objects.filter(code="DECES_ACCIDENTEL").update(montant=1)
        ProduitPass.objects.filter(code_pass="KIMIA").update(prix_maximum=5_000)
        assert lancer("--ajouter-seulement") == [
            "produits créés 0",
            "produits mis à jour 0",
            "garanties créées 1",
            "garanties mises à jour 0",
        ]
        assert Garantie.objects.get(code="DECES_ACCIDENTEL").montant == 1
        assert ProduitPass.objects.get(code_pass="KIMIA").prix_maximum == 5_000
        assert Garantie.objects.filter(code="SOINS_ACCIDENT").count() == 1

    def test_simulation_n_ecrit_rien(self) -> None:
        assert lancer("--simulation") == [
            "produits créés 3",
            "produits mis à jour 0",
            "garanties créées 9",
            "garanties mises à jour 0",
        ]
        assert tables() == []

    def test_tout_ou_rien(self) -> None:
        catalogue = json.loads(json.dumps(lire_catalogue()))
        catalogue[2]["prix_minimum"] = 20_000
        with pytest.raises(ValidationError, match="La prime minimale est positive et ne dépasse pas la prime maximale"):
            charger_catalogue(catalogue=catalogue)
        assert tables() == []

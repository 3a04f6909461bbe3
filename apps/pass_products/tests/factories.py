import factory

from apps.pass_products.models import Garantie, Periodicite, ProduitPass


class ProduitFactory(factory.django.DjangoModelFactory[ProduitPass]):
    class Meta:
        model = ProduitPass
        django_get_or_create = ("code_pass",)

    code_pass = "KIMIA"
    nom_pass = factory.LazyAttribute(lambda p: f"PASS {p.code_pass}")
    categorie = ProduitPass.Categorie.ACCIDENT
    branche = "VIE"
    prix_minimum = 100
    prix_maximum = 10_000
    periodicites = factory.LazyFunction(lambda: [p.value for p in Periodicite])
    code_ussd = "*128*6*6*1#"


class ProduitEpargneFactory(ProduitFactory):
    code_pass = "BATELA"
    categorie = ProduitPass.Categorie.EPARGNE
    branche = "EPG"
    prix_maximum = 50_000
    taux_epargne = "3.50"


class GarantieFactory(factory.django.DjangoModelFactory[Garantie]):
    class Meta:
        model = Garantie

    produit = factory.SubFactory(ProduitFactory)
    code = factory.Sequence(lambda n: f"GARANTIE_{n}")
    libelle = "Décès accidentel"
    type = Garantie.Type.CAPITAL
    montant = 500_000

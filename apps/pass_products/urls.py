from django.urls import path

from apps.pass_products.apis import DevisApi, ProduitApi, ProduitsApi

urlpatterns = [
    path("produits/", ProduitsApi.as_view(), name="produits"),
    path("produits/<slug:code>/", ProduitApi.as_view(), name="produit"),
    path("produits/<slug:code>/devis/", DevisApi.as_view(), name="produit-devis"),
]

from django.urls import path

from apps.pass_payments.apis import ContratApi, ContratsApi, CotisationsApi, TableauDeBordApi

urlpatterns = [
    path("clients/<police:police>/dashboard/", TableauDeBordApi.as_view(), name="client-dashboard"),
    path("clients/<police:police>/contrats/", ContratsApi.as_view(), name="client-contrats"),
    path("clients/<police:police>/cotisations/", CotisationsApi.as_view(), name="client-cotisations"),
    path("contrats/<police:police>/", ContratApi.as_view(), name="contrat"),
]

from django.urls import path

from apps.pass_payments.apis import ContratApi, ContratsApi, CotisationsApi, TableauDeBordApi
from apps.pass_payments.documents.apis import AttestationApi, RecuApi, ReleveApi

urlpatterns = [
    path("clients/<police:police>/dashboard/", TableauDeBordApi.as_view(), name="client-dashboard"),
    path("clients/<police:police>/contrats/", ContratsApi.as_view(), name="client-contrats"),
    path("clients/<police:police>/cotisations/", CotisationsApi.as_view(), name="client-cotisations"),
    path("clients/<police:police>/releve/", ReleveApi.as_view(), name="client-releve"),
    path("clients/<police:police>/attestation/", AttestationApi.as_view(), name="client-attestation"),
    path("clients/<police:police>/recus/<numero:numero>/", RecuApi.as_view(), name="client-recu"),
    path("contrats/<police:police>/", ContratApi.as_view(), name="contrat"),
]

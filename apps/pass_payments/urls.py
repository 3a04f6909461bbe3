from django.urls import path

from apps.pass_payments import apis, apis_paiements
from apps.pass_payments.documents import apis as documents

urlpatterns = [
    path("clients/<police:police>/dashboard/", apis.TableauDeBordApi.as_view(), name="client-dashboard"),
    path("clients/<police:police>/contrats/", apis.ContratsApi.as_view(), name="client-contrats"),
    path("clients/<police:police>/cotisations/", apis.CotisationsApi.as_view(), name="client-cotisations"),
    path("clients/<police:police>/releve/", documents.ReleveApi.as_view(), name="client-releve"),
    path("clients/<police:police>/attestation/", documents.AttestationApi.as_view(), name="client-attestation"),
    path("clients/<police:police>/recus/<numero:numero>/", documents.RecuApi.as_view(), name="client-recu"),
    path("contrats/<police:police>/", apis.ContratApi.as_view(), name="contrat"),
    path("contrats/<police:police>/paiement/", apis_paiements.OptionsApi.as_view(), name="contrat-paiement"),
    path("souscriptions/conditions/", apis_paiements.ConditionsApi.as_view(), name="souscriptions-conditions"),
    path("souscriptions/<numero:numero>/renouveler/", apis_paiements.RenouvellementApi.as_view(), name="renouveler"),
    path("paiements/", apis_paiements.PaiementsApi.as_view(), name="paiements"),
    path("paiements/operateurs/", apis_paiements.OperateursApi.as_view(), name="paiements-operateurs"),
    path("paiements/detecter-operateur/", apis_paiements.DetectionApi.as_view(), name="paiements-detection"),
    path("paiements/<numero:numero>/", apis_paiements.PaiementApi.as_view(), name="paiement"),
]

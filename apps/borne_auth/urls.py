from django.urls import path

from apps.borne_auth import apis_confirmations as confirmations
from apps.borne_auth.apis import (
    BorneMoiApi,
    ConfirmerLoginApi,
    ConnexionAgentApi,
    LoginApi,
    LogoutApi,
    MoiApi,
    RefreshApi,
)
from apps.borne_auth.apis_agents import AgentApi, AgentsApi, CreerAgentApi, ModifierAgentApi
from apps.borne_auth.apis_bornes import MaintenanceApi, RappelPoliceApi
from apps.borne_auth.apis_souscriptions import ConfirmerSouscriptionApi, SouscriptionsApi

urlpatterns = [
    path("auth/login/", LoginApi.as_view(), name="auth-login"),
    path("auth/login/confirmer/", ConfirmerLoginApi.as_view(), name="auth-login-confirmer"),
    path("auth/refresh/", RefreshApi.as_view(), name="auth-refresh"),
    path("auth/logout/", LogoutApi.as_view(), name="auth-logout"),
    path("auth/police-par-sms/", RappelPoliceApi.as_view(), name="auth-police-par-sms"),
    path("bornes/moi/", BorneMoiApi.as_view(), name="bornes-moi"),
    path("bornes/maintenance/", MaintenanceApi.as_view(), name="bornes-maintenance"),
    path("agents/connexion/", ConnexionAgentApi.as_view(), name="agents-connexion"),
    path("agents/moi/", MoiApi.as_view(), name="agents-moi"),
    path("souscriptions/", SouscriptionsApi.as_view(), name="souscriptions"),
    path("souscriptions/confirmer/", ConfirmerSouscriptionApi.as_view(), name="souscriptions-confirmer"),
    path(
        "souscriptions/<numero:numero>/beneficiaires/", confirmations.BeneficiairesApi.as_view(), name="beneficiaires"
    ),
    path(
        "souscriptions/<numero:numero>/beneficiaires/<int:beneficiaire>/",
        confirmations.BeneficiaireApi.as_view(),
        name="beneficiaire",
    ),
    path("clients/<police:police>/mobile-money/", confirmations.MobileMoneyApi.as_view(), name="client-mobile-money"),
    path("confirmations/<uuid:demande>/", confirmations.ConfirmationApi.as_view(), name="confirmation"),
    path("agents/", AgentsApi.as_view(), name="agents"),
    path("agents/create/", CreerAgentApi.as_view(), name="agents-creer"),
    path("agents/<int:id>/", AgentApi.as_view(), name="agent"),
    path("agents/<int:id>/update/", ModifierAgentApi.as_view(), name="agent-modifier"),
]

"""Every address of the project, in the order in which they are matched."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from . import converters  # noqa: F401 - registers <police:…>
from .back_office.trouver import trouver
from .documentation import RedocView, SwaggerView
from .metriques import metriques
from .sante import PretApi, VivantApi

handler400 = "nsia_pass_api.problems.handler400"
handler403 = "nsia_pass_api.problems.handler403"
handler404 = "nsia_pass_api.problems.handler404"
handler500 = "nsia_pass_api.problems.handler500"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    path("sante/", VivantApi.as_view(), name="sante"),
    path("sante/pret/", PretApi.as_view(), name="sante-pret"),
    path("metriques/", metriques, name="metriques"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/docs/redoc/", RedocView.as_view(url_name="schema"), name="redoc"),
    path("api/v1/", include("apps.pass_products.urls")),
    path("api/v1/", include("apps.pass_payments.urls")),
    path("api/v1/", include("apps.mtn_integration.urls")),
    path("api/v1/", include("apps.borne_auth.urls")),
    path("borne/", include("apps.borne_auth.kiosk.urls")),
    path("verifier/", include("apps.pass_payments.documents.urls")),
    path("", include("apps.socle.urls")),
    path("admin/", include("apps.borne_auth.connexion.urls")),
    path("admin/trouver/", admin.site.admin_view(trouver), name="trouver"),
    path("admin/", admin.site.urls),
]

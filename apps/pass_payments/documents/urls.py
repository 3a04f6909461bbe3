"""The public page, at /verifier/."""

from django.urls import path

from apps.pass_payments.documents.views import accueil, verifier

urlpatterns = [
    path("", accueil, name="verifier"),
    path("<str:code>/", verifier, name="verifier-code"),
]

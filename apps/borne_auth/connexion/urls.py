from django.urls import path

from apps.borne_auth.connexion import vues

# Before the addresses of the admin, whose sign-in page the first one replaces.
urlpatterns = [
    path("login/", vues.connexion, name="connexion"),
    path("login/code/", vues.code, name="connexion-code"),
    path("second-facteur/", vues.second_facteur, name="second-facteur"),
    path("second-facteur/qr.svg", vues.qr, name="second-facteur-qr"),
]

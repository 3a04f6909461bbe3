"""Private files: the staff's below /admin/, where their session is watched."""

from django.urls import path

from apps.socle.vues import lire

urlpatterns = [
    path("fichiers/<str:jeton>/", lire, name="fichier"),
    path("admin/fichiers/<str:jeton>/", lire, name="fichier-agent"),
]

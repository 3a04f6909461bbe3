"""Where private files are read."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET

from apps.socle.domaines import Lecteur, le_domaine
from apps.socle.liens import ouvrir
from apps.socle.models import FichierPrive
from apps.socle.services.fichiers import ouvrir_copie
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.problems import problem_response

_ENTETES = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SUITES = {"image/jpeg": "jpg", "application/pdf": "pdf"}


@require_GET
def lire(request: HttpRequest, jeton: str) -> HttpResponseBase:
    """The checked copy that the link names, once the reading is noted where it must be: what cannot be noted is not shown."""
    try:
        appelant: Lecteur | None = import_string(settings.FICHIERS_LECTEUR)(request)
        ouverture = ouvrir(jeton, appelant=appelant)
        _noter(request, ouverture.fichier, appelant)
        flux = ouvrir_copie(ouverture.fichier)
    except ErreurPass as refus:
        return problem_response(refus, {})
    nature = ouverture.fichier.nature_servie
    reponse: Any = FileResponse(
        flux,
        as_attachment=not ouverture.en_ligne,
        filename=f"{ouverture.fichier.domaine}-{ouverture.fichier.rang}.{_SUITES[nature]}",
        content_type=nature,
    )
    for nom, valeur in _ENTETES.items():
        reponse[nom] = valeur
    return reponse  # type: ignore[no-any-return]


def _noter(request: HttpRequest, fichier: FichierPrive, appelant: Lecteur | None) -> None:
    lecture_de = le_domaine(fichier.domaine).lecture_de
    if appelant is not None and appelant.agent is not None and lecture_de is not None:
        import_string(settings.FICHIERS_JOURNAL)(request, fichier=fichier, client_id=lecture_de(fichier))

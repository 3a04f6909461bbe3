"""The lines of `manage.py diagnostic` on private files (can they be kept, does the antivirus answer) and on the live process."""

import http.client
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings

from apps.socle import antivirus
from apps.socle.services.fichiers import stockage
from nsia_pass_api.diagnostic import Constat, attention, erreur, ok

SUJET = "fichiers"


def examiner() -> Iterator[Constat]:
    yield fichiers()
    yield direct()


def direct() -> Constat:
    ou = f"{settings.DIRECT_HOTE}:{settings.DIRECT_PORT}"
    with closing(http.client.HTTPConnection(settings.DIRECT_HOTE, settings.DIRECT_PORT, timeout=5)) as connexion:
        try:
            connexion.request("GET", "/sante")
            statut = connexion.getresponse().status
        except (OSError, http.client.HTTPException):
            texte = (
                f"rien ne répond sur {ou} : les conversations passent sans être en direct. Lancez : manage.py direct."
            )
            return (erreur if settings.PRODUCTION else attention)("direct", texte)
    if statut != 200:
        return erreur("direct", f"{ou} n'écoute pas la base. Voyez son journal.")
    return ok("direct", f"{ou}, à l'écoute de la base.")


def fichiers() -> Constat:
    ou = f"{type(stockage()).__name__} {getattr(stockage(), 'location', '')}".strip()
    dossier = getattr(stockage(), "location", None)
    if dossier is not None:
        existant = next(chemin for chemin in (Path(dossier), *Path(dossier).parents) if chemin.exists())
        if not os.access(existant, os.W_OK | os.X_OK):
            return erreur(
                SUJET, f"{dossier} ne peut pas être écrit. Changez FICHIERS_DIR, ou les droits de {existant}."
            )
    if not settings.CLAMD_URL:
        return (attention if settings.PRODUCTION else ok)(
            SUJET, f"{ou}, sans antivirus : les fichiers sont marqués « non analysé ». Installez clamd : CLAMD_URL."
        )
    if not antivirus.joignable():
        return erreur(SUJET, f"{ou} : {settings.CLAMD_URL} ne répond pas, rien ne sort de quarantaine. Démarrez clamd.")
    return ok(SUJET, f"{ou}, antivirus {settings.CLAMD_URL}.")

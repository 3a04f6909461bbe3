"""The line of `manage.py diagnostic` on private files: can they be kept, does the antivirus that is set answer."""

import os
from pathlib import Path

from django.conf import settings

from apps.socle import antivirus
from apps.socle.services.fichiers import stockage
from nsia_pass_api.diagnostic import Constat, attention, erreur, ok

SUJET = "fichiers"


def examiner() -> Constat:
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

"""Private files: where they are kept, what looks for viruses in them, and who is asked about their readers."""

import json
from urllib.parse import urlsplit

from .environment import DATA_DIR, refus, text

_DOSSIER = "django.core.files.storage.FileSystemStorage"

# Where they are kept on this machine; on a disk that backups copy, in production (docs/operations.md).
FICHIERS_DIR = text("FICHIERS_DIR", str(DATA_DIR / "fichiers"))
# Any class of storage that Django knows, with its options as JSON: « storages.backends.s3.S3Storage » and its bucket.
FICHIERS_STOCKAGE = text("FICHIERS_STOCKAGE", _DOSSIER)


def _options(valeur: str) -> dict[str, object]:
    try:
        options = json.loads(valeur)
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise refus("FICHIERS_STOCKAGE_OPTIONS", "ce n'est pas un objet JSON", 'Exemple : {"bucket_name": "pieces"}.')
    return options


_SUR_CETTE_MACHINE = {
    "location": FICHIERS_DIR,
    "file_permissions_mode": 0o600,
    "directory_permissions_mode": 0o700,
    # No address: nothing but the view of apps.socle serves them.
    "base_url": None,
}
STOCKAGE_PRIVE = {
    "BACKEND": FICHIERS_STOCKAGE,
    "OPTIONS": {
        **(_SUR_CETTE_MACHINE if FICHIERS_STOCKAGE == _DOSSIER else {}),
        **_options(text("FICHIERS_STOCKAGE_OPTIONS", "{}")),
    },
}


def adresse_clamd(valeur: str) -> str:
    """`tcp://host:port` or `unix:///path`; empty: files are marked « non analysé »."""
    try:
        lue = urlsplit(valeur)
        lisible = (lue.scheme == "tcp" and lue.hostname and lue.port) or (lue.scheme == "unix" and lue.path)
    except ValueError:
        lisible = None
    if valeur and not lisible:
        mend = "Exemples : CLAMD_URL=tcp://127.0.0.1:3310, CLAMD_URL=unix:///run/clamav/clamd.ctl."
        raise refus("CLAMD_URL", f"« {valeur} » n'est pas l'adresse d'un clamd", mend)
    return valeur


CLAMD_URL = adresse_clamd(text("CLAMD_URL", ""))

# Who asks for a file: (request) → `apps.socle.domaines.Lecteur` or None.
FICHIERS_LECTEUR = "apps.borne_auth.lecteurs.lecteur"
# Told of each reading, by the staff, of a file that shows a person, before its first byte: (request, *, fichier, client_id).
FICHIERS_JOURNAL = "apps.borne_auth.lectures.noter_fichier"

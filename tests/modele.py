"""The test database is a copy of a model, which is migrated once for each state of what a migration reads."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper

# What decides the content of a migrated database, and the libraries that write it.
_LUS = (
    "requirements.txt",
    "apps/*/migrations/*.py",
    "apps/*/sql/*.sql",
    "apps/*/models.py",
    "apps/*/models/*.py",
    "apps/*/apps.py",
    "apps/borne_auth/droits.py",
    "apps/borne_auth/equipe.py",
    "apps/*/definitions.py",
    "apps/*/pages.py",
    "apps/socle/services/reglages.py",
    "nsia_pass_api/constraints.py",
    "nsia_pass_api/demenagement.py",
    "nsia_pass_api/gardes.py",
    "nsia_pass_api/sqlaudit.py",
    "nsia_pass_api/sqlviews.py",
)
_VERROU = 7_304_501  # of this module alone, on the server's maintenance database


def copier_le_modele(connexion: BaseDatabaseWrapper, *, nom: str) -> None:
    """`connexion` is to the new database `nom`, migrated and empty. The first caller migrates the model; others wait for it."""
    modele = f"modele_{empreinte()}"
    connexion.close()
    with connexion._nodb_cursor() as curseur:
        curseur.execute("SELECT pg_advisory_lock(%s)", [_VERROU])
        curseur.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'modele_')")
        presents = {ligne[0] for ligne in curseur.fetchall()}
        if modele not in presents:
            for ancien in presents:
                curseur.execute(f'DROP DATABASE "{ancien}" WITH (FORCE)')
            neuf = f"{modele}_neuf"
            curseur.execute(f'CREATE DATABASE "{neuf}"')
            _relier(connexion, neuf)
            call_command("migrate", verbosity=0, interactive=False)
            connexion.close()
            curseur.execute(f'ALTER DATABASE "{neuf}" RENAME TO "{modele}"')
        curseur.execute(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')
        curseur.execute(f'CREATE DATABASE "{nom}" TEMPLATE "{modele}"')
    _relier(connexion, nom)


def effacer(connexion: BaseDatabaseWrapper, *, nom: str) -> None:
    connexion.close()
    with connexion._nodb_cursor() as curseur:
        curseur.execute(f'DROP DATABASE "{nom}" WITH (FORCE)')


def empreinte() -> str:
    """Of the names and contents of all files that migrating reads."""
    racine = Path(settings.BASE_DIR)
    somme = hashlib.sha256()
    for motif in _LUS:
        for fichier in sorted(racine.glob(motif)):
            somme.update(f"{fichier.relative_to(racine)}\0".encode() + fichier.read_bytes())
    return somme.hexdigest()[:16]


def _relier(connexion: BaseDatabaseWrapper, nom: str) -> None:
    connexion.close()
    settings.DATABASES[connexion.alias]["NAME"] = nom
    connexion.settings_dict["NAME"] = nom

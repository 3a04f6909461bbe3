"""A throw-away database: the simulation writes nothing where people's money is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from apps.essais.errors import BaseDeProduction


@contextmanager
def base_jetable() -> Iterator[str]:
    """The connection is to a new, migrated, empty database of the same server, as for tests; it is dropped at the end.

    Raises BaseDeProduction: a server that holds real data is left alone.
    """
    if settings.PRODUCTION:
        raise BaseDeProduction("La simulation ne tourne pas sur une installation de production : lancez-la ailleurs.")
    avant = connection.settings_dict["NAME"]
    essai = connection.settings_dict["TEST"]
    nom_d_essai, essai["NAME"] = essai["NAME"], f"simulation_{os.getpid()}"
    try:
        nom = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield nom
        finally:
            connection.creation.destroy_test_db(avant, verbosity=0)
    finally:
        essai["NAME"] = nom_d_essai

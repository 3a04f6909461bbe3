#!/usr/bin/env python
"""Entry point of every command: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Runs the command; wrong settings and an unreachable database end it with one French line and code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nsia_pass_api.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        sys.exit("Django n'est pas installé pour ce Python. Lancez make demo, ou activez l'environnement (.venv).")
    try:
        _signer(sys.argv)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        _refuse(str(error))
    except OperationalError as error:
        from nsia_pass_api.database.errors import EmbeddedServerError
        from nsia_pass_api.database.reachability import explain

        if isinstance(error, EmbeddedServerError):
            _refuse(str(error))
        known = explain(error)
        if known is None:
            raise
        cause, mend = known
        _refuse(f"Base de données injoignable : {cause}. Pour y remédier : {mend}.")


def _signer(arguments: list[str]) -> None:
    """Whatever this process writes is recorded as this command's."""
    from nsia_pass_api.audit import de_la_commande, processus

    processus(de_la_commande(arguments[1] if len(arguments) > 1 else "help"))


def _refuse(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()

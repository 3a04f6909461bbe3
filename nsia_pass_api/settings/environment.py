"""Reads settings from the environment or `.env`; every refusal names the variable and how to mend it, in French."""

import json
import os
import re
import secrets
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit

from decouple import Config, RepositoryEmpty, RepositoryEnv
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENV_FILE = BASE_DIR / ".env"

# Every name that was asked for: `diagnostic` finds the misspelt ones in .env by difference.
noms_lus: set[str] = set()

_VRAI = {"1", "true", "vrai", "oui", "yes", "on"}
_FAUX = {"0", "false", "faux", "non", "no", "off"}


def refus(name: str, why: str, mend: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"Réglage {name} : {why}. {mend}")


def _repository() -> RepositoryEnv | RepositoryEmpty:
    if not ENV_FILE.is_file():
        return RepositoryEmpty()
    try:
        return RepositoryEnv(str(ENV_FILE), encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{ENV_FILE} n'est pas en UTF-8. Réenregistrez-le en UTF-8.") from None


_config = Config(_repository())


def text(name: str, default: str | None = None, *, choices: tuple[str, ...] = ()) -> str:
    """The value of `name`, without surrounding spaces; empty means the default, and without one it is required."""
    noms_lus.add(name)
    value = str(_config(name, default="")).strip() or default or ""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        raise refus(name, "la valeur est entourée de guillemets", "Retirez-les : écrivez NOM=valeur, sans guillemets.")
    if not value and default is None:
        raise refus(name, "valeur absente", f"Ajoutez {name}=… dans .env ou dans l'environnement.")
    if choices and value not in choices:
        raise refus(name, f"« {value} » n'est pas reconnu", f"Valeurs possibles : {', '.join(choices)}.")
    return value


def integer(name: str, default: int, *, minimum: int = 0, maximum: int = 2_147_483_647) -> int:
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise refus(name, f"« {value} » n'est pas un nombre entier", f"Exemple : {name}={default}.") from None
    if not minimum <= number <= maximum:
        raise refus(name, f"{number} est hors limites", f"Choisissez un nombre entre {minimum} et {maximum}.")
    return number


def boolean(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in _VRAI:
        return True
    if value in _FAUX:
        return False
    raise refus(name, f"« {value} » n'est ni oui ni non", f"Écrivez {name}=1 ou {name}=0.")


def strings(name: str, default: str | None = "") -> list[str]:
    """A comma-separated list; required when `default` is None."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def url(name: str, default: str, *, https: bool) -> str:
    """An http address without its final slash, empty only by default; with `https`, no other scheme is accepted."""
    value = text(name, default).rstrip("/")
    if not value:
        return ""
    mend = f"Exemple : {name}=https://pass.exemple.cg."
    try:
        parts = urlsplit(value)
        readable = bool(parts.hostname) and (parts.port is None or parts.port > 0) and value.isascii()
    except ValueError:
        readable = False
        parts = urlsplit("")
    if not readable or parts.scheme not in ("http", "https") or re.search(r"\s", value):
        raise refus(name, f"« {value} » n'est pas une adresse http", mend)
    if parts.username is not None or parts.query or parts.fragment:
        raise refus(name, "l'adresse contient un identifiant ou des paramètres", f"Retirez-les. {mend}")
    if https and parts.scheme != "https":
        raise refus(name, f"« {value} » n'est pas en https", mend)
    return value


def number_format(name: str, default: str, *, longest: dict[str, str], max_length: int) -> str:
    """A template of numbers such as `CG-{annee}-{branche}-{sequence:03d}`: each field of `longest` and `sequence`, once.

    Numbers of different series never look the same, and the longest, made of the values of `longest`, keeps to `max_length`
    capitals, digits and hyphens.
    """
    value = text(name, default)
    mend = f"Exemple : {name}={default}."
    try:
        pieces = [piece for piece in Formatter().parse(value) if piece[1] is not None]
    except ValueError:
        raise refus(name, f"les accolades de « {value} » ne vont pas par deux", mend) from None
    fields = [field for _, field, _, _ in pieces]
    known = [*longest, "sequence"]
    for field in fields:
        if field not in known:
            raise refus(name, f"le champ {{{field}}} n'existe pas", f"Champs : {', '.join(known)}. {mend}")
    for field in known:
        if fields.count(field) != 1:
            raise refus(name, f"le champ {{{field}}} doit figurer une fois et une seule", mend)
    for _, field, spec, conversion in pieces:
        if conversion or not re.fullmatch(r"(0[1-9])?d?" if field == "sequence" else "", spec or ""):
            raise refus(name, f"la mise en forme du champ {{{field}}} n'est pas reconnue", mend)
    if re.search(r"\}\{sequence|\{sequence[^}]*\}\{", value):
        raise refus(name, "{sequence} touche un autre champ", f"Séparez-les par un tiret. {mend}")
    number = value.format(**longest, sequence=999_999_999)
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]*", number):
        raise refus(name, f"« {number} » n'est pas fait de majuscules sans accent, de chiffres et de tirets", mend)
    if len(number) > max_length:
        raise refus(name, f"« {number} » aurait plus de {max_length} caractères", mend)
    return value


DATA_DIR = (BASE_DIR / text("DATA_DIR", ".data")).resolve()
MODE = text("NSIA_MODE", "developpement", choices=("developpement", "production"))
PRODUCTION = MODE == "production"


def secret(name: str) -> str:
    """A signing key. Required in production, 50 characters at least; elsewhere one is drawn and kept in `.data/`."""
    value = text(name, "")
    if value:
        if PRODUCTION and len(value) < 50:
            raise refus(
                name, "clé trop courte", 'Tirez-en une : python -c "import secrets; print(secrets.token_urlsafe(64))".'
            )
        return value
    if PRODUCTION:
        raise refus(
            name,
            "clé absente en production",
            'Tirez-en une : python -c "import secrets; print(secrets.token_urlsafe(64))".',
        )
    return _development_secret(name)


def _development_secret(name: str) -> str:
    folder = DATA_DIR / "secrets"
    path = folder / f"{name.lower()}.json"
    try:
        if not path.exists():
            _draw_secret(path)
        return str(json.loads(path.read_text()))
    except OSError as error:
        raise refus(
            "DATA_DIR",
            f"{folder} est inutilisable ({error.strerror})",
            "Reprenez le compte qui l'a créé, ou choisissez un autre dossier.",
        ) from error
    except ValueError:
        raise refus(name, f"{path} est abîmé", "Effacez ce fichier : une autre clé sera tirée.") from None


def _draw_secret(path: Path) -> None:
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{path.stem}.{os.getpid()}.{secrets.token_hex(4)}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(secrets.token_urlsafe(64)))
    try:
        os.link(draft, path)  # the first process to arrive decides for all
    except FileExistsError:
        pass
    finally:
        draft.unlink()

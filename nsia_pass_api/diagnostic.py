"""What `manage.py diagnostic` looks at: one finding a line, with its mend. Nothing is written."""

import importlib.metadata
import importlib.util
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.postgres.operations import CreateExtension
from django.core import checks
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from nsia_pass_api import gardes
from nsia_pass_api.dates import maintenant
from nsia_pass_api.registre import modules
from nsia_pass_api.sauvegarde.errors import SauvegardeRefusee
from nsia_pass_api.sauvegarde.manifeste import ARCHIVE, Manifeste

from .database.errors import EmbeddedServerError
from .database.reachability import MINIMUM_VERSION, explain
from .sante import Controle
from .settings.environment import BASE_DIR, DATA_DIR, ENV_FILE, PRODUCTION, noms_lus

FREE_BYTES_MINIMUM = 1024**3
CLOCK_SECONDS_MAXIMUM = 2.0
SAUVEGARDE_AGE_MAXIMUM = timedelta(hours=36)


class Niveau(StrEnum):
    OK = "ok"
    ATTENTION = "attention"
    ERREUR = "erreur"


@dataclass(frozen=True)
class Constat:
    niveau: Niveau
    sujet: str
    texte: str


def ok(sujet: str, texte: str) -> Constat:
    return Constat(Niveau.OK, sujet, texte)


def attention(sujet: str, texte: str) -> Constat:
    return Constat(Niveau.ATTENTION, sujet, texte)


def erreur(sujet: str, texte: str) -> Constat:
    return Constat(Niveau.ERREUR, sujet, texte)


def examiner(connection: BaseDatabaseWrapper) -> Iterator[Constat]:
    """Every finding, the machine's first; those on the database stop at the first that makes the next meaningless."""
    yield reglages()
    yield fichier_env()
    yield dependances()
    yield pilote()
    yield disque()
    yield sauvegardes()
    yield from des_apps()
    acces = base_joignable(connection)
    yield acces
    if acces.niveau is Niveau.ERREUR:
        return
    for examine in SUR_LA_BASE:
        try:
            yield examine(connection)
        except Error as error:
            yield erreur("base", f"la vérification « {examine.__name__} » a échoué : {_une_ligne(error)}.")


def reglages() -> Constat:
    """Django's own checks, with those of deployment in production."""
    messages = [
        message
        for message in checks.run_checks(include_deployment_checks=PRODUCTION)
        if not message.is_silenced() and message.level >= checks.WARNING
    ]
    mode = "production" if PRODUCTION else "développement"
    if not messages:
        return ok("réglages", f"mode {mode}, rien à signaler.")
    texte = " ; ".join(
        " ".join(filter(None, [message.id, _une_ligne(message.msg), message.hint and f"({_une_ligne(message.hint)})"]))
        for message in messages
    )
    if any(message.is_serious() for message in messages):
        return erreur("réglages", f"mode {mode} : {texte}.")
    return attention("réglages", f"mode {mode} : {texte}.")


def fichier_env() -> Constat:
    """Names that nobody reads are misspelt; quotes mean different things to python-decouple, systemd and Docker."""
    if not ENV_FILE.is_file():
        return ok(".env", "absent : les valeurs par défaut et l'environnement suffisent.")
    pairs = re.findall(r"^\s*([^#=\s]+)\s*=[ \t]*(.*?)\s*$", ENV_FILE.read_text("utf-8-sig"), re.MULTILINE)
    unknown = sorted({name for name, _ in pairs} - noms_lus)
    quoted = sorted({name for name, value in pairs if value[:1] in ("'", '"')})
    if unknown:
        return attention(".env", f"noms inconnus, donc sans effet : {', '.join(unknown)}. Corrigez-les ou retirez-les.")
    if quoted:
        return attention(".env", f"valeurs entre guillemets : {', '.join(quoted)}. Retirez les guillemets.")
    return ok(".env", f"{len(pairs)} réglage(s) lu(s).")


def dependances() -> Constat:
    """Installed versions against the pins of requirements.txt."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", (BASE_DIR / "requirements.txt").read_text(), re.MULTILINE)
    different = [name for name, version in pins if _version_installee(name) != version]
    if different:
        return attention(
            "dépendances",
            f"{', '.join(different)} : version différente de requirements.txt. "
            "Relancez pip install -r requirements.txt.",
        )
    return ok("dépendances", f"les {len(pins)} versions de requirements.txt.")


def _version_installee(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def pilote() -> Constat:
    if importlib.util.find_spec("psycopg") is not None:
        return erreur("pilote", "psycopg 3 est installé et Django le préfère. Retirez-le : pip uninstall psycopg.")
    return ok("pilote", f"psycopg2 {importlib.metadata.version('psycopg2-binary')}, sans psycopg 3.")


def disque() -> Constat:
    folder = next(path for path in (DATA_DIR, *DATA_DIR.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    texte = f"{free / 1024**3:.1f} Gio libres pour {DATA_DIR}".replace(".", ",", 1)
    if free < FREE_BYTES_MINIMUM:
        return attention("disque", f"{texte}. Libérez de la place, ou déplacez DATA_DIR.")
    return ok("disque", f"{texte}.")


def sauvegardes(*, quand: datetime | None = None) -> Constat:
    """The age of the last whole backup; outside production nobody is expected to make any."""
    dossier = Path(settings.SAUVEGARDES_DOSSIER)
    ages = [
        ((quand or maintenant()) - manifeste.le, archive)
        for archive in sorted(dossier.glob(f"*{ARCHIVE}"))
        if (manifeste := _manifeste(archive)) is not None
    ]
    if not ages:
        texte = f"aucune dans {dossier}. Lancez : python manage.py sauvegarder --verifier."
        return attention("sauvegardes", texte) if settings.PRODUCTION else ok("sauvegardes", texte)
    age, archive = min(ages)
    texte = f"{len(ages)} dans {dossier}, la dernière il y a {age.total_seconds() / 3600:.0f} h"
    if settings.PRODUCTION and age > SAUVEGARDE_AGE_MAXIMUM:
        return attention("sauvegardes", f"{texte} ({archive.name}). Voyez pourquoi la minuterie ne passe plus.")
    return ok("sauvegardes", f"{texte}.")


def _manifeste(archive: Path) -> Manifeste | None:
    try:
        return Manifeste.lire(archive)
    except SauvegardeRefusee:
        return None


def des_apps() -> Iterator[Constat]:
    """What each app finds of its own: `examiner` of its `diagnostic.py` answers one finding, or several."""
    for module in modules("diagnostic"):
        constats = module.examiner()
        yield from [constats] if isinstance(constats, Constat) else constats


def base_joignable(connection: BaseDatabaseWrapper) -> Constat:
    try:
        connection.ensure_connection()
    except EmbeddedServerError as error:
        return erreur("base", _une_ligne(error))
    except Error as error:
        cause, mend = explain(error) or (_une_ligne(error), "consultez le journal du serveur")
        return erreur("base", f"{cause}. Pour y remédier : {mend}.")
    target = connection.settings_dict
    return ok("base", f"{target['NAME']} sur {target['HOST'] or 'la prise locale'}:{target['PORT']}.")


def version_du_serveur(connection: BaseDatabaseWrapper) -> Constat:
    version = _une_valeur(connection, "SHOW server_version_num")
    return juger_version(int(version) // 10_000)


def juger_version(majeure: int) -> Constat:
    if majeure < MINIMUM_VERSION:
        return erreur(
            "version", f"PostgreSQL {majeure} est trop ancien. Installez la version {MINIMUM_VERSION} ou après."
        )
    return ok("version", f"PostgreSQL {majeure}.")


def droits(connection: BaseDatabaseWrapper) -> Constat:
    """Migrations create tables in `public` and extensions in the database; a role that only serves may do neither."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_database(), has_schema_privilege('public', 'CREATE'),"
            " has_database_privilege(current_database(), 'CREATE'),"
            " coalesce(has_table_privilege(to_regclass('public.django_migrations'), 'SELECT'), false)"
            " AND NOT pg_has_role(current_user, datdba, 'MEMBER')"
            " FROM pg_database WHERE datname = current_database()"
        )
        user, database, schema, base, sert = cursor.fetchone()
    if not schema and sert:
        return ok("droits", f"{user} sert sans pouvoir changer le schéma.")
    if not schema:
        return erreur(
            "droits",
            f"{user} ne peut rien créer dans le schéma public. Accordez : GRANT CREATE ON SCHEMA public TO {user}.",
        )
    if not base:
        return attention(
            "droits",
            f"{user} ne peut pas créer d'extension dans {database}. Accordez : GRANT CREATE ON DATABASE {database} TO {user}.",
        )
    return ok("droits", f"{user} peut créer tables et extensions.")


# What docs/deployment/roles.sql pins on the role that serves.
EPINGLES = {"statement_timeout=10min", "idle_in_transaction_session_timeout=5min"}


def epingles(connection: BaseDatabaseWrapper) -> Constat:
    """Settings that a role keeps from one session to the next: PostgreSQL lets each role pin any on itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname, d.datname, une FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
            " LEFT JOIN pg_database d ON d.oid = s.setdatabase CROSS JOIN unnest(s.setconfig) une"
            " WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND NOT r.rolsuper"
            " AND has_database_privilege(r.oid, current_database(), 'CONNECT') ORDER BY 1, 2, 3"
        )
        trouvees = [(role, base, une) for role, base, une in cursor.fetchall() if base is None or une not in EPINGLES]
    if not trouvees:
        return ok("rôles", "aucun réglage inattendu n'est épinglé sur un rôle.")
    dits = ", ".join(f"{une} ({role})" for role, _, une in trouvees)
    remedes = dict.fromkeys(
        f"ALTER ROLE {role} {f'IN DATABASE {base} ' if base else ''}RESET ALL;" for role, base, _ in trouvees
    )
    return attention(
        "rôles",
        f"épinglé par quelqu'un : {dits}. Si ce n'est pas vous, changez le mot de passe de ce rôle, puis, en administrateur : "
        f"{' '.join(remedes)} et relancez roles.sql.",
    )


def interrupteur(connection: BaseDatabaseWrapper) -> Constat:
    """Who may put guards aside: the owner alone, once `migrate` has ended (gardes.py)."""
    if not gardes.tiennent(connection):
        return erreur("gardes", "le rôle de service peut écarter les gardes de la base. Relancez : manage.py migrate.")
    return ok("gardes", "les gardes de la base n'obéissent qu'à son propriétaire.")


def extensions(connection: BaseDatabaseWrapper) -> Constat:
    """Those that the migrations ask for: installed, or creatable with the rights of this user."""
    needed = extensions_des_migrations()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.name, e.installed_version IS NOT NULL, v.trusted AND"
            " has_database_privilege(current_database(), 'CREATE') OR"
            " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
            " FROM pg_available_extensions e"
            " JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version"
            " WHERE e.name = ANY(%s)",
            [needed],
        )
        found = {name: (installed, creatable) for name, installed, creatable in cursor.fetchall()}
    absent = [name for name in needed if name not in found]
    refused = [name for name, (installed, creatable) in found.items() if not installed and not creatable]
    pending = [name for name, (installed, creatable) in found.items() if not installed and creatable]
    if absent:
        return erreur(
            "extensions", f"{', '.join(absent)} : absentes du serveur. Installez-y le paquet postgresql-contrib."
        )
    if refused:
        commands = " ".join(f"CREATE EXTENSION {name};" for name in refused)
        return erreur(
            "extensions", f"{', '.join(refused)} : droits insuffisants. Un administrateur doit lancer : {commands}"
        )
    if pending:
        return attention("extensions", f"{', '.join(pending)} : pas encore créées. Lancez : python manage.py migrate.")
    return ok("extensions", f"{', '.join(needed)}.")


def extensions_des_migrations() -> list[str]:
    loader = MigrationLoader(None)
    operations = (operation for migration in loader.disk_migrations.values() for operation in migration.operations)
    return sorted({operation.name for operation in operations if isinstance(operation, CreateExtension)})


def migrations(connection: BaseDatabaseWrapper) -> Constat:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return erreur("migrations", f"{len(plan)} à appliquer. Lancez : python manage.py migrate.")
    return ok("migrations", "toutes appliquées.")


def horloge(connection: BaseDatabaseWrapper) -> Constat:
    server: datetime = _une_valeur(connection, "SELECT clock_timestamp()")
    return juger_horloge((server - datetime.now(UTC)).total_seconds())


def juger_horloge(ecart: float) -> Constat:
    """`ecart`: seconds by which the database is ahead of this process."""
    if abs(ecart) > CLOCK_SECONDS_MAXIMUM:
        return erreur(
            "horloge", f"la base et cette machine diffèrent de {abs(ecart):.0f} s. Synchronisez les deux par NTP."
        )
    return ok("horloge", "la base et cette machine ont la même heure.")


def fuseau(connection: BaseDatabaseWrapper) -> Constat:
    """Dates computed in SQL and in Python must be those of the same place."""
    zone = _une_valeur(connection, "SHOW timezone")
    if zone != settings.TIME_ZONE:
        return erreur(
            "fuseau",
            f"la connexion est à l'heure de {zone}, l'application de {settings.TIME_ZONE}. "
            "Remettez TIME_ZONE dans settings/database.py.",
        )
    return ok("fuseau", f"{zone} des deux côtés.")


def travailleur(connection: BaseDatabaseWrapper) -> Constat:
    """What SANTE_CONTROLES says beyond the database: in production a missing worker is an error."""
    controles: list[Controle] = [import_string(path) for path in settings.SANTE_CONTROLES]
    troubles = [trouble for controle in controles if (trouble := controle()) is not None]
    if not troubles:
        return ok("service", "tout ce qu'il faut tourne.")
    return (erreur if settings.PRODUCTION else attention)("service", f"{' ; '.join(troubles)}.")


SUR_LA_BASE: tuple[Callable[[BaseDatabaseWrapper], Constat], ...] = (
    version_du_serveur,
    droits,
    epingles,
    extensions,
    migrations,
    interrupteur,
    horloge,
    fuseau,
    travailleur,
)


def _une_valeur(connection: BaseDatabaseWrapper, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _une_ligne(message: object) -> str:
    return " ".join(str(message).split()).rstrip(".")

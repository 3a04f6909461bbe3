"""Restores a backup into a new database, proves that it is what was saved, and only then puts it in the other's place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.db.migrations.loader import MigrationLoader

from nsia_pass_api.lois import violations

from .cibles import Cible, Serveur
from .errors import RestaurationImpossible, RestaurationInexacte, SauvegardeRefusee
from .manifeste import Manifeste, compter, controler
from .programmes import pour, tuyau

_BLOC = 1 << 20
_ENTETE = 200
_NOM_MAX = 63
Progression = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Bilan:
    """What was found equal. `a_migrer`: migrations of this code that the backup has not; the laws then wait for them."""

    manifeste: Manifeste
    lois: list[str]
    a_migrer: list[str]
    ancienne: str = ""
    """The database that was there, under its new name; empty when there was none."""


def verifier(*, archive: Path, serveur: Cible, droits: bool, progression: Progression, quand: datetime) -> Bilan:
    """The backup was restored into a database made for that, found exact, and dropped again.

    Raises SauvegardeRefusee, RestaurationImpossible or RestaurationInexacte.
    """
    manifeste = lire_archive(archive, progression=progression)
    with _essai(serveur, manifeste, comme=serveur.base, quand=quand) as essai:
        return _remplir(essai, archive, manifeste, droits=droits, progression=progression)


def restaurer(
    *, archive: Path, cible: Cible, remplacer: bool, droits: bool, progression: Progression, quand: datetime
) -> Bilan:
    """`cible` is what was saved, exactly. The database that was there keeps its rows under another name; an empty one goes.

    Raises SauvegardeRefusee, RestaurationImpossible or RestaurationInexacte; `cible` is then as before.
    """
    manifeste = lire_archive(archive, progression=progression)
    serveur = Serveur(cible)
    etat = occupation(cible)
    if etat == "occupee" and not remplacer:
        raise RestaurationImpossible(
            f"La base {cible.lieu} n'est pas vide : rien n'a été fait. Pour la remplacer : --remplacer."
        )
    ancienne = _nom(cible.base, "avant", quand) if etat == "occupee" else ""
    with _essai(cible, manifeste, comme=cible.base, quand=quand) as essai:
        bilan = _remplir(essai, archive, manifeste, droits=droits, progression=progression)
        if etat == "vide":
            serveur.effacer(cible.base)
        with _mise_de_cote(serveur, cible.base, ancienne):
            serveur.renommer(essai.base, cible.base)
    return Bilan(manifeste=manifeste, lois=bilan.lois, a_migrer=bilan.a_migrer, ancienne=ancienne)


def lire_archive(archive: Path, *, progression: Progression) -> Manifeste:
    """The manifest of an archive that is whole and that this code understands."""
    manifeste = Manifeste.lire(archive)
    inconnues = sorted(set(manifeste.migrations) - _migrations_du_code())
    if inconnues:
        raise SauvegardeRefusee(
            f"Cette sauvegarde vient d'une version plus récente du programme ({manifeste.code}) : "
            f"{', '.join(inconnues[:3])}. Installez cette version, puis restaurez."
        )
    with progression("Vérification du fichier (octets)", total=manifeste.octets) as avancer:
        controler(archive, manifeste, avancer=avancer)
    return manifeste


def occupation(cible: Cible) -> str:
    """`absente`, `vide` or `occupee`."""
    serveur = Serveur(cible)
    if not serveur.existe(cible.base):
        return "absente"
    return "vide" if serveur.est_vide(cible.base) else "occupee"


@contextmanager
def _essai(cible: Cible, manifeste: Manifeste, *, comme: str, quand: datetime) -> Iterator[Cible]:
    """A new database on the server of `cible`, gone at the end unless it got another name."""
    serveur = Serveur(cible)
    version = serveur.entretien.version()
    if version // 10_000 < manifeste.serveur // 10_000:
        raise SauvegardeRefusee(
            f"Cette sauvegarde vient de PostgreSQL {manifeste.serveur // 10_000}, ce serveur est en "
            f"{version // 10_000}. Restaurez sur un serveur de la même version ou plus récent."
        )
    essai = _nom(manifeste.base, "restauration", quand)
    serveur.creer(essai, comme=comme)
    try:
        yield cible.autre(essai)
    finally:
        serveur.effacer(essai)


def _nom(base: str, suite: str, quand: datetime) -> str:
    """A name of a database, within PostgreSQL's length."""
    fin = f"_{suite}_{quand.astimezone(UTC):%Y%m%d_%H%M%S_%f}"
    return f"{base[: _NOM_MAX - len(fin)]}{fin}"


def _remplir(essai: Cible, archive: Path, manifeste: Manifeste, *, droits: bool, progression: Progression) -> Bilan:
    version = essai.version()
    programmes = pour(max(version // 10_000, int(manifeste.programme.split(".")[0])), quoi="La restauration")
    source = [programmes.chemin("pg_restore"), "--no-owner", *([] if droits else ["--no-acl"]), "-f", "-", str(archive)]
    but = [
        *(programmes.chemin("psql"), "--no-psqlrc", "--quiet", "--no-password", "--single-transaction"),
        *("--set=ON_ERROR_STOP=1", "--dbname", essai.dsn),
    ]
    with progression("Restauration (octets de SQL)", total=None) as avancer:
        plainte = tuyau(
            source,
            but,
            environnement=essai.environnement,
            passer=lambda lu, ecrit: _passer(lu, ecrit, version=version, avancer=avancer),
        )
    if plainte is not None:
        remede = " Créez d'abord ce rôle, ou restaurez sans ses droits : --sans-droits." if "role" in plainte else ""
        raise RestaurationImpossible(f"PostgreSQL a refusé la sauvegarde : {plainte}.{remede}")
    return _prouver(essai, manifeste)


def _passer(lu: IO[bytes], ecrit: IO[bytes], *, version: int, avancer: Callable[[int], object]) -> None:
    """The script goes through; a setting that servers before 17 do not know stays behind."""
    for _ in range(_ENTETE):
        ligne = lu.readline()
        if version >= 170_000 or not ligne.startswith(b"SET transaction_timeout"):
            ecrit.write(ligne)
    while bloc := lu.read(_BLOC):
        ecrit.write(bloc)
        avancer(len(bloc))


def _prouver(essai: Cible, manifeste: Manifeste) -> Bilan:
    """Counts and sums are those of the manifest, sequences are ahead of their rows, and the laws hold."""
    with essai.ouverte() as connexion, connexion.cursor() as curseur:
        tables, chiffres = compter(curseur)
        ecarts = [
            f"{table} : {tables.get(table, 0)} lignes au lieu de {manifeste.tables.get(table, 0)}"
            for table in sorted(tables.keys() | manifeste.tables.keys())
            if tables.get(table) != manifeste.tables.get(table)
        ]
        ecarts += [
            f"{nom} : {chiffres.get(nom)} au lieu de {manifeste.chiffres.get(nom)}"
            for nom in sorted(chiffres.keys() | manifeste.chiffres.keys())
            if chiffres.get(nom) != manifeste.chiffres.get(nom)
        ]
        ecarts += sequences_en_retard(curseur)
        a_migrer = sorted(_migrations_du_code() - set(manifeste.migrations))
        tenues: list[str] = []
        if not a_migrer:
            curseur.execute("ANALYZE")
            lois = violations(curseur)
            tenues = [nom for nom, fautes in lois.items() if not fautes]
            ecarts += [f"{nom} : {faute}" for nom, fautes in lois.items() for faute in fautes]
        connexion.commit()
    if ecarts:
        suite = f" (et {len(ecarts) - 10} autres)" if len(ecarts) > 10 else ""
        raise RestaurationInexacte("Ce qui a été restauré n'est pas juste : " + " ; ".join(ecarts[:10]) + suite)
    return Bilan(manifeste=manifeste, lois=tenues, a_migrer=a_migrer)


def sequences_en_retard(curseur: Any) -> list[str]:
    """Sequences whose next number is already that of a row."""
    curseur.execute(
        """
        SELECT s.oid::regclass::text, t.oid::regclass::text, quote_ident(a.attname)
        FROM pg_class s
        JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE s.relkind = 'S' ORDER BY 1
        """
    )
    retards = []
    for sequence, table, colonne in curseur.fetchall():
        curseur.execute(f"SELECT (SELECT max({colonne}) FROM {table}), last_value FROM {sequence}")  # noqa: S608
        plus_grand, dernier = curseur.fetchone()
        if plus_grand is not None and plus_grand > dernier:
            retards.append(f"{sequence} : prochain numéro {dernier + 1}, déjà pris jusqu'à {plus_grand}")
    return retards


@contextmanager
def _mise_de_cote(serveur: Serveur, base: str, ancienne: str) -> Iterator[None]:
    """`base` is free: what was there is called `ancienne` (none if empty). On failure it has its name again."""
    if not ancienne:
        yield
        return
    nom = base
    try:
        serveur.fermer(base)
        serveur.renommer(base, ancienne)
        nom = ancienne
        yield
    except BaseException:
        if nom == ancienne:
            serveur.renommer(ancienne, base)
        serveur.rouvrir(base)
        raise
    serveur.rouvrir(ancienne)


def _migrations_du_code() -> set[str]:
    return {f"{app}.{nom}" for app, nom in MigrationLoader(None).disk_migrations}

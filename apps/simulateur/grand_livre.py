"""What the simulator keeps, in one SQLite file: wallets and movements, operations, API users, tokens, callbacks, messages.

SQLite and not the project's database: an operator's truth must not share a fate with the application that it judges. WAL with
`synchronous=NORMAL` loses nothing to kill -9 (only to a power cut); one connection under one lock is enough for a simulator.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from .operations import OUVERTS, Operation, Virement
from .protocole import Genre, Statut

EMISSION = "emission"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS portefeuilles (
    nom TEXT NOT NULL, devise TEXT NOT NULL, solde INTEGER NOT NULL DEFAULT 0, decouvert INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (nom, devise), CONSTRAINT solde_suffisant CHECK (decouvert OR solde >= 0)
) STRICT;
CREATE TABLE IF NOT EXISTS mouvements (
    id INTEGER PRIMARY KEY, instant REAL NOT NULL, reference TEXT NOT NULL, portefeuille TEXT NOT NULL, devise TEXT NOT NULL,
    montant INTEGER NOT NULL CHECK (montant <> 0), solde INTEGER NOT NULL, contrepartie TEXT NOT NULL,
    UNIQUE (reference, portefeuille, devise),
    FOREIGN KEY (portefeuille, devise) REFERENCES portefeuilles (nom, devise)
) STRICT;
CREATE INDEX IF NOT EXISTS mouvements_de ON mouvements (portefeuille, id);
CREATE TRIGGER IF NOT EXISTS mouvement_inalterable BEFORE UPDATE ON mouvements BEGIN SELECT RAISE(ABORT, 'inalterable'); END;
CREATE TRIGGER IF NOT EXISTS mouvement_ineffacable BEFORE DELETE ON mouvements BEGIN SELECT RAISE(ABORT, 'ineffacable'); END;
CREATE TABLE IF NOT EXISTS operations (
    reference TEXT PRIMARY KEY, operateur TEXT NOT NULL, produit TEXT NOT NULL, genre TEXT NOT NULL, cible TEXT NOT NULL,
    plateforme TEXT NOT NULL, montant INTEGER NOT NULL, devise TEXT NOT NULL, partie TEXT NOT NULL, corps TEXT NOT NULL,
    rappel_url TEXT NOT NULL, statut TEXT NOT NULL CHECK (statut IN ('CREATED', 'PENDING', 'SUCCESSFUL', 'FAILED')),
    creee REAL NOT NULL, externe TEXT NOT NULL, message TEXT NOT NULL, raison TEXT,
    transaction_financiere TEXT UNIQUE, origine TEXT,
    echeance REAL, suite TEXT, suite_raison TEXT, visible_a REAL NOT NULL, introuvable INTEGER NOT NULL,
    essais_pin INTEGER NOT NULL, au_telephone INTEGER NOT NULL, terminee REAL
) STRICT;
CREATE INDEX IF NOT EXISTS operations_de ON operations (partie, creee);
CREATE INDEX IF NOT EXISTS operations_dues ON operations (echeance) WHERE echeance IS NOT NULL;
CREATE INDEX IF NOT EXISTS operations_remboursees ON operations (origine) WHERE origine IS NOT NULL;
CREATE TABLE IF NOT EXISTS utilisateurs (
    id TEXT PRIMARY KEY, cle TEXT, abonnement TEXT NOT NULL, produit TEXT, hote TEXT NOT NULL, cible TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS abonnements (cle TEXT PRIMARY KEY, produit TEXT) STRICT;
CREATE TABLE IF NOT EXISTS jetons (
    jeton TEXT PRIMARY KEY, utilisateur TEXT NOT NULL, produit TEXT NOT NULL, expire REAL NOT NULL, consentement TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS consentements (auth_req_id TEXT PRIMARY KEY, produit TEXT NOT NULL, msisdn TEXT NOT NULL,
    portee TEXT NOT NULL, expire REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rappels (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL, url TEXT NOT NULL, verbe TEXT NOT NULL, corps TEXT NOT NULL,
    nature TEXT NOT NULL, a_envoyer REAL NOT NULL, envoye REAL, code INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS rappels_dus ON rappels (a_envoyer) WHERE envoye IS NULL;
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY, msisdn TEXT NOT NULL, instant REAL NOT NULL, expediteur TEXT NOT NULL, texte TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sms_de ON sms (msisdn, id);
CREATE TABLE IF NOT EXISTS reglages (nom TEXT PRIMARY KEY, valeur TEXT NOT NULL) STRICT;
"""

_CHAMPS = tuple(champ.name for champ in fields(Operation))


class SoldeInsuffisant(Exception):
    pass


class ReferenceDejaPrise(Exception):
    pass


class GrandLivre:
    """Every method that writes is called inside `transaction()`."""

    def __init__(self, chemin: Path | str) -> None:
        if isinstance(chemin, Path):
            chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._verrou = threading.RLock()
        self._base = sqlite3.connect(str(chemin), check_same_thread=False, isolation_level=None, timeout=30)
        self._base.row_factory = sqlite3.Row
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("PRAGMA foreign_keys = ON")
        self._base.executescript(_SCHEMA)

    def fermer(self) -> None:
        with self._verrou:
            self._base.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested uses join the outer one."""
        with self._verrou:
            if self._base.in_transaction:
                yield
                return
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def executer(self, sql: str, *valeurs: Any) -> sqlite3.Cursor:
        with self._verrou:
            return self._base.execute(sql, valeurs)

    def lignes(self, sql: str, *valeurs: Any) -> list[dict[str, Any]]:
        with self._verrou:
            return [dict(ligne) for ligne in self._base.execute(sql, valeurs).fetchall()]

    def ligne(self, sql: str, *valeurs: Any) -> dict[str, Any] | None:
        trouvees = self.lignes(sql, *valeurs)
        return trouvees[0] if trouvees else None

    # Wallets and movements

    def ouvrir_portefeuille(self, nom: str, devise: str, *, depot: int, decouvert: bool, instant: float) -> None:
        """The wallet exists; when it is new, `depot` came to it from the issuer."""
        if self.ligne("SELECT 1 FROM portefeuilles WHERE nom = ? AND devise = ?", nom, devise):
            return
        ajout = "INSERT OR IGNORE INTO portefeuilles (nom, devise, decouvert) VALUES (?, ?, ?)"
        self.executer(ajout, EMISSION, devise, 1)
        self.executer(ajout, nom, devise, int(decouvert))
        if depot:
            self.virer(
                Virement(EMISSION, nom), reference=f"ouverture:{nom}", montant=depot, devise=devise, instant=instant
            )

    def virer(self, virement: Virement, *, reference: str, montant: int, devise: str, instant: float) -> None:
        """Two movements, once per reference; raises SoldeInsuffisant and leaves nothing."""
        with self.transaction():
            debiteur = self.portefeuille(virement.debite, devise)
            if not debiteur["decouvert"] and debiteur["solde"] < montant:
                raise SoldeInsuffisant
            for nom, autre, signe in (
                (virement.debite, virement.credite, -1),
                (virement.credite, virement.debite, 1),
            ):
                self.executer(
                    "UPDATE portefeuilles SET solde = solde + ? WHERE nom = ? AND devise = ?",
                    signe * montant,
                    nom,
                    devise,
                )
                self.executer(
                    "INSERT INTO mouvements (instant, reference, portefeuille, devise, montant, solde, contrepartie) "
                    "SELECT ?, ?, nom, devise, ?, solde, ? FROM portefeuilles WHERE nom = ? AND devise = ?",
                    *(instant, reference, signe * montant, autre, nom, devise),
                )

    def portefeuille(self, nom: str, devise: str) -> dict[str, Any]:
        trouve = self.ligne("SELECT * FROM portefeuilles WHERE nom = ? AND devise = ?", nom, devise)
        return trouve or {"nom": nom, "devise": devise, "solde": 0, "decouvert": 0}

    def releve(self, *, debut: float, fin: float) -> list[dict[str, Any]]:
        """The merchant's movements with their operations, in order of execution."""
        return self.lignes(
            "SELECT m.instant, m.montant AS mouvement, m.solde, o.* FROM mouvements m JOIN operations o USING (reference) "
            "WHERE m.portefeuille LIKE 'marchand:%' AND m.instant >= ? AND m.instant < ? ORDER BY m.id",
            debut,
            fin,
        )

    # Operations

    def creer_operation(self, operation: Operation) -> None:
        marques = ", ".join("?" * len(_CHAMPS))
        valeurs = [getattr(operation, champ) for champ in _CHAMPS]
        try:
            self.executer(f"INSERT INTO operations ({', '.join(_CHAMPS)}) VALUES ({marques})", *valeurs)  # noqa: S608
        except sqlite3.IntegrityError as error:
            raise ReferenceDejaPrise(operation.reference) from error

    def operation(self, reference: str) -> Operation | None:
        trouvees = self.operations("reference = ?", reference)
        return trouvees[0] if trouvees else None

    def operations(self, condition: str, *valeurs: Any) -> list[Operation]:
        """`condition` is SQL written in this package, never what a request says."""
        return [_operation(ligne) for ligne in self.lignes(f"SELECT * FROM operations WHERE {condition}", *valeurs)]  # noqa: S608

    def modifier_operation(self, reference: str, *, depuis: Sequence[Statut] | None = None, **valeurs: Any) -> bool:
        """False when the operation was not, or no longer, in one of the states `depuis` (by default: open)."""
        etats = list(OUVERTS if depuis is None else depuis)
        colonnes = ", ".join(f"{nom} = ?" for nom in valeurs)
        marques = ", ".join("?" * len(etats))
        fait = self.executer(
            f"UPDATE operations SET {colonnes} WHERE reference = ? AND statut IN ({marques})",  # noqa: S608
            *valeurs.values(),
            reference,
            *etats,
        )
        return fait.rowcount == 1

    def prochaine_echeance(self) -> float | None:
        ligne = self.ligne(
            "SELECT min(instant) AS instant FROM (SELECT min(echeance) AS instant FROM operations WHERE echeance IS NOT NULL "
            "UNION ALL SELECT min(a_envoyer) FROM rappels WHERE envoye IS NULL)"
        )
        return ligne["instant"] if ligne else None

    # Settings that survive

    def reglage(self, nom: str, defaut: str) -> str:
        ligne = self.ligne("SELECT valeur FROM reglages WHERE nom = ?", nom)
        return str(ligne["valeur"]) if ligne else defaut

    def regler(self, nom: str, valeur: str) -> None:
        self.executer(
            "INSERT INTO reglages VALUES (?, ?) ON CONFLICT (nom) DO UPDATE SET valeur = excluded.valeur", nom, valeur
        )


def _operation(ligne: dict[str, Any]) -> Operation:
    lus = dict(ligne)
    lus["genre"] = Genre(lus["genre"])
    lus["statut"] = Statut(lus["statut"])
    lus["suite"] = Statut(lus["suite"]) if lus["suite"] else None
    lus["au_telephone"] = bool(lus["au_telephone"])
    return Operation(**lus)

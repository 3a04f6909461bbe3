"""Migrations lead forwards, back to nothing, and forwards again; and nothing in the models waits for one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections
from pgtrigger.registry import registered

from apps.borne_auth import coffre
from apps.borne_auth.models import FacteurAgent

ALIAS = "brouillon"
# From the right, so that nothing is left that points to what goes.
APPS = ["reprise", "mtn_integration", "borne_auth", "pass_payments", "pass_clients", "pass_products", "socle"]


@pytest.fixture
def brouillon(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """An empty database of its own beside the test database."""
    principale = connections["default"]
    nom = f"{principale.settings_dict['NAME']}_{ALIAS}"
    with django_db_blocker.unblock():
        with principale._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{nom}"')
            cursor.execute(f'CREATE DATABASE "{nom}"')
        connections.settings[ALIAS] = {**principale.settings_dict, "NAME": nom}
        try:
            yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            del connections[ALIAS]
            del connections.settings[ALIAS]
            with principale._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{nom}"')


def objets(base: Any) -> set[tuple[str, str]]:
    """Relations, functions, triggers and extensions of the schema, without those of extensions."""
    with base.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'relation', c.oid::regclass::text FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            UNION ALL
            SELECT 'fonction', p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            UNION ALL
            SELECT 'declencheur', t.tgname || ' ON ' || t.tgrelid::regclass FROM pg_trigger t WHERE NOT t.tgisinternal
            UNION ALL
            SELECT 'extension', extname FROM pg_extension
            """
        )
        return set(cursor.fetchall())


def test_forwards_back_to_nothing_and_forwards_again(brouillon: Any) -> None:
    def migrer(*cible: str) -> None:
        call_command("migrate", *cible, database=ALIAS, verbosity=0, interactive=False)

    migrer()
    completes = objets(brouillon)
    for app in APPS:
        migrer(app, "zero")
    restes = objets(brouillon)
    migrer()

    ours = {nom for sorte, nom in completes if sorte == "relation" and nom.split("_")[0] not in ("auth", "django")}
    assert {"souscriptions_pass", "paiements_pass", "contrats", "cotisations", "soldes_contrats"} <= ours
    assert {nom for sorte, nom in restes if sorte == "relation"} & ours == set()
    assert {nom for sorte, nom in restes if sorte == "declencheur"} == set()
    # pgtrigger leaves the functions of the triggers that it removes.
    assert {nom for sorte, nom in restes if sorte == "fonction" and "pgtrigger_" not in nom} == set()
    assert {nom for sorte, nom in restes if sorte == "extension"} == {"plpgsql"}
    assert objets(brouillon) == completes


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_triggers_are_those_of_the_models(db: None) -> None:
    etats = {trigger.get_pgid(model): trigger.get_installation_status(model) for model, trigger in registered()}

    assert len(etats) >= 11
    assert set(etats.values()) == {("INSTALLED", True)}


@pytest.mark.un_postgresql
def test_spellings_of_agencies_are_merged_and_come_back(brouillon: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def migrer(*cible: str) -> None:
        call_command("migrate", *cible, database=ALIAS, verbosity=0, interactive=False)

    def lire(requete: str) -> list[Any]:
        with brouillon.cursor() as cursor:
            cursor.execute(requete)
            return list(cursor.fetchall())

    migrer("borne_auth", "0007")
    with brouillon.cursor() as cursor:
        for rang, agence in enumerate(["Poto-Poto", "Poto-Poto", "poto poto", "", "Bacongo"]):
            cursor.execute(
                "INSERT INTO agents (password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, email,"
                " matricule, telephone, agence, poste, adresse, solde_commissions, taux_commission, statut)"
                " VALUES ('', false, 'A', 'B', true, true, now(), %s, %s, '', %s, '', '', 0, 0, 'actif')",
                [f"a{rang}@nsia.cg", f"AG{rang}", agence],
            )
        cursor.execute(
            "INSERT INTO bornes (code, agence, cle_empreinte, statut, version, creee_le)"
            " VALUES ('PNR-1', 'Pointe Noire', repeat('0', 64), 'active', '', now())"
        )
        for rang, agence in enumerate(["POTOPOTO", "Agence de Poto-Poto", "pointe-noire", "Bakongo", "", ""]):
            cursor.execute(
                "INSERT INTO clients_pass (nom, prenom, telephone, lieu_naissance, adresse, operateur_mobile,"
                " numero_mobile_money, statut, agence, cree_le) VALUES ('N', 'P', %s, '', '', '', '', 'actif', %s, now())",
                [f"+24206000000{rang}", agence],
            )

    migrer()
    dit = capsys.readouterr().out
    assert "Agence Poto-Poto : réunit « Agence de Poto-Poto », « POTOPOTO », « Poto-Poto », « poto poto »." in dit
    assert "Clients sans agence : 1, aucune agence ne s'appelle « Bakongo » ; la plus proche est « Bacongo »." in dit
    assert "Clients sans agence : 2, leur fiche ne dit rien." in dit
    de_l_agence = "SELECT nom, {cle} FROM {table} t LEFT JOIN agences a ON a.id = t.agence_id ORDER BY t.id"
    assert lire("SELECT nom FROM agences ORDER BY nom") == [("Bacongo",), ("Pointe Noire",), ("Poto-Poto",)]
    agents = [nom for nom, _ in lire(de_l_agence.format(table="agents", cle="1"))]
    assert agents == ["Poto-Poto", "Poto-Poto", "Poto-Poto", None, "Bacongo"]
    assert lire(de_l_agence.replace("nom", "a.nom").format(table="clients_pass", cle="agence_ecrite")) == [
        ("Poto-Poto", ""),
        ("Poto-Poto", ""),
        ("Pointe Noire", ""),
        (None, "Bakongo"),
        (None, ""),
        (None, ""),
    ]

    migrer("borne_auth", "0007")
    migrer("pass_payments", "0010")
    migrer("pass_clients", "0010")
    revenus = [agence for (agence,) in lire("SELECT agence FROM clients_pass ORDER BY id")]
    assert revenus == ["Poto-Poto", "Poto-Poto", "Pointe Noire", "Bakongo", "", ""]
    assert [agence for (agence,) in lire("SELECT agence FROM agents ORDER BY id")] == [nom or "" for nom in agents]
    assert lire("SELECT agence FROM bornes") == [("Pointe Noire",)]


@pytest.mark.un_postgresql
def test_codes_on_paper_stay_good_once_sealed(brouillon: Any) -> None:
    def migrer(rang: str) -> None:
        call_command("migrate", "borne_auth", rang, database=ALIAS, verbosity=0, interactive=False)

    def lire(requete: str) -> list[Any]:
        with brouillon.cursor() as cursor:
            cursor.execute(requete)
            return list(cursor.fetchall())

    migrer("0015")
    with brouillon.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agents (password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, email,"
            " matricule, telephone, poste, adresse, solde_commissions, taux_commission, statut)"
            " VALUES ('', false, 'A', 'B', true, true, now(), 'a@nsia.cg', 'AG1', '', '', '', 0, 0, 'actif') RETURNING id"
        )
        (agent,) = cursor.fetchone()
        facteur = FacteurAgent(agent_id=agent)
        cursor.execute(
            "INSERT INTO facteurs_agents (id, agent_id, secret_scelle, dernier_pas) VALUES (%s, %s, %s, 0)",
            [str(facteur.pk), agent, coffre.sceller(b"x" * 20, proprietaire=agent)],
        )
        for rang, utilise_le in enumerate([None, "2026-01-01 00:00+00"]):
            cursor.execute(
                "INSERT INTO codes_secours (facteur_id, empreinte, utilise_le) VALUES (%s, repeat(%s, 64), %s)",
                [str(facteur.pk), str(rang), utilise_le],
            )
    migrer("0016")
    codes = lire("SELECT empreinte, utilise_le IS NULL FROM codes_secours ORDER BY id")
    assert [(coffre.ouvrir_empreinte(code, facteur=facteur).hex(), bon) for code, bon in codes] == [
        ("0" * 64, True),
        ("1" * 64, False),
    ]
    with pytest.raises(DatabaseError, match="Cannot update rows from codes_secours"), brouillon.cursor() as cursor:
        cursor.execute("UPDATE codes_secours SET empreinte = reverse(empreinte)")
    migrer("0015")
    assert lire("SELECT empreinte, utilise_le IS NULL FROM codes_secours ORDER BY id") == [
        ("0" * 64, True),
        ("1" * 64, False),
    ]


@pytest.mark.un_postgresql
def test_the_former_database_moves_to_its_app_with_its_rows_and_the_rights_on_it(brouillon: Any) -> None:
    def migrer(*cible: str) -> None:
        call_command("migrate", *cible, database=ALIAS, verbosity=0, interactive=False)

    def lire(requete: str) -> list[Any]:
        with brouillon.cursor() as cursor:
            cursor.execute(requete)
            return list(cursor.fetchall())

    def ecrire(requete: str) -> None:
        with brouillon.cursor() as cursor:
            cursor.execute(requete)

    types = (
        "SELECT app_label, model, id FROM django_content_type WHERE model IN ('lignereprise', 'reprise') ORDER BY model"
    )
    permissions = (
        "SELECT p.codename, p.id, count(g.id) FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id"
        " LEFT JOIN (auth_group_permissions gp JOIN auth_group g ON g.id = gp.group_id AND g.name = 'Archivistes')"
        " ON gp.permission_id = p.id"
        " WHERE t.model IN ('lignereprise', 'reprise') GROUP BY p.id ORDER BY p.codename"
    )
    gardes = (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'lignes_reprises'::regclass AND NOT tgisinternal"
        " UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'pgtrigger_ligne_reprise%' ORDER BY 1"
    )
    migrer("pass_payments", "0019")
    ecrire(
        "INSERT INTO reprises (source, lignes_lues, lignes_nouvelles, lots, dossiers, bilan) VALUES ('b', 1, 1, 1, 0, '{}')"
    )
    ecrire(
        "INSERT INTO lignes_reprises (table_source, empreinte, rang, brut, sort, motif, reserves)"
        " VALUES ('contrat', 'e', 1, '{}', 'quarantaine', 'ligne_vide', '{}')"
    )
    ecrire(
        "WITH archivistes AS (INSERT INTO auth_group (name) VALUES ('Archivistes') RETURNING id)"
        " INSERT INTO auth_group_permissions (group_id, permission_id) SELECT archivistes.id, p.id"
        " FROM archivistes, auth_permission p WHERE p.codename = 'change_lignereprise'"
    )
    (ligne, passage), avant = lire(types), lire(permissions)
    anciennes = lire(gardes)
    assert [(app, modele) for app, modele, _ in (ligne, passage)] == [
        ("pass_payments", "lignereprise"),
        ("pass_payments", "reprise"),
    ]
    assert [(nom, groupes) for nom, _, groupes in avant if groupes] == [("change_lignereprise", 1)]

    migrer("reprise")
    assert lire(types) == [("reprise", *ligne[1:]), ("reprise", *passage[1:])]
    assert lire(permissions) == avant
    assert lire("SELECT table_source, motif FROM lignes_reprises") == [("contrat", "ligne_vide")]
    assert lire("SELECT source FROM reprises") == [("b",)]
    nouvelles = lire(gardes)
    assert len(nouvelles) == len(anciennes) == 4
    assert set(nouvelles) & set(anciennes) == set()
    with pytest.raises(DatabaseError, match="Cannot delete rows from lignes_reprises table"):
        ecrire("DELETE FROM lignes_reprises")

    migrer("reprise", "zero")
    migrer("pass_payments", "0019")
    assert lire(types) == [ligne, passage]
    assert lire(permissions) == avant
    assert set(lire(gardes)) >= set(anciennes)
    with pytest.raises(DatabaseError, match="Cannot delete rows from lignes_reprises table"):
        ecrire("DELETE FROM lignes_reprises")


# Before models went to `socle`, and where each was.
AVANT_LE_SOCLE = {
    "socle": "0001",
    "pass_products": "0003",
    "pass_clients": "0019",
    "pass_payments": "0019",
    "borne_auth": "0014",
}
PARTIS = {
    "requeteidempotente": "pass_payments",
    "serienumero": "pass_clients",
    "reglage": "pass_products",
    "changementreglage": "pass_products",
    "messagesortant": "pass_payments",
    "travailleur": "pass_payments",
    "proposition": "pass_payments",
    "tacheplanifiee": "pass_payments",
}


@pytest.mark.un_postgresql
def test_a_database_of_before_comes_to_the_same_with_its_rights_and_history(brouillon: Any) -> None:
    def migrer(*cible: str) -> None:
        call_command("migrate", *cible, database=ALIAS, verbosity=0, interactive=False)

    def lire(requete: str) -> list[Any]:
        with brouillon.cursor() as cursor:
            cursor.execute(requete)
            return list(cursor.fetchall())

    def sans_fonctions(base: Any) -> set[tuple[str, str]]:
        return {objet for objet in objets(base) if objet[0] != "fonction"}

    for app, rang in AVANT_LE_SOCLE.items():
        migrer(app, rang)
    types = {modele: cle for cle, app, modele in lire(_TYPES) if PARTIS.get(modele) == app}
    assert types.keys() == PARTIS.keys()
    with brouillon.cursor() as cursor:
        # Somebody has a right of each, and did something to a row of each.
        cursor.execute(
            "INSERT INTO agents (password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, email,"
            " matricule, telephone, poste, adresse, solde_commissions, taux_commission, statut)"
            " VALUES ('', false, 'A', 'B', true, true, now(), 'a@nsia.cg', 'AG1', '', '', '', 0, 0, 'actif')"
        )
        cursor.execute(
            "INSERT INTO agents_user_permissions (agent_id, permission_id) SELECT a.id, p.id FROM agents a, auth_permission p"
            " WHERE p.content_type_id = ANY(%s) AND p.codename LIKE 'view_%%'",
            [list(types.values())],
        )
        cursor.execute(
            "INSERT INTO django_admin_log (action_time, object_repr, action_flag, change_message, content_type_id, user_id)"
            " SELECT now(), 'x', 2, '', t.id, a.id FROM agents a, django_content_type t WHERE t.id = ANY(%s)",
            [list(types.values())],
        )
    migrer()

    assert sans_fonctions(brouillon) == sans_fonctions(connections["default"])
    assert {modele: cle for cle, app, modele in lire(_TYPES) if app == "socle" and modele in PARTIS} == types
    assert [app for _, app, modele in lire(_TYPES) if modele in PARTIS] == ["socle"] * len(PARTIS)
    droits = (
        "SELECT p.codename FROM agents_user_permissions a JOIN auth_permission p ON p.id = a.permission_id ORDER BY 1"
    )
    assert lire(droits) == [(f"view_{modele}",) for modele in sorted(PARTIS)]
    assert {cle for (cle,) in lire("SELECT content_type_id FROM django_admin_log")} == set(types.values())


_TYPES = "SELECT id, app_label, model FROM django_content_type ORDER BY app_label, model"


@pytest.mark.un_postgresql
def test_names_that_hold_what_is_not_seen_are_made_plain(brouillon: Any) -> None:
    """What nothing is left of waits for somebody as a dash."""
    noms = ["KONGO\ufe0f", "\U0001d173", "A" + "\u0301" * 79, "Ŋɔ̂"]
    call_command("migrate", "pass_clients", "0023", database=ALIAS, verbosity=0, interactive=False)
    with brouillon.cursor() as cursor:
        for rang, nom in enumerate(noms):
            cursor.execute(
                "INSERT INTO clients_pass (nom, prenom, telephone, lieu_naissance, adresse, operateur_mobile, "
                "numero_mobile_money, statut) VALUES (%s, 'Jean', %s, '', '', '', '', 'actif')",
                [nom, f"+24206123456{rang}"],
            )
        call_command("migrate", "pass_clients", "0024", database=ALIAS, verbosity=0, interactive=False)
        cursor.execute("SELECT nom, prenom FROM clients_pass ORDER BY telephone")
        assert cursor.fetchall() == [("KONGO", "Jean"), ("-", "Jean"), ("A" + "\u0301" * 4, "Jean"), ("Ŋɔ̂", "Jean")]

"""What the database refuses to the role that serves requests, whatever it sets: each guard × that role × `pgtrigger.ignore`.

Guards that pgtrigger knows are found in its registry, those of migrations in the catalogue of PostgreSQL. A guard that nothing
below breaks, or that has no row to be broken on, fails the test.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pgtrigger.registry import registered
from test_droits import fichier, monde

from apps.borne_auth import coffre
from apps.borne_auth.models import (
    Agent,
    CodeMaintenance,
    CodeSecours,
    FacteurAgent,
    JetonRafraichissement,
    SessionBorne,
)
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, DemandeFactory, FacteurFactory
from apps.pass_clients.models import Consentement, ModificationClient, PoliceRemplacee, SouscriptionPass
from apps.pass_clients.services import changer_statut, modifier_client
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.errors import PayeurDejaSollicite
from apps.pass_payments.models import AbandonCreance, DoublonConfirme, ImportFichier
from apps.pass_payments.services.decaissements import demander_versement
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.models import ModificationCatalogue
from apps.socle.models import (
    BilletDirect,
    Fait,
    FichierPrive,
    Livraison,
    MessageSortant,
    Proposition,
    RequeteIdempotente,
)
from nsia_pass_api import gardes
from nsia_pass_api.audit import Contexte, au_nom_de
from nsia_pass_api.diagnostic import EPINGLES, Niveau, epingles, interrupteur

pytestmark = pytest.mark.django_db

# Guards with a condition, or of our own words: what breaks them, on one row.
INFRACTIONS = {
    "reglage_selon_historique": "UPDATE reglages SET valeur = minimum",
    "souscription_transition": "UPDATE souscriptions_pass SET statut = 'en_cours' WHERE statut = 'activee'",
    "souscription_selon_audit": "UPDATE souscriptions_pass SET statut = 'suspendue' WHERE statut = 'activee'",
    "souscription_une_activation": "UPDATE souscriptions_pass SET date_activation = now() WHERE statut = 'activee'",
    "souscription_une_resiliation": "UPDATE souscriptions_pass SET date_resiliation = '2026-01-01' WHERE statut = 'resiliee'",
    "police_jamais_rendue": "UPDATE numeros_police_congo SET numero_police = 'ANCIENNE-1'"
    " WHERE id = (SELECT max(id) FROM numeros_police_congo)",
    "police_remplacee_gardee": "UPDATE numeros_police_congo SET numero_police = 'AUTRE-1'"
    " WHERE id = (SELECT max(id) FROM numeros_police_congo)",
    "serie_sans_retour": "UPDATE series_numeros SET dernier = dernier - 1",
    "paiement_transition": "UPDATE paiements_pass SET statut = 'initie' WHERE statut = 'succes'",
    "paiement_une_confirmation": "UPDATE paiements_pass SET {colonne} = {autre} WHERE statut = 'succes'",
    "paiement_un_recu": "UPDATE paiements_pass SET numero_recu = 'REC-AUTRE' WHERE numero_recu IS NOT NULL",
    "paiement_selon_journal": "UPDATE paiements_pass SET statut = 'en_verification' WHERE statut = 'en_cours'",
    "journal_selon_statut": "INSERT INTO evenements_paiement (paiement_id, type, statut, donnees)"
    " SELECT id, 'echec', 'echec', '{{}}' FROM paiements_pass WHERE statut = 'succes' LIMIT 1",
    "souscription_preuve_acquise": "UPDATE souscriptions_pass SET prouvee_le = now() WHERE preuve = 'agence'",
    "encaissement_decide": "INSERT INTO paiements_pass (souscription_id, numero_transaction, montant, operateur)"
    " SELECT id, 'PAY-1', 1000000000, 'especes' FROM souscriptions_pass LIMIT 1",
    "rappel_indelebile": "DELETE FROM rappels_operateur",
    "code_maintenance_usage_unique": "UPDATE codes_maintenance SET statut = 'en_attente', fini_le = NULL"
    " WHERE statut = 'utilise'",
    "livraison_transition": "UPDATE livraisons_faits SET statut = 'a_faire' WHERE statut = 'faite'",
    "fichier_transition": "UPDATE fichiers_prives SET etat = 'quarantaine', a_verifier_le = now() WHERE etat = 'refuse'",
    "billet_usage_unique": "UPDATE billets_direct SET utilise_le = NULL WHERE utilise_le IS NOT NULL",
    "fichier_juge": "UPDATE fichiers_prives SET motif = 'perdu' WHERE etat = 'refuse'",
    "fichier_copie_gardee": "UPDATE fichiers_prives SET verifie = 'verifies/autre' WHERE etat = 'sain'",
    "decaissement_transition": "UPDATE decaissements SET statut = 'en_cours' WHERE statut = 'echec'",
    "client_mobile_money_date_seule": "UPDATE clients_pass SET mobile_money_change_le = now()",
    "decaissement_prudent": "INSERT INTO decaissements (nature, numero, cle, reference, operateur, telephone, montant, libelle,"
    " statut, motif_echec, code_confirmation, tentatives) SELECT 'versement', 'DEC-1', 'sinistre:2', gen_random_uuid(),"
    " 'mtn_money', telephone, 100, 'essai', 'a_envoyer', '', '', 0 FROM decaissements WHERE telephone = '+242065551234'",
    "decaissement_a_deux": "UPDATE decaissements SET statut = 'a_envoyer', a_suivre_le = now() WHERE statut = 'a_approuver'",
    "proposition_attend_d_abord": "INSERT INTO propositions (nature, cle, avant, apres, motif, statut, demandeur_id, expire_le,"
    " commentaire) SELECT nature, cle, avant, apres, motif, 'retiree', demandeur_id, now(), '' FROM propositions LIMIT 1",
    "decaissement_termine": "UPDATE decaissements SET {colonne} = {autre} WHERE termine_le IS NOT NULL",
    "message_termine": "UPDATE messages_sortants SET {colonne} = {autre} WHERE statut = 'envoye'",
    "anomalie_resolue": "UPDATE anomalies_paiement SET commentaire = 'autre' WHERE resolue_le IS NOT NULL",
    "proposition_decidee": "UPDATE propositions SET commentaire = 'autre' WHERE statut = 'refusee'",
    "abandon_d_un_contrat_termine": "INSERT INTO abandons_creances (souscription_id, montant, proposition_id)"
    " SELECT s.id, 1, p.id FROM souscriptions_pass s, propositions p WHERE s.statut = 'activee' LIMIT 1",
    "import_confirme": "UPDATE imports_fichiers SET nombre = 2 WHERE statut = 'confirme'",
    "session_non_rouverte": "UPDATE sessions_borne SET fermee_le = NULL, motif_fermeture = '' WHERE fermee_le IS NOT NULL",
    "jeton_usage_unique": "UPDATE jetons_rafraichissement SET utilise_le = NULL WHERE utilise_le IS NOT NULL",
    "demande_terminee": "UPDATE demandes_confirmation SET essais = 1 WHERE statut = 'annulee'",
    "demande_changement_fige": "UPDATE demandes_confirmation SET changement = '{{}}' WHERE statut = 'en_attente'",
    "demande_essais_comptes": "UPDATE demandes_confirmation SET essais = 1 WHERE essais = 2",
    "facteur_code_usage_unique": "UPDATE facteurs_agents SET dernier_pas = dernier_pas - 1",
    "code_secours_usage_unique": "UPDATE codes_secours SET utilise_le = NULL WHERE utilise_le IS NOT NULL",
}
# Row guards that migrations write in SQL, by table and name: what breaks them, and the words of their refusal. `{decide}` is an
# agent who decides, with a second factor; `{autre}` one who does not.
INFRACTIONS_SQL = {
    ("agents", "compte_a_deux"): ("UPDATE agents SET password = 'x' WHERE id = {decide}", "il faut deux personnes"),
    ("agents", "tous_les_droits"): (
        "UPDATE agents SET is_superuser = true WHERE id = {autre}",
        "que par le propriétaire",
    ),
    ("agents", "tous_les_droits_a_la_creation"): (
        "INSERT INTO agents SELECT (jsonb_populate_record(a, jsonb_build_object('id', 987654, 'is_superuser', true))).*"
        " FROM agents a LIMIT 1",
        "que par le propriétaire",
    ),
    ("agents_groups", "compte_a_deux"): (
        "INSERT INTO agents_groups (agent_id, group_id) SELECT {autre}, id FROM auth_group WHERE name = 'gestionnaire'",
        "il faut deux personnes",
    ),
    ("facteurs_agents", "compte_a_deux"): (
        "INSERT INTO facteurs_agents (id, agent_id, secret_scelle, dernier_pas)"
        " SELECT gen_random_uuid(), {decide_sans}, secret_scelle, 0 FROM facteurs_agents LIMIT 1",
        "il faut deux personnes",
    ),
    ("facteurs_agents", "compte_a_deux_secret"): (
        "UPDATE facteurs_agents SET secret_scelle = overlay(secret_scelle placing 'A' from 20) WHERE agent_id = {decide}",
        "il faut deux personnes",
    ),
    ("facteurs_agents", "facteur_remplace"): (
        'SELECT set_config(\'nsia.audit\', \'{{"acteur": "agent:{decide}", "source": "admin"}}\', true);'
        " DELETE FROM facteurs_agents WHERE agent_id = {decide}",
        "soit sans second facteur",
    ),
    ("codes_secours", "compte_a_deux"): (
        "INSERT INTO codes_secours (facteur_id, empreinte) SELECT f.id, overlay(c.empreinte placing 'A' from 20)"
        " FROM facteurs_agents f, codes_secours c WHERE f.agent_id = {decide}",
        "il faut deux personnes",
    ),
    ("propositions", "proposition_independante"): (
        "UPDATE propositions SET statut = 'refusee', decidee_le = now(), decideur_id = {decide} WHERE statut = 'proposee'"
        " AND demandeur_id = {autre}",
        "deux personnes indépendantes",
    ),
    ("clients_pass", "mobile_money_annonce"): (
        "UPDATE clients_pass SET numero_mobile_money = '+242069998877' WHERE id = (SELECT max(id) FROM clients_pass)",
        "sans que son client soit prévenu",
    ),
    ("clients_pass", "telephone_a_deux"): (
        "UPDATE clients_pass SET telephone = '+242069998877' WHERE id = (SELECT max(id) FROM clients_pass)",
        "ne change que par deux personnes",
    ),
    ("messages_sortants", "message_suivi"): (
        "UPDATE messages_sortants SET statut = 'abandonne', a_envoyer_le = NULL WHERE statut = 'a_envoyer'",
        "dans la transaction qui l'écrit",
    ),
    ("decaissements", "sortie_decidee"): (
        "INSERT INTO decaissements (nature, numero, cle, reference, operateur, telephone, montant, libelle, statut, motif_echec,"
        " code_confirmation, tentatives, a_suivre_le) VALUES ('versement', 'DEC-1', 'sinistre:1', gen_random_uuid(), 'mtn_money',"
        " '+242069998877', 4500000, 'essai', 'a_envoyer', '', '', 0, now())",
        "deux personnes doivent décider de ce qui part",
    ),
    ("numeros_police_congo", "police_a_deux"): (
        "WITH gardee AS (INSERT INTO polices_remplacees (numero_police, souscription_id, mode_attribution, attribuee_le,"
        " remplacee_par_id) SELECT numero_police, souscription_id, mode_attribution, date_attribution, {autre}"
        " FROM numeros_police_congo"
        " WHERE numero_police = 'CG-2026-VIE-900')"
        " UPDATE numeros_police_congo SET numero_police = 'PRISE-1' WHERE numero_police = 'CG-2026-VIE-900'",
        "deux personnes doivent décider de son numéro",
    ),
    ("numeros_police_congo", "police_sans_sosie"): (
        "INSERT INTO numeros_police_congo (souscription_id, numero_police, mode_attribution, agent_attribueur_id, commentaire,"
        " statut) SELECT s.id, replace(n.numero_police, '0', 'O'), 'manuel', {autre}, '', 'attribue' FROM numeros_police_congo n,"
        " souscriptions_pass s WHERE n.numero_police = 'CG-2026-VIE-900' AND NOT EXISTS"
        " (SELECT 1 FROM numeros_police_congo p WHERE p.souscription_id = s.id) LIMIT 1",
        "porte ce numéro, écrit autrement",
    ),
    ("series_numeros", "serie_bornee"): (
        "UPDATE series_numeros SET dernier = 2147483647",
        "trop de numéros tirés à la fois",
    ),
}
# They refuse nothing: they keep what the nightly cycle and the home page look at true (docs/decisions/0027).
TIENNENT = {
    ("souscriptions_pass", "examen_change"),
    ("paiements_pass", "examen_change"),
    ("souscriptions_pass", "police_attendue_change"),
}
# A value that no row of ours has.
AUTRES = {
    "integer": "987654",
    "bigint": "987654",
    "smallint": "1",
    "numeric": "1.5",
    "uuid": "gen_random_uuid()",
    "date": "DATE '2001-01-01'",
    "timestamp with time zone": "TIMESTAMPTZ '2001-01-01 00:00+00'",
    "jsonb": """'{"autre": 1}'""",
    "inet": "'10.9.9.9'",
    "boolean": "NULL",
}
# Other ways to put guards aside, to forge what they read, or to empty tables.
PAR_AILLEURS = [
    "SET session_replication_role = replica",
    "ALTER TABLE souscriptions_pass DISABLE TRIGGER ALL",
    "ALTER TABLE souscriptions_pass DISABLE TRIGGER USER",
    "DROP TRIGGER journal_fige ON journal_audit",
    "TRUNCATE paiements_pass CASCADE",
    "TRUNCATE django_admin_log",
    "CREATE TEMPORARY TABLE transitions_souscription (id integer)",
    "CREATE SCHEMA leurre",
    "CREATE TABLE leurre (id integer)",
    "CREATE FUNCTION leurre() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TRIGGER leurre BEFORE UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION journal_figer()",
    "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "ALTER FUNCTION _pgtrigger_should_ignore(name) SECURITY DEFINER",
    "SELECT setval('agents_id_seq', 1)",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "COPY agents FROM '/etc/passwd'",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_creat(-1)",
    "SELECT lo_create(0)",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "GRANT pg_write_server_files TO CURRENT_USER",
]


def sql(requete: str, *parametres: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(requete, parametres or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def servir(role: str, *, ignorer: bool = True) -> Iterator[None]:
    """Inside, the role that serves requests writes, every trigger of pgtrigger named in `pgtrigger.ignore`."""
    with transaction.atomic():
        sql(f"SET LOCAL ROLE {role}")
        if ignorer:
            noms = ",".join(trigger.get_pgid(modele) for modele, trigger in registered())
            sql("SELECT set_config('pgtrigger.ignore', %s, true)", f"{{{noms}}}")
        yield
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def refus_de(role: str, requete: str) -> str:
    """What PostgreSQL said to the service when it refused; empty when it did not."""
    try:
        with servir(role):
            sql(requete)
    except DatabaseError as error:
        return str(error)
    return ""


@pytest.fixture
def lignes() -> None:
    """A row at least in each guarded table, in the states that guards speak of."""
    monde("administrateur")
    police = contrat_en_vigueur(numero="CG-2026-VIE-900")
    souscription, client = police.souscription, police.souscription.client
    agent = AgentFactory()
    changer_statut(souscription=SouscriptionFactory(active=True), vers="resiliee", motif="essai")
    SouscriptionFactory(preuve="agence")
    CodeMaintenance.objects.create(
        borne=BorneFactory(cle="maintenance"),
        donne_par=agent,
        motif="essai",
        empreinte="0" * 64,
        statut="utilise",
        donne_le=timezone.now(),
        expire_le=timezone.now() + timedelta(minutes=5),
        fini_le=timezone.now(),
    )
    FichierPrive.objects.create(**fichier("1"), etat="refuse", motif="illisible", verifie_le=timezone.now())
    FichierPrive.objects.create(
        **fichier("2"), etat="sain", antivirus="non_analyse", verifie_le=timezone.now(), verifie="verifies/x"
    )
    quand = timezone.now()
    billet = {"route": "essai", "objet": "1", "porteur": "client:1", "expire_le": quand, "utilise_le": quand}
    BilletDirect.objects.create(empreinte="0" * 64, **billet)
    DoublonConfirme.objects.create(
        fichier=ImportFichier.objects.latest("pk"),
        ligne=1,
        contre="un reçu",
        motif="payé deux fois",
        confirme_par=agent,
    )
    fait = Fait.objects.create(nom="essai.arrive", cle="essai:1", donnees={})
    Livraison.objects.create(
        fait=fait, traitant="essai.un", cle=fait.cle, statut="faite", a_faire_le=None, finie_le=timezone.now()
    )
    Consentement.objects.create(souscription=souscription, version="2026-01", nom="KONGO", prenom="Jean")
    ModificationClient.objects.create(client=client, acte="client_modifie")
    ModificationCatalogue.objects.create(produit=souscription.produit, acte="produit_modifie")
    PoliceRemplacee.objects.create(
        numero_police="ANCIENNE-1",
        souscription=souscription,
        mode_attribution="automatique",
        attribuee_le=timezone.now(),
        remplacee_par=agent,
    )
    proposition = Proposition.objects.latest("pk")
    Proposition.objects.filter(pk=proposition.pk).update(statut="refusee", decideur=agent, decidee_le=timezone.now())
    AbandonCreance.objects.create(
        souscription=SouscriptionPass.objects.get(statut="resiliee"), montant=100, proposition=proposition
    )
    PaiementFactory(souscription=souscription, numero_recu="REC-2026-000001")
    modifier_client(client=client, numero_mobile_money="+242065551234")
    demander_versement(cle="s:1", operateur="mtn_money", telephone="+242065551234", montant=100, libelle="Sinistre")
    sql("UPDATE messages_sortants SET statut = 'envoye', a_envoyer_le = NULL, envoye_le = now() WHERE cle = 'essai'")
    sql(
        "UPDATE anomalies_paiement SET resolue_le = now(), resolue_par_id = %s, commentaire = 'fait'"
        " WHERE id = (SELECT max(id) FROM anomalies_paiement)",
        agent.pk,
    )
    sql(
        "UPDATE imports_fichiers SET statut = 'confirme', confirme_le = now(), confirme_par_id = %s"
        " WHERE id = (SELECT max(id) FROM imports_fichiers)",
        agent.pk,
    )
    RequeteIdempotente.objects.create(
        portee="essai", cle="essai", empreinte="0" * 64, statut_http=200, reponse={}, cree_le=timezone.now()
    )
    session = SessionBorne.objects.latest("pk")
    JetonRafraichissement.objects.create(session=session, expire_le=session.expire_le, utilise_le=timezone.now())
    DemandeFactory(session=session, essais=2)
    DemandeFactory(session=session, statut="annulee", terminee_le=timezone.now(), changement={})
    SessionBorne.objects.filter(pk=session.pk).update(fermee_le=timezone.now(), motif_fermeture="deconnexion")
    facteur = FacteurAgent.objects.latest("pk")
    FacteurAgent.objects.update(dernier_pas=5)
    CodeSecours.objects.create(
        facteur=facteur, empreinte=coffre.sceller_empreinte(b"x" * 32, facteur=facteur), utilise_le=timezone.now()
    )
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


def colonnes_de(modele: Any, noms: list[str]) -> list[tuple[str, str]]:
    """The columns of these fields, and a value that they do not hold."""
    types = dict(
        sql(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            modele._meta.db_table,
        )
    )
    colonnes = [modele._meta.get_field(nom).column for nom in noms]
    return [(colonne, AUTRES.get(types[colonne], "'zz'")) for colonne in colonnes if colonne in types]


def immuables(modele: Any, trigger: pgtrigger.ReadOnly) -> list[str]:
    if trigger.fields:
        return list(trigger.fields)
    return [champ.name for champ in modele._meta.concrete_fields if champ.name not in (trigger.exclude or ())]


# They write something into the row instead of refusing: `client_mobile_money_date_seule` and the laws on decisions guard it.
SIGNENT = {"client_mobile_money_date", "proposition_signee"}
# Broken by three whole demands: `test_two_demands_a_payer_hold_against_the_service`.
AILLEURS = {"paiement_deux_par_payeur"}


def infractions(modele: Any, trigger: pgtrigger.Trigger) -> list[str]:
    """Statements that this guard is there to refuse."""
    table, une = modele._meta.db_table, "WHERE ctid = (SELECT ctid FROM {} LIMIT 1)"
    ici = une.format(table)
    if trigger.name in INFRACTIONS:
        modele_sql = INFRACTIONS[trigger.name]
        if "{colonne}" not in modele_sql:
            return [modele_sql.format()]
        pose = str(trigger.compile(modele).install_sql)
        champs = [champ for champ in modele._meta.concrete_fields if f'OLD."{champ.column}" IS DISTINCT' in pose]
        colonnes = colonnes_de(modele, [champ.name for champ in champs])
        assert colonnes
        return [modele_sql.format(colonne=colonne, autre=autre) for colonne, autre in colonnes]
    if isinstance(trigger, pgtrigger.ReadOnly):
        return [
            f"UPDATE {table} SET {colonne} = {autre} {ici}"
            for colonne, autre in colonnes_de(modele, immuables(modele, trigger))
        ]
    assert isinstance(trigger, pgtrigger.Protect), f"{trigger.name} : comment l'enfreindre ?"
    assert trigger.condition is None, f"{trigger.name} : comment l'enfreindre ?"
    colonne = modele._meta.concrete_fields[-1].column
    actes = {"DELETE": f"DELETE FROM {table} {ici}", "UPDATE": f"UPDATE {table} SET {colonne} = {colonne} {ici}"}
    return [actes[acte] for acte in str(trigger.operation).split(" OR ")]


def test_no_guard_of_a_model_obeys_the_service(lignes: None, role_de_service: str) -> None:
    """Each is broken by the service with `pgtrigger.ignore` naming them all; this very guard refuses."""
    passees = [
        (trigger.name, requete, dit)
        for modele, trigger in registered()
        if trigger.name not in SIGNENT | AILLEURS
        for requete in infractions(modele, trigger)
        for dit in [refus_de(role_de_service, requete)]
        if trigger.get_pgid(modele) not in dit
    ]
    assert passees == []
    assert len(registered()) > 70


def test_two_demands_a_payer_hold_against_the_service(role_de_service: str) -> None:
    """As the service, that guard named in `pgtrigger.ignore`: the third demand of a phone's own client is refused, and the second
    of others, or their first where two wait; nothing less is."""
    titulaire = ClientFactory(telephone="+242061234567")
    siennes = [SouscriptionFactory(client=titulaire) for _ in range(3)]
    d_autres = [SouscriptionFactory() for _ in range(2)]

    def demander(souscriptions: list[SouscriptionPass]) -> None:
        with servir(role_de_service):
            for souscription in souscriptions:
                enregistrer_demande(
                    souscription=souscription,
                    montant=100,
                    type_paiement="souscription_initiale",
                    operateur="mtn_money",
                    numero_payeur="+242061234567",
                    a_suivre_le=timezone.now(),
                    limite=timezone.now() + timedelta(minutes=10),
                )

    for trop in (siennes, d_autres, [*siennes[:2], d_autres[0]]):
        with pytest.raises(PayeurDejaSollicite):
            demander(trop)
    demander([d_autres[0], *siennes[:2]])


def test_no_statement_guard_of_a_migration_obeys_the_service(role_de_service: str) -> None:
    """Statements that touch no row are refused already."""
    gardes_sql = sql(
        """
        SELECT c.relname, t.tgname, t.tgtype::int & 4 > 0, t.tgtype::int & 8 > 0, t.tgtype::int & 16 > 0,
               (SELECT min(attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT attisdropped AND attnum > 0
                AND (t.tgattr = ''::int2vector OR a.attnum = ANY (t.tgattr)))
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE p.proname IN ('proprietaire_seul', 'journal_figer') AND t.tgtype::int & 1 = 0
        """
    )
    passees = []
    for table, nom, ajout, suppression, changement, colonne in gardes_sql:
        for acte, garde in {
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table} WHERE false": ajout,
            f"DELETE FROM {table} WHERE false": suppression,
            f"UPDATE {table} SET {colonne} = {colonne} WHERE false": changement,
        }.items():
            dit = refus_de(role_de_service, acte)
            if garde and "ne se modifie pas" not in dit and "que par le propriétaire" not in dit:
                passees.append((table, nom, acte, dit))
    assert passees == []
    assert {table for table, nom, *_ in gardes_sql if nom != "cle_immuable"} == {
        "journal_audit",
        "lectures_donnees",
        "django_admin_log",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "django_migrations",
        "agents_user_permissions",
        "reglages",
        "examens_souscriptions",
        "polices_attendues",
    }


def test_no_row_guard_of_a_migration_obeys_the_service(lignes: None, role_de_service: str) -> None:
    """Each that PostgreSQL's catalogue holds, but what writes the journal and what pgtrigger knows."""
    decide, decide_sans = AgentFactory.create_batch(2, role="administrateur")
    FacteurFactory(agent=decide)
    autre = AgentFactory()
    with au_nom_de(Contexte(acteur=f"agent:{decide.pk}", source="admin")):
        Agent.objects.filter(pk=autre.pk).update(email="autre@nsia.cg")
    Proposition.objects.create(
        nature="telephone", cle="client:0", motif="essai", demandeur=autre, expire_le=timezone.now() + timedelta(days=1)
    )
    MessageSortant.objects.create(cle="essai:2", telephone="+242066123456", texte="Bonjour")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")
    posees = sql(
        """
        SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgtype::int & 1 = 1 AND t.tgname NOT LIKE 'pgtrigger_%'
        """
    )
    assert set(posees) == {*INFRACTIONS_SQL, *TIENNENT}
    agents = {"decide": decide.pk, "decide_sans": decide_sans.pk, "autre": autre.pk}
    dits = {
        garde: refus_de(role_de_service, requete.format(**agents)) for garde, (requete, _) in INFRACTIONS_SQL.items()
    }
    assert {garde: dit for garde, dit in dits.items() if INFRACTIONS_SQL[garde][1] not in dit} == {}


def test_keys_that_others_point_to_do_not_move(role_de_service: str) -> None:
    """Two rows that exchange their keys would exchange their roles, contracts or receipts, all foreign keys at ease."""
    designees = sql(
        """
        SELECT DISTINCT c.relname, a.attname FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.confkey) WHERE k.contype = 'f'
        """
    )
    tenues = sql(
        """
        SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgtype::int & 16 > 0 AND t.tgfoid = 'proprietaire_seul'::regproc
        """
    )
    immuables_entieres = {
        modele._meta.db_table
        for modele, trigger in registered()
        if isinstance(trigger, pgtrigger.ReadOnly) and modele._meta.pk.name in immuables(modele, trigger)
    }
    assert {table for table, _ in designees} - {table for (table,) in tenues} - immuables_entieres == set()
    for table, cle in designees:
        if table not in immuables_entieres:
            dit = refus_de(role_de_service, f"UPDATE {table} SET {cle} = {cle} WHERE false")
            assert "que par le propriétaire" in dit, table


def test_the_service_gives_nobody_all_rights(role_de_service: str) -> None:
    agent, tout = AgentFactory(), AgentFactory(is_superuser=True)
    for requete in (
        f"UPDATE agents SET is_superuser = true WHERE id = {agent.pk}",
        f"UPDATE agents SET is_superuser = false WHERE id = {tout.pk}",
    ):
        assert "que par le propriétaire" in refus_de(role_de_service, requete)
    with pytest.raises(DatabaseError, match="que par le propriétaire"), servir(role_de_service):
        AgentFactory(is_superuser=True)
    with servir(role_de_service):
        AgentFactory()


def test_every_table_is_reached_by_the_service(role_de_service: str) -> None:
    """What no guard keeps, it reads and writes: rights are missing nowhere."""
    tables = [modele._meta.db_table for modele in apps.get_models(include_auto_created=True)]
    with servir(role_de_service):
        lisibles = sql(
            "SELECT t FROM unnest(%s) t WHERE has_table_privilege(t, 'SELECT, INSERT, UPDATE, DELETE')", tables
        )
    assert len(lisibles) == len(tables)


@pytest.mark.parametrize("requete", PAR_AILLEURS)
def test_there_is_no_other_way(requete: str, role_de_service: str) -> None:
    dit = refus_de(role_de_service, requete)
    assert re.search(r"permission denied|must be|must have admin option", dit), dit


def test_what_a_role_pins_on_itself_is_found(role_de_service: str) -> None:
    """PostgreSQL lets each role do so, whatever it may not do otherwise; what roles.sql pins is expected."""
    base, role = connection.settings_dict["NAME"], role_de_service
    assert epingles(connection).niveau is Niveau.OK
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT CONNECT ON DATABASE "{base}" TO {role}')
        cursor.execute(f"SET LOCAL ROLE {role}")
        for reglage in sorted(EPINGLES):
            nom, _, valeur = reglage.partition("=")
            cursor.execute(f"ALTER ROLE CURRENT_USER IN DATABASE \"{base}\" SET {nom} = '{valeur}'")
        cursor.execute("RESET ROLE")
        assert epingles(connection).niveau is Niveau.OK
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{base}" SET statement_timeout = 1')
        cursor.execute("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on")
        cursor.execute("RESET ROLE")
    constat = epingles(connection)
    assert constat.niveau is Niveau.ATTENTION
    assert f"statement_timeout=1 ({role}), default_transaction_read_only=on ({role})" in constat.texte
    assert f"ALTER ROLE {role} IN DATABASE {base} RESET ALL; ALTER ROLE {role} RESET ALL;" in constat.texte


def test_the_owner_may_put_a_guard_aside() -> None:
    police = contrat_en_vigueur()
    with pgtrigger.ignore():
        police.delete()
    assert not sql("SELECT 1 FROM numeros_police_congo")


def test_a_function_lends_its_owner_s_rights_to_nobody(role_de_service: str) -> None:
    """Both names count: SECURITY DEFINER changes the one, SET ROLE the other."""
    contrat_en_vigueur()
    (nom,) = (t.get_pgid(m) for m, t in registered() if t.name == "police_indelebile")
    ecrire = "SELECT _pgtrigger_should_ignore(%s)"
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", f"{{{nom}}}")
    assert sql(ecrire, nom) == [(True,)]
    sql(f"SET LOCAL ROLE {role_de_service}")
    assert sql(ecrire, nom) == [(False,)]


def test_the_switch_is_ours_again_after_each_migration() -> None:
    modele, trigger = registered()[0]
    trigger.install(modele)
    assert interrupteur(connection).niveau is Niveau.ERREUR
    call_command("migrate", verbosity=0)
    assert interrupteur(connection).niveau is Niveau.OK
    assert gardes.tiennent(connection)


def test_the_service_serves(role_de_service: str, client: Client) -> None:
    """Signing in, reading lists and a client's page, changing a client: what the back office writes, the role may write."""
    police = contrat_en_vigueur()
    personne = police.souscription.client
    agent = AgentFactory(role="gestionnaire")
    with servir(role_de_service, ignorer=False):
        client.force_login(Agent.objects.get(pk=agent.pk))
        pages = ["pass_clients_clientpass", "pass_payments_paiementpass", "borne_auth_agent", "auth_group"]
        for page in pages:
            assert client.get(reverse(f"admin:{page}_changelist")).status_code == 200
        adresse = reverse("admin:pass_clients_clientpass_change", args=[personne.pk])
        formulaire = client.get(adresse).context["adminform"].form.initial
        saisie = {champ: "" if valeur is None else valeur for champ, valeur in formulaire.items()}
        assert client.post(adresse, saisie | {"adresse": "12 rue Mbochis"}).status_code == 302
        personne.refresh_from_db()
        assert personne.adresse == "12 rue Mbochis"
        assert sql("SELECT count(*) FROM django_admin_log WHERE user_id = %s", agent.pk) == [(1,)]

"""The audit of business tables: what is written by any means is in `journal_audit`, with its author, and stays there."""

import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from apps.borne_auth.audit import modeles_suivis, suivies
from apps.borne_auth.models import Agent, JournalAudit, LectureDonnees
from apps.borne_auth.services import ouvrir_session
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory
from apps.borne_auth.tokens import JetonAgent
from apps.pass_clients.models import ClientPass
from apps.pass_clients.services import activer
from apps.pass_clients.tests.factories import AgenceFactory, ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_clients.tests.refus import sans_gardes
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.tests.factories import ProduitFactory
from manage import _signer
from nsia_pass_api import audit
from nsia_pass_api.audit import Contexte, annoncer, au_nom_de, contexte, de_la_commande
from nsia_pass_api.dates import maintenant
from nsia_pass_api.registre import modeles

pytestmark = pytest.mark.django_db

QUI = Contexte(acteur="agent:7", source="admin", origine="", adresse="10.0.0.1", requete="abcdefghijklmnop")


def sql(requete: str, *parametres: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(requete, parametres or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def depuis() -> int:
    """The last line before the test: the journal is never emptied."""
    derniere = JournalAudit.objects.first()
    return derniere.pk if derniere else 0


def traces(depuis: int, table: str = "clients_pass") -> list[tuple[Any, ...]]:
    lignes = JournalAudit.objects.filter(pk__gt=depuis, table_nom=table).order_by("pk")
    return list(lignes.values_list("action", "cle", "avant", "apres"))


class TestEcritures:
    def test_a_saved_object_is_told_whole_then_by_what_changed(self, depuis: int) -> None:
        client = ClientFactory(nom="KONGO", prenom="Grâce", telephone="+242061234567")
        client.adresse = "12, rue de l'Église % à Moungali"
        client.save()
        (ajout, changement) = traces(depuis)
        assert (ajout[0], ajout[1], ajout[2]) == ("ajout", str(client.pk), None)
        assert ajout[3] | {"cree_le": ""} == {
            "id": client.pk,
            "nom": "KONGO",
            "prenom": "Grâce",
            "telephone": "+242061234567",
            "lieu_naissance": "",
            "adresse": "",
            "operateur_mobile": "",
            "numero_mobile_money": "",
            "statut": "actif",
            "agence_ecrite": "",
            "cree_le": "",
        }
        apres = {"adresse": "12, rue de l'Église % à Moungali"}
        assert changement == ("changement", str(client.pk), {"adresse": ""}, apres)

    def test_what_changes_nothing_is_not_told(self, depuis: int) -> None:
        client = ClientFactory()
        client.save()
        ClientPass.objects.filter(pk=client.pk).update(nom=client.nom)
        ClientPass.objects.filter(pk=0).update(nom="PERSONNE")
        assert [trace[0] for trace in traces(depuis)] == ["ajout"]

    @pytest.mark.parametrize("nombre", [2, 32, 33, 80])
    def test_rows_written_together_are_told_one_by_one(self, depuis: int, nombre: int) -> None:
        """Few are compared as JSON, more than 32 column by column: the same is told."""
        clients = ClientPass.objects.bulk_create(ClientFactory.build(nom=f"NOM{rang}") for rang in range(nombre))
        ClientPass.objects.filter(pk__in=[client.pk for client in clients]).update(
            statut="suspendu", date_naissance="1990-05-01"
        )
        lues = traces(depuis)
        assert [(action, cle) for action, cle, _, _ in lues[:nombre]] == [("ajout", str(un.pk)) for un in clients]
        assert sorted(lues[nombre:], key=lambda trace: int(trace[1])) == [
            (
                "changement",
                str(un.pk),
                {"statut": "actif", "date_naissance": None},
                {"statut": "suspendu", "date_naissance": "1990-05-01"},
            )
            for un in clients
        ]

    @pytest.mark.parametrize("nombre", [3, 40])
    def test_raw_sql_an_upsert_and_a_deletion(self, depuis: int, nombre: int) -> None:
        produit = ProduitFactory()
        sql("INSERT INTO auth_group (name) SELECT 'essai ' || n FROM generate_series(1, %s) n", nombre)
        sql(
            "INSERT INTO auth_group (name) SELECT 'essai ' || n FROM generate_series(1, %s) n "
            "ON CONFLICT (name) DO UPDATE SET name = excluded.name || ' bis' WHERE auth_group.name <> 'essai 2'",
            nombre + 1,
        )
        sql("DELETE FROM auth_group WHERE name LIKE 'essai %%' AND name <> %s", "essai 2")
        actions = [trace[0] for trace in traces(depuis, "auth_group")]
        assert {action: actions.count(action) for action in actions} == {
            "ajout": nombre + 1,
            "changement": nombre - 1,
            "suppression": nombre,
        }
        efface = next(avant for action, _, avant, _ in traces(depuis, "auth_group") if action == "suppression")
        assert set(efface) == {"id", "name"}
        assert [trace[0] for trace in traces(depuis, "produits_pass")] == ["ajout"]
        assert produit.pk

    @pytest.mark.parametrize("nombre", [1, 40])
    def test_a_row_whose_key_changes_goes_and_comes(self, depuis: int, nombre: int) -> None:
        ClientPass.objects.bulk_create(ClientFactory.build() for _ in range(nombre))
        cles = [int(cle) for (_, cle, _, _) in traces(depuis)]
        sql("UPDATE clients_pass SET id = id + 1000000 WHERE id = ANY(%s)", cles)
        lues = traces(depuis)[nombre:]
        assert sorted(int(cle) for action, cle, _, _ in lues if action == "suppression") == cles
        assert sorted(int(cle) - 1_000_000 for action, cle, _, _ in lues if action == "ajout") == cles
        for action, cle, avant, apres in lues:
            assert (avant or apres)["id"] == int(cle)
            assert (avant is None, apres is None) == ((True, False) if action == "ajout" else (False, True))

    def test_copy(self, depuis: int) -> None:
        lignes = "".join(f"NOM{rang}\tPrénom\t+24206000000{rang}\t\t\t\t\tactif\n" for rang in range(3))
        colonnes = "nom, prenom, telephone, lieu_naissance, adresse, operateur_mobile, numero_mobile_money, statut"
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY clients_pass ({colonnes}) FROM STDIN", StringIO(lignes))
        assert [(action, apres["nom"]) for action, _, _, apres in traces(depuis)] == [
            ("ajout", f"NOM{rang}") for rang in range(3)
        ]

    def test_truncate_tells_each_row_that_went(self, depuis: int) -> None:
        client = ClientFactory(nom="KONGO")
        with transaction.atomic():
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            sql("TRUNCATE clients_pass CASCADE")
            (_, (action, cle, avant, apres)) = traces(depuis)
            transaction.set_rollback(True)
        assert (action, cle, avant["nom"], apres) == ("suppression", str(client.pk), "KONGO", None)

    def test_what_is_rolled_back_was_never_told(self, depuis: int) -> None:
        with transaction.atomic():
            ClientFactory()
            transaction.set_rollback(True)
        assert traces(depuis) == []

    def test_amounts_dates_and_lists_keep_their_types(self, depuis: int) -> None:
        paiement = PaiementFactory(montant=1_500)
        ((_, cle, _, apres),) = traces(depuis, "paiements_pass")
        assert (cle, apres["montant"], apres["montant_net"]) == (str(paiement.pk), 1_500, 1_500)
        ((_, _, _, produit),) = traces(depuis, "produits_pass")
        assert isinstance(produit["periodicites"], list)


class TestQui:
    def derniere(self) -> dict[str, Any]:
        ligne = JournalAudit.objects.filter(table_nom="clients_pass").values().first()
        assert ligne is not None
        return {cle: ligne[cle] for cle in ("acteur", "source", "origine", "adresse", "requete")}

    def test_without_anybody_it_is_the_role_of_postgresql(self) -> None:
        ClientFactory()
        (role,) = sql("SELECT session_user")[0]
        lue = self.derniere()
        assert (lue["acteur"], lue["source"], lue["requete"]) == (f"sql:{role}", "sql", "")

    def test_with_somebody_in_one_round_trip(self) -> None:
        client = ClientFactory()
        with au_nom_de(QUI), CaptureQueriesContext(connection) as faites:
            ClientPass.objects.filter(pk=client.pk).update(adresse="50 % d'ombre")
        assert len(faites) == 1
        assert self.derniere() == {
            "acteur": "agent:7",
            "source": "admin",
            "origine": "",
            "adresse": "10.0.0.1",
            "requete": "abcdefghijklmnop",
        }

    @pytest.mark.parametrize(
        "ecriture",
        [
            "UPDATE clients_pass SET adresse = 'a % b'",
            "  \n-- what for\n  update clients_pass set adresse = 'a % b'",
            "WITH tous AS (SELECT id FROM clients_pass) UPDATE clients_pass c SET adresse = 'x' FROM tous t WHERE t.id = c.id",
            "SELECT 1; UPDATE clients_pass SET adresse = 'y'",
            "DO $$ BEGIN UPDATE clients_pass SET adresse = 'z'; END $$",
            "MERGE INTO clients_pass c USING (SELECT 1) u ON true WHEN MATCHED THEN UPDATE SET adresse = 'm'",
        ],
    )
    def test_whatever_the_statement(self, ecriture: str) -> None:
        ClientFactory()
        with au_nom_de(QUI):
            sql(ecriture)
        assert self.derniere()["acteur"] == "agent:7"

    def test_reads_are_sent_as_they_are(self) -> None:
        ClientFactory()
        with au_nom_de(QUI), CaptureQueriesContext(connection) as faites:
            list(ClientPass.objects.select_for_update().all())
            list(ClientPass.objects.iterator())
        assert [requete["sql"] for requete in faites if "nsia.audit" in requete["sql"]] == []

    def test_executemany(self, depuis: int) -> None:
        clients = [ClientFactory(), ClientFactory()]
        with au_nom_de(QUI), connection.cursor() as cursor:
            cursor.executemany("UPDATE clients_pass SET adresse = %s WHERE id = %s", [("a", un.pk) for un in clients])
        lignes = JournalAudit.objects.filter(pk__gt=depuis, action="changement")
        assert list(lignes.values_list("acteur", flat=True)) == ["agent:7"] * 2

    def test_a_quote_in_a_name_is_text(self) -> None:
        with au_nom_de(Contexte(acteur="commande:l'été \\ 100 %", source="commande")):
            ClientFactory()
        assert self.derniere()["acteur"] == "commande:l'été \\ 100 %"

    def test_after_somebody_nobody_in_the_same_transaction(self) -> None:
        """Even when a savepoint that is undone takes away what the last write had said."""
        with transaction.atomic():
            with au_nom_de(QUI):
                ClientFactory()
            with transaction.atomic():
                ClientFactory()
                assert self.derniere()["source"] == "sql"
                transaction.set_rollback(True)
            ClientFactory()
        assert self.derniere()["source"] == "sql"

    def test_copy_once_it_was_said(self, depuis: int) -> None:
        with au_nom_de(QUI), transaction.atomic(), connection.cursor() as cursor:
            annoncer()
            cursor.copy_expert("COPY auth_group (name) FROM STDIN", StringIO("essai\n"))
        assert JournalAudit.objects.get(pk__gt=depuis, acteur="agent:7").table_nom == "auth_group"

    def test_what_follows_a_copy_in_its_transaction_is_not_its_author_s(self) -> None:
        with transaction.atomic():
            with au_nom_de(QUI):
                annoncer()
            ClientFactory()
        assert self.derniere()["source"] == "sql"

    def test_a_whole_process_in_all_its_threads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """manage.py signs what its command writes; a thread of the worker says nothing more."""
        monkeypatch.setattr(audit, "_du_processus", None)
        assert contexte() is None
        _signer(["manage.py", "travaux"])
        with ThreadPoolExecutor(1) as fils:
            qui = fils.submit(contexte).result()
        assert qui is not None
        assert (qui.acteur, qui.source) == ("commande:travaux", "commande")
        ClientFactory()
        assert self.derniere()["acteur"] == "commande:travaux"
        with au_nom_de(QUI):
            ClientFactory()
        assert self.derniere()["acteur"] == "agent:7"

    def test_an_account_without_a_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def inconnu() -> str:
            raise KeyError

        monkeypatch.setattr("getpass.getuser", inconnu)
        audit._machine.cache_clear()
        assert de_la_commande("essai").origine.startswith("?@")
        audit._machine.cache_clear()

    def test_one_inside_another(self) -> None:
        with au_nom_de(QUI):
            with au_nom_de(Contexte(acteur="commande:essai", source="commande")):
                ClientFactory()
            assert self.derniere()["acteur"] == "commande:essai"
            ClientFactory()
        assert self.derniere()["acteur"] == "agent:7"


class TestRequetes:
    """By the doors: the agent of the back office and of the API, a client at a kiosk, a prospect, a command."""

    def auteur(self, table: str, action: str) -> tuple[str, ...]:
        ligne = JournalAudit.objects.filter(table_nom=table, action=action).first()
        assert ligne is not None
        return (ligne.acteur, ligne.source, ligne.origine, ligne.adresse)

    def test_an_agent_in_the_back_office(self, client: Client) -> None:
        agent = AgentFactory.create(role="administrateur")
        client.force_login(agent)
        borne, ouenze = BorneFactory(agence="Bacongo"), AgenceFactory(nom="Ouenzé")
        page = reverse("admin:borne_auth_borne_change", args=[borne.pk])
        reponse = client.post(page, {"agence": ouenze.pk}, REMOTE_ADDR="192.0.2.7")
        assert reponse.status_code == 302
        ligne = JournalAudit.objects.filter(table_nom="bornes").first()
        assert ligne is not None
        assert (ligne.avant, ligne.apres) == ({"agence_id": borne.agence_id}, {"agence_id": ouenze.pk})
        assert self.auteur("bornes", "changement") == (f"agent:{agent.pk}", "admin", "", "192.0.2.7")
        assert ligne.requete == reponse["X-Request-ID"]

    def test_an_agent_by_the_api(self) -> None:
        agent = AgentFactory.create(role="administrateur")
        api = APIClient()
        jeton = JetonAgent.emettre(fin=maintenant().replace(year=2100), agent=str(agent.pk))
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton}")
        corps = {"email": "x@nsia.cg", "matricule": "AG-X", "first_name": "Aline", "last_name": "MABIALA"}
        assert api.post("/api/v1/agents/create/", corps, format="json").status_code == 201
        assert self.auteur("agents", "ajout") == (f"agent:{agent.pk}", "api", "", "127.0.0.1")

    def test_a_client_at_a_kiosk_and_a_prospect(self, settings: Any) -> None:
        settings.OPERATEURS = {"mtn_money": "apps.pass_payments.tests.operateur_factice.OperateurFactice"}
        ProduitFactory()
        borne = BorneFactory(cle="cle", code="BZV-01")
        api = APIClient(headers={"X-Borne-Cle": "cle"})
        prospect = {
            "client": {"nom": "MAKOSSO", "prenom": "Gisèle", "telephone": "06 412 33 44"},
            "produit": "KIMIA",
            "montant": 1_200,
            "periodicite": "mensuelle",
            "conditions_acceptees": True,
            "version_conditions": settings.VERSION_CONDITIONS,
        }
        entetes = {"Idempotency-Key": "a" * 20}
        assert api.post("/api/v1/souscriptions/", prospect, format="json", headers=entetes).status_code == 202
        assert self.auteur("clients_pass", "ajout") == ("borne:BZV-01", "borne", "BZV-01", "127.0.0.1")
        police = contrat_en_vigueur()
        un = police.souscription.client
        ouverte, _ = ouvrir_session(police=police.numero_police, telephone=un.telephone, borne=borne, adresse="")
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {ouverte.acces}", HTTP_X_BORNE_CLE="cle")
        corps = {"contrats": [{"police": police.numero_police, "montant": 100}]}
        reponse = api.post("/api/v1/paiements/", corps, format="json", headers={"Idempotency-Key": "b" * 20})
        assert reponse.status_code in (200, 201, 202)
        assert self.auteur("paiements_pass", "ajout") == (f"client:{un.pk}", "borne", "BZV-01", "127.0.0.1")

    def test_a_command(self) -> None:
        activer(souscription=SouscriptionFactory())
        call_command("attribuer_polices", stdout=StringIO(), stderr=StringIO())
        acteur, source, origine, adresse = self.auteur("numeros_police_congo", "ajout")
        assert (acteur, source, adresse) == ("commande:attribuer_polices", "commande", "")
        assert "@" in origine


class TestSecrets:
    def test_only_that_a_password_changed_is_told(self, depuis: int) -> None:
        agent = AgentFactory.create()
        agent.set_password("une phrase de passe")
        agent.save()
        ((_, _, _, ajout), (_, _, avant, apres)) = traces(depuis, "agents")
        assert ajout["password"] == "••••"
        assert (avant, apres) == ({"password": "••••"}, {"password": "••••"})

    def test_nor_those_of_many(self, depuis: int) -> None:
        agents = AgentFactory.create_batch(40)
        Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(password="secret")
        lues = [trace for trace in traces(depuis, "agents") if trace[0] == "changement"]
        assert len(lues) == 40
        assert {str(apres) for _, _, _, apres in lues} == {"{'password': '••••'}"}

    def test_nor_the_key_of_a_kiosk(self, depuis: int) -> None:
        BorneFactory()
        with sans_gardes():
            sql("DELETE FROM bornes")
        assert [(avant or apres)["cle_empreinte"] for _, _, avant, apres in traces(depuis, "bornes")] == ["••••"] * 2

    def test_a_beat_alone_is_not_told(self, depuis: int) -> None:
        borne = BorneFactory()
        borne.dernier_contact = maintenant()
        borne.save()
        AgentFactory.create()
        Agent.objects.update(last_login=maintenant())
        assert "changement" not in [trace[0] for trace in [*traces(depuis, "bornes"), *traces(depuis, "agents")]]

    def test_every_column_that_smells_of_a_secret_is_masked_or_known(self) -> None:
        """A new one must be masked, or said here to be none."""
        connues = {
            "produits_pass.code_pass": "the product's public code",
            "produits_pass.code_ussd": "printed on leaflets",
            "garanties_pass.code": "the guarantee's public code",
            "paiements_pass.code_confirmation": "the operator's receipt number",
            "paiements_pass.cle_idempotence": "names a request, opens nothing",
            "decaissements.code_confirmation": "the operator's receipt number",
            "decaissements.cle": "names the fact that is paid",
            "documents_emis.code": "printed on the document",
            "ecarts_rapprochement.code_confirmation": "the operator's receipt number",
            "ecarts_rapprochement.cle": "names a line of the statement",
            "bornes.code": "written on the machine",
            "propositions.cle": "what it is about",
            "imports_fichiers.empreinte": "tells whether the same file comes twice",
            "fichiers_prives.cle": "what it is about",
            "fichiers_prives.empreinte": "tells whether two pictures show the same",
        }
        odeur = re.compile(
            r"password|passe$|secret|token|jeton|cle(_|$)|key|hash|empreinte|code|otp|pin$|texte|corps|reponse"
        )
        trouvees = {
            f"{table}.{champ.column}"
            for table, modele in modeles_suivis().items()
            for champ in modele._meta.concrete_fields
            if odeur.search(champ.column) and champ.column not in suivies()[modele._meta.label].masquees
        }
        assert trouvees == set(connues)


class TestTables:
    def test_every_model_is_followed_or_said_why_not(self) -> None:
        geres = {un._meta.label for un in apps.get_models(include_auto_created=True) if un._meta.managed}
        assert geres == {nom for nom, modele in modeles().items() if modele.audit}

    def test_triggers_are_those_of_the_table(self) -> None:
        poses: dict[str, set[tuple[str, str]]] = {}
        for table, nom, arguments in sql(
            "SELECT tgrelid::regclass::text, tgname, encode(tgargs, 'escape') FROM pg_trigger WHERE tgname LIKE 'audit\\_%'"
        ):
            poses.setdefault(table, set()).add((nom, arguments))
        attendus = {
            modele._meta.db_table: {
                (
                    f"audit_{acte}",
                    f"{modele._meta.pk.column}\\000{{{','.join(suivie.masquees)}}}\\000{{{','.join(suivie.ignorees)}}}\\000",
                )
                for acte in ("ajout", "changement", "suppression", "vidage")
            }
            for modele in modeles_suivis().values()
            for suivie in [suivies()[modele._meta.label]]
        }
        assert poses == attendus

    def test_columns_are_those_of_the_models(self) -> None:
        for modele in (JournalAudit, LectureDonnees):
            colonnes = sql(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()",
                modele._meta.db_table,
            )
            assert {nom for (nom,) in colonnes} == {champ.column for champ in modele._meta.concrete_fields}

    def test_the_client_of_every_followed_row_can_be_reached(self) -> None:
        chemins = {nom: modele.client for nom, modele in modeles().items() if modele.client}
        assert len(chemins) > 10
        for nom, chemin in chemins.items():
            assert list(apps.get_model(nom)._default_manager.filter(**{f"{chemin}__in": [0]})) == []


class TestImmuable:
    @pytest.mark.parametrize("table", ["journal_audit", "lectures_donnees"])
    @pytest.mark.parametrize("acte", ["UPDATE {} SET adresse = ''", "DELETE FROM {}", "TRUNCATE {}"])
    def test_nobody_edits_the_trail(self, table: str, acte: str) -> None:
        """The owner of the table neither, nor with pgtrigger's own switch."""
        ClientFactory()
        for prelude in ("", f"SET LOCAL pgtrigger.ignore = '{{{table}:journal_fige}}'; "):
            with pytest.raises(ProgrammingError, match="ne se modifie pas"), transaction.atomic():
                sql(prelude + acte.format(table))

    def test_nobody_writes_a_line_of_the_journal_by_hand(self) -> None:
        ClientFactory()
        colonnes = "quand, txid, action, table_nom, cle, acteur, source, origine, adresse, requete, avant, apres"
        with pytest.raises(ProgrammingError, match="ne se modifie pas"), transaction.atomic():
            sql(f"INSERT INTO journal_audit ({colonnes}) SELECT {colonnes} FROM journal_audit LIMIT 1")


@pytest.mark.django_db(transaction=True)
class TestConnexions:
    """Real commits on one connection, which nothing closes between requests (as with CONN_MAX_AGE), and on several at once."""

    def test_nothing_is_left_for_the_next_request(self, depuis: int) -> None:
        client = ClientFactory()
        with au_nom_de(QUI):
            ClientPass.objects.filter(pk=client.pk).update(adresse="a")
            with transaction.atomic():
                ClientPass.objects.filter(pk=client.pk).update(adresse="b")
            with transaction.atomic():
                ClientPass.objects.filter(pk=client.pk).update(adresse="c")
                transaction.set_rollback(True)
        pid = sql("SELECT pg_backend_pid()")
        assert sql("SELECT coalesce(current_setting('nsia.audit', true), '')") == [("",)]
        # As a pooler would: another writes on the very same connection, without a word of ours.
        with connection.connection.cursor() as brut:
            brut.execute("UPDATE clients_pass SET adresse = 'd' WHERE id = %s", [client.pk])
        ClientPass.objects.filter(pk=client.pk).update(adresse="e")
        assert sql("SELECT pg_backend_pid()") == pid
        lignes = JournalAudit.objects.filter(pk__gt=depuis, table_nom="clients_pass", action="changement").order_by(
            "pk"
        )
        (role,) = sql("SELECT session_user")[0]
        assert [(ligne.apres["adresse"], ligne.acteur) for ligne in lignes] == [
            ("a", "agent:7"),
            ("b", "agent:7"),
            ("d", f"sql:{role}"),
            ("e", f"sql:{role}"),
        ]

    def test_two_requests_after_each_other(self, client: Client, depuis: int) -> None:
        call_command("migrate", "borne_auth", verbosity=0)  # the roles, which the end of other tests had emptied
        borne = BorneFactory(agence="Bacongo")
        agents = [AgentFactory.create(is_superuser=True) for _ in range(2)]
        agences = [AgenceFactory(nom=nom).pk for nom in ("Ouenzé", "Moungali")]
        for agent, agence in zip(agents, agences, strict=True):
            client.force_login(agent)
            client.post(reverse("admin:borne_auth_borne_change", args=[borne.pk]), {"agence": agence})
        lignes = JournalAudit.objects.filter(pk__gt=depuis, table_nom="bornes", action="changement").order_by("pk")
        assert [(ligne.apres, ligne.acteur) for ligne in lignes] == [
            ({"agence_id": agences[0]}, f"agent:{agents[0].pk}"),
            ({"agence_id": agences[1]}, f"agent:{agents[1].pk}"),
        ]

    def test_writers_at_the_same_time_do_not_take_each_other_s_name(self, depuis: int) -> None:
        clients = ClientPass.objects.bulk_create(ClientFactory.build() for _ in range(4))
        depart, tours = Barrier(4), 10

        def ecrire(un: ClientPass) -> None:
            depart.wait()
            for tour in range(tours):
                with au_nom_de(Contexte(acteur=f"agent:{un.pk}", source="admin")), transaction.atomic():
                    ClientPass.objects.filter(pk=un.pk).update(adresse=f"n° {tour}")
            connection.close()

        fils = [Thread(target=ecrire, args=[un]) for un in clients]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        lignes = JournalAudit.objects.filter(pk__gt=depuis, table_nom="clients_pass", action="changement")
        assert len(lignes) == 4 * tours
        assert {ligne.acteur == f"agent:{ligne.cle}" for ligne in lignes} == {True}

    def test_flush_leaves_the_trail(self, depuis: int) -> None:
        client = ClientFactory()
        call_command("flush", interactive=False, verbosity=0)
        actions = JournalAudit.objects.filter(pk__gt=depuis, table_nom="clients_pass").order_by("pk")
        assert list(actions.values_list("action", "cle")) == [
            ("ajout", str(client.pk)),
            ("suppression", str(client.pk)),
        ]

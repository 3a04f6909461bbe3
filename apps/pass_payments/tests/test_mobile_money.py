"""A client's Mobile Money number: whoever moves it, its client is told; and money to a new one waits for two people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import ClientPass, ModificationClient
from apps.pass_clients.services import Auteur, changer_telephone, modifier_client
from apps.pass_clients.tests.courses import ou_refus
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_clients.tests.refus import refuse as base_refuse
from apps.pass_clients.tests.refus import sans_gardes, verifier_maintenant
from apps.pass_payments.models import Decaissement
from apps.pass_payments.services.decaissements import demander_versement, liberer, reserver_decaissements
from apps.pass_payments.tests.ecritures import refuse
from apps.socle.messagerie import MessagerieInjoignable
from apps.socle.models import Fait, MessageSortant, Proposition
from apps.socle.services.messages import annoncer, annoncer_code, envoyer_message, reserver_messages
from apps.socle.services.propositions import approuver, proposer, refuser
from apps.socle.services.reglages import changer_reglage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur")]

ANCIEN, NOUVEAU = "+242061234567", "+242065551234"


@pytest.fixture
def agents() -> list[Agent]:
    """The first moves numbers; the second asks; the third decides."""
    return AgentFactory.create_batch(3, role="gestionnaire")


@pytest.fixture
def client_pass() -> ClientPass:
    return ClientFactory(telephone=ANCIEN, numero_mobile_money=ANCIEN, operateur_mobile="mtn_money")


def deplacer(client: ClientPass, agent: Agent, numero: str = NOUVEAU) -> ClientPass:
    return modifier_client(client=client, auteur=Auteur(agent=agent), numero_mobile_money=numero)


def verser(cle: str = "sinistre:1", telephone: str = NOUVEAU) -> Decaissement:
    return demander_versement(cle=cle, operateur="mtn_money", telephone=telephone, montant=5_000, libelle="Sinistre")


def demandee(versement: Decaissement, agent: Agent, *, envoyer: bool = True) -> Proposition:
    return proposer(nature="versement", objet=versement, motif="le client a confirmé", demandeur=agent, envoyer=envoyer)


def vieillir(client: ClientPass, *, jours: int) -> None:
    with sans_gardes():
        ClientPass.objects.filter(pk=client.pk).update(mobile_money_change_le=timezone.now() - timedelta(days=jours))


class TestPrevenue:
    def test_the_phone_on_file_is_told(self, client_pass: ClientPass, agents: list[Agent]) -> None:
        deplacer(client_pass, agents[0])
        message = MessageSortant.objects.get()
        assert (message.telephone, message.statut) == (ANCIEN, "a_envoyer")
        assert "finit par 1234" in message.texte
        assert "venez en agence" in message.texte
        modifier_client(
            client=client_pass, auteur=Auteur(agent=agents[0]), adresse="ailleurs", numero_mobile_money=NOUVEAU
        )
        assert MessageSortant.objects.count() == 1
        deplacer(client_pass, agents[0], "")
        assert "est effacé" in MessageSortant.objects.latest("pk").texte

    def test_by_the_back_office(self, client_pass: ClientPass, agents: list[Agent], client: Client) -> None:
        client.force_login(agents[0])
        adresse = reverse("admin:pass_clients_clientpass_change", args=[client_pass.pk])
        initial = client.get(adresse).context["adminform"].form.initial
        saisie = {champ: "" if valeur is None else valeur for champ, valeur in initial.items()}
        assert client.post(adresse, saisie | {"numero_mobile_money": "06 555 12 34"}).status_code == 302
        assert MessageSortant.objects.get().telephone == ANCIEN

    def test_told_and_moved_together(self, client_pass: ClientPass, agents: list[Agent]) -> None:
        with transaction.atomic():
            deplacer(client_pass, agents[0])
            transaction.set_rollback(True)
        assert not MessageSortant.objects.exists()
        assert ClientPass.objects.get().numero_mobile_money == ANCIEN

    def test_sql_that_tells_nobody_is_refused(self, client_pass: ClientPass, au_role: Callable[[], None]) -> None:
        au_role()
        with base_refuse("clients_mobile_money_annonce"):
            ClientPass.objects.filter(pk=client_pass.pk).update(numero_mobile_money=NOUVEAU)

    @pytest.mark.parametrize(
        "message",
        [
            {"telephone": NOUVEAU},
            {"a_envoyer_le": datetime(9999, 1, 1, tzinfo=UTC)},
            {"texte": "Bonne année"},
            {"texte": "NSIA : le numéro Mobile Money de votre dossier est effacé"},
            {"statut": "envoye", "a_envoyer_le": None, "envoye_le": datetime(2026, 1, 1, tzinfo=UTC)},
            {"statut": "abandonne", "a_envoyer_le": None},
            {"tentatives": 11},
        ],
    )
    def test_nor_is_a_word_that_will_not_be_read(
        self, message: dict[str, Any], client_pass: ClientPass, au_service: Callable[[], None]
    ) -> None:
        def deplacer_en_sql(**autre: Any) -> None:
            fait = ModificationClient.objects.create(
                client=client_pass, acte="client_modifie", apres={"numero_mobile_money": NOUVEAU}
            )
            texte = "NSIA : le numéro Mobile Money de votre dossier a changé, il finit par 1234."
            MessageSortant.objects.create(
                **{"cle": f"modification:{fait.pk}:mobile_money", "telephone": ANCIEN, "texte": texte} | autre
            )
            ClientPass.objects.filter(pk=client_pass.pk).update(numero_mobile_money=NOUVEAU)

        with base_refuse("clients_mobile_money_annonce"):
            deplacer_en_sql(**message)
        au_service()
        with base_refuse(
            "messages_suivis"
            if message.keys() & {"statut", "tentatives", "a_envoyer_le"}
            else "clients_mobile_money_annonce"
        ):
            deplacer_en_sql(**message)
        deplacer_en_sql()
        verifier_maintenant()

    def test_a_word_does_not_end_in_the_transaction_that_writes_it(
        self, client_pass: ClientPass, agents: list[Agent], au_service: Callable[[], None]
    ) -> None:
        """Also once constraints were checked early, and within savepoints."""
        au_service()
        deplacer(client_pass, agents[0])
        verifier_maintenant()
        for fin in (
            {"statut": "abandonne", "a_envoyer_le": None},
            {"statut": "envoye", "a_envoyer_le": None, "envoye_le": timezone.now()},
            {"a_envoyer_le": timezone.now() + timedelta(hours=2)},
            {"tentatives": 1},
            {"texte": "Bonne année"},
        ):
            with base_refuse("messages_suivis"):
                MessageSortant.objects.update(**fin)

    def test_an_earlier_word_does_not_serve_again(self, client_pass: ClientPass, agents: list[Agent]) -> None:
        deplacer(client_pass, agents[0])
        verifier_maintenant()
        with sans_gardes():
            client_pass.modifications.update(faite_le=timezone.now() - timedelta(hours=1))
        with base_refuse("clients_mobile_money_annonce"):
            ClientPass.objects.filter(pk=client_pass.pk).update(numero_mobile_money=ANCIEN)
            ClientPass.objects.filter(pk=client_pass.pk).update(numero_mobile_money=NOUVEAU)

    def test_the_date_is_the_database_s(
        self, client_pass: ClientPass, agents: list[Agent], au_service: Callable[[], None]
    ) -> None:
        au_service()
        deplacer(client_pass, agents[0])
        assert ClientPass.objects.get().mobile_money_change_le is not None
        with base_refuse("Cannot update rows from clients_pass table"):
            ClientPass.objects.update(mobile_money_change_le=None)


class TestTelephone:
    """One-time codes go there: two people move it, and both phones are told, whatever writes."""

    def test_sql_does_not_move_it(self, client_pass: ClientPass, au_service: Callable[[], None]) -> None:
        au_service()
        with base_refuse("clients_telephone_a_deux"):
            ClientPass.objects.filter(pk=client_pass.pk).update(telephone=NOUVEAU)

    def test_nor_changes_its_owner(self, client_pass: ClientPass, au_service: Callable[[], None]) -> None:
        autre = ClientFactory()
        au_service()
        with base_refuse("que par le propriétaire"):
            ClientPass.objects.filter(pk=autre.pk).update(id=client_pass.pk + 1_000_000)

    def test_two_people_do(self, client_pass: ClientPass, agents: list[Agent], au_service: Callable[[], None]) -> None:
        au_service()
        proposition = proposer(
            nature="telephone", objet=client_pass, motif="carte perdue", demandeur=agents[0], telephone=NOUVEAU
        )
        approuver(proposition=proposition, decideur=agents[1])
        verifier_maintenant()
        assert ClientPass.objects.get().telephone == NOUVEAU
        with base_refuse("clients_telephone_a_deux"):
            ClientPass.objects.update(telephone="+242069998877")

    def test_a_decision_on_somebody_else_is_none(
        self, client_pass: ClientPass, agents: list[Agent], au_service: Callable[[], None]
    ) -> None:
        autre = ClientFactory()
        au_service()
        proposition = proposer(
            nature="telephone", objet=autre, motif="carte perdue", demandeur=agents[0], telephone=NOUVEAU
        )
        approuver(proposition=proposition, decideur=agents[1])
        with base_refuse("clients_telephone_a_deux"):
            ClientPass.objects.filter(pk=client_pass.pk).update(telephone="+242069998877")


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_the_service_sends_what_another_transaction_wrote(role_de_service: str) -> None:
    """Claimed, failed, claimed again, sent: each step its own transaction."""

    def servi(acte: Callable[[], Any]) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role_de_service}")
            return acte()

    class Passerelle:
        en_panne = True

        def envoyer(self, *, telephone: str, texte: str, cle: str) -> None:
            if self.en_panne:
                raise MessagerieInjoignable

    passerelle, quand = Passerelle(), timezone.now()
    servi(lambda: annoncer(cle="essai:1", telephone=ANCIEN, texte="Bonjour", quand=quand))
    servi(lambda: annoncer_code(objet="7", telephone=ANCIEN, texte="Votre code", quand=quand - timedelta(hours=1)))
    with transaction.atomic(), base_refuse("messages_suivis"), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role_de_service}")
        MessageSortant.objects.filter(cle="essai:1").update(statut="abandonne", a_envoyer_le=None)
    for essai in range(2):
        heure = quand + timedelta(minutes=2 * essai)
        passerelle.en_panne = essai == 0
        for ident in servi(lambda heure=heure: reserver_messages(nombre=5, quand=heure)):
            servi(lambda ident=ident, heure=heure: envoyer_message(ident, par=passerelle, quand=heure))
    finis = MessageSortant.objects.order_by("cle").values_list("cle", "statut", "tentatives")
    assert list(finis) == [("code:7", "abandonne", 1), ("essai:1", "envoye", 2)]


class TestVersement:
    def test_to_a_number_of_long_it_leaves(self, client_pass: ClientPass, agents: list[Agent]) -> None:
        assert verser(telephone=ANCIEN).statut == "a_envoyer"
        deplacer(client_pass, agents[0])
        vieillir(client_pass, jours=8)
        assert verser("sinistre:2").statut == "a_envoyer"
        changer_reglage(nom="MOBILE_MONEY_DELAI_JOURS", valeur=10, motif="essai", acteur=agents[0])
        assert verser("sinistre:3").statut == "a_approuver"

    def test_to_a_new_one_it_waits_for_two_people(self, client_pass: ClientPass, agents: list[Agent]) -> None:
        deplacer(client_pass, agents[0])
        versement = verser()
        assert (versement.statut, versement.a_suivre_le) == ("a_approuver", None)
        assert reserver_decaissements(nombre=5) == []
        approuver(proposition=demandee(versement, agents[1]), decideur=agents[2])
        versement.refresh_from_db()
        assert versement.statut == "a_envoyer"
        assert reserver_decaissements(nombre=5) == [versement.pk]

    def test_whoever_gave_the_number_does_not_decide(self, client_pass: ClientPass, agents: list[Agent]) -> None:
        deplacer(client_pass, agents[0])
        proposition = demandee(verser(), agents[1])
        with refuse("seconde_personne_exigee"):
            approuver(proposition=proposition, decideur=agents[0])
        with refuse("seconde_personne_exigee"):
            approuver(proposition=proposition, decideur=agents[1])

    def test_a_client_who_moved_her_own_number_waits_too(self, client_pass: ClientPass) -> None:
        modifier_client(client=client_pass, numero_mobile_money=NOUVEAU)
        assert verser().statut == "a_approuver"

    def test_refused_it_waits_and_given_up_it_can_be_asked_again(
        self, client_pass: ClientPass, agents: list[Agent]
    ) -> None:
        deplacer(client_pass, agents[0])
        versement = verser()
        refuser(proposition=demandee(versement, agents[1]), decideur=agents[2], commentaire="je n'ai pas pu l'appeler")
        versement.refresh_from_db()
        assert versement.statut == "a_approuver"
        approuver(proposition=demandee(versement, agents[1], envoyer=False), decideur=agents[2])
        versement.refresh_from_db()
        assert (versement.statut, versement.termine_le is not None) == ("echec", True)
        assert [fait.donnees for fait in Fait.objects.filter(nom="decaissement.fini", cle=versement.cle)] == [
            {
                "decaissement": versement.pk,
                "demandeur": "sinistre",
                "reference": "1",
                "statut": "echec",
                "montant": 5_000,
            }
        ]
        assert verser().statut == "a_approuver"
        with refuse("decaissement_deja_clos"):
            demandee(versement, agents[1])

    def test_the_number_that_moved_again_is_another_situation(
        self, client_pass: ClientPass, agents: list[Agent]
    ) -> None:
        deplacer(client_pass, agents[0])
        proposition = demandee(verser(), agents[1])
        deplacer(client_pass, agents[2], ANCIEN)
        deplacer(client_pass, agents[2])
        with refuse("proposition_impossible"):
            approuver(proposition=proposition, decideur=agents[0])

    def test_the_database_keeps_it(
        self, client_pass: ClientPass, agents: list[Agent], au_role: Callable[[], None]
    ) -> None:
        au_role()
        deplacer(client_pass, agents[0])
        versement = verser()
        with base_refuse("decaissements_a_deux"):
            liberer(decaissement=versement, envoyer=True, quand=timezone.now())
        with base_refuse("decaissements_numero_recent"):
            Decaissement.objects.create(
                nature="versement",
                numero="DEC-20260101-AAAAAA",
                cle="sinistre:2",
                operateur="mtn_money",
                telephone=NOUVEAU,
                montant=100,
                libelle="Sinistre",
                a_suivre_le=timezone.now(),
            )
        proposition = demandee(versement, agents[1])
        with base_refuse("decaissements_a_deux"):
            Proposition.objects.filter(pk=proposition.pk).update(
                statut="approuvee", decideur=agents[0], decidee_le=timezone.now()
            )
            liberer(decaissement=versement, envoyer=True, quand=timezone.now())
        with base_refuse("elle attend d'abord une décision"):
            Proposition.objects.create(
                nature="versement",
                cle=proposition.cle,
                motif="x",
                statut="approuvee",
                demandeur=agents[1],
                decideur=agents[2],
                decidee_le=timezone.now(),
                expire_le=timezone.now(),
            )

    def test_a_phone_that_moves_leaves_the_money_where_it_was(
        self, client_pass: ClientPass, agents: list[Agent]
    ) -> None:
        changer_telephone(client=client_pass, telephone=NOUVEAU, auteur=Auteur(agent=agents[0]))
        assert verser(telephone=ANCIEN).statut == "a_envoyer"

    def test_the_back_office_proposes(self, client_pass: ClientPass, agents: list[Agent], client: Client) -> None:
        deplacer(client_pass, agents[0])
        versement = verser()
        client.force_login(agents[1])
        page = client.get(reverse("admin:pass_payments_decaissement_change", args=[versement.pk]))
        assert "Proposer l’envoi ou l’abandon" in page.content.decode().replace("&#x27;", "’").replace("'", "’")
        acte = reverse("admin:pass_payments_decaissement_acte", args=[versement.pk, "liberer"])
        reponse = client.post(acte, {"envoyer": "oui", "motif": "appelé à son téléphone", "confirme": "1"})
        assert reponse.status_code == 302
        assert Proposition.objects.get().nature == "versement"


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_send_it_once() -> None:
    agents = AgentFactory.create_batch(4)
    for agent in agents:
        Agent.objects.filter(pk=agent.pk).update(is_superuser=True)
    client = ClientFactory(telephone=ANCIEN, numero_mobile_money=ANCIEN, operateur_mobile="mtn_money")
    deplacer(client, agents[0])
    proposition = demandee(verser(), Agent.objects.get(pk=agents[1].pk))
    decideurs = list(Agent.objects.filter(pk__in=[un.pk for un in agents[2:]]))

    dits = en_parallele(
        2, lambda rang: ou_refus(lambda: approuver(proposition=proposition, decideur=decideurs[rang]).statut)
    )

    assert sorted(map(str, dits)) == ["approuvee", "proposition_deja_decidee"]
    assert [un.statut for un in Decaissement.objects.all()] == ["a_envoyer"]


@pytest.mark.django_db(transaction=True)
def test_the_law_holds_at_commit() -> None:
    client = ClientFactory(telephone=ANCIEN, numero_mobile_money=ANCIEN)
    with pytest.raises(IntegrityError, match="sans que son client soit prévenu"):
        ClientPass.objects.filter(pk=client.pk).update(numero_mobile_money=NOUVEAU)
    deplacer(client, AgentFactory())
    assert ClientPass.objects.get().numero_mobile_money == NOUVEAU

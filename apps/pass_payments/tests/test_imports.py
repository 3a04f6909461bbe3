"""Files of an agency: tried, shown, then done as they were shown, all or nothing, by who may and on her rows."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import ModificationClient, SouscriptionPass
from apps.pass_clients.tests.factories import AgenceFactory, ClientFactory, contrat_en_vigueur
from apps.pass_payments.models import DoublonConfirme, ImportFichier, PaiementPass
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services import changer_statut_paiement, enregistrer_demande
from apps.pass_payments.services.guichet import encaisser_au_guichet
from apps.pass_payments.services.imports import (
    DoublonImpossible,
    ImportDejaFait,
    ImportImpossible,
    confirmer,
    confirmer_doublon,
    deposer,
    natures_permises,
)
from apps.pass_payments.services.reglement import regler
from apps.pass_products.tests.factories import ProduitEpargneFactory
from apps.socle.models import MessageSortant
from nsia_pass_api.errors import AccesRefuse

pytestmark = pytest.mark.django_db
AGENCE = "Poto-Poto"


@pytest.fixture
def agent() -> Agent:
    return AgentFactory.create(role="agent", agence=AGENCE)


def contrat(agence: str = AGENCE) -> str:
    return contrat_en_vigueur(client=ClientFactory(agence=agence)).numero_police


def caisse(*lignes: tuple[str, ...], entete: str = "contrat;montant;mode;date;justificatif") -> bytes:
    return "\n".join([entete, *(";".join(ligne) for ligne in lignes)]).encode()


def aujourdhui() -> str:
    return f"{timezone.localdate():%d/%m/%Y}"


def encaissements(agent: Agent, *lignes: tuple[str, ...]) -> ImportFichier:
    return deposer(nature="encaissements", nom="caisse.csv", contenu=caisse(*lignes), agent=agent)


def erreurs(appel: Callable[[], Any]) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportImpossible) as levee:
        appel()
    return [(une.ligne, une.colonne, une.pourquoi) for une in levee.value.erreurs]


class TestEncaissements:
    def test_nothing_is_done_before_it_is_confirmed_then_all_is(self, agent: Agent) -> None:
        un, deux = contrat(), contrat()
        depot = encaissements(
            agent, (un, "1 500", "Espèces", aujourdhui(), ""), (deux, "500", "chèque", aujourdhui(), "CH-1")
        )
        assert (depot.nombre, depot.total, depot.statut) == (2, 2_000, "prevu")
        assert not PaiementPass.objects.exists()
        assert not MessageSortant.objects.exists()
        confirmer(fichier=depot, agent=agent)
        faits = PaiementPass.objects.order_by("montant").values_list(
            "souscription__police__numero_police", "montant", "operateur", "code_confirmation", "statut"
        )
        assert list(faits) == [(deux, 500, "cheque", "CH-1", "succes"), (un, 1_500, "especes", "", "succes")]
        assert all(recu for recu in PaiementPass.objects.values_list("numero_recu", flat=True))
        depot.refresh_from_db()
        assert (depot.statut, depot.confirme_par_id) == ("confirme", agent.pk)

    def test_the_ceiling_of_one_person_is_that_of_the_whole_file(self, agent: Agent) -> None:
        """Thirty-one past days of 100 000 XAF each, on one savings contract."""
        produit = ProduitEpargneFactory()
        client = ClientFactory(agence=AGENCE)
        police = contrat_en_vigueur(client=client, produit=produit, taux_epargne=produit.taux_epargne).numero_police
        jours = [f"{timezone.localdate() - timedelta(days=rang):%d/%m/%Y}" for rang in range(31)]

        dites = erreurs(lambda: encaissements(agent, *((police, "100000", "espèces", jour, "") for jour in jours)))

        assert [ligne for ligne, _, _ in dites] == list(range(3, 33))
        assert {"saisis aujourd'hui" in pourquoi for _, _, pourquoi in dites} == {True}
        confirmer(fichier=encaissements(agent, (police, "100000", "espèces", jours[1], "")), agent=agent)
        assert [
            ligne for ligne, _, _ in erreurs(lambda: encaissements(agent, (police, "1", "espèces", jours[5], "")))
        ] == [2]

    def test_each_bad_line_is_told_with_its_column_and_why(self, agent: Agent) -> None:
        bon, ailleurs = contrat(), contrat("Dolisie")
        jour = aujourdhui()
        vieux = f"{timezone.localdate() - timedelta(days=40):%d/%m/%Y}"
        demain = f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}"
        dites = erreurs(
            lambda: encaissements(
                agent,
                (bon, "500", "espèces", jour, ""),
                (bon, "500", "espèces", jour, ""),
                (ailleurs, "500", "espèces", jour, ""),
                ("CG-INCONNU", "500", "espèces", jour, ""),
                (bon, "mille", "espèces", jour, ""),
                (bon, "0", "espèces", jour, ""),
                (bon, "500", "troc", jour, ""),
                (bon, "500", "MTN", jour, ""),
                (bon, "500", "virement", jour, ""),
                (bon, "500", "espèces", "31/02/2026", ""),
                (bon, "500", "espèces", "", ""),
                (bon, "500", "espèces", vieux, ""),
                (bon, "500", "espèces", demain, ""),
            )
        )
        assert [(ligne, colonne) for ligne, colonne, _ in dites] == [
            (4, "contrat"), (5, "contrat"), (6, "montant"), (7, "montant"), (8, "mode"), (9, "mode"),
            (10, ""), (11, "date"), (12, "date"), (13, "date"), (14, "date"),
        ]  # fmt: skip
        assert dites[0][2] == dites[1][2]  # somebody else's contract is as one that does not exist
        assert not PaiementPass.objects.exists()
        assert not ImportFichier.objects.exists()

    def test_the_same_content_is_done_once_in_whatever_file(self, agent: Agent) -> None:
        police = contrat()
        ligne = (police, "500", "espèces", aujourdhui(), "")
        premier, second = encaissements(agent, ligne), encaissements(agent, ligne)
        confirmer(fichier=premier, agent=agent)
        for encore in (premier, second):
            with pytest.raises(ImportDejaFait):
                confirmer(fichier=encore, agent=agent)
        with pytest.raises(ImportDejaFait):
            encaissements(agent, ligne)
        assert PaiementPass.objects.count() == 1

    def test_what_is_no_longer_possible_undoes_all(self, agent: Agent) -> None:
        un, deux = contrat(), contrat()
        depot = encaissements(agent, *((police, "500", "espèces", aujourdhui(), "") for police in (un, deux)))
        ClientFactory._meta.model.objects.filter(souscriptions__police__numero_police=deux).update(
            agence=AgenceFactory(nom="Dolisie")
        )
        assert [ligne for ligne, _, _ in erreurs(lambda: confirmer(fichier=depot, agent=agent))] == [3]
        assert not PaiementPass.objects.exists()
        depot.refresh_from_db()
        assert depot.statut == "prevu"

    def test_who_may_not_cash_may_not_hand_in(self, agent: Agent) -> None:
        depot = encaissements(agent, (contrat(), "500", "espèces", aujourdhui(), ""))
        auditeur = AgentFactory.create(role="auditeur")
        assert natures_permises(auditeur) == []
        with pytest.raises(AccesRefuse):
            encaissements(auditeur, (contrat(), "500", "espèces", aujourdhui(), ""))
        with pytest.raises(AccesRefuse):
            confirmer(fichier=depot, agent=auditeur)

    def test_a_line_above_the_ceiling_or_all_that_can_be_owed_stops_the_file(self, agent: Agent) -> None:
        police = contrat()
        dites = erreurs(
            lambda: encaissements(
                agent,
                (police, "100001", "espèces", aujourdhui(), ""),
                (police, "2401", "espèces", aujourdhui(), ""),
                (police, "500", "espèces", aujourdhui(), ""),
            )
        )
        assert [ligne for ligne, _, _ in dites] == [2, 3]
        assert all("Proposez cet encaissement sur la page de la souscription." in pourquoi for _, _, pourquoi in dites)
        assert not ImportFichier.objects.exists()

    def test_the_database_refuses_a_second_confirmation_of_one_content(self, agent: Agent) -> None:
        communs = {"nature": "encaissements", "empreinte": "a" * 64, "lignes": [], "nombre": 1, "deposant": agent}
        fait = {"statut": "confirme", "confirme_par": agent, "confirme_le": timezone.now()}
        ImportFichier.objects.create(**communs, **fait)
        with pytest.raises(IntegrityError, match="imports_une_seule_fois"), transaction.atomic():
            ImportFichier.objects.create(**communs, **fait)


class TestDoublons:
    """A cash book credited twice: one more line, another file, the desk itself."""

    def refusees(self, depot: ImportFichier, agent: Agent) -> list[int]:
        return [ligne for ligne, _, _ in erreurs(lambda: confirmer(fichier=depot, agent=agent))]

    def test_a_line_added_to_a_file_does_not_credit_the_others_again(self, agent: Agent) -> None:
        un, deux, trois = contrat(), contrat(), contrat()
        livre = [(un, "500", "espèces", aujourdhui(), "C-12"), (deux, "300", "chèque", aujourdhui(), "CH-1")]
        confirmer(fichier=encaissements(agent, *livre), agent=agent)
        suite = encaissements(agent, *livre, (trois, "200", "espèces", aujourdhui(), ""))
        recus = list(PaiementPass.objects.order_by("pk").values_list("numero_recu", flat=True))
        assert [un["ligne"] for un in suite.doublons] == [2, 3]
        for dit, recu in zip(suite.doublons, recus, strict=True):
            assert f"Le même argent est déjà enregistré : reçu {recu}" in dit["contre"]
        assert self.refusees(suite, agent) == [2, 3]
        assert PaiementPass.objects.count() == 2

    @pytest.mark.parametrize(
        ("champ", "valeur", "arretee"),
        [
            ("justificatif", "c-12", True),
            ("justificatif", "N° 0012", True),
            ("justificatif", "12", True),
            ("justificatif", "120", False),
            ("justificatif", "SANS NUMÉRO", False),
            ("justificatif", "", True),
            ("justificatif", "C-13", False),
            ("montant", "501", False),
            ("mode", "carte", False),
            ("date", "hier", False),
            ("contrat", "autre", False),
        ],
    )
    def test_what_is_the_same_money(self, agent: Agent, champ: str, valeur: str, arretee: bool) -> None:
        police = contrat()
        souscription = SouscriptionPass.objects.get(police__numero_police=police)
        encaisser_au_guichet(
            souscription=souscription, montant=500, operateur="especes", agent=agent, justificatif=" C-12 "
        )
        hier = f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"
        ecrite = {"contrat": police, "montant": "500", "mode": "espèces", "date": aujourdhui(), "justificatif": "C-12"}
        ecrite[champ] = {"hier": hier, "autre": contrat()}.get(valeur, valeur)
        depot = encaissements(agent, tuple(ecrite.values()))
        assert bool(depot.doublons) == arretee

    def test_one_that_was_cancelled_may_be_taken_again(self, agent: Agent) -> None:
        ligne = (contrat(), "500", "espèces", aujourdhui(), "C-1")
        confirmer(fichier=encaissements(agent, ligne), agent=agent)
        changer_statut_paiement(paiement=PaiementPass.objects.get(), vers="rembourse", evenement="remboursement")
        depot = encaissements(agent, ligne, (contrat(), "1", "espèces", aujourdhui(), ""))
        assert depot.doublons == []
        confirmer(fichier=depot, agent=agent)
        assert list(PaiementPass.objects.order_by("pk").values_list("occurrence_guichet", flat=True)) == [1, 2, 1]

    def test_each_is_confirmed_by_itself_with_a_reason(self, agent: Agent) -> None:
        ligne = (contrat(), "500", "espèces", aujourdhui(), "")
        depot = encaissements(agent, ligne, ligne, ligne)
        assert [(un["ligne"], un["contre"]) for un in depot.doublons] == [
            (3, "Elle dit la même chose que la ligne 2."),
            (4, "Elle dit la même chose que la ligne 2."),
        ]
        for ligne_, motif in ((2, "x"), (3, " "), (99, "x")):
            with pytest.raises(DoublonImpossible):
                confirmer_doublon(fichier=depot, ligne=ligne_, motif=motif, agent=agent)
        fait = confirmer_doublon(fichier=depot, ligne=3, motif="Le client a payé deux fois", agent=agent)
        assert (fait.confirme_par_id, fait.motif) == (agent.pk, "Le client a payé deux fois")
        with pytest.raises(DoublonImpossible):
            confirmer_doublon(fichier=depot, ligne=3, motif="encore", agent=agent)
        assert self.refusees(depot, agent) == [4]
        confirmer_doublon(fichier=depot, ligne=4, motif="Et une troisième", agent=agent)
        confirmer(fichier=depot, agent=agent)
        assert list(PaiementPass.objects.order_by("pk").values_list("occurrence_guichet", flat=True)) == [1, 2, 3]
        with pytest.raises(ImportDejaFait):
            confirmer_doublon(fichier=depot, ligne=4, motif="trop tard", agent=agent)
        for ecrire in (
            lambda: DoublonConfirme.objects.update(motif="x"),
            lambda: DoublonConfirme.objects.all().delete(),
        ):
            with pytest.raises(Error), transaction.atomic():
                ecrire()

    def test_what_was_cashed_since_stops_the_file_and_can_be_confirmed(self, agent: Agent) -> None:
        police = contrat()
        depot = encaissements(agent, (police, "500", "espèces", aujourdhui(), ""))
        souscription = SouscriptionPass.objects.get(police__numero_police=police)
        encaisser_au_guichet(souscription=souscription, montant=500, operateur="especes", agent=agent)
        assert self.refusees(depot, agent) == [2]
        depot.refresh_from_db()
        confirmer_doublon(fichier=depot, ligne=2, motif="Sa sœur a payé aussi", agent=agent)
        confirmer(fichier=depot, agent=agent)
        assert PaiementPass.objects.count() == 2

    def test_the_database_refuses_the_same_rank_twice(self, agent: Agent) -> None:
        confirmer(fichier=encaissements(agent, (contrat(), "500", "espèces", aujourdhui(), "C-1")), agent=agent)
        fait = PaiementPass.objects.get()
        encore = enregistrer_demande(
            souscription=fait.souscription,
            montant=500,
            type_paiement="rattrapage",
            operateur="especes",
            reference_mobile_money=None,
            occurrence_guichet=1,
        )
        constat = Constat(etat=Etat.REUSSI, montant=500, devise="XAF", code_confirmation="C-1")
        with pytest.raises(IntegrityError, match="paiements_guichet_une_fois"), transaction.atomic():
            regler(paiement=encore, constat=constat, source="guichet")

    def test_from_the_page(self, client: Client, agent: Agent) -> None:
        ligne = (contrat(), "500", "espèces", aujourdhui(), "")
        confirmer(fichier=encaissements(agent, ligne), agent=agent)
        client.force_login(agent)
        depot = encaissements(agent, ligne, (contrat(), "1", "espèces", aujourdhui(), ""))
        page = reverse("admin:pass_payments_importfichier_change", args=[depot.pk])
        lu = unescape(client.get(page).content.decode())
        assert "Rien ne peut être fait : 1 ligne dit un encaissement déjà enregistré." in lu
        assert "À confirmer ou à ôter." in lu
        assert "Faire ce que dit le fichier" not in lu
        faire, acte = (
            reverse("admin:pass_payments_importfichier_acte", args=[depot.pk, nom])
            for nom in ("confirmer", "confirmer_doublon")
        )
        assert "déjà enregistré" in unescape(client.post(faire, {"confirme": "1"}, follow=True).content.decode())
        assert "motif" in client.post(acte, {"ligne": "2", "motif": ""}).context["form"].errors
        client.post(acte, {"ligne": "2", "motif": "Deux paiements"})
        lu = unescape(client.get(page).content.decode())
        assert "Confirmée par Mireille LOEMBA" in lu
        assert "Faire ce que dit le fichier" in lu
        client.post(faire, {"confirme": "1"})
        assert PaiementPass.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_credit_the_line_once() -> None:
    call_command("migrate", "borne_auth", verbosity=0)  # the roles, which the end of other tests had emptied
    agent = AgentFactory.create(role="agent", agence=AGENCE)
    communes = [(contrat(), "500", "espèces", aujourdhui(), "C-1") for _ in range(3)]
    # In another order: each waits for what the other holds.
    depots = [
        encaissements(agent, *communes, (contrat(), "1", "espèces", aujourdhui(), "")),
        encaissements(agent, *reversed(communes), (contrat(), "2", "espèces", aujourdhui(), "")),
    ]

    def essayer(rang: int) -> str:
        try:
            confirmer(fichier=depots[rang], agent=agent)
        except ImportImpossible as refus:
            return refus.code
        return "fait"

    assert sorted(en_parallele(2, essayer)) == ["fait", "import_impossible"]
    assert PaiementPass.objects.filter(montant=500).count() == 3
    assert PaiementPass.objects.count() == 4


class TestRattachements:
    def deposer(self, agent: Agent, *lignes: tuple[str, ...]) -> ImportFichier:
        contenu = caisse(*lignes, entete="telephone;agence;suivi_par")
        return deposer(nature="rattachements", nom="clients.csv", contenu=contenu, agent=agent)

    def test_clients_are_attached_with_an_audit_row_each(self, agent: Agent) -> None:
        gestionnaire = AgentFactory.create(role="gestionnaire")
        un = ClientFactory(telephone="+242061234567")
        depot = self.deposer(gestionnaire, ("06 123 45 67", "poto poto", agent.matricule))
        un.refresh_from_db()
        assert un.agence is None
        confirmer(fichier=depot, agent=gestionnaire)
        un.refresh_from_db()
        assert (un.agence, un.suivi_par_id) == (agent.agence, agent.pk)
        assert ModificationClient.objects.get().acteur_id == gestionnaire.pk

    def test_each_bad_line_is_told(self, agent: Agent) -> None:
        gestionnaire = AgentFactory.create(role="gestionnaire")
        ClientFactory(telephone="+242061234567")
        dites = erreurs(
            lambda: self.deposer(
                gestionnaire,
                ("06 12", AGENCE, ""),
                ("06 999 99 99", AGENCE, ""),
                ("06 123 45 67", "Nulle part", ""),
                ("06 123 45 67", AGENCE, "INCONNU"),
            )
        )
        assert [(ligne, colonne) for ligne, colonne, _ in dites] == [
            (2, "telephone"),
            (3, "telephone"),
            (4, "agence"),
            (5, "suivi_par"),
        ]

    def test_an_agent_attaches_nobody(self, agent: Agent) -> None:
        assert natures_permises(agent) == ["encaissements"]
        with pytest.raises(AccesRefuse):
            self.deposer(agent, ("06 123 45 67", AGENCE, ""))


class TestPages:
    AJOUT = "/admin/pass_payments/importfichier/add/"

    def envoyer(self, client: Client, contenu: bytes, nature: str = "encaissements") -> Any:
        fichier = SimpleUploadedFile("caisse.csv", contenu, content_type="text/csv")
        return client.post(self.AJOUT, {"nature": nature, "fichier": fichier})

    def test_a_day_of_cash_from_the_file_to_the_receipts(self, client: Client, agent: Agent) -> None:
        police = contrat()
        client.force_login(agent)
        assert "Justificatif" in client.get(self.AJOUT).content.decode()
        reponse = self.envoyer(client, caisse((police, "500", "espèces", aujourdhui(), "")))
        depot = ImportFichier.objects.get()
        assert reponse["Location"] == reverse("admin:pass_payments_importfichier_change", args=[depot.pk])
        page = client.get(reponse["Location"]).content.decode()
        assert police in page
        assert "Faire ce que dit le fichier" in page
        acte = reverse("admin:pass_payments_importfichier_acte", args=[depot.pk, "confirmer"])
        assert "500" in client.post(acte, {}).content.decode()
        assert not PaiementPass.objects.exists()
        client.post(acte, {"confirme": "1"})
        assert PaiementPass.objects.get().montant == 500

    def test_bad_lines_are_read_on_the_page(self, client: Client, agent: Agent) -> None:
        client.force_login(agent)
        page = self.envoyer(client, caisse(("CG-1", "500", "espèces", aujourdhui(), ""))).content.decode()
        assert "1 ligne à corriger" in page
        assert "<td>2</td><td>Contrat</td>" in page

    def test_a_file_that_is_not_one_is_refused(self, client: Client, agent: Agent) -> None:
        client.force_login(agent)
        assert "Colonne inconnue" in self.envoyer(client, b"x;y\n1;2\n").content.decode()
        assert "dépasse 2 Mo" in self.envoyer(client, b"a" * 2_000_001).content.decode()
        assert "Choisissez" in self.envoyer(client, b"x", nature="rattachements").content.decode()

    def test_what_became_impossible_is_told_where_one_confirms(self, client: Client, agent: Agent) -> None:
        depot = encaissements(agent, (contrat(), "500", "espèces", aujourdhui(), ""))
        ClientFactory._meta.model.objects.update(agence=AgenceFactory(nom="Dolisie"))
        client.force_login(agent)
        acte = reverse("admin:pass_payments_importfichier_acte", args=[depot.pk, "confirmer"])
        reponse = client.post(acte, {"confirme": "1"}, follow=True)
        assert "Ligne 2, colonne « contrat »" in reponse.content.decode()

    def test_a_colleague_s_file_is_as_one_that_does_not_exist(self, client: Client, agent: Agent) -> None:
        depot = encaissements(agent, (contrat(), "500", "espèces", aujourdhui(), ""))
        client.force_login(AgentFactory.create(role="agent", agence=AGENCE))
        page = client.get(reverse("admin:pass_payments_importfichier_change", args=[depot.pk]))
        assert page["Location"] == reverse("admin:index")
        acte = reverse("admin:pass_payments_importfichier_acte", args=[depot.pk, "confirmer"])
        assert client.post(acte, {"confirme": "1"}).status_code == 404

    def test_a_long_file_shows_its_first_lines(self, client: Client, agent: Agent) -> None:
        client.force_login(agent)
        police = contrat()
        lignes = [
            {
                "numero": n,
                "cases": {"contrat": police, "montant": "1", "mode": "espèces", "date": "", "justificatif": ""},
            }
            for n in range(130)
        ]
        depot = ImportFichier.objects.create(
            nature="encaissements", empreinte="b" * 64, lignes=lignes, nombre=130, deposant=agent
        )
        page = client.get(reverse("admin:pass_payments_importfichier_change", args=[depot.pk])).content.decode()
        assert "Et 30 autres lignes." in page

"""What a client or a prospect starts: each demand writes its rows and no other, each refusal nothing at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
    NumeroPolice,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.courses import ou_refus, transaction_ouverte
from apps.pass_clients.tests.factories import (
    ClientFactory,
    PeriodeFactory,
    PoliceFactory,
    SouscriptionFactory,
    contrat_en_vigueur,
)
from apps.pass_payments.models import EvenementPaiement, PaiementPass
from apps.pass_payments.services import changer_statut_paiement, enregistrer_demande
from apps.pass_payments.services.demandes import (
    Part,
    Souscripteur,
    essayer_de_souscrire,
    payer,
    renouveler_et_payer,
    souscrire_et_payer,
)
from apps.pass_payments.tests.ecritures import compter, refuse
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.pass_products.tests.factories import ProduitEpargneFactory, ProduitFactory

TELEPHONE, AUTRE_TELEPHONE, AIRTEL = "+242061234567", "+242069876543", "+242051234567"


@pytest.fixture
def client(db: None, operateur: OperateurFactice) -> ClientPass:
    return ClientFactory(telephone=TELEPHONE, numero_mobile_money=TELEPHONE, operateur_mobile="mtn_money")


@pytest.fixture
def contrat(client: ClientPass) -> NumeroPolice:
    """Prime 1 200 in 12 instalments since 100 days: 400 late, 100 due in 21 days, 800 to come in all."""
    return contrat_en_vigueur(client=client)


def ajouts(avant: dict[str, int]) -> dict[str, int]:
    return {table: nombre - avant[table] for table, nombre in compter().items() if nombre != avant[table]}


def passer(police: NumeroPolice, statut: str) -> None:
    changer_statut(souscription=police.souscription, vers=statut, motif="essai")


def ouvrir(souscription: SouscriptionPass, type_paiement: str = "cotisation") -> PaiementPass:
    return enregistrer_demande(
        souscription=souscription, montant=100, type_paiement=type_paiement, operateur="mtn_money"
    )


class TestPayer:
    def test_what_is_written(self, client: ClientPass, contrat: NumeroPolice, settings: Settings) -> None:
        avant, maintenant = compter(), timezone.now()

        rendu = payer(
            client_id=client.pk, lignes=[Part(contrat.numero_police.lower(), 400)], cle="k" * 8, quand=maintenant
        )

        assert ajouts(avant) == {"paiements_pass": 1, "evenements_paiement": 1}
        paiement = PaiementPass.objects.get(pk=rendu.pk)
        assert (paiement.souscription, paiement.montant) == (contrat.souscription, 400)
        assert (paiement.operateur, paiement.numero_payeur) == ("mtn_money", TELEPHONE)
        assert (paiement.type_paiement, paiement.statut, paiement.cle_idempotence) == ("rattrapage", "initie", "k" * 8)
        assert (paiement.a_suivre_le, paiement.limite) == (maintenant, maintenant + settings.PAIEMENT_DELAI)
        assert (paiement.rattache_a, paiement.tentatives, paiement.numero_recu) == (None, 0, None)
        assert paiement.reference_mobile_money is not None
        evenement = EvenementPaiement.objects.get(paiement=paiement)
        assert (evenement.type, evenement.statut, evenement.date_evenement) == ("demande", "initie", maintenant)

    def test_nothing_late_is_an_instalment(self, client: ClientPass, contrat: NumeroPolice) -> None:
        PaiementFactory(souscription=contrat.souscription, montant=400)

        assert payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)]).type_paiement == "cotisation"

    def test_several_contracts_one_prompt(self, client: ClientPass, contrat: NumeroPolice) -> None:
        autre = contrat_en_vigueur(client=client)
        # The first in the request is not the first in the base: the oldest subscription carries the reference.
        lignes = [Part(autre.numero_police, 150), Part(contrat.numero_police, 250)]

        principal = payer(client_id=client.pk, lignes=lignes, cle="k" * 8)

        assert list(
            PaiementPass.objects.order_by("id").values_list("souscription", "montant", "rattache_a", "cle_idempotence")
        ) == [
            (contrat.souscription_id, 250, None, "k" * 8),
            (autre.souscription_id, 150, principal.pk, "k" * 8),
        ]
        rattache = principal.rattaches.get()
        assert (rattache.reference_mobile_money, rattache.a_suivre_le) == (None, None)
        assert (rattache.limite, rattache.numero_payeur) == (principal.limite, TELEPHONE)

    @pytest.mark.parametrize("montant", [100, 101, 1_199, 1_200])
    def test_any_amount_within_the_bounds(self, client: ClientPass, contrat: NumeroPolice, montant: int) -> None:
        assert payer(client_id=client.pk, lignes=[Part(contrat.numero_police, montant)]).montant == montant

    @pytest.mark.parametrize("montant", [99, 1_201])
    def test_no_amount_out_of_them(self, client: ClientPass, contrat: NumeroPolice, montant: int) -> None:
        with refuse("paiement_impossible"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, montant)])

    def test_what_is_left_may_be_less_than_the_minimum(self, client: ClientPass, contrat: NumeroPolice) -> None:
        PaiementFactory(souscription=contrat.souscription, montant=1_150)

        with refuse("paiement_impossible"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 49)])
        assert payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 50)]).montant == 50

    def test_savings_are_topped_up_beyond_the_premium(self, client: ClientPass, settings: Settings) -> None:
        epargne = contrat_en_vigueur(client=client, produit=ProduitEpargneFactory(), taux_epargne="3.50")
        PaiementFactory(souscription=epargne.souscription, montant=1_200)

        assert payer(client_id=client.pk, lignes=[Part(epargne.numero_police, 5_000)]).type_paiement == "cotisation"

    def test_not_beyond_the_greatest_payment(
        self, client: ClientPass, contrat: NumeroPolice, settings: Settings
    ) -> None:
        settings.PAIEMENT_MAXIMUM = 500
        autre = contrat_en_vigueur(client=client)

        with refuse("paiement_impossible"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 501)])
        with refuse("paiement_impossible"):  # each within its bounds, the prompt not
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 300), Part(autre.numero_police, 201)])
        assert payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 500)]).montant == 500

    def test_one_refused_line_refuses_the_others(self, client: ClientPass, contrat: NumeroPolice) -> None:
        paye = contrat_en_vigueur(client=client)
        PaiementFactory(souscription=paye.souscription, montant=1_200)

        with refuse("paiement_impossible"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100), Part(paye.numero_police, 100)])

    def test_the_same_contract_twice(self, client: ClientPass, contrat: NumeroPolice) -> None:
        police = contrat.numero_police
        with refuse("donnees_invalides"):
            payer(client_id=client.pk, lignes=[Part(police, 100), Part(police.lower(), 200)])

    def test_no_contract(self, client: ClientPass) -> None:
        with refuse("donnees_invalides"):
            payer(client_id=client.pk, lignes=[])

    def test_another_s_contract_is_as_an_unknown_one(self, client: ClientPass, contrat: NumeroPolice) -> None:
        for police in (contrat_en_vigueur().numero_police, "CG-2026-VIE-999"):
            with refuse("contrat_introuvable"):
                payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100), Part(police, 100)])

    @pytest.mark.parametrize("statut", ["resiliee", "activee"])
    def test_nothing_is_left_to_pay(self, client: ClientPass, contrat: NumeroPolice, statut: str) -> None:
        PaiementFactory(souscription=contrat.souscription, montant=1_200)
        if statut != "activee":
            passer(contrat, statut)
        with refuse("paiement_impossible"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)])

    @pytest.mark.parametrize("statut", ["suspendue", "expiree"])
    def test_old_debts_are_paid(self, client: ClientPass, contrat: NumeroPolice, statut: str) -> None:
        passer(contrat, statut)
        assert payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 400)]).type_paiement == "rattrapage"

    @pytest.mark.parametrize("type_paiement", ["souscription_initiale", "cotisation", "renouvellement", "rattrapage"])
    def test_an_open_attempt_of_any_type(self, client: ClientPass, contrat: NumeroPolice, type_paiement: str) -> None:
        ouvert = ouvrir(contrat.souscription, type_paiement)

        with refuse("paiement_deja_en_cours"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)])
        changer_statut_paiement(paiement=ouvert, vers="echec", evenement="echec")
        assert payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)]).statut == "initie"

    def test_an_operator_that_is_not_open(self, client: ClientPass, contrat: NumeroPolice, settings: Settings) -> None:
        police = contrat.numero_police
        for payeur in ({"telephone": AIRTEL}, {"operateur": "airtel_money"}, {"operateur": "especes"}):
            with refuse("operateur_indisponible"):
                payer(client_id=client.pk, lignes=[Part(police, 100)], **payeur)
        settings.OPERATEURS = {}
        with refuse("operateur_indisponible"):
            payer(client_id=client.pk, lignes=[Part(police, 100)])

    def test_a_number_of_nobody_we_know(self, client: ClientPass, contrat: NumeroPolice) -> None:
        with refuse("operateur_indisponible"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)], telephone="+242991234567")

    def test_another_phone_and_a_ported_number(self, client: ClientPass, contrat: NumeroPolice) -> None:
        paiement = payer(
            client_id=client.pk, lignes=[Part(contrat.numero_police, 100)], telephone=AIRTEL, operateur="mtn_money"
        )
        assert (paiement.numero_payeur, paiement.operateur) == (AIRTEL, "mtn_money")

    def test_a_key_whose_answer_was_forgotten_does_not_pay_again(
        self, client: ClientPass, contrat: NumeroPolice
    ) -> None:
        PaiementFactory(souscription=contrat.souscription, cle_idempotence="k" * 8, statut="expire")

        with refuse("cle_idempotence_reutilisee"):
            payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)], cle="k" * 8)


class TestRenouveler:
    def renouveler(self, police: NumeroPolice, **valeurs: Any) -> PaiementPass:
        souscription = police.souscription
        return renouveler_et_payer(
            client_id=souscription.client_id, numero_souscription=souscription.numero_souscription.lower(), **valeurs
        )

    @pytest.fixture
    def paye(self, client: ClientPass) -> NumeroPolice:
        return contrat_finissant(client, fin_dans=60)

    def test_before_the_end(self, paye: NumeroPolice, settings: Settings) -> None:
        avant, maintenant = compter(), timezone.now()

        paiement = self.renouveler(paye, cle="k" * 8, quand=maintenant)

        assert ajouts(avant) == {"paiements_pass": 1, "evenements_paiement": 1}
        assert (paiement.montant, paiement.type_paiement, paiement.statut) == (100, "renouvellement", "initie")
        assert (paiement.a_suivre_le, paiement.limite) == (maintenant, maintenant + settings.PAIEMENT_DELAI)
        assert paye.souscription.periodes.count() == 1

    def test_after_the_end(self, client: ClientPass) -> None:
        fini = contrat_finissant(client, fin_dans=-10)
        passer(fini, "expiree")
        assert self.renouveler(fini).montant == 100

    def test_the_whole_prime_at_most(self, paye: NumeroPolice) -> None:
        for montant in (99, 1_201):
            with refuse("paiement_impossible"):
                self.renouveler(paye, montant=montant)
        assert self.renouveler(paye, montant=1_200).montant == 1_200

    def test_arrears_first(self, client: ClientPass) -> None:
        fini = contrat_finissant(client, fin_dans=-1, paye=1_000)
        passer(fini, "expiree")

        with refuse("paiement_impossible"):
            self.renouveler(fini, montant=299)
        assert self.renouveler(fini).montant == 300

    def test_too_early(self, client: ClientPass) -> None:
        court = contrat_finissant(client, fin_dans=61)
        with refuse("paiement_impossible"):
            self.renouveler(court)

    @pytest.mark.parametrize("statut", ["suspendue", "resiliee"])
    def test_not_in_this_state(self, paye: NumeroPolice, statut: str) -> None:
        passer(paye, statut)
        with refuse("paiement_impossible"):
            self.renouveler(paye)

    def test_a_cancelled_or_unpaid_subscription_is_no_contract(self, client: ClientPass) -> None:
        for statut in ("en_cours", "annulee"):
            souscription = SouscriptionFactory(client=client)
            if statut == "annulee":
                changer_statut(souscription=souscription, vers=statut, motif="essai")
            with refuse("souscription_introuvable"):
                renouveler_et_payer(client_id=client.pk, numero_souscription=souscription.numero_souscription)

    def test_another_s_is_as_an_unknown_one(self, paye: NumeroPolice) -> None:
        intruse = ClientFactory()
        for numero in (paye.souscription.numero_souscription, "PASS-KIMIA-2026-999999"):
            with refuse("souscription_introuvable"):
                renouveler_et_payer(client_id=intruse.pk, numero_souscription=numero)

    def test_an_open_attempt(self, paye: NumeroPolice) -> None:
        ouvrir(paye.souscription)
        with refuse("paiement_deja_en_cours"):
            self.renouveler(paye)

    def test_not_beyond_the_greatest_payment(self, paye: NumeroPolice, settings: Settings) -> None:
        settings.PAIEMENT_MAXIMUM = 1_199
        with refuse("paiement_impossible"):
            self.renouveler(paye, montant=1_200)


GISELE = Souscripteur(nom="MAKOSSO", prenom="Gisèle", telephone="06 412 33 44", autres={"adresse": "Bacongo"})
PAUL = {"nom": "MAKOSSO", "prenom": "Paul", "relation": "enfant"}


@pytest.fixture
def souscrire(operateur: OperateurFactice, db: None, settings: Settings) -> Callable[..., PaiementPass]:
    def demande(souscripteur: Souscripteur = GISELE, **valeurs: Any) -> PaiementPass:
        return souscrire_et_payer(
            **{
                "souscripteur": souscripteur,
                "produit": valeurs.pop("produit", None) or ProduitFactory(),
                "montant": 1_200,
                "periodicite": "mensuelle",
                "version_conditions": settings.VERSION_CONDITIONS,
                **valeurs,
            }
        )

    return demande


def elle(paiement: PaiementPass) -> Souscripteur:
    """The client of this payment, who has shown her phone since."""
    return Souscripteur(client_id=paiement.souscription.client_id, preuve="code")


class TestSouscrire:
    def test_a_new_prospect(self, souscrire: Callable[..., PaiementPass], settings: Settings) -> None:
        ProduitFactory()
        avant, maintenant = compter(), timezone.now()

        paiement = souscrire(beneficiaires=[PAUL], origine="BZV-001", cle="k" * 8, quand=maintenant)

        assert ajouts(avant) == {
            "clients_pass": 1,
            "souscriptions_pass": 1,
            "beneficiaires_pass": 1,
            "modifications_client": 1,
            "consentements": 1,
            "paiements_pass": 1,
            "evenements_paiement": 1,
            "series_numeros": 1,
        }
        client, souscription = ClientPass.objects.get(), SouscriptionPass.objects.get()
        assert (client.nom, client.prenom, client.telephone) == ("MAKOSSO", "Gisèle", "+242064123344")
        assert (client.adresse, client.operateur_mobile) == ("Bacongo", "mtn_money")
        assert (souscription.client, souscription.statut, souscription.canal) == (client, "en_cours", "borne")
        assert (souscription.montant_souscription, souscription.periodicite) == (1_200, "mensuelle")
        consentement = souscription.consentement
        assert (consentement.version, consentement.origine) == (settings.VERSION_CONDITIONS, "BZV-001")
        assert (consentement.nom, consentement.prenom, consentement.donne_le) == ("MAKOSSO", "Gisèle", maintenant)
        assert (paiement.souscription, paiement.montant) == (souscription, 100)
        assert (paiement.type_paiement, paiement.statut) == ("souscription_initiale", "initie")
        assert (paiement.numero_payeur, paiement.cle_idempotence) == (client.telephone, "k" * 8)
        assert (paiement.a_suivre_le, paiement.limite) == (maintenant, maintenant + settings.PAIEMENT_DELAI)
        assert (souscription.periodes.count(), NumeroPolice.objects.count()) == (0, 0)

    def test_a_phone_that_is_a_client_s_is_not_named_by_a_newcomer(
        self, souscrire: Callable[..., PaiementPass]
    ) -> None:
        ClientFactory(nom="MOUKOKO", prenom="Marie Claire", telephone="+242064123344", adresse="Moungali")
        ProduitFactory()

        with refuse("telephone_deja_connu"):
            souscrire()

    def test_papers_never_change_those_of_a_client(self, souscrire: Callable[..., PaiementPass]) -> None:
        connue = ClientFactory(nom="MOUKOKO", prenom="Marie Claire", telephone="+242064123344", adresse="Moungali")

        souscription = souscrire(replace(GISELE, client_id=connue.pk, preuve="code")).souscription

        assert (souscription.client, souscription.preuve) == (connue, "code")
        assert list(ClientPass.objects.values_list("nom", "prenom", "adresse")) == [
            ("MOUKOKO", "Marie Claire", "Moungali")
        ]
        # What was declared stands in the consent, for whoever has to look into it.
        assert (souscription.consentement.nom, souscription.consentement.prenom) == ("MAKOSSO", "Gisèle")

    def test_a_client_who_is_logged_in(self, souscrire: Callable[..., PaiementPass], client: ClientPass) -> None:
        paiement = souscrire(Souscripteur(client_id=client.pk))

        assert (paiement.souscription.client, paiement.numero_payeur) == (client, TELEPHONE)
        assert paiement.souscription.consentement.nom == client.nom

    @pytest.mark.parametrize("statut", ["suspendu", "inactif"])
    def test_not_for_a_suspended_client(
        self, souscrire: Callable[..., PaiementPass], client: ClientPass, statut: str
    ) -> None:
        ProduitFactory()
        ClientPass.objects.update(statut=statut)
        with refuse("paiement_impossible"):
            souscrire(Souscripteur(client_id=client.pk))

    def test_six_beneficiaries_by_rank(self, souscrire: Callable[..., PaiementPass]) -> None:
        souscrire(beneficiaires=[{**PAUL, "prenom": f"Paul {rang}"} for rang in range(1, 7)])

        assert list(BeneficiairePass.objects.order_by("ordre_priorite").values_list("prenom", "ordre_priorite")) == [
            (f"Paul {rang}", rang) for rang in range(1, 7)
        ]

    def test_a_seventh_leaves_nothing_behind(self, souscrire: Callable[..., PaiementPass]) -> None:
        ProduitFactory()
        with refuse("limite_beneficiaires"):
            souscrire(beneficiaires=[PAUL] * 7)

    def test_the_conditions_of_today(self, souscrire: Callable[..., PaiementPass]) -> None:
        ProduitFactory()
        with refuse("paiement_impossible"):
            souscrire(version_conditions="2019-01")

    @pytest.mark.parametrize("versement", [100, 101, 1_200])
    def test_a_first_payment_from_one_instalment_to_all(
        self, souscrire: Callable[..., PaiementPass], versement: int
    ) -> None:
        assert souscrire(premier_versement=versement).montant == versement

    @pytest.mark.parametrize("versement", [1, 99, 1_201])
    def test_not_less_nor_more(self, souscrire: Callable[..., PaiementPass], versement: int) -> None:
        ProduitFactory()
        with refuse("paiement_impossible"):
            souscrire(premier_versement=versement)

    @pytest.mark.parametrize(
        ("valeurs", "code"),
        [
            ({"montant": 99}, "montant_hors_limites"),
            ({"montant": 10_001}, "montant_hors_limites"),
            ({"periodicite": "quotidienne"}, "periodicite_non_permise"),
            ({"telephone": AIRTEL}, "operateur_indisponible"),
        ],
    )
    def test_what_the_product_or_the_operator_refuses(
        self, souscrire: Callable[..., PaiementPass], valeurs: dict[str, Any], code: str
    ) -> None:
        ProduitFactory()
        with refuse(code):
            souscrire(**valeurs)

    def test_not_an_archived_product(self, souscrire: Callable[..., PaiementPass]) -> None:
        produit = ProduitFactory(code_pass="ANCIEN", statut="archive")
        with refuse("produit_indisponible"):
            souscrire(produit=produit)

    def test_ceilings_warn_or_refuse(self, souscrire: Callable[..., PaiementPass], settings: Settings) -> None:
        settings.PLAFOND_PRIMES_ANNUEL = 1_199
        ProduitFactory()
        settings.PLAFOND_PRIMES_MODE = "refuser"
        with refuse("plafond_primes_depasse"):
            souscrire()
        settings.PLAFOND_PRIMES_MODE = "avertir"
        assert souscrire().montant == 100

    def test_an_unpaid_one_is_replaced(self, souscrire: Callable[..., PaiementPass]) -> None:
        ancien = souscrire()
        changer_statut_paiement(paiement=ancien, vers="echec", evenement="echec", motif_echec="refuse")

        nouveau = souscrire(elle(ancien))

        assert list(SouscriptionPass.objects.order_by("id").values_list("id", "statut")) == [
            (ancien.souscription_id, "annulee"),
            (nouveau.souscription_id, "en_cours"),
        ]
        assert TransitionSouscription.objects.get().motif == "remplacée par une nouvelle demande"

    def test_not_while_its_payer_is_asked(self, souscrire: Callable[..., PaiementPass]) -> None:
        premiere = souscrire()
        with refuse("paiement_deja_en_cours"):
            souscrire(elle(premiere))
        assert souscrire(elle(premiere), produit=ProduitEpargneFactory()).statut == "initie"

    def test_a_contract_in_force_does_not_prevent_a_second(
        self, souscrire: Callable[..., PaiementPass], contrat: NumeroPolice, client: ClientPass
    ) -> None:
        assert souscrire(Souscripteur(client_id=client.pk)).statut == "initie"
        contrat.souscription.refresh_from_db()
        assert contrat.souscription.statut == "activee"


class TestEssayer:
    """What a stranger who names a client's phone is refused says nothing of the client, and nothing is written."""

    @pytest.fixture
    def essayer(self, operateur: OperateurFactice, db: None, settings: Settings) -> Callable[..., None]:
        produit = ProduitFactory()
        demande = {
            "produit": produit,
            "montant": 1_200,
            "periodicite": "mensuelle",
            "version_conditions": settings.VERSION_CONDITIONS,
        }
        return lambda **valeurs: essayer_de_souscrire(souscripteur=GISELE, **{**demande, **valeurs})

    @pytest.mark.parametrize(
        ("valeurs", "code"),
        [
            ({"montant": 99}, "montant_hors_limites"),
            ({"telephone": AIRTEL}, "operateur_indisponible"),
            ({"premier_versement": 1}, "paiement_impossible"),
            ({"version_conditions": "2019-01"}, "paiement_impossible"),
            ({"beneficiaires": [PAUL] * 7}, "limite_beneficiaires"),
        ],
    )
    @pytest.mark.parametrize("connue", [None, "actif", "suspendu", "occupee"])
    def test_the_same_whoever_has_the_phone(
        self, essayer: Callable[..., None], valeurs: dict[str, Any], code: str, connue: str | None
    ) -> None:
        self.installer(connue)
        with refuse(code):
            essayer(**valeurs)

    @pytest.mark.parametrize("connue", [None, "actif", "suspendu", "occupee"])
    def test_a_demand_that_could_be_made_leaves_nothing(
        self, essayer: Callable[..., None], connue: str | None, settings: Settings
    ) -> None:
        settings.PLAFOND_PRIMES_MODE = "refuser"
        self.installer(connue)
        avant = compter()
        essayer(beneficiaires=[PAUL])
        assert compter() == avant

    @staticmethod
    def installer(connue: str | None) -> None:
        """Nobody; a client; one who is suspended; one who has used up her ceiling and is being asked for her PIN."""
        if connue is None:
            return
        statut = "actif" if connue == "occupee" else connue
        client = ClientFactory(telephone="+242064123344", statut=statut)
        if connue == "occupee":
            ouvrir(SouscriptionFactory(client=client, montant_souscription=42_000), "souscription_initiale")


def demander_au(telephone: str, souscription: SouscriptionPass | None = None) -> PaiementPass:
    return enregistrer_demande(
        souscription=souscription or SouscriptionFactory(),
        montant=100,
        type_paiement="souscription_initiale",
        operateur="mtn_money",
        numero_payeur=telephone,
    )


class TestDeuxParPayeur:
    """At once, on one phone: two demands of the client whose phone it is, one of anybody else."""

    def test_a_stranger_s_second_waits_until_the_first_has_ended(self, db: None) -> None:
        premiere, autre = demander_au(TELEPHONE), SouscriptionFactory()
        with refuse("payeur_deja_sollicite"):
            demander_au(TELEPHONE, autre)
        assert demander_au(AUTRE_TELEPHONE).statut == "initie"

        changer_statut_paiement(paiement=premiere, vers="expire", evenement="expiration")
        assert demander_au(TELEPHONE).statut == "initie"

    def test_one_that_is_past_its_limit_waits_no_more(self, db: None) -> None:
        """An operator who is silent for a day must not keep a client from paying."""
        for _ in range(2):
            enregistrer_demande(
                souscription=SouscriptionFactory(),
                montant=100,
                type_paiement="souscription_initiale",
                operateur="mtn_money",
                numero_payeur=TELEPHONE,
                limite=timezone.now(),
            )
        assert demander_au(TELEPHONE).statut == "initie"

    def test_also_for_a_client_who_is_logged_in(self, client: ClientPass, contrat: NumeroPolice) -> None:
        demander_au(AUTRE_TELEPHONE)
        lignes = [Part(contrat.numero_police, 100)]
        with refuse("payeur_deja_sollicite"):
            payer(client_id=client.pk, lignes=lignes, telephone=AUTRE_TELEPHONE)
        assert payer(client_id=client.pk, lignes=lignes).statut == "initie"

    def test_what_others_ask_of_a_phone_never_keeps_its_client_from_paying(
        self, client: ClientPass, contrat: NumeroPolice
    ) -> None:
        second = contrat_en_vigueur(client=client)
        autres = [SouscriptionFactory() for _ in range(3)]
        demander_au(client.telephone, autres[0])
        payer(client_id=client.pk, lignes=[Part(contrat.numero_police, 100)])
        payer(client_id=client.pk, lignes=[Part(second.numero_police, 100)])
        for autre in autres[1:]:
            with refuse("payeur_deja_sollicite"):
                demander_au(client.telephone, autre)
        troisieme = SouscriptionFactory(client=client)
        with refuse("payeur_deja_sollicite"):
            demander_au(client.telephone, troisieme)

    def test_others_ask_nothing_where_two_wait(self, client: ClientPass) -> None:
        for _ in range(2):
            demander_au(client.telephone, SouscriptionFactory(client=client))
        autre = SouscriptionFactory()
        with refuse("payeur_deja_sollicite"):
            demander_au(client.telephone, autre)

    def test_several_contracts_are_one_prompt(self, client: ClientPass, contrat: NumeroPolice) -> None:
        polices = [contrat, *(contrat_en_vigueur(client=client) for _ in range(3))]
        payer(client_id=client.pk, lignes=[Part(une.numero_police, 100) for une in polices])
        assert demander_au(TELEPHONE, SouscriptionFactory(client=client)).statut == "initie"
        troisieme = SouscriptionFactory(client=client)
        with refuse("payeur_deja_sollicite"):
            demander_au(TELEPHONE, troisieme)

    def test_cash_has_no_phone(self, db: None) -> None:
        for _ in range(3):
            demander_au("")


@pytest.mark.django_db(transaction=True)
class TestCourses:
    @pytest.mark.parametrize(("a_qui", "faites"), [(TELEPHONE, 2), (AUTRE_TELEPHONE, 1)])
    def test_of_eight_demands_on_one_phone_few_are_made(self, a_qui: str, faites: int) -> None:
        client = ClientFactory(telephone=a_qui)
        souscriptions = [SouscriptionFactory(client=client) for _ in range(8)]

        def demander(rang: int) -> str:
            return str(ou_refus(lambda: demander_au(TELEPHONE, souscriptions[rang]).statut))

        issues = en_parallele(8, demander)

        assert sorted(issues) == ["initie"] * faites + ["payeur_deja_sollicite"] * (8 - faites)
        assert PaiementPass.objects.count() == faites

    def test_what_an_agent_is_cashing_is_not_replaced(self, souscrire: Callable[..., PaiementPass]) -> None:
        """The old subscription gets its first payment elsewhere while the kiosk is about to cancel it."""
        client = ClientFactory(telephone=TELEPHONE)
        ancienne = SouscriptionFactory(client=client)

        with transaction_ouverte(lambda: ou_refus(lambda: souscrire(Souscripteur(client_id=client.pk)))) as course:
            ouvrir(ancienne, "souscription_initiale")

        assert course.result() == "paiement_deja_en_cours"
        ancienne.refresh_from_db()
        assert ancienne.statut == "en_cours"

    def test_one_person_subscribes_twice_at_once(self, souscrire: Callable[..., PaiementPass]) -> None:
        """The unique constraint on phones decides: the second is a client's phone, whoever names it."""
        ProduitFactory()

        with transaction_ouverte(lambda: ou_refus(souscrire)) as course:
            souscrire()

        assert course.result() == "telephone_deja_connu"
        assert (ClientPass.objects.count(), SouscriptionPass.objects.count(), PaiementPass.objects.count()) == (1, 1, 1)


def test_a_contract_without_a_period_has_nothing_to_pay(client: ClientPass) -> None:
    police = PoliceFactory(souscription=SouscriptionFactory(client=client, active=True))
    with refuse("paiement_impossible"):
        payer(client_id=client.pk, lignes=[Part(police.numero_police, 100)])
    PeriodeFactory(souscription=police.souscription)
    assert payer(client_id=client.pk, lignes=[Part(police.numero_police, 100)]).montant == 100

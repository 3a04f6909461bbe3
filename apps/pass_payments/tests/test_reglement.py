"""One settlement, whoever noticed: its effect for each type and state, once, whole, whatever runs beside it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_clients.services import attribuer_polices, changer_statut
from apps.pass_clients.tests.courses import transaction_ouverte
from apps.pass_clients.tests.factories import (
    ClientFactory,
    PeriodeFactory,
    SouscriptionFactory,
    contrat_en_vigueur,
)
from apps.pass_payments.errors import AnomalieDejaResolue
from apps.pass_payments.lifecycle import appliquer, decider
from apps.pass_payments.models import AnomaliePaiement, PaiementPass
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services.anomalies import resoudre_anomalie
from apps.pass_payments.services.demandes import Part, payer
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.ecritures import compter
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant
from apps.socle.models import MessageSortant
from nsia_pass_api.transactions import ESSAIS, transaction_entiere

TYPES = ("souscription_initiale", "cotisation", "renouvellement", "rattrapage")
# What the settlement of each type makes of a subscription in each state: its state, its periods, and the anomaly if any.
EFFETS = {
    ("souscription_initiale", "en_cours"): ("activee", 1, None),
    ("souscription_initiale", "activee"): ("activee", 1, None),
    ("souscription_initiale", "suspendue"): ("activee", 1, None),
    ("souscription_initiale", "expiree"): ("expiree", 1, None),
    ("souscription_initiale", "annulee"): ("annulee", 0, "sans_effet"),
    ("souscription_initiale", "resiliee"): ("resiliee", 1, "sans_effet"),
    ("cotisation", "en_cours"): ("en_cours", 0, None),
    ("cotisation", "activee"): ("activee", 1, None),
    ("cotisation", "suspendue"): ("activee", 1, None),
    ("cotisation", "expiree"): ("expiree", 1, None),
    ("cotisation", "annulee"): ("annulee", 0, "sans_effet"),
    ("cotisation", "resiliee"): ("resiliee", 1, "sans_effet"),
    ("renouvellement", "en_cours"): ("en_cours", 0, "sans_effet"),
    ("renouvellement", "activee"): ("activee", 2, None),
    ("renouvellement", "suspendue"): ("activee", 2, None),
    ("renouvellement", "expiree"): ("activee", 2, None),
    ("renouvellement", "annulee"): ("annulee", 0, "sans_effet"),
    ("renouvellement", "resiliee"): ("resiliee", 1, "sans_effet"),
    ("rattrapage", "en_cours"): ("en_cours", 0, None),
    ("rattrapage", "activee"): ("activee", 1, None),
    ("rattrapage", "suspendue"): ("activee", 1, None),
    ("rattrapage", "expiree"): ("expiree", 1, None),
    ("rattrapage", "annulee"): ("annulee", 0, "sans_effet"),
    ("rattrapage", "resiliee"): ("resiliee", 1, "sans_effet"),
}


def dit(montant: int = 1_200, **autres: Any) -> Constat:
    return Constat(**{"etat": Etat.REUSSI, "montant": montant, "devise": "XAF", "code_confirmation": "123", **autres})


def souscription_en(statut: str) -> SouscriptionPass:
    """Unpaid; once it has lived, its only period ends in 30 days."""
    if statut in ("en_cours", "annulee"):
        souscription = SouscriptionFactory()
    else:
        souscription = SouscriptionFactory(active=True)
        PeriodeFactory(souscription=souscription, date_debut=timezone.localdate() - timedelta(days=335))
    if souscription.statut != statut:
        changer_statut(souscription=souscription, vers=statut, motif="essai", quand=timezone.now() - timedelta(days=2))
    return souscription


def demande(souscription: SouscriptionPass, type_paiement: str = "cotisation", montant: int = 1_200) -> PaiementPass:
    return PaiementFactory(souscription=souscription, statut="en_cours", type_paiement=type_paiement, montant=montant)


def etat(souscription: SouscriptionPass) -> str:
    return SouscriptionPass.objects.get(pk=souscription.pk).statut


@pytest.mark.django_db
class TestEffets:
    @pytest.mark.parametrize(("type_paiement", "statut"), EFFETS)
    def test_each_type_in_each_state(self, type_paiement: str, statut: str) -> None:
        souscription = souscription_en(statut)
        paiement = demande(souscription, type_paiement)

        regle = regler(paiement=paiement, constat=dit(), source="suivi")

        apres, periodes, anomalie = EFFETS[type_paiement, statut]
        assert (regle.statut, regle.code_confirmation) == ("succes", "123")
        assert regle.numero_recu is not None
        assert (etat(souscription), souscription.periodes.count()) == (apres, periodes)
        assert list(AnomaliePaiement.objects.values_list("nature", "donnees")) == (
            [(anomalie, {"souscription": statut})] if anomalie else []
        )
        assert list(paiement.evenements.values_list("type", "statut", "donnees"))[1:] == [
            ("confirmation", "succes", {"source": "suivi"})
        ]

    def test_cover_resumes_when_nothing_is_late_any_more(self) -> None:
        contrat = contrat_en_vigueur()
        changer_statut(
            souscription=contrat.souscription, vers="suspendue", motif="essai", quand=timezone.now() - timedelta(days=2)
        )
        # The instalment of 9 days ago is within its days of grace.
        for montant, attendu in ((200, "suspendue"), (100, "activee")):
            regler(paiement=demande(contrat.souscription, montant=montant), constat=dit(montant), source="suivi")
            assert etat(contrat.souscription) == attendu

    def test_a_renewal_in_time_is_adjacent(self) -> None:
        contrat = contrat_finissant(ClientFactory(), fin_dans=30)
        regler(paiement=demande(contrat.souscription, "renouvellement"), constat=dit(), source="suivi")

        premiere, seconde = contrat.souscription.periodes.order_by("numero")
        assert (seconde.date_debut, seconde.numero) == (premiere.date_fin, 2)

    def test_a_renewal_too_late_begins_on_the_day_it_is_paid(self) -> None:
        contrat = contrat_finissant(ClientFactory(), fin_dans=-30)
        changer_statut(souscription=contrat.souscription, vers="expiree", motif="essai")
        paye_le = timezone.now() - timedelta(days=3)

        regler(paiement=demande(contrat.souscription, "renouvellement"), constat=dit(), source="suivi", quand=paye_le)

        assert contrat.souscription.periodes.latest("numero").date_debut == timezone.localdate(paye_le)
        assert etat(contrat.souscription) == "activee"

    def test_two_renewals_do_not_buy_two_years(self) -> None:
        """The prompt expired, she renewed at the agency, and the first money came after all."""
        contrat = contrat_finissant(ClientFactory(), fin_dans=30)
        tardif = PaiementFactory(
            souscription=contrat.souscription, statut="expire", type_paiement="renouvellement", montant=1_200
        )
        regler(paiement=demande(contrat.souscription, "renouvellement"), constat=dit(), source="guichet")

        regler(paiement=tardif, constat=dit(), source="rapprochement")

        assert contrat.souscription.periodes.count() == 2
        assert AnomaliePaiement.objects.get().paiement == tardif

    @pytest.mark.parametrize("statut", ["initie", "en_cours", "en_verification", "expire", "echec"])
    def test_a_success_counts_from_any_state_whenever_it_comes(self, statut: str) -> None:
        souscription = SouscriptionFactory()
        paiement = PaiementFactory(
            souscription=souscription,
            statut=statut,
            type_paiement="souscription_initiale",
            motif_echec="refuse" if statut == "echec" else "",
        )

        regle = regler(paiement=paiement, constat=dit(100), source="suivi")

        assert (regle.statut, regle.motif_echec, regle.a_suivre_le) == ("succes", "", None)
        assert etat(souscription) == "activee"

    @pytest.mark.parametrize("mode", ["automatique", "manuelle"])
    def test_the_police(self, settings: Settings, mode: str) -> None:
        settings.ATTRIBUTION_POLICE = mode
        paiement = demande(SouscriptionFactory(), "souscription_initiale")
        regler(paiement=paiement, constat=dit(), source="suivi")
        assert NumeroPolice.objects.count() == (mode == "automatique")

    def test_what_is_told_again_writes_to_nobody_and_draws_no_police(self) -> None:
        souscription = SouscriptionFactory()
        paiement = demande(souscription, "souscription_initiale")

        regler(paiement=paiement, constat=dit(), source="suivi", rejeu=True)

        assert etat(souscription) == "activee"
        assert (NumeroPolice.objects.count(), MessageSortant.objects.count()) == (0, 0)

    def test_an_agent_s_name_stays_in_the_journal(self) -> None:
        agent = AgentFactory()
        paiement = demande(souscription_en("activee"))
        regler(paiement=paiement, constat=dit(), source="back_office", evenement="rapprochement", acteur=agent)
        assert paiement.evenements.values_list("type", "acteur").last() == ("rapprochement", agent.pk)


@pytest.mark.django_db
class TestUneFois:
    def test_twice_is_a_no_op(self) -> None:
        paiement = demande(SouscriptionFactory(), "souscription_initiale")
        premier = regler(paiement=paiement, constat=dit(), source="suivi")
        avant = compter()

        second = regler(paiement=paiement, constat=dit(montant=1, devise="EUR"), source="rapprochement")

        assert compter() == avant
        assert (second.numero_recu, second.date_confirmation) == (premier.numero_recu, premier.date_confirmation)

    def test_a_refunded_payment_is_not_confirmed_again(self) -> None:
        paiement = PaiementFactory(statut="rembourse", montant=1_200)
        avant = compter()
        assert regler(paiement=paiement, constat=dit(), source="suivi").statut == "rembourse"
        assert compter() == avant

    def test_receipts_are_numbered_without_a_hole_year_by_year(self) -> None:
        def recu(annee: int) -> str | None:
            quand = datetime.fromisoformat(f"{annee}-12-31T23:59:59+01:00")
            return regler(
                paiement=demande(souscription_en("activee")), constat=dit(), source="suivi", quand=quand
            ).numero_recu

        assert [recu(annee) for annee in (2026, 2026, 2027, 2026)] == [
            "REC-2026-000001",
            "REC-2026-000002",
            "REC-2027-000001",
            "REC-2026-000003",
        ]

    def test_the_accounting_day_is_brazzaville_s(self) -> None:
        quand = datetime.fromisoformat("2026-11-21T23:30:00+00:00")
        regle = regler(paiement=demande(souscription_en("activee")), constat=dit(), source="suivi", quand=quand)
        assert regle.date_comptable == date(2026, 11, 22)


@pytest.mark.django_db
@pytest.mark.usefixtures("operateur")
class TestGroupe:
    @pytest.fixture
    def groupe(self) -> list[PaiementPass]:
        client = ClientFactory()
        polices = [contrat_en_vigueur(client=client).numero_police for _ in range(3)]
        payer(client_id=client.pk, lignes=[Part(police, 400) for police in polices])
        return list(PaiementPass.objects.order_by("id"))

    @pytest.mark.parametrize("rang", [0, 1, 2])
    def test_it_is_settled_whole_whichever_is_given(self, groupe: list[PaiementPass], rang: int) -> None:
        regle = regler(paiement=groupe[rang], constat=dit(), source="suivi")

        assert regle.pk == groupe[0].pk
        assert list(PaiementPass.objects.order_by("id").values_list("statut", "numero_recu", "code_confirmation")) == [
            ("succes", f"REC-{timezone.localdate().year}-{numero:06}", "123") for numero in (1, 2, 3)
        ]
        message = MessageSortant.objects.get()
        assert message.cle == f"paiement:{groupe[0].numero_transaction}:succes"

    def test_the_amount_is_that_of_all(self, groupe: list[PaiementPass]) -> None:
        regler(paiement=groupe[0], constat=dit(400), source="suivi")

        assert set(PaiementPass.objects.values_list("statut", flat=True)) == {"en_verification"}
        assert AnomaliePaiement.objects.get().donnees == {"demande": 1_200, "constate": 400, "source": "suivi"}


@pytest.mark.django_db
class TestEcarts:
    @pytest.fixture
    def paiement(self) -> PaiementPass:
        return PaiementFactory(
            souscription=SouscriptionFactory(),
            statut="en_cours",
            type_paiement="souscription_initiale",
            numero_payeur="+242061234567",
            montant=1_200,
        )

    @pytest.mark.parametrize(
        ("ecart", "natures"),
        [
            ({"montant": 1_199}, ["montant_different"]),
            ({"montant": 1_201}, ["montant_different"]),
            ({"montant": None}, ["montant_different"]),
            ({"devise": "EUR"}, ["devise_differente"]),
            ({"devise": ""}, ["devise_differente"]),
            ({"telephone": "+242069999999"}, ["payeur_different"]),
            (
                {"montant": 1, "devise": "EUR", "telephone": "+242069999999"},
                ["devise_differente", "montant_different", "payeur_different"],
            ),
        ],
    )
    def test_another_amount_currency_or_payer(
        self, paiement: PaiementPass, ecart: dict[str, Any], natures: list[str]
    ) -> None:
        assert regler(paiement=paiement, constat=dit(**ecart), source="suivi").statut == "en_verification"

        assert sorted(AnomaliePaiement.objects.values_list("nature", flat=True)) == natures
        assert etat(paiement.souscription) == "en_cours"
        assert MessageSortant.objects.count() == 0

    def test_neither_phone_is_written_in_the_anomaly(self, paiement: PaiementPass) -> None:
        regler(paiement=paiement, constat=dit(telephone="+242069999999"), source="suivi")
        assert AnomaliePaiement.objects.get().donnees == {"source": "suivi"}

    def test_what_is_not_said_of_the_payer_is_not_compared(self, paiement: PaiementPass) -> None:
        assert regler(paiement=paiement, constat=dit(telephone=""), source="suivi").statut == "succes"

    def test_seen_again_it_is_one_anomaly(self, paiement: PaiementPass) -> None:
        for _ in range(3):
            regler(paiement=paiement, constat=dit(1), source="suivi")
        assert AnomaliePaiement.objects.count() == 1
        assert paiement.evenements.filter(type="litige").count() == 1

    @pytest.mark.parametrize("statut", ["expire", "echec"])
    def test_a_closed_payment_stays_closed(self, statut: str) -> None:
        paiement = PaiementFactory(statut=statut)
        assert regler(paiement=paiement, constat=dit(1), source="suivi").statut == statut
        assert AnomaliePaiement.objects.count() == 1

    def test_once_a_person_has_settled_it_the_contract_can_be_paid_again(self, paiement: PaiementPass) -> None:
        agent = AgentFactory()
        regler(paiement=paiement, constat=dit(montant=1, devise="EUR"), source="suivi")
        montant, devise = AnomaliePaiement.objects.order_by("id")

        resoudre_anomalie(anomalie=montant, acteur=agent, commentaire="vu avec MTN")
        paiement.refresh_from_db()
        assert paiement.statut == "en_verification"
        resoudre_anomalie(anomalie=devise, acteur=agent, commentaire="vu avec MTN")

        paiement.refresh_from_db()
        assert (paiement.statut, paiement.a_suivre_le) == ("expire", None)
        assert paiement.evenements.values_list("type", "statut", "acteur").last() == ("litige", "expire", agent.pk)
        demande(paiement.souscription, "souscription_initiale")
        with pytest.raises(AnomalieDejaResolue):
            resoudre_anomalie(anomalie=devise, acteur=agent, commentaire="encore")

    def test_resolving_what_had_no_effect_changes_no_payment(self) -> None:
        paiement = demande(souscription_en("resiliee"))
        regler(paiement=paiement, constat=dit(), source="suivi")

        resoudre_anomalie(anomalie=AnomaliePaiement.objects.get(), acteur=AgentFactory(), commentaire="remboursé")

        paiement.refresh_from_db()
        assert paiement.statut == "succes"

    def test_an_operator_that_comes_to_the_truth_settles(self, paiement: PaiementPass) -> None:
        regler(paiement=paiement, constat=dit(montant=None), source="suivi")
        assert regler(paiement=paiement, constat=dit(), source="suivi").statut == "succes"
        resoudre_anomalie(anomalie=AnomaliePaiement.objects.get(), acteur=AgentFactory(), commentaire="confirmé depuis")
        paiement.refresh_from_db()
        assert paiement.statut == "succes"


@pytest.mark.django_db(transaction=True)
class TestCourses:
    def test_eight_settle_at_once_and_one_does(self) -> None:
        souscription = SouscriptionFactory()
        paiement = demande(souscription, "souscription_initiale")

        regles = en_parallele(8, lambda rang: regler(paiement=paiement, constat=dit(), source=f"source {rang}"))

        assert {regle.numero_recu for regle in regles} == {f"REC-{timezone.localdate().year}-000001"}
        assert souscription.periodes.count() == NumeroPolice.objects.count() == MessageSortant.objects.count() == 1
        assert paiement.evenements.filter(type="confirmation").count() == 1

    def test_receipts_of_eight_at_once_have_no_hole(self) -> None:
        paiements = [demande(SouscriptionFactory(), "souscription_initiale") for _ in range(8)]

        en_parallele(8, lambda rang: regler(paiement=paiements[rang], constat=dit(), source="suivi"))

        annee = timezone.localdate().year
        assert sorted(PaiementPass.objects.values_list("numero_recu", flat=True)) == [
            f"REC-{annee}-{numero:06}" for numero in range(1, 9)
        ]

    def test_a_settlement_that_waits_for_the_cycle_reinstates(self) -> None:
        souscription = SouscriptionFactory(active=True)
        PeriodeFactory(souscription=souscription, date_debut=timezone.localdate() - timedelta(days=35))
        paiement = demande(souscription)
        jour = timezone.localdate()

        with transaction_ouverte(lambda: regler(paiement=paiement, constat=dit(), source="suivi")) as course:
            assert appliquer(decisions=decider(jour=jour), jour=jour) == {("activee", "suspendue"): 1}

        # The cycle of a day never undoes a suspension of the same day: the settlement, which follows it, may.
        assert course.result().statut == "succes"
        assert appliquer(decisions=decider(jour=jour), jour=jour) == Counter()

    def test_beside_the_cycle_and_the_polices_nothing_gets_stuck(self, operateur: Any) -> None:
        """Groups, initial payments, the nightly cycle and the mass attribution at once: every payment is settled once."""
        client = ClientFactory()
        initiaux = [demande(SouscriptionFactory(client=client), "souscription_initiale") for _ in range(6)]
        groupes = []
        for _ in range(3):
            payeur = ClientFactory()
            polices = [contrat_en_vigueur(client=payeur).numero_police for _ in range(3)]
            groupes.append(payer(client_id=payeur.pk, lignes=[Part(police, 400) for police in polices]))
        jour = timezone.localdate()
        sans_police = [SouscriptionFactory(active=True) for _ in range(4)]

        def agir(rang: int) -> object:
            actes: list[Callable[[], object]] = [
                lambda: [regler(paiement=un, constat=dit(), source="a") for un in initiaux],
                lambda: [regler(paiement=un, constat=dit(), source="b") for un in reversed(initiaux)],
                lambda: [regler(paiement=un, constat=dit(), source="c") for un in groupes],
                lambda: [regler(paiement=un, constat=dit(), source="d") for un in reversed(groupes)],
                lambda: [appliquer(decisions=decider(jour=jour), jour=jour, lot=2) for _ in range(4)],
                lambda: [attribuer_polices(lot=1) for _ in range(6)],
            ]
            return actes[rang]()

        en_parallele(6, agir)
        attribuer_polices()

        assert set(PaiementPass.objects.values_list("statut", flat=True)) == {"succes"}
        recus = list(PaiementPass.objects.values_list("numero_recu", flat=True))
        assert len(set(recus)) == len(recus) == 15
        assert NumeroPolice.objects.count() == 6 + 9 + len(sans_police)

    def test_two_groups_cannot_share_a_contract(self, operateur: Any) -> None:
        client = ClientFactory()
        a, b, c = (contrat_en_vigueur(client=client).numero_police for _ in range(3))

        def demander(rang: int) -> str:
            polices = [(a, b), (b, c)][rang % 2]
            try:
                payer(client_id=client.pk, lignes=[Part(police, 400) for police in polices])
            except Exception as error:  # noqa: BLE001 - only the name counts
                return type(error).__name__
            return "fait"

        assert Counter(en_parallele(6, demander)) == {"fait": 1, "TentativeOuverte": 5}
        assert PaiementPass.objects.count() == 2


@pytest.mark.django_db(transaction=True)
class TestTransactionEntiere:
    @pytest.mark.parametrize("code", ["40001", "40P01"])
    def test_it_is_tried_again_whole(self, code: str) -> None:
        essais: list[int] = []

        @transaction_entiere
        def travail() -> str:
            essais.append(ClientFactory().pk)
            if len(essais) < 3:
                lever(code)
            return "fait"

        assert travail() == "fait"
        assert len(essais) == 3
        assert list(ClientFactory._meta.model.objects.values_list("pk", flat=True)) == [essais[-1]]

    def test_it_gives_up_at_last(self) -> None:
        essais: list[int] = []

        @transaction_entiere
        def travail() -> None:
            essais.append(1)
            lever("40P01")

        with pytest.raises(OperationalError):
            travail()
        assert len(essais) == ESSAIS

    def test_nothing_else_is_tried_again(self) -> None:
        essais: list[int] = []

        @transaction_entiere
        def travail() -> None:
            essais.append(1)
            lever("57014")

        with pytest.raises(OperationalError):
            travail()
        assert len(essais) == 1

    def test_inside_another_transaction_only_the_caller_can_begin_again(self) -> None:
        essais: list[int] = []

        @transaction_entiere
        def travail() -> None:
            essais.append(1)
            lever("40P01")

        with pytest.raises(OperationalError), transaction.atomic():
            travail()
        assert len(essais) == 1

    def test_a_true_deadlock_is_settled_by_a_second_try(self) -> None:
        """Two settle in opposite orders what no lock order protects: PostgreSQL kills one, which begins again."""
        souscriptions = [souscription_en("activee") for _ in range(2)]
        tous_deux = Barrier(2)

        def croiser(rang: int) -> int:
            essais = 0

            @transaction_entiere
            def travail() -> None:
                nonlocal essais
                essais += 1
                premiere, seconde = souscriptions[:: 1 if rang else -1]
                SouscriptionPass.objects.select_for_update().get(pk=premiere.pk)
                if essais == 1:
                    tous_deux.wait(30)
                SouscriptionPass.objects.select_for_update().get(pk=seconde.pk)

            travail()
            return essais

        assert sorted(en_parallele(2, croiser)) == [1, 2]


def lever(code: str) -> None:
    """PostgreSQL refuses with `code`."""
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'essai' USING ERRCODE = '{code}'; END $$")


def test_every_case_is_in_the_table() -> None:
    statuts = {statut for _, statut in EFFETS}
    assert set(EFFETS) == {(type_paiement, statut) for type_paiement in TYPES for statut in statuts}
    assert statuts == set(SouscriptionPass.Statut.values)

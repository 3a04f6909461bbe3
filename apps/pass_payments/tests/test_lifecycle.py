"""The day's cycle against an independent judge, then its edges one by one, and the command."""

from collections import Counter
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.pass_clients.models import SouscriptionPass, TransitionSouscription
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import PeriodeFactory, SouscriptionFactory, dates_de
from apps.pass_payments import lifecycle
from apps.pass_payments.lifecycle import Decision, appliquer, compter, decider
from apps.pass_payments.models import OUVERTS
from apps.pass_payments.tests import recount
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.portefeuilles import Portefeuille, sur_un_portefeuille

pytestmark = pytest.mark.django_db

MOTIFS = {
    ("en_cours", "annulee"): "premier paiement non reçu à temps",
    ("activee", "suspendue"): "prime impayée au-delà du délai de grâce",
    ("suspendue", "activee"): "rattrapage payé",
    ("activee", "expiree"): "fin de la dernière période",
}


def etats() -> dict[int, str]:
    return dict(SouscriptionPass.objects.values_list("id", "statut"))


def audit() -> list[tuple[Any, ...]]:
    lignes = TransitionSouscription.objects.exclude(motif="essai").order_by("souscription_id", "id")
    return list(lignes.values_list("souscription_id", "de", "vers", "motif", "acteur"))


@sur_un_portefeuille(60)
def test_the_cycle_leads_where_an_independent_judge_says(portefeuille: Portefeuille) -> None:
    donnees = recount.lire(portefeuille.jour)
    chemins = {
        ident: recount.etats_traverses(donnees, ident, delai_heures=settings.SOUSCRIPTION_DELAI_PAIEMENT_HEURES)
        for ident in donnees.souscriptions
    }
    pas = [(ident, de, vers) for ident, chemin in sorted(chemins.items()) for de, vers in pairwise(chemin)]
    avant = etats()

    decisions = decider(jour=portefeuille.jour)

    assert etats() == avant
    assert compter(decisions) == Counter((de, vers) for _, de, vers in pas)
    vus: list[int] = []
    faites = appliquer(decisions=decisions, jour=portefeuille.jour, lot=1 + len(avant) % 3, progression=vus.append)
    assert faites == compter(decisions)
    assert sum(vus) == len(decisions) == sum(len(chemin) > 1 for chemin in chemins.values())
    assert etats() == {ident: chemin[-1] for ident, chemin in chemins.items()}
    assert audit() == [(ident, de, vers, MOTIFS[de, vers], None) for ident, de, vers in pas]

    assert appliquer(decisions=decisions, jour=portefeuille.jour) == Counter()
    assert decider(jour=portefeuille.jour) == []
    assert len(audit()) == len(pas)


JOUR = date(2026, 11, 21)
MINUIT = datetime(2026, 11, 21, tzinfo=ZoneInfo("Africa/Brazzaville"))


def passer(jour: date = JOUR, **options: Any) -> Counter[tuple[str, str]]:
    return appliquer(decisions=decider(jour=jour), jour=jour, **options)


def contrat(
    *, depuis: int, statut: str = "activee", duree: int = 360, paye: int = 0, **periode: Any
) -> SouscriptionPass:
    """Twelve instalments of 100 XAF, one every 30 days, the first due `depuis` days before JOUR, `paye` XAF paid."""
    souscription = SouscriptionFactory(statut=statut, **dates_de(statut))
    debut = JOUR - timedelta(days=depuis)
    PeriodeFactory(
        souscription=souscription, date_debut=debut, date_fin=debut + timedelta(days=duree), prime=1_200, **periode
    )
    if paye:
        PaiementFactory(souscription=souscription, montant=paye)
    return souscription


def etat(souscription: SouscriptionPass) -> str:
    return SouscriptionPass.objects.get(pk=souscription.pk).statut


class TestSuspension:
    @pytest.mark.parametrize(
        ("depuis", "paye", "attendu"),
        [
            (30, 0, "activee"),  # thirty days of grace: the thirtieth still covers
            (31, 0, "suspendue"),
            (31, 99, "suspendue"),
            (31, 100, "activee"),
            (60, 100, "activee"),
            (61, 100, "suspendue"),
            (61, 199, "suspendue"),
            (61, 200, "activee"),
            (0, 0, "activee"),
            (-10, 0, "activee"),  # a period to come
        ],
    )
    def test_cover_stops_beyond_the_grace_days_of_the_product(self, depuis: int, paye: int, attendu: str) -> None:
        souscription = contrat(depuis=depuis, paye=paye)

        passer()

        assert etat(souscription) == attendu

    def test_without_grace_the_day_after_is_late(self) -> None:
        souscription = contrat(depuis=1)
        souscription.produit.delai_grace_jours = 0
        souscription.produit.save()

        passer(jour=JOUR - timedelta(days=1))
        assert etat(souscription) == "activee"
        passer()
        assert etat(souscription) == "suspendue"

    def test_only_money_that_came_in_counts(self) -> None:
        souscription = contrat(depuis=31)
        for statut in ("rembourse", "echec", "expire", "initie"):
            PaiementFactory(souscription=souscription, statut=statut, montant=5_000)

        passer()

        assert etat(souscription) == "suspendue"

    def test_fees_do_not_pay_instalments(self) -> None:
        souscription = contrat(depuis=31)
        PaiementFactory(souscription=souscription, montant=100, frais=1)

        passer()

        assert etat(souscription) == "suspendue"

    @pytest.mark.parametrize("statut", ["en_cours", "annulee", "expiree", "resiliee"])
    def test_other_states_are_left_alone(self, statut: str) -> None:
        souscription = contrat(depuis=31, statut=statut)

        passer(jour=JOUR)

        assert etat(souscription) == statut

    def test_a_debt_of_the_period_before_weighs_on_the_next(self) -> None:
        souscription = contrat(depuis=370, paye=1_100)
        PeriodeFactory(
            souscription=souscription,
            numero=2,
            date_debut=JOUR - timedelta(days=5),
            date_fin=JOUR + timedelta(days=360),
        )

        passer()

        assert etat(souscription) == "suspendue"


class TestRetablissement:
    def test_what_is_paid_resumes(self) -> None:
        souscription = contrat(depuis=61, statut="suspendue", paye=200)

        assert passer() == {("suspendue", "activee"): 1}

        assert etat(souscription) == "activee"

    def test_part_of_what_is_late_does_not(self) -> None:
        souscription = contrat(depuis=61, statut="suspendue", paye=199)

        assert passer() == {}
        assert etat(souscription) == "suspendue"

    def test_paid_after_the_end_it_passes_through_active_to_expired(self) -> None:
        souscription = contrat(depuis=500, statut="suspendue", paye=1_200)

        assert passer() == {("suspendue", "activee"): 1, ("activee", "expiree"): 1}

        assert audit() == [
            (souscription.pk, "suspendue", "activee", "rattrapage payé", None),
            (souscription.pk, "activee", "expiree", "fin de la dernière période", None),
        ]
        dates = list(souscription.transitions.values_list("date_transition", flat=True))
        assert dates == sorted(dates)

    @pytest.mark.parametrize(("depuis", "attendu"), [(359, "activee"), (360, "expiree")])
    def test_paid_around_the_end(self, depuis: int, attendu: str) -> None:
        souscription = contrat(depuis=depuis, statut="suspendue", paye=1_200)

        passer()

        assert etat(souscription) == attendu

    @pytest.mark.parametrize(
        ("suspendue_le", "attendu"),
        [(MINUIT - timedelta(microseconds=1), "activee"), (MINUIT, "suspendue")],
    )
    def test_a_day_ends_at_midnight_in_brazzaville(self, suspendue_le: datetime, attendu: str) -> None:
        souscription = contrat(depuis=61, statut="suspendue", paye=200)
        TransitionSouscription.objects.create(
            souscription=souscription, de="activee", vers="suspendue", motif="essai", date_transition=suspendue_le
        )

        passer(jour=JOUR - timedelta(days=1))

        assert etat(souscription) == attendu

    def test_a_late_run_for_the_day_before_does_not_undo_that_of_today(self) -> None:
        souscription = contrat(depuis=31)
        passer(quand=MINUIT + timedelta(hours=1))

        assert passer(jour=JOUR - timedelta(days=1)) == {}

        assert etat(souscription) == "suspendue"
        PaiementFactory(souscription=souscription)
        assert passer(jour=JOUR - timedelta(days=1)) == {}
        assert passer() == {("suspendue", "activee"): 1}


class TestExpiration:
    @pytest.mark.parametrize(("depuis", "attendu"), [(359, "activee"), (360, "expiree"), (700, "expiree")])
    @pytest.mark.parametrize("paye", [1_200, 5_000])
    def test_on_the_day_after_the_last_covered(self, depuis: int, attendu: str, paye: int) -> None:
        souscription = contrat(depuis=depuis, paye=paye)

        passer()

        assert etat(souscription) == attendu

    def test_the_last_of_its_periods_decides(self) -> None:
        souscription = contrat(depuis=400, paye=2_400)
        PeriodeFactory(
            souscription=souscription, numero=2, date_debut=JOUR - timedelta(days=3), date_fin=JOUR + timedelta(days=1),
            nombre_echeances=1,
        )  # fmt: skip

        passer()
        assert etat(souscription) == "activee"
        passer(jour=JOUR + timedelta(days=1))
        assert etat(souscription) == "expiree"

    def test_a_subscription_without_period_stays(self) -> None:
        souscriptions = [SouscriptionFactory(statut=statut, **dates_de(statut)) for statut in ("activee", "suspendue")]

        assert passer() == {}
        assert [etat(souscription) for souscription in souscriptions] == ["activee", "suspendue"]


class TestAnnulation:
    @pytest.mark.parametrize(
        ("age", "attendu"),
        [
            (timedelta(hours=72), "en_cours"),
            (timedelta(hours=72, microseconds=1), "annulee"),
            (timedelta(0), "en_cours"),
            (timedelta(days=400), "annulee"),
        ],
    )
    def test_the_delay_is_counted_from_the_first_minute_of_the_day(self, age: timedelta, attendu: str) -> None:
        souscription = SouscriptionFactory(date_souscription=MINUIT - age)

        passer()

        assert etat(souscription) == attendu

    def test_the_delay_is_a_setting(self, settings: Settings) -> None:
        settings.SOUSCRIPTION_DELAI_PAIEMENT_HEURES = 24
        souscription = SouscriptionFactory(date_souscription=MINUIT - timedelta(hours=25))

        assert passer() == {("en_cours", "annulee"): 1}
        assert audit() == [(souscription.pk, "en_cours", "annulee", "premier paiement non reçu à temps", None)]

    @pytest.mark.parametrize("statut", [*OUVERTS, "succes"])
    def test_not_while_an_answer_is_awaited_nor_when_it_was_paid(self, statut: str) -> None:
        souscription = SouscriptionFactory(date_souscription=MINUIT - timedelta(days=30))
        PaiementFactory(souscription=souscription, statut=statut)

        assert passer() == {}
        assert etat(souscription) == "en_cours"

    def test_attempts_that_failed_do_not_keep_it(self) -> None:
        souscription = SouscriptionFactory(date_souscription=MINUIT - timedelta(days=30))
        for statut in ("echec", "expire", "rembourse"):
            PaiementFactory(souscription=souscription, statut=statut)

        assert passer() == {("en_cours", "annulee"): 1}
        assert etat(souscription) == "annulee"


class TestLots:
    @pytest.mark.parametrize("lot", [1, 2, 3, 5, 100])
    def test_any_size_of_batch_does_the_same(self, lot: int) -> None:
        souscriptions = [contrat(depuis=31) for _ in range(5)]
        vus: list[int] = []

        assert passer(lot=lot, progression=vus.append) == {("activee", "suspendue"): 5}

        assert {etat(souscription) for souscription in souscriptions} == {"suspendue"}
        assert sum(vus) == 5
        assert all(taille <= lot for taille in vus)

    def test_rows_are_dated_when_told(self) -> None:
        souscription = contrat(depuis=31)

        passer(quand=MINUIT)

        assert souscription.transitions.get().date_transition == MINUIT

    def test_those_that_changed_since_are_judged_afresh(self) -> None:
        """Between deciding and applying: one pays, one is terminated, one appears, one was decided wrongly."""
        payeuse, resiliee, intacte = contrat(depuis=31), contrat(depuis=31), contrat(depuis=31)
        decisions = decider(jour=JOUR)
        PaiementFactory(souscription=payeuse)
        changer_statut(souscription=resiliee, vers="resiliee", motif="demande du client")
        nouvelle, a_jour = contrat(depuis=31), contrat(depuis=1)
        fausse = Decision(a_jour.pk, (("activee", "suspendue"),))

        faites = appliquer(decisions=[*decisions, fausse], jour=JOUR)

        assert faites == {("activee", "suspendue"): 1}
        assert [etat(s) for s in (payeuse, resiliee, intacte, nouvelle, a_jour)] == [
            "activee",
            "resiliee",
            "suspendue",
            "activee",
            "activee",
        ]

    def test_nothing_to_do(self) -> None:
        assert passer() == Counter()


def commande(*arguments: str) -> list[str]:
    sortie = StringIO()
    call_command("cycle_de_vie", *arguments, stdout=sortie, stderr=StringIO())
    return [" ".join(ligne.split()) for ligne in sortie.getvalue().splitlines()[:-1]]


@pytest.fixture
def portefeuille_du_jour() -> list[SouscriptionPass]:
    return [
        contrat(depuis=31),
        contrat(depuis=40),
        contrat(depuis=500, statut="suspendue", paye=1_200),
        contrat(depuis=61, statut="suspendue", paye=200),
        contrat(depuis=1),
        SouscriptionFactory(date_souscription=MINUIT - timedelta(days=4)),
    ]


class TestCommande:
    BILAN = [
        "Active → Expirée 1",
        "Active → Suspendue 2",
        "En attente de paiement → Annulée 1",
        "Suspendue → Active 2",
        "Transitions 6",
    ]

    def test_it_says_what_it_did(self, portefeuille_du_jour: list[SouscriptionPass]) -> None:
        assert commande("--date", "2026-11-21") == self.BILAN
        assert [etat(souscription) for souscription in portefeuille_du_jour] == [
            "suspendue",
            "suspendue",
            "expiree",
            "activee",
            "activee",
            "annulee",
        ]
        assert len(audit()) == 6

        assert commande("--date", "2026-11-21") == ["Transitions 0"]

    def test_a_simulation_counts_the_same_and_writes_nothing(
        self, portefeuille_du_jour: list[SouscriptionPass]
    ) -> None:
        avant = etats()

        assert commande("--date=2026-11-21", "--simulation") == self.BILAN

        assert (etats(), audit()) == (avant, [])

    def test_today_in_brazzaville_by_default(self) -> None:
        contrat(depuis=31)

        with time_machine.travel(MINUIT - timedelta(seconds=1), tick=False):
            assert commande() == ["Transitions 0"]
        with time_machine.travel(MINUIT, tick=False):
            assert commande() == ["Active → Suspendue 1", "Transitions 1"]

    def test_a_future_day_is_only_simulated_in_production(self, settings: Settings) -> None:
        souscription = contrat(depuis=31)
        settings.PRODUCTION = True

        with time_machine.travel(MINUIT, tick=False):
            with pytest.raises(CommandError, match="en production, seule --simulation le montre"):
                commande("--date", "2026-11-22")
            assert commande("--date", "2026-11-22", "--simulation") == ["Active → Suspendue 1", "Transitions 1"]
            assert etat(souscription) == "activee"
            commande("--date", "2026-11-21")
            settings.PRODUCTION = False
            assert commande("--date", "2062-11-22") == ["Transitions 0"]
        assert etat(souscription) == "suspendue"

    @pytest.mark.parametrize("texte", ["21/11/2026", "2026-02-30", "demain", "", "0001-01-01", "9999-12-31"])
    def test_a_day_that_is_none_is_refused(self, texte: str) -> None:
        with pytest.raises(CommandError, match="écrivez AAAA-MM-JJ"):
            commande(f"--date={texte}")


@pytest.mark.django_db(transaction=True)
def test_interrupted_it_keeps_what_is_done_and_resumes() -> None:
    souscriptions = [contrat(depuis=31) for _ in range(5)]
    vus: list[int] = []

    def interrompre(nombre: int) -> None:
        vus.append(nombre)
        if len(vus) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        passer(lot=2, progression=interrompre)

    assert [etat(souscription) for souscription in souscriptions] == ["suspendue"] * 4 + ["activee"]
    assert passer(lot=2) == {("activee", "suspendue"): 1}
    assert len(audit()) == 5


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    souscription = contrat(depuis=500, statut="suspendue", paye=1_200)
    monkeypatch.delitem(lifecycle._MOTIFS, "expiree")

    with pytest.raises(KeyError):
        passer()

    assert (etat(souscription), audit()) == ("suspendue", [])

"""Each law of `lois` on rows that break it, behind the back of the guards; and on portfolios that keep them all."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.pass_clients.tests.factories import PeriodeFactory, PoliceFactory, SouscriptionFactory
from apps.pass_payments.models import Decaissement
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.portefeuilles import Portefeuille, sur_un_portefeuille
from nsia_pass_api import lois

pytestmark = pytest.mark.django_db

SOUSCRIPTION, STATUT, PASSAGES, NETS, PLACE, PRIME, EXAMEN, REMBOURSE, ENSEMBLE = lois.lois()


def rompues() -> dict[str, list[str]]:
    with connection.cursor() as curseur:
        return {nom: fautes for nom, fautes in lois.violations(curseur).items() if fautes}


def sans_gardes(*ordres: str) -> None:
    """Statements that no guard sees: what a damaged or forged database would hold."""
    tables = (
        "paiements_pass",
        "evenements_paiement",
        "souscriptions_pass",
        "transitions_souscription",
        "decaissements",
    )
    with connection.cursor() as curseur:
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            curseur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for ordre in ordres:
            curseur.execute(ordre)


@sur_un_portefeuille(10)
def test_drawn_portfolios_keep_every_law_of_money(portefeuille: Portefeuille) -> None:
    trouvees = rompues()

    assert not {PLACE, PRIME, NETS, STATUT, EXAMEN} & trouvees.keys(), trouvees


def test_a_state_that_its_journal_does_not_say() -> None:
    paiement = PaiementFactory()
    sans_gardes(f"UPDATE paiements_pass SET statut = 'en_cours' WHERE id = {paiement.pk}")

    trouvees = rompues()

    assert trouvees[STATUT] == [f"{paiement} : en_cours, son journal dit succes"]
    assert trouvees[NETS] == ["journal 100 XAF, paiements 0 XAF"]


def test_a_payment_without_journal_is_told_with_its_like() -> None:
    paiements = [PaiementFactory() for _ in range(7)]
    sans_gardes("DELETE FROM evenements_paiement")

    fautes = rompues()[STATUT]

    assert fautes[-1] == "et 2 autres"
    assert set(fautes[:-1]) < {f"{paiement} : succes, son journal dit rien" for paiement in paiements}


def test_a_journal_that_jumps_or_confirms_twice() -> None:
    paiement = PaiementFactory()
    sans_gardes(
        "INSERT INTO evenements_paiement (paiement_id, type, statut, donnees)"
        f" VALUES ({paiement.pk}, 'echec', 'echec', '{{}}'), ({paiement.pk}, 'confirmation', 'succes', '{{}}')"
    )

    assert rompues()[PASSAGES] == [
        f"paiement {paiement.pk} : de succes à echec",
        f"paiement {paiement.pk} : confirmé 2 fois",
    ]


def test_a_subscription_without_period_or_with_a_broken_audit() -> None:
    souscription = SouscriptionFactory(active=True)
    sans_gardes(
        f"DELETE FROM transitions_souscription WHERE souscription_id = {souscription.pk}",
        "INSERT INTO transitions_souscription (souscription_id, de, vers, motif) VALUES"
        f" ({souscription.pk}, 'en_cours', 'activee', 'x'), ({souscription.pk}, 'expiree', 'resiliee', 'x')",
    )

    assert rompues() == {
        SOUSCRIPTION: [
            f"{souscription.numero_souscription} : activee sans période",
            f"{souscription.numero_souscription} : activee, l'audit dit resiliee",
            f"souscription {souscription.pk} : de expiree à resiliee après activee",
        ]
    }


def test_an_examination_that_nothing_says() -> None:
    souscription = PeriodeFactory(date_debut=date(2026, 1, 1)).souscription
    PaiementFactory(souscription=souscription, montant=150)
    sans_gardes("UPDATE examens_souscriptions SET impayee_le = '2030-01-01'")

    assert rompues()[EXAMEN] == [
        f"{souscription.numero_souscription} : examen 2027-01-01 2030-01-01, attendu 2027-01-01 2026-01-31"
    ]

    sans_gardes("DELETE FROM examens_souscriptions")

    assert rompues()[EXAMEN] == [f"{souscription.numero_souscription} : examen absent, attendu 2027-01-01 2026-01-31"]


def test_views_that_lose_a_franc() -> None:
    """A view of another version, as an upgrade gone wrong would leave it."""
    police = PoliceFactory(souscription=SouscriptionFactory(active=True))
    PeriodeFactory(souscription=police.souscription, date_debut=timezone.localdate() - timedelta(days=60))
    PaiementFactory(souscription=police.souscription, montant=250)
    assert PLACE not in rompues()
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_get_viewdef('cotisations'::regclass)")
        (vue,) = curseur.fetchone()
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        curseur.execute(f"CREATE TEMP VIEW cotisations AS SELECT * FROM ({vue.rstrip('; ')}) v WHERE v.numero <> 2")

    trouvees = rompues()

    assert trouvees[PLACE] == [f"{police.numero_police} : placé 150, avoir 0, total 250, confirmé 250"]
    assert trouvees[PRIME] == [f"{police.numero_police}, période 1 : 1100 XAF pour 1200"]


def test_a_refund_that_its_payment_does_not_know() -> None:
    paiement = PaiementFactory()
    for rang in range(2):
        Decaissement.objects.create(
            nature="remboursement",
            paiement=paiement,
            montant=100,
            operateur="mtn_money",
            telephone="+242061234567",
            numero=f"DEC-{rang}",
            cle=f"essai-{rang}",
            a_suivre_le=timezone.now(),
        )
    sans_gardes("UPDATE decaissements SET statut = 'succes', termine_le = now(), a_suivre_le = NULL")

    assert rompues()[REMBOURSE] == [
        "DEC-0 : versé, paiement succes",
        "DEC-1 : versé, paiement succes",
        f"paiement {paiement.pk} : remboursé 2 fois",
    ]


def test_payments_asked_together_that_parted() -> None:
    principal = PaiementFactory()
    rattache = PaiementFactory(
        statut="echec", rattache_a=principal, reference_mobile_money=None, motif_echec="solde_insuffisant"
    )

    assert rompues()[ENSEMBLE] == [f"{rattache} : echec, {principal} : succes"]


@pytest.mark.django_db(transaction=True)
def test_the_command_says_each_law_and_fails_when_one_is_broken() -> None:
    sortie = StringIO()
    call_command("verifier_lois", stdout=sortie, no_color=True)
    lignes = sortie.getvalue().splitlines()
    assert lignes[:9] == [f"vrai  {nom}" for nom in lois.lois()]
    assert lignes[9].split() == ["Lois", "9"]
    assert lignes[10].split() == ["Rompues", "0"]

    PaiementFactory(souscription__active=True)  # active, without a coverage period
    sortie = StringIO()
    with pytest.raises(SystemExit) as fin:
        call_command("verifier_lois", stdout=sortie, no_color=True)
    assert fin.value.code == 1
    assert f"faux  {SOUSCRIPTION}" in sortie.getvalue()
    assert " : activee sans période" in sortie.getvalue()

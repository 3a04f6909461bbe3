"""The day of the next examination, that triggers keep, against a recount in Python after each thing that may happen."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import PeriodeCouverture, SouscriptionPass
from apps.pass_clients.tests.factories import PeriodeFactory, SouscriptionFactory, dates_de
from apps.pass_clients.tests.refus import sans_gardes, sql
from apps.pass_payments import lifecycle
from apps.pass_payments.lifecycle import decider
from apps.pass_payments.models import ExamenSouscription, PaiementPass
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.portefeuilles import Portefeuille, sur_un_portefeuille
from apps.pass_products.schedule import echeances

pytestmark = pytest.mark.django_db

Examen = tuple[bool, date | None, date | None]


def tenus() -> dict[int, Examen]:
    lignes = ExamenSouscription.objects.values_list("souscription", "suspendue", "fin", "impayee_le")
    return {ident: (suspendue, fin, impayee_le) for ident, suspendue, fin, impayee_le in lignes}


def recomptes() -> dict[int, Examen]:
    """Of each covered or suspended subscription: instalments are paid one after the other, oldest first."""
    return {
        souscription.pk: (souscription.statut == "suspendue", *_fin_et_impayee(souscription))
        for souscription in SouscriptionPass.objects.filter(statut__in=["activee", "suspendue"])
    }


def _fin_et_impayee(souscription: SouscriptionPass) -> tuple[date | None, date | None]:
    reste = sum(un.montant - un.frais for un in souscription.paiements.filter(statut="succes"))
    periodes = list(souscription.periodes.order_by("date_debut"))
    for periode in periodes:
        for une in echeances(
            prime=periode.prime,
            date_debut=periode.date_debut,
            date_fin=periode.date_fin,
            nombre=periode.nombre_echeances,
        ):
            reste -= une.montant
            if reste < 0:
                return periodes[-1].date_fin, une.date_echeance
    return (periodes[-1].date_fin if periodes else None), None


# What happens to one of three subscriptions: a period, a payment that ends so, a refund of the last success, a state.
PERIODES = st.tuples(
    st.just("periode"), st.integers(0, 2), st.integers(1, 4_000), st.integers(1, 60), st.integers(1, 900)
)
PAIEMENTS = st.tuples(
    st.just("paiement"), st.integers(0, 2), st.integers(1, 5_000), st.sampled_from(["succes", "echec", "en_cours"])
)
SUITES = st.tuples(st.sampled_from(["reussite", "remboursement"]), st.integers(0, 2))
ETATS = st.tuples(st.just("etat"), st.integers(0, 2), st.sampled_from(["activee", "suspendue", "expiree", "resiliee"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faits=st.lists(st.one_of(PERIODES, PAIEMENTS, SUITES, ETATS), max_size=12))
def test_the_examination_is_what_periods_and_payments_say(faits: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        souscriptions = [SouscriptionFactory(active=actif) for actif in (True, True, False)]
        for fait in faits:
            arriver(souscriptions[int(str(fait[1]))], *fait)
            assert tenus() == recomptes()
        transaction.set_rollback(True)


def arriver(souscription: SouscriptionPass, quoi: object, _: object, *valeurs: object) -> None:
    match quoi, valeurs:
        case "periode", (int(prime), int(nombre), int(jours)):
            derniere = PeriodeCouverture.objects.filter(souscription=souscription).order_by("-numero").first()
            debut = derniere.date_fin if derniere else date(2026, 1, 1)
            PeriodeFactory(
                souscription=souscription,
                numero=derniere.numero + 1 if derniere else 1,
                date_debut=debut,
                date_fin=debut + timedelta(days=jours),
                prime=prime,
                nombre_echeances=min(nombre, prime, jours),
            )
        case "paiement", (int(montant), str(statut)):
            PaiementPass.objects.filter(souscription=souscription, statut="en_cours").update(statut="echec")
            PaiementFactory(souscription=souscription, montant=montant, frais=montant // 50, statut=statut)
        case "reussite", ():
            _passer(souscription, "en_cours", "succes")
        case "remboursement", ():
            _passer(souscription, "succes", "rembourse")
        case "etat", (str(statut),):
            with sans_gardes():
                dates = {"date_resiliation": None, **dates_de(statut)}
                SouscriptionPass.objects.filter(pk=souscription.pk).update(statut=statut, **dates)


def _passer(souscription: SouscriptionPass, de: str, vers: str) -> None:
    with sans_gardes():
        for un in PaiementPass.objects.filter(souscription=souscription, statut=de)[:1]:
            PaiementPass.objects.filter(pk=un.pk).update(
                statut=vers, date_confirmation=un.date_demande, date_comptable=date(2026, 1, 1)
            )


@sur_un_portefeuille(40)
def test_whole_portfolios_are_examined_as_they_are_written(portefeuille: Portefeuille) -> None:
    assert tenus() == recomptes()


@sur_un_portefeuille(40)
def test_nobody_who_has_to_move_is_left_out(portefeuille: Portefeuille) -> None:
    """Those whom `decider` looks at, against the same judgement of the whole portfolio, today and on days around."""
    ids = list(SouscriptionPass.objects.values_list("pk", flat=True))
    for ecart in (-400, -40, -1, 0, 1, 35, 400):
        jour = portefeuille.jour + timedelta(days=ecart)
        with connection.cursor() as cursor:
            tous = lifecycle._lire(cursor, lifecycle._DECISIONS, lifecycle._parametres(jour, ids=ids))
        assert decider(jour=jour, lot=3) == tous


def test_a_change_of_the_days_of_grace_holds_at_once() -> None:
    periode = PeriodeFactory(date_debut=date(2026, 11, 1))
    produit = periode.souscription.produit
    jour = date(2026, 11, 12)

    assert decider(jour=jour) == []
    produit.delai_grace_jours = 10
    produit.save()
    assert [une.etapes for une in decider(jour=jour)] == [(("activee", "suspendue"),)]


@pytest.mark.parametrize(
    "requete",
    [
        "UPDATE examens_souscriptions SET impayee_le = NULL",
        "DELETE FROM examens_souscriptions",
        "INSERT INTO examens_souscriptions (souscription_id) SELECT max(id) FROM souscriptions_pass",
    ],
)
def test_nobody_who_serves_writes_a_day_by_hand(au_service, requete: str) -> None:
    PeriodeFactory()
    au_service()

    with pytest.raises(DatabaseError, match="propriétaire"), transaction.atomic():
        sql(requete)


def test_who_serves_has_the_triggers_write(au_service) -> None:
    periode = PeriodeFactory()
    au_service()

    PaiementFactory(souscription=periode.souscription, montant=100)

    assert tenus() == recomptes()
    assert tenus()[periode.souscription_id][2] == periode.date_debut + timedelta(days=30)


@pytest.mark.django_db(transaction=True)
def test_of_payments_at_once_none_is_forgotten() -> None:
    """Whoever adds them holds no subscription: the trigger does."""
    souscription = PeriodeFactory(prime=1_200).souscription

    en_parallele(6, lambda rang: PaiementFactory(souscription=souscription, montant=100))

    assert souscription.paiements.filter(statut="succes").count() == 6
    assert tenus() == recomptes()

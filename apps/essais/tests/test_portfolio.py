"""Generated portfolios obey every rule of the database, of the views and of the day's cycle."""

import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from pytest_django.fixtures import Settings

from apps.essais.management.commands import generer_portefeuille as commande
from apps.essais.portfolio import copying, generer_portefeuille
from apps.essais.portfolio.rows import COLONNES
from apps.pass_clients.models import TRANSITIONS, ClientPass, Contrat, NumeroPolice, PeriodeCouverture, SouscriptionPass
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_clients.services import souscrire
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_payments.lifecycle import decider
from apps.pass_payments.models import EvenementPaiement, PaiementPass, SoldeContrat
from apps.pass_products.models import ProduitPass
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.telephones import normaliser

pytestmark = pytest.mark.django_db

NOMBRE = 1_500


@pytest.fixture(autouse=True)
def produits() -> None:
    call_command("load_produits_pass", stdout=io.StringIO())


@pytest.fixture
def portefeuille() -> Counter[str]:
    """`NOMBRE` subscriptions, every deferred constraint and trigger checked."""
    ecrites = generer_portefeuille(nombre=NOMBRE, graine=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return ecrites


def rows(sql: str, *parametres: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)
        return cursor.fetchall()


def content() -> dict[str, list[tuple[Any, ...]]]:
    """All that was written, column by column, but for the ids that the server gives."""
    return {table: rows(f"SELECT {colonnes} FROM {table} ORDER BY id") for table, colonnes in COLONNES.items()}


def test_it_says_what_it_wrote(portefeuille: Counter[str]) -> None:
    assert portefeuille == {table: rows(f"SELECT count(*) FROM {table}")[0][0] for table in COLONNES}
    assert portefeuille["souscriptions_pass"] == NOMBRE
    assert portefeuille["clients_pass"] == NOMBRE * 0.8


def test_it_has_the_shape_of_a_real_portfolio(portefeuille: Counter[str]) -> None:
    statuts = Counter(SouscriptionPass.objects.values_list("statut", flat=True))
    assert set(statuts) == set(SouscriptionPass.Statut.values)
    assert statuts["activee"] > NOMBRE / 2
    a_police = sum(statuts[statut] for statut in ("activee", "suspendue", "expiree", "resiliee"))
    assert 0.95 < portefeuille["numeros_police_congo"] / a_police < 0.99
    assert not NumeroPolice.objects.filter(souscription__statut__in=["en_cours", "annulee"]).exists()
    assert 1.1 < portefeuille["periodes_couverture"] / NOMBRE < 1.3
    assert 2.7 < PaiementPass.objects.filter(statut="succes").count() / NOMBRE < 3.3
    assert set(PaiementPass.objects.values_list("statut", flat=True)) == {"succes", "echec", "expire", "rembourse"}
    assert set(PaiementPass.objects.values_list("type_paiement", flat=True)) == set(PaiementPass.Type.values)
    assert set(Contrat.objects.values_list("code_produit", flat=True)) == {"BATELA", "KIMIA", "SALISA"}
    assert set(PeriodeCouverture.objects.values_list("numero", flat=True)) == {1, 2, 3}


def test_phones_are_mobiles_of_congo_and_their_operator_is_that_of_the_prefix(portefeuille: Counter[str]) -> None:
    clients = list(ClientPass.objects.values_list("telephone", "operateur_mobile", "numero_mobile_money"))
    assert len({telephone for telephone, _, _ in clients}) == len(clients)
    assert {telephone[4:6] for telephone, _, _ in clients} == {"04", "05", "06"}
    for telephone, operateur, mobile_money in clients:
        assert (normaliser(telephone), operateur_probable(telephone), telephone) == (telephone, operateur, mobile_money)


def test_the_views_find_their_laws_in_it(portefeuille: Counter[str]) -> None:
    contrats = rows(
        """
        SELECT s.total_paye, s.avoir, q.paye, q.montant, q.trop, p.primes, p.total
        FROM soldes_contrats s
        CROSS JOIN LATERAL (
            SELECT sum(montant_paye) AS paye, sum(montant) AS montant,
                   count(*) FILTER (WHERE montant_paye NOT BETWEEN 0 AND montant) AS trop
            FROM cotisations q WHERE q.police = s.police
        ) q
        CROSS JOIN LATERAL (
            SELECT (SELECT sum(prime) FROM periodes_couverture pc WHERE pc.souscription_id = s.souscription_id) AS primes,
                   (SELECT sum(montant - frais) FROM paiements_pass pa
                    WHERE pa.souscription_id = s.souscription_id AND pa.statut = 'succes') AS total
        ) p
        """
    )
    assert len(contrats) == portefeuille["numeros_police_congo"]
    for total_paye, avoir, paye, montant, trop, primes, total in contrats:
        assert (montant, paye + avoir, total_paye, trop) == (primes, total, total, 0)
    assert any(avoir > 0 for _, avoir, *_ in contrats)


def test_the_cycle_of_the_day_has_nothing_to_do(portefeuille: Counter[str]) -> None:
    assert decider(jour=aujourdhui()) == []
    assert 0 < len(decider(jour=aujourdhui() + timedelta(days=60))) < NOMBRE


def test_states_agree_with_dates_and_money(portefeuille: Counter[str]) -> None:
    etats = {
        etat: set(Contrat.objects.filter(souscription__statut=statut).values_list("etat_du_contrat", flat=True))
        for statut, etat in [
            ("activee", "Actif"),
            ("suspendue", "Suspendu"),
            ("expiree", "Expiré"),
            ("resiliee", "Résilié"),
        ]
    }
    assert etats == {etat: {etat} for etat in etats}
    suspendus = SoldeContrat.objects.filter(souscription__statut="suspendue").select_related("souscription__produit")
    for solde in suspendus:
        assert solde.montant_en_retard > 0
        assert solde.jours_de_retard > solde.souscription.produit.delai_grace_jours
    for solde in SoldeContrat.objects.filter(souscription__statut="activee").select_related("souscription__produit"):
        assert solde.jours_de_retard <= solde.souscription.produit.delai_grace_jours


def test_nothing_happens_after_today_nor_in_the_wrong_order(portefeuille: Counter[str]) -> None:
    demain = rows("SELECT (aujourdhui_pass() + 1)::timestamptz")[0][0]
    assert not PaiementPass.objects.filter(date_demande__gte=demain).exists()
    assert rows("SELECT count(*) FROM paiements_pass WHERE date_confirmation < date_demande") == [(0,)]
    assert rows(
        """
        SELECT count(*) FROM paiements_pass p JOIN souscriptions_pass s ON s.id = p.souscription_id
        WHERE p.date_demande::date < s.date_souscription::date
           OR p.statut = 'succes' AND p.date_comptable > s.date_resiliation
        """
    ) == [(0,)]
    assert not SouscriptionPass.objects.filter(client__cree_le__gt=F("date_souscription")).exists()


def test_transitions_lead_step_by_step_to_the_state(portefeuille: Counter[str]) -> None:
    chemins = defaultdict(list)
    for souscription, *etape in rows(
        "SELECT souscription_id, de, vers, date_transition::date FROM transitions_souscription ORDER BY id"
    ):
        chemins[souscription].append(etape)
    for souscription in SouscriptionPass.objects.all():
        statut, jour = "en_cours", souscription.date_souscription.date()
        for de, vers, quand in chemins[souscription.pk]:
            assert de == statut
            assert (de, vers) in TRANSITIONS
            assert jour <= quand <= aujourdhui()
            statut, jour = vers, quand
        assert statut == souscription.statut
    etapes = {(de, vers) for chemin in chemins.values() for de, vers, _ in chemin}
    assert {("expiree", "activee"), ("suspendue", "activee")} < etapes


def test_journals_tell_how_each_payment_ended(portefeuille: Counter[str]) -> None:
    journaux = defaultdict(list)
    for paiement, type_, statut in EvenementPaiement.objects.order_by("id").values_list(
        "paiement_id", "type", "statut"
    ):
        journaux[paiement].append((type_, statut))
    attendus = {
        "succes": [("demande", "initie"), ("confirmation", "succes")],
        "echec": [("demande", "initie"), ("echec", "echec")],
        "expire": [("demande", "initie"), ("expiration", "expire")],
        "rembourse": [("demande", "initie"), ("confirmation", "succes"), ("remboursement", "rembourse")],
    }
    for paiement, statut in PaiementPass.objects.values_list("pk", "statut"):
        assert journaux[paiement] == attendus[statut]


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is written inside is undone, sequences included."""
    avant = [(table, rows("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", table)[0][0]) for table in COLONNES]
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for table, valeur in avant:
        rows("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", table, valeur)


def test_the_same_seed_on_an_equal_base_writes_the_same_rows() -> None:
    contents = []
    for graine in (7, 7, 8):
        with rolled_back():
            generer_portefeuille(nombre=60, graine=graine)
            contents.append(content())
    assert contents[0] == contents[1]
    assert all(contents[0][table] != contents[2][table] for table in COLONNES)


def test_a_second_run_adds_and_ordinary_writes_go_on_after_it() -> None:
    generer_portefeuille(nombre=50, graine=1)
    generer_portefeuille(nombre=50, graine=1)
    souscription = souscrire(
        client=ClientFactory(),
        produit=ProduitPass.objects.get(code_pass="KIMIA"),
        montant=1_200,
        periodicite="mensuelle",
        canal="borne",
        date_naissance=date(1990, 1, 1),
    )
    assert SouscriptionPass.objects.count() == 101
    assert souscription.pk > max(SouscriptionPass.objects.exclude(pk=souscription.pk).values_list("pk", flat=True))


def test_a_phone_that_someone_has_is_left_to_her() -> None:
    (premier,) = rows("SELECT nextval(pg_get_serial_sequence('clients_pass', 'id'))")[0]
    pris = [copying._telephone(premier + rang) for rang in (1, 2, 5)]
    for rang, telephone in enumerate(pris):
        ClientFactory(pk=1_000_000_000 + rang, telephone=telephone)
    generer_portefeuille(nombre=10, graine=1)
    assert ClientPass.objects.count() == 3 + 8


def test_batches_are_told_one_by_one() -> None:
    avancees: list[int] = []
    ecrites = generer_portefeuille(nombre=50, graine=1, lot=20, progression=avancees.append)
    assert avancees == [20, 20, 10]
    assert ecrites["souscriptions_pass"] == SouscriptionPass.objects.count() == 50


def test_another_day_may_be_the_day() -> None:
    jour = aujourdhui() - timedelta(days=90)
    generer_portefeuille(nombre=200, graine=1, jour=jour)
    assert decider(jour=jour) == []
    assert decider(jour=aujourdhui()) != []


def test_without_the_three_products_it_says_what_to_run_and_writes_nothing() -> None:
    ProduitPass.objects.filter(code_pass="SALISA").update(statut="inactif")
    with pytest.raises(CommandError, match="load_produits_pass"):
        call_command("generer_portefeuille", "10", stdout=io.StringIO())
    assert not ClientPass.objects.exists()


def test_a_production_base_is_refused_unless_it_is_said_to_hold_test_data(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="DONNEES_DE_TEST_AUTORISEES=1"):
        call_command("generer_portefeuille", "10", stdout=io.StringIO())
    assert not ClientPass.objects.exists()
    settings.DONNEES_DE_TEST_AUTORISEES = True
    call_command("generer_portefeuille", "10", stdout=io.StringIO())
    assert SouscriptionPass.objects.count() == 10


def test_the_command_prints_its_seed_and_its_numbers() -> None:
    sortie = io.StringIO()
    call_command("generer_portefeuille", "30", "--graine", "5", stdout=sortie)
    assert "Graine : 5\n" in sortie.getvalue()
    lignes = dict(ligne.rsplit("  ", 1) for ligne in sortie.getvalue().splitlines()[1:])
    chiffres = {libelle.strip(): nombre.strip() for libelle, nombre in lignes.items()}
    assert chiffres["Clients"] == "24"
    assert chiffres["Souscriptions"] == "30"
    assert chiffres["Paiements"] == str(PaiementPass.objects.count())


@pytest.mark.parametrize("arguments", [["0"], ["-3"], ["10", "--lot", "0"]])
def test_a_number_that_is_not_positive_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("generer_portefeuille", *arguments, stdout=io.StringIO())


def test_interrupted_it_keeps_what_is_done_and_says_what_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def coupee(*_: object, **__: object) -> Iterator[Callable[[int], None]]:
        def avancer(_: int) -> None:
            raise KeyboardInterrupt

        yield avancer

    monkeypatch.setattr(commande.Command, "progression", coupee)
    erreurs = io.StringIO()
    with pytest.raises(SystemExit) as sortie:
        call_command(
            "generer_portefeuille", "100", "--graine", "4", "--lot", "30", stdout=io.StringIO(), stderr=erreurs
        )
    assert sortie.value.code == 130
    assert "generer_portefeuille 70 --graine 4" in erreurs.getvalue()
    assert SouscriptionPass.objects.count() == 30


def test_checks_at_commit_cost_no_more_for_a_bigger_batch() -> None:
    """`pgtrigger.ignore` is set on every connection: see settings/database.py."""
    assert rows("SELECT current_setting('pgtrigger.ignore', true)") == [("{}",)]

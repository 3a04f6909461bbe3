"""The laws of docs/spec/pass.md over portfolios drawn by hypothesis, and each view against an independent recount."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps

from apps.pass_clients.models import ClientPass, PeriodeCouverture, SouscriptionPass
from apps.pass_payments.tests import recount
from apps.pass_payments.tests.portefeuilles import Portefeuille, lignes, sur_un_portefeuille
from apps.pass_products.schedule import echeances

COTISATIONS = "SELECT * FROM cotisations ORDER BY souscription_id, date_debut"


def par_souscription(rangees: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    groupes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for rangee in rangees:
        groupes[rangee["souscription_id"]].append(rangee)
    return groupes


@sur_un_portefeuille(40)
def test_instalments_of_a_period_sum_to_its_prime(portefeuille: Portefeuille) -> None:
    sommes = lignes(
        """
        SELECT pc.prime, sum(c.montant) AS somme, count(*) AS nombre, pc.nombre_echeances, min(c.montant) AS moindre
        FROM periodes_couverture pc
        JOIN cotisations c ON c.souscription_id = pc.souscription_id AND c.periode = pc.numero
        GROUP BY pc.id
        """
    )
    avec_police = PeriodeCouverture.objects.filter(souscription__police__statut__in=["attribue", "suspendu"])

    assert len(sommes) == avec_police.count()
    for ligne in sommes:
        assert ligne["somme"] == ligne["prime"]
        assert ligne["nombre"] == ligne["nombre_echeances"]
        assert ligne["moindre"] >= 1


@sur_un_portefeuille(40)
def test_instalments_are_contiguous_and_cover_the_period_exactly(portefeuille: Portefeuille) -> None:
    periodes = {(p.souscription_id, p.numero): p for p in PeriodeCouverture.objects.all()}
    groupes: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for ligne in lignes(COTISATIONS):
        groupes[ligne["souscription_id"], ligne["periode"]].append(ligne)

    for cle, cotisations in groupes.items():
        assert cotisations[0]["date_debut"] == periodes[cle].date_debut
        assert cotisations[-1]["date_fin"] == periodes[cle].date_fin
        assert all(avant["date_fin"] == apres["date_debut"] for avant, apres in pairwise(cotisations))
        assert all(ligne["date_debut"] < ligne["date_fin"] for ligne in cotisations)
        assert [ligne["numero"] for ligne in cotisations] == list(range(1, len(cotisations) + 1))


@sur_un_portefeuille(40)
def test_paid_on_instalments_and_avoir_sum_to_net_successes(portefeuille: Portefeuille) -> None:
    for ligne in lignes(
        """
        SELECT sc.avoir, sc.total_paye,
               (SELECT coalesce(sum(c.montant_paye), 0) FROM cotisations c WHERE c.police = sc.police) AS place,
               (SELECT coalesce(sum(pa.montant - pa.frais), 0) FROM paiements_pass pa
                WHERE pa.souscription_id = sc.souscription_id AND pa.statut = 'succes') AS recu
        FROM soldes_contrats sc
        """
    ):
        assert ligne["place"] + ligne["avoir"] == ligne["recu"] == ligne["total_paye"]


@sur_un_portefeuille(40)
def test_no_instalment_is_paid_beyond_its_amount(portefeuille: Portefeuille) -> None:
    for ligne in lignes(COTISATIONS):
        assert 0 <= ligne["montant_paye"] <= ligne["montant"]
        assert ligne["reste_a_payer"] == ligne["montant"] - ligne["montant_paye"]
        assert (ligne["statut"] == "payee") == (ligne["reste_a_payer"] == 0)


@sur_un_portefeuille(40)
def test_an_instalment_is_paid_only_if_all_older_ones_are(portefeuille: Portefeuille) -> None:
    for cotisations in par_souscription(lignes(COTISATIONS)).values():
        entamee = False
        for ligne in cotisations:
            assert not (entamee and ligne["montant_paye"])
            entamee = entamee or ligne["reste_a_payer"] > 0


@sur_un_portefeuille(40)
def test_quittances_name_one_instalment_each(portefeuille: Portefeuille) -> None:
    quittances = [ligne["numero_quittance"] for ligne in lignes(COTISATIONS)]

    assert len(set(quittances)) == len(quittances)


@sur_un_portefeuille(30)
def test_no_view_multiplies_rows(portefeuille: Portefeuille) -> None:
    contrats = SouscriptionPass.objects.filter(police__statut__in=["attribue", "suspendu"]).count()
    attendues = {
        "contrats": contrats,
        "soldes_contrats": contrats,
        "vue_dashboard_pass": ClientPass.objects.count(),
        "vue_souscriptions_pass_completes": SouscriptionPass.objects.count(),
    }

    assert {vue: lignes(f"SELECT count(*) AS n FROM {vue}")[0]["n"] for vue in attendues} == attendues


CLES = {
    "contrats": "police",
    "cotisations": "numero_quittance",
    "soldes_contrats": "police",
    "vue_dashboard_pass": "client_id",
    "vue_souscriptions_pass_completes": "souscription_id",
}


def assert_view_is_its_recount(vue: str, portefeuille: Portefeuille) -> None:
    attendues = getattr(recount, vue)(recount.lire(portefeuille.jour))

    vues = lignes(f"SELECT * FROM {vue}")

    assert sorted(vues, key=lambda ligne: ligne[CLES[vue]]) == sorted(attendues, key=lambda ligne: ligne[CLES[vue]])


@sur_un_portefeuille(40)
def test_contrats_is_its_recount(portefeuille: Portefeuille) -> None:
    assert_view_is_its_recount("contrats", portefeuille)


@sur_un_portefeuille(60)
def test_cotisations_is_its_recount(portefeuille: Portefeuille) -> None:
    assert_view_is_its_recount("cotisations", portefeuille)


@sur_un_portefeuille(80)
def test_soldes_contrats_is_its_recount(portefeuille: Portefeuille) -> None:
    assert_view_is_its_recount("soldes_contrats", portefeuille)


@sur_un_portefeuille(40)
def test_vue_dashboard_pass_is_its_recount(portefeuille: Portefeuille) -> None:
    assert_view_is_its_recount("vue_dashboard_pass", portefeuille)


@sur_un_portefeuille(40)
def test_vue_souscriptions_pass_completes_is_its_recount(portefeuille: Portefeuille) -> None:
    assert_view_is_its_recount("vue_souscriptions_pass_completes", portefeuille)


@sur_un_portefeuille(40)
def test_the_schedule_of_quotes_is_that_of_the_view(portefeuille: Portefeuille) -> None:
    for periode in PeriodeCouverture.objects.all():
        vues = lignes(
            """
            SELECT numero, date_debut, date_fin, montant FROM echeances_pass(%s, 0)
            WHERE periode = %s ORDER BY numero
            """,
            [periode.souscription_id, periode.numero],
        )

        annoncees = echeances(
            prime=periode.prime,
            date_debut=periode.date_debut,
            date_fin=periode.date_fin,
            nombre=periode.nombre_echeances,
        )
        assert [(e.numero, e.date_debut, e.date_fin, e.montant) for e in annoncees] == [
            tuple(vue.values()) for vue in vues
        ]
        assert all(e.date_echeance == e.date_debut for e in annoncees)


@pytest.mark.parametrize("vue", CLES)
def test_views_have_the_columns_of_their_models(db: None, vue: str) -> None:
    """`SELECT *` above compares every column: here is that the models name them all."""
    modele = {
        "contrats": "pass_clients.Contrat",
        "cotisations": "pass_payments.Cotisation",
        "soldes_contrats": "pass_payments.SoldeContrat",
        "vue_dashboard_pass": "pass_payments.VueDashboardPass",
        "vue_souscriptions_pass_completes": "pass_payments.VueSouscriptionComplete",
    }[vue]
    colonnes = lignes("SELECT column_name AS c FROM information_schema.columns WHERE table_name = %s", [vue])

    assert {champ.column for champ in apps.get_model(modele)._meta.concrete_fields} == {c["c"] for c in colonnes}

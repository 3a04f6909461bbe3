"""The figures of the months, against an independent recount of their rows."""

from collections import Counter
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import Agence, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import PoliceFactory, contrat_en_vigueur
from apps.pass_payments.models import Cotisation, IndicateurMensuel, PaiementPass
from apps.pass_payments.selectors_accueil import derniers_mois, graphiques
from apps.pass_payments.services.indicateurs import calculer_indicateurs
from apps.pass_payments.tests.factories import PaiementFactory
from apps.socle.services.propositions import approuver, proposer
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.money import formater_nombre

pytestmark = pytest.mark.django_db


def premier(jour: date) -> date:
    return jour.replace(day=1)


def recompte() -> dict[tuple[date, int | None, int], tuple[int, int, int, int]]:
    """Row by row, in Python."""
    sommes: Counter[tuple[date, int | None, int, str]] = Counter()
    for souscription in SouscriptionPass.objects.exclude(date_activation=None).select_related("client"):
        mois = premier(timezone.localtime(souscription.date_activation).date())
        sommes[mois, souscription.client.agence_id, souscription.produit_id, "souscriptions"] += 1
    for paiement in PaiementPass.objects.filter(statut="succes").select_related("souscription__client"):
        cle = (
            premier(paiement.date_comptable),
            paiement.souscription.client.agence_id,
            paiement.souscription.produit_id,
        )
        sommes[*cle, "encaissements"] += 1
        sommes[*cle, "encaisse"] += paiement.montant - paiement.frais
    for echeance in Cotisation.objects.select_related("souscription__client", "souscription__abandon"):
        souscription = echeance.souscription
        if hasattr(souscription, "abandon"):
            continue
        # A terminated contract stops counting days.
        if echeance.date_echeance < (souscription.date_resiliation or aujourdhui()) and echeance.reste_a_payer:
            cle = (premier(echeance.date_echeance), souscription.client.agence_id, souscription.produit_id)
            sommes[*cle, "arrieres"] += echeance.reste_a_payer
    mesures = ("souscriptions", "encaissements", "encaisse", "arrieres")
    return {cle: tuple(sommes[*cle, un] for un in mesures) for cle in {cle[:3] for cle in sommes}}  # type: ignore[misc]


def calcules() -> dict[tuple[date, int | None, int], tuple[int, int, int, int]]:
    return {
        (un.mois, un.agence_id, un.produit_id): (un.souscriptions, un.encaissements, un.encaisse, un.arrieres)
        for un in IndicateurMensuel.objects.all()
    }


class TestPortefeuille:
    @pytest.fixture(scope="class")
    @classmethod
    def portefeuille(cls, base_de_la_classe: None) -> None:
        """Two agencies and none, two products, instalments late and paid, refunds and failures."""
        call_command("load_produits_pass", stdout=StringIO())
        call_command("load_test_data_pass", stdout=StringIO(), stderr=StringIO())
        PoliceFactory.reset_sequence(5_000)  # beyond those of the demonstration
        for agence in ("Ouenzé", "Ouenzé", ""):
            souscription = contrat_en_vigueur(client__agence=agence).souscription
            PaiementFactory(souscription=souscription, montant=700, frais=7)
            PaiementFactory(souscription=souscription, statut="rembourse")
            PaiementFactory(souscription=souscription, statut="echec", date_confirmation=None, date_comptable=None)

    def test_they_equal_a_recount_and_are_replaced_whole(self, portefeuille: None) -> None:
        attendu = recompte()
        assert {cle[1] for cle in attendu} >= {None, Agence.objects.get(nom="Ouenzé").pk}
        assert sum(arrieres for *_, arrieres in attendu.values()) > 0

        assert calculer_indicateurs() == len(attendu)
        assert calcules() == attendu

        PaiementFactory(
            souscription=SouscriptionPass.objects.filter(client__agence__nom="Ouenzé").first(), montant=1_000
        )
        assert calcules() != recompte()
        sortie = StringIO()
        call_command("calculer_indicateurs", stdout=sortie)
        assert calcules() == recompte()
        assert sortie.getvalue().startswith("Chiffres")

    def test_the_pictures_say_the_same_and_keep_to_the_rows_of_whoever_looks(self, portefeuille: None) -> None:
        calculer_indicateurs()
        debut = derniers_mois(aujourdhui(), 12)[0]
        tous, calcule_le = graphiques(permises=lambda lignes: lignes)
        bacongo, _ = graphiques(permises=lambda lignes: lignes.filter(agence__nom="Ouenzé"))
        rien = graphiques(permises=lambda lignes: lignes.none())

        assert [un.titre for un in tous] == [
            "Souscriptions activées",
            "Encaissements nets",
            "Arriérés, par mois d'échéance",
        ]
        assert calcule_le == IndicateurMensuel.objects.first().calcule_le  # type: ignore[union-attr]
        for dessines, lignes in [
            (tous, IndicateurMensuel.objects.filter(mois__gte=debut)),
            (bacongo, IndicateurMensuel.objects.filter(mois__gte=debut, agence__nom="Ouenzé")),
        ]:
            for dessin, mesure in zip(dessines, ("souscriptions", "encaisse", "arrieres"), strict=True):
                assert len(dessin.mois) == len(dessin.totaux) == 12
                assert sum(dessin.totaux) == sum(lignes.values_list(mesure, flat=True))
        assert rien == ([], None)

    def test_the_home_page_draws_them_with_their_figures(self, client: Client, portefeuille: None) -> None:
        calculer_indicateurs()
        client.force_login(AgentFactory(role="agent", agence="Ouenzé"))
        html = client.get(reverse("admin:index")).content.decode()

        total = sum(IndicateurMensuel.objects.filter(agence__nom="Ouenzé").values_list("encaisse", flat=True))
        assert total == 2 * 693
        assert f"{formater_nombre(total)} FCFA" in html
        assert html.count('<canvas class="chart"') == 3

    def test_an_advisor_sees_none(self, client: Client, portefeuille: None) -> None:
        calculer_indicateurs()
        client.force_login(AgentFactory(role="conseiller", agence="Ouenzé"))

        assert "<canvas" not in client.get(reverse("admin:index")).content.decode()

    def test_computing_takes_five_queries(self, portefeuille: None, django_assert_num_queries: Any) -> None:
        """Lock, deletion, computation, between the two ends of a savepoint."""
        with django_assert_num_queries(5):
            calculer_indicateurs()


@pytest.mark.parametrize(
    ("jour", "attendu"),
    [
        (date(2026, 11, 25), [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]),
        (date(2026, 1, 1), [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]),
        (date(2026, 12, 31), [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]),
    ],
)
def test_the_last_months_cross_years(jour: date, attendu: list[date]) -> None:
    assert derniers_mois(jour, 3) == attendu


def test_what_was_written_off_is_no_arrear() -> None:
    """Four instalments of a hundred in a hundred days, one paid."""
    souscription = contrat_en_vigueur(client__agence="Ouenzé").souscription
    PaiementFactory(souscription=souscription, montant=100)
    changer_statut(souscription=souscription, vers="suspendue", motif="retard")
    calculer_indicateurs()
    assert sum(IndicateurMensuel.objects.values_list("arrieres", flat=True)) == 300

    une, autre = AgentFactory.create_batch(2, role="gestionnaire")
    approuver(
        proposition=proposer(nature="abandon", objet=souscription, motif="introuvable", demandeur=une), decideur=autre
    )
    calculer_indicateurs()
    assert sum(IndicateurMensuel.objects.values_list("arrieres", flat=True)) == 0
    assert calcules() == recompte()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_the_figures_of_one() -> None:
    """The second deletes what the first wrote instead of meeting it: nobody fails, nothing is there twice."""
    for _ in range(3):
        PaiementFactory(souscription=contrat_en_vigueur(client__agence="Ouenzé").souscription)
    attendu = recompte()

    assert en_parallele(6, lambda _: calculer_indicateurs()) == [len(attendu)] * 6

    assert calcules() == attendu


@pytest.mark.parametrize("nombre", [1, 9])
def test_their_list_costs_the_same_and_finds_a_month(
    client: Client, nombre: int, django_assert_num_queries: Any
) -> None:
    """Session, agent, rights (two) and role; products of the filter; statistics, count and rows."""
    client.force_login(AgentFactory(role="auditeur"))
    for rang in range(nombre):
        contrat_en_vigueur(client__agence=f"Agence {rang}")
    calculer_indicateurs()
    liste = reverse("admin:pass_payments_indicateurmensuel_changelist")
    ce_mois = premier(aujourdhui())

    with django_assert_num_queries(9):
        lues = client.get(liste).context["cl"]
    assert lues.result_count == IndicateurMensuel.objects.count()

    lues = client.get(liste, {"mois": str(ce_mois)}).context["cl"]
    assert list(lues.queryset) == list(IndicateurMensuel.objects.filter(mois=ce_mois))

"""Assigning polices in bulk: the service batch by batch, then the command."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.management.commands import attribuer_polices as module
from apps.pass_clients.models import NumeroPolice, SouscriptionPass, StatutSouscription
from apps.pass_clients.selectors import souscriptions_sans_police
from apps.pass_clients.services import attribuer_police, attribuer_polices
from apps.pass_clients.tests.factories import PoliceFactory, SouscriptionFactory, dates_de
from apps.pass_products.models import ProduitPass
from apps.pass_products.tests.factories import ProduitEpargneFactory, ProduitFactory
from apps.socle.models import SerieNumero

pytestmark = pytest.mark.django_db

ANNEE = timezone.localdate().year


def payees(nombre: int, **valeurs: Any) -> list[SouscriptionPass]:
    return [SouscriptionFactory(active=True, **valeurs) for _ in range(nombre)]


def numeros() -> list[str]:
    return list(NumeroPolice.objects.order_by("souscription_id").values_list("numero_police", flat=True))


def vie(*sequences: int) -> list[str]:
    return [f"CG-{ANNEE}-VIE-{sequence:03}" for sequence in sequences]


class TestService:
    def test_each_has_the_next_number_of_its_series_in_order(self) -> None:
        avant = timezone.now()
        souscriptions = payees(3)

        assert attribuer_polices() == 3

        assert list(
            NumeroPolice.objects.order_by("numero_police").values_list(
                "souscription_id", "numero_police", "mode_attribution", "agent_attribueur", "commentaire", "statut"
            )
        ) == [
            (souscription.pk, numero, "automatique", None, "", "attribue")
            for souscription, numero in zip(souscriptions, vie(1, 2, 3), strict=True)
        ]
        assert all(police.date_attribution >= avant.replace(microsecond=0) for police in NumeroPolice.objects.all())

    def test_only_paid_subscriptions_without_police(self) -> None:
        for statut in StatutSouscription.values:
            SouscriptionFactory(statut=statut, **dates_de(statut))
        PoliceFactory(numero_police="ANCIEN-1")
        PoliceFactory(numero_police="ANCIEN-2", statut="annule")
        assert souscriptions_sans_police().count() == 3

        assert attribuer_polices() == 3

        servies = NumeroPolice.objects.filter(numero_police__in=vie(1, 2, 3))
        assert sorted(servies.values_list("souscription__statut", flat=True)) == ["activee", "expiree", "suspendue"]

    def test_a_second_run_does_nothing(self) -> None:
        payees(2)
        attribuer_polices()

        assert attribuer_polices() == 0
        assert numeros() == vie(1, 2)

    @pytest.mark.parametrize("lot", [1, 2, 3, 4, 5, 6, 100])
    def test_any_size_of_batch_does_the_same(self, lot: int) -> None:
        epargne = ProduitEpargneFactory()
        payees(3)
        payees(2, produit=epargne)
        vus: list[int] = []

        assert attribuer_polices(lot=lot, progression=vus.append) == 5

        assert numeros() == [*vie(1, 2, 3), f"CG-{ANNEE}-EPG-001", f"CG-{ANNEE}-EPG-002"]
        assert sum(vus) == 5
        assert max(vus) <= lot
        assert dict(SerieNumero.objects.values_list("serie", "dernier")) == {"police-VIE": 3, "police-EPG": 2}

    @pytest.mark.parametrize("lot", [1, 2, 100])
    @pytest.mark.parametrize("limite", [0, 1, 3, 4, 5, 6])
    def test_no_more_than_the_limit(self, limite: int, lot: int) -> None:
        payees(3)
        payees(2, produit=ProduitEpargneFactory())

        assert attribuer_polices(limite=limite, lot=lot) == min(limite, 5)
        assert NumeroPolice.objects.count() == min(limite, 5)
        assert sum(SerieNumero.objects.values_list("dernier", flat=True)) == min(limite, 5)

    def test_of_one_product(self) -> None:
        kimia, frere = ProduitFactory(), ProduitFactory(code_pass="KIMIA2")
        payees(2, produit=kimia)
        payees(2, produit=frere)

        assert attribuer_polices(produit="KIMIA2") == 2

        assert set(NumeroPolice.objects.values_list("souscription__produit__code_pass", flat=True)) == {"KIMIA2"}
        assert attribuer_polices() == 2
        assert sorted(numeros()) == vie(1, 2, 3, 4)

    def test_single_and_bulk_assignments_write_the_same_numbers(self, settings: Settings) -> None:
        settings.FORMAT_POLICE = "{sequence:02d}-{branche}-{annee}-CG"
        souscriptions = payees(120)
        attribuer_police(souscription=souscriptions[0])
        assert attribuer_polices(lot=50) == 119
        assert attribuer_police(souscription=payees(1)[0]).numero_police == f"121-VIE-{ANNEE}-CG"

        assert numeros() == [f"{sequence:02}-VIE-{ANNEE}-CG" for sequence in range(1, 122)]

    @pytest.mark.parametrize("lot", [1, 2, 3, 100])
    def test_numbers_taken_by_others_are_stepped_over(self, lot: int) -> None:
        agent, epargne = AgentFactory(), ProduitEpargneFactory()
        for numero in vie(1, 3, 4, 7):
            attribuer_police(souscription=payees(1, produit=epargne)[0], numero=numero, agent=agent)
        souscriptions = payees(4)

        assert attribuer_polices(lot=lot) == 4

        recus = NumeroPolice.objects.filter(souscription__in=souscriptions).values_list("numero_police", flat=True)
        assert sorted(recus) == vie(2, 5, 6, 8)

    def test_an_empty_catalogue_has_nothing_to_serve(self) -> None:
        assert not ProduitPass.objects.exists()

        assert attribuer_polices() == 0

    def test_a_batch_costs_the_same_queries_whatever_its_size(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Products; then, for the one branch, a batch that serves and one that finds nothing: hold, assign, move, savepoints."""
        payees(50)

        with django_assert_num_queries(1 + 2 * 7):
            attribuer_polices()


def commande(*arguments: str) -> list[str]:
    sortie = StringIO()
    call_command("attribuer_polices", *arguments, stdout=sortie, stderr=StringIO())
    return [" ".join(ligne.split()) for ligne in sortie.getvalue().splitlines()[:-1]]


class TestCommande:
    def test_it_says_how_many(self) -> None:
        payees(3)

        assert commande() == ["Polices attribuées 3"]
        assert commande() == ["Polices attribuées 0"]
        assert numeros() == vie(1, 2, 3)

    def test_a_simulation_counts_and_writes_nothing(self) -> None:
        payees(3)
        payees(2, produit=ProduitEpargneFactory())

        assert commande("--simulation") == ["Polices à attribuer 5"]
        assert commande("--simulation", "--limite", "2") == ["Polices à attribuer 2"]
        assert commande("--simulation", "--produit", "BATELA") == ["Polices à attribuer 2"]

        assert (numeros(), SerieNumero.objects.count()) == ([], 0)

    def test_by_product_and_limit(self) -> None:
        payees(3)
        payees(3, produit=ProduitEpargneFactory())

        assert commande("--produit", "BATELA", "--limite", "2") == ["Polices attribuées 2"]
        assert commande("--produit=BATELA") == ["Polices attribuées 1"]
        assert commande("--limite=2") == ["Polices attribuées 2"]

        assert [numero[8:11] for numero in numeros()].count("EPG") == 3

    @pytest.mark.parametrize("arguments", [["--produit", "INCONNU"], ["--produit", "kimia"], ["--produit", ""]])
    def test_an_unknown_product_is_named(self, arguments: list[str]) -> None:
        payees(1)

        with pytest.raises(CommandError, match=f"Aucun produit ne porte le code « {arguments[1]} »"):
            commande(*arguments)
        assert numeros() == []

    @pytest.mark.parametrize("limite", ["0", "-3"])
    def test_a_limit_is_positive(self, limite: str) -> None:
        with pytest.raises(CommandError, match="--limite est un nombre positif"):
            commande(f"--limite={limite}")


@pytest.mark.django_db(transaction=True)
def test_interrupted_it_keeps_what_is_done_and_resumes(monkeypatch: pytest.MonkeyPatch) -> None:
    payees(5)
    monkeypatch.setattr(module, "attribuer_polices", lambda **options: attribuer_polices(**options, lot=2))

    class Interruption(module.Command):
        def progression(self, libelle: str, *, total: int | None) -> Any:
            assert total == 5
            return self

        def __enter__(self) -> Any:
            return self.interrompre

        def __exit__(self, *raison: object) -> None:
            return None

        def interrompre(self, nombre: int) -> None:
            raise KeyboardInterrupt

    erreurs = StringIO()
    with pytest.raises(SystemExit) as sortie:
        call_command(Interruption(), stdout=StringIO(), stderr=erreurs)

    assert sortie.value.code == 130
    assert "Interrompu : ce qui est fait est gardé. Relancez la même commande" in erreurs.getvalue()
    assert numeros() == vie(1, 2)
    assert commande() == ["Polices attribuées 3"]
    assert numeros() == vie(1, 2, 3, 4, 5)

"""Facts: no act without its fact nor fact without its act; delivered at least once, in order for one key, whatever fails."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction

from apps.borne_auth.tests.factories import AgentFactory
from apps.socle import faits
from apps.socle.errors import LivraisonImpossible
from apps.socle.models import Fait, Livraison
from apps.socle.services.faits import (
    TraitantInconnu,
    dire,
    dire_en_masse,
    dire_plusieurs,
    ecarter,
    livrer,
    relancer,
    reserver_livraisons,
)
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import AccesRefuse, DonneesInvalides

pytestmark = pytest.mark.django_db
TARD = timedelta(days=1)


class Boite:
    """What each test handler was given, in order, and those that fail."""

    def __init__(self) -> None:
        self.recus: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.refuse: Callable[[str, Fait], bool] = lambda traitant, fait: False
        self._verrou = threading.Lock()

    def traitant(self, nom: str) -> faits.Traitant:
        def prendre(fait: Fait) -> None:
            if self.refuse(nom, fait):
                raise RuntimeError("secret 242066123456")
            with self._verrou:
                self.recus[nom].append((fait.cle, fait.donnees["rang"]))

        return prendre


@pytest.fixture
def boite(monkeypatch: pytest.MonkeyPatch) -> Iterator[Boite]:
    boite = Boite()
    monkeypatch.setattr(faits, "_FAITS", {"essai.arrive": faits.Declaration("Un essai.", frozenset({"rang"}))})
    traitants = {"a.un": boite.traitant("a.un"), "b.deux": boite.traitant("b.deux")}
    monkeypatch.setattr(faits, "_TRAITANTS", {"essai.arrive": traitants})
    return boite


def arriver(*rangs: int, cle: str = "objet:1", quand: datetime | None = None) -> None:
    for rang in rangs:
        with transaction.atomic():
            dire("essai.arrive", cle=cle, donnees={"rang": rang}, quand=quand)


def tourner(quand: datetime | None = None, *, nombre: int = 100) -> int:
    """What one turn of the worker does; a handler's failure costs its own row a delay."""
    idents = reserver_livraisons(nombre=nombre, quand=quand)
    for ident in idents:
        try:
            livrer(ident)
        except RuntimeError:
            continue
    return len(idents)


def tout_livrer(quand: datetime | None = None) -> None:
    while tourner(quand):
        pass


def test_each_handler_is_given_the_fact_once(boite: Boite, django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        dire("essai.arrive", cle="objet:1", donnees={"rang": 1})

    tout_livrer()

    assert boite.recus == {"a.un": [("objet:1", 1)], "b.deux": [("objet:1", 1)]}
    assert tourner(maintenant() + TARD) == 0
    assert list(Livraison.objects.values_list("statut", "tentatives").order_by("id")) == [("faite", 1)] * 2


def test_a_fact_that_nobody_takes_is_kept(boite: Boite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faits, "_TRAITANTS", {})
    arriver(1)

    assert (Fait.objects.count(), Livraison.objects.count()) == (1, 0)


def test_facts_go_with_their_act(boite: Boite) -> None:
    with transaction.atomic():
        dire("essai.arrive", cle="objet:1", donnees={"rang": 1})
        transaction.set_rollback(True)

    assert (Fait.objects.count(), Livraison.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_said_in_the_transaction_of_its_act(boite: Boite) -> None:
    with pytest.raises(transaction.TransactionManagementError, match=r"essai\.arrive"):
        dire("essai.arrive", cle="objet:1", donnees={"rang": 1})


def test_only_declared_facts_with_declared_data(boite: Boite) -> None:
    with pytest.raises(KeyError, match=r"essai\.parti"):
        dire("essai.parti", cle="objet:1", donnees={"rang": 1})
    with pytest.raises(ValueError, match="rang"):
        dire("essai.arrive", cle="objet:1", donnees={"rang": 1, "nom": "Kongo"})
    with pytest.raises(ValueError, match="deux fois"):
        faits.declarer("essai.arrive", "Encore.", donnees=())


def test_many_facts_are_one_query(boite: Boite, django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        dire_plusieurs("essai.arrive", [(f"objet:{rang}", {"rang": rang}) for rang in range(50)])
    with transaction.atomic(), django_assert_num_queries(0):
        dire_plusieurs("essai.arrive", [])

    tout_livrer()
    assert sorted(boite.recus["a.un"]) == sorted((f"objet:{rang}", rang) for rang in range(50))


def test_facts_of_a_statement(boite: Boite) -> None:
    suite = dire_en_masse(
        "essai.arrive", depuis="nombres", cle="'objet:' || n", donnees="jsonb_build_object('rang', n)"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"WITH nombres AS (SELECT generate_series(1, 3) AS n), {suite} SELECT count(*) FROM nombres")

    tout_livrer()
    assert sorted(boite.recus["b.deux"]) == [("objet:1", 1), ("objet:2", 2), ("objet:3", 3)]


def test_facts_of_one_key_come_in_their_order(boite: Boite) -> None:
    arriver(1, 2, 3)

    assert tourner(nombre=100) == 2  # the oldest, for each handler
    tout_livrer()
    assert boite.recus["a.un"] == [("objet:1", 1), ("objet:1", 2), ("objet:1", 3)]


def test_a_handler_that_fails_holds_up_its_own_key_alone(boite: Boite) -> None:
    boite.refuse = lambda traitant, fait: traitant == "a.un" and fait.cle == "objet:1"
    arriver(1, 2)
    arriver(3, cle="objet:2")

    tout_livrer()
    assert boite.recus == {
        "a.un": [("objet:2", 3)],
        "b.deux": [("objet:1", 1), ("objet:2", 3), ("objet:1", 2)],
    }
    (bloquee, suivante) = Livraison.objects.filter(statut="a_faire").order_by("fait_id")
    assert (bloquee.tentatives, bloquee.erreur, suivante.tentatives) == (1, "RuntimeError", 0)

    boite.refuse = lambda traitant, fait: False
    tout_livrer(maintenant() + TARD)
    assert boite.recus["a.un"] == [("objet:2", 3), ("objet:1", 1), ("objet:1", 2)]
    assert not Livraison.objects.exclude(erreur="").exists()


def test_what_a_handler_wrote_goes_when_it_fails(boite: Boite, monkeypatch: pytest.MonkeyPatch) -> None:
    def ecrire_puis_tomber(fait: Fait) -> None:
        AgentFactory(email="perdu@nsia.test")
        raise RuntimeError

    monkeypatch.setattr(faits, "_TRAITANTS", {"essai.arrive": {"a.un": ecrire_puis_tomber}})
    arriver(1)
    tourner()

    assert not AgentFactory._meta.model.objects.filter(email="perdu@nsia.test").exists()


def test_a_failure_is_tried_again_later_and_later(boite: Boite, settings: Any) -> None:
    settings.TRAVAUX_BAIL = timedelta(seconds=60)
    boite.refuse = lambda traitant, fait: True
    debut = quand = maintenant()
    arriver(1, quand=quand)
    attentes = []
    for _ in range(9):
        assert tourner(quand) == 2
        prochaine = Livraison.objects.values_list("a_faire_le", flat=True).distinct().get()
        assert tourner(prochaine - timedelta(seconds=1)) == 0
        attentes.append(int((prochaine - quand).total_seconds()))
        quand = prochaine

    assert attentes == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert quand - debut < TARD


def test_a_dead_workers_delivery_is_due_again(boite: Boite, settings: Any) -> None:
    arriver(1)
    assert len(reserver_livraisons(nombre=10)) == 2
    assert reserver_livraisons(nombre=10) == []

    tout_livrer(maintenant() + settings.TRAVAUX_BAIL + timedelta(seconds=1))
    assert boite.recus["a.un"] == [("objet:1", 1)]


def test_a_handler_that_is_no_longer_there_waits_for_a_person(boite: Boite, monkeypatch: pytest.MonkeyPatch) -> None:
    arriver(1)
    monkeypatch.setitem(faits._TRAITANTS, "essai.arrive", {})
    for ident in reserver_livraisons(nombre=10):
        with pytest.raises(TraitantInconnu):
            livrer(ident)

    assert set(Livraison.objects.values_list("statut", "erreur")) == {("a_faire", "TraitantInconnu")}


@pytest.mark.django_db(transaction=True)
def test_many_workers_give_each_fact_once_and_in_order(boite: Boite) -> None:
    for rang in range(1, 41):
        arriver(rang, cle=f"objet:{rang % 5}")
    ecarts: list[BaseException] = []

    def travailler() -> None:
        try:
            vide = 0
            while vide < 20:
                vide = 0 if tourner(nombre=3) else vide + 1
        except BaseException as ecart:
            ecarts.append(ecart)
            raise
        finally:
            connection.close()

    fils = [threading.Thread(target=travailler) for _ in range(6)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    tout_livrer(maintenant() + TARD)

    assert ecarts == []
    for traitant in ("a.un", "b.deux"):
        par_cle: dict[str, list[int]] = defaultdict(list)
        for cle, rang in boite.recus[traitant]:
            par_cle[cle].append(rang)
        assert par_cle == {f"objet:{n}": [r for r in range(1, 41) if r % 5 == n] for n in range(5)}


class TestGardes:
    def test_a_fact_never_changes(self, boite: Boite) -> None:
        arriver(1)
        for acte in (lambda: Fait.objects.update(cle="objet:2"), Fait.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                acte()

    @pytest.mark.parametrize(
        "champs",
        [{"statut": "a_faire", "a_faire_le": maintenant(), "finie_le": None}, {"traitant": "c.trois"}, {"cle": "x:1"}],
    )
    def test_what_was_delivered_stays_so(self, boite: Boite, champs: dict[str, Any]) -> None:
        arriver(1)
        tout_livrer()
        with pytest.raises(DatabaseError), transaction.atomic():
            Livraison.objects.update(**champs)


class TestPersonnes:
    @pytest.fixture
    def bloquee(self, boite: Boite) -> Livraison:
        boite.refuse = lambda traitant, fait: traitant == "a.un" and fait.donnees["rang"] == 1
        arriver(1, 2)
        tout_livrer()
        return Livraison.objects.get(fait__donnees={"rang": 1}, traitant="a.un")

    @pytest.fixture
    def agent(self) -> Any:
        agent = AgentFactory()
        agent.user_permissions.add(Permission.objects.get(content_type__app_label="socle", codename="change_livraison"))
        return agent

    def test_it_is_set_aside_with_a_reason_and_the_next_come(
        self, boite: Boite, bloquee: Livraison, agent: Any
    ) -> None:
        with pytest.raises(DonneesInvalides):
            ecarter(livraison=bloquee, agent=agent, motif="  ")
        ecarter(livraison=bloquee, agent=agent, motif="Contrat repris à la main.")
        tout_livrer()

        bloquee.refresh_from_db()
        assert (bloquee.statut, bloquee.ecartee_par, bloquee.motif) == ("ecartee", agent, "Contrat repris à la main.")
        assert boite.recus["a.un"] == [("objet:1", 2)]
        with pytest.raises(LivraisonImpossible):
            relancer(livraison=bloquee, agent=agent)

    def test_it_is_tried_again_at_once(self, boite: Boite, bloquee: Livraison, agent: Any) -> None:
        boite.refuse = lambda traitant, fait: False
        relancer(livraison=bloquee, agent=agent)
        tout_livrer()

        assert boite.recus["a.un"] == [("objet:1", 1), ("objet:1", 2)]

    def test_nobody_else_decides(self, bloquee: Livraison) -> None:
        etrangere = AgentFactory()
        for acte in (
            lambda: relancer(livraison=bloquee, agent=etrangere),
            lambda: ecarter(livraison=bloquee, agent=etrangere, motif="Parce que."),
        ):
            with pytest.raises(AccesRefuse):
                acte()
        bloquee.refresh_from_db()
        assert (bloquee.statut, bloquee.tentatives) == ("a_faire", 1)

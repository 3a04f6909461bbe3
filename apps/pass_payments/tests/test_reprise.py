"""The import of the former database, on a former database full of faults: exact figures, to the row and to the franc."""

import io
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection

from apps.pass_payments.models import LigneReprise, PaiementPass
from apps.pass_payments.reprise.ancienne_base import AncienneBase, inventer
from apps.pass_payments.reprise.bilan import Bilan
from apps.pass_payments.reprise.services import importer

JOUR = date(2026, 11, 25)


@contextmanager
def muet(libelle: str, total: int | None) -> Iterator[Callable[[int], object]]:
    yield lambda nombre: None


def adresse(nom: str) -> str:
    reglages = connection.get_connection_params()
    return (
        f"postgresql://{quote(reglages['user'])}:{quote(reglages['password'], safe='')}@{reglages['host']}:{reglages['port']}"
        f"/{nom}?sslmode=disable"
    )


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    call_command("load_produits_pass", stdout=io.StringIO())


@pytest.fixture
def ancienne() -> Iterator[Callable[[AncienneBase], str]]:
    """Makes databases of a former base, given by their address, on the server of the tests; gone at the end."""
    noms: list[str] = []

    def maitre(ordre: str) -> None:
        with closing(psycopg2.connect(adresse("postgres"))) as connexion, connexion.cursor() as curseur:
            connexion.autocommit = True
            curseur.execute(ordre)

    def ecrire(base: AncienneBase) -> str:
        nom = f"ancienne_{os.getpid()}_{len(noms)}"
        maitre(f'CREATE DATABASE "{nom}"')
        noms.append(nom)
        with closing(psycopg2.connect(adresse(nom))) as connexion:
            base.ecrire(connexion)
        return adresse(nom)

    yield ecrire
    for nom in noms:
        maitre(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')


def reprendre(source: str, **options: Any) -> Bilan:
    return importer(adresse=source, progression=muet, jour=JOUR, **options)


def registre() -> Counter[tuple[str, str]]:
    """Rows of the register by table and reason; none waits to be decided."""
    assert not LigneReprise.objects.filter(sort="a_placer").exists()
    return Counter(LigneReprise.objects.values_list("table_source", "motif"))


@pytest.mark.parametrize("graine", range(3))
def test_chaque_ligne_a_le_sort_attendu_au_franc_pres(ancienne: Any, graine: int) -> None:
    base = inventer(lignes=700, graine=graine, jour=JOUR)
    bilan = reprendre(ancienne(base))
    assert registre() == base.attendus, f"graine {graine}"
    argent: Counter[tuple[str, str]] = Counter()
    for table, motif, montant in LigneReprise.objects.values_list("table_source", "motif", "montant"):
        argent[table, motif] += montant or 0
    assert argent == base.argent
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert bilan.paiements_confirmes == sum(
        PaiementPass.objects.filter(statut="succes").values_list("montant", flat=True)
    )

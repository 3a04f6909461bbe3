"""Writing of invented lives: ids, phones and numbers are drawn first, then each table is filled by one COPY a batch.

The rows of a COPY are formatted while the server works on those before. A batch is one transaction: what is committed stays.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from random import Random

from django.conf import settings
from django.db import connection, transaction

from apps.essais.errors import BaseDeProduction
from apps.pass_clients import numbers
from apps.pass_clients.models import ClientPass, OperateurMobile
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_products.models import ProduitPass
from apps.socle.numbers import allouer
from apps.socle.reglages import reglage
from nsia_pass_api.audit import annoncer
from nsia_pass_api.copie import Flux
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.errors import RegleMetier
from nsia_pass_api.noms_inventes import NOMS, PRENOMS

from .lives import Offre, Vie, inventer
from .rows import COLONNES, Client, Lot, Numeros

CODES_PRODUITS = ["BATELA", "KIMIA", "SALISA"]
TAILLE_LOT = 20_000
CLIENTS_PAR_SOUSCRIPTION = 0.8

# +2420[456] and 7 digits. Multiplying by a number prime to how many there are is a bijection: each id has its own phone.
_TELEPHONES, _MELANGE = 30_000_000, 12_345_677


class CatalogueAbsent(RegleMetier):
    code = "catalogue_absent"
    titre = "Catalogue absent"
    detail = (
        "Les produits KIMIA, BATELA et SALISA ne sont pas tous proposés. Lancez d'abord : manage.py load_produits_pass"
    )


def generer_portefeuille(
    *,
    nombre: int,
    graine: int,
    jour: date | None = None,
    lot: int = TAILLE_LOT,
    progression: Callable[[int], object] = lambda nombre: None,
) -> Counter[str]:
    """`nombre` more subscriptions of nobody are there, as of `jour` (today), with all that hangs on them, and fresh statistics.

    Committed by batches of `lot`, `progression` told after each: interrupted, what is committed stays. Returns rows by table.
    Raises BaseDeProduction, or CatalogueAbsent when one of `CODES_PRODUITS` is not on offer.
    """
    if settings.PRODUCTION and not settings.DONNEES_DE_TEST_AUTORISEES:
        raise BaseDeProduction
    produits = ProduitPass.objects.filter(code_pass__in=CODES_PRODUITS, statut=ProduitPass.Statut.ACTIF)
    offres = [Offre.de(produit) for produit in produits.order_by("code_pass")]
    if [offre.code for offre in offres] != CODES_PRODUITS:
        raise CatalogueAbsent
    ecrites: Counter[str] = Counter()
    for fait in range(0, nombre, lot):
        portefeuille = _inventer_lot(
            nombre=min(lot, nombre - fait), graine=graine, offres=offres, jour=(jour or aujourdhui()).toordinal()
        )
        ecrites += _ecrire(portefeuille)
        progression(len(portefeuille.vies))
    analyser()
    return ecrites


def analyser() -> None:
    """The planner knows the tables, and index-only scans find their pages marked (not inside a transaction)."""
    verbe = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        cursor.execute(f"{verbe} {', '.join(COLONNES)}")


def _inventer_lot(*, nombre: int, graine: int, offres: list[Offre], jour: int) -> Lot:
    """A batch whose ids, phones and numbers are its own. The seed and the first id decide of the rest."""
    ids = _tirer_ids("souscriptions_pass", nombre)
    hasard = Random(f"{graine}/{ids[0]}")  # noqa: S311 - must be the same every time
    clients = _inventer_clients(hasard, max(1, round(nombre * CLIENTS_PAR_SOUSCRIPTION)))
    delai_jours = max(1, reglage("SOUSCRIPTION_DELAI_PAIEMENT_HEURES") // 24)
    vies = [
        inventer(
            hasard=hasard,
            offres=offres,
            rang_client=rang if rang < len(clients) else int(hasard.random() * len(clients)),
            jour=jour,
            delai_jours=delai_jours,
        )
        for rang in range(nombre)
    ]
    return Lot(
        hasard=hasard,
        jour=jour,
        clients=clients,
        vies=vies,
        ids=ids,
        paiements=_tirer_ids("paiements_pass", sum(len(vie.versements) for vie in vies)),
        numeros=_tirer_numeros(vies),
    )


def _ecrire(lot: Lot) -> Counter[str]:
    lignes: Counter[str] = Counter()
    with transaction.atomic(), connection.cursor() as cursor:
        annoncer()
        for table, contenu in lot.tables():
            cursor.copy_expert(f"COPY {table} ({COLONNES[table]}) FROM STDIN", Flux(contenu))
            lignes[table] = cursor.rowcount
    return lignes


def _tirer_ids(table: str, nombre: int) -> list[int]:
    """`nombre` ids of `table` that no other session will draw."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, nombre])
        return [ident for (ident,) in cursor.fetchall()]


def _inventer_clients(hasard: Random, nombre: int) -> list[Client]:
    clients: list[Client] = []
    while len(clients) < nombre:
        telephones = {_telephone(ident): ident for ident in _tirer_ids("clients_pass", nombre - len(clients))}
        for pris in ClientPass.objects.filter(telephone__in=list(telephones)).values_list("telephone", flat=True):
            del telephones[pris]
        clients += [
            Client(
                id=ident,
                nom=NOMS[int(hasard.random() * len(NOMS))],
                prenom=PRENOMS[int(hasard.random() * len(PRENOMS))],
                telephone=telephone,
                operateur=operateur_probable(telephone) or OperateurMobile.MTN.value,
            )
            for telephone, ident in telephones.items()
        ]
    return clients


def _telephone(ident: int) -> str:
    melange = ident * _MELANGE % _TELEPHONES
    return f"+2420{4 + melange // 10_000_000}{melange % 10_000_000:07}"


def _tirer_numeros(vies: list[Vie]) -> Numeros:
    souscriptions: Counter[tuple[str, int]] = Counter()
    polices: Counter[tuple[str, int]] = Counter()
    for vie in vies:
        annee = date.fromordinal(vie.souscrite).year
        souscriptions[vie.offre.code, annee] += 1
        polices[vie.offre.branche, annee] += vie.police
    return Numeros(
        souscriptions={
            (code, annee): map(
                numbers.forme_souscription(annee=annee, code_produit=code).numero,
                _allouer(numbers.serie_souscription(code), annee, nombre),
            )
            for (code, annee), nombre in sorted(souscriptions.items())
        },
        polices={
            (branche, annee): map(
                numbers.forme_police(annee=annee, branche=branche).numero,
                _allouer(numbers.serie_police(branche), annee, nombre),
            )
            for (branche, annee), nombre in sorted(polices.items())
            if nombre
        },
    )


def _allouer(serie: str, annee: int, nombre: int) -> range:
    """Committed at once: a batch that fails loses its numbers, but never holds a series that others wait for."""
    with transaction.atomic():
        return allouer(serie=serie, annee=annee, nombre=nombre)

"""Portfolios drawn by hypothesis: plain values first, then rows, as odd as the constraints of the database allow.

`sur_un_portefeuille` writes a drawn portfolio inside a savepoint, sets today to the drawn day and undoes everything after.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
    NumeroPolice,
    PeriodeCouverture,
    SouscriptionPass,
    StatutSouscription,
    TransitionSouscription,
)
from apps.pass_payments.models import OUVERTS, EvenementPaiement, PaiementPass, StatutPaiement, TypePaiement
from apps.pass_products.models import Garantie, Periodicite, ProduitPass
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory
from tests.tirages import tirages

ORIGINE = date(2026, 1, 1)
GRANDE_PRIME = 2_000_000_000
_JSONB = 3802


@dataclass(frozen=True)
class Periode:
    decalage: int
    """Days since the end of the period before, since the origin for the first."""
    duree: int
    prime: int
    periodicite: str
    nombre: int


@dataclass(frozen=True)
class Paiement:
    statut: str
    montant: int
    frais: int
    confirme: int
    """Minutes since the origin."""
    retard_comptable: int


@dataclass(frozen=True)
class Souscription:
    produit: int
    statut: str
    prime: int
    periodicite: str
    taux: str | None
    souscrite: int
    """Hours before or after the origin."""
    resiliee: int
    suspendue: int | None
    """Days since the origin of its transition, if that was written down."""
    police: str | None
    manuelle: bool
    beneficiaires: list[tuple[str, bool]]
    periodes: list[Periode]
    paiements: list[Paiement]


@dataclass(frozen=True)
class Portefeuille:
    clients: list[list[Souscription]]
    jour: date


_PRIMES = st.one_of(st.integers(1, 60), st.integers(100, 50_000), st.just(GRANDE_PRIME))
_DUREES = st.sampled_from([1, 2, 7, 30, 90, 364, 365, 366, 730, 800]) | st.integers(1, 500)
_STATUTS_PAIEMENT = st.sampled_from([*["succes"] * 6, *StatutPaiement.values])


@st.composite
def _periodes(draw: st.DrawFn) -> list[Periode]:
    periodes = []
    for rang in range(draw(st.integers(0, 3))):
        duree, prime = draw(_DUREES), draw(_PRIMES)
        plafond = min(duree, prime, 120)
        periodes.append(
            Periode(
                decalage=draw(st.integers(-500, 60)) if rang == 0 else draw(st.sampled_from([0, 0, 1, 40])),
                duree=duree,
                prime=prime,
                periodicite=draw(st.sampled_from(Periodicite.values)),
                nombre=draw(st.sampled_from([1, min(12, plafond), min(52, plafond), plafond])),
            )
        )
    return periodes


@st.composite
def _paiements(draw: st.DrawFn, periodes: list[Periode]) -> list[Paiement]:
    """Payments of round instalments, of whole primes, or of anything."""
    exacts = [periode.prime for periode in periodes] + [periode.prime // periode.nombre for periode in periodes]
    montants = st.one_of(
        st.sampled_from([montant for montant in exacts if montant > 0] or [100]), st.integers(1, 5_000)
    )
    paiements = []
    for _ in range(draw(st.integers(0, 6))):
        net, frais = draw(montants), draw(st.sampled_from([0, 0, 0, 1, 25]))
        paiements.append(
            Paiement(
                statut=draw(_STATUTS_PAIEMENT),
                montant=net + frais,
                frais=frais,
                confirme=draw(st.integers(-500 * 1440, 900 * 1440)),
                retard_comptable=draw(st.sampled_from([0, 0, 1, 5])),
            )
        )
    return paiements


@st.composite
def _souscriptions(draw: st.DrawFn) -> Souscription:
    produit, periodes = draw(st.integers(0, 2)), draw(_periodes())
    return Souscription(
        produit=produit,
        statut=draw(st.sampled_from([*StatutSouscription.values, "activee", "suspendue", "resiliee"])),
        prime=draw(_PRIMES),
        periodicite=draw(st.sampled_from(Periodicite.values)),
        taux=draw(st.sampled_from([None, "0", "0.01", "3.50", "100"])) if produit == 1 else None,
        souscrite=draw(st.integers(-600 * 24, 60 * 24)),
        resiliee=draw(st.sampled_from(_limites(periodes) or [0]) | st.integers(-500, 900)),
        suspendue=draw(st.none() | st.sampled_from(_limites(periodes) or [0])),
        police=draw(st.sampled_from(["attribue", "attribue", "attribue", "suspendu", "annule", None])),
        manuelle=draw(st.booleans()),
        beneficiaires=draw(
            st.lists(st.tuples(st.sampled_from(["actif", "inactif", "decede"]), st.booleans()), max_size=4)
        ),
        periodes=periodes,
        paiements=draw(_paiements(periodes)),
    )


@st.composite
def portefeuilles(draw: st.DrawFn) -> Portefeuille:
    clients = draw(st.lists(st.lists(_souscriptions(), max_size=3), min_size=1, max_size=3))
    return Portefeuille(clients=clients, jour=draw(st.sampled_from(_jours_limites(clients)) | _jours))


_jours = st.integers(-500, 1_500).map(lambda jours: ORIGINE + timedelta(days=jours))


def _limites(periodes: list[Periode]) -> list[int]:
    """Days since the origin: first days of the first and the last two instalments of each period, its end, the end of grace."""
    jours, debut = [], 0
    for periode in periodes:
        debut += periode.decalage
        rangs = {0, 1, max(0, periode.nombre - 2), periode.nombre - 1, periode.nombre}
        jours += [debut + rang * periode.duree // periode.nombre for rang in sorted(rangs)]
        debut += periode.duree
        jours.append(debut + 30)
    return jours


def _jours_limites(clients: list[list[Souscription]]) -> list[date]:
    """Days on which something may change, and their neighbours."""
    jours = {0}
    for souscription in itertools.chain.from_iterable(clients):
        jours |= {souscription.resiliee, souscription.souscrite // 24 + 3, *_limites(souscription.periodes)}
    return [ORIGINE + timedelta(days=jour + ecart) for jour in sorted(jours) for ecart in (-1, 0, 1)]


@dataclass(frozen=True)
class Catalogue:
    produits: list[ProduitPass]
    agent: Any

    @classmethod
    def installer(cls) -> "Catalogue":
        """Three products, with 2, 1 and no guarantee, and an agent."""
        kimia = ProduitFactory(delai_grace_jours=30)
        batela = ProduitEpargneFactory(delai_grace_jours=0, taux_epargne=Decimal("4.25"))
        salisa = ProduitFactory(code_pass="SALISA", branche="SAN", categorie="sante", delai_grace_jours=1)
        GarantieFactory(
            produit=kimia, type=Garantie.Type.REMBOURSEMENT, taux=Decimal("80.50"), plafond=50_000, age_min=18
        )
        GarantieFactory(produit=kimia, montant=None, franchise=2_500, delai_carence_jours=90, a_confirmer=False)
        GarantieFactory(produit=batela, age_max=70)
        return cls(produits=[kimia, batela, salisa], agent=AgentFactory())


def ecrire(portefeuille: Portefeuille, catalogue: Catalogue) -> None:
    """The rows of `portefeuille` are in the tables, each payment with its journal."""
    clients = ClientPass.objects.bulk_create(
        ClientPass(nom=f"NOM{rang}", prenom="Gisèle", telephone=f"+24206{rang:07}")
        for rang, _ in enumerate(portefeuille.clients)
    )
    dessins = [
        (client, dessin) for client, siens in zip(clients, portefeuille.clients, strict=True) for dessin in siens
    ]
    souscriptions = SouscriptionPass.objects.bulk_create(
        _souscription(rang, client, catalogue.produits[dessin.produit], dessin)
        for rang, (client, dessin) in enumerate(dessins)
    )
    ecrites = [(souscription, dessin) for souscription, (_, dessin) in zip(souscriptions, dessins, strict=True)]
    PeriodeCouverture.objects.bulk_create(itertools.chain.from_iterable(_periodes_de(*paire) for paire in ecrites))
    NumeroPolice.objects.bulk_create(
        NumeroPolice(
            souscription=souscription,
            numero_police=f"CG-2026-TST-{rang:03}",
            mode_attribution="manuel" if dessin.manuelle else "automatique",
            agent_attribueur=catalogue.agent if dessin.manuelle else None,
            statut=dessin.police,
        )
        for rang, (souscription, dessin) in enumerate(ecrites)
        if dessin.police
    )
    BeneficiairePass.objects.bulk_create(
        BeneficiairePass(
            souscription=souscription,
            nom="KONGO",
            prenom=f"Enfant {rang}",
            telephone="+242061234567" if date_connue else "",
            relation="enfant",
            date_naissance=date(2015, 5, 17) if date_connue else None,
            ordre_priorite=6 - rang,
            statut=statut,
        )
        for souscription, dessin in ecrites
        for rang, (statut, date_connue) in enumerate(dessin.beneficiaires)
    )
    TransitionSouscription.objects.bulk_create(
        TransitionSouscription(
            souscription=souscription,
            de="activee",
            vers="suspendue",
            motif="essai",
            date_transition=_instant(heures=dessin.suspendue * 24),
        )
        for souscription, dessin in ecrites
        if dessin.statut == "suspendue" and dessin.suspendue is not None
    )
    numeros = itertools.count()
    paiements = PaiementPass.objects.bulk_create(
        itertools.chain.from_iterable(_paiements_de(numeros, *paire) for paire in ecrites)
    )
    EvenementPaiement.objects.bulk_create(
        itertools.chain.from_iterable(_journal_de(paiement) for paiement in paiements)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _instant(*, heures: int = 0, minutes: int = 0) -> datetime:
    return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(hours=heures, minutes=minutes)


def _souscription(rang: int, client: ClientPass, produit: ProduitPass, dessin: Souscription) -> SouscriptionPass:
    payee = dessin.statut in ("activee", "suspendue", "expiree", "resiliee")
    return SouscriptionPass(
        client=client,
        produit=produit,
        numero_souscription=f"PASS-TEST-2026-{rang:06}",
        montant_souscription=dessin.prime,
        periodicite=dessin.periodicite,
        taux_epargne=None if dessin.taux is None else Decimal(dessin.taux),
        canal="borne",
        statut=dessin.statut,
        date_souscription=_instant(heures=dessin.souscrite),
        date_activation=_instant(heures=dessin.souscrite) if payee else None,
        date_resiliation=ORIGINE + timedelta(days=dessin.resiliee) if dessin.statut == "resiliee" else None,
    )


def _periodes_de(souscription: SouscriptionPass, dessin: Souscription) -> list[PeriodeCouverture]:
    periodes, fin = [], ORIGINE
    for rang, periode in enumerate(dessin.periodes, start=1):
        debut = fin + timedelta(days=periode.decalage)
        fin = debut + timedelta(days=periode.duree)
        periodes.append(
            PeriodeCouverture(
                souscription=souscription,
                numero=rang,
                date_debut=debut,
                date_fin=fin,
                prime=periode.prime,
                periodicite=periode.periodicite,
                nombre_echeances=periode.nombre,
            )
        )
    return periodes


def _paiements_de(
    numeros: "itertools.count[int]", souscription: SouscriptionPass, dessin: Souscription
) -> list[PaiementPass]:
    """One open attempt a type at most, as the database wants: what would be one too many has failed."""
    types, paiements = iter(TypePaiement.values), []
    for paiement in dessin.paiements:
        ouvert = paiement.statut in OUVERTS
        type_libre = next(types, None) if ouvert else TypePaiement.COTISATION.value
        statut = paiement.statut if type_libre else "echec"
        confirme = _instant(minutes=paiement.confirme) if statut in ("succes", "rembourse") else None
        paiements.append(
            PaiementPass(
                souscription=souscription,
                numero_transaction=f"PAY-20260101-{next(numeros):06}",
                montant=paiement.montant,
                frais=paiement.frais,
                operateur="mtn_money",
                mode_paiement="MTN Mobile Money",
                type_paiement=type_libre or TypePaiement.COTISATION.value,
                statut=statut,
                date_demande=_instant(minutes=paiement.confirme),
                date_confirmation=confirme,
                date_comptable=confirme and confirme.date() + timedelta(days=paiement.retard_comptable),
            )
        )
    return paiements


def _journal_de(paiement: PaiementPass) -> list[EvenementPaiement]:
    return [
        EvenementPaiement(paiement=paiement, type="demande", statut="initie"),
        EvenementPaiement(paiement=paiement, type="consultation", statut=paiement.statut),
        EvenementPaiement(paiement=paiement, type="rappel_recu", statut=""),
    ]


def sur_un_portefeuille(exemples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The test runs on `exemples` portfolios, each written in a savepoint that is undone, with today set to its day.

    It takes the drawn portfolio; the decorated one takes the fixture `catalogue`.
    """

    def decorer(essai: Callable[..., None]) -> Callable[..., None]:
        def execute(catalogue: Catalogue, portefeuille: Portefeuille) -> None:
            with transaction.atomic():
                ecrire(portefeuille, catalogue)
                fixer_aujourdhui(portefeuille.jour)
                essai(portefeuille)
                transaction.set_rollback(True)

        execute.__name__ = execute.__qualname__ = essai.__name__
        execute.__module__, execute.__doc__ = essai.__module__, essai.__doc__
        return _reglages(exemples)(given(portefeuille=portefeuilles())(execute))

    return decorer


def _reglages(exemples: int) -> settings:
    return settings(
        max_examples=tirages(exemples),
        print_blob=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def fixer_aujourdhui(jour: date) -> None:
    """`aujourdhui_pass()` is `jour` until the transaction or savepoint ends by a rollback."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('nsia.aujourdhui', %s, true)", [jour.isoformat()])


def lignes(sql: str, parametres: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries, jsonb decoded."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)
        return [
            {
                colonne.name: json.loads(valeur) if colonne.type_code == _JSONB else valeur
                for colonne, valeur in zip(cursor.description, ligne, strict=True)
            }
            for ligne in cursor.fetchall()
        ]

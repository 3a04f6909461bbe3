"""One subscription's life, invented: its periods, payments and transitions, in the state that the rules give it on day `jour`.

Pure and fast: days are ordinals (`date.toordinal`), chance is a `random.Random`. Everything happened before `jour`, so that
`cycle_de_vie` on that day finds nothing to do. No payment is left open: a worker would ask an operator about it for ever.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import chain, repeat
from random import Random
from typing import TypeVar

from apps.pass_clients.models import StatutSouscription
from apps.pass_payments.models import StatutPaiement, TypePaiement
from apps.pass_products.models import Periodicite, ProduitPass
from apps.pass_products.schedule import nombre_echeances

T = TypeVar("T")

# Plain strings: these are formatted millions of times, and an enum's __format__ is slow.
EN_COURS, ACTIVEE, SUSPENDUE, EXPIREE, ANNULEE, RESILIEE = StatutSouscription.values
INITIALE, COTISATION, RENOUVELLEMENT, RATTRAPAGE = TypePaiement.values
SUCCES, ECHEC, EXPIRE, REMBOURSE = (
    StatutPaiement.SUCCES.value,
    StatutPaiement.ECHEC.value,
    StatutPaiement.EXPIRE.value,
    StatutPaiement.REMBOURSE.value,
)

_IMPAYEE = "prime impayée au-delà du délai de grâce"
_FIN = "fin de la dernière période"


def _selon(poids: dict[T, int]) -> tuple[T, ...]:
    """Each key as often as its weight: picking one at random follows the weights."""
    return tuple(chain.from_iterable(repeat(cle, nombre) for cle, nombre in poids.items()))


# Nobody waits for her first payment longer than some days: they are few.
STATUTS = _selon({ACTIVEE: 640, EXPIREE: 145, SUSPENDUE: 90, ANNULEE: 65, RESILIEE: 55, EN_COURS: 5})
_PERIODICITES = {
    Periodicite.MENSUELLE: 9,
    Periodicite.HEBDOMADAIRE: 5,
    Periodicite.TRIMESTRIELLE: 3,
    Periodicite.SEMESTRIELLE: 1,
    Periodicite.ANNUELLE: 1,
    Periodicite.UNIQUE: 1,
}
_NOMBRE_PERIODES = _selon({1: 74, 2: 21, 3: 5})
_NOMBRE_VERSEMENTS = _selon({1: 3, 2: 4, 3: 5, 4: 3, 5: 2, 7: 1})
_BENEFICIAIRES = _selon({0: 35, 1: 40, 2: 15, 3: 7, 5: 3})
_MOTIFS_ECHEC = _selon({"solde_insuffisant": 5, "refuse": 3, "plafond_atteint": 1})
# Above this a year, one subscription alone would pass the ceilings of CIMA.
_PRIME_MAXIMUM = 24_000
_SANS_POLICE = 0.03


@dataclass(frozen=True, slots=True)
class Echeancier:
    """`decalages[k]`: day, from the beginning of its period, on which instalment k (from 0) falls due."""

    periodicite: str
    nombre: int
    decalages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offre:
    """A product as lives need it."""

    produit_id: int
    code: str
    branche: str
    duree: int
    grace: int
    taux: str | None
    beneficiaires_max: int
    primes: tuple[int, ...]
    echeanciers: tuple[Echeancier, ...]

    @classmethod
    def de(cls, produit: ProduitPass) -> "Offre":
        duree = produit.duree_validite_jours
        plus_petite = max(produit.prix_minimum, 100)
        plus_grande = max(plus_petite, min(produit.prix_maximum, _PRIME_MAXIMUM))
        echeanciers = {}
        for periodicite in map(Periodicite, produit.periodicites):
            nombre = nombre_echeances(periodicite=periodicite, duree_jours=duree)
            if nombre <= plus_petite:
                decalages = tuple(k * duree // nombre for k in range(nombre))
                echeanciers[Echeancier(periodicite.value, nombre, decalages)] = _PERIODICITES[periodicite]
        return cls(
            produit_id=produit.pk,
            code=produit.code_pass,
            branche=produit.branche,
            duree=duree,
            grace=produit.delai_grace_jours,
            taux=None if produit.taux_epargne is None else str(produit.taux_epargne),
            beneficiaires_max=produit.nombre_beneficiaires_max,
            primes=tuple(range(plus_petite, plus_grande + 1, 100)),
            echeanciers=_selon(echeanciers),
        )


@dataclass(slots=True)
class Versement:
    """A payment; `net` XAF is what the subscription receives, the client pays `frais` XAF more."""

    jour: int
    net: int
    frais: int
    type: str
    statut: str
    motif: str = ""


@dataclass(slots=True)
class Vie:
    """A subscription. `rang_client`: whose it is, among the clients of its batch."""

    offre: Offre
    rang_client: int
    statut: str
    echeancier: Echeancier
    prime: int
    souscrite: int
    resiliee: int | None = None
    police: bool = False
    beneficiaires: int = 0
    periodes: list[int] = field(default_factory=list)
    versements: list[Versement] = field(default_factory=list)
    transitions: list[tuple[str, str, str, int]] = field(default_factory=list)


def inventer(*, hasard: Random, offres: list[Offre], rang_client: int, jour: int, delai_jours: int) -> Vie:
    """A life as of `jour`; `delai_jours`: an unpaid subscription older than that is cancelled (1 at least)."""
    offre = _parmi(hasard, offres)
    statut = _parmi(hasard, STATUTS)
    echeancier = _parmi(hasard, offre.echeanciers)
    if statut == SUSPENDUE and _premier_retard(offre, echeancier) >= offre.duree:
        statut = ACTIVEE
    vie = Vie(offre, rang_client, statut, echeancier, _parmi(hasard, offre.primes), souscrite=jour)
    vie.beneficiaires = min(_parmi(hasard, _BENEFICIAIRES), offre.beneficiaires_max)
    if statut == EN_COURS:
        _attendre(vie, hasard, debut=jour - _entre(hasard, 1, delai_jours))
    elif statut == ANNULEE:
        _attendre(vie, hasard, debut=jour - delai_jours - _entre(hasard, 2, 700))
        vie.transitions.append(
            (EN_COURS, ANNULEE, "premier paiement non reçu à temps", vie.souscrite + delai_jours + 1)
        )
    else:
        vie.police = hasard.random() >= _SANS_POLICE
        _vivre(vie, hasard, jour)
        _essais_manques(vie, hasard, nombre=int(hasard.random() * 1.3))
    return vie


def _premier_retard(offre: Offre, echeancier: Echeancier) -> int:
    """Day of its period on which a subscription that paid one instalment has been suspended."""
    return (echeancier.decalages[1] if echeancier.nombre > 1 else offre.duree) + offre.grace + 3


def _attendre(vie: Vie, hasard: Random, *, debut: int) -> None:
    """No payment has succeeded since `debut`."""
    vie.souscrite = debut
    for _ in range(int(hasard.random() * 3)):
        vie.versements.append(_manque(hasard, debut, _cumul(vie, 1), INITIALE))


def _vivre(vie: Vie, hasard: Random, jour: int) -> None:
    """The subscription was paid for, and lived up to its state of `jour`."""
    duree, grace, decalages = vie.offre.duree, vie.offre.grace, vie.echeancier.decalages
    nombre, fin_de_vie = vie.echeancier.nombre, jour
    if vie.statut == EXPIREE:
        ecoules = duree + _entre(hasard, 0, 400)
    elif vie.statut == SUSPENDUE:
        ecoules = _entre(hasard, _premier_retard(vie.offre, vie.echeancier), duree - 1)
    elif vie.statut == RESILIEE:
        ecoules = _entre(hasard, min(3, duree - 1), duree - 1)
        fin_de_vie = vie.resiliee = jour - _entre(hasard, 1, 500)
    else:
        ecoules = _entre(hasard, 1, duree - 1)
    debut = fin_de_vie - ecoules
    _periodes_passees(vie, hasard, derniere=debut)
    echues = bisect_right(decalages, ecoules)
    exigees = max(1, bisect_right(decalages, min(ecoules, duree) - grace))

    payees, reste = echues, 0
    if vie.statut == SUSPENDUE:
        payees = _entre(hasard, 1, bisect_left(decalages, ecoules - grace - 1) - 1)
    elif hasard.random() < 0.3:
        profil = hasard.random()
        if profil < 0.4:
            payees = _entre(hasard, echues, nombre)
        elif profil < 0.5:
            payees, reste = nombre, _parmi(hasard, vie.offre.primes)
        else:
            payees = _entre(hasard, exigees, echues)
            reste = (_cumul(vie, payees + 1) - _cumul(vie, payees)) // 2 if payees < nombre and profil > 0.8 else 0
    _payer(vie, hasard, debut=debut, echeances=payees, reste=reste, avant=fin_de_vie)

    if vie.statut == SUSPENDUE:
        vie.transitions.append((ACTIVEE, SUSPENDUE, _IMPAYEE, debut + decalages[payees] + grace + 1))
    elif vie.statut == EXPIREE:
        vie.transitions.append((ACTIVEE, EXPIREE, _FIN, debut + duree))
    elif vie.resiliee is not None:
        vie.transitions.append((ACTIVEE, RESILIEE, "résiliation demandée par le client", vie.resiliee))


def _periodes_passees(vie: Vie, hasard: Random, *, derniere: int) -> None:
    """All periods are there, the last one beginning on day `derniere`; those before it are wholly paid."""
    duree = vie.offre.duree
    debuts = [derniere]
    for _ in range(_parmi(hasard, _NOMBRE_PERIODES) - 1):
        sans_couverture = _entre(hasard, 1, 40) if hasard.random() < 0.2 else 0
        debuts.append(debuts[-1] - duree - sans_couverture)
    vie.periodes = debuts[::-1]
    vie.souscrite = vie.periodes[0]
    vie.transitions.append((EN_COURS, ACTIVEE, "premier paiement", vie.souscrite))
    for debut, suivante in zip(vie.periodes, vie.periodes[1:], strict=False):
        _payer(vie, hasard, debut=debut, echeances=vie.echeancier.nombre, reste=0, avant=suivante)
        if suivante > debut + duree:
            vie.transitions.append((ACTIVEE, EXPIREE, _FIN, debut + duree))
            vie.transitions.append((EXPIREE, ACTIVEE, "renouvellement", suivante))


def _payer(vie: Vie, hasard: Random, *, debut: int, echeances: int, reste: int, avant: int) -> None:
    """The first `echeances` instalments of the period that began on `debut`, and `reste` XAF more, are paid before day `avant`.

    In several payments, each on the day its first instalment fell due; now and then the last one comes after a suspension.
    """
    decalages, grace, duree = vie.echeancier.decalages, vie.offre.grace, vie.offre.duree
    avant = min(avant, debut + duree)
    versements = min(echeances, _parmi(hasard, _NOMBRE_VERSEMENTS))
    for rang in range(versements):
        premiere, suivante = rang * echeances // versements, (rang + 1) * echeances // versements
        jour, nature = debut + decalages[premiere], COTISATION
        net = _cumul(vie, suivante) - _cumul(vie, premiere)
        if rang == versements - 1:
            net += reste
        if premiere == 0:
            nature = INITIALE if debut == vie.souscrite else RENOUVELLEMENT
            if debut - duree in vie.periodes:
                jour -= _entre(hasard, 1, min(10, duree))
        elif rang == versements - 1 and jour + grace + 12 < avant and vie.statut != SUSPENDUE and hasard.random() < 0.2:
            vie.transitions.append((ACTIVEE, SUSPENDUE, _IMPAYEE, jour + grace + 1))
            jour, nature = jour + grace + _entre(hasard, 2, 10), RATTRAPAGE
            vie.transitions.append((SUSPENDUE, ACTIVEE, "rattrapage payé", jour))
        frais = net // 100 if hasard.random() < 0.15 else 0
        vie.versements.append(Versement(min(jour, avant - 1), net, frais, nature, SUCCES))


def _essais_manques(vie: Vie, hasard: Random, *, nombre: int) -> None:
    """`nombre` attempts failed, expired or were refunded, each on the day of a payment that succeeded."""
    for _ in range(nombre):
        reussi = _parmi(hasard, vie.versements)
        essai = _manque(hasard, reussi.jour, reussi.net, reussi.type)
        if hasard.random() < 0.05:
            essai.statut, essai.motif = REMBOURSE, ""
        vie.versements.append(essai)


def _manque(hasard: Random, jour: int, net: int, nature: str) -> Versement:
    if hasard.random() < 0.4:
        return Versement(jour, net, 0, nature, EXPIRE)
    return Versement(jour, net, 0, nature, ECHEC, _parmi(hasard, _MOTIFS_ECHEC))


def _cumul(vie: Vie, echeances: int) -> int:
    """What the first `echeances` instalments of a period cost."""
    return echeances * vie.prime // vie.echeancier.nombre


def _parmi(hasard: Random, choix: "list[T] | tuple[T, ...]") -> T:
    return choix[int(hasard.random() * len(choix))]


def _entre(hasard: Random, bas: int, haut: int) -> int:
    """A whole number from `bas` to `haut`, both included."""
    return bas + int(hasard.random() * (haut - bas + 1))

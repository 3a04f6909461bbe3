"""The run: moves drawn one after the other, now and then a calm in which the laws are checked."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Exists, OuterRef

from apps.essais.simulation import lois
from apps.essais.simulation.monde import DEBUT, LoiViolee, Monde, dire_le_jour, installe, planter
from apps.essais.simulation.operateur import Pannes
from apps.essais.simulation.pas import CYCLE, LITIGES, TOUS, Pas, cycle, executer
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    OperateurPaiement,
    PaiementPass,
    RappelOperateur,
    StatutDecaissement,
    VerdictRappel,
)
from apps.pass_payments.services import decaissements, rappels, suivi
from nsia_pass_api.errors import ErreurPass

_TOURS_AU_PLUS = 5_000


@dataclass(frozen=True)
class Deroulement:
    chiffres: Counter[str]
    mensonges: Counter[str]
    """Of the operator, of the callbacks on their way and of those who forge some."""
    verdicts: Counter[str]
    empreinte: str
    """Of every move and its moment: the same seed gives the same."""
    du: datetime
    au: datetime
    """Simulated, as `du`."""
    calmes: int
    """After each of them every law held."""
    secondes: float
    """Of the real clock, calms and laws included."""

    @property
    def pas_par_seconde(self) -> float:
        return self.chiffres["pas"] / self.secondes


class SimulationEchouee(Exception):
    """The message tells the seed, the move at which it failed, why, and the last moves."""


class SimulationInterrompue(KeyboardInterrupt):
    """Somebody stopped it; `fait` is what had been played, and the laws held at each of its calms."""

    def __init__(self, fait: Deroulement) -> None:
        super().__init__()
        self.fait = fait


def simuler(
    *, pas: int, graine: int, calme_tous_les: int = 1_000, progression: Callable[[int], object] = lambda nombre: None
) -> Deroulement:
    """`pas` moves drawn from `graine` are played on the empty database that is connected, and every law held.

    The same seed on an empty database plays the same story. Raises SimulationEchouee, SimulationInterrompue, BaseDeProduction
    when clients are there.
    """
    with installe():
        produits, agents = planter()
        monde = Monde(random.Random(graine), produits, agents)  # noqa: S311 - a story to replay, no secret
        dire_le_jour(monde.jour)
        monde.imbriquer = lambda: _imbriquer(monde)
        calmes, depart = 0, time.monotonic()

        def deroulement() -> Deroulement:
            return Deroulement(
                chiffres=Counter({**monde.chiffres, "appels à l'opérateur": monde.menteur.appels}),
                mensonges=monde.menteur.mensonges,
                verdicts=monde.verdicts,
                empreinte=monde.empreinte.hexdigest()[:16],
                du=DEBUT,
                au=monde.heure,
                calmes=calmes,
                secondes=time.monotonic() - depart,
            )

        with connection.execute_wrapper(monde.compter_sql):
            try:
                for monde.rang in range(1, pas + 1):
                    _jouer(monde, _tirer(monde, TOUS))
                    progression(1)
                    if monde.rang % calme_tous_les == 0 or monde.rang == pas:
                        _apaiser(monde)
                        calmes += 1
            except (LoiViolee, ErreurPass, DatabaseError, AssertionError, LookupError, TypeError, ValueError) as cause:
                derniers = "\n".join(monde.trace)
                raise SimulationEchouee(
                    f"graine {graine}, pas {monde.rang} : {type(cause).__name__} : {cause}\nLes derniers pas :\n{derniers}"
                ) from cause
            except KeyboardInterrupt as arret:
                raise SimulationInterrompue(deroulement()) from arret
        return deroulement()


def _tirer(monde: Monde, parmi: list[Pas]) -> Pas:
    """The night's jobs run once a day at most; some nights nobody is there to run them."""
    if monde.jour != monde.jour_du_cycle and monde.hasard(0.3):
        return CYCLE
    return monde.alea.choices(parmi, [un.poids for un in parmi])[0]


def _jouer(monde: Monde, un: Pas) -> None:
    monde.avancer(timedelta(seconds=monde.alea.random()))
    pas = f"{monde.rang:>7} {monde.heure:%Y-%m-%d %H:%M:%S} {'  ' * monde.profondeur}{un.nom}"
    monde.trace.append(f"{pas} …")
    monde.empreinte.update(f"{monde.heure.isoformat()} {un.nom}\n".encode())
    monde.chiffres["pas"] += 1
    suite = executer(un, monde)
    monde.trace.append(f"{pas} : {suite}")
    if un.mortel:
        monde.observer()


def _imbriquer(monde: Monde) -> None:
    """While a call lasts, other people and other workers go on."""
    imbricables = [un for un in TOUS if un.imbricable]
    for _ in range(monde.alea.randint(1, 4)):
        _jouer(monde, _tirer(monde, imbricables))


def _apaiser(monde: Monde) -> None:
    """Outages end, prompts are answered, the worker runs until nothing is due, the day's cycle runs; then every law holds."""
    menteur = monde.menteur
    menteur.sincere, menteur.pannes = True, Pannes()
    contestes: set[int] = set()
    for _ in range(_TOURS_AU_PLUS):
        _repondre_a_tout(monde)
        du = _prochain(contestes)
        if du is None:
            break
        monde.avancer(max(du - monde.heure, timedelta()) + timedelta(milliseconds=1))
        for ident in suivi.reserver_paiements(nombre=100, quand=monde.heure):
            suivi.suivre_paiement(ident, horloge=monde.horloge, hasard=monde.alea.random)
        for ident in decaissements.reserver_decaissements(nombre=100, quand=monde.heure):
            un = decaissements.suivre_decaissement(ident, horloge=monde.horloge, hasard=monde.alea.random)
            if un.statut == StatutDecaissement.EN_VERIFICATION:
                contestes.add(ident)
    else:
        raise LoiViolee("loi 8 : rien ne s'apaise")
    cycle(monde)
    monde.observer()
    if trouvees := lois.violations(monde):
        raise LoiViolee("\n".join(["", *trouvees]))
    monde.chiffres["lois vérifiées"] += len(lois.LOIS)
    menteur.sincere = False


def _repondre_a_tout(monde: Monde) -> None:
    for compte in monde.menteur.en_attente():
        if monde.hasard(0.6):
            monde.menteur.approuver(compte)
        else:
            monde.menteur.refuser(compte)
        monde.rappeler(compte)
    for compte in monde.menteur.en_attente(-1):
        monde.menteur.approuver(compte)
    while monde.en_vol:
        _, corps = monde.en_vol.pop()
        rappels.recevoir_rappel(operateur=OperateurPaiement.MTN.value, corps=corps, adresse="", quand=monde.heure)
    while rappels.traiter_rappel(quand=monde.heure):
        pass


def _prochain(contestes: set[int]) -> datetime | None:
    """When something is due next; what is in dispute stays due every hour until a person has spoken, and is looked at when a
    callback waits for it.

    `contestes`: disbursements that are still in verification after a sincere answer.
    """
    litiges = AnomaliePaiement.objects.filter(paiement=OuterRef("pk"), nature__in=LITIGES, resolue_le__isnull=True)
    attendus = RappelOperateur.objects.filter(paiement=OuterRef("pk"), verdict=VerdictRappel.EN_ATTENTE)
    paiement = (
        PaiementPass.objects.filter(~Exists(litiges) | Exists(attendus), a_suivre_le__isnull=False)
        .order_by("a_suivre_le")
        .values_list("a_suivre_le", flat=True)
        .first()
    )
    decaissement = (
        Decaissement.objects.filter(a_suivre_le__isnull=False)
        .exclude(pk__in=contestes)
        .order_by("a_suivre_le")
        .values_list("a_suivre_le", flat=True)
        .first()
    )
    return min((un for un in (paiement, decaissement) if un is not None), default=None)

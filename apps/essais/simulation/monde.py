"""What surrounds the services: a clock, chance, people, callbacks on their way, processes that die. One seed, one story."""

import hashlib
import json
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.utils import timezone

from apps.essais.errors import BaseDeProduction
from apps.essais.simulation.operateur import Compte, OperateurMenteur, Pannes, ProcessusTue
from apps.pass_clients.models import ClientPass
from apps.pass_payments import operateurs
from apps.pass_payments.models import TRANSITIONS, OperateurPaiement, PaiementPass
from apps.pass_payments.operateurs import Etat
from apps.pass_products.models import ProduitPass
from apps.socle.errors import CleDejaUtilisee
from apps.socle.services import idempotence
from apps.socle.services.idempotence import Reponse

CHEMIN_OPERATEUR = "apps.essais.simulation.operateur.OperateurMenteur"
DEBUT = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
VENTE_AU_PLUS = 80
"""How many contracts people still take care of: the others are left to lapse."""

_PRODUITS: tuple[dict[str, Any], ...] = (
    {
        "code_pass": "COURT",
        "branche": "VIE",
        "categorie": "accident",
        "duree_validite_jours": 30,
        "delai_grace_jours": 5,
    },
    {"code_pass": "LONG", "branche": "SAN", "categorie": "sante", "duree_validite_jours": 365, "delai_grace_jours": 30},
    {
        "code_pass": "EPARGNE",
        "branche": "EPG",
        "categorie": "epargne",
        "taux_epargne": "3.50",
        "duree_validite_jours": 91,
        "delai_grace_jours": 10,
    },
)
_PERIODICITES = ["unique", "hebdomadaire", "mensuelle", "trimestrielle"]


class LoiViolee(Exception):
    """What must hold does not; the message says which law, for what."""


@dataclass(frozen=True)
class Affirmation:
    """What a callback that was sent to us claims."""

    numero: str
    etat: Etat
    montant: int | None
    telephone: str


@dataclass
class DemandeDeBorne:
    """A request of a kiosk, as it may be sent again with the same key."""

    portee: str
    cle: str
    corps: dict[str, Any]
    executer: Callable[[str], PaiementPass]
    envoyee_le: datetime
    reponse: dict[str, Any] | None = None


@dataclass
class Vu:
    """A payment as its journal told it to the simulation."""

    ident: int
    numero: str
    souscription: int
    client: int
    type: str
    montant: int
    telephone: str
    principal: int
    statut: str = ""


@dataclass
class Monde:
    alea: random.Random
    produits: list[ProduitPass]
    agents: list[AbstractBaseUser]
    heure: datetime = DEBUT
    chiffres: Counter[str] = field(default_factory=Counter)
    vus: dict[int, Vu] = field(default_factory=dict)
    contrats: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=VENTE_AU_PLUS))
    """Client and subscription."""
    demandes: deque[DemandeDeBorne] = field(default_factory=lambda: deque(maxlen=30))
    en_vol: list[tuple[datetime, str]] = field(default_factory=list)
    affirmations: dict[str, Affirmation] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    """Of all callbacks, as last counted."""
    empreinte: Any = field(default_factory=hashlib.sha256)
    """Fed with every move and its moment."""
    trace: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    jour_du_cycle: date | None = None
    sursis: int | None = None
    """SQL statements that the running process still has to live."""
    profondeur: int = 0
    imbriquer: Callable[[], None] = lambda: None
    dernier_evenement: int = 0
    numero: int = 0
    rang: int = 0
    """Of the move that is played; those that happen during a call have its own."""

    def __post_init__(self) -> None:
        chez = operateurs.operateur(OperateurPaiement.MTN.value)
        assert isinstance(chez, OperateurMenteur)  # noqa: S101 - `installe` put it there
        self.menteur = chez
        self.menteur.brancher(horloge=self.horloge, alea=self.alea, pendant=self.pendant, mort=self.mort)

    # Clock and chance

    def horloge(self) -> datetime:
        return self.heure

    @property
    def jour(self) -> date:
        return timezone.localdate(self.heure)

    def avancer(self, duree: timedelta) -> None:
        """Time passes, for the operator, for the callbacks on their way and for « today » in the views."""
        avant = self.jour
        self.heure += duree + timedelta(microseconds=self.alea.randint(1, 999))
        if self.jour != avant:
            dire_le_jour(self.jour)
        for compte in self.menteur.vieillir():
            self.rappeler(compte)

    def suivant(self) -> int:
        self.numero += 1
        return self.numero

    def hasard(self, part: float) -> bool:
        return self.alea.random() < part

    # Processes

    def mort(self) -> None:
        """Called at each boundary of a call to the operator: the process may be killed there."""
        if connection.in_atomic_block:
            raise LoiViolee("loi 2 : l'opérateur est appelé dans une transaction")
        if self.profondeur and self.hasard(0.02) and not self.menteur.sincere:
            raise ProcessusTue

    def pendant(self) -> None:
        """A call lasts: now and then the world goes on meanwhile, other workers included; the hour of the caller waits."""
        if self.profondeur < 3 and self.hasard(0.04):
            self.chiffres["appels lents"] += 1
            sursis, self.sursis = self.sursis, None
            self.imbriquer()
            self.sursis = sursis

    @contextmanager
    def processus(self, *, mortel: bool) -> Iterator[None]:
        """A process of ours runs, which may be killed at any SQL statement; a nested one dies alone."""
        avant, self.profondeur = self.sursis, self.profondeur + 1
        self.sursis = self.alea.randint(1, 50) if mortel and self.hasard(0.05) else None
        try:
            yield
        finally:
            self.sursis, self.profondeur = avant, self.profondeur - 1

    def compter_sql(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.sursis is not None:
            self.sursis -= 1
            if self.sursis <= 0:
                self.sursis = None
                raise ProcessusTue
        return execute(sql, params, many, context)

    # Requests of kiosks

    def envoyer(self, demande: DemandeDeBorne) -> str:
        """The request is served, its answer kept: the same key must give the same answer again."""
        connue = demande.reponse is not None and self.heure - demande.envoyee_le < settings.IDEMPOTENCE_CONSERVATION

        def executer() -> Reponse:
            paiement = demande.executer(demande.cle)
            total = paiement.montant + sum(paiement.rattaches.values_list("montant", flat=True))
            return Reponse(202, {"numero": paiement.numero_transaction, "montant": total})

        reponse = idempotence.une_seule_fois(
            portee=demande.portee, cle=demande.cle, demande=demande.corps, executer=executer, quand=self.heure
        )
        if connue and reponse.corps != demande.reponse:
            raise LoiViolee(f"loi 1 : la clé {demande.cle} a reçu deux réponses, {demande.reponse} et {reponse.corps}")
        if demande.reponse is None:
            demande.reponse = reponse.corps
            self.demandes.append(demande)
        return f"{reponse.corps['numero']} {reponse.corps['montant']} XAF{' (rejouée)' if reponse.rejouee else ''}"

    def nouvelle_demande(
        self, portee: str, corps: dict[str, Any], executer: Callable[[str], PaiementPass]
    ) -> DemandeDeBorne:
        return DemandeDeBorne(portee, f"cle-{self.suivant():08d}", corps, executer, self.heure)

    def repeter(self) -> str:
        """Somebody presses twice: the same key, the same key for something else, or another key."""
        if not self.demandes:
            return "rien à répéter"
        demande = self.alea.choice(list(self.demandes))
        choix = self.alea.random()
        if choix < 0.6:
            if self.heure - demande.envoyee_le > settings.IDEMPOTENCE_CONSERVATION and "souscrire" in demande.corps:
                return "trop vieille"
            return f"même clé : {self.envoyer(demande)}"
        if choix < 0.75:
            if self.heure - demande.envoyee_le > settings.IDEMPOTENCE_CONSERVATION:
                return "trop vieille"
            autre = DemandeDeBorne(demande.portee, demande.cle, {"autre": 1}, demande.executer, demande.envoyee_le)
            try:
                self.envoyer(autre)
            except CleDejaUtilisee:
                return "clé reprise pour autre chose : refusée"
            raise LoiViolee(f"loi 1 : la clé {demande.cle} a servi pour deux demandes")
        nouvelle = self.nouvelle_demande(demande.portee, demande.corps, demande.executer)
        return f"autre clé : {self.envoyer(nouvelle)}"

    # Callbacks

    def rappeler(self, compte: Compte) -> None:
        """The operator sends word of what has just ended: lost, once, twice, late."""
        if self.hasard(0.15):
            self.menteur.mensonges["rappels perdus"] += 1
            return
        fois = 2 if self.hasard(0.2) else 1
        self.menteur.mensonges["rappels doublés"] += fois - 1
        for _ in range(fois):
            retard = self.alea.choice((0, 0, 1, 5, 60, 4_000))
            self.menteur.mensonges["rappels en retard"] += retard > 0
            affirmation = Affirmation(compte.numero, compte.etat, compte.montant, compte.telephone)
            self.en_vol.append((self.heure + timedelta(seconds=retard), self.ecrire(affirmation)))

    def ecrire(self, affirmation: Affirmation) -> str:
        """The body of a callback, unlike any other."""
        corps = json.dumps(
            {
                "numero": affirmation.numero,
                "etat": affirmation.etat.value,
                "montant": affirmation.montant,
                "telephone": affirmation.telephone,
                "n": self.suivant(),
            }
        )
        self.affirmations[corps] = affirmation
        return corps

    # What is seen of the journal

    def observer(self) -> None:
        """Every new row of the journal follows a transition of docs/spec/payments.md; what is settled stays so."""
        for ident, paiement, statut, actuel, *reste in _lire(_JOURNAL, self.dernier_evenement):
            self.dernier_evenement = ident
            vu = self.vus.get(paiement)
            if vu is None:
                vu = self.vus[paiement] = Vu(paiement, *reste)
            if not statut:
                continue
            if vu.statut and (vu.statut, statut) not in TRANSITIONS:
                raise LoiViolee(f"succès immuable : {vu.numero} passe de {vu.statut} à {statut}")
            self._compter(vu, statut)
            vu.statut = statut
            if actuel == statut == "succes" and vu.type == "souscription_initiale":
                self.contrats.append((vu.client, vu.souscription))

    def _compter(self, vu: Vu, statut: str) -> None:
        if statut == "initie":
            self.chiffres["paiements demandés"] += 1
        elif statut == "succes":
            self.chiffres["succès"] += 1
            self.chiffres["succès tardifs"] += vu.statut in ("expire", "echec")
        elif statut == "rembourse":
            self.chiffres["remboursements et annulations"] += 1
        elif statut in ("echec", "expire"):
            self.chiffres[{"echec": "échecs", "expire": "expirés"}[statut]] += 1


_JOURNAL = """
    SELECT e.id, e.paiement_id, e.statut, p.statut, p.numero_transaction, p.souscription_id, s.client_id, p.type_paiement,
           p.montant, p.numero_payeur, coalesce(p.rattache_a_id, p.id)
    FROM evenements_paiement e
    JOIN paiements_pass p ON p.id = e.paiement_id
    JOIN souscriptions_pass s ON s.id = p.souscription_id
    WHERE e.id > %s ORDER BY e.id
"""


def _lire(sql: str, *parametres: int | str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)
        lignes: list[tuple[Any, ...]] = cursor.fetchall()
    return lignes


def dire_le_jour(jour: date | None) -> None:
    """« Today » of the views is `jour`, for this connection; None: the real one again."""
    _lire("SELECT set_config('nsia.aujourdhui', %s, false)", jour.isoformat() if jour else "")


@contextmanager
def installe() -> Iterator[None]:
    """MTN's place is taken by the liar, and nothing else pays on line; all is as before at the end."""
    avant = settings.OPERATEURS
    settings.OPERATEURS = {OperateurPaiement.MTN.value: CHEMIN_OPERATEUR}
    operateurs._instance.cache_clear()
    # Commits are checked as ever; only the disk is not waited for.
    _lire("SELECT set_config('synchronous_commit', 'off', false)")
    try:
        yield
    finally:
        _lire("SELECT set_config('synchronous_commit', 'on', false)")
        settings.OPERATEURS = avant
        operateurs._instance.cache_clear()
        dire_le_jour(None)


def planter() -> tuple[list[ProduitPass], list[AbstractBaseUser]]:
    """A catalogue of short lives and two agents. Raises BaseDeProduction on a database where clients live."""
    if ClientPass.objects.exists():
        raise BaseDeProduction("Cette base contient des clients : la simulation n'écrit que dans une base vide.")
    communs = {"prix_minimum": 100, "prix_maximum": 9_000, "periodicites": _PERIODICITES}
    produits = [
        ProduitPass.objects.create(nom_pass=f"PASS {fiche['code_pass']}", **communs, **fiche) for fiche in _PRODUITS
    ]
    agents: list[AbstractBaseUser] = [
        get_user_model().objects.create(
            email=f"agent{n}@simulation.cg", matricule=f"SIM{n}", is_staff=True, is_superuser=True
        )
        for n in (1, 2)
    ]
    return produits, agents


__all__ = ["Affirmation", "DemandeDeBorne", "LoiViolee", "Monde", "Pannes", "Vu", "dire_le_jour", "installe", "planter"]

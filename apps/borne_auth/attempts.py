"""Budgets of wrong guesses, in the database, strict under concurrency (docs/decisions/0003-identity.md).

Each guess is charged to its counters before it is evaluated: the counters' row locks, taken in one order, make parallel
guesses at one subject wait for each other. A right guess takes its charge back, so that only wrong ones are kept.
"""

import hashlib
import hmac
import ipaddress
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.borne_auth.models import Borne, RegleEssais
from apps.pass_clients.polices import epeler
from nsia_pass_api.errors import TropDEssais

logger = structlog.get_logger(__name__)

T = TypeVar("T")

AUPRES_D_UN_AGENT = "Un agent peut vous aider tout de suite."
# Eight digits and five tries: one chance in twenty million.
ESSAIS_MAINTENANCE = 5

_CHARGER = """
INSERT INTO compteurs_essais (regle, sujet, fenetre, essais)
SELECT regle, sujet, fenetre, 1
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS c (regle, sujet, fenetre)
ORDER BY regle, sujet, fenetre
ON CONFLICT (regle, sujet, fenetre) DO UPDATE SET essais = compteurs_essais.essais + 1
RETURNING regle, essais
"""

# Of each budget that is counted, one less. The locks are taken in the order of `_CHARGER`.
_RENDRE = """
WITH tenus AS MATERIALIZED (
    SELECT id, essais
    FROM compteurs_essais JOIN unnest(%s::text[], %s::text[], %s::timestamptz[]) AS c (regle, sujet, fenetre)
        USING (regle, sujet, fenetre)
    ORDER BY regle, sujet, fenetre FOR UPDATE OF compteurs_essais
), moins AS (
    UPDATE compteurs_essais SET essais = tenus.essais - 1 FROM tenus WHERE compteurs_essais.id = tenus.id AND tenus.essais > 1
)
DELETE FROM compteurs_essais USING tenus WHERE compteurs_essais.id = tenus.id AND tenus.essais = 1
"""


@dataclass(frozen=True)
class Budget:
    """At most `limite` wrong guesses of `sujet` from `debut` to `fin`."""

    regle: RegleEssais
    sujet: str
    limite: int
    debut: datetime
    fin: datetime


def tenter(*, budgets: Sequence[Budget], evaluer: Callable[[], T | None], le: datetime, sinon: str = "") -> T | None:
    """What `evaluer` returns; each budget has one guess less exactly when that is None.

    `evaluer` only reads: what it writes is undone when it succeeds. Raises TropDEssais, without evaluating or charging,
    when a budget is spent: the answer cannot depend on what exists. It says how long, then `sinon`: what to do meanwhile.
    """
    with transaction.atomic():
        avant_la_charge = transaction.savepoint()
        epuises = _charger(budgets)
        resultat = None if epuises else evaluer()
        if epuises or resultat is not None:
            transaction.savepoint_rollback(avant_la_charge)
        else:
            transaction.savepoint_commit(avant_la_charge)
    if epuises:
        logger.warning("essais_epuises", regles=sorted(budget.regle.value for budget in epuises))
        raise _trop("Trop d'essais.", epuises, sinon, le=le)
    return resultat


TROP_DE_SOUSCRIPTIONS = "Trop de souscriptions d'ici ou avec ce numéro."


def depenser(*, budgets: Sequence[Budget], le: datetime, quoi: str = "Trop de codes ont été demandés.") -> None:
    """Each budget has one less, in the transaction of the caller. Raises TropDEssais, that says `quoi`, when one is spent."""
    if epuises := _charger(budgets):
        logger.warning("envois_epuises", regles=sorted(budget.regle.value for budget in epuises))
        raise _trop(quoi, epuises, AUPRES_D_UN_AGENT, le=le)


def _trop(quoi: str, epuises: Sequence[Budget], sinon: str, *, le: datetime) -> TropDEssais:
    """The refusal lasts until the last of `epuises` is whole again, and says so in its words as in `Retry-After`."""
    attente = max(math.ceil((budget.fin - le).total_seconds()) for budget in epuises)
    return TropDEssais(f"{quoi} Réessayez {delai(attente, le=le)}. {sinon}".strip(), retry_after=attente)


def delai(secondes: int, *, le: datetime) -> str:
    """How long that is from `le` on, as people say it; never less than it is. « demain, dans 22 heures »."""
    minutes, heures = math.ceil(secondes / 60), math.ceil(secondes / 3600)
    if secondes <= 90:
        return f"dans {secondes} seconde{'s' if secondes > 1 else ''}"
    if minutes <= 90:
        return f"dans {minutes} minutes"
    demain = timezone.localdate(le) < timezone.localdate(le + timedelta(seconds=secondes))
    return f"{'demain, ' if demain else ''}dans {heures} heures"


def _charger(budgets: Sequence[Budget]) -> list[Budget]:
    """One more guess is charged to every budget, whose rows are locked; returns those that were already spent."""
    with connection.cursor() as cursor:
        cursor.execute(_CHARGER, _cles(budgets))
        essais = dict(cursor.fetchall())
    return [budget for budget in budgets if essais[budget.regle.value] > budget.limite]


def _cles(budgets: Sequence[Budget]) -> list[Any]:
    return [[b.regle.value for b in budgets], [_sujet(b) for b in budgets], [b.debut for b in budgets]]


def _sujet(budget: Budget) -> str:
    message = f"{budget.regle.value}\0{budget.sujet}".encode()
    return hmac.new(settings.CLE_COMPTEURS.encode(), message, hashlib.sha256).hexdigest()


def budgets_client(*, police: str, telephone: str, borne: Borne | None, adresse: str, le: datetime) -> list[Budget]:
    """What a guess at a pair draws on: at a kiosk, never on the network address, which a whole agency may share. All spellings
    of a police (`polices.epeler`) are one subject."""
    jour = _jour(le)
    police = epeler(police)
    if borne is None:
        return [
            Budget(RegleEssais.POLICE_HORS_BORNE, police, settings.ESSAIS_POLICE_HORS_BORNE, *jour),
            Budget(RegleEssais.TELEPHONE_HORS_BORNE, telephone, settings.ESSAIS_TELEPHONE_HORS_BORNE, *jour),
            Budget(
                RegleEssais.ADRESSE_MINUTE,
                reseau_de(adresse),
                settings.ESSAIS_PAR_ADRESSE_MINUTE,
                *_fenetre(le, timedelta(minutes=1)),
            ),
            Budget(RegleEssais.ADRESSE_JOUR, reseau_de(adresse), settings.ESSAIS_PAR_ADRESSE_JOUR, *jour),
        ]
    return [
        Budget(RegleEssais.POLICE_BORNE, f"{police}\0{borne.pk}", settings.ESSAIS_POLICE_BORNE, *jour),
        Budget(RegleEssais.POLICE_BORNES, police, settings.ESSAIS_POLICE_BORNES, *jour),
        Budget(RegleEssais.TELEPHONE_BORNE, f"{telephone}\0{borne.pk}", settings.ESSAIS_TELEPHONE_BORNE, *jour),
        Budget(RegleEssais.TELEPHONE_BORNES, telephone, settings.ESSAIS_TELEPHONE_BORNES, *jour),
        Budget(
            RegleEssais.BORNE,
            str(borne.pk),
            settings.ESSAIS_PAR_BORNE_QUART_HEURE,
            *_fenetre(le, timedelta(minutes=15)),
        ),
    ]


def budgets_agent(
    *, email: str, adresse: str, le: datetime, appareil: str = "", adresse_connue: bool = False
) -> list[Budget]:
    """What a try at a password draws on, so that nobody locks a colleague out: at a device where she signed in before, on that
    device's own; elsewhere on the address, and on hers with it; where she never came from, also on what she has for all
    such places, which is whole again after a quarter of an hour, then an hour, then a day."""
    quart_heure = _fenetre(le, timedelta(minutes=15))
    if appareil:
        sujet = f"{email}\0{appareil}"
        return [Budget(RegleEssais.AGENT_APPAREIL, sujet, settings.ESSAIS_AGENT_QUART_HEURE, *quart_heure)]
    reseau = reseau_de(adresse)
    ailleurs = settings.ESSAIS_AGENT_AILLEURS
    heure, jour = _fenetre(le, timedelta(hours=1)), _jour(le)
    communs = [
        Budget(RegleEssais.AGENT_QUART_HEURE, email, ailleurs, *quart_heure),
        Budget(RegleEssais.AGENT_HEURE, email, 2 * ailleurs, *heure),
        Budget(RegleEssais.AGENT_JOUR, email, 4 * ailleurs, *jour),
    ]
    return [
        Budget(RegleEssais.AGENT_ADRESSE, f"{email}\0{reseau}", settings.ESSAIS_AGENT_QUART_HEURE, *quart_heure),
        Budget(RegleEssais.AGENTS_ADRESSE, reseau, settings.ESSAIS_AGENTS_ADRESSE_QUART_HEURE, *quart_heure),
        *([] if adresse_connue else communs),
    ]


def budgets_facteur(*, agent_id: int, appareil: str, le: datetime) -> list[Budget]:
    """What a try at a code draws on, once the password was right: few wherever it is tried, and a device of hers has its own."""
    limite, quart_heure = settings.ESSAIS_FACTEUR_QUART_HEURE, _fenetre(le, timedelta(minutes=15))
    sujet = f"{agent_id}\0{appareil}"
    regle = RegleEssais.FACTEUR_APPAREIL if appareil else RegleEssais.FACTEUR_QUART_HEURE
    return [
        Budget(regle, sujet, limite, *quart_heure),
        Budget(RegleEssais.FACTEUR_JOUR, sujet, 4 * limite, *_jour(le)),
    ]


def budgets_code(*, client_id: int, telephone: str, le: datetime) -> list[Budget]:
    """What a code by SMS draws on. Her phone has its own: it may have been another client's an hour ago."""
    heure, jour = _fenetre(le, timedelta(hours=1)), _jour(le)
    return [
        Budget(RegleEssais.CODE_CLIENT_HEURE, str(client_id), settings.CODE_ENVOIS_HEURE, *heure),
        Budget(RegleEssais.CODE_CLIENT_JOUR, str(client_id), settings.CODE_ENVOIS_JOUR, *jour),
        Budget(RegleEssais.CODE_TELEPHONE_HEURE, telephone, settings.CODE_ENVOIS_HEURE, *heure),
        Budget(RegleEssais.CODE_TELEPHONE_JOUR, telephone, settings.CODE_ENVOIS_JOUR, *jour),
    ]


def budgets_maintenance(*, borne: Borne, code_id: int | None, le: datetime) -> list[Budget]:
    """What a try at a kiosk's maintenance draws on: on the code that waits, else on none that could be guessed."""
    return [Budget(RegleEssais.MAINTENANCE, f"{borne.pk}\0{code_id or ''}", ESSAIS_MAINTENANCE, *_jour(le))]


def budgets_rappel(*, telephone: str, borne: Borne | None, adresse: str, le: datetime) -> list[Budget]:
    """What asking for a police by SMS draws on, whether the phone is a client's or not."""
    heure = _fenetre(le, timedelta(hours=1))
    ou = (
        Budget(RegleEssais.RAPPEL_ADRESSE, reseau_de(adresse), settings.RAPPELS_ADRESSE_HEURE, *heure)
        if borne is None
        else Budget(RegleEssais.RAPPEL_BORNE, str(borne.pk), settings.RAPPELS_BORNE_HEURE, *heure)
    )
    return [
        ou,
        Budget(RegleEssais.RAPPEL_TELEPHONE, _cote(telephone, borne), settings.RAPPELS_TELEPHONE_JOUR, *_jour(le)),
    ]


def budgets_code_sans_session(*, telephone: str, borne: Borne | None, le: datetime) -> list[Budget]:
    """What a code draws on that was asked without a session, so that nobody spends those of the client's own sessions; nor,
    elsewhere, those of a kiosk."""
    lieu = f"{telephone}\0{borne.pk if borne else ''}"
    heure = _fenetre(le, timedelta(hours=1))
    return [
        Budget(RegleEssais.CODE_LIEU_HEURE, lieu, settings.CODE_ENVOIS_HEURE, *heure),
        Budget(RegleEssais.CODE_LIEUX_JOUR, _cote(telephone, borne), settings.CODE_ENVOIS_JOUR, *_jour(le)),
    ]


def budgets_souscription(
    *, telephone: str, payeur: str, borne: Borne | None, adresse: str, le: datetime
) -> list[Budget]:
    """What a subscription without a session draws on: the phone it names, the phone that will be asked for a PIN, the place."""
    jour = _jour(le)
    nommes = [
        Budget(
            RegleEssais.PROSPECT_TELEPHONE, _cote(telephone, borne), settings.SOUSCRIPTIONS_PAR_TELEPHONE_JOUR, *jour
        ),
        Budget(RegleEssais.PROSPECT_PAYEUR, _cote(payeur, borne), settings.SOUSCRIPTIONS_PAR_PAYEUR_JOUR, *jour),
    ]
    if borne is None:
        heure = _fenetre(le, timedelta(hours=1))
        limite = settings.SOUSCRIPTIONS_PAR_ADRESSE_HEURE
        return [*nommes, Budget(RegleEssais.PROSPECT_ADRESSE, reseau_de(adresse), limite, *heure)]
    quart_heure = _fenetre(le, timedelta(minutes=15))
    limite = settings.SOUSCRIPTIONS_PAR_BORNE_QUART_HEURE
    return [*nommes, Budget(RegleEssais.PROSPECT_BORNE, str(borne.pk), limite, *quart_heure)]


def solliciter(*, client_id: int, payeur: str, le: datetime) -> None:
    """A client in a session makes `payeur`, which is not the client's own phone, ask for a PIN. Raises TropDEssais."""
    quoi = "Trop de demandes de paiement vers ce numéro, ou vers d'autres que le vôtre."
    depenser(budgets=_budgets_autrui(client_id=client_id, payeur=payeur, le=le), le=le, quoi=quoi)


def rendre_sollicitation(*, client_id: int, payeur: str, le: datetime) -> None:
    """What was asked at `le` was confirmed by whoever has that phone: `solliciter` spent nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_RENDRE, _cles(_budgets_autrui(client_id=client_id, payeur=payeur, le=le)))


def _budgets_autrui(*, client_id: int, payeur: str, le: datetime) -> list[Budget]:
    jour = _jour(le)
    return [
        Budget(RegleEssais.AUTRUI_PAYEUR, payeur, settings.DEMANDES_VERS_UN_AUTRE_JOUR, *jour),
        Budget(RegleEssais.AUTRUI_CLIENT, str(client_id), settings.DEMANDES_VERS_D_AUTRES_JOUR, *jour),
    ]


def _cote(telephone: str, borne: Borne | None) -> str:
    """A phone at all kiosks, or everywhere else: who stands at a kiosk is not stopped by a stranger elsewhere."""
    return f"{telephone}\0{'bornes' if borne else 'ailleurs'}"


def _jour(le: datetime) -> tuple[datetime, datetime]:
    debut = timezone.localtime(le).replace(hour=0, minute=0, second=0, microsecond=0)
    return debut, debut + timedelta(days=1)


def _fenetre(le: datetime, duree: timedelta) -> tuple[datetime, datetime]:
    secondes = int(duree.total_seconds())
    debut = datetime.fromtimestamp(int(le.timestamp()) // secondes * secondes, tz=timezone.get_default_timezone())
    return debut, debut + duree


def reseau_de(adresse: str) -> str:
    """The address, or for IPv6 its /64: whoever holds one address there holds them all."""
    try:
        ip = ipaddress.ip_address(adresse)
    except ValueError:
        return adresse
    if not isinstance(ip, ipaddress.IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip.packed, 64), strict=False))

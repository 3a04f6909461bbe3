"""Clients and subscriptions of a former register, written many at once with the states through which they went.

The same rows as `services` would have written one by one, at the dates of that register; the database refuses the rest.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.pass_clients import numbers
from apps.pass_clients.models import (
    CanalSouscription,
    ClientPass,
    ModePolice,
    NumeroPolice,
    PeriodeCouverture,
    PreuveTelephone,
    SouscriptionPass,
    StatutPolice,
    StatutSouscription,
    TransitionSouscription,
)
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_clients.services import reconnaitre_client
from apps.pass_products.models import ProduitPass
from apps.socle.numbers import Forme, allouer, avancer

MOTIF = "reprise de l'ancienne base"
# Beyond it a number is no longer of a series: the unique constraint alone keeps it apart.
SEQUENCE_MAXIMUM = 10**9


@dataclass(frozen=True, kw_only=True)
class ClientRepris:
    telephone: str
    nom: str
    prenom: str
    adresse: str


@dataclass(frozen=True, kw_only=True)
class SouscriptionReprise:
    """`chemin`: the states after `en_cours`; `periodes`: begin and end (excluded) of each term, empty when never active."""

    client_id: int
    produit_id: int
    code_produit: str
    taux_epargne: Any
    prime: int
    periodicite: str
    nombre_echeances: int
    police: str
    chemin: tuple[str, ...]
    periodes: Sequence[tuple[date, date]]
    souscrite: date
    jour: date


@transaction.atomic
def reprendre_clients(clients: Sequence[ClientRepris]) -> dict[str, int]:
    """Each phone has its client. One who was there before stays as is, unless only a stranger had said who that is, as
    `reconnaitre_client`: the insurer knew the person and the phone. Returns ids by phone.
    """
    ClientPass.objects.bulk_create(
        (
            ClientPass(
                nom=un.nom,
                prenom=un.prenom,
                telephone=un.telephone,
                numero_mobile_money=un.telephone,
                operateur_mobile=operateur_probable(un.telephone) or "",
                adresse=un.adresse,
            )
            for un in clients
        ),
        ignore_conflicts=True,
    )
    connus = ClientPass.objects.filter(telephone__in=[un.telephone for un in clients])
    par_telephone = {un.telephone: un for un in clients}
    siennes = SouscriptionPass.objects.filter(client=OuterRef("pk"))
    for connu in connus.filter(Exists(siennes), ~Exists(siennes.exclude(preuve=""))):
        repris = par_telephone[connu.telephone]
        papiers: dict[str, Any] = {"nom": repris.nom, "prenom": repris.prenom, "adresse": repris.adresse}
        reconnaitre_client(client=connu, date_naissance=None, lieu_naissance="", **papiers)
    return dict(connus.values_list("telephone", "pk"))


@transaction.atomic
def reprendre_souscriptions(reprises: Sequence[SouscriptionReprise]) -> list[int]:
    """Each is there with its terms, its police and its states, and series of numbers are beyond. Returns ids, in order."""
    ecrites = SouscriptionPass.objects.bulk_create(
        SouscriptionPass(
            client_id=une.client_id,
            produit_id=une.produit_id,
            numero_souscription=numero,
            montant_souscription=une.prime,
            periodicite=une.periodicite,
            taux_epargne=une.taux_epargne,
            canal=CanalSouscription.IMPORT,
            preuve=PreuveTelephone.IMPORT,
            prouvee_le=midi(une.souscrite),
            statut=une.chemin[-1] if une.chemin else StatutSouscription.EN_COURS,
            date_souscription=midi(une.souscrite),
            date_activation=midi(une.periodes[0][0]) if une.periodes else None,
            date_resiliation=_fin(une) if StatutSouscription.RESILIEE in une.chemin else None,
        )
        for une, numero in zip(reprises, _numeros(reprises), strict=True)
    )
    paires = list(zip(ecrites, reprises, strict=True))
    PeriodeCouverture.objects.bulk_create(
        PeriodeCouverture(
            souscription=ecrite,
            numero=rang,
            date_debut=debut,
            date_fin=fin,
            prime=une.prime,
            periodicite=une.periodicite,
            nombre_echeances=max(1, min(une.nombre_echeances, une.prime, (fin - debut).days)),
        )
        for ecrite, une in paires
        for rang, (debut, fin) in enumerate(une.periodes, start=1)
    )
    TransitionSouscription.objects.bulk_create(
        TransitionSouscription(souscription=ecrite, de=de, vers=vers, motif=MOTIF, date_transition=quand)
        for ecrite, une in paires
        for de, vers, quand in _transitions(une)
    )
    NumeroPolice.objects.bulk_create(
        NumeroPolice(
            souscription=ecrite,
            numero_police=une.police,
            mode_attribution=ModePolice.AUTOMATIQUE,
            date_attribution=ecrite.date_activation or ecrite.date_souscription,
            commentaire="Repris de l'ancienne base",
            statut=StatutPolice.ANNULE if StatutSouscription.ANNULEE in une.chemin else StatutPolice.ATTRIBUE,
        )
        for ecrite, une in paires
        if une.police
    )
    _avancer_les_series(reprises)
    return [ecrite.pk for ecrite in ecrites]


def midi(jour: date) -> datetime:
    """The middle of the day in Brazzaville: former registers say no hour."""
    return timezone.make_aware(datetime.combine(jour, time(12)))


def _fin(une: SouscriptionReprise) -> date:
    return min(une.periodes[-1][1], une.jour) if une.periodes else une.jour


def _transitions(une: SouscriptionReprise) -> list[tuple[str, str, datetime]]:
    de, suite = StatutSouscription.EN_COURS.value, []
    for vers in une.chemin:
        quand = une.periodes[0][0] if vers == StatutSouscription.ACTIVEE else _fin(une)
        if vers == StatutSouscription.SUSPENDUE:
            quand = une.jour
        suite.append((de, vers, midi(quand)))
        de = vers
    return suite


def _numeros(reprises: Sequence[SouscriptionReprise]) -> list[str]:
    """The subscription numbers, each of the series of its product and year."""
    par_serie: dict[tuple[str, int], list[int]] = defaultdict(list)
    for rang, une in enumerate(reprises):
        par_serie[une.code_produit, une.souscrite.year].append(rang)
    numeros = [""] * len(reprises)
    for (code, annee), rangs in sorted(par_serie.items()):
        forme = numbers.forme_souscription(annee=annee, code_produit=code)
        tires = allouer(serie=numbers.serie_souscription(code), annee=annee, nombre=len(rangs))
        for rang, sequence in zip(rangs, tires, strict=True):
            numeros[rang] = forme.numero(sequence)
    return numeros


def _avancer_les_series(reprises: Sequence[SouscriptionReprise]) -> None:
    """No police that was brought in will be drawn again."""
    plus_loin: dict[tuple[str, int], int] = {}
    branches = sorted(set(ProduitPass.objects.values_list("branche", flat=True)))
    for une in reprises:
        annees = {int(chiffres) for chiffres in re.findall(r"(?=([0-9]{4}))", une.police)} | {une.jour.year}
        for annee in annees:
            # A number may have been given in the series of another branch.
            for branche in branches:
                sequence = _sequence(une.police, numbers.forme_police(annee=annee, branche=branche))
                if sequence is not None and sequence <= SEQUENCE_MAXIMUM:
                    cle = (numbers.serie_police(branche), annee)
                    plus_loin[cle] = max(plus_loin.get(cle, 0), sequence)
    for (serie, annee), sequence in sorted(plus_loin.items()):
        if 1 <= annee <= 9_999:
            avancer(serie=serie, annee=annee, sequence=sequence)


def _sequence(police: str, forme: Forme) -> int | None:
    """The sequence of a number, on whatever width: `CG-2025-VIE-000012` and `CG-2025-VIE-012` would be taken for one another."""
    if not (police.startswith(forme.avant) and police.endswith(forme.apres)):
        return None
    chiffres = police[len(forme.avant) : len(police) - len(forme.apres)]
    return int(chiffres) if chiffres.isascii() and chiffres.isdecimal() else None

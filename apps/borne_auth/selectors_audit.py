"""Reads of the trail: whose it is, under which names, and what changed as people read it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateField, DateTimeField, Field, Model, Q
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst

from apps.borne_auth.audit import SUIVIES, modeles_suivis
from apps.borne_auth.models import Agent, JournalAudit
from apps.pass_clients.models import ClientPass
from apps.pass_payments.models import PaiementPass
from nsia_pass_api.admin import VIDE
from nsia_pass_api.money import formater_xaf
from nsia_pass_api.telephones import TelephoneInvalide, afficher, normaliser

_EN_FRANCS = " (XAF)"


@dataclass(frozen=True)
class Difference:
    libelle: str
    avant: str
    apres: str


def clients_designes(terme: str) -> list[int]:
    """Those whom a phone, a police, the number of a subscription or of a payment names."""
    numero = "".join(terme.upper().split())
    cles = set(ClientPass.objects.filter(souscriptions__police__numero_police=numero).values_list("pk", flat=True))
    cles |= set(ClientPass.objects.filter(souscriptions__numero_souscription=numero).values_list("pk", flat=True))
    cles |= set(
        PaiementPass.objects.filter(numero_transaction=numero).values_list("souscription__client_id", flat=True)
    )
    with suppress(TelephoneInvalide):
        cles |= set(ClientPass.objects.filter(telephone=normaliser(terme)).values_list("pk", flat=True))
    return sorted(cles)


def agents_designes(terme: str) -> list[int]:
    """Those whom an e-mail or a matricule names."""
    return list(
        Agent.objects.filter(Q(email=terme.lower()) | Q(matricule=terme.upper()))
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def traces_des_clients(cles: Iterable[int]) -> Q:
    """The lines of the journal about these clients and all that hangs on them, and what they did themselves."""
    clients = list(cles)
    condition = Q(acteur__in=[f"client:{cle}" for cle in clients])
    for nom, suivie in SUIVIES.items():
        if suivie.client:
            modele = modeles_suivis()[_table(nom)]
            lignes = (
                modele._default_manager.order_by()
                .filter(**{f"{suivie.client}__in": clients})
                .values_list("pk", flat=True)
            )
            condition |= Q(table_nom=_table(nom), cle__in=[str(cle) for cle in lignes])
    return condition


def _table(nom: str) -> str:
    return next(table for table, modele in modeles_suivis().items() if modele._meta.label == nom)


def nommer(lignes: Iterable[Any], *, agents: Iterable[int], clients: Iterable[int]) -> None:
    """`lignes` know the names of these agents and clients (`agents`, `clients`: by key), in two queries."""
    noms_agents = Agent.objects.in_bulk({*agents})
    noms_clients = ClientPass.objects.in_bulk({*clients})
    for ligne in lignes:
        ligne.agents, ligne.clients = noms_agents, noms_clients


def cle_de_l_acteur(ligne: JournalAudit, genre: str) -> int | None:
    """12 for `agent:12`, when `genre` is `agent`."""
    nature, _, cle = ligne.acteur.partition(":")
    return int(cle) if nature == genre and cle.isdecimal() else None


def libelle_de_la_table(table: str) -> str:
    """What a row of it is, as people call it; the table's own name when no model has it any more."""
    modele = modeles_suivis().get(table)
    if modele is None:
        return table
    return capfirst(SUIVIES[modele._meta.label].libelle or str(modele._meta.verbose_name))


def differences(ligne: JournalAudit) -> list[Difference]:
    """What changed, in the order of the model's fields: all that there was of a row that came or went."""
    avant, apres = ligne.avant or {}, ligne.apres or {}
    champs = _champs(ligne.table_nom)
    colonnes = sorted(
        {*avant, *apres}, key=lambda colonne: (list(champs).index(colonne) if colonne in champs else 999, colonne)
    )
    return [
        Difference(
            libelle=libelle_du_champ(ligne.table_nom, colonne),
            avant=_lisible(champs.get(colonne), avant.get(colonne)),
            apres=_lisible(champs.get(colonne), apres.get(colonne)),
        )
        for colonne in colonnes
    ]


def libelle_du_champ(table: str, colonne: str) -> str:
    champ = _champs(table).get(colonne)
    return capfirst(str(champ.verbose_name).replace(_EN_FRANCS, "")) if champ is not None else colonne


def _champs(table: str) -> "dict[str, Field[Any, Any]]":
    modele: type[Model] | None = modeles_suivis().get(table)
    return {str(champ.column): champ for champ in modele._meta.concrete_fields} if modele else {}


def _lisible(champ: "Field[Any, Any] | None", valeur: Any) -> str:
    if valeur is None or valeur == "":
        return VIDE
    if champ is None or isinstance(valeur, dict):
        return valeur if isinstance(valeur, str) else json.dumps(valeur, ensure_ascii=False)
    if isinstance(valeur, list):
        de = champ.base_field if isinstance(champ, ArrayField) else None
        return ", ".join(_lisible(de, un) for un in valeur)
    choix = dict(champ.flatchoices)
    if valeur in choix:
        return str(choix[valeur])
    if champ.is_relation:
        return f"n° {valeur}"
    return _selon_le_type(champ, valeur)


def _selon_le_type(champ: "Field[Any, Any]", valeur: Any) -> str:
    if isinstance(champ, BooleanField):
        return "Oui" if valeur else "Non"
    if isinstance(valeur, int | float):
        return formater_xaf(int(valeur)) if _EN_FRANCS in str(champ.verbose_name) else number_format(valeur)
    texte = str(valeur)
    try:
        if isinstance(champ, DateTimeField):
            return f"{timezone.localtime(datetime.fromisoformat(texte)):%d/%m/%Y %H:%M:%S}"
        if isinstance(champ, DateField):
            return f"{date.fromisoformat(texte):%d/%m/%Y}"
    except ValueError:  # masked, or infinite
        return texte
    return afficher(texte) if texte.startswith("+242") else texte

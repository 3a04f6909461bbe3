"""Reads of the trail: whose it is, under which names, and what changed as people read it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Model, Q
from django.utils.text import capfirst

from apps.borne_auth.audit import modeles_suivis, suivies
from apps.borne_auth.droits import droit_lisible
from apps.borne_auth.models import Agent, JournalAudit
from apps.pass_clients.models import ClientPass
from apps.pass_payments.models import PaiementPass
from apps.socle.models import Reglage
from nsia_pass_api.lisible import VIDE, Champ, Noms, champs, cles_lisibles, libelle, valeur_lisible
from nsia_pass_api.lisible import nommer as noms_des_liens
from nsia_pass_api.registre import Suivie, modeles
from nsia_pass_api.telephones import TelephoneInvalide, normaliser


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


def modele_lu(nom: str) -> type[Model] | None:
    """The model that a reading names, also by the label that it had in another app; None for one that is no more.

    Nobody edits that journal: what was read of a model that has moved since keeps the former label.
    """
    homonymes = {modele._meta.label: modele for modele in apps.get_models() if modele.__name__ == nom.partition(".")[2]}
    return homonymes.get(nom) or next(iter(homonymes.values()), None)


def noms_du_modele(nom: str) -> list[str]:
    """The labels under which the journal of readings may name this model: its own, and one for each app where it was."""
    modele = nom.partition(".")[2]
    return [f"{config.label}.{modele}" for config in apps.get_app_configs()]


def traces_des_clients(cles: Iterable[int]) -> Q:
    """The lines of the journal about these clients and all that hangs on them, and what they did themselves."""
    clients = list(cles)
    condition = Q(acteur__in=[f"client:{cle}" for cle in clients])
    for table, modele in modeles_suivis().items():
        if chemin := modeles()[modele._meta.label].client:
            lignes = (
                modele._default_manager.order_by().filter(**{f"{chemin}__in": clients}).values_list("pk", flat=True)
            )
            condition |= Q(table_nom=table, cle__in=[str(cle) for cle in lignes])
    return condition


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
    return capfirst(_suivie(table).libelle or str(modele._meta.verbose_name))


def _suivie(table: str) -> Suivie:
    return suivies()[modeles_suivis()[table]._meta.label]


def objet_lisible(table: str, cle: str) -> str:
    """« Client n° 12 »; a setting, whose key is a code, by what it is called."""
    nom = str(Reglage(nom=cle)) if modeles_suivis().get(table) is Reglage else f"n° {cle}"
    return f"{libelle_de_la_table(table)} {nom}" if nom.startswith("n°") else f"{libelle_de_la_table(table)} « {nom} »"


def differences(ligne: JournalAudit) -> list[Difference]:
    """What changed, in the order of the model's fields: all that there was of a row that came or went.

    One query a relation among what changed, for the names of what it points to.
    """
    avant, apres = ligne.avant or {}, ligne.apres or {}
    modele = modeles_suivis().get(ligne.table_nom)
    connus = champs(modele) if modele else {}
    noms = noms_des_liens(modele, [avant, apres], dits={Permission: droit_lisible}) if modele else {}
    rangs = list(connus)
    colonnes = sorted(
        {*avant, *apres}, key=lambda colonne: (rangs.index(colonne) if colonne in rangs else 999, colonne)
    )
    lues = [
        (colonne, [_lisible(ligne, connus.get(colonne), fiche.get(colonne), noms) for fiche in (avant, apres)])
        for colonne in colonnes
    ]
    return [Difference(libelle_du_champ(ligne.table_nom, colonne), *valeurs) for colonne, valeurs in lues]


def libelle_du_champ(table: str, colonne: str) -> str:
    modele = modeles_suivis().get(table)
    champ = champs(modele).get(colonne) if modele else None
    return libelle(champ) if champ is not None else colonne


def _lisible(ligne: JournalAudit, champ: "Champ | None", valeur: Any, noms: Noms) -> str:
    """The value of a column; a JSON object by its keys, of a table that is gone as it was."""
    if isinstance(valeur, dict) and valeur and champ is not None:
        cles = _suivie(ligne.table_nom).cles(ligne.apres or ligne.avant or {})
        return " ; ".join(f"{nom} : {lue}" for nom, lue in cles_lisibles(valeur, cles))
    if champ is not None:
        lues = _suivie(ligne.table_nom).lues
        return lues[champ.attname](valeur) or VIDE if champ.attname in lues else valeur_lisible(champ, valeur, noms)
    return (
        VIDE
        if valeur is None or valeur == ""
        else valeur
        if isinstance(valeur, str)
        else json.dumps(valeur, ensure_ascii=False)
    )

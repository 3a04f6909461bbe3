"""What the back office shows of this app."""

from collections.abc import Mapping
from typing import Any

from apps.socle.cles import cle_lisible
from apps.socle.models import Reglage
from apps.socle.natures import nature
from nsia_pass_api.lisible import Cles
from nsia_pass_api.money import formater_nombre
from nsia_pass_api.registre import (
    CATALOGUE,
    EXPLOITATION,
    JOURNAL,
    PAIEMENTS,
    TECHNIQUE,
    Droits,
    Menu,
    Suivie,
    alerter,
    page,
    table,
)

_TECHNIQUE = Droits("L", "L", "", "", "L")


def _nature_lue(code: str | None) -> str:
    return nature(code).libelle if code else ""


def _cles_d_une_proposition(ligne: Mapping[str, Any]) -> Cles:
    return nature(ligne["nature"]).champs if "nature" in ligne else {}


def _nom_du_reglage(nom: str | None) -> str:
    return str(Reglage(nom=nom)) if nom else ""


def _valeur_du_reglage(valeur: int | None) -> str:
    """Which value, « Historique » of its page says."""
    return "Valeur d'installation" if valeur is None else formater_nombre(valeur)


# Whoever asks adds a proposal; whoever changes it decides, and is another person.
page(
    "socle.Proposition",
    Droits("LAM", "LAM", "LA", "L", "L"),
    client="client",
    menu=Menu(PAIEMENTS, "rule", "Ce qu'une personne demande et qu'une autre décide", rang=30),
    audit=Suivie(cles=_cles_d_une_proposition, lues={"nature": _nature_lue, "cle": cle_lisible}),
)
page(
    "socle.MessageSortant",
    _TECHNIQUE,
    menu=Menu(EXPLOITATION, "sms", "SMS aux clients, envoyés ou non", rang=10),
    audit="boîte d'envoi : les textes, qui portent des codes, ne se copient pas",
)
page(
    "socle.TachePlanifiee",
    _TECHNIQUE,
    menu=Menu(EXPLOITATION, "event_repeat", "Ce qui tourne chaque nuit", rang=20),
    audit=TECHNIQUE,
    impersonnel="technique",
)
table("socle.Fait", audit=JOURNAL)
page(
    "socle.Livraison",
    Droits("LM", "L", "", "", "L"),
    menu=Menu(EXPLOITATION, "campaign", "Ce que les modules se disent, et ce qui n'arrive pas"),
    audit="technique : ce qui reste à transmettre d'un fait, et qui l'a écarté",
    impersonnel="des identifiants",
)
page(
    "socle.Travailleur",
    _TECHNIQUE,
    menu=Menu(EXPLOITATION, "manufacturing", "Qui suit les paiements, vu quand"),
    audit=TECHNIQUE,
    impersonnel="technique",
)
page(
    "socle.Reglage",
    Droits("LM", "L", "", "", "L"),
    menu=Menu(CATALOGUE, "tune", "Délais, montants et plafonds, et qui les a changés", rang=60),
    audit=Suivie(lues={"nom": _nom_du_reglage, "valeur": _valeur_du_reglage}),
    impersonnel="des réglages",
)
page("socle.ChangementReglage", Droits("L", "L", "", "", "L"), audit=JOURNAL)
page(
    "socle.SerieNumero",
    Droits("L", "L", "", "", "L"),
    menu=Menu(CATALOGUE, "pin", "Dernier numéro tiré de chaque série", rang=70),
    audit="technique : le numéro tiré est dans la ligne qui le porte",
    impersonnel="des compteurs",
)
page(
    "socle.FichierPrive",
    _TECHNIQUE,
    menu=Menu(EXPLOITATION, "folder_managed", "Ce que les gens envoient : vérifié, refusé ou en attente", rang=15),
    audit=Suivie(ignorees=("a_verifier_le", "tentatives")),
)
table("socle.RequeteIdempotente", audit="technique : la réponse déjà donnée, gardée quelques jours")

table("socle.BilletDirect", audit="technique : un billet sert une fois")

alerter("apps.socle.selectors.alertes_travail", rang=0)
alerter("apps.socle.selectors.alertes_attente", rang=20)

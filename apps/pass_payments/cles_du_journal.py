"""What journals of payments keep beside each fact: how each key is called and read (`cles_lisibles`)."""

from typing import Any

from apps.pass_clients.models import StatutSouscription
from apps.pass_payments.models import NatureAnomalie
from apps.pass_payments.motifs import MotifEchec
from nsia_pass_api.lisible import Cles
from nsia_pass_api.money import formater_xaf

_SOURCES = {
    "suivi": "le suivi des paiements",
    "guichet": "le guichet",
    "rapprochement": "le rapprochement",
    "whatsappdb": "l'ancienne base",
}


def _montant(valeur: Any) -> str:
    """An amount, or the currency that was asked for or seen instead."""
    return formater_xaf(valeur) if isinstance(valeur, int) else str(valeur)


def _natures(valeur: list[str]) -> str:
    return ", ".join(str(NatureAnomalie(une).label) for une in valeur)


FAITS: Cles = {
    "source": ("Appris par", lambda valeur: _SOURCES.get(valeur, str(valeur))),
    "operateur": ("Dit par l'opérateur", str),
    "proposition": ("Proposition", lambda valeur: f"n° {valeur}"),
    "rappel": ("Rappel de l'opérateur", lambda valeur: f"n° {valeur}"),
    "decaissement": ("Décaissement", str),
    "motif": ("Motif", lambda valeur: str(MotifEchec(valeur).label)),
    "ecarts": ("Ce qui diffère", _natures),
    "demande": ("Demandé", _montant),
    "constate": ("Constaté", _montant),
    "souscription": ("Souscription", lambda valeur: str(StatutSouscription(valeur).label)),
}

"""Where a process is killed: every boundary of the flow, by name. Product code is wrapped from here, never changed.

A boundary is the moment before or after a function, or the one when it has written everything and COMMIT is not sent yet.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from importlib import import_module
from typing import Any

from apps.pass_payments.models import StatutDecaissement, StatutPaiement
from apps.pass_payments.operateurs import Etat
from nsia_pass_api.transactions import transaction_entiere


class Moment(Enum):
    AVANT = "avant"
    AVANT_COMMIT = "avant le COMMIT"
    """For a function under `transaction_entiere`."""
    APRES = "après"


def _toujours(_arguments: tuple[Any, ...], _resultat: Any) -> bool:
    return True


def _envoi(genre: str) -> Callable[[tuple[Any, ...], Any], bool]:
    """Of `Client._envoyer`: the POST that creates, not the token nor a look-up."""
    return lambda arguments, _: arguments[1] == "POST" and arguments[2].endswith(f"/v1_0/{genre}")


def _pris(_arguments: tuple[Any, ...], resultat: Any) -> bool:
    return bool(resultat)


def _reussi(_arguments: tuple[Any, ...], resultat: Any) -> bool:
    return bool(resultat.etat is Etat.REUSSI)


def _echoue(_arguments: tuple[Any, ...], resultat: Any) -> bool:
    return bool(resultat.etat is Etat.ECHOUE)


def _en_echec(_arguments: tuple[Any, ...], resultat: Any) -> bool:
    return bool(resultat.statut == StatutPaiement.ECHEC)


def _verse(_arguments: tuple[Any, ...], resultat: Any) -> bool:
    return bool(resultat.statut == StatutDecaissement.SUCCES)


@dataclass(frozen=True, kw_only=True)
class Coupure:
    """The process dies the first time that `ou` (`module:attribute`) is at `quand` and `si(arguments, result)`.

    `passages`: how many times the payment must be claimed after the restart to reach the operator's state.
    """

    nom: str
    ou: str
    quand: Moment
    si: Callable[[tuple[Any, ...], Any], bool] = _toujours
    passages: int = 0


# Of the rows that the handler of `ouvrier` writes.
CARNET = "carnet"

_TRAVAUX = "apps.pass_payments.travaux"
_FAITS = "apps.socle.services.faits"
_SUIVI = "apps.pass_payments.services.suivi"
_DECAISSEMENTS = "apps.pass_payments.services.decaissements"
_MTN = "apps.mtn_integration.operateur:OperateurMTN"
_HTTP = "apps.pass_payments.operateurs.http:ClientHTTP._envoyer"
_AVANT, _AVANT_COMMIT, _APRES = Moment.AVANT, Moment.AVANT_COMMIT, Moment.APRES

# The worker, before the operator holds the reference: the next one finds it unknown and sends it; then it is paid.
DEMANDE = (
    Coupure(nom="paiement réservé", ou=f"{_TRAVAUX}:PAIEMENTS.reserver", quand=_APRES, si=_pris, passages=2),
    Coupure(nom="paiement, avant l'appel", ou=f"{_MTN}.demander_paiement", quand=_AVANT, passages=2),
    Coupure(
        nom="paiement noté, rien d'envoyé",
        ou="apps.pass_payments.operateurs.traces:Traces.noter_demande",
        quand=_APRES,
        passages=2,
    ),
)
# The operator holds it, and the payer approves while nobody looks.
ACCEPTEE = (
    Coupure(nom="paiement accepté, réponse pas lue", ou=_HTTP, quand=_APRES, si=_envoi("requesttopay"), passages=1),
    Coupure(nom="paiement accepté, pas enregistré", ou=f"{_MTN}.demander_paiement", quand=_APRES, passages=1),
    Coupure(nom="envoi, avant le COMMIT", ou=f"{_SUIVI}:enregistrer_suite", quand=_AVANT_COMMIT, passages=1),
    Coupure(nom="envoi, après le COMMIT", ou=f"{_SUIVI}:enregistrer_suite", quand=_APRES, passages=1),
)
# Approved while the worker lives, which dies with what it was about to learn, or has learnt.
REPONSE = (
    Coupure(nom="avant de consulter", ou=f"{_MTN}.consulter_paiement", quand=_AVANT, passages=1),
    Coupure(
        nom="succès consulté, pas enregistré",
        ou=f"{_MTN}.consulter_paiement",
        quand=_APRES,
        si=_reussi,
        passages=1,
    ),
    Coupure(nom="règlement, avant le COMMIT", ou=f"{_SUIVI}:_regler_et_juger", quand=_AVANT_COMMIT, passages=1),
    Coupure(nom="règlement, après le COMMIT", ou=f"{_SUIVI}:_regler_et_juger", quand=_APRES, passages=0),
    Coupure(
        nom="message réservé",
        ou="apps.socle.travaux:MESSAGES.reserver",
        quand=_APRES,
        si=_pris,
        passages=0,
    ),
    Coupure(
        nom="message parti, pas enregistré",
        ou="apps.mtn_integration.messagerie:MessagerieSimulateur.envoyer",
        quand=_APRES,
        passages=0,
    ),
    Coupure(nom="fait réservé", ou="apps.socle.travaux:LIVRAISONS.reserver", quand=_APRES, si=_pris, passages=0),
    Coupure(nom="fait pris, avant le COMMIT", ou=f"{_FAITS}:_livrer", quand=_AVANT_COMMIT, si=_pris, passages=0),
    Coupure(nom="fait pris, après le COMMIT", ou=f"{_FAITS}:_livrer", quand=_APRES, si=_pris, passages=0),
)
# As above, when the payer says no.
REFUS = (
    Coupure(
        nom="refus consulté, pas enregistré",
        ou=f"{_MTN}.consulter_paiement",
        quand=_APRES,
        si=_echoue,
        passages=1,
    ),
    Coupure(
        nom="refus, avant le COMMIT", ou=f"{_SUIVI}:enregistrer_suite", quand=_AVANT_COMMIT, si=_en_echec, passages=1
    ),
    Coupure(nom="refus, après le COMMIT", ou=f"{_SUIVI}:enregistrer_suite", quand=_APRES, si=_en_echec, passages=0),
)
# The operator calls back, and the worker dies with the callback in its hands.
RAPPEL = (
    Coupure(nom="rappel, avant le COMMIT", ou=f"{_TRAVAUX}:traiter_rappel", quand=_AVANT_COMMIT, si=_pris, passages=1),
    Coupure(nom="rappel, après le COMMIT", ou=f"{_TRAVAUX}:traiter_rappel", quand=_APRES, si=_pris, passages=1),
    Coupure(nom="règlement écrit, rappel pas jugé", ou=f"{_SUIVI}:juger_rappels", quand=_AVANT, passages=1),
)
REMBOURSEMENT = (
    Coupure(nom="remboursement réservé", ou=f"{_TRAVAUX}:DECAISSEMENTS.reserver", quand=_APRES, si=_pris, passages=2),
    Coupure(nom="remboursement, avant l'appel", ou=f"{_MTN}.rembourser", quand=_AVANT, passages=2),
    Coupure(nom="remboursement accepté, réponse pas lue", ou=_HTTP, quand=_APRES, si=_envoi("refund"), passages=1),
    Coupure(nom="remboursement accepté, pas enregistré", ou=f"{_MTN}.rembourser", quand=_APRES, passages=1),
    Coupure(nom="remboursement enregistré", ou=f"{_DECAISSEMENTS}:_noter", quand=_APRES, passages=1),
    Coupure(
        nom="remboursement consulté, pas conclu",
        ou=f"{_MTN}.consulter_decaissement",
        quand=_APRES,
        si=_reussi,
        passages=1,
    ),
    Coupure(
        nom="conclusion, avant le COMMIT",
        ou=f"{_DECAISSEMENTS}:_conclure",
        quand=_AVANT_COMMIT,
        si=_verse,
        passages=1,
    ),
    Coupure(nom="conclusion, après le COMMIT", ou=f"{_DECAISSEMENTS}:_conclure", quand=_APRES, si=_verse, passages=0),
)
VERSEMENT = (Coupure(nom="versement accepté, pas enregistré", ou=f"{_MTN}.verser", quand=_APRES, passages=1),)

# The web server, while the client waits for the answer to her demand: nothing is written, or everything is.
WEB_RIEN = (
    Coupure(
        nom="demande écrite, réponse pas gardée",
        ou="apps.borne_auth.apis_souscriptions:souscrire_et_payer",
        quand=_APRES,
    ),
    Coupure(
        nom="demande, avant le COMMIT",
        ou="apps.socle.services.idempotence:_une_seule_fois",
        quand=_AVANT_COMMIT,
    ),
)
WEB_TOUT = (
    Coupure(
        nom="demande, après le COMMIT, avant la réponse",
        ou="apps.socle.services.idempotence:_une_seule_fois",
        quand=_APRES,
    ),
)
# The web server, while the operator calls back.
WEB_RAPPEL = (
    Coupure(nom="rappel reçu, pas gardé", ou="apps.pass_payments.operateurs.apis:recevoir_rappel", quand=_AVANT),
    Coupure(nom="rappel gardé, pas répondu", ou="apps.pass_payments.operateurs.apis:recevoir_rappel", quand=_APRES),
)

WEB = (*WEB_RIEN, *WEB_TOUT, *WEB_RAPPEL)
TRAVAILLEUR = (*DEMANDE, *ACCEPTEE, *REPONSE, *REFUS, *RAPPEL, *REMBOURSEMENT, *VERSEMENT)
PAR_NOM = {coupure.nom: coupure for coupure in (*WEB, *TRAVAILLEUR)}


def poser(coupure: Coupure, *, active: Callable[[], bool] = lambda: True) -> None:
    """This process dies at `coupure`, when `active()`."""
    module, _, chemin = coupure.ou.partition(":")
    *proprietaires, nom = chemin.split(".")
    objet: Any = import_module(module)
    for proprietaire in proprietaires:
        objet = getattr(objet, proprietaire)
    fonction = getattr(objet, nom)
    if coupure.quand is Moment.AVANT_COMMIT:
        coupee = transaction_entiere(_coupee(fonction.__wrapped__, coupure, active))
    else:
        coupee = _coupee(fonction, coupure, active)
    setattr(objet, nom, coupee)


def _coupee(fonction: Callable[..., Any], coupure: Coupure, active: Callable[[], bool]) -> Callable[..., Any]:
    avant = coupure.quand is Moment.AVANT

    @wraps(fonction)
    def coupee(*arguments: Any, **nommes: Any) -> Any:
        if avant and active() and coupure.si(arguments, None):
            mourir()
        resultat = fonction(*arguments, **nommes)
        if not avant and active() and coupure.si(arguments, resultat):
            mourir()
        return resultat

    return coupee


def mourir() -> None:
    """kill -9 of this process and of those that it leads."""
    os.killpg(0, signal.SIGKILL)

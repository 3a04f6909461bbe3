"""The line of `manage.py diagnostic` on MTN: what is configured, and whether MTN gives a token for it. Moves no money."""

from typing import Any

from django.conf import settings

from apps.mtn_integration.client import Client
from apps.mtn_integration.configuration import Produit, configuration
from apps.pass_payments.operateurs import OperateurInjoignable
from apps.pass_payments.operateurs.errors import AccesRefuse
from nsia_pass_api.diagnostic import Constat, attention, erreur, ok

SUJET = "mobile money"
_SUFFIXES = {Produit.COLLECTE: "COLLECTE", Produit.DECAISSEMENT: "DECAISSEMENT"}


def examiner(**options: Any) -> Constat:
    """`options` are those of `client.Client`."""
    if settings.MTN_ENVIRONNEMENT == "aucun":
        return attention(SUJET, "MTN_ENVIRONNEMENT=aucun : aucun paiement MTN n'est possible.")
    reglages = configuration()
    ou = f"{reglages.environnement}, plateforme {reglages.plateforme}, {reglages.url}, {reglages.devise}"
    client = Client(reglages, **{"journal": _ne_rien_ecrire, **options})
    try:
        for produit in reglages.acces:
            client.verifier_acces(produit)
    except AccesRefuse as refus:
        noms = ", ".join(f"MTN_{nom}_{_SUFFIXES[produit]}" for nom in ("CLE", "UTILISATEUR", "SECRET"))
        return erreur(SUJET, f"{ou} : jeton refusé ({refus.raison}). Vérifiez {noms} et MTN_PLATEFORME.")
    except OperateurInjoignable as panne:
        if reglages.environnement == "simulateur":
            return attention(SUJET, f"{ou} : pas de réponse. Lancez : python manage.py simulateur_momo.")
        return erreur(SUJET, f"{ou} : pas de réponse ({panne}). Vérifiez MTN_URL, le réseau et le pare-feu.")
    finally:
        client.fermer()
    jetons = f"{ou} : jetons obtenus ({', '.join(reglages.acces)})"
    if Produit.DECAISSEMENT not in reglages.acces:
        return attention(SUJET, f"{jetons}. MTN_DECAISSEMENT=0 : ni remboursement ni versement.")
    if not reglages.rappel:
        return attention(SUJET, f"{jetons}. Sans MTN_URL_RAPPEL, MTN n'annonce rien : les paiements sont interrogés.")
    return ok(SUJET, f"{jetons}, rappels vers {reglages.rappel}.")


def _ne_rien_ecrire(**_: Any) -> None:
    """A diagnostic leaves no trace, and may run without a database."""

"""MTN's addresses, headers and tokens, over the HTTP that operators share."""

import base64
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2

from apps.mtn_integration.configuration import ConfigurationMTN, Produit
from apps.mtn_integration.services import TRACES
from apps.pass_payments.operateurs import OperateurInjoignable, ecriture
from apps.pass_payments.operateurs.errors import AccesRefuse
from apps.pass_payments.operateurs.http import ClientHTTP, Journal, Reponse
from apps.pass_payments.operateurs.jetons import Jeton, Jetons


class Client:
    """Threads may share it. Every method is done within `configuration.delai_total`."""

    def __init__(
        self,
        configuration: ConfigurationMTN,
        *,
        journal: Journal = TRACES.journaliser,
        transport: httpx2.BaseTransport | None = None,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configuration = configuration
        self._http = ClientHTTP(
            configuration,
            lue=Reponse,
            journal=journal,
            secrets=tuple(
                valeur
                for donne in configuration.acces.values()
                for valeur in (donne.cle, donne.utilisateur, donne.secret)
            ),
            mandataire=configuration.environnement != "simulateur",
            transport=transport,
            horloge=horloge,
        )
        self._jetons = {
            produit: Jetons(self._demande_de_jeton(produit), horloge=horloge) for produit in configuration.acces
        }
        self.fermer = self._http.fermer
        self.telecharger = self._http.telecharger

    def creer(self, produit: Produit, chemin: str, *, reference: UUID, corps: dict[str, Any]) -> Reponse:
        """MTN's answer to one POST under `reference`. Raises OperateurInjoignable, AccesRefuse.

        Sent once, or twice when MTN first answers 401 and has therefore created nothing: whoever repeats it after no
        answer is the caller, with the same reference, when it has looked it up.
        """
        entetes = {"X-Reference-Id": str(reference)}
        # Those of money out are not read: they would be taken for callbacks of a payment that nobody knows.
        if self._configuration.rappel and produit is Produit.COLLECTE:
            entetes["X-Callback-Url"] = self._configuration.rappel
        return self._avec_jeton(
            produit, "POST", chemin, fin=self._http.fin(), entetes=entetes, corps=corps, reference=reference
        )

    def lire(self, produit: Produit, chemin: str, *, reference: UUID) -> Reponse:
        """MTN's answer below 500 to a GET, tried again a few times. Raises OperateurInjoignable, AccesRefuse."""
        fin = self._http.fin()
        return self._http.relire(lambda: self._avec_jeton(produit, "GET", chemin, fin=fin, reference=reference))

    def verifier_acces(self, produit: Produit) -> None:
        """MTN gives a token for this product. Raises OperateurInjoignable, AccesRefuse."""
        self._jetons[produit].lire(attente=self._configuration.borne_jeton)

    def _demande_de_jeton(self, produit: Produit) -> Callable[[], Jeton]:
        def demander() -> Jeton:
            acces = self._configuration.acces[produit]
            paire = base64.b64encode(f"{acces.utilisateur}:{acces.secret}".encode()).decode()
            entetes = {"Ocp-Apim-Subscription-Key": acces.cle, "Authorization": f"Basic {paire}"}
            if self._configuration.plateforme == "nouvelle":
                entetes["X-Target-Environment"] = self._configuration.cible
            reponse = self._http.echanger(
                "POST",
                f"{self._configuration.url}/{produit}/token/",
                delai=self._configuration.delai_jeton,
                entetes=entetes,
            )
            return _jeton(reponse)

        return demander

    def _avec_jeton(
        self,
        produit: Produit,
        methode: str,
        chemin: str,
        *,
        fin: float,
        reference: UUID,
        entetes: dict[str, str] | None = None,
        corps: dict[str, Any] | None = None,
    ) -> Reponse:
        communs = {
            "Ocp-Apim-Subscription-Key": self._configuration.acces[produit].cle,
            "X-Target-Environment": self._configuration.cible,
            **(entetes or {}),
        }

        def envoyer(jeton: str) -> Reponse:
            return self._http.echanger(
                methode,
                f"{self._configuration.url}/{produit}{chemin}",
                delai=self._configuration.delai_reponse,
                entetes={**communs, "Authorization": f"Bearer {jeton}"},
                corps=corps,
                reference=reference,
                secret=jeton,
            )

        return self._http.avec_jeton(self._jetons[produit], envoyer, fin=fin)


def _jeton(reponse: Reponse) -> Jeton:
    """Bad credentials are a 401, a 400 of the newer platform, or the older one's 500 `login_failed`."""
    if reponse.statut in (400, 401, 403) or reponse.objet.get("error") == "login_failed":
        raise AccesRefuse(reponse.raison, statut=reponse.statut)
    valeur, duree = reponse.objet.get("access_token"), ecriture.montant(reponse.objet.get("expires_in"))
    if reponse.statut != 200 or not isinstance(valeur, str) or not valeur.isascii() or not valeur.isprintable():
        raise OperateurInjoignable(f"jeton illisible : {reponse.raison}")
    return Jeton(valeur=valeur, duree=duree if duree and duree > 0 else 0)

"""HTTP with MTN: keys, tokens, time-outs, what may be tried again and what may not. Knows nothing of payments."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

import httpx2
import stamina

from apps.mtn_integration import ecriture, services
from apps.mtn_integration.configuration import ConfigurationMTN, Produit
from apps.mtn_integration.errors import AccesRefuse, DelaiEpuise
from apps.mtn_integration.jetons import Jeton, Jetons
from apps.pass_payments.operateurs import OperateurInjoignable
from nsia_pass_api.redaction import masquer_texte

# The gateway of the newer platform answers 403 to the names of common libraries.
USER_AGENT = "NSIA-PASS/1.0"
REPONSE_MAXIMUM = 64 * 1024
RELEVE_MAXIMUM = 32 * 1024 * 1024
CONNEXIONS = 32


@dataclass(frozen=True)
class Reponse:
    statut: int
    corps: str

    @cached_property
    def objet(self) -> dict[str, Any]:
        """The JSON object, numbers exact; empty for any other body."""
        try:
            lu = json.loads(self.corps, parse_float=Decimal, parse_constant=str)
        except (ValueError, RecursionError):
            return {}
        return lu if isinstance(lu, dict) else {}

    @property
    def code(self) -> str:
        """MTN's own code. The gateway in front of it gives none."""
        return ecriture.texte(self.objet.get("code"), 60)

    @property
    def raison(self) -> str:
        """What the answer says of itself, for the journal."""
        dite = self.code or ecriture.texte(self.objet.get("error"), 60) or ecriture.texte(self.objet.get("message"), 60)
        return masquer_texte(f"HTTP {self.statut} {dite}".strip())


class Journal(Protocol):
    def __call__(
        self,
        *,
        reference: UUID | None,
        methode: str,
        chemin: str,
        statut: int | None,
        duree_ms: int,
        demande: Any,
        reponse: str,
        erreur: str,
        secrets: tuple[str, ...],
    ) -> None: ...


class Client:
    """Threads may share it. Make it after the process has forked: sockets are not shared between processes.

    Every method is done within `configuration.delai_total`: an exchange begins only if its own bound still fits.
    """

    def __init__(
        self,
        configuration: ConfigurationMTN,
        *,
        journal: Journal = services.journaliser,
        transport: httpx2.BaseTransport | None = None,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configuration, self._journal, self._horloge = configuration, journal, horloge
        # A proxy of the environment leads out to MTN; the simulator is on this machine.
        self._http = httpx2.Client(
            transport=transport,
            trust_env=configuration.environnement != "simulateur",
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=CONNEXIONS, max_keepalive_connections=CONNEXIONS),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        )
        self._jetons = {
            produit: Jetons(self._demande_de_jeton(produit), horloge=horloge) for produit in configuration.acces
        }
        self._lectures = stamina.RetryingCaller(
            attempts=configuration.tentatives, timeout=None, wait_initial=0.2, wait_max=2, wait_jitter=0.5
        )

    def fermer(self) -> None:
        self._http.close()

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
            produit, "POST", chemin, fin=self._fin(), entetes=entetes, corps=corps, reference=reference
        )

    def lire(self, produit: Produit, chemin: str, *, reference: UUID) -> Reponse:
        """MTN's answer below 500 to a GET, tried again a few times. Raises OperateurInjoignable, AccesRefuse."""
        fin = self._fin()

        def essayer() -> Reponse:
            reponse = self._avec_jeton(produit, "GET", chemin, fin=fin, reference=reference)
            if reponse.statut >= 500:
                raise OperateurInjoignable(reponse.raison)
            return reponse

        return self._lectures(_a_reessayer, essayer)

    def verifier_acces(self, produit: Produit) -> None:
        """MTN gives a token for this product. Raises OperateurInjoignable, AccesRefuse."""
        self._jetons[produit].lire(attente=self._borne_jeton)

    def telecharger(self, adresse: str, parametres: dict[str, str]) -> Reponse:
        """A statement, without token; its lines are not written in the journal. Raises OperateurInjoignable."""
        return self._echanger(
            "GET",
            str(httpx2.URL(adresse, params=parametres)),
            delai=self._configuration.delai_reponse,
            taille=RELEVE_MAXIMUM,
            discret=True,
        )

    # Tokens

    def _demande_de_jeton(self, produit: Produit) -> Callable[[], Jeton]:
        def demander() -> Jeton:
            acces = self._configuration.acces[produit]
            paire = base64.b64encode(f"{acces.utilisateur}:{acces.secret}".encode()).decode()
            entetes = {"Ocp-Apim-Subscription-Key": acces.cle, "Authorization": f"Basic {paire}"}
            if self._configuration.plateforme == "nouvelle":
                entetes["X-Target-Environment"] = self._configuration.cible
            reponse = self._echanger(
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
        """With a token that lives; after a 401 once more, with a fresh one."""
        jetons = self._jetons[produit]
        communs = {
            "Ocp-Apim-Subscription-Key": self._configuration.acces[produit].cle,
            "X-Target-Environment": self._configuration.cible,
            **(entetes or {}),
        }

        def envoyer() -> tuple[str, Reponse]:
            self._exiger(self._borne_jeton, fin)
            jeton = jetons.lire(attente=self._borne_jeton)
            self._exiger(self._borne_echange, fin)
            return jeton, self._echanger(
                methode,
                f"{self._configuration.url}/{produit}{chemin}",
                delai=self._configuration.delai_reponse,
                entetes={**communs, "Authorization": f"Bearer {jeton}"},
                corps=corps,
                reference=reference,
                secret=jeton,
            )

        jeton, reponse = envoyer()
        if reponse.statut == 401:
            jetons.oublier(jeton)
            _, reponse = envoyer()
        return reponse

    # One exchange

    def _echanger(
        self,
        methode: str,
        adresse: str,
        *,
        delai: float,
        entetes: dict[str, str] | None = None,
        corps: dict[str, Any] | None = None,
        reference: UUID | None = None,
        secret: str = "",
        taille: int = REPONSE_MAXIMUM,
        discret: bool = False,
    ) -> Reponse:
        """One request, one answer, one line of the journal, also when there is no answer: then OperateurInjoignable."""
        debut = time.perf_counter()
        reponse: Reponse | None = None
        erreur = "interrompu"
        try:
            reponse = self._envoyer(methode, adresse, delai=delai, entetes=entetes or {}, corps=corps, taille=taille)
            erreur = ""
        except (httpx2.HTTPError, _TropLong) as panne:
            erreur = f"{type(panne).__name__}: {panne}"
            raise OperateurInjoignable(type(panne).__name__.strip("_")) from panne
        finally:
            recu = "" if reponse is None else reponse.corps
            self._journal(
                reference=reference,
                methode=methode,
                chemin=httpx2.URL(adresse).raw_path.decode("ascii"),
                statut=None if reponse is None else reponse.statut,
                duree_ms=round((time.perf_counter() - debut) * 1000),
                demande=corps,
                reponse=f"[{len(recu)} caractères]" if discret else recu,
                erreur=erreur,
                secrets=self._secrets(secret),
            )
        return reponse

    def _envoyer(
        self,
        methode: str,
        adresse: str,
        *,
        delai: float,
        entetes: dict[str, str],
        corps: dict[str, Any] | None,
        taille: int,
    ) -> Reponse:
        connexion = self._configuration.delai_connexion
        attente = httpx2.Timeout(connect=connexion, pool=connexion, write=connexion, read=delai)
        fin = self._horloge() + self._configuration.attente_maximale + delai
        with self._http.stream(methode, adresse, headers=entetes, json=corps, timeout=attente) as reponse:
            morceaux, recus = [], 0
            for morceau in reponse.iter_bytes():
                recus += len(morceau)
                if recus > taille or self._horloge() > fin:
                    raise _TropLong(f"{recus} octets reçus")
                morceaux.append(morceau)
        return Reponse(reponse.status_code, b"".join(morceaux).decode("utf-8", "replace"))

    def _secrets(self, secret: str) -> tuple[str, ...]:
        acces = self._configuration.acces.values()
        return (secret, *(valeur for donne in acces for valeur in (donne.cle, donne.utilisateur, donne.secret)))

    # Time

    @property
    def _borne_jeton(self) -> float:
        return self._configuration.attente_maximale + self._configuration.delai_jeton

    @property
    def _borne_echange(self) -> float:
        return self._configuration.attente_maximale + self._configuration.delai_reponse

    def _fin(self) -> float:
        return self._horloge() + self._configuration.delai_total

    def _exiger(self, secondes: float, fin: float) -> None:
        if self._horloge() + secondes > fin:
            raise DelaiEpuise("plus assez de temps pour un autre échange")


class _TropLong(Exception):
    """The answer has too many bytes, or they come too slowly."""


def _a_reessayer(panne: Exception) -> bool:
    return isinstance(panne, OperateurInjoignable) and not isinstance(panne, DelaiEpuise)


def _jeton(reponse: Reponse) -> Jeton:
    """Bad credentials are a 401, a 400 of the newer platform, or the older one's 500 `login_failed`."""
    if reponse.statut in (400, 401, 403) or reponse.objet.get("error") == "login_failed":
        raise AccesRefuse(reponse.raison, statut=reponse.statut)
    valeur, duree = reponse.objet.get("access_token"), ecriture.montant(reponse.objet.get("expires_in"))
    if reponse.statut != 200 or not isinstance(valeur, str) or not valeur.isascii() or not valeur.isprintable():
        raise OperateurInjoignable(f"jeton illisible : {reponse.raison}")
    return Jeton(valeur=valeur, duree=duree if duree and duree > 0 else 0)

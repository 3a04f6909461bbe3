"""HTTP with an operator: tokens, time-outs, what may be tried again and what may not. Knows nothing of payments."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import httpx2
import stamina

from apps.pass_payments.operateurs import OperateurInjoignable, ecriture
from apps.pass_payments.operateurs.errors import DelaiEpuise
from apps.pass_payments.operateurs.jetons import Jetons
from nsia_pass_api.redaction import masquer_texte

# The gateway of MTN's newer platform answers 403 to the names of common libraries.
USER_AGENT = "NSIA-PASS/1.0"
REPONSE_MAXIMUM = 64 * 1024
RELEVE_MAXIMUM = 32 * 1024 * 1024
CONNEXIONS = 32
# The 4xx that say « later », not « no »: time-out of the gateway, too early, too many calls.
PLUS_TARD = frozenset({408, 425, 429})


@dataclass(frozen=True, kw_only=True)
class Delais:
    """How long an operator is waited for, in seconds, and how many times a reading is tried in one call."""

    delai_connexion: float = 5
    delai_reponse: float = 20
    delai_jeton: float = 10
    tentatives: int = 3

    @property
    def attente_maximale(self) -> float:
        """To get a connection of the pool, to open it, and to write."""
        return 3 * self.delai_connexion

    @property
    def borne_jeton(self) -> float:
        return self.attente_maximale + self.delai_jeton

    @property
    def borne_echange(self) -> float:
        return self.attente_maximale + self.delai_reponse

    @property
    def delai_total(self) -> float:
        """No call to the operator lasts longer: a token, the exchange, then both once more after a 401.

        Readings that are tried again stay within it. Not bounded: the resolver of names, and a server that would send
        its headers byte by byte. A lease on a payment must be longer than this.
        """
        return 2 * self.borne_jeton + 2 * self.borne_echange


@dataclass(frozen=True)
class Reponse:
    """An answer of any status. An operator's own class says where its codes are."""

    statut: int
    corps: str

    @cached_property
    def objet(self) -> dict[str, Any]:
        """The JSON object, numbers exact; empty for any other body."""
        return ecriture.objet(self.corps)

    @property
    def code(self) -> str:
        """The operator's own code. The gateway in front of it gives none."""
        return ecriture.texte(self.objet.get("code"), 60)

    @property
    def raison(self) -> str:
        """What the answer says of itself, for the journal."""
        dite = self.code or ecriture.texte(self.objet.get("error"), 60) or ecriture.texte(self.objet.get("message"), 60)
        return masquer_texte(f"HTTP {self.statut} {dite}".strip())


ReponseLue = TypeVar("ReponseLue", bound=Reponse)


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


class ClientHTTP(Generic[ReponseLue]):
    """Threads may share it. Make it after the process has forked: sockets are not shared between processes.

    `secrets` are ours: the journal masks them wherever the operator echoes one. `mandataire`: through the proxy of the
    environment, if there is one; the simulator is on this machine.
    """

    def __init__(
        self,
        delais: Delais,
        *,
        lue: type[ReponseLue],
        journal: Journal,
        secrets: tuple[str, ...],
        mandataire: bool = True,
        transport: httpx2.BaseTransport | None = None,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self._delais, self._lue, self._journal, self._horloge = delais, lue, journal, horloge
        self._secrets = secrets
        self._http = httpx2.Client(
            transport=transport,
            trust_env=mandataire,
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=CONNEXIONS, max_keepalive_connections=CONNEXIONS),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        )
        self._lectures = stamina.RetryingCaller(
            attempts=delais.tentatives, timeout=None, wait_initial=0.2, wait_max=2, wait_jitter=0.5
        )

    def fermer(self) -> None:
        self._http.close()

    def fin(self) -> float:
        """When a call that begins now must have ended, on this client's clock."""
        return self._horloge() + self._delais.delai_total

    def avec_jeton(self, jetons: Jetons, envoyer: Callable[[str], ReponseLue], *, fin: float) -> ReponseLue:
        """The answer to `envoyer` with a token that lives; after a 401, once more with a fresh one.

        An exchange begins only if its own bound still fits before `fin`. Raises OperateurInjoignable, AccesRefuse.
        """

        def essayer() -> tuple[str, ReponseLue]:
            self._exiger(self._delais.borne_jeton, fin)
            jeton = jetons.lire(attente=self._delais.borne_jeton)
            self._exiger(self._delais.borne_echange, fin)
            return jeton, envoyer(jeton)

        jeton, reponse = essayer()
        if reponse.statut == 401:
            jetons.oublier(jeton)
            _, reponse = essayer()
        return reponse

    def relire(self, essayer: Callable[[], ReponseLue]) -> ReponseLue:
        """The answer below 500 to a reading, tried again a few times. Raises OperateurInjoignable, AccesRefuse."""

        def lire() -> ReponseLue:
            reponse = essayer()
            if reponse.statut >= 500:
                raise OperateurInjoignable(reponse.raison)
            return reponse

        return self._lectures(_a_reessayer, lire)

    def echanger(
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
    ) -> ReponseLue:
        """One request, one answer, one line of the journal, also when there is no answer: then OperateurInjoignable.

        `discret`: the journal holds the length of the answer instead of the answer.
        """
        debut = time.perf_counter()
        reponse: ReponseLue | None = None
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
                secrets=(secret, *self._secrets),
            )
        return reponse

    def telecharger(self, adresse: str, parametres: dict[str, str]) -> ReponseLue:
        """A statement, without token; its lines are not written in the journal. Raises OperateurInjoignable."""
        return self.echanger(
            "GET",
            str(httpx2.URL(adresse, params=parametres)),
            delai=self._delais.delai_reponse,
            taille=RELEVE_MAXIMUM,
            discret=True,
        )

    def _envoyer(
        self,
        methode: str,
        adresse: str,
        *,
        delai: float,
        entetes: dict[str, str],
        corps: dict[str, Any] | None,
        taille: int,
    ) -> ReponseLue:
        connexion = self._delais.delai_connexion
        attente = httpx2.Timeout(connect=connexion, pool=connexion, write=connexion, read=delai)
        fin = self._horloge() + self._delais.attente_maximale + delai
        with self._http.stream(methode, adresse, headers=entetes, json=corps, timeout=attente) as reponse:
            morceaux, recus = [], 0
            for morceau in reponse.iter_bytes():
                recus += len(morceau)
                if recus > taille or self._horloge() > fin:
                    raise _TropLong(f"{recus} octets reçus")
                morceaux.append(morceau)
        return self._lue(reponse.status_code, b"".join(morceaux).decode("utf-8", "replace"))

    def _exiger(self, secondes: float, fin: float) -> None:
        if self._horloge() + secondes > fin:
            raise DelaiEpuise("plus assez de temps pour un autre échange")


class _TropLong(Exception):
    """The answer has too many bytes, or they come too slowly."""


def _a_reessayer(panne: Exception) -> bool:
    return isinstance(panne, OperateurInjoignable) and not isinstance(panne, DelaiEpuise)

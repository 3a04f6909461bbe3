"""The processes under test and the people around them: web server, worker, simulator, a client and her phone."""

import http.client
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from apps.socle.models import Travailleur as Inscrit
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.settings.database import from_url

from .coupures import WEB, Coupure
from .ouvrier import travailler

T = TypeVar("T")

HOTE = "127.0.0.1"
BAIL_SECONDES, PAUSE_MS = 2, 50
# A claim runs out and the next look sees it, twice; and what a busy machine takes.
DEUX_CYCLES = 2 * (BAIL_SECONDES + PAUSE_MS / 1000) + 10


def attendre(condition: Callable[[], T], quoi: str, *, delai: float = 30) -> T:
    """The first true value of `condition`, asked again and again; fails with `quoi` when it does not come."""
    fin, pause = time.monotonic() + delai, threading.Event()
    while not (valeur := condition()):
        assert time.monotonic() < fin, f"attendu en vain pendant {delai} s : {quoi}"
        pause.wait(0.02)
    return valeur


def port_libre() -> int:
    with closing(socket.create_server((HOTE, 0))) as prise:
        return int(prise.getsockname()[1])


# HTTP


class Coupee(Exception):
    """No answer: refused, cut or reset, as when the server dies. Whatever was asked may have happened."""


@dataclass(frozen=True)
class Reponse:
    statut: int
    entetes: dict[str, str]
    texte: str

    @property
    def json(self) -> Any:
        return json.loads(self.texte)


def appeler(
    port: int, methode: str, chemin: str, *, corps: Any = None, entetes: dict[str, str] | None = None
) -> Reponse:
    """One request on a connection of its own; a dict is sent as JSON, a text as a form. Raises Coupee."""
    forme = "application/x-www-form-urlencoded" if isinstance(corps, str) else "application/json"
    envoye = corps if isinstance(corps, str) or corps is None else json.dumps(corps)
    with closing(http.client.HTTPConnection(HOTE, port, timeout=30)) as connexion:
        try:
            connexion.request(methode, chemin, body=envoye, headers={"Content-Type": forme, **(entetes or {})})
            reponse = connexion.getresponse()
            return Reponse(reponse.status, {k.lower(): v for k, v in reponse.getheaders()}, reponse.read().decode())
        except (OSError, http.client.HTTPException) as panne:
            raise Coupee from panne


def repond(port: int, chemin: str) -> bool:
    try:
        return appeler(port, "GET", chemin).statut == 200
    except Coupee:
        return False


# Databases


def adresse(*, nom: str, hote: str, port: str | int, utilisateur: str, mot_de_passe: str) -> str:
    return f"postgresql://{quote(utilisateur)}:{quote(mot_de_passe)}@{hote}:{port}/{nom}"


@contextmanager
def orm_sur(url: str) -> Iterator[None]:
    """The models of this thread are those of the database of `url`."""
    ici = connections["default"]
    reglages = {**ici.settings_dict, **{cle: valeur for cle, valeur in from_url(url).items() if cle != "OPTIONS"}}
    ailleurs = DatabaseWrapper(reglages, "default")
    connections["default"] = ailleurs
    try:
        yield
    finally:
        ailleurs.close()
        connections["default"] = ici


# Processes


class Programme:
    """A program started by its command line, in a session of its own; what it says is in `journal`."""

    def __init__(self, commande: list[str], *, environnement: dict[str, str], journal: Path) -> None:
        self.journal = journal
        with journal.open("ab") as fichier:
            self.processus = subprocess.Popen(
                commande,
                cwd=settings.BASE_DIR,
                env=environnement,
                stdin=subprocess.DEVNULL,
                stdout=fichier,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def dit(self) -> str:
        return self.journal.read_text(errors="replace")

    def attendre_la_fin(self) -> int:
        return self.processus.wait(timeout=30)

    def arreter(self) -> int:
        """Asked to end, it has ended; returns its code."""
        self.processus.terminate()
        return self.attendre_la_fin()

    def tuer(self) -> None:
        """kill -9, also of its children."""
        if self.processus.poll() is None:
            os.killpg(self.processus.pid, signal.SIGKILL)
        self.attendre_la_fin()


class Travailleur:
    """`manage.py travaux`, forked from a server that has imported everything; dies at `coupure` unless that is None."""

    def __init__(self, *, coupure: Coupure | None, journal: Path) -> None:
        contexte = multiprocessing.get_context("forkserver")
        self._processus = contexte.Process(
            target=travailler, args=(coupure.nom if coupure else "", str(journal)), daemon=True
        )
        self._processus.start()

    def est_mort(self) -> bool:
        return self._processus.exitcode is not None

    def travaille(self) -> bool:
        """Whether it has said that it lives: a signal ends it well from then on."""
        return Inscrit.objects.filter(pid=self._processus.pid).exists()

    def attendre_la_mort(self) -> None:
        """It has died as it was told to, and not of anything else."""
        self._processus.join(30)
        assert self._processus.exitcode == -signal.SIGKILL

    def arreter(self) -> int | None:
        self._processus.terminate()
        self._processus.join(30)
        return self._processus.exitcode


class Simulateur:
    """`manage.py simulateur_momo`: the operator, his ledger, and the phones of his clients. Always on the same port."""

    def __init__(self, *, dossier: Path, environnement: dict[str, str]) -> None:
        self.dossier, self.environnement = dossier, environnement
        self.port = int(environnement["MOMO_PORT"])
        self.jours = {aujourdhui()}
        self.demarrer()

    def demarrer(self) -> None:
        self.programme = Programme(
            [
                *(sys.executable, "manage.py", "simulateur_momo", "--port", str(self.port), "--hote", HOTE),
                *("--dossier", str(self.dossier / "simulateur"), "--graine", "20261121"),
            ],
            environnement=self.environnement,
            journal=self.dossier / "simulateur.log",
        )
        attendre(lambda: repond(self.port, "/simulateur/sante"), "le simulateur")

    def demander(self, chemin: str, corps: Any = None) -> Any:
        reponse = appeler(self.port, "GET" if corps is None else "POST", f"/simulateur/{chemin}", corps=corps)
        assert reponse.statut in (200, 201), reponse.texte
        return reponse.json

    def defauts(self, **defauts: str) -> None:
        """These faults and no other happen from now on."""
        self.demander("defauts", {nom.rstrip("_"): valeur for nom, valeur in defauts.items()})

    def operations(self, telephone: str) -> list[dict[str, Any]]:
        trouvees = self.demander(f"operations?telephone={quote(telephone)}")
        assert isinstance(trouvees, list)
        return trouvees

    def approuver(self, telephone: str) -> None:
        """Her phone asks for her PIN, sooner or later; she types it."""
        self._repondre(telephone, "approuver")

    def refuser(self, telephone: str) -> None:
        self._repondre(telephone, "refuser")

    def _repondre(self, telephone: str, action: str) -> None:
        (demande,) = attendre(
            lambda: [une for une in self.operations(telephone) if une["statut"] == "PENDING"],
            f"une demande sur le téléphone {telephone}",
        )
        formulaire = urlencode({"reference": demande["reference"], "action": action, "pin": "1234"})
        chemin = f"/telephone/{telephone.removeprefix('+')}/repondre"
        assert appeler(self.port, "POST", chemin, corps=formulaire).statut == 303

    def releve(self) -> list[tuple[str, str, int]]:
        """Product, our number and movement of every line of the statement, sorted; also when the tests pass midnight."""
        self.jours.add(aujourdhui())
        return sorted(
            (ligne["produit"], ligne["reference_externe"], int(ligne["montant"]))
            for jour in self.jours
            for ligne in self.demander(f"releve?date={jour}")["lignes"]
        )


class Web:
    """The application behind granian, as the demonstration starts it."""

    def __init__(self, *, dossier: Path, environnement: dict[str, str]) -> None:
        self.dossier, self.environnement = dossier, environnement
        self.port = int(environnement["PORT"])
        self.demarrer()

    def demarrer(self) -> None:
        self.programme = Programme(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOTE, "--port", str(self.port)),
                *("--workers", "2", "--blocking-threads", "4", "--no-ws", "pannes.web:application"),
            ],
            environnement=self.environnement,
            journal=self.dossier / "web.log",
        )
        attendre(lambda: repond(self.port, "/sante/"), "le serveur web", delai=60)

    def poster(
        self, chemin: str, corps: Any, *, jeton: str = "", cle: str = "", coupure: Coupure | None = None
    ) -> Reponse:
        """Raises Coupee, surely at `coupure`."""
        entetes = {"Authorization": f"Bearer {jeton}"} if jeton else {}
        if cle:
            entetes["Idempotency-Key"] = cle
        if coupure is not None:
            entetes["X-Panne"] = str(WEB.index(coupure))
        return appeler(self.port, "POST", f"/api/v1/{chemin}", corps=corps, entetes=entetes)


class Atelier:
    """One database, its web server and its operator; workers come and go."""

    def __init__(self, *, dossier: Path, url: str) -> None:
        self.dossier, self.url = dossier, url
        self.environnement = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nsia_pass_api.settings",
            "NSIA_MODE": "developpement",
            "DATABASE_URL": url,
            "HOST": HOTE,
            "PORT": str(port_libre()),
            "MOMO_PORT": str(port_libre()),
            "MTN_ENVIRONNEMENT": "simulateur",
            **dict.fromkeys(("MTN_URL", "MTN_URL_RAPPEL", "MTN_RELEVE_URL", "MESSAGERIE", "ATTRIBUTION_POLICE"), ""),
            **dict.fromkeys(("MTN_DELAI_CONNEXION", "MTN_DELAI_REPONSE", "MTN_DELAI_JETON"), "2"),
            "TRAVAUX_PAUSE_MS": str(PAUSE_MS),
            "TRAVAUX_BAIL_SECONDES": str(BAIL_SECONDES),
            "TRAVAUX_FILS": "4",
            "PYTHONPATH": os.pathsep.join((str(settings.BASE_DIR), str(settings.BASE_DIR / "tests"))),
        }
        self.simulateur = Simulateur(dossier=dossier, environnement=self.environnement)
        self.web = Web(dossier=dossier, environnement=self.environnement)

    def fermer(self) -> None:
        self.web.programme.tuer()
        self.simulateur.programme.tuer()

    def programme(self, *arguments: str) -> Programme:
        """A management command, as people start it."""
        journal = self.dossier / f"{arguments[0]}-{time.monotonic_ns()}.log"
        return Programme([sys.executable, "manage.py", *arguments], environnement=self.environnement, journal=journal)

    def preparer_les_travailleurs(self) -> None:
        """The server that forks them has imported everything, with this workshop's environment."""
        with mock.patch.dict(os.environ, self.environnement, clear=True):
            forkserver.set_forkserver_preload([travailler.__module__])
            forkserver.ensure_running()

    def travailleur(self, coupure: Coupure | None = None) -> Travailleur:
        return Travailleur(coupure=coupure, journal=self.dossier / "travaux.log")

    @contextmanager
    def au_travail(self) -> Iterator[Travailleur]:
        """A worker that does its work and, asked to end, ends well."""
        travailleur = self.travailleur()
        try:
            attendre(travailleur.travaille, "le travailleur")
            yield travailleur
            assert not travailleur.est_mort()
        finally:
            code = travailleur.arreter()
        assert code == 0

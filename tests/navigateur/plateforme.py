"""The whole platform in processes of its own, as `manage.py demo` starts it: web, PostgreSQL, worker, simulator."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parents[2]
PIN = "1234"
CODE = re.compile(r"NSIA : (\d{6}) est votre code pour")
POLICE = re.compile(r"Votre police : ([A-Z0-9-]+)\.")


@dataclass(frozen=True)
class Plateforme:
    """Addresses of what runs, and what a test may do to the phones of the clients."""

    url: str
    simulateur: str
    dossier: Path
    environnement: dict[str, str] = field(default_factory=dict, repr=False)

    def commande(self, *mots: str) -> str:
        """What `manage.py` says of that on this platform."""
        fait = subprocess.run(
            [sys.executable, str(RACINE / "manage.py"), *mots],
            env=self.environnement,
            check=True,
            capture_output=True,
            text=True,
        )
        return fait.stdout

    @property
    def administratrice(self) -> tuple[str, str]:
        """E-mail and password of the demonstration's administrator."""
        compte = json.loads((self.dossier / "demo.json").read_text())
        return compte["email"], compte["mot_de_passe"]

    @property
    def borne(self) -> str:
        return f"{self.url}/borne/"

    def repondre(self, telephone: str, action: str) -> None:
        """The owner of the phone answers its newest demand: `approuver`, `refuser`, `expirer`."""
        champs = {"reference": self.demandes(telephone)[0]["reference"], "action": action, "pin": PIN}
        _demander(f"{self.simulateur}/telephone/{telephone}/repondre", urllib.parse.urlencode(champs).encode())

    def demandes(self, telephone: str) -> list[dict[str, Any]]:
        """What the operator was asked for that phone, newest first."""
        adresse = f"{self.simulateur}/simulateur/operations?telephone={telephone}"
        return list(json.loads(_demander(adresse)))

    def sms(self, telephone: str) -> list[dict[str, Any]]:
        """What that phone has received, newest first."""
        return list(json.loads(_demander(f"{self.simulateur}/simulateur/sms?telephone={telephone}")))

    def code(self, telephone: str, *, apres: int) -> str:
        """The one-time code that reaches that phone, once it holds more than `apres` messages that bring one."""
        fin = time.monotonic() + 30
        while time.monotonic() < fin:
            codes = self.codes(telephone)
            if len(codes) > apres:
                return codes[0]
        raise AssertionError("no code has come")

    def police(self, telephone: str) -> str:
        """The police of the newest contract, as it reaches the client's phone by SMS."""
        fin = time.monotonic() + 30
        while time.monotonic() < fin:
            trouvees = [POLICE.search(recu["texte"]) for recu in self.sms(telephone)]
            if police := next((trouvee[1] for trouvee in trouvees if trouvee), None):
                return police
        raise AssertionError("no police has come")

    def codes(self, telephone: str) -> list[str]:
        """The one-time codes that have reached that phone, newest first."""
        trouves = [CODE.match(recu["texte"]) for recu in self.sms(telephone)]
        return [trouve[1] for trouve in trouves if trouve]

    def defauts(self, **defauts: str) -> None:
        """These faults of the operator and no other (docs/payments/simulateur.md)."""
        _demander(f"{self.simulateur}/simulateur/defauts", json.dumps(defauts).encode(), "application/json")

    def imposer(self, telephone: str, raison: str) -> None:
        """What that phone approves fails for `raison`; empty: no longer."""
        corps = json.dumps({"telephone": telephone, "raison": raison}).encode()
        _demander(f"{self.simulateur}/simulateur/imposer", corps, "application/json")

    def statut(self, chemin: str, *, jeton: str) -> int:
        """HTTP status of the API for a client's token."""
        requete = urllib.request.Request(f"{self.url}{chemin}", headers={"Authorization": f"Bearer {jeton}"})  # noqa: S310
        try:
            with urllib.request.urlopen(requete, timeout=30) as reponse:  # noqa: S310
                return int(reponse.status)
        except urllib.error.HTTPError as erreur:
            with closing(erreur):
                return erreur.code


def _demander(adresse: str, corps: bytes | None = None, genre: str = "application/x-www-form-urlencoded") -> bytes:
    requete = urllib.request.Request(adresse, data=corps, headers={"Content-Type": genre})  # noqa: S310
    with urllib.request.urlopen(requete, timeout=30) as reponse:  # noqa: S310
        return bytes(reponse.read())


def _ports(nombre: int) -> list[int]:
    """Free ones, all different: held together before they are given."""
    with ExitStack() as pile:
        prises = [pile.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(nombre)]
        return [int(prise.getsockname()[1]) for prise in prises]


@contextmanager
def plateforme(**reglages: str) -> Iterator[Plateforme]:
    """Runs until the end of the block, on data of its own that are erased then. Raises RuntimeError when it does not start."""
    dossier = Path(tempfile.mkdtemp(prefix="nsia-navigateur-"))
    dossier.chmod(0o755)
    web, momo, direct = _ports(3)
    environnement = {
        **os.environ,
        "DATABASE_URL": "",
        "DATA_DIR": str(dossier),
        "HOST": "127.0.0.1",
        "PORT": str(web),
        "MOMO_PORT": str(momo),
        "DIRECT_PORT": str(direct),
        # All tests come from one address.
        "ESSAIS_PAR_ADRESSE_MINUTE": "1000",
        "ESSAIS_PAR_ADRESSE_JOUR": "1000",
        "TRAVAUX_PAUSE_MS": "100",
        # One client stands for many.
        "CODE_ENVOIS_HEURE": "20",
        "CODE_ENVOIS_JOUR": "50",
        "CODE_RENVOI_SECONDES": "1",
        "SOUSCRIPTIONS_PAR_ADRESSE_HEURE": "1000",
        **reglages,
    }
    manage = [sys.executable, str(RACINE / "manage.py")]
    processus = subprocess.Popen(
        [*manage, "demo"],
        cwd=RACINE,
        env=environnement,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _attendre(processus)
        yield Plateforme(
            url=f"http://127.0.0.1:{web}",
            simulateur=f"http://127.0.0.1:{momo}",
            dossier=dossier,
            environnement=environnement,
        )
    finally:
        processus.terminate()
        processus.communicate(timeout=90)
        subprocess.run(
            [*manage, "base_embarquee", "arreter", "--effacer"], env=environnement, check=True, capture_output=True
        )
        shutil.rmtree(dossier, ignore_errors=True)


def _attendre(processus: "subprocess.Popen[str]") -> None:
    assert processus.stdout is not None
    dit = ""
    for ligne in processus.stdout:
        dit += ligne
        if "Pour tout arrêter" in ligne:
            return
    raise RuntimeError(f"La plateforme ne démarre pas :\n{dit}")

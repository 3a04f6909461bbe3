"""A client of the simulator over real HTTP: just enough of one to say what a row of the protocol says."""

import base64
import http.client
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nsia_pass_api.acces_momo import acces_de_demonstration

CLIENTE = "242066123456"


@dataclass(frozen=True)
class Reponse:
    statut: int
    corps: Any
    entetes: dict[str, str]
    brut: bytes


@dataclass
class Appelant:
    """`jeton` and `cle` are those of `produit`; `cible` is the environment that it names."""

    port: int
    produit: str = "collection"
    cle: str = ""
    utilisateur: str = ""
    secret: str = ""
    cible: str = "sandbox"
    jeton: str = ""
    vus: list[str] = field(default_factory=list)

    def appeler(self, methode: str, chemin: str, corps: Any = None, **entetes: str) -> Reponse:
        connexion = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        envoyes = {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
        donnees = corps if isinstance(corps, str) or corps is None else json.dumps(corps)
        if methode == "POST":
            envoyes.setdefault("Content-Length", str(len((donnees or "").encode())))
        try:
            connexion.request(methode, chemin, body=donnees, headers=envoyes)
            reponse = connexion.getresponse()
            brut = reponse.read()
            recus = {nom.lower(): valeur for nom, valeur in reponse.getheaders()}
        finally:
            connexion.close()
        try:
            lu = json.loads(brut)
        except ValueError:
            lu = None
        return Reponse(reponse.status, lu, recus, brut)

    def mtn(self, methode: str, chemin: str, corps: Any = None, **entetes: str) -> Reponse:
        """A call with the product's key, token and environment."""
        tous = {
            "Ocp_Apim_Subscription_Key": self.cle,
            "Authorization": f"Bearer {self.jeton}",
            "X_Target_Environment": self.cible,
        }
        return self.appeler(methode, chemin, corps, **(tous | entetes))

    def creer(self, ressource: str, corps: Any, *, reference: str | None = None, **entetes: str) -> tuple[str, Reponse]:
        reference = reference or str(uuid.uuid4())
        return reference, self.mtn("POST", f"/{self.produit}/{ressource}", corps, X_Reference_Id=reference, **entetes)

    def demander_jeton(self, corps: Any = None, **entetes: str) -> Reponse:
        secret = base64.b64encode(f"{self.utilisateur}:{self.secret}".encode()).decode()
        tous = {"Ocp_Apim_Subscription_Key": self.cle, "Authorization": f"Basic {secret}"} | entetes
        reponse = self.appeler("POST", f"/{self.produit}/token/", corps, **tous)
        if reponse.statut == 200:
            self.jeton = reponse.corps["access_token"]
        return reponse

    def regler(self, **reglages: Any) -> None:
        assert self.appeler("POST", "/simulateur/reglages", reglages).statut == 200

    def defauts(self, ecrits: str) -> None:
        assert self.appeler("POST", "/simulateur/defauts", {"defauts": ecrits}).statut == 200

    def avancer(self, secondes: float) -> None:
        assert self.appeler("POST", "/simulateur/horloge", {"avancer": secondes}).statut == 200

    def statut(self, ressource: str, reference: str) -> dict[str, Any]:
        lu = self.mtn("GET", f"/{self.produit}/{ressource}/{reference}")
        assert lu.statut == 200, lu
        return dict(lu.corps)


def bac_a_sable(port: int, produit: str = "collection", *, hote: str = "127.0.0.1") -> Appelant:
    """A user provisioned as in MTN's sandbox, with a token."""
    appelant = Appelant(port, produit, cle=uuid.uuid4().hex, utilisateur=str(uuid.uuid4()))
    cle = {"Ocp_Apim_Subscription_Key": appelant.cle}
    cree = appelant.appeler(
        "POST", "/v1_0/apiuser", {"providerCallbackHost": hote}, X_Reference_Id=appelant.utilisateur, **cle
    )
    assert (cree.statut, cree.brut) == (201, b"")
    appelant.secret = appelant.appeler("POST", f"/v1_0/apiuser/{appelant.utilisateur}/apikey", **cle).corps["apiKey"]
    assert appelant.demander_jeton().statut == 200
    return appelant


def congo(port: int, produit: str = "collection") -> Appelant:
    acces = acces_de_demonstration(produit)
    appelant = Appelant(port, produit, acces.cle_abonnement, acces.utilisateur, acces.cle, acces.cible)
    assert appelant.demander_jeton().statut == 200
    return appelant


def paiement(
    numero: str = CLIENTE, *, montant: str = "1500", devise: str = "XAF", cote: str = "payer"
) -> dict[str, Any]:
    return {
        "amount": montant,
        "currency": devise,
        "externalId": "PAY-1",
        cote: {"partyIdType": "MSISDN", "partyId": numero},
        "payerMessage": "Prime KIMIA",
        "payeeNote": "NSIA",
    }


@dataclass
class Ecouteur:
    url: str
    recus: list[tuple[str, dict[str, str], dict[str, Any]]]


@contextmanager
def ecouteur() -> Iterator[Ecouteur]:
    """Receives callbacks: verb, headers and body of each."""
    recus: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    class Recevoir(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            corps = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            recus.append((self.command, dict(self.headers.items()), corps))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            pass

    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Recevoir)
    fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02})
    fil.start()
    try:
        yield Ecouteur(f"http://127.0.0.1:{serveur.server_address[1]}/rappel", recus)
    finally:
        serveur.shutdown()
        fil.join()
        serveur.server_close()

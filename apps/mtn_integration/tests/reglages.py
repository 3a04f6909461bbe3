"""Configurations and requests for the tests of the operator."""

import uuid
from typing import Any
from uuid import UUID

import httpx2

from apps.mtn_integration.configuration import Acces, ConfigurationMTN, Produit
from apps.mtn_integration.models import LogMTN, TransactionMTN
from apps.mtn_integration.operateur import OperateurMTN
from apps.pass_payments.operateurs import Accuse
from nsia_pass_api.acces_momo import acces_de_demonstration

TELEPHONE = "+242066123456"
NUMERO = "PAY-20261121-7F3K9Q"
RAPPEL = "http://127.0.0.1:1"


def acces(produit: Produit) -> Acces:
    publics = acces_de_demonstration(produit)
    return Acces(cle=publics.cle_abonnement, utilisateur=publics.utilisateur, secret=publics.cle)


def reglages(port: int = 1, **autres: Any) -> ConfigurationMTN:
    return ConfigurationMTN(
        **{
            "environnement": "simulateur",
            "plateforme": "ancienne",
            "url": f"http://127.0.0.1:{port}",
            "acces": {produit: acces(produit) for produit in Produit},
            "releve_url": f"http://127.0.0.1:{port}/simulateur/releve",
            **autres,
        }
    )


def payer(operateur: OperateurMTN, reference: UUID | None = None, **autres: Any) -> tuple[UUID, Accuse]:
    reference = reference or uuid.uuid4()
    demande = {"montant": 1_500, "telephone": TELEPHONE, "numero": NUMERO, "libelle": "Prime KIMIA", **autres}
    return reference, operateur.demander_paiement(reference=reference, **demande)


def transaction(reference: UUID) -> TransactionMTN:
    return TransactionMTN.objects.get(reference=reference)


def echanges(reference: UUID | None = None) -> list[tuple[str, int | None]]:
    """Method and status of what the journal holds of a reference, oldest first; of what has none for None."""
    return list(LogMTN.objects.filter(reference=reference).order_by("id").values_list("methode", "statut"))


JETON = {"access_token": "jeton-de-test", "token_type": "access_token", "expires_in": 3600}


class Passerelle(httpx2.MockTransport):
    """Gives tokens, and to all else the answers of a list, the last one again and again; keeps what was asked."""

    def __init__(
        self, *reponses: httpx2.Response | Exception, jeton: httpx2.Response | Exception | None = None
    ) -> None:
        super().__init__(self._repondre)
        self.reponses, self.jeton = list(reponses), jeton
        self.recues: list[httpx2.Request] = []
        self.jetons_demandes = 0

    def _repondre(self, requete: httpx2.Request) -> httpx2.Response:
        if requete.url.path.endswith("/token/"):
            self.jetons_demandes += 1
            return _donner(self.jeton or httpx2.Response(200, json=JETON))
        self.recues.append(requete)
        return _donner(self.reponses.pop(0) if len(self.reponses) > 1 else self.reponses[0])


def _donner(reponse: httpx2.Response | Exception) -> httpx2.Response:
    if isinstance(reponse, Exception):
        raise reponse
    return httpx2.Response(reponse.status_code, headers=reponse.headers, content=reponse.content)

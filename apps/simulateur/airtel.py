"""Airtel Money's collection and disbursement API, under `/airtel`. Its codes beyond docs/spec/momo.md were never verified."""

import secrets
import uuid
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from nsia_pass_api.acces_momo import acces_de_demonstration

from . import montants
from .echanges import avec_defauts, json_reponse, objet_json, ralentir, texte
from .grand_livre import ReferenceDejaPrise
from .moteur import SECRET_AIRTEL, Simulateur, corps_json
from .operations import Operation
from .protocole import Genre, Statut
from .rappels import message_airtel, statut_airtel

IDENTIFIANT = acces_de_demonstration("airtel").utilisateur
DUREE_JETON_AIRTEL = 180
EN_COURS = "DP00800001006"
REUSSI = "DP00800001001"
INTROUVABLE = "DP00800001025"
INVALIDE = "DP00800001004"
DOUBLE = "DP00800001000"


class Airtel:
    """The views; `regles` gives their addresses."""

    def __init__(self, simulateur: Simulateur) -> None:
        self.sim = simulateur

    def regles(self) -> list[Rule]:
        return [
            Rule("/airtel/auth/oauth2/token", methods=["POST"], endpoint=self.jeton),
            Rule("/airtel/merchant/v1/payments", methods=["POST"], endpoint=self.payer),
            Rule("/airtel/standard/v1/payments/refund", methods=["POST"], endpoint=self.rembourser),
            Rule("/airtel/standard/v1/payments/<identifiant>", methods=["GET"], endpoint=self.lire_paiement),
            Rule("/airtel/standard/v1/disbursements", methods=["POST"], endpoint=self.verser),
            Rule("/airtel/standard/v1/disbursements/<identifiant>", methods=["GET"], endpoint=self.lire_versement),
        ]

    def jeton(self, request: Request) -> Response:
        corps = objet_json(request)
        attendu = (IDENTIFIANT, SECRET_AIRTEL, "client_credentials")
        if (texte(corps, "client_id"), texte(corps, "client_secret"), texte(corps, "grant_type")) != attendu:
            return json_reponse({"error_description": "Invalid client authentication", "error": "invalid_client"}, 401)
        jeton = secrets.token_urlsafe(24)
        expire = self.sim.horloge.maintenant() + DUREE_JETON_AIRTEL
        self.sim.livre.executer("INSERT INTO jetons VALUES (?, ?, 'airtel', ?, NULL)", jeton, IDENTIFIANT, expire)
        return json_reponse({"token_type": "bearer", "access_token": jeton, "expires_in": DUREE_JETON_AIRTEL})

    def _refus(self, request: Request) -> Response | None:
        lue = request.authorization
        jeton = lue.token if lue is not None and lue.type == "bearer" else None
        vivant = self.sim.livre.ligne(
            "SELECT 1 FROM jetons WHERE jeton = ? AND produit = 'airtel' AND expire > ?",
            jeton,
            self.sim.horloge.maintenant(),
        )
        if vivant is None or self.sim.defauts.arrive("jeton_expire", request.path):
            return json_reponse({"error": "invalid_token", "error_description": "Access token expired or invalid"}, 401)
        if (request.headers.get("X-Country"), request.headers.get("X-Currency")) != ("CG", "XAF"):
            return _reponse({}, code="400", message="Invalid X-Country or X-Currency", response_code=INVALIDE, http=400)
        return None

    def payer(self, request: Request) -> Response:
        if refus := self._refus(request):
            return refus
        corps = objet_json(request)
        return self._demander(
            corps,
            genre=Genre.REQUESTTOPAY,
            numero=texte(_objet(corps, "subscriber"), "msisdn"),
            message=texte(corps, "reference"),
        )

    def verser(self, request: Request) -> Response:
        """The encrypted `pin` must be there; it is not deciphered."""
        if refus := self._refus(request):
            return refus
        corps = objet_json(request)
        if not texte(corps, "pin"):
            return _reponse({}, message="Pin is required", response_code=INVALIDE)
        return self._demander(
            corps,
            genre=Genre.DEPOSIT,
            numero=texte(_objet(corps, "payee"), "msisdn"),
            message=texte(corps, "reference"),
        )

    def rembourser(self, request: Request) -> Response:
        """The whole payment named by `airtel_money_id` comes back, once."""
        if refus := self._refus(request):
            return refus
        financier = texte(_objet(objet_json(request), "transaction"), "airtel_money_id")
        origines = self.sim.livre.operations(
            "transaction_financiere = ? AND operateur = 'airtel' AND genre = 'requesttopay'", financier
        )
        if not origines:
            return _reponse({}, message="Transaction not found", response_code=INTROUVABLE)
        origine = origines[0]
        operation = self._operation(
            genre=Genre.REFUND,
            reference=str(uuid.uuid4()),
            montant=origine.montant,
            partie=origine.partie,
            message="Remboursement",
            corps={},
            origine=origine.reference,
        )
        return avec_defauts(lambda: self._accepter(operation), cle=origine.reference, defauts=self.sim.defauts)

    def _demander(self, corps: dict[str, Any], *, genre: Genre, numero: str, message: str) -> Response:
        transaction = _objet(corps, "transaction")
        reference = texte(transaction, "id")
        try:
            montant = montants.lire_montant(transaction.get("amount"), devise="XAF")
        except montants.MontantInvalide:
            return _reponse({}, message="Invalid amount", response_code=INVALIDE)
        if not reference or not numero.isdigit():
            return _reponse({}, message="Invalid request", response_code=INVALIDE)
        operation = self._operation(
            genre=genre, reference=reference, montant=montant, partie=f"242{numero}", message=message, corps=corps
        )
        return avec_defauts(lambda: self._accepter(operation), cle=reference, defauts=self.sim.defauts)

    def _operation(
        self,
        *,
        genre: Genre,
        reference: str,
        montant: int,
        partie: str,
        message: str,
        corps: dict[str, Any],
        origine: str | None = None,
    ) -> Operation:
        return Operation(
            reference=reference,
            operateur="airtel",
            produit="airtel",
            genre=genre,
            cible="airtel_cg",
            plateforme="airtel",
            montant=montant,
            devise="XAF",
            partie=partie,
            corps=corps_json({nom: valeur for nom, valeur in corps.items() if nom != "pin"}),
            rappel_url=self.sim.options.rappel_airtel if genre is Genre.REQUESTTOPAY else "",
            statut=Statut.PENDING,
            creee=self.sim.horloge.maintenant(),
            externe=message,
            message=message,
            origine=origine,
        )

    def _accepter(self, operation: Operation) -> Response:
        """Accepted only: whether it succeeds is read later, except for money that leaves the merchant."""
        try:
            faite = self.sim.demander(operation)
        except ReferenceDejaPrise:
            return _reponse({}, message="Duplicate transaction id", response_code=DOUBLE)
        if operation.genre is Genre.REQUESTTOPAY:
            return _reponse({"id": faite.reference, "status": "SUCCESS"}, response_code=EN_COURS, success=True)
        reussi = faite.statut is Statut.SUCCESSFUL
        return _reponse(
            {
                "id": faite.reference,
                "reference_id": faite.transaction_financiere or "",
                "airtel_money_id": faite.transaction_financiere or "",
                "status": statut_airtel(faite),
            },
            message="SUCCESS" if reussi else message_airtel(faite),
            response_code=REUSSI if reussi else INVALIDE,
            success=reussi,
        )

    def lire_paiement(self, request: Request, identifiant: str) -> Response:
        return self._lire(request, identifiant, Genre.REQUESTTOPAY)

    def lire_versement(self, request: Request, identifiant: str) -> Response:
        return self._lire(request, identifiant, Genre.DEPOSIT)

    def _lire(self, request: Request, identifiant: str, genre: Genre) -> Response:
        if refus := self._refus(request):
            return refus
        ralentir(cle=identifiant, defauts=self.sim.defauts)
        if self.sim.defauts.arrive("statut_erreur", identifiant):
            return _reponse({}, code="500", message="Internal server error", response_code="", http=500)
        operation = self.sim.consulter(
            reference=identifiant, condition=lambda lue: (lue.operateur, lue.genre) == ("airtel", genre)
        )
        if operation is None:
            return _reponse({}, message="Transaction not found", response_code=INTROUVABLE)
        return _reponse(
            {
                "airtel_money_id": operation.transaction_financiere or "",
                "id": operation.reference,
                "message": message_airtel(operation),
                "status": statut_airtel(operation),
            },
            response_code=EN_COURS if operation.est_ouverte else REUSSI,
            success=True,
        )


def _objet(corps: dict[str, Any], nom: str) -> dict[str, Any]:
    valeur = corps.get(nom)
    return valeur if isinstance(valeur, dict) else {}


def _reponse(
    transaction: dict[str, str],
    *,
    response_code: str,
    code: str = "200",
    message: str = "SUCCESS",
    success: bool = False,
    http: int = 200,
) -> Response:
    """Airtel's envelope: a refusal of business is HTTP 200 with `success: false`."""
    statut = {
        "code": code,
        "message": message,
        "result_code": "ESB000010" if success else "ESB000008",
        "response_code": response_code,
        "success": success,
    }
    return json_reponse({"data": {"transaction": transaction} if transaction else {}, "status": statut}, http)

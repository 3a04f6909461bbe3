"""What a client starts at the kiosk: pay, renew; and how a payment is followed, also by a prospect. To subscribe is at the
doors: apps/borne_auth/apis_souscriptions.py.

Each answers at once (202): the worker speaks to the operator, the kiosk asks us, not him.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.signing import BadSignature, Signer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.pass_clients.operateurs import operateur_probable
from apps.pass_clients.services import Auteur
from apps.pass_payments import selectors
from apps.pass_payments.apis import INTROUVABLE, ApiClient, client_connecte
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.operateurs import est_en_ligne
from apps.pass_payments.serializers_paiements import (
    ConditionsSerializer,
    DemandePaiementSerializer,
    DetecteSerializer,
    DetectionSerializer,
    OperateurSerializer,
    OptionsSerializer,
    PaiementDemandeSerializer,
    PaiementSuiviSerializer,
    RenouvellementSerializer,
    conditions,
)
from apps.pass_payments.services import demandes
from apps.socle.services.idempotence import Reponse, une_seule_fois
from nsia_pass_api.errors import DonneesInvalides

ENTETE_SUIVI = "X-Suivi"
_CLE_MAX = 64

CLE = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "Tirée par la borne avant l'envoi et gardée jusqu'à la réponse (8 à 64 caractères). La même clé avec la même demande "
        "redonne la première réponse et ne paie qu'une fois ; avec une autre demande elle est refusée (422)."
    ),
)
EN_COURS = OpenApiResponse(
    description="Un paiement est déjà en cours, ou cette même demande est en train d'être traitée."
)
REFUS = OpenApiResponse(
    description="Montant ou âge hors limites, opérateur fermé, ou clé déjà utilisée pour autre chose."
)
TROP = OpenApiResponse(
    description=(
        "Trop de demandes vers un téléphone qui n'est pas celui du client, sans qu'il les confirme : `Retry-After` donne les "
        "secondes d'attente."
    )
)


class PaiementsApi(ApiClient):
    @extend_schema(
        operation_id="paiement_demander",
        summary="Payer un ou plusieurs contrats",
        description=(
            "Une seule demande arrive sur le téléphone, pour le total. Répond aussitôt : suivez le paiement par son numéro "
            "jusqu'à `termine`."
        ),
        tags=["paiements"],
        parameters=[CLE],
        request=DemandePaiementSerializer,
        responses={202: PaiementDemandeSerializer, 404: INTROUVABLE, 409: EN_COURS, 422: REFUS, 429: TROP},
    )
    def post(self, request: Request) -> Response:
        saisie = lire_saisie(DemandePaiementSerializer, request)
        client_id, cle = client_connecte(request), lire_cle(request)
        lignes = [demandes.Part(**ligne) for ligne in saisie["contrats"]]

        def executer() -> PaiementPass:
            return demandes.payer(
                client_id=client_id,
                lignes=lignes,
                cle=cle,
                telephone=saisie.get("telephone", ""),
                operateur=saisie.get("operateur", ""),
            )

        return _une_fois(f"client:{client_id}", cle, {"payer": saisie}, executer)


class RenouvellementApi(ApiClient):
    @extend_schema(
        operation_id="souscription_renouveler",
        summary="Renouveler un contrat",
        description=(
            "Paie ce que doivent encore les périodes passées et au moins la première échéance de la prochaine, qui s'ouvre "
            "quand le paiement est confirmé : à la suite de la dernière si elle court encore, sinon du jour du paiement."
        ),
        tags=["paiements"],
        parameters=[CLE],
        request=RenouvellementSerializer,
        responses={202: PaiementDemandeSerializer, 404: INTROUVABLE, 409: EN_COURS, 422: REFUS, 429: TROP},
    )
    def post(self, request: Request, numero: str) -> Response:
        saisie = lire_saisie(RenouvellementSerializer, request)
        client_id, cle = client_connecte(request), lire_cle(request)

        def executer() -> PaiementPass:
            return demandes.renouveler_et_payer(
                client_id=client_id,
                numero_souscription=numero,
                montant=saisie.get("montant"),
                date_naissance=saisie.get("date_naissance"),
                auteur=auteur_de(request),
                cle=cle,
                telephone=saisie.get("telephone", ""),
                operateur=saisie.get("operateur", ""),
            )

        return _une_fois(f"client:{client_id}", cle, {"renouveler": numero.upper(), **saisie}, executer)


class ConditionsApi(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="souscription_conditions",
        summary="Ce que le souscripteur accepte",
        description="À montrer avant de souscrire ; renvoyez sa `version` avec la demande.",
        tags=["souscriptions"],
        responses=ConditionsSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(conditions())


class PaiementApi(ApiClient):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="paiement_suivre",
        summary="Où en est un paiement",
        description=(
            "Par son client, ou sans session avec `X-Suivi` : alors l'état, le message, le reçu et les montants, rien du "
            "contrat ni du client. À demander toutes les deux secondes jusqu'à `termine`."
        ),
        tags=["paiements"],
        parameters=[
            OpenApiParameter(
                ENTETE_SUIVI,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="`suivi` reçu en souscrivant sans session.",
            )
        ],
        responses={200: PaiementSuiviSerializer, 404: OpenApiResponse(description="Paiement inconnu ou d'un autre.")},
    )
    def get(self, request: Request, numero: str) -> Response:
        client_id = getattr(request.user, "client_id", None)
        if client_id is None and _numero_signe(request) != numero.upper():
            raise NotAuthenticated
        return Response(selectors.paiement_suivi(numero=numero, client_id=client_id))


class OptionsApi(ApiClient):
    @extend_schema(
        operation_id="contrat_options_paiement",
        summary="Ce que l'on peut payer sur un contrat",
        description="Les montants des boutons, les bornes d'un montant libre et celles d'un renouvellement.",
        tags=["paiements"],
        responses={200: OptionsSerializer, 404: INTROUVABLE},
    )
    def get(self, request: Request, police: str) -> Response:
        return Response(selectors.options_de_paiement(client_id=client_connecte(request), police=police))


class OperateursApi(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="paiement_operateurs",
        summary="Opérateurs de Mobile Money",
        description="Ceux avec lesquels on peut payer ici d'abord ; les autres se paient à l'agence.",
        tags=["paiements"],
        responses=OperateurSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.operateurs_de_paiement())


class DetectionApi(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="paiement_detecter_operateur",
        summary="Opérateur probable d'un numéro",
        description="D'après son préfixe : un numéro garde le sien quand il change d'opérateur, laissez le client corriger.",
        tags=["paiements"],
        request=DetectionSerializer,
        responses=DetecteSerializer,
    )
    def post(self, request: Request) -> Response:
        code = operateur_probable(lire_saisie(DetectionSerializer, request)["telephone"])
        return Response({"operateur": code, "disponible": code is not None and est_en_ligne(code)})


def jeton_de_suivi(numero: str) -> str:
    """The signed number of a payment: whoever holds it may follow this payment and no other."""
    return Signer(salt="suivi-paiement").sign(numero)


def _numero_signe(request: Request) -> str | None:
    try:
        return str(Signer(salt="suivi-paiement").unsign(request.headers.get(ENTETE_SUIVI, "")))
    except BadSignature:
        return None


def auteur_de(request: Request) -> Auteur:
    """The client of the session that asks; at that kiosk."""
    session = getattr(request.user, "session", None)
    return Auteur(session=session and session.pk, origine=request.user.origine)  # type: ignore[union-attr]


def accuser(paiement: PaiementPass) -> Reponse:
    """What answers a demand for `paiement`, with its total when several contracts are paid at once."""
    return Reponse(
        status.HTTP_202_ACCEPTED,
        {
            "numero_transaction": paiement.numero_transaction,
            "numero_souscription": paiement.souscription.numero_souscription,
            "statut": str(paiement.statut),
            "statut_affiche": paiement.get_statut_display(),
            "montant": paiement.montant + sum(paiement.rattaches.values_list("montant", flat=True)),
            "message": selectors.messages_d_attente(paiement.statut, ""),
        },
    )


def repondre(reponse: Reponse) -> Response:
    entetes = {"Idempotent-Replayed": "true"} if reponse.rejouee else {}
    # JSON in the database forgets the order of its keys: the first answer and the others have the same.
    return Response(dict(sorted(reponse.corps.items())), status=reponse.statut, headers=entetes)


def _une_fois(portee: str, cle: str, demande: Mapping[str, Any], executer: Callable[[], PaiementPass]) -> Response:
    return repondre(une_seule_fois(portee=portee, cle=cle, demande=demande, executer=lambda: accuser(executer())))


def lire_cle(request: Request) -> str:
    cle = request.headers.get("Idempotency-Key", "").strip()
    if not 8 <= len(cle) <= _CLE_MAX or not cle.isascii() or not cle.isprintable():
        raise DonneesInvalides(
            "Envoyez l'en-tête Idempotency-Key : 8 à 64 caractères tirés au hasard, gardés jusqu'à la réponse."
        )
    return cle


def lire_saisie(serializer: type[Any], request: Request) -> dict[str, Any]:
    lue = serializer(data=request.data)
    lue.is_valid(raise_exception=True)
    return dict(lue.validated_data)

"""What a client or a prospect starts at the kiosk: pay, renew, subscribe; and how she follows it.

Each answers at once (202): the worker speaks to the operator, the kiosk asks us, not him.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.pass_payments import selectors
from apps.pass_payments.apis import INTROUVABLE, ApiClient, client_connecte
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.operateurs import est_en_ligne
from apps.pass_payments.serializers_paiements import (
    ConditionsSerializer,
    DemandePaiementSerializer,
    DemandeSouscriptionSerializer,
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
from apps.pass_payments.services.idempotence import Reponse, une_seule_fois
from apps.pass_products.models import ProduitPass
from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.imports import classes
from nsia_pass_api.telephones import operateur_probable

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
# Named here so that each scheme is declared once.
CLIENT_OU_BORNE: Any = [{"jetonClient": [], "cleBorne": []}, {"jetonClient": []}, {"cleBorne": []}, {}]
REFUS = OpenApiResponse(description="Montant hors limites, opérateur fermé, ou clé déjà utilisée pour autre chose.")
PRODUIT_INCONNU = OpenApiResponse(description="Aucun produit n'a ce code.")


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
        responses={202: PaiementDemandeSerializer, 404: INTROUVABLE, 409: EN_COURS, 422: REFUS},
    )
    def post(self, request: Request) -> Response:
        saisie = _saisie(DemandePaiementSerializer, request)
        client_id, cle = client_connecte(request), _cle(request)
        lignes = [demandes.Ligne(**ligne) for ligne in saisie["contrats"]]

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
        responses={202: PaiementDemandeSerializer, 404: INTROUVABLE, 409: EN_COURS, 422: REFUS},
    )
    def post(self, request: Request, numero: str) -> Response:
        saisie = _saisie(RenouvellementSerializer, request)
        client_id, cle = client_connecte(request), _cle(request)

        def executer() -> PaiementPass:
            return demandes.renouveler_et_payer(
                client_id=client_id,
                numero_souscription=numero,
                montant=saisie.get("montant"),
                cle=cle,
                telephone=saisie.get("telephone", ""),
                operateur=saisie.get("operateur", ""),
            )

        return _une_fois(f"client:{client_id}", cle, {"renouveler": numero.upper(), **saisie}, executer)


class SouscriptionsApi(APIView):
    authentication_classes = classes(settings.API_CLIENT_OU_BORNE["authentication"])
    permission_classes = classes(settings.API_CLIENT_OU_BORNE["permission"])

    @extend_schema(
        operation_id="souscription_creer",
        summary="Souscrire et payer la première échéance",
        description=(
            "Par un client connecté, ou par un prospect à la borne : il donne alors son identité et reçoit dans `suivi` de quoi "
            "suivre ce paiement. Le contrat et sa police existent quand le paiement est confirmé ; s'il échoue, recommencez."
        ),
        tags=["souscriptions"],
        auth=CLIENT_OU_BORNE,
        parameters=[CLE],
        request=DemandeSouscriptionSerializer,
        responses={202: PaiementDemandeSerializer, 404: PRODUIT_INCONNU, 409: EN_COURS, 422: REFUS},
    )
    def post(self, request: Request) -> Response:
        saisie = _saisie(DemandeSouscriptionSerializer, request)
        cle = _cle(request)
        client_id: int | None = request.user.client_id  # type: ignore[union-attr]
        identite = dict(saisie.get("client") or {})
        if client_id is None and not identite:
            raise DonneesInvalides(champs={"client": ["Donnez votre nom, votre prénom et votre téléphone."]})
        if client_id is None:
            principaux = {champ: identite.pop(champ) for champ in ("nom", "prenom", "telephone")}
            # A new client belongs to the agency of the kiosk where she stands; a known one stays where she is.
            autres = {**identite, "agence_id": request.user.agence_id}  # type: ignore[union-attr]
            souscripteur = demandes.Souscripteur(**principaux, autres=autres)
            portee = f"prospect:{principaux['telephone']}"
        else:
            souscripteur = demandes.Souscripteur(client_id=client_id)
            portee = f"client:{client_id}"
        produit = get_object_or_404(ProduitPass, code_pass=saisie["produit"].upper())

        def executer() -> PaiementPass:
            return demandes.souscrire_et_payer(
                souscripteur=souscripteur,
                produit=produit,
                montant=saisie["montant"],
                periodicite=saisie["periodicite"],
                beneficiaires=saisie.get("beneficiaires", []),
                version_conditions=saisie["version_conditions"],
                premier_versement=saisie.get("premier_versement"),
                origine=request.user.origine,  # type: ignore[union-attr]
                cle=cle,
                telephone=saisie.get("telephone", ""),
                operateur=saisie.get("operateur", ""),
            )

        reponse = _une_fois(portee, cle, {"souscrire": saisie}, executer)
        if client_id is None:
            reponse.data["suivi"] = jeton_de_suivi(reponse.data["numero_transaction"])
        return reponse

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}


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
        description="Par son client, ou sans session avec `X-Suivi`. À demander toutes les deux secondes jusqu'à `termine`.",
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
        code = operateur_probable(_saisie(DetectionSerializer, request)["telephone"])
        return Response({"operateur": code, "disponible": code is not None and est_en_ligne(code)})


def jeton_de_suivi(numero: str) -> str:
    """The signed number of a payment: whoever holds it may follow this payment and no other."""
    return Signer(salt="suivi-paiement").sign(numero)


def _numero_signe(request: Request) -> str | None:
    try:
        return str(Signer(salt="suivi-paiement").unsign(request.headers.get(ENTETE_SUIVI, "")))
    except BadSignature:
        return None


def _une_fois(portee: str, cle: str, demande: Mapping[str, Any], executer: Callable[[], PaiementPass]) -> Response:
    def repondre() -> Reponse:
        paiement = executer()
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

    reponse = une_seule_fois(portee=portee, cle=cle, demande=demande, executer=repondre)
    entetes = {"Idempotent-Replayed": "true"} if reponse.rejouee else {}
    # JSON in the database forgets the order of its keys: the first answer and the others have the same.
    return Response(dict(sorted(reponse.corps.items())), status=reponse.statut, headers=entetes)


def _cle(request: Request) -> str:
    cle = request.headers.get("Idempotency-Key", "").strip()
    if not 8 <= len(cle) <= _CLE_MAX or not cle.isascii() or not cle.isprintable():
        raise DonneesInvalides(
            "Envoyez l'en-tête Idempotency-Key : 8 à 64 caractères tirés au hasard, gardés jusqu'à la réponse."
        )
    return cle


def _saisie(serializer: type[Any], request: Request) -> dict[str, Any]:
    lue = serializer(data=request.data)
    lue.is_valid(raise_exception=True)
    return dict(lue.validated_data)

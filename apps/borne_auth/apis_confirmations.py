"""What a client changes at the kiosk with a code sent to her phone: her beneficiaries, her Mobile Money number.

A change is asked for (202, the code leaves), then confirmed; nothing changes before. Whatever is not the client's own does
not exist for her: 404.
"""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth.authentication import ClientConnecte
from apps.borne_auth.confirmations import Changement, confirmer, demander, essais_restants, minutes
from apps.borne_auth.models import ActeSensible, DemandeConfirmation
from apps.borne_auth.serializers_confirmations import (
    BeneficiaireDuContratSerializer,
    BeneficiairesSerializer,
    ChangementBeneficiaireSerializer,
    ChangementMobileMoneySerializer,
    CodeSerializer,
    ConfirmationSerializer,
    DemandeSerializer,
    MobileMoneySerializer,
    NouveauBeneficiaireSerializer,
)
from apps.pass_clients.models import TERMINEES, ClientPass
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_clients.selectors import (
    beneficiaire_vivant,
    beneficiaires_vivants,
    contrat_du_client,
    souscription_du_client,
)
from apps.pass_products.ages import date_requise
from nsia_pass_api.telephones import masquer

PAS_LE_SIEN = OpenApiResponse(description="Ce contrat ou ce bénéficiaire n'existe pas, ou n'est pas celui du client.")
TROP_DE_CODES = OpenApiResponse(description="Trop de codes demandés : `Retry-After` donne les secondes d'attente.")
SANS_SMS = OpenApiResponse(description="Aucun SMS ne peut partir (`sms_indisponible`).")
REFUS = OpenApiResponse(description="Le contrat ne permet pas ce changement ; aucun code ne part.")
EN_DEUX_TEMPS = (
    "Rien ne change encore : un code part vers le téléphone connu de NSIA, à confirmer par "
    "`POST /api/v1/confirmations/{demande}/`. Une nouvelle demande annule la précédente de la même session."
)
DEMANDE: Any = {202: DemandeSerializer, 404: PAS_LE_SIEN, 422: REFUS, 429: TROP_DE_CODES, 503: SANS_SMS}

FAITS = {
    ActeSensible.BENEFICIAIRE_AJOUTER: "Le bénéficiaire est ajouté.",
    ActeSensible.BENEFICIAIRE_MODIFIER: "Le bénéficiaire est modifié.",
    ActeSensible.BENEFICIAIRE_RETIRER: "Le bénéficiaire est retiré.",
    ActeSensible.MOBILE_MONEY_MODIFIER: "Votre numéro Mobile Money est changé.",
}


class ApiSession(APIView):
    """A route of the client who is logged in; no cache keeps what it answers."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class BeneficiairesApi(ApiSession):
    @extend_schema(
        operation_id="beneficiaires",
        summary="Bénéficiaires d'un contrat",
        description="Ceux qui comptent, par rang, et combien le produit en permet encore.",
        tags=["beneficiaires"],
        responses={200: BeneficiairesSerializer, 404: PAS_LE_SIEN},
    )
    def get(self, request: Request, numero: str) -> Response:
        souscription = souscription_du_client(client_id=_client(request).client_id, numero=numero)
        beneficiaires = list(beneficiaires_vivants(souscription))
        maximum = souscription.produit.nombre_beneficiaires_max
        return Response(
            {
                "numero_souscription": souscription.numero_souscription,
                "nom_produit": souscription.produit.nom_pass,
                "maximum": maximum,
                "places_libres": max(0, maximum - len(beneficiaires)),
                "modifiable": souscription.statut not in TERMINEES,
                "date_naissance_requise": date_requise(souscription.produit.garanties.all()),
                "beneficiaires": BeneficiaireDuContratSerializer(beneficiaires, many=True).data,
            }
        )

    @extend_schema(
        operation_id="beneficiaire_ajouter",
        summary="Demander l'ajout d'un bénéficiaire",
        description=f"Il prendra le premier rang libre. {EN_DEUX_TEMPS}",
        tags=["beneficiaires"],
        request=NouveauBeneficiaireSerializer,
        responses=DEMANDE,
    )
    def post(self, request: Request, numero: str) -> Response:
        saisie = _saisie(NouveauBeneficiaireSerializer(data=request.data))
        souscription = souscription_du_client(client_id=_client(request).client_id, numero=numero)
        return _demander(
            request,
            Changement(acte=ActeSensible.BENEFICIAIRE_AJOUTER, souscription=souscription, champs=saisie),
        )


class BeneficiaireApi(ApiSession):
    @extend_schema(
        operation_id="beneficiaire_modifier",
        summary="Demander le changement d'un bénéficiaire",
        description=f"Seul ce qui est donné change. {EN_DEUX_TEMPS}",
        tags=["beneficiaires"],
        request=ChangementBeneficiaireSerializer,
        responses=DEMANDE,
    )
    def patch(self, request: Request, numero: str, beneficiaire: int) -> Response:
        saisie = _saisie(ChangementBeneficiaireSerializer(data=request.data, partial=True))
        return self._demander(request, ActeSensible.BENEFICIAIRE_MODIFIER, numero, beneficiaire, saisie)

    @extend_schema(
        operation_id="beneficiaire_retirer",
        summary="Demander le retrait d'un bénéficiaire",
        description=f"Son rang redevient libre. {EN_DEUX_TEMPS}",
        tags=["beneficiaires"],
        request=None,
        responses=DEMANDE,
    )
    def delete(self, request: Request, numero: str, beneficiaire: int) -> Response:
        return self._demander(request, ActeSensible.BENEFICIAIRE_RETIRER, numero, beneficiaire, {})

    @staticmethod
    def _demander(request: Request, acte: ActeSensible, numero: str, ident: int, champs: dict[str, Any]) -> Response:
        souscription = souscription_du_client(client_id=_client(request).client_id, numero=numero)
        beneficiaire = beneficiaire_vivant(souscription, ident=ident)
        return _demander(
            request, Changement(acte=acte, souscription=souscription, beneficiaire=beneficiaire, champs=champs)
        )


class MobileMoneyApi(ApiSession):
    @extend_schema(
        operation_id="client_mobile_money",
        summary="Numéro Mobile Money du client",
        description="Celui qui reçoit l'argent et paie par défaut.",
        tags=["beneficiaires"],
        responses={200: MobileMoneySerializer, 404: PAS_LE_SIEN},
    )
    def get(self, request: Request, police: str) -> Response:
        connecte = _client(request)
        contrat_du_client(client_id=connecte.client_id, police=police)
        client = connecte.session.client
        return Response(
            {
                "telephone": masquer(client.numero_mobile_money) if client.numero_mobile_money else "",
                "operateur": client.operateur_mobile,
                "operateur_affiche": client.get_operateur_mobile_display(),
            }
        )

    @extend_schema(
        operation_id="client_mobile_money_modifier",
        summary="Demander un autre numéro Mobile Money",
        description=f"Le code part vers le téléphone connu, jamais vers le nouveau numéro. {EN_DEUX_TEMPS}",
        tags=["beneficiaires"],
        request=ChangementMobileMoneySerializer,
        responses=DEMANDE,
    )
    def put(self, request: Request, police: str) -> Response:
        saisie = _saisie(ChangementMobileMoneySerializer(data=request.data))
        contrat_du_client(client_id=_client(request).client_id, police=police)
        numero = saisie["telephone"]
        operateur = saisie.get("operateur") or operateur_probable(numero) or ""
        return _demander(
            request,
            Changement(
                acte=ActeSensible.MOBILE_MONEY_MODIFIER,
                champs={"numero_mobile_money": numero, "operateur_mobile": operateur},
            ),
        )


class ConfirmationApi(ApiSession):
    @extend_schema(
        operation_id="confirmation",
        summary="Confirmer un changement par son code",
        description=(
            "Le changement se fait, une fois. La même confirmation envoyée à nouveau redonne la même réponse "
            "(`Idempotent-Replayed: true`). Le code ne vaut que dans la session qui l'a demandé."
        ),
        tags=["beneficiaires"],
        request=CodeSerializer,
        responses={
            200: ConfirmationSerializer,
            404: OpenApiResponse(description="Demande inconnue de cette session, ou bénéficiaire retiré entre-temps."),
            409: OpenApiResponse(description="Demande déjà terminée : remplacée, ou confirmée par un autre code."),
            422: OpenApiResponse(
                description="`code_incorrect`, `code_epuise`, `code_expire`, ou changement devenu impossible."
            ),
        },
    )
    def post(self, request: Request, demande: UUID) -> Response:
        saisie = _saisie(CodeSerializer(data=request.data))
        faite = confirmer(session_id=_client(request).session.pk, demande_id=demande, code=saisie["code"])
        reponse = {
            "demande": faite.demande.pk,
            "acte": faite.demande.acte,
            "confirmee_le": faite.demande.terminee_le,
            "message": FAITS[ActeSensible(faite.demande.acte)],
        }
        entetes = {"Idempotent-Replayed": "true"} if faite.rejouee else {}
        return Response(ConfirmationSerializer(reponse).data, headers=entetes)


def _demander(request: Request, changement: Changement) -> Response:
    session = _client(request).session
    demande = demander(session_id=session.pk, changement=changement)
    return Response(decrire(demande, changement, client=session.client), status=status.HTTP_202_ACCEPTED)


def decrire(demande: DemandeConfirmation, changement: Changement, *, client: ClientPass) -> dict[str, Any]:
    """What is answered of a demand whose code has left for the client's phone."""
    telephone = masquer(client.telephone)
    reponse = {
        "demande": demande.pk,
        "acte": demande.acte,
        "objet": changement.objet,
        "telephone": telephone,
        "expire_le": demande.expire_le,
        "renvoi_possible_le": demande.creee_le + settings.CODE_RENVOI,
        "essais_restants": essais_restants(demande),
        "message": f"Un code à six chiffres part par SMS vers le {telephone}. Tapez-le ici dans les {minutes()} minutes.",
    }
    return dict(DemandeSerializer(reponse).data)


def _client(request: Request) -> ClientConnecte:
    return cast(ClientConnecte, request.user)


def _saisie(lue: Any) -> dict[str, Any]:
    lue.is_valid(raise_exception=True)
    return dict(lue.validated_data)

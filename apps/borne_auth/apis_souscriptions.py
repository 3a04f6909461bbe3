"""To subscribe: by a client in a session, or by whoever stands at a kiosk. There, the phone of a client takes a code first."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth import sans_session
from apps.borne_auth.apis_confirmations import SANS_SMS, decrire
from apps.borne_auth.authentication import (
    BorneAuthentication,
    BorneConnectee,
    ClientAuthentication,
    ClientConnecte,
)
from apps.borne_auth.confirmations import Changement
from apps.borne_auth.models import ActeSensible, Borne
from apps.borne_auth.permissions import EstBorne, EstClientOuBorne
from apps.borne_auth.schema import AVEC_CLE_BORNE
from apps.borne_auth.serializers_confirmations import DEMANDE, CodeDeDemandeSerializer, DemandeSerializer
from apps.pass_clients.models import ClientPass, PreuveTelephone
from apps.pass_payments.apis_paiements import (
    CLE,
    EN_COURS,
    REFUS,
    accuser,
    auteur_de,
    jeton_de_suivi,
    lire_cle,
    lire_saisie,
    repondre,
)
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.serializers_paiements import (
    LA_DEMANDE_PART,
    UNE_SOUSCRIPTION,
    DemandeSouscriptionSerializer,
    PaiementDemandeSerializer,
)
from apps.pass_payments.services.demandes import Souscripteur, souscrire_et_payer
from apps.pass_products.models import ProduitPass
from apps.socle.services.idempotence import Reponse, une_seule_fois
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.errors import DonneesInvalides, ErreurPass

# Named here so that each scheme is declared once.
CLIENT_OU_BORNE: Any = [{"jetonClient": [], "cleBorne": []}, {"jetonClient": []}, {"cleBorne": []}, {}]
PRODUIT_INCONNU = OpenApiResponse(description="Aucun produit n'a ce code.")
TROP = OpenApiResponse(
    description=(
        "Trop de souscriptions ou de codes sans session, ou de demandes vers un téléphone qui n'est pas celui du client : "
        "`Retry-After` donne les secondes d'attente."
    )
)
ACCUSE_OU_CODE = PolymorphicProxySerializer(
    component_name="SouscriptionDemandee",
    serializers=[PaiementDemandeSerializer, DemandeSerializer],
    resource_type_field_name=None,
)


class ApiSouscription(APIView):
    """A route of subscriptions; no cache keeps what it answers."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class SouscriptionsApi(ApiSouscription):
    authentication_classes = (ClientAuthentication, BorneAuthentication)
    permission_classes = (EstClientOuBorne,)

    @extend_schema(
        operation_id="souscription_creer",
        summary="Souscrire et payer la première échéance",
        description=(
            "Par un client connecté, ou par un prospect à la borne : il donne alors son identité et reçoit dans `suivi` de quoi "
            "suivre ce paiement. Si son téléphone est déjà celui d'un client, rien n'est fait : la réponse donne `demande`, un "
            "code part vers ce téléphone, à confirmer par `POST /api/v1/souscriptions/confirmer/`. Le contrat et sa police "
            "existent quand le paiement est confirmé ; la police arrive par SMS. S'il échoue, recommencez."
        ),
        tags=["souscriptions"],
        auth=CLIENT_OU_BORNE,
        parameters=[CLE],
        request=DemandeSouscriptionSerializer,
        examples=[
            UNE_SOUSCRIPTION,
            LA_DEMANDE_PART,
            OpenApiExample(
                "Un code est parti",
                DEMANDE | {"acte": "souscrire", "objet": "souscrire à PASS KIMIA"},
                response_only=True,
                status_codes=["202"],
            ),
        ],
        responses={202: ACCUSE_OU_CODE, 404: PRODUIT_INCONNU, 409: EN_COURS, 422: REFUS, 429: TROP, 503: SANS_SMS},
    )
    def post(self, request: Request) -> Response:
        saisie = lire_saisie(DemandeSouscriptionSerializer, request)
        cle = lire_cle(request)
        qui = request.user
        if isinstance(qui, BorneConnectee) and not saisie.get("client"):
            raise DonneesInvalides(champs={"client": ["Donnez votre nom, votre prénom et votre téléphone."]})
        produit = get_object_or_404(ProduitPass, code_pass=saisie["produit"].upper())
        if isinstance(qui, ClientConnecte):
            souscripteur = Souscripteur(
                client_id=qui.client_id,
                preuve=PreuveTelephone.SESSION,
                date_naissance=saisie.get("date_naissance"),
            )
            demande = sans_session.parametres(saisie, produit=produit, origine=qui.origine, cle=cle)
            reponse = une_seule_fois(
                portee=f"client:{qui.client_id}",
                cle=cle,
                demande={"souscrire": saisie},
                executer=lambda: accuser(
                    souscrire_et_payer(souscripteur=souscripteur, auteur=auteur_de(request), **demande)
                ),
            )
            return repondre(reponse)
        borne, adresse = _borne(request), adresse_du_client(request)

        def executer() -> Reponse:
            issue = sans_session.souscrire(saisie=saisie, produit=produit, borne=borne, adresse=adresse, cle=cle)
            if isinstance(issue, PaiementPass):
                return accuser(issue)
            changement = Changement(acte=ActeSensible.SOUSCRIRE, produit=produit)
            client = ClientPass(telephone=saisie["client"]["telephone"])
            return Reponse(status.HTTP_202_ACCEPTED, decrire(issue, changement, client=client))

        portee = f"prospect:{saisie['client']['telephone']}"
        return _avec_suivi(
            une_seule_fois(portee=portee, cle=cle, demande={"souscrire": saisie}, executer=executer),
        )


class ConfirmerSouscriptionApi(ApiSouscription):
    authentication_classes = (BorneAuthentication,)
    permission_classes = (EstBorne,)

    @extend_schema(
        operation_id="souscription_confirmer",
        summary="Confirmer une souscription par son code",
        description=(
            "La souscription demandée se fait, une fois, sur la borne où elle l'a été. La réponse est celle d'une souscription, "
            "avec `suivi`."
        ),
        tags=["souscriptions"],
        auth=AVEC_CLE_BORNE,
        parameters=[CLE],
        request=CodeDeDemandeSerializer,
        responses={
            202: PaiementDemandeSerializer,
            404: OpenApiResponse(description="Demande inconnue de cette borne."),
            409: OpenApiResponse(description="Demande déjà terminée, ou paiement déjà en cours."),
            422: OpenApiResponse(
                description="`code_incorrect`, `code_epuise`, `code_expire`, ou souscription devenue impossible."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        saisie = lire_saisie(CodeDeDemandeSerializer, request)
        cle, borne = lire_cle(request), _borne(request)

        def executer() -> Reponse | ErreurPass:
            issue = sans_session.confirmer_souscription(
                demande_id=saisie["demande"], code=saisie["code"], borne=borne, cle=cle
            )
            return issue if isinstance(issue, ErreurPass) else accuser(issue)

        portee = f"demande:{saisie['demande'].hex}"
        return _avec_suivi(
            une_seule_fois(portee=portee, cle=cle, demande={"confirmer": saisie["code"]}, executer=executer)
        )


def _borne(request: Request) -> Borne | None:
    """The kiosk at which somebody stands without a session."""
    borne: Borne | None = request.user.borne  # type: ignore[union-attr]
    return borne


def _avec_suivi(reponse: Reponse) -> Response:
    """What follows the payment is computed at each answer: no secret is kept with it (docs/decisions/0010)."""
    http = repondre(reponse)
    if "numero_transaction" in reponse.corps:
        http.data["suivi"] = jeton_de_suivi(reponse.corps["numero_transaction"])
    return http

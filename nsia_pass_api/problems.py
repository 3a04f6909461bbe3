"""Every error of the API as `application/problem+json` (RFC 9457), in French, without internals."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.views import defaults
from rest_framework import exceptions, serializers
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from .errors import (
    AccesRefuse,
    DonneesInvalides,
    ErreurPass,
    Introuvable,
    NonAuthentifie,
    RequeteIllisible,
    ServiceIndisponible,
    TropDEssais,
)
from .logs import request_id

CONTENT_TYPE = "application/problem+json"
API_PREFIXES = ("/api/", "/sante/")

_LONGEST_MESSAGE = 300
_CHALLENGE = 'Bearer realm="nsia-pass"'

logger = structlog.get_logger(__name__)


class MethodeRefusee(ErreurPass):
    statut = 405
    code = "methode_refusee"
    titre = "Méthode refusée"
    detail = "Cette adresse n'accepte pas cette méthode HTTP."


class ReponseImpossible(ErreurPass):
    statut = 406
    code = "reponse_impossible"
    titre = "Format de réponse refusé"
    detail = "L'en-tête Accept ne permet aucun des formats de cette réponse : acceptez application/json."


class CorpsTropGrand(ErreurPass):
    statut = 413
    code = "corps_trop_grand"
    titre = "Requête trop grande"
    detail = "Le corps de la requête est trop grand."


class TypeDeContenuRefuse(ErreurPass):
    statut = 415
    code = "type_de_contenu_refuse"
    titre = "Type de contenu refusé"
    detail = "Envoyez le corps de la requête en JSON, avec l'en-tête Content-Type: application/json."


class AdresseIllisible(BadRequest):
    """The path or the query of a request holds NUL, or bytes that are no UTF-8."""


class ErreurInterne(ErreurPass):
    titre = "Erreur interne"


class ProblemeSerializer(serializers.Serializer[Any]):
    """The one shape of errors, for the OpenAPI schema."""

    type = serializers.CharField(help_text="Identifiant de la sorte d'erreur, formé sur `code`.")
    title = serializers.CharField(help_text="Nom de la sorte d'erreur.")
    status = serializers.IntegerField(min_value=400, max_value=599, help_text="Statut HTTP.")
    detail = serializers.CharField(help_text="Phrase pour la personne : ce qui ne va pas et que faire.")
    code = serializers.CharField(help_text="Code stable, pour les programmes.")
    champs = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Messages par champ ; les champs imbriqués s'écrivent `beneficiaires.0.nom`.",
    )
    requete = serializers.CharField(
        required=False, help_text="Référence de la requête, à citer pour obtenir de l'aide."
    )


def problem_response(exc: Exception, context: dict[str, Any]) -> HttpResponseBase:
    """REST framework's EXCEPTION_HANDLER: an answer for any exception; the unforeseen ones are logged and give 500."""
    set_rollback()
    return _answer(_foreseen(exc) or _unforeseen(exc), exc)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not request.path.startswith(API_PREFIXES):
        return defaults.bad_request(request, exception)
    return _answer(_foreseen(exception) or RequeteIllisible(), exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not request.path.startswith(API_PREFIXES):
        return defaults.permission_denied(request, exception)
    return _answer(AccesRefuse(), exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not request.path.startswith(API_PREFIXES):
        return defaults.page_not_found(request, exception)
    return _answer(Introuvable("Cette adresse n'existe pas."), exception)


def handler500(request: HttpRequest) -> HttpResponseBase:
    """Django has already logged the exception."""
    if not request.path.startswith(API_PREFIXES):
        return defaults.server_error(request)
    return _answer(_internal(), None)


def _answer(error: ErreurPass, cause: Exception | None) -> HttpResponse:
    body: dict[str, Any] = {
        "type": f"urn:nsia-pass:erreur:{error.code}",
        "title": error.titre,
        "status": error.statut,
        "detail": error.detail,
        "code": error.code,
    }
    if error.champs:
        body["champs"] = error.champs
    if identifier := request_id():
        body["requete"] = identifier
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    headers = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.statut == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = getattr(cause, "auth_header", None) or _CHALLENGE
    return HttpResponse(content, status=error.statut, content_type=CONTENT_TYPE, headers=headers)


def _foreseen(exc: Exception) -> ErreurPass | None:
    match exc:
        case ErreurPass():
            return exc
        case exceptions.ValidationError():
            return _validation(exc.detail)
        case DjangoValidationError():
            return _validation(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
        case Http404():
            return Introuvable()
        case PermissionDenied():
            return AccesRefuse()
        case RequestDataTooBig():
            return CorpsTropGrand()
        case AdresseIllisible():
            return RequeteIllisible("Cette adresse contient un caractère illisible. Vérifiez comment elle est écrite.")
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return RequeteIllisible()
        case OperationalError() | InterfaceError():
            logger.error("base_injoignable", exc_info=exc)
            return ServiceIndisponible(retry_after=5)
        case exceptions.APIException():
            return _from_rest_framework(exc)
    return None


def _from_rest_framework(exc: exceptions.APIException) -> ErreurPass | None:
    """REST framework's own exceptions; a sentence chosen by whoever raised it is kept."""
    own = None if _is_default(exc) else _sentence(exc.detail)
    match exc:
        case exceptions.ParseError():
            return RequeteIllisible(own)
        case exceptions.AuthenticationFailed():
            return NonAuthentifie(own or "Votre session n'est plus valable. Identifiez-vous à nouveau.")
        case exceptions.NotAuthenticated():
            return NonAuthentifie(own)
        case exceptions.PermissionDenied():
            return AccesRefuse(own)
        case exceptions.NotFound():
            return Introuvable(own)
        case exceptions.MethodNotAllowed():
            return MethodeRefusee()
        case exceptions.NotAcceptable():
            return ReponseImpossible()
        case exceptions.UnsupportedMediaType():
            return TypeDeContenuRefuse()
        case exceptions.Throttled():
            return TropDEssais(retry_after=getattr(exc, "wait", None))
    return None


def _is_default(exc: exceptions.APIException) -> bool:
    return isinstance(exc.detail, str) and exc.detail == str(exc.default_detail)


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict) and "detail" in detail:
        return str(detail["detail"])
    return " ".join(message for _, message in _flat(detail))


def _validation(detail: Any) -> DonneesInvalides:
    champs: dict[str, list[str]] = {}
    general: list[str] = []
    for champ, message in _flat(detail):
        if champ:
            champs.setdefault(champ, []).append(message)
        else:
            general.append(message)
    if general:
        return DonneesInvalides(" ".join(general), champs=champs)
    subject = "Une information est" if len(champs) == 1 else "Des informations sont"
    return DonneesInvalides(f"{subject} à corriger : {', '.join(champs)}."[:_LONGEST_MESSAGE], champs=champs)


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each message with the dotted path of its field, empty for what concerns no single field."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            general = key in (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS)
            yield from _flat(value, path if general else _join(path, key))
    elif isinstance(detail, list | tuple):
        for index, item in enumerate(detail):
            yield from _flat(item, path if isinstance(item, str) else _join(path, index))
    else:
        yield path, str(detail)[:_LONGEST_MESSAGE]


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _unforeseen(exc: Exception) -> ErreurInterne:
    logger.error("exception_non_traitee", exc_info=exc)
    return _internal()


def _internal() -> ErreurInterne:
    reference = f" donnez à NSIA la référence « {request_id()} »." if request_id() else " prévenez NSIA."
    return ErreurInterne(
        f"Un incident est survenu de notre côté. Réessayez dans un instant ; s'il se répète,{reference}"
    )

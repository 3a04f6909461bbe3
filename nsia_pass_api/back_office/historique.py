"""« Historique » of an object leads to the journal that tells what happened to it."""

from typing import Any

from django.conf import settings
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.module_loading import import_string


class AvecHistorique:
    """Mixin: « Historique » leads where settings.BACK_OFFICE_HISTORIQUE says, and is not there for who may not go."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        objet = kwargs.get("obj")
        context["show_history"] = objet is not None and _historique(request, objet) is not None
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page: Any = self
        objet = page.get_object(request, unquote(object_id))
        if objet is None:
            return page._get_obj_does_not_exist_redirect(request, page.opts, object_id)  # type: ignore[no-any-return]
        adresse = _historique(request, objet)
        if adresse is None or not page.has_view_permission(request, objet):
            raise PermissionDenied
        return HttpResponseRedirect(adresse)


def _historique(request: HttpRequest, objet: models.Model) -> str | None:
    adresse: str | None = import_string(settings.BACK_OFFICE_HISTORIQUE)(request.user, objet)
    return adresse

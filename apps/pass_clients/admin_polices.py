"""Assigning polices to many subscriptions at once: a preview, then the numbers. The same page sent twice changes nothing more."""

import re
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from apps.pass_clients.models import SouscriptionPass
from apps.pass_clients.selectors import apercu_attribution, souscriptions_sans_police
from apps.pass_clients.services import attribuer_polices

# What a person can read before confirming.
LOT_MAX = 500


class AttributionEnLot:
    """Mixin, before the admin of subscriptions: the chosen ones, or all those of this person's that wait."""

    actions = ["attribuer_choisies"]
    actions_list = ["polices"]
    droit_attribuer = "pass_clients.add_numeropolice"

    def has_attribuer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.droit_attribuer)

    @admin.action(description="Attribuer une police aux souscriptions choisies", permissions=["attribuer"])
    def attribuer_choisies(self, request: HttpRequest, queryset: QuerySet[SouscriptionPass]) -> HttpResponse:
        cles = list(queryset.order_by("pk").values_list("pk", flat=True)[: LOT_MAX + 1])
        return self._apercu(request, cles)

    @action(description="Attribuer les polices en attente", url_path="polices", icon="tag", permissions=["attribuer"])
    def polices(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        permises = self.get_queryset(request)
        if request.method == "POST":
            return self._attribuer(request, permises)
        en_attente = permises.filter(pk__in=souscriptions_sans_police().values("pk"))
        return self._apercu(request, list(en_attente.order_by("pk").values_list("pk", flat=True)[: LOT_MAX + 1]))

    def _attribuer(self, request: HttpRequest, permises: QuerySet[SouscriptionPass]) -> HttpResponse:
        cles = [int(cle) for cle in request.POST.get("choisies", "").split(",") if re.fullmatch(r"[0-9]{1,18}", cle)]
        choisies = permises.filter(pk__in=cles[:LOT_MAX])
        a_servir = list(choisies.filter(police__isnull=True).values_list("pk", flat=True))
        nombre = attribuer_polices(choisies=a_servir) if a_servir else 0
        servies = SouscriptionPass.objects.filter(pk__in=a_servir, police__isnull=False)
        LogEntry.objects.log_actions(request.user.pk, servies, CHANGE, "Police attribuée.")
        if nombre:
            accord = "police attribuée" if nombre == 1 else "polices attribuées"
            messages.success(request, f"{nombre} {accord}.")
        else:
            messages.info(request, "Toutes avaient déjà leur police, ou ne peuvent pas en avoir : rien n'a été fait.")
        faites = choisies.filter(police__isnull=False).select_related("client", "produit", "police").order_by("pk")
        return self._reponse(request, {"faites": faites, "title": "Polices attribuées"})

    def _apercu(self, request: HttpRequest, cles: list[int]) -> HttpResponse:
        lignes = apercu_attribution(SouscriptionPass.objects.filter(pk__in=cles[:LOT_MAX]))
        attribuables = [ligne for ligne in lignes if not ligne.refus]
        return self._reponse(
            request,
            {
                "attribuables": attribuables,
                "refusees": [ligne for ligne in lignes if ligne.refus],
                "choisies": ",".join(str(ligne.souscription.pk) for ligne in attribuables),
                "il_en_reste": len(cles) > LOT_MAX,
                "lot": LOT_MAX,
                "title": "Attribuer des polices",
            },
        )

    def _reponse(self, request: HttpRequest, contexte: dict[str, Any]) -> HttpResponse:
        liste = reverse("admin:pass_clients_souscriptionpass_changelist")
        adresse = reverse("admin:pass_clients_souscriptionpass_polices")
        commun = {**self.admin_site.each_context(request), "opts": self.opts, "liste": liste, "adresse": adresse}
        return TemplateResponse(request, "admin/polices.html", commun | contexte)

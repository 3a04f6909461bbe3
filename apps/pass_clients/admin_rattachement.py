"""Attaching many clients to an agency at once: a preview with the choice of the agency, then the act."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from apps.pass_clients.models import Agence, ClientPass, StatutAgence
from apps.pass_clients.selectors import clients_sans_agence
from apps.pass_clients.services import RATTACHER_MAX, Auteur, rattacher_clients
from nsia_pass_api.errors import ErreurPass

# What a person reads before confirming; the rest is counted.
MONTRES = 50


class RattachementForm(forms.Form):
    agence = forms.ModelChoiceField(
        queryset=Agence.objects.filter(statut=StatutAgence.ACTIVE),
        label="Agence",
        empty_label="Choisissez une agence",
        help_text="Ses agents liront ces dossiers.",
        widget=UnfoldAdminSelectWidget,
    )


class RattachementEnLot:
    """Mixin, before the admin of clients: the chosen ones, for who attaches clients (managers and administrators)."""

    actions = ["rattacher_choisis"]
    actions_list = ["rattacher"]
    droit_rattacher = "pass_clients.rattacher_clientpass"

    admin_site: Any
    opts: Any
    get_queryset: Any
    has_view_permission: Any

    def has_rattacher_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.droit_rattacher)

    @admin.action(description="Rattacher les clients choisis à une agence", permissions=["rattacher"])
    def rattacher_choisis(self, request: HttpRequest, queryset: QuerySet[ClientPass]) -> HttpResponse:
        cles = list(queryset.order_by("pk").values_list("pk", flat=True)[: RATTACHER_MAX + 1])
        return self._page_de_rattachement(request, cles, RattachementForm())

    @action(
        description="Rattacher ceux sans agence", url_path="rattacher", icon="storefront", permissions=["rattacher"]
    )
    def rattacher(self, request: HttpRequest) -> HttpResponse:
        """Opened without a choice, it shows those who wait."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            en_attente = self.get_queryset(request).filter(pk__in=clients_sans_agence().values("pk"))
            return self.rattacher_choisis(request, en_attente)
        cles = [int(cle) for cle in request.POST.get("choisis", "").split(",") if re.fullmatch(r"[0-9]{1,18}", cle)]
        formulaire = RattachementForm(request.POST)
        if not formulaire.is_valid():
            return self._page_de_rattachement(request, cles, formulaire)
        agence = formulaire.cleaned_data["agence"]
        agent: Any = request.user
        try:
            nombre = rattacher_clients(choisis=cles, agence=agence, auteur=Auteur(agent=agent))
        except ErreurPass as erreur:
            formulaire.add_error(None, erreur.detail)
            return self._page_de_rattachement(request, cles, formulaire)
        if nombre:
            accord = "client rattaché" if nombre == 1 else "clients rattachés"
            messages.success(request, f"{nombre} {accord} à l'agence {agence}.")
        else:
            messages.info(request, f"Tous étaient déjà rattachés à l'agence {agence} : rien n'a été fait.")
        return HttpResponseRedirect(reverse("admin:pass_clients_clientpass_changelist", query={"agence": "sans"}))

    def _page_de_rattachement(self, request: HttpRequest, cles: list[int], form: forms.Form) -> HttpResponse:
        permis = self.get_queryset(request).filter(pk__in=cles[:RATTACHER_MAX]).order_by("pk")
        choisis = list(permis.values_list("pk", flat=True))
        contexte = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Rattacher des clients à une agence",
            "form": form,
            "queryset": permis.select_related("agence")[:MONTRES],
            "nombre": len(choisis),
            "autres": max(0, len(choisis) - MONTRES),
            "choisis": ",".join(map(str, choisis)),
            "il_en_reste": len(cles) > RATTACHER_MAX,
            "lot": RATTACHER_MAX,
            "liste": reverse("admin:pass_clients_clientpass_changelist"),
            "adresse": reverse("admin:pass_clients_clientpass_rattacher"),
        }
        return TemplateResponse(request, "admin/rattacher.html", contexte)

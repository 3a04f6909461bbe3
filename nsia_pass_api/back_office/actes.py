"""Acts of the back office: on an object's page a button while the act is possible, then at most a form, then one service."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

from ..errors import ErreurPass
from ..registre import ajouts
from .admin_pass import AdminPass
from .ajouts import Ajout

Lignes = Sequence[tuple[str, Any]]
"""What a person reads beside a form: a label and its value each."""


class DejaFait(Exception):
    """The act was done before, by the same form: the message says so, and nothing is logged again."""


@dataclass(frozen=True)
class Revelation:
    """What an act made that is shown once, in the answer to it and nowhere else: neither a message nor the log keeps it."""

    valeur: str
    texte: str


class Acte:
    """One act. `droit`: the permission (`app.codename`) that it takes, besides that of seeing the object."""

    nom: ClassVar[str]
    libelle: ClassVar[str]
    droit: ClassVar[str]
    icone: ClassVar[str]
    explication: ClassVar[str] = ""
    genre: ClassVar[str] = "default"
    """Of the button: `primary` for what one comes to do, `danger` for what is not undone, else `default`."""
    demande_confirmation: ClassVar[bool] = False
    """Whether a page says what follows before it is done, though there is nothing to type; always of what is `danger`."""

    def intitule(self, objet: Any) -> str:
        return self.libelle

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        """Whether its button is there. The service decides, even when somebody comes without the button."""
        raise NotImplementedError

    def permis(self, objet: Any, agent: AbstractBaseUser) -> bool:
        """Whether this person may, of this very object, when `droit` is not all: her own, or of a kind that she decides."""
        return True

    def formulaire(self, objet: Any, saisie: Any) -> Form:
        """The form, filled with what was posted if anything was. One without fields: a click is enough."""
        return Form(saisie)

    def immediat(self, objet: Any) -> bool:
        """Whether its button does it at once."""
        demande = self.demande_confirmation or self.genre == "danger"
        return not demande and not self.formulaire(objet, None).fields

    def situation(self, objet: Any) -> Lignes:
        return ()

    def changements(self, objet: Any) -> Sequence[Any]:
        """What the act would change, shown beside its form: lines with `libelle`, `avant`, `apres` and `change`."""
        return ()

    def relecture(self, objet: Any, saisie: dict[str, Any]) -> Lignes:
        """What the person reads again before it is done; nothing when once is enough."""
        return ()

    def executer(self, objet: Any, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str | HttpResponse | Revelation:
        """Calls the service and says what was done, or gives what it made. Raises ErreurPass, DejaFait."""
        raise NotImplementedError


class AvecActes(AdminPass):
    """Base, before any other, of an admin of this project: `actes` on its objects' pages, `remarques` and `liens` beside them.

    Other apps add theirs, and tabs (`ajouts.py`).
    """

    actes: ClassVar[Sequence[Acte]] = ()
    change_form_outer_before_template = "admin/actes.html"

    @cached_property
    def ajouts(self) -> list[Ajout]:
        return ajouts(self.model._meta.label)

    @property
    def tous_les_actes(self) -> Iterator[Acte]:
        yield from self.actes
        for ajout in self.ajouts:
            yield from ajout.actes

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        devant = [onglet for ajout in self.ajouts for onglet in ajout.devant]
        derriere = [onglet for ajout in self.ajouts for onglet in ajout.derriere]
        return [*devant, *super().get_inlines(request, obj), *derriere]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        objets = super().get_queryset(request)
        if request.resolver_match is not None and "object_id" in request.resolver_match.kwargs:
            for ajout in self.ajouts:
                objets = ajout.annoter(objets)
        return objets

    def remarques(self, request: HttpRequest, objet: Any) -> Sequence[str]:
        """What whoever opens the page should know before acting."""
        return ()

    def liens(self, request: HttpRequest, objet: Any) -> Lignes:
        """Other pages that tell more of the object: title and address."""
        return ()

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view(self.acte_view)
        return [path("<path:object_id>/acte/<str:nom>/", vue, name=self._nom_de_vue), *super().get_urls()]

    @property
    def _nom_de_vue(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_acte"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        objet, agent = kwargs.get("obj"), _agent(request)
        if objet is not None:
            context |= {
                "actes": [
                    {
                        "intitule": acte.intitule(objet),
                        "icone": acte.icone,
                        "genre": acte.genre,
                        "immediat": acte.immediat(objet),
                        "adresse": reverse(f"admin:{self._nom_de_vue}", args=[quote(objet.pk), acte.nom]),
                    }
                    for acte in self.tous_les_actes
                    if request.user.has_perm(acte.droit) and acte.permis(objet, agent) and acte.possible(objet, agent)
                ],
                "remarques": [
                    *self.remarques(request, objet),
                    *(remarque for ajout in self.ajouts for remarque in ajout.remarques(objet)),
                ],
                "liens": self.liens(request, objet),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def acte_view(self, request: HttpRequest, object_id: str, nom: str) -> HttpResponse:
        """The act's form, or what comes of it. A refusal is read where the person was, with what she had typed."""
        acte = next((acte for acte in self.tous_les_actes if acte.nom == nom), None)
        if acte is None:
            raise Http404
        if not (self.has_view_permission(request) and request.user.has_perm(acte.droit)):
            raise PermissionDenied
        objet = self.get_object(request, unquote(object_id))
        if objet is None:
            raise Http404
        if not acte.permis(objet, _agent(request)):
            raise PermissionDenied
        formulaire = acte.formulaire(objet, request.POST if request.method == "POST" else None)
        if not formulaire.is_valid() or "corriger" in request.POST:
            return self._page_de_l_acte(request, acte, objet, formulaire)
        saisie = formulaire.cleaned_data
        if "confirme" not in request.POST and (relecture := acte.relecture(objet, saisie)):
            return self._page_de_l_acte(request, acte, objet, formulaire, relecture)
        try:
            fait = acte.executer(objet, _agent(request), saisie)
        except ErreurPass as erreur:
            if formulaire.fields:
                formulaire.add_error(None, erreur.detail)
                return self._page_de_l_acte(request, acte, objet, formulaire)
            self.message_user(request, erreur.detail, messages.ERROR)
        except DejaFait as deja:
            self.message_user(request, deja.args[0], messages.INFO)
        else:
            self.log_change(request, objet, f"{acte.intitule(objet)}.")
            if isinstance(fait, HttpResponse):
                return fait
            if isinstance(fait, Revelation):
                contexte = self._contexte_de_l_acte(request, acte, objet)
                return TemplateResponse(request, "admin/revelation.html", contexte | {"revelation": fait})
            self.message_user(request, fait, messages.SUCCESS)
        return HttpResponseRedirect(self._page(objet))

    def _page(self, objet: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(objet.pk)])

    def _page_de_l_acte(
        self, request: HttpRequest, acte: Acte, objet: Any, formulaire: Form, relecture: Lignes = ()
    ) -> HttpResponse:
        contexte = self._contexte_de_l_acte(request, acte, objet) | {
            "form": formulaire,
            "situation": acte.situation(objet),
            "changements": acte.changements(objet),
            "relecture": relecture,
        }
        return TemplateResponse(request, "admin/acte.html", contexte)

    def _contexte_de_l_acte(self, request: HttpRequest, acte: Acte, objet: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": acte.intitule(objet),
            "opts": self.opts,
            "original": objet,
            "acte": acte,
            "retour": self._page(objet),
        }


def _agent(request: HttpRequest) -> AbstractBaseUser:
    """Whoever signed in: pages of the admin open for nobody else."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def confirmer_en_lot(
    page: ModelAdmin, request: HttpRequest, lignes: Sequence[Any], *, action: str, titre: str, explication: str
) -> TemplateResponse:
    """The page that asks before `action` is done to the rows that were chosen, and posts them again with `confirme`."""
    contexte = {
        **page.admin_site.each_context(request),
        "title": titre,
        "opts": page.opts,
        "action": action,
        "explication": explication,
        "lignes": lignes,
        "retour": reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "admin/acte_en_lot.html", contexte)

"""What one person asks and another decides."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from apps.socle import forms
from apps.socle.models import Proposition, StatutProposition
from apps.socle.natures import nature, natures
from apps.socle.selectors_propositions import a_decider_par, en_attente, reponses_recentes
from apps.socle.services.propositions import approuver, attend_une_decision, proposer, refuser, retirer
from nsia_pass_api.back_office.actes import Acte, AvecActes, Lignes
from nsia_pass_api.back_office.cellules import lien, moment, pastille, texte, vers
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.back_office.recherche import numero, numero_telephone

COULEURS_PROPOSITION = {
    StatutProposition.PROPOSEE: "warning",
    StatutProposition.APPROUVEE: "success",
    StatutProposition.REFUSEE: "danger",
    StatutProposition.RETIREE: "info",
}

STATUT_PROPOSITION = pastille("statut", "Statut", COULEURS_PROPOSITION, StatutProposition)


class ActePropose(Acte):
    """Asks for an act of kind `nature`: another person decides."""

    nature: ClassVar[str]
    explication = "Rien n'est fait tout de suite : une seconde personne décide."

    def formulaire(self, objet: Any, saisie: Any) -> Form:
        return forms.MotifForm(saisie)

    def executer(self, objet: Any, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        proposition = proposer(nature=self.nature_de(objet), objet=objet, demandeur=agent, **saisie)
        page = vers("socle.Proposition", proposition.pk, "C'est proposé")
        limite = f"{timezone.localtime(proposition.expire_le):%d/%m/%Y}"
        return format_html("{}. Une autre personne doit décider avant le {}.", page, limite)

    def nature_de(self, objet: Any) -> str:
        return self.nature


class _Decision(Acte):
    """Of another person than the one who asks, who may decide of this kind, while there is time."""

    droit = "socle.change_proposition"

    def permis(self, objet: Proposition, agent: AbstractBaseUser) -> bool:
        return agent.has_perm(nature(objet.nature).droit_decider)

    def possible(self, objet: Proposition, agent: AbstractBaseUser) -> bool:
        return attend_une_decision(objet) and objet.demandeur_id != agent.pk

    def changements(self, objet: Proposition) -> Sequence[Any]:
        return nature(objet.nature).changements(objet)

    def situation(self, objet: Proposition) -> Lignes:
        return [
            ("Proposition", nature(objet.nature).libelle),
            ("Client", objet.client or "–"),
            ("Demandé par", objet.demandeur),
            ("Motif", objet.motif),
        ]


class Approuver(_Decision):
    nom = "approuver"
    libelle = "Approuver"
    icone = "check"
    genre = "primary"
    explication = "Ce qui est proposé se fait aussitôt et ne se défait pas ici."

    def formulaire(self, objet: Proposition, saisie: Any) -> Form:
        return forms.CommentaireLibreForm(saisie)

    def executer(self, objet: Proposition, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        decidee = approuver(proposition=objet, decideur=agent, commentaire=saisie["commentaire"])
        return nature(decidee.nature).fait(decidee)


class Refuser(_Decision):
    nom = "refuser"
    libelle = "Refuser"
    icone = "close"
    explication = "Rien ne sera fait. Dites pourquoi à la personne qui a demandé."

    def formulaire(self, objet: Proposition, saisie: Any) -> Form:
        return forms.CommentaireForm(saisie)

    def executer(self, objet: Proposition, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        refuser(proposition=objet, decideur=agent, commentaire=saisie["commentaire"])
        return "La proposition est refusée. Rien n'a été fait."


class Retirer(Acte):
    """Of who asked."""

    nom = "retirer"
    libelle = "Retirer ma demande"
    droit = "socle.view_proposition"
    icone = "undo"
    demande_confirmation = True
    explication = "Rien ne sera fait, et personne n'aura plus à décider. Pour l'obtenir, il faudra proposer à nouveau."

    def permis(self, objet: Proposition, agent: AbstractBaseUser) -> bool:
        return objet.demandeur_id == agent.pk

    def situation(self, objet: Proposition) -> Lignes:
        return [("Proposition", nature(objet.nature).libelle), ("Client", objet.client or "–"), ("Motif", objet.motif)]

    def possible(self, objet: Proposition, agent: AbstractBaseUser) -> bool:
        return attend_une_decision(objet)

    def executer(self, objet: Proposition, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        retirer(proposition=objet, demandeur=agent)
        return "Votre demande est retirée. Rien n'a été fait."


class NatureFiltre(admin.SimpleListFilter):
    title = "nature"
    parameter_name = "nature"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, genre.libelle) for code, genre in natures()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(nature=self.value()) if self.value() else queryset


class AApprouverFiltre(admin.SimpleListFilter):
    title = "à décider"
    parameter_name = "attend"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("moi", "Par moi"),
            ("autrui", "Par d'autres : ce que j'ai demandé"),
            ("toutes", "Par quelqu'un"),
            ("reponses", "Décidé depuis peu : ce que j'avais demandé"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "moi":
                return queryset & a_decider_par(request.user)
            case "autrui":
                return queryset & en_attente().filter(demandeur=request.user.pk)
            case "toutes":
                return queryset & en_attente()
            case "reponses":
                return queryset & reponses_recentes(request.user).select_related(None).order_by()
        return queryset


@admin.register(Proposition)
class PropositionAdmin(AvecActes, AdminLecture):
    actes = [Approuver(), Refuser(), Retirer()]
    ordering = [F("decidee_le").desc(nulls_first=True), "-pk"]
    search_help_text = "N° de paiement, téléphone"
    recherches = {
        "cle": lambda terme: f"paiement:{numero(terme)}",
        "paiement__numero_transaction": numero,
        "client__telephone": numero_telephone,
        "client__souscriptions__police__numero_police": numero,
    }
    list_display = [
        texte("nature_lisible", "Proposition"),
        texte("client", "Client"),
        "apercu",
        texte("demandeur", "Demandée par"),
        moment("demandee_le", "Le"),
        moment("expire_le", "À décider avant le"),
        STATUT_PROPOSITION,
    ]
    list_filter = [AApprouverFiltre, "statut", NatureFiltre]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (texte("nature_lisible", "Proposition"), STATUT_PROPOSITION),
                    (
                        lien("client", "Client", modele="pass_clients.ClientPass", pk="client_id"),
                        lien("paiement", "Paiement", modele="pass_payments.PaiementPass", pk="paiement_id"),
                    ),
                )
            },
        ),
        (None, {"fields": ("changements",)}),
        (
            "Demande",
            {
                "fields": (
                    (texte("demandeur", "Demandée par"), moment("demandee_le", "Le")),
                    texte("motif", "Motif"),
                    moment("expire_le", "À décider avant le"),
                )
            },
        ),
        (
            "Décision",
            {
                "fields": (
                    (texte("decideur", "Décidée par"), moment("decidee_le", "Le")),
                    texte("commentaire", "Commentaire"),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("client", "paiement", "demandeur", "decideur")

    @admin.display(description="Ce qui est demandé")
    def changements(self, proposition: Proposition) -> str:
        contexte = {"changements": nature(proposition.nature).changements(proposition), "fait": proposition.faite}
        return render_to_string("admin/changements.html", contexte)

    @admin.display(description="Ce qui est demandé")
    def apercu(self, proposition: Proposition) -> str:
        genre = nature(proposition.nature)
        lus = genre.changements(proposition, champs=genre.essentiel)
        ecrit = "{} : demandé {}, non fait" if proposition.faite is False else "{} → {}"
        lignes = [(ecrit.format(lu.avant, lu.apres) if lu.change else lu.apres,) for lu in lus]
        return format_html_join("", '<div class="code">{}</div>', lignes)

    def remarques(self, request: HttpRequest, objet: Proposition) -> Sequence[str]:
        if not attend_une_decision(objet):
            if objet.statut == StatutProposition.PROPOSEE:
                return ["Personne n'a décidé à temps : cette proposition est périmée. Proposez à nouveau s'il le faut."]
            return [] if objet.faite else [objet.reponse]
        if objet.demandeur_id == request.user.pk:
            return ["Vous avez demandé cet acte : une seconde personne doit décider."]
        alerte = nature(objet.nature).alerte(objet)
        return [alerte] if alerte else []

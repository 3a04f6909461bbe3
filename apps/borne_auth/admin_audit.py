"""The trail in the back office: what changed, and who read whose data. All is read, searched and filtered; nothing is written."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.borne_auth.audit import modeles_suivis
from apps.borne_auth.models import (
    ActionAudit,
    JournalAudit,
    LectureDonnees,
    NatureLecture,
    SourceAudit,
)
from apps.borne_auth.selectors_audit import (
    agents_designes,
    cle_de_l_acteur,
    clients_designes,
    differences,
    libelle_de_la_table,
    libelle_du_champ,
    modele_lu,
    nommer,
    noms_du_modele,
    objet_lisible,
    traces_des_clients,
)
from nsia_pass_api.back_office.cellules import moment, pastille, texte, vers
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.lisible import VIDE, champs

COULEURS_ACTION: dict[str, str] = {
    ActionAudit.AJOUT: "success",
    ActionAudit.CHANGEMENT: "info",
    ActionAudit.SUPPRESSION: "danger",
}
COULEURS_NATURE: dict[str, str] = {NatureLecture.EXPORT: "warning", NatureLecture.RECHERCHE: "info"}
ACTION = pastille("action", "Action", COULEURS_ACTION, ActionAudit)
SOURCE = pastille("source", "Depuis", {SourceAudit.SQL: "danger", SourceAudit.COMMANDE: "warning"}, SourceAudit)
NATURE = pastille("nature", "Lecture", COULEURS_NATURE, NatureLecture)
CHAMPS_EN_LISTE = 3


class FiltreSaisi(admin.ListFilter):
    """A filter that is typed: `champs` are names of parameters, with the label and type of their input."""

    template = "admin/filtre_saisi.html"
    champs: ClassVar[dict[str, tuple[str, str]]]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for nom in self.champs:
            if nom in params:
                valeur = params.pop(nom)
                self.used_parameters[nom] = (valeur[-1] if isinstance(valeur, list) else valeur).strip()

    def saisie(self, nom: str) -> str:
        return str(self.used_parameters.get(nom, ""))

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.champs)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        formulaire = forms.Form(self.used_parameters)
        for nom, (libelle, genre) in self.champs.items():
            saisie = UnfoldAdminTextInputWidget(attrs={"type": genre, "autocomplete": "off"})
            formulaire.fields[nom] = forms.CharField(label=libelle, required=False, widget=saisie)
        yield {"form": formulaire}


class PeriodeFiltre(FiltreSaisi):
    title = "période"
    champs = {"du": ("Du", "date"), "au": ("Au", "date")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (du := _jour(self.saisie("du"))) is not None:
            queryset = queryset.filter(quand__gte=_minuit(du))
        if (au := _jour(self.saisie("au"))) is not None:
            queryset = queryset.filter(quand__lt=_minuit(au + timedelta(days=1)))
        return queryset


def _jour(saisi: str) -> date | None:
    try:
        return date.fromisoformat(saisi)
    except ValueError:
        return None


def _minuit(jour: date) -> datetime:
    return timezone.make_aware(datetime.combine(jour, time.min))


class AgentFiltre(FiltreSaisi):
    title = "agent"
    champs = {"agent": ("Agent (matricule ou e-mail)", "text")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        saisi = self.saisie("agent")
        return queryset.filter(self.de(agents_designes(saisi))) if saisi else queryset

    def de(self, agents: list[int]) -> Q:
        return Q(acteur__in=[f"agent:{cle}" for cle in agents])


class LecteurFiltre(AgentFiltre):
    def de(self, agents: list[int]) -> Q:
        return Q(agent_id__in=agents)


class LigneFiltre(FiltreSaisi):
    title = "ligne"
    champs = {"cle": ("Clé de la ligne", "text")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        saisi = self.saisie("cle")
        return queryset.filter(cle=saisi) if saisi else queryset


class TableFiltre(admin.SimpleListFilter):
    title = "table"
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return sorted(((table, libelle_de_la_table(table)) for table in modeles_suivis()), key=lambda choix: choix[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(table_nom=self.value()) if self.value() else queryset


class ObjetFiltre(admin.SimpleListFilter):
    title = "objet"
    parameter_name = "objet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        noms = {modele._meta.label: capfirst(str(modele._meta.verbose_name)) for modele in admin.site._registry}
        return sorted(noms.items(), key=lambda choix: choix[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        choisi = self.value()
        return queryset.filter(objet__in=noms_du_modele(choisi)) if choisi else queryset


class ProvenanceFiltre(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "provenance"


class AdminTrace(AdminLecture):
    """Lines are found by the request, by an agent, and by whose data they tell."""

    search_help_text = "Téléphone, police, n°, agent (matricule), requête"
    list_filter_submit = True

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        ligne = super().get_object(request, object_id, from_field)
        if ligne is not None:
            self.preparer([ligne])
        return ligne

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return ["requete"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        terme = search_term.strip()
        if terme:
            queryset = queryset.filter(
                Q(requete=terme) | self.traces(agents=agents_designes(terme), clients=clients_designes(terme))
            )
        return queryset, False

    def traces(self, *, agents: list[int], clients: list[int]) -> Q:
        raise NotImplementedError


@admin.register(JournalAudit)
class JournalAuditAdmin(AdminTrace):
    lignes_comptees_comme = "modifications"
    list_display = [moment("quand", "Le", secondes=True), ACTION, "objet", "resume", "auteur", SOURCE, "lieu"]
    list_filter = [PeriodeFiltre, AgentFiltre, "action", ("source", ProvenanceFiltre), TableFiltre, LigneFiltre]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (moment("quand", "Le", secondes=True), ACTION),
                    ("objet_lie", texte("txid", "Transaction")),
                    ("auteur", SOURCE),
                    (texte("origine", "Borne ou machine"), texte("adresse", "Adresse")),
                    "requete_liee",
                )
            },
        ),
        ("Ce qui a changé", {"fields": ("differences",)}),
    ]

    def traces(self, *, agents: list[int], clients: list[int]) -> Q:
        par = Q(acteur__in=[f"agent:{cle}" for cle in agents])
        return par | traces_des_clients(clients) if clients else par

    def preparer(self, lignes: list[JournalAudit]) -> None:
        nommer(
            lignes,
            agents=[cle for ligne in lignes if (cle := cle_de_l_acteur(ligne, "agent")) is not None],
            clients=[cle for ligne in lignes if (cle := cle_de_l_acteur(ligne, "client")) is not None],
        )

    @admin.display(description="Objet")
    def objet(self, ligne: JournalAudit) -> str:
        return objet_lisible(ligne.table_nom, ligne.cle)

    @admin.display(description="Objet")
    def objet_lie(self, ligne: JournalAudit) -> str:
        modele = modeles_suivis().get(ligne.table_nom)
        ouverte = ligne.action != ActionAudit.SUPPRESSION and modele is not None and admin.site.is_registered(modele)
        return vers(modele._meta.label, ligne.cle, self.objet(ligne)) if ouverte and modele else self.objet(ligne)

    @admin.display(description="Champs")
    def resume(self, ligne: JournalAudit) -> str:
        if ligne.action != ActionAudit.CHANGEMENT:
            return VIDE
        noms = [libelle_du_champ(ligne.table_nom, colonne) for colonne in sorted(ligne.apres or {})]
        return ", ".join(noms[:CHAMPS_EN_LISTE]) + (" …" if len(noms) > CHAMPS_EN_LISTE else "")

    @admin.display(description="Par")
    def auteur(self, ligne: Any) -> str:
        acteur = str(ligne.acteur)
        nature, _, nom = acteur.partition(":")
        if (agent := ligne.agents.get(cle_de_l_acteur(ligne, "agent"))) is not None:
            return vers("borne_auth.Agent", agent.pk, agent.get_full_name())
        if (client := ligne.clients.get(cle_de_l_acteur(ligne, "client"))) is not None:
            return vers("pass_clients.ClientPass", client.pk, f"{client} (client)")
        return {
            "borne": f"Borne {nom}",
            "sql": f"Rôle PostgreSQL {nom}",
            "commande": f"Commande {nom.replace('_', ' ')}",
        }.get(nature, capfirst(acteur))

    @admin.display(description="D'où")
    def lieu(self, ligne: JournalAudit) -> str:
        return ligne.origine or ligne.adresse or VIDE

    @admin.display(description="Requête")
    def requete_liee(self, ligne: JournalAudit) -> str:
        return _requete("borne_auth_journalaudit", ligne.requete)

    @admin.display(description="Valeurs")
    def differences(self, ligne: JournalAudit) -> str:
        contexte = {"differences": differences(ligne), "ligne": ligne, "avant": ligne.avant, "apres": ligne.apres}
        return render_to_string("admin/audit_differences.html", contexte)


@admin.register(LectureDonnees)
class LectureDonneesAdmin(AdminTrace):
    list_display = [
        moment("quand", "Le", secondes=True),
        "agent",
        NATURE,
        "objet_lu",
        "client",
        texte("nombre", "Lignes lues"),
        "criteres",
        "adresse_lue",
    ]
    list_filter = [PeriodeFiltre, LecteurFiltre, "nature", ObjetFiltre, LigneFiltre]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (moment("quand", "Le", secondes=True), NATURE),
                    ("agent", texte("adresse", "Adresse")),
                    ("objet_lie", "client"),
                    ("nombre", "criteres"),
                    ("page_lue", "requete_liee"),
                )
            },
        ),
    ]

    def traces(self, *, agents: list[int], clients: list[int]) -> Q:
        return Q(agent_id__in=agents) | Q(client_id__in=clients)

    def preparer(self, lignes: list[LectureDonnees]) -> None:
        nommer(
            lignes,
            agents=[ligne.agent_id for ligne in lignes],
            clients=[ligne.client_id for ligne in lignes if ligne.client_id is not None],
        )

    @admin.display(description="Agent")
    def agent(self, ligne: Any) -> str:
        agent = ligne.agents.get(ligne.agent_id)
        return vers("borne_auth.Agent", agent.pk, agent.get_full_name()) if agent else f"n° {ligne.agent_id}"

    @admin.display(description="Objet")
    def objet_lu(self, ligne: LectureDonnees) -> str:
        modele = modele_lu(ligne.objet)
        nom = capfirst(str(modele._meta.verbose_name)) if modele else ligne.objet
        return f"{nom} n° {ligne.cle}" if ligne.cle else nom

    @admin.display(description="Objet")
    def objet_lie(self, ligne: LectureDonnees) -> str:
        modele = modele_lu(ligne.objet)
        if not (ligne.cle and modele and admin.site.is_registered(modele)):
            return self.objet_lu(ligne)
        return vers(modele._meta.label, ligne.cle, self.objet_lu(ligne))

    @admin.display(description="Client concerné")
    def client(self, ligne: Any) -> str:
        client = ligne.clients.get(ligne.client_id)
        return vers("pass_clients.ClientPass", client.pk, client) if client else VIDE

    @admin.display(description="Adresse")
    def adresse_lue(self, ligne: LectureDonnees) -> str:
        return ligne.adresse or VIDE

    @admin.display(description="Critères")
    def criteres(self, ligne: LectureDonnees) -> str:
        modele = modele_lu(ligne.objet)
        noms = champs(modele) if modele else {}
        dits = [
            "recherche" if nom in ("q", "term") else str(noms[un].verbose_name) if un in noms else un.replace("_", " ")
            for nom in ligne.filtres
            for un in [nom.partition("__")[0]]
        ]
        return capfirst(", ".join(dits)) or VIDE

    @admin.display(description="Adresse de la page")
    def page_lue(self, ligne: LectureDonnees) -> str:
        return (
            format_html('<code class="brut">{}</code>', re.sub(r"<[^>]+>", "…", ligne.route)) if ligne.route else VIDE
        )

    @admin.display(description="Requête")
    def requete_liee(self, ligne: LectureDonnees) -> str:
        return _requete("borne_auth_lecturedonnees", ligne.requete)


def _requete(page: str, requete: str) -> str:
    """All that this request did."""
    if not requete:
        return VIDE
    return format_html(
        '<a class="text-link" href="{}">{}</a>', reverse(f"admin:{page}_changelist", query={"q": requete}), requete
    )

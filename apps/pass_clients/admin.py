from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.pass_clients.admin_polices import AttributionEnLot
from apps.pass_clients.admin_rattachement import RattachementEnLot
from apps.pass_clients.expressions import FormeAgence
from apps.pass_clients.models import (
    ActeModification,
    Agence,
    BeneficiairePass,
    ClientPass,
    ModificationClient,
    NumeroPolice,
    PeriodeCouverture,
    PoliceRemplacee,
    SouscriptionPass,
    StatutAgence,
    StatutBeneficiaire,
    StatutClient,
    StatutPolice,
    StatutSouscription,
    TransitionSouscription,
)
from apps.pass_clients.recherche import clients_nommes
from apps.pass_clients.selectors import ages_a_revoir, produits_en_cours, souscriptions_sans_police
from apps.pass_clients.services import Auteur, enregistrer_agence, modifier_agence, modifier_client
from nsia_pass_api.back_office.actes import AvecActes
from nsia_pass_api.back_office.cellules import (
    code,
    dernier_jour,
    fiche,
    jour,
    lien,
    moment,
    pastille,
    taux,
    telephone,
    texte,
    xaf,
)
from nsia_pass_api.back_office.dossier import dossier
from nsia_pass_api.back_office.lecture import AdminLecture, FichesLues, TableauLecture
from nsia_pass_api.back_office.portee import lignes_permises
from nsia_pass_api.back_office.recherche import numero, numero_telephone
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.lisible import VIDE
from nsia_pass_api.telephones import TelephoneFormField, afficher

COULEURS_SOUSCRIPTION = {
    StatutSouscription.EN_COURS: "info",
    StatutSouscription.ACTIVEE: "success",
    StatutSouscription.SUSPENDUE: "danger",
    StatutSouscription.EXPIREE: "warning",
}
COULEURS_CLIENT = {StatutClient.ACTIF: "success", StatutClient.SUSPENDU: "danger"}
COULEURS_STATUT_BENEFICIAIRE = {StatutBeneficiaire.ACTIF: "success"}
COULEURS_POLICE = {StatutPolice.ATTRIBUE: "success", StatutPolice.SUSPENDU: "warning", StatutPolice.ANNULE: "danger"}

STATUT_SOUSCRIPTION = pastille("statut", "Statut", COULEURS_SOUSCRIPTION, StatutSouscription)
TELEPHONE = telephone("telephone")
CLIENT = lien("client", "Client", modele="pass_clients.ClientPass", pk="client_id")


class SouscriptionTableau(TableauLecture):
    model = SouscriptionPass
    verbose_name_plural = "souscriptions"
    fields = (
        lien("numero_souscription", "Numéro", modele="pass_clients.SouscriptionPass", pk="pk"),
        texte("produit", "Produit"),
        code("police", "Police"),
        xaf("montant_souscription", "Prime"),
        texte("get_periodicite_display", "Périodicité"),
        STATUT_SOUSCRIPTION,
        jour("date_souscription", "Souscrite le"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("produit", "police")


def modele_modifie(modification: ModificationClient) -> type[models.Model]:
    """Whose fields its `avant` and `apres` hold."""
    return ClientPass if modification.acte == ActeModification.CLIENT_MODIFIE else BeneficiairePass


class Modifications(FichesLues):
    modele = modele_modifie


class ModificationTableau(TableauLecture):
    """What changed, and by whom: without an agent it was the client herself, or no person."""

    model = ModificationClient
    formset = Modifications
    verbose_name_plural = "modifications"
    fields = (
        moment("faite_le", "Le"),
        texte("get_acte_display", "Acte"),
        code("souscription__numero_souscription", "Souscription"),
        fiche("avant", "Avant", modele=modele_modifie),
        fiche("apres", "Après", modele=modele_modifie),
        texte("acteur", "Par l'agent"),
        code("origine", "Borne"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("souscription", "acteur")


class ClientForm(forms.ModelForm):
    """All but the phone that receives codes, which two people change (pass_payments)."""

    numero_mobile_money = TelephoneFormField(
        required=False,
        label="Numéro Mobile Money",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "tel", "autocomplete": "off", "placeholder": "06 123 45 67"}),
    )

    class Meta:
        model = ClientPass
        exclude = ("telephone",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "agence" in self.fields:
            champ: Any = self.fields["agence"]
            champ.queryset = Agence.objects.filter(Q(statut=StatutAgence.ACTIVE) | Q(pk=self.instance.agence_id))
            if self.instance.agence_ecrite:
                champ.help_text = f"La fiche disait « {self.instance.agence_ecrite} » : aucune agence ne porte ce nom."


class AgenceFiltre(admin.SimpleListFilter):
    """By agency; none, and of these by what their files said before there was a table of agencies. Two queries."""

    title = "agence"
    parameter_name = "agence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        ecrites = ClientPass.objects.filter(agence__isnull=True).exclude(agence_ecrite="").order_by("agence_ecrite")
        ecrites = lignes_permises(request, ecrites).values_list("agence_ecrite", flat=True).distinct()
        return [
            ("sans", "Sans agence"),
            *((f"ecrite:{ecrite}", f"Sans agence, écrite « {ecrite} »") for ecrite in ecrites[:20]),
            *((str(agence.pk), nom_d_agence(agence)) for agence in Agence.objects.all()),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ClientPass]) -> QuerySet[ClientPass]:
        choix = self.value()
        if choix not in {valeur for valeur, _ in self.lookup_choices}:
            return queryset
        if choix == "sans":
            return queryset.filter(agence__isnull=True)
        if choix.startswith("ecrite:"):
            return queryset.filter(agence__isnull=True, agence_ecrite=choix.removeprefix("ecrite:"))
        return queryset.filter(agence=int(choix))


def nom_d_agence(agence: Agence) -> str:
    return f"{agence.nom} (fermée)" if agence.statut == StatutAgence.FERMEE else agence.nom


class AgenceForm(forms.ModelForm):
    """Says beside the name that another agency bears it; the unique constraint decides."""

    def clean_nom(self) -> str:
        nom = str(self.cleaned_data["nom"])
        connue = Agence.objects.filter(forme=FormeAgence(Value(nom))).exclude(pk=self.instance.pk).first()
        if connue is not None:
            raise forms.ValidationError(f"L'agence {connue} porte déjà ce nom, peut-être écrit autrement.")
        return nom


@admin.register(Agence)
class AgenceAdmin(AvecActes):
    """Agencies are opened and closed here; what hangs on one stays there."""

    form = AgenceForm
    list_display = [
        "nom",
        texte("ville", "Ville"),
        texte("quartier", "Quartier"),
        telephone("telephone"),
        pastille("statut", "État", {StatutAgence.ACTIVE: "success"}, StatutAgence),
    ]
    list_filter = ["statut"]
    search_help_text = "Nom de l'agence"
    recherches = {"forme": str.lower}
    fieldsets = [(None, {"fields": ("nom", ("ville", "quartier"), ("telephone", "statut"))})]

    def lignes_nommees(self, lignes: QuerySet[Agence], terme: str) -> QuerySet[Agence]:
        return lignes.filter(forme__contains=FormeAgence(Value(terme)))

    def remarques(self, request: HttpRequest, objet: Agence) -> list[str]:
        if objet.statut == StatutAgence.ACTIVE:
            return []
        restent = ClientPass.objects.filter(agence=objet).exists()
        return ["Cette agence est fermée et lit encore des clients : rattachez-les à une autre."] if restent else []

    def liens(self, request: HttpRequest, objet: Agence) -> list[tuple[str, str]]:
        return [("Ses clients", reverse("admin:pass_clients_clientpass_changelist", query={"agence": objet.pk}))]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """One closes an agency."""
        return False

    def save_model(self, request: HttpRequest, obj: Agence, form: forms.ModelForm, change: bool) -> None:
        champs = {champ: form.cleaned_data[champ] for champ in form.changed_data}
        if change:
            modifier_agence(agence=obj, **champs)
        else:
            obj.pk = enregistrer_agence(**champs).pk


@admin.register(ClientPass)
class ClientAdmin(RattachementEnLot, AvecActes):
    form = ClientForm
    change_form_outer_before_template = "admin/client.html"
    change_form_outer_after_template = "admin/dossier.html"
    inlines = [SouscriptionTableau, ModificationTableau]
    search_help_text = "Téléphone, police, n° de souscription, nom"
    recherches = {
        "telephone": numero_telephone,
        "souscriptions__police__numero_police": numero,
        "souscriptions__numero_souscription": numero,
    }
    list_display = [
        "__str__",
        TELEPHONE,
        jour("date_naissance", "Né(e) le"),
        texte("adresse", "Adresse"),
        texte("produits", "Produits"),
        pastille("statut", "Statut", COULEURS_CLIENT, StatutClient),
        texte("agence", "Agence"),
        jour("cree_le", "Client depuis le"),
    ]
    list_filter = [AgenceFiltre, "statut", "operateur_mobile"]
    list_select_related = ["agence"]
    fieldsets = [
        (None, {"fields": (("nom", "prenom"), ("date_naissance", "lieu_naissance"), "adresse", "statut")}),
        ("Téléphone et paiement", {"fields": (TELEPHONE, ("numero_mobile_money", "operateur_mobile"))}),
        ("Qui lit ce dossier", {"fields": (("agence", "suivi_par"),)}),
    ]
    autocomplete_fields = ["suivi_par"]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        rattache = request.user.has_perm("pass_clients.rattacher_clientpass")
        return [TELEPHONE] if rattache else [TELEPHONE, "agence", "suivi_par"]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: ClientPass, **kwargs: Any
    ) -> HttpResponse:
        """With everything about the client on the page. A fixed number of queries, whatever there is."""
        context |= {
            "resume": [chiffre for ajout in self.ajouts for chiffre in ajout.resume(obj)],
            "dossier": dossier(request, obj, self.ajouts),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def preparer(self, lignes: list[Any]) -> None:
        """What each has subscribed and is not ended. One query."""
        produits = produits_en_cours(lignes)
        for client in lignes:
            client.produits = ", ".join(produits.get(client.pk, ()))

    def en_bref(self, objet: ClientPass) -> tuple[Any, ...]:
        """What tells her from her namesakes; after `preparer`, with her products."""
        ne_le = f"né(e) le {objet.date_naissance:%d/%m/%Y}" if objet.date_naissance else "naissance inconnue"
        ou = objet.adresse or "adresse inconnue"
        return objet, afficher(objet.telephone), ne_le, ou, getattr(objet, "produits", "") or "aucun produit"

    def lignes_nommees(self, lignes: QuerySet[ClientPass], terme: str) -> QuerySet[ClientPass]:
        return clients_nommes(lignes, terme)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A client enters by subscribing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ClientPass, form: ClientForm, change: bool) -> None:
        champs = {champ: form.cleaned_data[champ] for champ in form.changed_data}
        if "suivi_par" in champs:
            agent = champs.pop("suivi_par")
            champs["suivi_par_id"] = agent.pk if agent else None
        modifier_client(client=obj, auteur=Auteur(agent=request.user), **champs)


class PeriodeTableau(TableauLecture):
    model = PeriodeCouverture
    verbose_name_plural = "périodes"
    fields = (
        texte("numero", "N°"),
        jour("date_debut", "Du"),
        dernier_jour("date_fin", "Au (inclus)"),
        xaf("prime", "Prime"),
        texte("get_periodicite_display", "Périodicité"),
        texte("nombre_echeances", "Échéances"),
    )


class BeneficiaireTableau(TableauLecture):
    model = BeneficiairePass
    verbose_name_plural = "bénéficiaires"
    fields = (
        texte("ordre_priorite", "Rang"),
        texte("", "Nom"),
        texte("get_relation_display", "Lien"),
        texte("get_role_display", "Rôle"),
        jour("date_naissance", "Né(e) le"),
        telephone("telephone"),
        pastille("statut", "Statut", COULEURS_STATUT_BENEFICIAIRE, StatutBeneficiaire),
    )


class TransitionTableau(TableauLecture):
    model = TransitionSouscription
    verbose_name_plural = "historique des états"
    fields = (
        moment("date_transition", "Le"),
        pastille("de", "De", COULEURS_SOUSCRIPTION, StatutSouscription),
        pastille("vers", "Vers", COULEURS_SOUSCRIPTION, StatutSouscription),
        texte("motif", "Motif"),
        texte("acteur", "Par"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("acteur")


class PoliceFiltre(admin.SimpleListFilter):
    title = "police"
    parameter_name = "police"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("a_attribuer", "À attribuer (payée, sans police)"), ("attribuee", "Attribuée")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SouscriptionPass]) -> QuerySet[SouscriptionPass]:
        if self.value() == "a_attribuer":
            return queryset & souscriptions_sans_police()
        if self.value() == "attribuee":
            return queryset.filter(police__isnull=False)
        return queryset


class AgeFiltre(admin.SimpleListFilter):
    title = "âge"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("souscripteur", "Souscripteur hors des âges des garanties, ou sans date de naissance"),
            ("assure", "Assuré hors des âges des garanties, ou sans date de naissance"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SouscriptionPass]) -> QuerySet[SouscriptionPass]:
        if self.value() == "souscripteur":
            return queryset & ages_a_revoir(jour=aujourdhui()).souscripteurs
        if self.value() == "assure":
            return queryset & ages_a_revoir(jour=aujourdhui()).assures
        return queryset


@admin.register(SouscriptionPass)
class SouscriptionAdmin(AttributionEnLot, AvecActes, AdminLecture):
    inlines = [PeriodeTableau, BeneficiaireTableau, TransitionTableau]
    search_help_text = "N° de souscription, police (même ancienne), téléphone"
    recherches = {
        "numero_souscription": numero,
        "police__numero_police": numero,
        "polices_remplacees__numero_police": numero,
        "client__telephone": numero_telephone,
    }
    list_display = [
        code("numero_souscription", "Numéro"),
        texte("client", "Client"),
        texte("produit__code_pass", "Produit"),
        code("police", "Police"),
        xaf("montant_souscription", "Prime"),
        STATUT_SOUSCRIPTION,
        moment("date_souscription", "Souscrite le"),
    ]
    list_filter = [PoliceFiltre, AgeFiltre, "statut", "produit", "periodicite", "canal"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    ("numero_souscription", STATUT_SOUSCRIPTION),
                    (CLIENT, telephone("client__telephone"), jour("client__date_naissance", "Né(e) le")),
                    ("produit", texte("get_canal_display", "Canal")),
                    (texte("get_preuve_display", "Téléphone prouvé par"), moment("prouvee_le", "Prouvé le")),
                )
            },
        ),
        (
            "Prime",
            {
                "fields": (
                    (
                        xaf("montant_souscription", "Prime d'une période"),
                        texte("get_periodicite_display", "Périodicité"),
                    ),
                    taux("taux_epargne", "Taux d'épargne"),
                )
            },
        ),
        (
            "Police",
            {
                "fields": (
                    (
                        lien("police", "Numéro", modele="pass_clients.NumeroPolice", pk="police__pk"),
                        texte("police__get_mode_attribution_display", "Mode"),
                    ),
                    (
                        moment("police__date_attribution", "Attribuée le"),
                        texte("police__agent_attribueur", "Attribuée par"),
                    ),
                    (texte("police__commentaire", "Commentaire"), "anciennes"),
                )
            },
        ),
        (
            "Dates",
            {
                "fields": (
                    (moment("date_souscription", "Souscrite le"), moment("date_activation", "Activée le")),
                    jour("date_resiliation", "Résiliée le"),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        souscriptions = super().get_queryset(request).select_related("client", "produit", "police__agent_attribueur")
        if "object_id" not in request.resolver_match.kwargs:
            return souscriptions
        anciennes = PoliceRemplacee.objects.filter(souscription=OuterRef("pk")).order_by("pk").values("numero_police")
        return souscriptions.annotate(polices_anciennes=ArraySubquery(anciennes))

    @admin.display(description="Anciens numéros")
    def anciennes(self, souscription: SouscriptionPass) -> str:
        return ", ".join(souscription.polices_anciennes) or VIDE

    def en_bref(self, objet: SouscriptionPass) -> tuple[Any, ...]:
        return objet.numero_souscription, objet.client, objet.produit


@admin.register(NumeroPolice)
class PoliceAdmin(AdminLecture):
    search_help_text = "Police, n° de souscription, téléphone"
    recherches = {
        "numero_police": numero,
        "souscription__numero_souscription": numero,
        "souscription__client__telephone": numero_telephone,
    }
    list_display = [
        code("numero_police", "Police"),
        texte("souscription__client", "Client"),
        texte("souscription__produit", "Produit"),
        texte("get_mode_attribution_display", "Mode"),
        texte("agent_attribueur", "Attribuée par"),
        moment("date_attribution", "Attribuée le"),
        pastille("statut", "Statut", COULEURS_POLICE, StatutPolice),
    ]
    list_filter = ["mode_attribution", "statut"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    ("numero_police", pastille("statut", "Statut", COULEURS_POLICE, StatutPolice)),
                    (
                        lien(
                            "souscription__client",
                            "Client",
                            modele="pass_clients.ClientPass",
                            pk="souscription__client_id",
                        ),
                        telephone("souscription__client__telephone"),
                    ),
                    ("souscription", texte("souscription__produit", "Produit")),
                )
            },
        ),
        (
            "Attribution",
            {
                "fields": (
                    (texte("get_mode_attribution_display", "Mode"), texte("agent_attribueur", "Attribuée par")),
                    (moment("date_attribution", "Attribuée le"), texte("commentaire", "Commentaire")),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .select_related("souscription__client", "souscription__produit", "agent_attribueur")
        )

"""Agents, kiosks and client sessions in the back office. Acts call the services; keys and tokens are never shown."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils.html import format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm

from apps.borne_auth import equipe, services
from apps.borne_auth.droits import VOIENT_TOUT, droits_lisibles
from apps.borne_auth.forms import AgentChangeForm, AgentCreationForm
from apps.borne_auth.models import Agent, Borne, RoleAgent, SessionBorne, StatutBorne
from nsia_pass_api.admin import VIDE, AdminLecture, AvecExport, LignesPermises
from nsia_pass_api.dates import maintenant
from nsia_pass_api.telephones import normaliser

admin.site.unregister(Group)

# What the forms of an agent write besides role and password.
_FICHE = frozenset(
    {
        "email",
        "matricule",
        "first_name",
        "last_name",
        "telephone",
        "adresse",
        "agence",
        "poste",
        "date_embauche",
        "statut",
    }
    | {"taux_commission", "is_active", "is_staff", "is_superuser"}
)


@admin.register(Group)
class RoleAdmin(AdminLecture):
    """What a role may do is written in `droits.py`, and nowhere else."""

    list_display = ("name",)
    fieldsets = ((None, {"fields": ("name", "peut")}),)
    ordering = ("name",)

    @display(description="Peut")
    def peut(self, groupe):
        lignes = droits_lisibles(RoleAgent(groupe.name)) if groupe.name in RoleAgent.values else ()
        return format_html_join("", "<div>{} : {}</div>", lignes) or VIDE


@admin.register(Agent)
class AgentAdmin(LignesPermises, AvecExport, UserAdmin, ModelAdmin):
    form = AgentChangeForm
    add_form = AgentCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("matricule", "last_name", "first_name", "email", "agence", "poste", "statut", "is_active")
    search_fields = ("matricule", "last_name", "first_name", "email")
    ordering = ("last_name", "first_name")
    readonly_fields = ("last_login", "date_joined", "solde_commissions")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Personne", {"fields": ("first_name", "last_name", "telephone", "adresse")}),
        ("Emploi", {"fields": ("matricule", "agence", "poste", "date_embauche", "statut")}),
        ("Commissions", {"fields": ("taux_commission", "solde_commissions")}),
        ("Droits", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("email", "matricule", "first_name", "last_name", "usable_password", "password1", "password2")},
        ),
    )

    def get_list_filter(self, request):
        """Filters name what others have: only for who reads everyone."""
        return ("statut", "is_active", "is_staff", "agence", "groups") if request.user.role in VOIENT_TOUT else ()

    def get_readonly_fields(self, request, obj=None):
        """Roles are given by administrators, to others; all rights, by who has them."""
        readonly = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return (*readonly, "groups") if obj == request.user else readonly
        if request.user.role != RoleAgent.ADMINISTRATEUR or obj == request.user:
            return (*readonly, "is_active", "is_staff", "is_superuser", "groups")
        return (*readonly, "is_superuser")

    def has_change_permission(self, request, obj=None):
        """Who has all rights, her password included, is changed by such people alone."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        saisie = form.cleaned_data
        champs = {champ: saisie[champ] for champ in form.changed_data if champ in _FICHE}
        if not change:
            obj.pk = equipe.creer_agent(acteur=request.user, mot_de_passe=saisie.get("password1") or "", **champs).pk
            return
        role = None
        if "groups" in form.changed_data:
            role = next((groupe.name for groupe in saisie["groups"]), "")
        equipe.modifier_agent(acteur=request.user, agent=obj, role=role, **champs)

    def has_delete_permission(self, request, obj=None):
        """Whoever leaves is « Parti »: what he did stays his."""
        return False


@admin.register(Borne)
class BorneAdmin(LignesPermises, AvecExport, ModelAdmin):
    """Kiosks are registered by `manage.py enregistrer_borne`, which shows the key once."""

    list_display = ("code", "agence", "etat", "version", "dernier_contact")
    search_fields = ("code", "agence")
    fields = ("code", "agence", "etat", "version", "dernier_contact", "creee_le")
    readonly_fields = ("code", "etat", "version", "dernier_contact", "creee_le")
    actions = ("desactiver", "reactiver")

    def get_list_filter(self, request):
        return ("statut", "agence") if request.user.role in VOIENT_TOUT else ("statut",)

    @display(
        description="État",
        ordering="statut",
        label={StatutBorne.ACTIVE.label: "success", StatutBorne.DESACTIVEE.label: "danger"},
    )
    def etat(self, borne):
        return borne.get_statut_display()

    @action(description="Désactiver les bornes choisies et fermer leurs sessions", permissions=["change"])
    def desactiver(self, request, queryset):
        fermees = 0
        for borne in queryset:
            fermees += services.desactiver_borne(borne=borne)
            self.log_change(request, borne, "Désactivée.")
        self.message_user(request, f"Bornes désactivées ; sessions fermées : {fermees}.", messages.SUCCESS)

    @action(description="Réactiver les bornes choisies", permissions=["change"])
    def reactiver(self, request, queryset):
        for borne in queryset:
            services.reactiver_borne(borne=borne)
            self.log_change(request, borne, "Réactivée.")
        self.message_user(request, "Bornes réactivées.", messages.SUCCESS)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SessionBorne)
class SessionBorneAdmin(AdminLecture):
    list_display = ("ouverte_le", "client", "police", "borne", "etat", "expire_le", "motif_fermeture")
    list_filter = ("borne", "motif_fermeture")
    list_select_related = ("client", "borne")
    search_help_text = "Numéro de police, téléphone"
    recherches = {"client__telephone": normaliser, "client__souscriptions__police__numero_police": str.upper}
    fieldsets = (
        (None, {"fields": ("client", "police", "borne", "etat")}),
        ("Dates", {"fields": ("ouverte_le", "expire_le", "fermee_le", "motif_fermeture")}),
    )

    @display(description="État", label={"Ouverte": "success"})
    def etat(self, session):
        if session.vivante(le=maintenant()):
            return "Ouverte"
        return "Fermée" if session.fermee_le else "Expirée"

"""Agents, kiosks, client sessions and sign-ins in the back office. Acts call the services; keys and tokens are never shown."""

import ipaddress

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils.html import format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm

from apps.borne_auth import admin_audit, equipe, second_facteur, services
from apps.borne_auth.droits import VOIENT_TOUT, droits_lisibles
from apps.borne_auth.forms import AgentChangeForm, AgentCreationForm, ReinitialiserForm
from apps.borne_auth.journal import Origine, identifiant
from apps.borne_auth.models import (
    Agent,
    Borne,
    CanalConnexion,
    ConnexionAgent,
    ResultatConnexion,
    RoleAgent,
    SessionBorne,
    StatutBorne,
    cle_du_facteur,
)
from apps.borne_auth.selectors import BORNE_MUETTE, avec_facteur, bornes_muettes
from nsia_pass_api.actes import Acte, AvecActes
from nsia_pass_api.admin import VIDE, AdminLecture, code, moment, numero, pastille, qui_commencent, texte
from nsia_pass_api.dates import maintenant
from nsia_pass_api.dossier import Panneau
from nsia_pass_api.telephones import normaliser

__all__ = ["admin_audit"]

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
        "taux_commission",
        "is_active",
        "is_staff",
        "is_superuser",
    }
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


class ReinitialiserFacteur(Acte):
    nom = "reinitialiser_facteur"
    libelle = "Réinitialiser le second facteur"
    droit = "borne_auth.change_agent"
    icone = "phonelink_erase"
    explication = (
        "Pour qui a perdu son téléphone et ses codes de secours. Vérifiez d'abord que c'est bien cette personne qui vous le "
        "demande : de vive voix, jamais par message. Ses sessions se ferment, et elle devra activer un nouveau téléphone."
    )
    genre = "danger"

    def possible(self, objet, agent):
        return objet.pk != agent.pk and bool(cle_du_facteur(objet)) and (agent.is_superuser or not objet.is_superuser)

    def formulaire(self, objet, saisie):
        return ReinitialiserForm(saisie)

    def situation(self, objet):
        return [("Personne", str(objet)), ("Adresse e-mail", objet.email)]

    def executer(self, objet, agent, saisie):
        second_facteur.reinitialiser(
            agent=objet, acteur=agent, motif=saisie["motif"], origine=Origine(CanalConnexion.BACK_OFFICE)
        )
        return f"Le second facteur de {objet.get_full_name()} est réinitialisé ; ses sessions sont fermées."


@admin.register(Agent)
class AgentAdmin(AvecActes, UserAdmin, ModelAdmin):
    actes = (ReinitialiserFacteur(),)
    # The team is small: Django's own search, over parts of words.
    get_search_fields = UserAdmin.get_search_fields
    get_search_results = UserAdmin.get_search_results
    sortable_by = None
    list_filter_sheet = False
    form = AgentChangeForm
    add_form = AgentCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("matricule", "last_name", "first_name", "email", "agence", "poste", "statut", "is_active")
    list_select_related = ("agence",)
    search_fields = ("matricule", "last_name", "first_name", "email")
    ordering = ("last_name", "first_name")
    readonly_fields = ("last_login", "date_joined", "solde_commissions", "a_un_facteur")
    fieldsets = (
        (None, {"fields": ("email", "password", "a_un_facteur")}),
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

    def get_object(self, request, object_id, from_field=None):
        """With her second factor, that the page and its act look at."""
        agent = super().get_object(request, object_id, from_field)
        return agent and avec_facteur(self.get_queryset(request)).get(pk=agent.pk)

    @display(description="Second facteur", label={"Actif": "success", "Absent": "warning"})
    def a_un_facteur(self, agent):
        return "Actif" if cle_du_facteur(agent) else "Absent"

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


class Desactiver(Acte):
    nom = "desactiver"
    libelle = "Désactiver"
    droit = "borne_auth.change_borne"
    icone = "block"
    genre = "danger"
    explication = "La borne sera refusée aussitôt, et ses sessions ouvertes seront fermées."

    def possible(self, objet, agent):
        return objet.statut == StatutBorne.ACTIVE

    def executer(self, objet, agent, saisie):
        fermees = services.desactiver_borne(borne=objet)
        return f"Borne désactivée ; sessions fermées : {fermees}."


class Reactiver(Acte):
    nom = "reactiver"
    libelle = "Réactiver"
    droit = "borne_auth.change_borne"
    icone = "check_circle"
    genre = "primary"
    explication = "La borne sera de nouveau acceptée, avec la même clé."

    def possible(self, objet, agent):
        return objet.statut == StatutBorne.DESACTIVEE

    def executer(self, objet, agent, saisie):
        services.reactiver_borne(borne=objet)
        return "Borne réactivée."


class ContactFiltre(admin.SimpleListFilter):
    title = "dernier contact"
    parameter_name = "contact"

    def lookups(self, request, model_admin):
        return [("muettes", "Sans signe de vie depuis 15 minutes")]

    def queryset(self, request, queryset):
        return queryset & bornes_muettes(quand=maintenant()) if self.value() == "muettes" else queryset


@admin.register(Borne)
class BorneAdmin(AvecActes):
    """Kiosks are registered by `manage.py enregistrer_borne`, which shows the key once."""

    actes = (Desactiver(), Reactiver())
    list_display = ("code", "agence", "etat", "presence", moment("dernier_contact", "Dernier contact"), "version")
    search_help_text = "Code, agence"
    recherches = {"code": numero}
    list_select_related = ("agence",)
    fieldsets = (
        (None, {"fields": (("code", "etat"), "agence")}),
        (
            "Machine",
            {
                "fields": (
                    (moment("dernier_contact", "Dernier contact", secondes=True), "presence"),
                    (texte("version", "Version de la page"), moment("creee_le", "Enregistrée le")),
                )
            },
        ),
    )
    actions = ("desactiver", "reactiver")

    def lignes_nommees(self, lignes, terme):
        return qui_commencent(lignes, terme, "code", "agence__nom")

    def get_readonly_fields(self, request, obj=None):
        return [champ for champ in flatten_fieldsets(self.fieldsets) if champ != "agence"]

    def get_list_filter(self, request):
        return (ContactFiltre, "statut", *(("agence",) if request.user.role in VOIENT_TOUT else ()))

    @display(
        description="État",
        ordering="statut",
        label={StatutBorne.ACTIVE.label: "success", StatutBorne.DESACTIVEE.label: "danger"},
    )
    def etat(self, borne):
        return borne.get_statut_display()

    @display(description="Présence", label={"Présente": "success", "Silencieuse": "warning", "Jamais vue": "info"})
    def presence(self, borne):
        if borne.dernier_contact is None:
            return "Jamais vue"
        return "Présente" if borne.dernier_contact > maintenant() - BORNE_MUETTE else "Silencieuse"

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


def panneaux(*, client):
    """The client's last visits at a kiosk (nsia_pass_api/dossier.py)."""
    return [
        Panneau(
            titre="Visites à la borne",
            lignes=SessionBorne.objects.filter(client=client).select_related("borne").order_by("-ouverte_le"),
            cellules=[
                moment("ouverte_le", "Ouverte le"),
                code("police", "Police"),
                texte("borne", "Borne"),
                texte("get_motif_fermeture_display", "Fin"),
            ],
            vide="Aucune visite.",
            recherche=client.telephone,
        )
    ]


_COULEURS = {"reussie": "success", "etape": "info", "refusee": "danger", "facteur": "warning"}


def _adresse(terme):
    return str(ipaddress.ip_address(terme))


@admin.register(ConnexionAgent)
class ConnexionAgentAdmin(AdminLecture):
    """The log of sign-ins: everybody's for who reads all, else one's own."""

    list_display = (
        moment("moment", "Moment", secondes=True),
        "personne",
        pastille("resultat", "Résultat", _COULEURS, ResultatConnexion),
        "raison",
        texte("get_moyen_display", "Moyen"),
        texte("get_canal_display", "Par où"),
        code("adresse", "Adresse réseau"),
    )
    list_filter = ("resultat", "motif", "moyen", "canal", "moment")
    list_select_related = ("agent",)
    search_help_text = "Adresse e-mail, matricule, adresse réseau ; nom d'une personne de l'équipe"
    recherches = {"agent__matricule": str.upper, "adresse": _adresse}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    moment("moment", "Moment", secondes=True),
                    "personne",
                    pastille("resultat", "Résultat", _COULEURS, ResultatConnexion),
                    "raison",
                    texte("commentaire", "Commentaire"),
                    texte("par", "Fait par"),
                )
            },
        ),
        (
            "Comment, et d'où",
            {
                "fields": (
                    texte("get_moyen_display", "Moyen"),
                    texte("get_canal_display", "Par où"),
                    code("adresse", "Adresse réseau"),
                    texte("navigateur", "Navigateur"),
                    "appareil_connu",
                )
            },
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("agent", "par")

    def lignes_nommees(self, lignes, terme):
        return qui_commencent(lignes, terme, "agent__last_name", "agent__first_name")

    def get_search_results(self, request, queryset, search_term):
        """An e-mail, even of nobody we know, is met as the log keeps it."""
        if "@" in search_term:
            return queryset.filter(identifiant=identifiant(search_term.strip().lower())), False
        return super().get_search_results(request, queryset, search_term)

    @display(description="Personne")
    def personne(self, ligne):
        return str(ligne.agent) if ligne.agent else "Identifiant inconnu"

    @display(description="Raison")
    def raison(self, ligne):
        return ligne.get_motif_display() or VIDE

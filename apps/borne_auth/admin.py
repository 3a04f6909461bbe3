"""Agents, kiosks, client sessions and sign-ins in the back office. Acts call the services; keys and tokens are never shown."""

import ipaddress

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.shortcuts import redirect
from django.utils.html import format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm

from apps.borne_auth import admin_audit, equipe, maintenance, second_facteur, services
from apps.borne_auth.droits import VOIENT_TOUT, droits_lisibles, est_decideur
from apps.borne_auth.errors import CompteADeux
from apps.borne_auth.forms import (
    AgentChangeForm,
    AgentCreationForm,
    CodeMaintenanceForm,
    ProposerForm,
    ReinitialiserForm,
    RoleForm,
)
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
from apps.borne_auth.selectors import BORNE_MUETTE, avec_facteur, bornes_muettes, sessions_ouvertes
from apps.socle.admin.propositions import ActePropose
from nsia_pass_api.back_office.actes import Acte, AvecActes, Revelation, confirmer_en_lot
from nsia_pass_api.back_office.ajouts import Ajout
from nsia_pass_api.back_office.cellules import code, moment, pastille, texte
from nsia_pass_api.back_office.dossier import Panneau
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.back_office.recherche import numero, qui_commencent
from nsia_pass_api.dates import maintenant
from nsia_pass_api.lisible import VIDE
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
        return objet.pk != agent.pk and bool(cle_du_facteur(objet)) and not est_decideur(objet)

    def formulaire(self, objet, saisie):
        return ReinitialiserForm(saisie)

    def situation(self, objet):
        return [("Personne", str(objet)), ("Adresse e-mail", objet.email)]

    def executer(self, objet, agent, saisie):
        second_facteur.reinitialiser(
            agent=objet, acteur=agent, motif=saisie["motif"], origine=Origine(CanalConnexion.BACK_OFFICE)
        )
        return f"Le second facteur de {objet.get_full_name()} est réinitialisé ; ses sessions sont fermées."


class _ProposerSurUnCompte(ActePropose):
    """On an account that decides, or would: another person decides."""

    droit = "borne_auth.change_agent"
    explication = (
        "Rien n'est fait tout de suite : une seconde personne décide. Vérifiez d'abord, de vive voix, que c'est bien cette "
        "personne qui vous le demande."
    )

    def formulaire(self, objet, saisie):
        return ProposerForm(saisie)

    def situation(self, objet):
        return [("Personne", str(objet)), ("Adresse e-mail", objet.email), ("Téléphone", objet.telephone or VIDE)]


class ProposerRole(_ProposerSurUnCompte):
    nom = "role"
    libelle = "Proposer un rôle qui décide"
    nature = "role_agent"
    icone = "admin_panel_settings"

    def possible(self, objet, agent):
        return objet.pk != agent.pk and not objet.is_superuser

    def formulaire(self, objet, saisie):
        return RoleForm(saisie)


class ProposerMotDePasse(_ProposerSurUnCompte):
    nom = "mot_de_passe"
    libelle = "Proposer un nouveau mot de passe"
    nature = "mot_de_passe_agent"
    icone = "password"

    def possible(self, objet, agent):
        return objet.pk != agent.pk and est_decideur(objet)


class ProposerFacteur(_ProposerSurUnCompte):
    nom = "facteur"
    libelle = "Proposer de réinitialiser le second facteur"
    nature = "facteur_agent"
    icone = "phonelink_erase"

    def possible(self, objet, agent):
        return objet.pk != agent.pk and est_decideur(objet) and bool(cle_du_facteur(objet))


@admin.register(Agent)
class AgentAdmin(AvecActes, UserAdmin, ModelAdmin):
    actes = (ReinitialiserFacteur(), ProposerRole(), ProposerMotDePasse(), ProposerFacteur())
    # The team is small: Django's own search, over parts of words.
    get_search_fields = UserAdmin.get_search_fields
    get_search_results = UserAdmin.get_search_results
    sortable_by = None
    list_filter_sheet = False
    form = AgentChangeForm
    filter_horizontal = ()
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
        """Roles are given by administrators, to others; all rights, by a command of the server."""
        readonly = (*super().get_readonly_fields(request, obj), "is_superuser")
        if request.user.is_superuser:
            return (*readonly, "groups") if obj == request.user else readonly
        if request.user.role != RoleAgent.ADMINISTRATEUR or obj == request.user:
            return (*readonly, "is_active", "is_staff", "groups")
        return readonly

    def user_change_password(self, request, id, form_url=""):
        """That of somebody else who decides is given by two people."""
        agent = self.get_object(request, unquote(id))
        if self.has_change_permission(request, agent) and agent and agent != request.user and est_decideur(agent):
            self.message_user(request, CompteADeux.detail, messages.ERROR)
            return redirect("admin:borne_auth_agent_change", agent.pk)
        return super().user_change_password(request, id, form_url)

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


CONSEQUENCE = (
    "Plus personne ne pourra y consulter ni payer, dès maintenant et jusqu'à sa réactivation. "
    "Les clients qui s'en servent en ce moment seront déconnectés."
)


class Desactiver(Acte):
    nom = "desactiver"
    libelle = "Désactiver"
    droit = "borne_auth.change_borne"
    icone = "block"
    genre = "danger"
    explication = CONSEQUENCE

    def possible(self, objet, agent):
        return objet.statut == StatutBorne.ACTIVE

    def situation(self, objet):
        ouvertes = sessions_ouvertes(borne=objet, le=maintenant()).count()
        return [("Borne", objet.code), ("Agence", objet.agence), ("Clients connectés en ce moment", ouvertes)]

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


class DonnerCodeMaintenance(Acte):
    nom = "code_maintenance"
    libelle = "Code de maintenance"
    droit = "borne_auth.change_borne"
    icone = "pin"
    explication = (
        "Pour qui se tient devant la borne et doit changer ou effacer sa clé. Donnez le code de vive voix, à une personne que "
        "vous reconnaissez : il est à votre nom dans le journal des modifications. Celui qui attendait ne vaut plus rien."
    )

    def possible(self, objet, agent):
        return objet.statut == StatutBorne.ACTIVE

    def formulaire(self, objet, saisie):
        return CodeMaintenanceForm(saisie)

    def situation(self, objet):
        return [("Borne", objet.code), ("Agence", objet.agence)]

    def executer(self, objet, agent, saisie):
        code = maintenance.donner_code(borne=objet, agent=agent, motif=saisie["motif"])
        return Revelation(
            valeur=f"{code[:4]} {code[4:]}",
            texte=f"Ce code ouvre une fois la maintenance de la borne {objet.code}, pendant dix minutes.",
        )


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

    actes = (DonnerCodeMaintenance(), Desactiver(), Reactiver())
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
        if "confirme" not in request.POST:
            return confirmer_en_lot(
                self,
                request,
                list(queryset),
                action="desactiver",
                titre="Désactiver ces bornes",
                explication=CONSEQUENCE.replace("sa réactivation", "leur réactivation"),
            )
        fermees = 0
        for borne in queryset:
            fermees += services.desactiver_borne(borne=borne)
            self.log_change(request, borne, "Désactivée.")
        self.message_user(request, f"Bornes désactivées ; sessions fermées : {fermees}.", messages.SUCCESS)
        return None

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


class SurLeClient(Ajout):
    """The client's last visits at a kiosk."""

    def panneaux(self, objet):
        return [
            Panneau(
                titre="Visites à la borne",
                lignes=SessionBorne.objects.filter(client=objet).select_related("borne").order_by("-ouverte_le"),
                cellules=[
                    moment("ouverte_le", "Ouverte le"),
                    code("police", "Police"),
                    texte("borne", "Borne"),
                    texte("get_motif_fermeture_display", "Fin"),
                ],
                vide="Aucune visite.",
                recherche=objet.telephone,
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

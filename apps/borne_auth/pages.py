"""What the back office shows of this app and of Django's own tables, and what this app adds to pages of others."""

from nsia_pass_api.registre import (
    CONTROLE,
    EQUIPE,
    JOURNAL,
    TECHNIQUE,
    Droits,
    Menu,
    Suivie,
    ajouter,
    alerter,
    page,
    table,
)
from nsia_pass_api.roles import DE_SON_AGENCE, SOI_MEME, de_soi

_TRACE = Droits("L", "L", "", "", "L")

# Sign-ins have a journal of their own; a kiosk says where it is every minute.
page(
    "borne_auth.Agent",
    Droits("LAM", "L", "L", "L", "L"),
    lignes=SOI_MEME,
    menu=Menu(EQUIPE, "badge", "Comptes du personnel"),
    audit=Suivie(masquees=("password",), ignorees=("last_login",)),
)
page(
    "auth.Group",
    Droits("L", "L", "", "", "L"),
    menu=Menu(EQUIPE, "admin_panel_settings", "Ce que chaque rôle peut faire"),
    audit=Suivie(),
    impersonnel="des droits",
)
page(
    "borne_auth.Borne",
    Droits("LM", "LM", "L", "", "L"),
    lignes=DE_SON_AGENCE,
    menu=Menu(EQUIPE, "touch_app", "Machines des agences, dernier contact"),
    audit=Suivie(masquees=("cle_empreinte",), ignorees=("dernier_contact", "version")),
    impersonnel="des machines",
)
page(
    "borne_auth.SessionBorne",
    Droits("L", "L", "", "", "L"),
    client="client",
    menu=Menu(EQUIPE, "history", "Connexions des clients"),
    audit="est lui-même un journal : une session s'ouvre et se ferme une fois",
)
page(
    "borne_auth.ConnexionAgent",
    Droits("L", "L", "L", "L", "L"),
    lignes=de_soi("agent"),
    menu=Menu(EQUIPE, "login", "Qui est entré, qui a été refusé, d'où"),
    audit=JOURNAL,
)
page(
    "borne_auth.JournalAudit",
    _TRACE,
    menu=Menu(CONTROLE, "manage_history", "Qui a changé quoi, d'où, avant et après"),
)
page("borne_auth.LectureDonnees", _TRACE, menu=Menu(CONTROLE, "visibility", "Qui a lu les données de qui"))

table("borne_auth.Agent_groups", audit=Suivie(libelle="rôle d'un agent"))
table("borne_auth.Agent_user_permissions", audit=Suivie(libelle="droit particulier d'un agent"))
table("borne_auth.FacteurAgent", audit=Suivie(masquees=("secret_scelle",), ignorees=("dernier_pas",)))
table("auth.Group_permissions", audit=Suivie(libelle="droit d'un rôle"))
table("borne_auth.CodeMaintenance", audit=Suivie(masquees=("empreinte",)))
table("borne_auth.CodeSecours", audit="ce qu'il en advient est au journal des connexions")
table("borne_auth.JetonRafraichissement", audit="technique : un jeton sert une fois")
table("borne_auth.CompteurEssais", audit=TECHNIQUE)
table("borne_auth.DemandeConfirmation", audit="technique : ce qu'elle fait change d'autres tables, qui sont suivies")
table("admin.LogEntry", audit=JOURNAL)
table("auth.Permission", audit="écrite par les migrations")
table("contenttypes.ContentType", audit="écrite par les migrations")
table("sessions.Session", audit="technique : les jetons de session ne se copient pas")

ajouter("pass_clients.ClientPass", "apps.borne_auth.admin.SurLeClient")
alerter("apps.borne_auth.selectors.alertes_bornes")

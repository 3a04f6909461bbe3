"""The Django admin, dressed by unfold: deep blue and gold, in French."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

from .environment import BASE_DIR

LOCALE_PATHS = [BASE_DIR / "locale"]  # the few strings that unfold has and Django does not translate

# Whoever signs in without having asked for a page comes to the home page.
LOGIN_REDIRECT_URL = "admin:index"

# The menu and the home page: models by section, each with its icon (Material Symbols) and what one does there. Those who may
# not see a model do not see its entry.
BACK_OFFICE_MENU = [
    (
        "Clients et contrats",
        [
            ("pass_clients.ClientPass", "groups", "Identité, téléphone, ce qu'il a souscrit"),
            ("pass_clients.Contrat", "verified_user", "Police, état, soldes et cotisations"),
            ("pass_clients.SouscriptionPass", "assignment", "De la demande à la fin, police à attribuer"),
            ("pass_clients.NumeroPolice", "tag", "Qui les a attribués, et quand"),
        ],
    ),
    (
        "Paiements",
        [
            ("pass_payments.PaiementPass", "payments", "Chaque tentative et son journal"),
            ("pass_payments.AnomaliePaiement", "error", "Ce que seule une personne peut régler"),
            ("socle.Proposition", "rule", "Ce qu'une personne demande et qu'une autre décide"),
            ("pass_payments.Decaissement", "outbox", "L'argent qui sort, suivi jusqu'au bout"),
            ("pass_payments.ImportFichier", "upload_file", "Encaissements ou rattachements, d'un fichier"),
            ("pass_payments.DocumentEmis", "description", "Reçus, relevés, attestations et leur code"),
            ("pass_payments.IndicateurMensuel", "bar_chart", "Souscriptions, encaissements, arriérés par agence"),
        ],
    ),
    (
        "Contrôle des opérateurs",
        [
            ("pass_payments.Rapprochement", "balance", "Notre journal face au relevé, jour par jour"),
            ("pass_payments.EcartRapprochement", "difference", "Lignes qui ne concordent pas, sommes en attente"),
            ("pass_payments.RappelOperateur", "notifications", "Ce qui nous a été annoncé, et ce qu'il en était"),
            ("mtn_integration.TransactionMTN", "sync_alt", "Ce que MTN a reçu, et ce qu'il en dit"),
            ("mtn_integration.LogMTN", "receipt_long", "Chaque échange avec MTN, secrets masqués"),
        ],
    ),
    (
        "Exploitation",
        [
            ("socle.MessageSortant", "sms", "SMS aux clients, envoyés ou non"),
            ("socle.TachePlanifiee", "event_repeat", "Ce qui tourne chaque nuit"),
            ("socle.Livraison", "campaign", "Ce que les modules se disent, et ce qui n'arrive pas"),
            ("socle.Travailleur", "manufacturing", "Qui suit les paiements, vu quand"),
            ("pass_payments.LigneReprise", "inventory", "Ancienne base : ce qui attend une personne, et pourquoi"),
            ("pass_payments.Reprise", "move_down", "Chaque passage de l'import et son compte"),
        ],
    ),
    (
        "Catalogue",
        [
            ("pass_products.ProduitPass", "inventory_2", "Primes, périodicités, durées"),
            ("pass_products.Garantie", "health_and_safety", "Capitaux, carences, valeurs à confirmer"),
            ("socle.Reglage", "tune", "Délais, montants et plafonds, et qui les a changés"),
            ("socle.SerieNumero", "pin", "Dernier numéro tiré de chaque série"),
        ],
    ),
    (
        "Équipe et bornes",
        [
            ("pass_clients.Agence", "storefront", "Où l'on reçoit les clients, ouvertes ou fermées"),
            ("borne_auth.Agent", "badge", "Comptes du personnel"),
            ("auth.Group", "admin_panel_settings", "Ce que chaque rôle peut faire"),
            ("borne_auth.Borne", "touch_app", "Machines des agences, dernier contact"),
            ("borne_auth.SessionBorne", "history", "Connexions des clients"),
            ("borne_auth.ConnexionAgent", "login", "Qui est entré, qui a été refusé, d'où"),
        ],
    ),
    (
        "Contrôle interne",
        [
            ("borne_auth.JournalAudit", "manage_history", "Qui a changé quoi, d'où, avant et après"),
            ("borne_auth.LectureDonnees", "visibility", "Qui a lu les données de qui"),
        ],
    ),
]

# Narrows a queryset to the rows that a person may reach: (user, queryset) → queryset. All pages ask it.
BACK_OFFICE_LIGNES = "apps.borne_auth.droits.lignes_permises"

# The page that tells what happened to an object, for this person: (user, object) → address or None.
BACK_OFFICE_HISTORIQUE = "apps.borne_auth.audit.adresse_historique"

# Who takes lists away as files: (user, model) → whether she may. She gets the rows of her list, no others.
BACK_OFFICE_EXPORT = "apps.borne_auth.droits.peut_exporter"
# Told of each export before its first byte: (request, *, modele, nombre) → None.
BACK_OFFICE_JOURNAL_EXPORT = "apps.borne_auth.lectures.noter_export"

# Operator → the models, searched by our reference, that hold what was exchanged with it.
BACK_OFFICE_ECHANGES = {"mtn_money": ["mtn_integration.TransactionMTN", "mtn_integration.LogMTN"]}
# Operator → the model whose readers may read its exchanges, and what gives them: (reference) → nsia_pass_api.admin.Echange.
BACK_OFFICE_JOURNAUX = {"mtn_money": ("mtn_integration.LogMTN", "apps.mtn_integration.selectors.echanges")}
# Each answers what is to be looked at today on the rows that `permises` leaves: objects with `code`, `titre`, `nombre` and `url`.
BACK_OFFICE_ALERTES = [
    "apps.pass_payments.selectors_controle.alertes_exploitation",
    "apps.pass_payments.selectors_accueil.alertes_portefeuille",
    "apps.borne_auth.selectors.alertes_bornes",
    "apps.socle.selectors.alertes_faits",
]
# What became of what a person asked others to decide: rows to show, of those that `permises` leaves.
BACK_OFFICE_DEMANDES = "apps.socle.selectors_propositions.demandes_decidees"
# Each answers the panels of a client's page (nsia_pass_api/dossier.py), in the order in which they are shown.
BACK_OFFICE_DOSSIER = ["apps.pass_payments.admin.dossier.panneaux", "apps.borne_auth.admin.panneaux"]
# Answers the pictures of the home page on the rows that `permises` leaves, and when their figures were computed.
BACK_OFFICE_GRAPHIQUES = "apps.pass_payments.selectors_accueil.graphiques"
# What « Trouver » looks for, in the order in which a term that names one object leads to it.
BACK_OFFICE_TROUVER = [
    "pass_clients.ClientPass",
    "pass_clients.Contrat",
    "pass_clients.SouscriptionPass",
    "pass_payments.PaiementPass",
]


def _fichier(nom: str) -> Any:
    return lambda request: static(f"back_office/{nom}")


UNFOLD = {
    "SITE_TITLE": "NSIA PASS",
    "SITE_HEADER": "NSIA PASS",
    "SITE_SUBHEADER": "Back-office",
    "SITE_URL": None,
    "SITE_ICON": _fichier("logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _fichier("logo.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "nsia_pass_api.admin.accueil",
    "ENVIRONMENT": "nsia_pass_api.admin.environnement",
    "STYLES": [_fichier("back_office.css")],
    "SCRIPTS": [_fichier("graphiques.js")],
    "LOGIN": {"image": _fichier("connexion.svg")},
    "ACCOUNT": {
        "navigation": [
            {"title": "Second facteur", "link": reverse_lazy("second-facteur")},
            {"title": "Mes connexions", "link": reverse_lazy("admin:borne_auth_connexionagent_changelist")},
            {"title": "Changer de mot de passe", "link": reverse_lazy("admin:password_change")},
        ]
    },
    "SIDEBAR": {"navigation": "nsia_pass_api.admin.navigation"},
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # Calm greys with a trace of the blue.
        "base": {
            "50": "#f7f9fc",
            "100": "#eff3f8",
            "200": "#dfe6ef",
            "300": "#c6d0de",
            "400": "#94a3b8",
            "500": "#64748b",
            "600": "#47566b",
            "700": "#334257",
            "800": "#1c2a3f",
            "900": "#111c2e",
            "950": "#0a1220",
        },
        # Deep blue; 500 is the one read on a dark ground.
        "primary": {
            "50": "#eef5fc",
            "100": "#d9e8f8",
            "200": "#b5d1f0",
            "300": "#86b5e6",
            "400": "#6aa5e0",
            "500": "#5b9adb",
            "600": "#124a8c",
            "700": "#0e3c74",
            "800": "#0b305e",
            "900": "#09264b",
            "950": "#051730",
        },
        "font": {
            "subtle-light": "var(--color-base-500)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
}

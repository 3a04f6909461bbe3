"""The Django admin, dressed by unfold: deep blue and gold, in French."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

from .environment import BASE_DIR

LOCALE_PATHS = [BASE_DIR / "locale"]  # the few strings that unfold has and Django does not translate

# Whoever signs in without having asked for a page comes to the home page.
LOGIN_REDIRECT_URL = "admin:index"

# Narrows a queryset to the rows that a person may reach: (user, queryset) → queryset. All pages ask it.
BACK_OFFICE_LIGNES = "apps.borne_auth.droits.lignes_permises"
# The same rows in parts that no row shares, to be counted: (user, queryset) → querysets.
BACK_OFFICE_PARTS = "apps.borne_auth.droits.parts_permises"

# The page that tells what happened to an object, for this person: (user, object) → address or None.
BACK_OFFICE_HISTORIQUE = "apps.borne_auth.audit.adresse_historique"

# Who takes lists away as files: (user, model) → whether she may. She gets the rows of her list, no others.
BACK_OFFICE_EXPORT = "apps.borne_auth.droits.peut_exporter"
# Told of each export before its first byte: (request, *, modele, nombre) → None.
BACK_OFFICE_JOURNAL_EXPORT = "apps.borne_auth.lectures.noter_export"

# What became of what a person asked others to decide: rows to show, of those that `permises` leaves.
BACK_OFFICE_DEMANDES = "apps.socle.selectors_propositions.demandes_decidees"
# Answers the pictures of the home page on the rows that `permises` leaves, and when their figures were computed.
BACK_OFFICE_GRAPHIQUES = "apps.pass_payments.selectors_accueil.graphiques"


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
    "DASHBOARD_CALLBACK": "nsia_pass_api.back_office.accueil.accueil",
    "ENVIRONMENT": "nsia_pass_api.back_office.menu.environnement",
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
    "SIDEBAR": {"navigation": "nsia_pass_api.back_office.menu.navigation"},
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

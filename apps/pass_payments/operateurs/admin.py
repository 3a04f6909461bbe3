"""Pages of what was asked of an operator and of each exchange with it: read, never written."""

from apps.pass_payments.operateurs.models import StatutDemande
from nsia_pass_api.back_office.cellules import code, moment, pastille, texte
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.back_office.recherche import numero, reference

COULEURS = {
    StatutDemande.ENVOI: "info",
    StatutDemande.SANS_REPONSE: "warning",
    StatutDemande.ACCEPTEE: "info",
    StatutDemande.REFUSEE: "danger",
    StatutDemande.INTROUVABLE: "warning",
    StatutDemande.EN_ATTENTE: "info",
    StatutDemande.REUSSIE: "success",
    StatutDemande.ECHOUEE: "danger",
}
STATUT = pastille("statut", "Statut", COULEURS, StatutDemande)


class DemandeOperateurAdmin(AdminLecture):
    search_help_text = "Référence, n° de paiement"
    recherches = {"reference": reference, "numero": numero}
    list_display = [
        code("numero", "Numéro"),
        texte("get_genre_display", "Genre"),
        # In the currency that was sent: the sandbox speaks of euros.
        texte("montant", "Montant"),
        texte("devise", "Devise"),
        STATUT,
        texte("raison", "Raison de l'opérateur"),
        texte("tentatives", "Tentatives"),
        moment("derniere_demande", "Dernière demande"),
    ]
    list_filter = ["statut", "genre"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (code("numero", "Numéro"), STATUT),
                    (texte("get_genre_display", "Genre"), texte("raison", "Raison de l'opérateur")),
                    (texte("montant", "Montant"), texte("devise", "Devise")),
                    (code("telephone", "Téléphone"), texte("destination", "Destination")),
                    (code("reference", "Notre référence"), code("code_financier", "Identifiant financier")),
                )
            },
        ),
        (
            "Échanges",
            {
                "fields": (
                    texte("tentatives", "Tentatives"),
                    (moment("premiere_demande", "Première demande"), moment("derniere_demande", "Dernière demande")),
                    moment("derniere_consultation", "Dernière consultation"),
                )
            },
        ),
    ]


class EchangeOperateurAdmin(AdminLecture):
    search_help_text = "Référence"
    recherches = {"reference": reference}
    list_display = [
        moment("le", "Le", secondes=True),
        texte("methode", "Méthode"),
        texte("chemin", "Chemin"),
        texte("statut", "Statut HTTP"),
        texte("duree_ms", "Durée (ms)"),
        texte("erreur", "Erreur"),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (moment("le", "Le", secondes=True), texte("duree_ms", "Durée (ms)")),
                    (texte("methode", "Méthode"), texte("statut", "Statut HTTP")),
                    texte("chemin", "Chemin"),
                    code("reference", "Notre référence"),
                    texte("erreur", "Erreur"),
                )
            },
        ),
        ("Corps, secrets masqués", {"fields": (texte("demande", "Demande"), texte("reponse", "Réponse"))}),
    ]

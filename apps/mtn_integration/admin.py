from django.contrib import admin

from apps.mtn_integration.models import LogMTN, StatutMTN, TransactionMTN
from nsia_pass_api.back_office.cellules import code, moment, pastille, texte
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.back_office.recherche import numero, reference

COULEURS = {
    StatutMTN.ENVOI: "info",
    StatutMTN.SANS_REPONSE: "warning",
    StatutMTN.ACCEPTEE: "info",
    StatutMTN.REFUSEE: "danger",
    StatutMTN.INTROUVABLE: "warning",
    StatutMTN.EN_ATTENTE: "info",
    StatutMTN.REUSSIE: "success",
    StatutMTN.ECHOUEE: "danger",
}
STATUT = pastille("statut", "Statut", COULEURS, StatutMTN)


@admin.register(TransactionMTN)
class TransactionMTNAdmin(AdminLecture):
    search_help_text = "Référence, n° de paiement"
    recherches = {"reference": reference, "numero": numero}
    list_display = [
        code("numero", "Numéro"),
        texte("get_genre_display", "Genre"),
        # In the currency that was sent: the sandbox speaks of euros.
        texte("montant", "Montant"),
        texte("devise", "Devise"),
        STATUT,
        texte("raison", "Raison de MTN"),
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
                    (texte("get_genre_display", "Genre"), texte("raison", "Raison de MTN")),
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


@admin.register(LogMTN)
class LogMTNAdmin(AdminLecture):
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

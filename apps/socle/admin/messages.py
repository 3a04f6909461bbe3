"""Messages to clients, sent or not."""

from django.contrib import admin

from apps.socle.cles import cles_de
from apps.socle.models import MessageSortant, StatutMessage
from apps.socle.selectors import messages_abandonnes
from nsia_pass_api.alertes import a_voir
from nsia_pass_api.back_office.cellules import moment, pastille, telephone, telephone_masque, texte
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.back_office.recherche import numero

COULEURS_MESSAGE = {
    StatutMessage.A_ENVOYER: "info",
    StatutMessage.ENVOYE: "success",
    StatutMessage.ABANDONNE: "danger",
}

STATUT_MESSAGE = pastille("statut", "Statut", COULEURS_MESSAGE, StatutMessage)


def faits_annonces(terme: str) -> list[str]:
    """The keys of what may have been announced of an object."""
    return cles_de(numero(terme))


@admin.register(MessageSortant)
class MessageAdmin(AdminLecture):
    search_help_text = "N° de paiement"
    recherches = {"cle__in": faits_annonces}
    list_display = [
        moment("cree_le", "Écrit le"),
        telephone_masque("telephone"),
        texte("texte_montrable", "Texte"),
        STATUT_MESSAGE,
        moment("envoye_le", "Envoyé le"),
    ]
    list_filter = [a_voir(abandonnes=("Abandonnés depuis 7 jours", messages_abandonnes)), "statut"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (telephone("telephone"), STATUT_MESSAGE),
                    texte("texte_montrable", "Texte"),
                    (moment("cree_le", "Écrit le"), moment("envoye_le", "Envoyé le")),
                    (moment("a_envoyer_le", "À envoyer le"), texte("tentatives", "Tentatives")),
                    texte("", "Fait annoncé"),
                )
            },
        ),
    ]

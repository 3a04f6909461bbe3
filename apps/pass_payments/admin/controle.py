"""What people must look at and decide: anomalies, proposals, reconciliations and their differences, callbacks."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from apps.pass_payments.admin.actes import ResoudreAnomalie, ResoudreEcart
from apps.pass_payments.admin.cellules import (
    COULEURS_PAIEMENT,
    PAIEMENT,
    VERDICT,
    OuvertFiltre,
    ouverts_d_abord,
    ouverture,
)
from apps.pass_payments.cles_du_journal import FAITS
from apps.pass_payments.models import (
    AnomaliePaiement,
    EcartRapprochement,
    NatureEcart,
    OperateurPaiement,
    RappelOperateur,
    Rapprochement,
    StatutPaiement,
)
from apps.pass_payments.selectors_controle import autres_ecarts, rappels_contredits
from nsia_pass_api.alertes import a_voir
from nsia_pass_api.back_office.actes import AvecActes
from nsia_pass_api.back_office.cellules import brut, code, donnees, jour, lien, moment, pastille, telephone, texte, xaf
from nsia_pass_api.back_office.lecture import AdminLecture, TableauLecture
from nsia_pass_api.back_office.recherche import numero, numero_telephone
from nsia_pass_api.money import formater_xaf

CLIENT = lien(
    "paiement__souscription__client",
    "Client",
    modele="pass_clients.ClientPass",
    pk="paiement__souscription__client_id",
)
STATUT_DU_PAIEMENT = pastille("paiement__statut", "Statut du paiement", COULEURS_PAIEMENT, StatutPaiement)
PAR_LE_PAIEMENT = {
    "paiement__numero_transaction": numero,
    "paiement__souscription__police__numero_police": numero,
    "paiement__souscription__client__telephone": numero_telephone,
}


class AnomalieOuverteFiltre(OuvertFiltre):
    champ = "resolue_le"


class EcartOuvertFiltre(OuvertFiltre):
    champ = "resolu_le"


@admin.register(AnomaliePaiement)
class AnomalieAdmin(AvecActes, AdminLecture):
    actes = [ResoudreAnomalie()]
    ordering = ouverts_d_abord("resolue_le")
    search_help_text = "N° de paiement, police, téléphone"
    recherches = PAR_LE_PAIEMENT
    list_display = [
        texte("get_nature_display", "Anomalie"),
        PAIEMENT,
        texte("paiement__souscription__client", "Client"),
        xaf("paiement__montant", "Montant"),
        moment("ouverte_le", "Ouverte le"),
        ouverture("resolue_le", ouverte="À résoudre", fermee="Résolue"),
    ]
    list_filter = [AnomalieOuverteFiltre, "nature"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (
                        texte("get_nature_display", "Anomalie"),
                        ouverture("resolue_le", ouverte="À résoudre", fermee="Résolue"),
                    ),
                    (PAIEMENT, xaf("paiement__montant", "Montant")),
                    (CLIENT, telephone("paiement__souscription__client__telephone")),
                    (moment("ouverte_le", "Ouverte le"), donnees("donnees", "Données", cles=FAITS)),
                )
            },
        ),
        (
            "Résolution",
            {
                "fields": (
                    (moment("resolue_le", "Résolue le"), texte("resolue_par", "Par")),
                    texte("commentaire", "Ce qui a été fait"),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("paiement__souscription__client", "resolue_par")


class EcartDuRapprochementTableau(TableauLecture):
    model = EcartRapprochement
    verbose_name_plural = "écarts"
    per_page = 50
    fields = (
        lien("get_nature_display", "Écart", modele="pass_payments.EcartRapprochement", pk="pk"),
        texte("cle", "Référence"),
        PAIEMENT,
        lien("decaissement", "Décaissement", modele="pass_payments.Decaissement", pk="decaissement_id"),
        xaf("montant_releve", "Sur le relevé"),
        xaf("montant_journal", "Au journal"),
        ouverture("resolu_le", ouverte="À résoudre", fermee="Résolu"),
        texte("commentaire", "Ce qui a été fait"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("paiement", "decaissement")


@admin.register(Rapprochement)
class RapprochementAdmin(AvecActes, AdminLecture):
    inlines = [EcartDuRapprochementTableau]
    list_display = [
        jour("jour", "Jour"),
        texte("get_operateur_display", "Opérateur"),
        texte("concordantes", "Concordantes"),
        texte("manquantes", "Absentes du relevé"),
        texte("etrangeres", "Inconnues chez nous"),
        texte("differentes", "Différentes"),
        xaf("montant_releve", "Relevé"),
        xaf("montant_journal", "Journal"),
        moment("lance_le", "Lancé le"),
    ]
    list_filter = ["operateur"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (jour("jour", "Jour"), texte("get_operateur_display", "Opérateur")),
                    (moment("lance_le", "Lancé le"), texte("lance_par", "Par")),
                    texte("source", "Source"),
                )
            },
        ),
        (
            "Lignes",
            {
                "fields": (
                    (texte("lignes_releve", "Sur le relevé"), texte("lignes_journal", "Au journal")),
                    (texte("concordantes", "Concordantes"), texte("differentes", "Différentes")),
                    (texte("manquantes", "Absentes du relevé"), texte("etrangeres", "Inconnues chez nous")),
                    texte("reglees", "Réglées grâce à lui"),
                )
            },
        ),
        (
            "Totaux",
            {
                "fields": (
                    (xaf("montant_releve", "Du relevé"), xaf("montant_journal", "Du journal")),
                    "difference",
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rapprochements = super().get_queryset(request).select_related("lance_par")
        if "object_id" not in request.resolver_match.kwargs:
            return rapprochements
        ouverts = Q(ecarts__resolu_le__isnull=True)
        en_suspens = ouverts & Q(ecarts__nature=NatureEcart.ETRANGER)
        return rapprochements.annotate(
            ouverts=Count("ecarts", filter=ouverts), en_suspens=Count("ecarts", filter=en_suspens)
        )

    @admin.display(description="Relevé moins journal")
    def difference(self, rapprochement: Rapprochement) -> str:
        return formater_xaf(rapprochement.montant_releve - rapprochement.montant_journal)

    def remarques(self, request: HttpRequest, objet: Any) -> Sequence[str]:
        if not objet.ouverts:
            return []
        dit = "1 écart reste à résoudre" if objet.ouverts == 1 else f"{objet.ouverts} écarts restent à résoudre"
        suspens = f", dont {objet.en_suspens} en suspens : payé chez l'opérateur, inconnu chez nous"
        return [f"{dit}{suspens if objet.en_suspens else ''}."]


@admin.register(EcartRapprochement)
class EcartAdmin(AvecActes, AdminLecture):
    """The differences that reconciliations found; those unknown to us and open are the suspense list."""

    actes = [ResoudreEcart()]
    ordering = ouverts_d_abord("resolu_le")
    search_help_text = "Référence, n° de paiement"
    recherches = {"cle": str, "paiement__numero_transaction": numero, "decaissement__numero": numero}
    list_display = [
        code("cle", "Référence"),
        texte("get_nature_display", "Écart"),
        jour("jour", "Jour"),
        texte("get_operateur_display", "Opérateur"),
        PAIEMENT,
        xaf("montant_releve", "Sur le relevé"),
        xaf("montant_journal", "Au journal"),
        ouverture("resolu_le", ouverte="À résoudre", fermee="Résolu"),
    ]
    list_filter = [EcartOuvertFiltre, a_voir(autres=("Écarts hors suspens", autres_ecarts)), "nature", "operateur"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (
                        texte("get_nature_display", "Écart"),
                        ouverture("resolu_le", ouverte="À résoudre", fermee="Résolu"),
                    ),
                    (code("cle", "Référence"), jour("jour", "Jour")),
                    (xaf("montant_releve", "Sur le relevé"), xaf("montant_journal", "Au journal")),
                    (telephone("telephone"), code("code_confirmation", "Code de l'opérateur")),
                )
            },
        ),
        (
            "Chez nous",
            {
                "fields": (
                    (
                        PAIEMENT,
                        lien("decaissement", "Décaissement", modele="pass_payments.Decaissement", pk="decaissement_id"),
                    ),
                    (
                        lien(
                            "rapprochement",
                            "Vu la dernière fois dans",
                            modele="pass_payments.Rapprochement",
                            pk="rapprochement_id",
                        ),
                        moment("detecte_le", "Détecté le"),
                    ),
                )
            },
        ),
        (
            "Résolution",
            {
                "fields": (
                    (moment("resolu_le", "Résolu le"), texte("resolu_par", "Par")),
                    texte("commentaire", "Ce qui a été fait"),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("paiement", "decaissement", "rapprochement", "resolu_par")

    def _criteres(self, terme: str) -> Iterable[dict[str, Any]]:
        """The reference is the last column of its index: the first two are given all their values."""
        index = {"operateur__in": OperateurPaiement.values, "nature__in": NatureEcart.values}
        return [critere | index if "cle" in critere else critere for critere in super()._criteres(terme)]


@admin.register(RappelOperateur)
class RappelAdmin(AdminLecture):
    """What was announced, by whoever sent it: read with the operator's word beside it."""

    search_help_text = "N° de paiement, police, téléphone"
    recherches = PAR_LE_PAIEMENT
    list_display = [
        moment("recu_le", "Reçu le", secondes=True),
        texte("get_operateur_display", "Opérateur"),
        PAIEMENT,
        VERDICT,
        texte("adresse", "Expéditeur"),
        moment("traite_le", "Traité le", secondes=True),
    ]
    list_filter = [a_voir(contredits=("Contredits depuis 24 heures", rappels_contredits)), "verdict", "operateur"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (texte("get_operateur_display", "Opérateur"), VERDICT),
                    (moment("recu_le", "Reçu le", secondes=True), moment("traite_le", "Traité le", secondes=True)),
                    (PAIEMENT, STATUT_DU_PAIEMENT),
                    texte("adresse", "Adresse de l'expéditeur"),
                )
            },
        ),
        ("Corps reçu, téléphones masqués", {"fields": (brut("corps", "Corps"),)}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("paiement")

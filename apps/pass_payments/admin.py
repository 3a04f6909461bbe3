from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.pass_clients.admin import ClientAdmin, SouscriptionAdmin
from apps.pass_clients.models import ClientPass, Contrat, EtatContrat, SouscriptionPass
from apps.pass_payments.models import Cotisation, EvenementPaiement, PaiementPass, StatutCotisation, StatutPaiement
from apps.pass_payments.motifs import motif_lisible
from nsia_pass_api.admin import (
    VIDE,
    AdminLecture,
    TableauLecture,
    code,
    donnees,
    du,
    jour,
    lien,
    moment,
    numero,
    numero_telephone,
    pastille,
    reference,
    telephone,
    texte,
    vers,
    xaf,
)

COULEURS_PAIEMENT = {
    StatutPaiement.INITIE: "info",
    StatutPaiement.EN_COURS: "info",
    StatutPaiement.EN_VERIFICATION: "warning",
    StatutPaiement.SUCCES: "success",
    StatutPaiement.ECHEC: "danger",
    StatutPaiement.REMBOURSE: "primary",
}
COULEURS_COTISATION = {
    StatutCotisation.PAYEE: "success",
    StatutCotisation.PARTIELLE: "warning",
    StatutCotisation.EN_RETARD: "danger",
}
COULEURS_CONTRAT = {
    EtatContrat.ACTIF: "success",
    EtatContrat.SUSPENDU: "danger",
    EtatContrat.EXPIRE: "warning",
    EtatContrat.EN_ATTENTE: "info",
}

STATUT_PAIEMENT = pastille("statut", "Statut", COULEURS_PAIEMENT, StatutPaiement)
ETAT_CONTRAT = pastille("etat_du_contrat", "État", COULEURS_CONTRAT, EtatContrat)
SOUSCRIPTION = lien("souscription", "Souscription", modele="pass_clients.SouscriptionPass", pk="souscription_id")
EN_RETARD = du("soldes__montant_en_retard", "En retard")


class PaiementTableau(TableauLecture):
    model = PaiementPass
    verbose_name_plural = "paiements"
    ordering = ["-date_demande", "-id"]
    per_page = 25
    fields = (
        lien("numero_transaction", "Numéro", modele="pass_payments.PaiementPass", pk="pk"),
        moment("date_demande", "Demandé le"),
        texte("get_type_paiement_display", "Type"),
        texte("mode_paiement", "Mode"),
        xaf("montant_net", "Montant net"),
        STATUT_PAIEMENT,
    )


class ContratTableau(TableauLecture):
    model = Contrat
    verbose_name_plural = "contrats"
    fields = (
        lien("police", "Police", modele="pass_clients.Contrat", pk="police"),
        texte("nom_produit", "Produit"),
        ETAT_CONTRAT,
        jour("date_expiration", "Expire le"),
        xaf("prime", "Prime"),
        xaf("soldes__total_paye", "Payé"),
        EN_RETARD,
        xaf("soldes__solde", "Solde"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("soldes")


admin.site.unregister([ClientPass, SouscriptionPass])


@admin.register(ClientPass)
class ClientEtContratsAdmin(ClientAdmin):
    inlines = [ContratTableau, *ClientAdmin.inlines]


@admin.register(SouscriptionPass)
class SouscriptionEtPaiementsAdmin(SouscriptionAdmin):
    inlines = [PaiementTableau, *SouscriptionAdmin.inlines]


class CotisationTableau(TableauLecture):
    model = Cotisation
    verbose_name_plural = "cotisations"
    per_page = 60
    fields = (
        texte("periode", "Période"),
        texte("numero", "N°"),
        jour("date_echeance", "Échéance"),
        xaf("montant", "Montant"),
        xaf("montant_paye", "Payé"),
        xaf("reste_a_payer", "Reste"),
        pastille("statut", "Statut", COULEURS_COTISATION, StatutCotisation),
        code("numero_quittance", "Quittance"),
    )


@admin.register(Contrat)
class ContratAdmin(AdminLecture):
    """A view over a million subscriptions: balances are read for the fifty of the page, by their police."""

    inlines = [CotisationTableau]
    table_comptee = "numeros_police_congo"
    ordering = ["-souscription_id"]
    search_help_text = "Police, téléphone"
    recherches = {"police": numero, "telephone": numero_telephone}
    list_display = [
        code("police", "Police"),
        "titulaire",
        texte("nom_produit", "Produit"),
        ETAT_CONTRAT,
        jour("date_expiration", "Expire le"),
        xaf("prime", "Prime"),
        xaf("soldes__total_paye", "Payé"),
        EN_RETARD,
        xaf("soldes__solde", "Solde"),
    ]
    list_filter = ["produit", ("souscription__statut", admin.ChoicesFieldListFilter)]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    ("police", ETAT_CONTRAT),
                    ("titulaire_lie", telephone("telephone")),
                    (
                        lien(
                            "numero_souscription",
                            "Souscription",
                            modele="pass_clients.SouscriptionPass",
                            pk="souscription_id",
                        ),
                        texte("nom_produit", "Produit"),
                    ),
                    (jour("date_effet", "Effet"), jour("date_expiration", "Expiration")),
                    (xaf("prime", "Prime"), texte("get_periodicite_display", "Périodicité")),
                )
            },
        ),
        (
            "Aujourd'hui",
            {
                "fields": (
                    (xaf("soldes__solde", "Solde"), xaf("soldes__solde_epargne", "Épargne, intérêts compris")),
                    (xaf("soldes__du_a_ce_jour", "Dû à ce jour"), xaf("soldes__total_paye", "Total payé")),
                    (EN_RETARD, texte("soldes__jours_de_retard", "Jours de retard")),
                    (xaf("soldes__reste_a_payer", "Reste à payer"), xaf("soldes__avoir", "Avoir")),
                    (
                        jour("soldes__prochaine_echeance_date", "Prochaine échéance"),
                        xaf("soldes__prochaine_echeance_montant", "Montant de cette échéance"),
                    ),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("soldes")

    @admin.display(description="Client")
    def titulaire(self, contrat: Contrat) -> str:
        return f"{contrat.prenom} {contrat.nom}"

    @admin.display(description="Client")
    def titulaire_lie(self, contrat: Contrat) -> str:
        return vers("pass_clients.ClientPass", contrat.client_id, self.titulaire(contrat))


class JournalTableau(TableauLecture):
    model = EvenementPaiement
    verbose_name_plural = "journal"
    fields = (
        moment("date_evenement", "Le", secondes=True),
        texte("get_type_display", "Fait"),
        pastille("statut", "Statut qui en résulte", COULEURS_PAIEMENT, StatutPaiement),
        texte("acteur", "Par"),
        donnees("donnees", "Données"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("acteur")


@admin.register(PaiementPass)
class PaiementAdmin(AdminLecture):
    inlines = [JournalTableau]
    search_help_text = "N° de paiement, référence, police, téléphone"
    recherches = {
        "numero_transaction": numero,
        "reference_mobile_money": reference,
        "souscription__police__numero_police": numero,
        "souscription__numero_souscription": numero,
        "souscription__client__telephone": numero_telephone,
    }
    list_display = [
        code("numero_transaction", "Numéro"),
        texte("souscription__client", "Client"),
        xaf("montant", "Montant"),
        texte("get_type_paiement_display", "Type"),
        texte("mode_paiement", "Mode"),
        STATUT_PAIEMENT,
        moment("date_demande", "Demandé le"),
    ]
    list_filter = ["statut", "type_paiement", "operateur"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    ("numero_transaction", STATUT_PAIEMENT),
                    (texte("get_type_paiement_display", "Type"), "motif"),
                    (xaf("montant", "Montant"), xaf("frais", "Frais")),
                    xaf("montant_net", "Montant net"),
                )
            },
        ),
        (
            "Qui paie, pour quoi",
            {
                "fields": (
                    (
                        lien(
                            "souscription__client",
                            "Client",
                            modele="pass_clients.ClientPass",
                            pk="souscription__client_id",
                        ),
                        telephone("souscription__client__telephone"),
                    ),
                    (SOUSCRIPTION, texte("souscription__produit", "Produit")),
                )
            },
        ),
        (
            "Opérateur",
            {
                "fields": (
                    (texte("mode_paiement", "Mode"), telephone("numero_payeur", "Numéro du payeur")),
                    (
                        texte("reference_mobile_money", "Notre référence"),
                        texte("code_confirmation", "Code de l'opérateur"),
                    ),
                )
            },
        ),
        (
            "Dates",
            {
                "fields": (
                    (moment("date_demande", "Demandé le"), moment("date_confirmation", "Confirmé le")),
                    jour("date_comptable", "Date comptable"),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("souscription__client", "souscription__produit")

    @admin.display(description="Motif d'échec")
    def motif(self, paiement: PaiementPass) -> str:
        return motif_lisible(paiement.motif_echec) or VIDE

"""Clients, subscriptions and contracts, completed by their payments and balances; the cash desk."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.pass_clients.admin import ClientAdmin, SouscriptionAdmin
from apps.pass_clients.models import ClientPass, Contrat, EtatContrat, NumeroPolice, SouscriptionPass, StatutPolice
from apps.pass_payments.admin.actes import Encaisser
from apps.pass_payments.admin.cellules import COULEURS_CONTRAT, COULEURS_COTISATION, STATUT_PAIEMENT
from apps.pass_payments.models import Cotisation, PaiementPass, StatutCotisation
from nsia_pass_api.actes import AvecActes
from nsia_pass_api.admin import (
    AdminLecture,
    TableauLecture,
    code,
    du,
    jour,
    lien,
    lignes_permises,
    moment,
    numero,
    numero_telephone,
    pastille,
    telephone,
    texte,
    vers,
    xaf,
)

ETAT_CONTRAT = pastille("etat_du_contrat", "État", COULEURS_CONTRAT, EtatContrat)
# « QT-PASS-KIMIA-2026-000001-1-04 »: the subscription, its period, the instalment.
QUITTANCE = re.compile(r"QT-(.+)-[0-9]+-[0-9]+")
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
class SouscriptionEtPaiementsAdmin(AvecActes, SouscriptionAdmin):
    actes = [Encaisser()]
    inlines = [PaiementTableau, *SouscriptionAdmin.inlines]


def souscription_de_quittance(terme: str) -> str:
    """The subscription's number that a receipt of instalment carries; ValueError for anything else."""
    ecrit = QUITTANCE.fullmatch(numero(terme))
    if ecrit is None:
        raise ValueError(terme)
    return ecrit[1]


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
    search_help_text = "Police, téléphone, n° de souscription ou de quittance"
    recherches = {
        "police": numero,
        "telephone": numero_telephone,
        "souscription__numero_souscription": numero,
        "numero_souscription": souscription_de_quittance,
    }
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

    def resume(self, objet: Contrat) -> tuple[Any, ...]:
        return objet.police, self.titulaire(objet), objet.nom_produit

    def lignes_comptees(self, request: HttpRequest) -> QuerySet[Any]:
        """One police a contract: counted in the view, each would have its dates computed."""
        polices = lignes_permises(request, NumeroPolice.objects.all())
        return polices.exclude(statut=StatutPolice.ANNULE) if polices.query.where else polices

    @admin.display(description="Client")
    def titulaire(self, contrat: Contrat) -> str:
        return f"{contrat.prenom} {contrat.nom}"

    @admin.display(description="Client")
    def titulaire_lie(self, contrat: Contrat) -> str:
        return vers("pass_clients.ClientPass", contrat.client_id, self.titulaire(contrat))

"""Clients, subscriptions and contracts, completed by their payments and balances; the cash desk."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from apps.pass_clients.models import ClientPass, Contrat, EtatContrat, NumeroPolice, SouscriptionPass, StatutPolice
from apps.pass_payments.admin.actes import Attribuer, Encaisser, ProposerAbandon, ProposerPolice, ProposerTelephone
from apps.pass_payments.admin.cellules import COULEURS_CONTRAT, COULEURS_COTISATION, STATUT_PAIEMENT
from apps.pass_payments.admin.dossier import panneaux, resume
from apps.pass_payments.models import Cotisation, PaiementPass, StatutCotisation
from apps.pass_payments.selectors import situations_des
from apps.socle.admin.propositions import STATUT_PROPOSITION
from apps.socle.models import Proposition, StatutProposition
from nsia_pass_api.back_office.ajouts import Ajout
from nsia_pass_api.back_office.cellules import (
    code,
    dernier_jour,
    du,
    jour,
    lien,
    moment,
    pastille,
    telephone,
    texte,
    vers,
    xaf,
)
from nsia_pass_api.back_office.dossier import Panneau
from nsia_pass_api.back_office.lecture import AdminLecture, TableauLecture
from nsia_pass_api.back_office.portee import lignes_permises
from nsia_pass_api.back_office.recherche import numero, numero_telephone
from nsia_pass_api.money import formater_xaf

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
        dernier_jour("date_expiration", "Couvert jusqu'au"),
        xaf("prime", "Prime"),
        xaf("soldes__total_paye", "Payé"),
        EN_RETARD,
        xaf("soldes__solde", "Solde"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("soldes")


class PropositionDuClientTableau(TableauLecture):
    model = Proposition
    fk_name = "client"
    verbose_name_plural = "propositions"
    per_page = 25
    fields = (
        moment("demandee_le", "Demandée le"),
        lien("nature_lisible", "Proposition", modele="socle.Proposition", pk="pk"),
        texte("demandeur", "Par"),
        texte("motif", "Motif"),
        STATUT_PROPOSITION,
        texte("reponse", "Réponse"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("demandeur", "decideur")


def en_attente(**criteres: Any) -> QuerySet[Proposition]:
    return Proposition.objects.filter(statut=StatutProposition.PROPOSEE, **criteres)


class SurLeClient(Ajout):
    actes = [ProposerTelephone()]
    devant = [ContratTableau]
    derriere = [PropositionDuClientTableau]

    def annoter(self, objets: QuerySet[ClientPass]) -> QuerySet[ClientPass]:
        ouverte = en_attente(client=OuterRef("pk"), nature="telephone").values("pk")[:1]
        return objets.annotate(proposition_ouverte=Subquery(ouverte))

    def remarques(self, objet: Any) -> Sequence[str]:
        if objet.proposition_ouverte is None:
            return []
        page = vers("socle.Proposition", objet.proposition_ouverte, "Un changement de téléphone")
        return [format_html("{} attend la décision d'une seconde personne.", page)]

    def resume(self, objet: ClientPass) -> Sequence[tuple[str, str, bool]]:
        return resume(client=objet)

    def panneaux(self, objet: ClientPass) -> Sequence[Panneau]:
        return panneaux(client=objet)


class SurLaSouscription(Ajout):
    actes = [Encaisser(), Attribuer(), ProposerPolice(), ProposerAbandon()]
    devant = [PaiementTableau]

    def annoter(self, objets: QuerySet[SouscriptionPass]) -> QuerySet[SouscriptionPass]:
        ouvertes = en_attente(client=OuterRef("client"), nature__in=("police", "abandon")).values("cle")
        return objets.select_related("abandon").annotate(en_attente=ArraySubquery(ouvertes))

    def remarques(self, objet: Any) -> Sequence[str]:
        remarques = [
            f"{quoi} attend la décision d'une seconde personne."
            for quoi, cle in (("Un nouveau numéro de police", "police"), ("L'abandon de sa créance", "abandon"))
            if f"{cle}:{objet}" in objet.en_attente
        ]
        if hasattr(objet, "abandon"):
            jour_dit = f"{timezone.localtime(objet.abandon.abandonnee_le):%d/%m/%Y}"
            remarques.append(
                f"Créance abandonnée le {jour_dit} : {formater_xaf(objet.abandon.montant)} ne sont plus réclamés."
            )
        return remarques


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
        dernier_jour("date_expiration", "Couvert jusqu'au"),
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
                    texte("situation__message", "Ce que lit le client"),
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
                    (jour("date_effet", "Effet"), dernier_jour("date_expiration", "Dernier jour couvert")),
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

    def en_bref(self, objet: Contrat) -> tuple[Any, ...]:
        return objet.police, self.titulaire(objet), objet.nom_produit

    def lignes_comptees(self, request: HttpRequest) -> QuerySet[Any]:
        """One police a contract: counted in the view, each would have its dates computed."""
        polices = lignes_permises(request, NumeroPolice.objects.all())
        return polices.exclude(statut=StatutPolice.ANNULE) if polices.query.where else polices

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        contrat = super().get_object(request, object_id, from_field)
        if contrat is not None:
            (contrat.situation,) = situations_des([contrat.souscription_id])
        return contrat

    @admin.display(description="Client")
    def titulaire(self, contrat: Contrat) -> str:
        return f"{contrat.prenom} {contrat.nom}"

    @admin.display(description="Client")
    def titulaire_lie(self, contrat: Contrat) -> str:
        return vers("pass_clients.ClientPass", contrat.client_id, self.titulaire(contrat))

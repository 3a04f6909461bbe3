"""A payment and all that is known of it; money that goes out; documents handed out."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, JSONObject
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html

from apps.pass_payments.admin.actes import ImprimerRecu, Interroger, Proposer, ProposerCloture, ProposerVersement
from apps.pass_payments.admin.cellules import (
    COULEURS_PAIEMENT,
    PAIEMENT,
    SOUSCRIPTION,
    STATUT_DECAISSEMENT,
    STATUT_PAIEMENT,
    VERDICT,
    ouverture,
)
from apps.pass_payments.cles_du_journal import FAITS
from apps.pass_payments.documents.errors import RecuIntrouvable
from apps.pass_payments.documents.selectors import recu
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    DocumentEmis,
    EcartRapprochement,
    EvenementPaiement,
    NatureAnomalie,
    PaiementPass,
    RappelOperateur,
    StatutDecaissement,
    StatutPaiement,
)
from apps.pass_payments.motifs import motif_lisible
from apps.pass_payments.selectors_controle import decaissements_en_retard, paiements_en_retard
from apps.pass_payments.services.decaissements import a_clore
from apps.pass_payments.services.suivi import a_interroger
from apps.socle.admin.propositions import STATUT_PROPOSITION
from apps.socle.cles import cle_lisible
from apps.socle.models import Proposition, StatutProposition
from nsia_pass_api.alertes import a_voir
from nsia_pass_api.back_office.actes import AvecActes, Lignes
from nsia_pass_api.back_office.cellules import (
    code,
    dernier_jour,
    donnees,
    jour,
    lien,
    moment,
    pastille,
    telephone,
    texte,
    vers,
    xaf,
)
from nsia_pass_api.back_office.echanges import journal_operateur, liens_operateur
from nsia_pass_api.back_office.lecture import AdminLecture, LignesLecture, TableauLecture
from nsia_pass_api.back_office.recherche import numero, numero_telephone, reference
from nsia_pass_api.dates import maintenant
from nsia_pass_api.lisible import VIDE
from nsia_pass_api.money import formater_xaf


class JournalTableau(TableauLecture):
    model = EvenementPaiement
    verbose_name_plural = "journal"
    fields = (
        moment("date_evenement", "Le", secondes=True),
        texte("get_type_display", "Fait"),
        pastille("statut", "Statut qui en résulte", COULEURS_PAIEMENT, StatutPaiement),
        texte("acteur", "Par"),
        donnees("donnees", "Données", cles=FAITS),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("acteur")


class AnomalieTableau(TableauLecture):
    model = AnomaliePaiement
    fk_name = "paiement"
    verbose_name_plural = "anomalies"
    fields = (
        moment("ouverte_le", "Ouverte le"),
        lien("get_nature_display", "Anomalie", modele="pass_payments.AnomaliePaiement", pk="pk"),
        donnees("donnees", "Données", cles=FAITS),
        ouverture("resolue_le", ouverte="À résoudre", fermee="Résolue"),
        texte("resolue_par", "Par"),
        texte("commentaire", "Ce qui a été fait"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("resolue_par")


class PropositionTableau(TableauLecture):
    model = Proposition
    fk_name = "paiement"
    verbose_name_plural = "propositions"
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


class DecaissementTableau(TableauLecture):
    model = Decaissement
    fk_name = "paiement"
    verbose_name_plural = "remboursements"
    fields = (
        lien("numero", "Numéro", modele="pass_payments.Decaissement", pk="pk"),
        moment("demande_le", "Demandé le"),
        xaf("montant", "Montant"),
        STATUT_DECAISSEMENT,
        moment("termine_le", "Terminé le"),
    )


class RappelTableau(TableauLecture):
    model = RappelOperateur
    fk_name = "paiement"
    verbose_name_plural = "rappels reçus"
    per_page = 25
    fields = (
        lien("", "Rappel", modele="pass_payments.RappelOperateur", pk="pk"),
        texte("adresse", "Expéditeur"),
        VERDICT,
        moment("traite_le", "Traité le", secondes=True),
    )


class RattacheTableau(TableauLecture):
    model = PaiementPass
    fk_name = "rattache_a"
    verbose_name_plural = "demandés avec"
    fields = (
        lien("numero_transaction", "Numéro", modele="pass_payments.PaiementPass", pk="pk"),
        SOUSCRIPTION,
        texte("get_type_paiement_display", "Type"),
        xaf("montant", "Montant"),
        STATUT_PAIEMENT,
        code("numero_recu", "Reçu"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("souscription")


class EcartTableau(TableauLecture):
    model = EcartRapprochement
    fk_name = "paiement"
    verbose_name_plural = "écarts"
    fields = (
        jour("jour", "Jour"),
        lien("get_nature_display", "Écart", modele="pass_payments.EcartRapprochement", pk="pk"),
        xaf("montant_releve", "Sur le relevé"),
        xaf("montant_journal", "Au journal"),
        ouverture("resolu_le", ouverte="À résoudre", fermee="Résolu"),
    )


class LignesDeDocuments(LignesLecture):
    @classmethod
    def get_default_prefix(cls) -> str:
        """Payments have no name for their documents from which the tab would take its own."""
        return "documents"


class DocumentTableau(TableauLecture):
    model = DocumentEmis
    formset = LignesDeDocuments
    fk_name = "paiement"
    verbose_name_plural = "documents"
    fields = (
        lien("code", "Code", modele="pass_payments.DocumentEmis", pk="pk"),
        texte("get_type_display", "Document"),
        moment("emis_le", "Émis le"),
    )


# Tabs of a payment's page, there when they hold something; the journal always does.
ONGLETS = (
    RattacheTableau,
    AnomalieTableau,
    PropositionTableau,
    DecaissementTableau,
    RappelTableau,
    EcartTableau,
    DocumentTableau,
)


def _contenu(onglet: type[TableauLecture]) -> str:
    return f"a_{onglet.model._meta.model_name}"


def _avec_contenus(paiements: QuerySet[PaiementPass]) -> QuerySet[PaiementPass]:
    """Payments that know in the same query which tabs they fill and what their acts depend on."""
    du_paiement = {"paiement": OuterRef("pk")}
    return paiements.annotate(
        interrogeable=Exists(a_interroger().filter(pk=OuterRef("pk"))),
        proposition_ouverte=Subquery(
            Proposition.objects.filter(
                **du_paiement, nature__in=("remboursement", "annulation"), statut=StatutProposition.PROPOSEE
            ).values("pk")[:1]
        ),
        remboursement_en_route=Exists(
            Decaissement.objects.filter(**du_paiement).exclude(statut=StatutDecaissement.ECHEC)
        ),
        anomalies_ouvertes=ArraySubquery(
            AnomaliePaiement.objects.filter(**du_paiement, resolue_le__isnull=True)
            .order_by("pk")
            .values(anomalie=JSONObject(pk="pk", nature="nature"))
        ),
        **{
            _contenu(onglet): Exists(onglet.model._default_manager.filter(**{onglet.fk_name: OuterRef("pk")}))
            for onglet in ONGLETS
        },
    )


def _repartition(paiement: PaiementPass) -> dict[str, Any] | None:
    """The quittances that the payment settled, as its receipt says them; None while it settles nothing."""
    if paiement.statut != StatutPaiement.SUCCES:
        return None
    try:
        return recu(client_id=paiement.souscription.client_id, numero=paiement.numero_transaction)
    except RecuIntrouvable:  # its police was cancelled since
        return None


@admin.register(PaiementPass)
class PaiementAdmin(AvecActes, AdminLecture):
    actes = [Interroger(), ImprimerRecu(), Proposer()]
    search_help_text = "N° de paiement ou de reçu, référence, code de l'opérateur, police, téléphone"
    recherches = {
        "numero_transaction": numero,
        "numero_recu": numero,
        "reference_mobile_money": reference,
        "code_confirmation": str,
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
    list_filter = [
        a_voir(en_retard=("Ouverts au-delà de leur limite", paiements_en_retard)),
        "statut",
        "type_paiement",
        "operateur",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    ("numero_transaction", STATUT_PAIEMENT),
                    (texte("get_type_paiement_display", "Type"), "motif"),
                    (xaf("montant", "Montant"), xaf("frais", "Frais")),
                    (xaf("montant_net", "Montant net"), code("numero_recu", "Reçu")),
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
                        texte("code_confirmation", "Code de l'opérateur ou justificatif"),
                    ),
                    lien("rattache_a", "Demandé avec", modele="pass_payments.PaiementPass", pk="rattache_a_id"),
                )
            },
        ),
        (
            "Dates et suivi",
            {
                "fields": (
                    (moment("date_demande", "Demandé le"), moment("date_confirmation", "Confirmé le")),
                    (jour("date_comptable", "Date comptable"), moment("limite", "Le client attend jusqu'au")),
                    (
                        moment("a_suivre_le", "Opérateur interrogé le", secondes=True),
                        texte("tentatives", "Passages du suivi"),
                    ),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        paiements = (
            super().get_queryset(request).select_related("souscription__client", "souscription__produit", "rattache_a")
        )
        return _avec_contenus(paiements) if "object_id" in request.resolver_match.kwargs else paiements

    def get_fieldsets(self, request: HttpRequest, obj: PaiementPass | None = None) -> list[Any]:
        """With what the money paid and what was said with the operator, where there is something and one may read it."""
        if obj is None:
            return self.fieldsets
        if not hasattr(obj, "echanges"):  # once for the page, which asks often
            principal = obj.rattache_a or obj
            obj.echanges = journal_operateur(request, principal.operateur, principal.reference_mobile_money)
            obj.reparti = _repartition(obj)
        sections = list(self.fieldsets)
        if obj.reparti:
            sections.insert(2, ("Échéances réglées", {"fields": ("repartition",)}))
        if obj.echanges:
            sections.append(("Échanges avec l'opérateur", {"fields": ("echanges_lus",)}))
        return sections

    @admin.display(description="Ce que ce paiement a réglé")
    def repartition(self, paiement: PaiementPass) -> str:
        return render_to_string("admin/repartition.html", paiement.reparti)

    @admin.display(description="Les derniers d'abord")
    def echanges_lus(self, paiement: PaiementPass) -> str:
        return render_to_string("admin/echanges.html", {"echanges": paiement.echanges})

    def en_bref(self, objet: PaiementPass) -> tuple[Any, ...]:
        return objet.numero_transaction, objet.souscription.client, formater_xaf(objet.montant)

    def get_inlines(self, request: HttpRequest, obj: PaiementPass | None) -> list[type[TableauLecture]]:
        return [JournalTableau, *(onglet for onglet in ONGLETS if getattr(obj, _contenu(onglet), False))]

    def remarques(self, request: HttpRequest, objet: Any) -> Sequence[str]:
        remarques = [
            format_html(
                "Anomalie à résoudre : {}.",
                vers("pass_payments.AnomaliePaiement", anomalie["pk"], NatureAnomalie(anomalie["nature"]).label),
            )
            for anomalie in objet.anomalies_ouvertes
        ]
        if objet.proposition_ouverte is not None:
            page = vers("socle.Proposition", objet.proposition_ouverte, "une proposition")
            remarques.append(format_html("Sur ce paiement, {} attend la décision d'une seconde personne.", page))
        return remarques

    def liens(self, request: HttpRequest, objet: PaiementPass) -> Lignes:
        principal = objet.rattache_a or objet
        return liens_operateur(request, principal.operateur, principal.reference_mobile_money)

    @admin.display(description="Motif d'échec")
    def motif(self, paiement: PaiementPass) -> str:
        return motif_lisible(paiement.motif_echec) or VIDE


@admin.register(Decaissement)
class DecaissementAdmin(AvecActes, AdminLecture):
    actes = [ProposerCloture(), ProposerVersement()]
    search_help_text = "N° de décaissement ou de paiement, référence"
    recherches = {"numero": numero, "reference": reference, "paiement__numero_transaction": numero}
    list_display = [
        code("numero", "Numéro"),
        texte("get_nature_display", "Nature"),
        PAIEMENT,
        xaf("montant", "Montant"),
        texte("get_operateur_display", "Opérateur"),
        STATUT_DECAISSEMENT,
        moment("demande_le", "Demandé le"),
    ]
    list_filter = [
        a_voir(en_retard=("Sans fin depuis plus d'une heure", decaissements_en_retard)),
        "statut",
        "nature",
        "operateur",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (code("numero", "Numéro"), STATUT_DECAISSEMENT),
                    (texte("get_nature_display", "Nature"), "motif"),
                    (xaf("montant", "Montant"), telephone("telephone", "Vers le numéro")),
                    (PAIEMENT, "objet"),
                    texte("libelle", "Libellé"),
                )
            },
        ),
        (
            "Opérateur",
            {
                "fields": (
                    (texte("get_operateur_display", "Opérateur"), code("reference", "Notre référence")),
                    (code("code_confirmation", "Code de l'opérateur"), texte("tentatives", "Passages du suivi")),
                    (moment("demande_le", "Demandé le"), moment("termine_le", "Terminé le")),
                    (
                        moment("a_suivre_le", "Opérateur interrogé le", secondes=True),
                        jour("jour_releve", "Sur le relevé du"),
                    ),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        decaissements = super().get_queryset(request).select_related("paiement")
        if "object_id" not in request.resolver_match.kwargs:
            return decaissements
        ouverte = Proposition.objects.filter(
            cle=Concat(Value("decaissement:"), OuterRef("numero")), statut=StatutProposition.PROPOSEE
        )
        return decaissements.annotate(
            a_clore=Exists(a_clore(quand=maintenant()).filter(pk=OuterRef("pk"))),
            proposition_ouverte=Subquery(ouverte.values("pk")[:1]),
        )

    def remarques(self, request: HttpRequest, objet: Any) -> Sequence[str]:
        if objet.proposition_ouverte is None:
            return []
        page = vers("socle.Proposition", objet.proposition_ouverte, "La proposition sur ce décaissement")
        return [format_html("{} attend la décision d'une seconde personne.", page)]

    def liens(self, request: HttpRequest, objet: Decaissement) -> Lignes:
        return liens_operateur(request, objet.operateur, objet.reference)

    @admin.display(description="Objet")
    def objet(self, decaissement: Decaissement) -> str:
        return cle_lisible(decaissement.cle)

    @admin.display(description="Motif d'échec")
    def motif(self, decaissement: Decaissement) -> str:
        return motif_lisible(decaissement.motif_echec) or VIDE


@admin.register(DocumentEmis)
class DocumentAdmin(AdminLecture):
    search_help_text = "Code, n° de paiement, police, n° de souscription, téléphone"
    recherches = {
        "code": numero,
        "paiement__numero_transaction": numero,
        "souscription__police__numero_police": numero,
        "souscription__numero_souscription": numero,
        "souscription__client__telephone": numero_telephone,
    }
    list_display = [
        code("code", "Code"),
        texte("get_type_display", "Document"),
        SOUSCRIPTION,
        PAIEMENT,
        moment("emis_le", "Émis le"),
    ]
    list_filter = ["type"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (code("code", "Code de vérification"), texte("get_type_display", "Document")),
                    (SOUSCRIPTION, PAIEMENT),
                    (jour("date_debut", "Du"), dernier_jour("date_fin", "Au (inclus)")),
                    moment("emis_le", "Émis le"),
                )
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("souscription", "paiement")

"""Colours and cells that several pages of payments share."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from apps.pass_clients.models import EtatContrat
from apps.pass_payments.models import StatutCotisation, StatutDecaissement, StatutPaiement, VerdictRappel
from nsia_pass_api.back_office.cellules import badge, lien, pastille

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
COULEURS_DECAISSEMENT = {
    StatutDecaissement.A_APPROUVER: "warning",
    StatutDecaissement.A_ENVOYER: "info",
    StatutDecaissement.EN_COURS: "info",
    StatutDecaissement.EN_VERIFICATION: "warning",
    StatutDecaissement.SUCCES: "success",
    StatutDecaissement.ECHEC: "danger",
}
COULEURS_VERDICT = {
    VerdictRappel.A_TRAITER: "info",
    VerdictRappel.EN_ATTENTE: "info",
    VerdictRappel.CONFIRME: "success",
    VerdictRappel.CONTREDIT: "danger",
    VerdictRappel.INCONNU: "warning",
    VerdictRappel.ILLISIBLE: "warning",
}
STATUT_PAIEMENT = pastille("statut", "Statut", COULEURS_PAIEMENT, StatutPaiement)
STATUT_DECAISSEMENT = pastille("statut", "Statut", COULEURS_DECAISSEMENT, StatutDecaissement)
VERDICT = pastille("verdict", "Verdict", COULEURS_VERDICT, VerdictRappel)
SOUSCRIPTION = lien("souscription", "Souscription", modele="pass_clients.SouscriptionPass", pk="souscription_id")
PAIEMENT = lien("paiement", "Paiement", modele="pass_payments.PaiementPass", pk="paiement_id")


def ouverture(champ: str, *, ouverte: str, fermee: str) -> Any:
    """A badge: `ouverte` while nobody filled `champ`, then `fermee`."""

    def cellule(objet: Any) -> str:
        return badge(fermee, "success") if getattr(objet, champ) else badge(ouverte, "warning")

    cellule.__name__ = f"pastille_{champ}"
    cellule.short_description = "État"
    return cellule


class OuvertFiltre(admin.SimpleListFilter):
    """What still waits for somebody, and what does not."""

    title = "état"
    parameter_name = "etat"
    champ: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ouvert", "À résoudre"), ("resolu", "Résolu")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("ouvert", "resolu"):
            return queryset.filter(**{f"{self.champ}__isnull": self.value() == "ouvert"})
        return queryset


def ouverts_d_abord(champ: str) -> list[Any]:
    """Rows without `champ` first, then the last to have got it."""
    return [F(champ).desc(nulls_first=True), "-pk"]

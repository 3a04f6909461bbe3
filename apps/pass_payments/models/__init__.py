"""Tables of money, by subject: payments and journal, what the worker follows, what people must look at, views."""

from apps.pass_payments.models.controle import (
    AbandonCreance,
    AnomaliePaiement,
    DocumentEmis,
    EcartRapprochement,
    NatureAnomalie,
    NatureEcart,
    Rapprochement,
    TypeDocument,
)
from apps.pass_payments.models.imports import DoublonConfirme, ImportFichier, NatureImport, StatutImport
from apps.pass_payments.models.indicateurs import IndicateurMensuel
from apps.pass_payments.models.paiements import (
    OUVERTS,
    TRANSITIONS,
    EvenementPaiement,
    OperateurPaiement,
    PaiementPass,
    StatutPaiement,
    TypeEvenement,
    TypePaiement,
)
from apps.pass_payments.models.suivi import (
    TRANSITIONS_DECAISSEMENT,
    Decaissement,
    ExamenSouscription,
    NatureDecaissement,
    RappelOperateur,
    StatutDecaissement,
    VerdictRappel,
)
from apps.pass_payments.models.vues import (
    Cotisation,
    SoldeContrat,
    StatutCotisation,
    VueDashboardPass,
    VueSouscriptionComplete,
)

__all__ = [
    "OUVERTS",
    "TRANSITIONS",
    "TRANSITIONS_DECAISSEMENT",
    "AbandonCreance",
    "AnomaliePaiement",
    "Cotisation",
    "Decaissement",
    "DocumentEmis",
    "DoublonConfirme",
    "EcartRapprochement",
    "EvenementPaiement",
    "ExamenSouscription",
    "ImportFichier",
    "IndicateurMensuel",
    "NatureAnomalie",
    "NatureDecaissement",
    "NatureEcart",
    "NatureImport",
    "OperateurPaiement",
    "PaiementPass",
    "RappelOperateur",
    "Rapprochement",
    "SoldeContrat",
    "StatutCotisation",
    "StatutDecaissement",
    "StatutImport",
    "StatutPaiement",
    "TypeDocument",
    "TypeEvenement",
    "TypePaiement",
    "VerdictRappel",
    "VueDashboardPass",
    "VueSouscriptionComplete",
]

"""Why a payment failed, in our own words: operators map their codes to these, nothing above them knows an operator's code."""

from django.db import models


class MotifEchec(models.TextChoices):
    """The label is for staff; `PHRASES` tells the client what she can do."""

    SOLDE_INSUFFISANT = "solde_insuffisant", "Solde Mobile Money insuffisant"
    SOLDE_OU_PLAFOND = "solde_ou_plafond", "Solde Mobile Money insuffisant ou plafond atteint"
    PLAFOND_ATTEINT = "plafond_atteint", "Plafond du compte Mobile Money atteint"
    REFUSE = "refuse", "Demande refusée sur le téléphone"
    NON_APPROUVE = "non_approuve", "Demande non approuvée sur le téléphone"
    DELAI_DEPASSE = "delai_depasse", "Code PIN non saisi à temps"
    ANNULE = "annule", "Demande annulée"
    COMPTE_INCONNU = "compte_inconnu", "Ce numéro n'a pas de compte Mobile Money"
    COMPTE_INACTIF = "compte_inactif", "Compte Mobile Money inactif"
    OPERATION_INTERDITE = "operation_interdite", "Opération non permise par l'opérateur"
    BENEFICIAIRE_REFUSE = "beneficiaire_refuse", "Le compte de destination ne peut pas recevoir"
    DEMANDE_INVALIDE = "demande_invalide", "Demande jugée invalide par l'opérateur"
    OPERATEUR_EN_PANNE = "operateur_en_panne", "Panne chez l'opérateur"
    AUTRE = "autre", "Refusé par l'opérateur"


PHRASES = {
    MotifEchec.SOLDE_INSUFFISANT: "Votre solde Mobile Money ne suffit pas. Rechargez votre compte, puis réessayez.",
    MotifEchec.SOLDE_OU_PLAFOND: (
        "Votre solde Mobile Money ne suffit pas, ou votre plafond est atteint. Vérifiez votre solde, puis réessayez."
    ),
    MotifEchec.PLAFOND_ATTEINT: (
        "Le plafond de votre compte Mobile Money est atteint. Payez un montant plus petit ou réessayez demain."
    ),
    MotifEchec.REFUSE: "Vous avez refusé la demande sur votre téléphone. Rien n'a été débité.",
    MotifEchec.NON_APPROUVE: "La demande n'a pas été approuvée sur le téléphone. Rien n'a été débité. Réessayez.",
    MotifEchec.DELAI_DEPASSE: "Le code PIN n'a pas été saisi à temps. Rien n'a été débité. Réessayez, téléphone en main.",
    MotifEchec.ANNULE: "La demande a été annulée. Rien n'a été débité. Réessayez.",
    MotifEchec.COMPTE_INCONNU: "Ce numéro n'a pas de compte Mobile Money. Vérifiez-le ou payez avec un autre numéro.",
    MotifEchec.COMPTE_INACTIF: "Ce compte Mobile Money n'est pas actif. Contactez votre opérateur ou changez de numéro.",
    MotifEchec.OPERATION_INTERDITE: (
        "L'opérateur ne permet pas ce paiement avec ce compte. Payez avec un autre numéro ou à l'agence."
    ),
    MotifEchec.BENEFICIAIRE_REFUSE: "Ce compte ne peut pas recevoir d'argent. Indiquez un autre numéro.",
    MotifEchec.DEMANDE_INVALIDE: "L'opérateur n'a pas accepté la demande. Rien n'a été débité. Demandez à un agent.",
    MotifEchec.OPERATEUR_EN_PANNE: (
        "L'opérateur n'a pas pu traiter la demande. Rien n'a été débité. Réessayez dans quelques minutes."
    ),
    MotifEchec.AUTRE: "L'opérateur a refusé le paiement. Rien n'a été débité. Réessayez ou demandez à un agent.",
}


def motif_lisible(motif: str | None) -> str:
    """What staff read for `motif`, nothing for nothing."""
    return str(MotifEchec(motif).label) if motif else ""


def motif_pour_le_client(motif: str) -> str:
    """What happened and what she can do, nothing for nothing."""
    return PHRASES[MotifEchec(motif)] if motif else ""

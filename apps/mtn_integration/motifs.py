"""MTN's reasons in our words."""

from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs.motifs import Motifs

MOTIFS = Motifs(
    raisons={
        "PAYER_NOT_FOUND": MotifEchec.COMPTE_INCONNU,
        "PAYEE_NOT_FOUND": MotifEchec.COMPTE_INCONNU,
        "NOT_ENOUGH_FUNDS": MotifEchec.SOLDE_INSUFFISANT,
        # What Congo answers instead of the former.
        "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED": MotifEchec.SOLDE_OU_PLAFOND,
        "PAYER_LIMIT_REACHED": MotifEchec.PLAFOND_ATTEINT,
        "PAYEE_LIMIT_REACHED": MotifEchec.BENEFICIAIRE_REFUSE,
        "PAYEE_NOT_ALLOWED_TO_RECEIVE": MotifEchec.BENEFICIAIRE_REFUSE,
        "PAYMENT_NOT_APPROVED": MotifEchec.NON_APPROUVE,
        "APPROVAL_REJECTED": MotifEchec.REFUSE,
        "EXPIRED": MotifEchec.DELAI_DEPASSE,
        # MTN's documentation: no approval within five minutes.
        "COULD_NOT_PERFORM_TRANSACTION": MotifEchec.DELAI_DEPASSE,
        "TRANSACTION_CANCELED": MotifEchec.ANNULE,
        "SENDER_ACCOUNT_NOT_ACTIVE": MotifEchec.COMPTE_INACTIF,
        "NOT_ALLOWED": MotifEchec.OPERATION_INTERDITE,
        "NOT_ALLOWED_TARGET_ENVIRONMENT": MotifEchec.DEMANDE_INVALIDE,
        "INVALID_CALLBACK_URL_HOST": MotifEchec.DEMANDE_INVALIDE,
        "INVALID_CURRENCY": MotifEchec.DEMANDE_INVALIDE,
        "VALIDATION_ERROR": MotifEchec.DEMANDE_INVALIDE,
        "TRANSACTION_NOT_FOUND": MotifEchec.DEMANDE_INVALIDE,
        # « Often insufficient funds », says the documentation: not often enough to tell a client so.
        "INTERNAL_PROCESSING_ERROR": MotifEchec.OPERATEUR_EN_PANNE,
        "SERVICE_UNAVAILABLE": MotifEchec.OPERATEUR_EN_PANNE,
    },
    # The client can change nothing on the insurer's side.
    quand_on_encaisse={
        "PAYEE_NOT_FOUND": MotifEchec.DEMANDE_INVALIDE,
        "PAYEE_LIMIT_REACHED": MotifEchec.DEMANDE_INVALIDE,
        "PAYEE_NOT_ALLOWED_TO_RECEIVE": MotifEchec.DEMANDE_INVALIDE,
    },
)

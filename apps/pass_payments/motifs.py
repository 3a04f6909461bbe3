"""What people read of an operator's reason for a failure. Codes of MTN's collection API (spec/momo.md)."""

MOTIFS = {
    "NOT_ENOUGH_FUNDS": "Solde Mobile Money insuffisant",
    "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED": "Solde Mobile Money insuffisant ou plafond atteint",
    "PAYER_LIMIT_REACHED": "Plafond du compte Mobile Money atteint",
    "PAYER_NOT_FOUND": "Ce numéro n'a pas de compte Mobile Money",
    "SENDER_ACCOUNT_NOT_ACTIVE": "Compte Mobile Money inactif",
    "APPROVAL_REJECTED": "Demande refusée sur le téléphone",
    "PAYMENT_NOT_APPROVED": "Demande non approuvée sur le téléphone",
    "EXPIRED": "Code PIN non saisi à temps",
}


def motif_lisible(motif: str) -> str:
    """The French for `motif`; a code that is not in the list comes back named as the operator's, nothing for nothing."""
    if not motif:
        return ""
    return MOTIFS.get(motif, f"Refusé par l'opérateur ({motif})")

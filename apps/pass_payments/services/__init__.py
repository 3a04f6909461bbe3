"""Every write on payments, by subject. `paiements` holds the two primitives, `reglement` the one settlement."""

from apps.pass_payments.services.paiements import changer_statut_paiement, enregistrer_demande

__all__ = ["changer_statut_paiement", "enregistrer_demande"]

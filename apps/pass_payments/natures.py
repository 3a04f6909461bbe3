"""Kinds of proposals on money: those on payments and disbursements, that of the desk."""

from apps.pass_payments.services import natures_guichet, natures_paiement

__all__ = ["natures_guichet", "natures_paiement"]

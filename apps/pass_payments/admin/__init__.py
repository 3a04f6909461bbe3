"""Payments in the back office, by subject. All is read, and changed by acts that call services."""

from apps.pass_payments.admin import contrats, controle, exploitation, imports, paiements

__all__ = ["contrats", "controle", "exploitation", "imports", "paiements"]

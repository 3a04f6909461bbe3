"""Pages of what every app may use, by subject."""

from apps.socle.admin import faits, fichiers, messages, propositions, reglages, travaux

__all__ = ["faits", "fichiers", "messages", "propositions", "reglages", "travaux"]

"""Pages of what every app may use, by subject."""

from apps.socle.admin import faits, messages, propositions, reglages, travaux

__all__ = ["faits", "messages", "propositions", "reglages", "travaux"]

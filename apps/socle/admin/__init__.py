"""Pages of what every app may use, by subject."""

from apps.socle.admin import faits, reglages

__all__ = ["faits", "reglages"]

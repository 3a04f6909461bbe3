"""Today and now, as people in Brazzaville read them."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def maintenant() -> datetime:
    return timezone.now()


def aujourdhui() -> date:
    """The date in Africa/Brazzaville (settings.TIME_ZONE)."""
    return timezone.localdate()


def dernier_jour_couvert(fin_exclue: date) -> date:
    """The last covered day of a term that ends on `fin_exclue`, the first day that it no longer covers."""
    return fin_exclue - timedelta(days=1)

"""Today and now, as people in Brazzaville read them."""

from datetime import date, datetime

from django.utils import timezone


def maintenant() -> datetime:
    return timezone.now()


def aujourdhui() -> date:
    """The date in Africa/Brazzaville (settings.TIME_ZONE)."""
    return timezone.localdate()

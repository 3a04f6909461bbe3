"""CHECK constraints that several tables share, and the name of the one that was violated."""

from django.db import IntegrityError, models
from django.db.models import Q

TELEPHONE_CONGO = r"^\+242[0-9]{9}$"


def parmi(champ: str, choix: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """`champ` holds one of `choix`, whoever writes it."""
    return models.CheckConstraint(condition=Q(**{f"{champ}__in": choix.values}), name=name)


def telephone(champ: str, *, name: str, vide: bool = False) -> models.CheckConstraint:
    """`champ` is `+242` and 9 digits; NULL passes when the column allows it, the empty string when `vide`."""
    condition = Q(**{f"{champ}__regex": TELEPHONE_CONGO})
    return models.CheckConstraint(condition=condition | Q(**{champ: ""}) if vide else condition, name=name)


def violee(error: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL refused to break."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""

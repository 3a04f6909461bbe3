"""Which operator a phone is likely to be of."""

from apps.pass_clients.models import OperateurMobile

_PREFIXES = {"06": OperateurMobile.MTN, "05": OperateurMobile.AIRTEL, "04": OperateurMobile.AIRTEL}


def operateur_probable(telephone: str) -> str | None:
    """The operator to which the prefix of a normalised number was first given; numbers are portable."""
    operateur = _PREFIXES.get(telephone[4:6])
    return operateur and operateur.value

"""Premium ceilings of micro-insurance (CIMA code, Livre VII; secondary source, hence settings)."""

from django.conf import settings

from apps.socle.reglages import reglage
from nsia_pass_api.money import formater_xaf


def prime_annuelle(*, prime: int, duree_jours: int) -> int:
    """What a premium of `prime` XAF for `duree_jours` costs over a year, rounded up to the franc."""
    return -(-prime * 365 // duree_jours)


def depassement(*, prime_annuelle: int) -> str | None:
    """The French sentence to show when a client's yearly premiums (XAF, all live subscriptions) pass a ceiling, else None."""
    if settings.PLAFOND_PRIMES_MODE == "ignorer":
        return None
    plafond_annuel, plafond_mensuel = reglage("PLAFOND_PRIMES_ANNUEL"), reglage("PLAFOND_PRIMES_MENSUEL")
    if prime_annuelle > plafond_annuel:
        return (
            f"Le total des primes atteint {formater_xaf(prime_annuelle)} par an ; "
            f"le plafond de la micro-assurance est de {formater_xaf(plafond_annuel)}."
        )
    prime_mensuelle = -(-prime_annuelle // 12)
    if prime_mensuelle > plafond_mensuel:
        return (
            f"Le total des primes atteint {formater_xaf(prime_mensuelle)} par mois ; "
            f"le plafond de la micro-assurance est de {formater_xaf(plafond_mensuel)}."
        )
    return None

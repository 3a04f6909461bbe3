"""Premium ceilings of micro-insurance (CIMA code, Livre VII; secondary source, hence settings)."""

from django.conf import settings

from nsia_pass_api.money import formater_xaf


def prime_annuelle(*, prime: int, duree_jours: int) -> int:
    """What a premium of `prime` XAF for `duree_jours` costs over a year, rounded up to the franc."""
    return -(-prime * 365 // duree_jours)


def depassement(*, prime_annuelle: int) -> str | None:
    """The French sentence to show when a client's yearly premiums (XAF, all live subscriptions) pass a ceiling, else None."""
    if settings.PLAFOND_PRIMES_MODE == "ignorer":
        return None
    if prime_annuelle > settings.PLAFOND_PRIMES_ANNUEL:
        return (
            f"Le total des primes atteint {formater_xaf(prime_annuelle)} par an ; "
            f"le plafond de la micro-assurance est de {formater_xaf(settings.PLAFOND_PRIMES_ANNUEL)}."
        )
    prime_mensuelle = -(-prime_annuelle // 12)
    if prime_mensuelle > settings.PLAFOND_PRIMES_MENSUEL:
        return (
            f"Le total des primes atteint {formater_xaf(prime_mensuelle)} par mois ; "
            f"le plafond de la micro-assurance est de {formater_xaf(settings.PLAFOND_PRIMES_MENSUEL)}."
        )
    return None

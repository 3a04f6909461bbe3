"""Numbers of polices and subscriptions: the forms of settings, and the series of which the socle's allocator draws them."""

from django.conf import settings

from apps.pass_products.models import ProduitPass
from apps.socle.numbers import Forme, allouer, forme


def forme_police(*, annee: int, branche: str) -> Forme:
    return forme(settings.FORMAT_POLICE, annee=annee, branche=branche)


def forme_souscription(*, annee: int, code_produit: str) -> Forme:
    return forme(settings.FORMAT_SOUSCRIPTION, annee=annee, produit=code_produit)


def serie_police(branche: str) -> str:
    return f"police-{branche}"


def serie_souscription(code_produit: str) -> str:
    return f"souscription-{code_produit}"


def numero_souscription(*, produit: ProduitPass, annee: int) -> str:
    (sequence,) = allouer(serie=serie_souscription(produit.code_pass), annee=annee)
    return forme_souscription(annee=annee, code_produit=produit.code_pass).numero(sequence)


def numero_police(*, produit: ProduitPass, annee: int) -> str:
    (sequence,) = allouer(serie=serie_police(produit.branche), annee=annee)
    return forme_police(annee=annee, branche=produit.branche).numero(sequence)

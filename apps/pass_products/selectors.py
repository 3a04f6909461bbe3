"""Reads of the catalogue."""

from django.db.models import QuerySet

from apps.pass_products.errors import ProduitIntrouvable
from apps.pass_products.models import ProduitPass


def produits_proposes() -> QuerySet[ProduitPass]:
    """The products on sale with their guarantees: two queries whatever their number."""
    return ProduitPass.objects.filter(statut=ProduitPass.Statut.ACTIF).prefetch_related("garanties")


def produit_propose(*, code: str) -> ProduitPass:
    """The product on sale of that code, in any case. Raises ProduitIntrouvable for a withdrawn as for an unknown one."""
    produit = produits_proposes().filter(code_pass=code.upper()).first()
    if produit is None:
        raise ProduitIntrouvable
    return produit

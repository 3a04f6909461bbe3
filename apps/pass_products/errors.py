"""What a quote or a subscription may be refused for."""

from nsia_pass_api.errors import DonneesInvalides, Introuvable, RegleMetier


class MontantHorsLimites(RegleMetier):
    code = "montant_hors_limites"
    titre = "Montant hors limites"


class PeriodiciteNonPermise(RegleMetier):
    code = "periodicite_non_permise"
    titre = "Périodicité non permise"


class PlafondDepasse(RegleMetier):
    code = "plafond_primes_depasse"
    titre = "Plafond de primes dépassé"


class ProduitIndisponible(RegleMetier):
    code = "produit_indisponible"
    titre = "Produit indisponible"


class ProduitIntrouvable(Introuvable):
    code = "produit_introuvable"
    titre = "Produit introuvable"
    detail = "Ce produit n'existe pas ou n'est plus proposé."


class AgeHorsLimites(RegleMetier):
    """Somebody whom the guarantees of the product would not cover."""

    code = "age_hors_limites"
    titre = "Âge hors des limites du produit"


class DateNaissanceRequise(DonneesInvalides):
    """The guarantees of the product have limits of age; `champs` names the field where the date is missing."""

    code = "date_naissance_requise"
    titre = "Date de naissance requise"

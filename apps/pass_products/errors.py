"""What a quote or a subscription may be refused for."""

from nsia_pass_api.errors import Introuvable, RegleMetier


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


class ReglageImpossible(RegleMetier):
    code = "reglage_impossible"
    titre = "Réglage impossible"

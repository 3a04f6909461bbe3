"""What a service of payments may refuse."""

from nsia_pass_api.errors import Conflit, RegleMetier


class TransitionPaiementRefusee(Conflit):
    code = "transition_paiement_refusee"
    titre = "Changement d'état du paiement impossible"


class TentativeOuverte(Conflit):
    code = "paiement_deja_en_cours"
    titre = "Paiement déjà en cours"


class PaiementImpossible(RegleMetier):
    code = "paiement_impossible"
    titre = "Paiement impossible"


class BaseDeProduction(RegleMetier):
    code = "base_de_production"
    titre = "Base de production"
    detail = (
        "Cette base est celle de la production : des données inventées n'y entrent pas. "
        "Si elle sert vraiment à des essais, réglez DONNEES_DE_TEST_AUTORISEES=1."
    )

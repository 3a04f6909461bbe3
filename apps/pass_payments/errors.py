"""What a service of payments may refuse."""

from nsia_pass_api.errors import Conflit, Introuvable, RegleMetier


class TransitionPaiementRefusee(Conflit):
    code = "transition_paiement_refusee"
    titre = "Changement d'état du paiement impossible"


class TentativeOuverte(Conflit):
    code = "paiement_deja_en_cours"
    titre = "Paiement déjà en cours"


class PayeurDejaSollicite(Conflit):
    code = "payeur_deja_sollicite"
    titre = "Téléphone déjà sollicité"
    detail = "Une demande de paiement attend déjà sur ce téléphone. Répondez-y, ou payez avec un autre numéro."


class PaiementImpossible(RegleMetier):
    code = "paiement_impossible"
    titre = "Paiement impossible"


class EncaissementADeux(RegleMetier):
    """The sum passes the ceiling of the desk, or all that the contract can owe: a second person decides."""

    code = "encaissement_a_deux"
    titre = "Seconde personne exigée"


class EncaissementDejaFait(Conflit):
    """The same money was recorded already: contract, day, amount, mode and slip are those of another payment."""

    code = "encaissement_deja_fait"
    titre = "Encaissement déjà enregistré"


class AnomalieDejaResolue(Conflit):
    code = "anomalie_deja_resolue"
    titre = "Anomalie déjà résolue"
    detail = "Quelqu'un a déjà résolu cette anomalie."


class EcartDejaResolu(Conflit):
    code = "ecart_deja_resolu"
    titre = "Écart déjà résolu"
    detail = "Cet écart est déjà résolu, par quelqu'un ou par un relevé plus récent."


class OperateurIndisponible(RegleMetier):
    code = "operateur_indisponible"
    titre = "Opérateur indisponible"


class PaiementIntrouvable(Introuvable):
    """One refusal for every payment that is not the caller's: another client's or unknown."""

    code = "paiement_introuvable"
    titre = "Paiement introuvable"
    detail = "Ce paiement n'existe pas ou n'est pas le vôtre."


class DecaissementDejaDemande(Conflit):
    code = "decaissement_deja_demande"
    titre = "Versement déjà demandé"
    detail = "Cet argent est déjà en route ou déjà arrivé."


class DecaissementDejaClos(Conflit):
    code = "decaissement_deja_clos"
    titre = "Versement déjà terminé"
    detail = "Ce versement est terminé, ou l'opérateur y travaille encore : il n'y a rien à clore."


class AbandonImpossible(RegleMetier):
    code = "abandon_impossible"
    titre = "Abandon impossible"

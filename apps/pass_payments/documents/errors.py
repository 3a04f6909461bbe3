"""What a document may be refused for."""

from nsia_pass_api.errors import Introuvable, RegleMetier, TropDEssais


class AttestationRefusee(RegleMetier):
    code = "attestation_refusee"
    titre = "Attestation indisponible"


class RecuIntrouvable(Introuvable):
    """One refusal for every number that has no receipt: unknown, another client's, not confirmed, refunded."""

    code = "recu_introuvable"
    titre = "Reçu introuvable"
    detail = "Aucun paiement confirmé ne porte ce numéro parmi les vôtres."


class TropDeDocuments(TropDEssais):
    code = "trop_de_documents"
    titre = "Trop de documents"
    detail = (
        "Ce contrat a déjà donné beaucoup de documents aujourd'hui. Reprenez ceux que vous avez, ou revenez demain."
    )

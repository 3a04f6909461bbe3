"""Refusals of the services of this app."""

from nsia_pass_api.errors import ErreurPass


class LivraisonImpossible(ErreurPass):
    code = "livraison_impossible"
    titre = "Livraison impossible"
    statut = 409
    detail = "Ce fait est déjà transmis, ou a été écarté. Rechargez la page."

"""Refusals of the services of this app."""

from nsia_pass_api.errors import Conflit, ErreurPass, RegleMetier


class LivraisonImpossible(ErreurPass):
    code = "livraison_impossible"
    titre = "Livraison impossible"
    statut = 409
    detail = "Ce fait est déjà transmis, ou a été écarté. Rechargez la page."


class CleDejaUtilisee(RegleMetier):
    code = "cle_idempotence_reutilisee"
    titre = "Clé déjà utilisée"
    detail = "Cette clé d'idempotence a déjà servi pour une autre demande. Prenez-en une nouvelle."


class RequeteEnCours(Conflit):
    code = "requete_en_cours"
    titre = "Demande déjà en cours"
    detail = "Cette demande est déjà en cours de traitement. Attendez un instant."


class ReglageImpossible(RegleMetier):
    code = "reglage_impossible"
    titre = "Réglage impossible"

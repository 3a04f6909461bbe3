"""Refusals of the services of this app."""

from nsia_pass_api.errors import AccesRefuse, Conflit, ErreurPass, RegleMetier


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


class PropositionImpossible(RegleMetier):
    code = "proposition_impossible"
    titre = "Proposition impossible"


class PropositionDejaDecidee(Conflit):
    code = "proposition_deja_decidee"
    titre = "Proposition déjà décidée"
    detail = "Cette proposition n'attend plus de décision."


class SecondePersonneExigee(RegleMetier):
    code = "seconde_personne_exigee"
    titre = "Seconde personne exigée"
    detail = "Une autre personne que celle qui a fait la demande doit décider."


class DroitAbsent(AccesRefuse):
    code = "droit_absent"
    titre = "Votre rôle ne le permet pas"
    detail = "Votre rôle ne permet pas cet acte. Demandez à votre responsable de le faire."


class PersonnesLiees(RegleMetier):
    """Who asks and who would decide hold each other's accounts, or a third holds both."""

    code = "personnes_liees"
    titre = "Seconde personne exigée"


class RetraitImpossible(RegleMetier):
    code = "retrait_impossible"
    titre = "Retrait impossible"
    detail = "Seule la personne qui a fait la demande peut la retirer."

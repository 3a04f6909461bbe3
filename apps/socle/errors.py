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


class FichierTropLourd(ErreurPass):
    code = "fichier_trop_lourd"
    titre = "Fichier trop lourd"
    statut = 413
    detail = (
        "Ce fichier dépasse 10 Mo. Reprenez la photo en qualité moyenne, ou envoyez le document en plusieurs parties."
    )


class TypeDeFichierRefuse(ErreurPass):
    code = "type_de_fichier_refuse"
    titre = "Type de fichier refusé"
    statut = 415
    detail = "Ce fichier n'est ni une photo (JPEG, PNG, WEBP, HEIC) ni un PDF. Prenez le document en photo."


class FichierIllisible(RegleMetier):
    code = "fichier_illisible"
    titre = "Fichier illisible"
    detail = "Ce fichier ne s'ouvre pas : il est vide, coupé ou abîmé. Envoyez-le à nouveau, ou reprenez la photo."


class ImageTropGrande(RegleMetier):
    code = "image_trop_grande"
    titre = "Image trop grande"
    detail = "Cette image dépasse 40 millions de points. Reprenez la photo en qualité moyenne."


class TropDeFichiers(RegleMetier):
    code = "trop_de_fichiers"
    titre = "Trop de fichiers"
    detail = "Ce dossier a déjà 20 fichiers. Demandez à un conseiller lequel peut être remplacé."


class LienPerime(AccesRefuse):
    code = "lien_perime"
    titre = "Lien périmé"
    detail = "Ce lien ne s'ouvre plus, ou pas pour vous. Revenez au dossier et ouvrez le fichier de là."

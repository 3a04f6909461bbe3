"""Refusals of the doors. Every wrong pair has one sentence: it tells neither which half is wrong nor what exists."""

from nsia_pass_api.errors import AccesRefuse, DonneesInvalides, NonAuthentifie, RegleMetier


class ConnexionRefusee(NonAuthentifie):
    code = "connexion_refusee"
    titre = "Connexion refusée"
    detail = "Le numéro de police et le téléphone ne correspondent pas. Vérifiez-les, ou demandez de l'aide à un agent."


class ConnexionAgentRefusee(NonAuthentifie):
    code = "connexion_refusee"
    titre = "Connexion refusée"
    detail = "L'adresse e-mail ou le mot de passe est incorrect, ou ce compte ne peut pas se connecter."


class JetonInvalide(NonAuthentifie):
    code = "jeton_invalide"
    titre = "Jeton refusé"
    detail = "Votre accès n'est plus valable. Identifiez-vous à nouveau."


class SessionTerminee(NonAuthentifie):
    code = "session_terminee"
    titre = "Session terminée"
    detail = "Votre session est terminée. Identifiez-vous à nouveau."


class BorneInconnue(NonAuthentifie):
    code = "borne_inconnue"
    titre = "Borne non reconnue"
    detail = "Cette borne n'est pas reconnue. Prévenez un agent."


class BorneDesactivee(NonAuthentifie):
    code = "borne_desactivee"
    titre = "Borne désactivée"
    detail = "Cette borne est hors service. Adressez-vous à un agent."


class CodeDeBorneInvalide(DonneesInvalides):
    code = "code_de_borne_invalide"
    titre = "Code de borne invalide"
    detail = "Un code de borne a 2 à 20 lettres, chiffres et tirets, sans accent. Exemple : BZV-CENTRE-01."


class BorneExistante(RegleMetier):
    code = "borne_existante"
    titre = "Borne déjà enregistrée"


class BorneAbsente(RegleMetier):
    code = "borne_absente"
    titre = "Borne absente"


class AgentExistant(RegleMetier):
    code = "agent_existant"
    titre = "Agent déjà enregistré"


class CompteProtege(AccesRefuse):
    code = "compte_protege"
    titre = "Compte protégé"
    detail = "Ce compte a tous les droits : seule une personne qui les a aussi peut le modifier."

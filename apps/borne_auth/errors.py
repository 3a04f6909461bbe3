"""Refusals of the doors. Every wrong pair has one sentence: it tells neither which half is wrong nor what exists."""

from apps.pass_clients.models import Contrat
from nsia_pass_api.errors import (
    AccesRefuse,
    Conflit,
    DonneesInvalides,
    Introuvable,
    NonAuthentifie,
    RegleMetier,
    ServiceIndisponible,
)


class ConnexionRefusee(NonAuthentifie):
    code = "connexion_refusee"
    titre = "Connexion refusée"
    detail = "Le numéro de police et le téléphone ne correspondent pas. Vérifiez-les, ou demandez de l'aide à un agent."


class PreuveExigee(AccesRefuse):
    """The pair is right; a code must still come back from the phone (`sans_session`)."""

    code = "preuve_exigee"
    titre = "Code requis"
    detail = "Un code envoyé par SMS au téléphone du client ouvre ce contrat."

    def __init__(self, contrat: Contrat) -> None:
        super().__init__()
        self.contrat = contrat


class ConnexionAgentRefusee(NonAuthentifie):
    code = "connexion_refusee"
    titre = "Connexion refusée"
    detail = "L'adresse e-mail ou le mot de passe est incorrect, ou ce compte ne peut pas se connecter."


class CodeRequis(NonAuthentifie):
    code = "code_requis"
    titre = "Code requis"
    detail = "Donnez aussi le code à six chiffres de votre téléphone, ou un code de secours."


class CodeErrone(NonAuthentifie):
    code = "code_errone"
    titre = "Code refusé"
    detail = "Ce code est faux, périmé ou déjà utilisé. Attendez le suivant et vérifiez l'heure de votre téléphone."


class SecondFacteurAbsent(AccesRefuse):
    code = "second_facteur_absent"
    titre = "Second facteur absent"
    detail = "Un second facteur est obligatoire. Connectez-vous d'abord au back-office pour activer le vôtre."


class FacteurAbsent(RegleMetier):
    code = "facteur_absent"
    titre = "Aucun second facteur"
    detail = "Cette personne n'a pas de second facteur à réinitialiser."


class FacteurRemplace(Conflit):
    code = "facteur_remplace"
    titre = "Second facteur déjà modifié"
    detail = "Votre second facteur vient d'être modifié ailleurs. Rouvrez cette page et recommencez."


class CoffreFerme(ServiceIndisponible):
    code = "coffre_ferme"
    titre = "Second facteur illisible"
    detail = (
        "Votre second facteur ne peut pas être vérifié. Prévenez un administrateur, ou utilisez un code de secours."
    )


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


class MaintenanceImpossible(RegleMetier):
    code = "maintenance_impossible"
    titre = "Maintenance impossible"
    detail = "Cette borne est désactivée : réactivez-la d'abord, puis demandez un code."


class CodeMaintenanceRefuse(RegleMetier):
    """One refusal for every code that opens nothing: wrong, out of date, used, replaced, or of another kiosk."""

    code = "code_maintenance_refuse"
    titre = "Code refusé"
    detail = "Ce code n'ouvre pas cette borne. Vérifiez-le, ou demandez-en un autre au back-office."


class SmsIndisponible(ServiceIndisponible):
    code = "sms_indisponible"
    titre = "SMS indisponibles"
    detail = "Les SMS ne peuvent pas partir en ce moment. Adressez-vous à un agent."


class DemandeIntrouvable(Introuvable):
    """One refusal for every demand that this session, or this kiosk, did not make: another's or unknown."""

    code = "demande_introuvable"
    titre = "Demande introuvable"
    detail = "Cette demande n'existe pas, ou n'a pas été faite ici. Recommencez."


class DemandeTerminee(Conflit):
    code = "demande_terminee"
    titre = "Demande terminée"
    detail = "Cette demande n'attend plus de code. Relisez la situation et, s'il le faut, recommencez."


class CodeIncorrect(RegleMetier):
    code = "code_incorrect"
    titre = "Code incorrect"


class CodeEpuise(RegleMetier):
    code = "code_epuise"
    titre = "Trop d'essais"
    detail = "Ce code a été mal tapé trop de fois : il ne vaut plus rien. Recommencez pour en recevoir un autre."


class CodeExpire(RegleMetier):
    code = "code_expire"
    titre = "Code expiré"
    detail = "Ce code n'est plus valable. Recommencez pour en recevoir un autre."


class AgentExistant(RegleMetier):
    code = "agent_existant"
    titre = "Agent déjà enregistré"


class CompteProtege(AccesRefuse):
    code = "compte_protege"
    titre = "Compte protégé"
    detail = "Ce compte a tous les droits : seule une personne qui les a aussi peut le modifier."


class AgentAbsent(RegleMetier):
    code = "agent_absent"
    titre = "Personne inconnue"


class CompteADeux(RegleMetier):
    """Giving an account that decides, or its keys, takes two people."""

    code = "compte_a_deux"
    titre = "Seconde personne exigée"
    detail = (
        "Un compte qui décide des propositions se donne à deux. Proposez-le depuis la page de cette personne, au back-office : "
        "un autre collègue qui décide devra l'approuver."
    )

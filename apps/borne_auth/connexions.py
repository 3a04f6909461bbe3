"""Members of staff sign in: a password, then a code when they have a second factor. Back office and API ask the same functions.

Unknown account, wrong password and closed account cost the same and answer the same; the log alone tells them apart.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings

from apps.borne_auth import attempts, second_facteur, selectors
from apps.borne_auth.attempts import reseau_de
from apps.borne_auth.errors import CodeRequis, ConnexionAgentRefusee, SecondFacteurAbsent
from apps.borne_auth.journal import Origine, noter, noter_blocage
from apps.borne_auth.models import (
    Agent,
    MotifConnexion,
    MoyenConnexion,
    ResultatConnexion,
    cle_du_facteur,
)
from apps.borne_auth.tokens import JetonAgent
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import TropDEssais

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AgentConnecte:
    agent: Agent
    acces: str
    expire_le: datetime


def verifier_mot_de_passe(*, email: str, mot_de_passe: str, origine: Origine) -> Agent:
    """The member of staff who may sign in with these; a code may still be needed. Raises ConnexionAgentRefusee, TropDEssais."""
    le = maintenant()
    email = email.strip().lower()
    connue = selectors.reseau_connu(email=email, reseau=reseau_de(origine.adresse), le=le)
    budgets = attempts.budgets_agent(
        email=email,
        adresse=origine.adresse,
        le=le,
        appareil=origine.appareil_de(email),
        adresse_connue=connue,
    )
    try:
        agent = attempts.tenter(
            budgets=budgets,
            evaluer=lambda: selectors.agent_par_mot_de_passe(email=email, mot_de_passe=mot_de_passe),
            le=le,
        )
    except TropDEssais:
        nomme = selectors.agent_de_l_email(email)
        noter_blocage(email=email, agent=nomme, moyen=MoyenConnexion.MOT_DE_PASSE, origine=origine, le=le)
        raise
    if agent is None:
        nomme = selectors.agent_de_l_email(email)
        noter(
            email=email,
            agent=nomme,
            moyen=MoyenConnexion.MOT_DE_PASSE,
            resultat=ResultatConnexion.REFUSEE,
            motif=_motif(nomme),
            origine=origine,
        )
        logger.warning("connexion_agent_refusee")
        raise ConnexionAgentRefusee
    return agent


def attendre_le_code(*, agent: Agent, origine: Origine) -> None:
    """The log tells that the password was right, and that a code is awaited."""
    noter(
        email=agent.email,
        agent=agent,
        moyen=MoyenConnexion.MOT_DE_PASSE,
        resultat=ResultatConnexion.ETAPE,
        origine=origine,
    )


def entrer(*, agent: Agent, moyen: MoyenConnexion, origine: Origine) -> None:
    """The log tells that the agent is in."""
    noter(email=agent.email, agent=agent, moyen=moyen, resultat=ResultatConnexion.REUSSIE, origine=origine)
    logger.info("agent_connecte", agent=agent.pk, moyen=moyen.value)


def connecter_agent(*, email: str, mot_de_passe: str, code: str, origine: Origine) -> AgentConnecte:
    """The agent has a token of settings.JETON_AGENT_DUREE, that tells which second factor was shown.

    Raises ConnexionAgentRefusee for every wrong pair, CodeRequis, CodeErrone, SecondFacteurAbsent where it is obligatory,
    TropDEssais.
    """
    agent = verifier_mot_de_passe(email=email, mot_de_passe=mot_de_passe, origine=origine)
    facteur = cle_du_facteur(agent)
    moyen = MoyenConnexion.MOT_DE_PASSE
    if facteur:
        if not second_facteur.normaliser(code):
            attendre_le_code(agent=agent, origine=origine)
            raise CodeRequis
        moyen = second_facteur.verifier(agent=agent, code=code, origine=origine)
    elif settings.DEUXIEME_FACTEUR_OBLIGATOIRE:
        noter(
            email=agent.email,
            agent=agent,
            moyen=moyen,
            resultat=ResultatConnexion.REFUSEE,
            motif=MotifConnexion.SANS_FACTEUR,
            origine=origine,
        )
        raise SecondFacteurAbsent
    entrer(agent=agent, moyen=moyen, origine=origine)
    Agent.objects.filter(pk=agent.pk).update(last_login=maintenant())
    expire_le = maintenant() + settings.JETON_AGENT_DUREE
    jeton = JetonAgent.emettre(fin=expire_le, agent=str(agent.pk), facteur=facteur)
    return AgentConnecte(agent=agent, acces=str(jeton), expire_le=expire_le)


def _motif(nomme: Agent | None) -> MotifConnexion:
    if nomme is None:
        return MotifConnexion.INCONNU
    return MotifConnexion.MOT_DE_PASSE if selectors.peut_entrer(nomme) else MotifConnexion.COMPTE_FERME

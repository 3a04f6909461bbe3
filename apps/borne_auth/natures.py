"""Kinds of proposals on accounts that decide: whoever holds such an account alone would be two people."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser

from apps.borne_auth import equipe, second_facteur
from apps.borne_auth.droits import est_decideur, roles_decideurs
from apps.borne_auth.errors import FacteurAbsent
from apps.borne_auth.independance import auteurs_recents
from apps.borne_auth.journal import Origine
from apps.borne_auth.models import Agent, CanalConnexion, FacteurAgent, RoleAgent, cle_du_facteur
from apps.socle.errors import PropositionImpossible
from apps.socle.models import Proposition
from apps.socle.natures import Demande, Nature, proposable
from nsia_pass_api.telephones import afficher

Champs = Mapping[str, tuple[str, Callable[[Any], str]]]


def _role(valeur: str) -> str:
    return str(RoleAgent(valeur).label)


class _SurUnCompte(Nature[Agent]):
    """`cle` is `compte:<agent>`: what the database looks for (sql/compte_a_deux, sql/personnes_liees)."""

    droit_proposer = "borne_auth.change_agent"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {
        "agent": ("Compte", str),
        "email": ("Adresse e-mail", str),
        "telephone": ("Téléphone", afficher),
        "touche": ("Compte créé ou modifié récemment par", str),
        "role": ("Rôle", _role),
        "mot_de_passe": ("Mot de passe", str),
        "facteur": ("Second facteur", str),
    }
    essentiel = ("agent", "role", "mot_de_passe", "facteur")

    def objet(self, proposition: Proposition) -> Agent:
        return Agent.objects.get(pk=proposition.cle.partition(":")[2])

    def tenir(self, objet: Agent) -> Agent:
        return Agent.objects.select_for_update(of=("self",)).get(pk=objet.pk)

    def situation(self, objet: Agent) -> Mapping[str, Any]:
        return {
            "agent": str(objet),
            "email": objet.email,
            "telephone": objet.telephone,
            "touche": " ; ".join(auteurs_recents(objet.pk)),
            "role": objet.role or "",
        }

    def _demande(self, objet: Agent, **apres: str) -> Demande:
        avant = self.situation(objet)
        return Demande(cle=f"compte:{objet.pk}", client_id=None, avant=avant, apres={**avant, **apres})


@proposable("role_agent")
class RoleQuiDecide(_SurUnCompte):
    libelle = "Donner un rôle qui décide"

    def demander(self, objet: Agent, **saisie: Any) -> Demande:
        role = saisie["role"]
        if role not in roles_decideurs():
            raise PropositionImpossible("Ce rôle ne décide de rien : donnez-le sur la page de la personne.")
        if objet.is_superuser or role == objet.role:
            raise PropositionImpossible("Cette personne a déjà ce rôle.")
        return self._demande(objet, role=role)

    def executer(self, objet: Agent, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime) -> None:
        equipe.donner_role(agent=objet, role=proposition.apres["role"])

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : le rôle est donné."


@proposable("mot_de_passe_agent")
class MotDePassePerdu(_SurUnCompte):
    """Neither of the two learns the new password: it goes to the telephone of its owner."""

    libelle = "Donner un mot de passe à qui décide"

    def demander(self, objet: Agent, **saisie: Any) -> Demande:
        if not est_decideur(objet):
            raise PropositionImpossible("Ce compte ne décide de rien : changez son mot de passe sur sa page.")
        if not objet.telephone:
            raise PropositionImpossible("Inscrivez d'abord son téléphone : son mot de passe y arrivera par SMS.")
        return self._demande(objet, mot_de_passe="Un nouveau, envoyé par SMS à cette personne")

    def situation(self, objet: Agent) -> Mapping[str, Any]:
        return {**super().situation(objet), "mot_de_passe": "Le sien"}

    def executer(self, objet: Agent, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime) -> None:
        equipe.envoyer_mot_de_passe(agent=objet, objet=f"proposition:{proposition.pk}", quand=quand)

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : un nouveau mot de passe part par SMS à cette personne."


@proposable("facteur_agent")
class FacteurPerdu(_SurUnCompte):
    libelle = "Réinitialiser le second facteur de qui décide"

    def demander(self, objet: Agent, **saisie: Any) -> Demande:
        if not est_decideur(objet):
            raise PropositionImpossible("Ce compte ne décide de rien : réinitialisez son second facteur sur sa page.")
        if not cle_du_facteur(objet):
            raise FacteurAbsent
        return self._demande(objet, facteur="Réinitialisé")

    def situation(self, objet: Agent) -> Mapping[str, Any]:
        actif = FacteurAgent.objects.filter(agent=objet).exists()
        return {**super().situation(objet), "facteur": "Actif" if actif else "Absent"}

    def executer(self, objet: Agent, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime) -> None:
        second_facteur.retirer(
            agent=objet,
            par=decideur if isinstance(decideur, Agent) else None,
            motif=proposition.motif,
            origine=Origine(CanalConnexion.BACK_OFFICE),
        )

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : cette personne devra activer un nouveau téléphone. Ses sessions sont fermées."

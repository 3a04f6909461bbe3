"""Every write on members of staff and on what their roles may do."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.borne_auth.droits import est_decideur, permissions_du_role, roles_decideurs
from apps.borne_auth.errors import AgentExistant, CompteADeux, CompteProtege
from apps.borne_auth.models import Agent, RoleAgent
from apps.socle.services.messages import annoncer_code
from nsia_pass_api.constraints import violee
from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.telephones import normaliser

logger = structlog.get_logger(__name__)

# Without letters and digits that look alike: sixteen of them are 78 bits.
_LETTRES = "abcdefghjkmnpqrstuvwxyz23456789"
_DEJA_PRIS = {
    "agents_email_unique": ("email", "Un agent a déjà cette adresse e-mail."),
    "agents_matricule_unique": ("matricule", "Un agent a déjà ce matricule."),
}


@transaction.atomic
def accorder_roles(*, base: str = "default") -> int:
    """The group of each role exists and has the permissions of the table, no more and no less; returns how many changed.

    A permission that no migration has written yet waits for the next run.
    """
    Group.objects.using(base).bulk_create((Group(name=role) for role in RoleAgent), ignore_conflicts=True)
    groupes = {groupe.name: groupe.pk for groupe in Group.objects.using(base).filter(name__in=RoleAgent.values)}
    cles = {
        f"{app}.{code}": cle
        for cle, app, code in Permission.objects.using(base).values_list("pk", "content_type__app_label", "codename")
    }
    voulues = {(groupes[role], cles[nom]) for role in RoleAgent for nom in permissions_du_role(role) if nom in cles}
    accords = Group.permissions.through.objects.using(base)
    accordees = set(accords.filter(group__in=groupes.values()).values_list("group_id", "permission_id"))
    for groupe, permission in accordees - voulues:
        accords.filter(group=groupe, permission=permission).delete()
    accords.bulk_create(
        (accords.model(group_id=groupe, permission_id=permission) for groupe, permission in voulues - accordees),
        ignore_conflicts=True,
    )
    return len(voulues ^ accordees)


@transaction.atomic
def creer_agent(*, acteur: Agent, mot_de_passe: str = "", role: str = "", **champs: Any) -> Agent:
    """A new member of staff exists, by `acteur`; without a password nobody can sign in as her.

    Raises AgentExistant, DonneesInvalides for impossible fields or a weak password, CompteADeux for a role that decides, which
    two people give afterwards (`natures.RoleQuiDecide`), CompteProtege for all rights.
    """
    if role in roles_decideurs():
        raise CompteADeux("Ce rôle décide : enregistrez la personne sans rôle, puis proposez-le depuis sa page.")
    _refuser_tous_les_droits(champs)
    agent = Agent(is_staff=True)
    return _ecrire(agent, acteur=acteur, mot_de_passe=mot_de_passe, role=role, champs=champs)


@transaction.atomic
def modifier_agent(
    *, acteur: Agent, agent: Agent, mot_de_passe: str = "", role: str | None = None, **champs: Any
) -> Agent:
    """The agent holds `champs`, and the role if one is given (empty: none); the rest stays.

    Raises as `creer_agent`, and CompteProtege: nobody changes their own role, and who has all rights is changed only by such.
    Raises CompteADeux for a role that decides, and for the password of somebody else who decides.
    """
    _refuser_tous_les_droits(champs)
    actuel = Agent.objects.select_for_update().get(pk=agent.pk)
    if actuel.is_superuser and not acteur.is_superuser:
        raise CompteProtege
    if role is not None and actuel.pk == acteur.pk and role != (actuel.role or ""):
        raise CompteProtege("Vous ne pouvez pas changer votre propre rôle. Demandez-le à une autre personne.")
    if role in roles_decideurs() and role != actuel.role:
        raise CompteADeux
    if mot_de_passe and actuel.pk != acteur.pk and est_decideur(actuel):
        raise CompteADeux
    return _ecrire(actuel, acteur=acteur, mot_de_passe=mot_de_passe, role=role, champs=champs)


def _refuser_tous_les_droits(champs: dict[str, Any]) -> None:
    if "is_superuser" in champs:
        raise CompteProtege("Tous les droits se donnent et se retirent par une commande du serveur (createsuperuser).")


@transaction.atomic
def donner_role(*, agent: Agent, role: str) -> None:
    """The agent has the role, and no other. Called for what two people decided, or by a command on the server.

    The database refuses a role that decides to whoever serves requests, but in the transaction of that decision.
    """
    agent.groups.set(Group.objects.filter(name=role))
    agent.__dict__.pop("role", None)
    logger.info("role_donne", agent=agent.pk, role=role)


@transaction.atomic
def envoyer_mot_de_passe(*, agent: Agent, objet: str, quand: datetime) -> None:
    """The agent has a new password, told to the agent's telephone alone; sessions end. Called for what two people decided."""
    mot_de_passe = "-".join("".join(secrets.choice(_LETTRES) for _ in range(4)) for _ in range(4))
    agent.set_password(mot_de_passe)
    agent.save(update_fields=["password"])
    annoncer_code(
        objet=objet,
        telephone=agent.telephone,
        texte=f"NSIA PASS : votre mot de passe provisoire est {mot_de_passe}. Changez-le dès que vous êtes entré.",
        quand=quand,
    )
    logger.info("mot_de_passe_envoye", agent=agent.pk)


@transaction.atomic
def reprendre_agents(fiches: Sequence[dict[str, Any]]) -> None:
    """Members of staff of a former register: known by their phone, suspended, without role nor password, e-mail to be given."""
    Agent.objects.bulk_create(
        Agent(
            **fiche,
            email=f"reprise-{fiche['telephone'][4:]}@a-completer.invalid",
            matricule=f"REPRISE-{fiche['telephone'][4:]}",
            password=make_password(None),
            statut=Agent.Statut.SUSPENDU,
            is_active=False,
            is_staff=True,
        )
        for fiche in fiches
    )
    logger.info("agents_repris", nombre=len(fiches))


def _ecrire(agent: Agent, *, acteur: Agent, mot_de_passe: str, role: str | None, champs: dict[str, Any]) -> Agent:
    for champ, valeur in champs.items():
        setattr(agent, champ, normaliser(valeur) if champ == "telephone" and valeur else valeur)
    agent.email = agent.email.strip().lower()
    nouveau = agent.pk is None
    try:
        if mot_de_passe:
            validate_password(mot_de_passe, agent)
            agent.set_password(mot_de_passe)
        elif nouveau:
            agent.set_unusable_password()
        agent.clean_fields(exclude={"password"})
    except ValidationError as error:
        raise DonneesInvalides(champs=_champs(error)) from error
    try:
        with transaction.atomic():
            agent.save()
    except IntegrityError as error:
        if violee(error) not in _DEJA_PRIS:
            raise
        champ, phrase = _DEJA_PRIS[violee(error)]
        raise AgentExistant(phrase, champs={champ: [phrase]}) from error
    if role is not None:
        agent.groups.set(Group.objects.filter(name=role) if role else [])
        agent.__dict__.pop("role", None)
    logger.info("agent_cree" if nouveau else "agent_modifie", agent=agent.pk, acteur=acteur.pk)
    return agent


def _champs(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}

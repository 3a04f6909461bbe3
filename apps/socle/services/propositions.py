"""Acts that one person proposes and another decides: one mechanism for all kinds (`natures`).

Lock order: what the kind holds of its object (client, subscription, payment, …), then its proposals.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import IntegrityError, transaction

from apps.socle.errors import (
    DroitAbsent,
    PersonnesLiees,
    PropositionDejaDecidee,
    PropositionImpossible,
    RetraitImpossible,
    SecondePersonneExigee,
)
from apps.socle.models import Proposition, StatutProposition
from apps.socle.natures import independance
from apps.socle.natures import nature as la_nature
from apps.socle.reglages import reglage
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import maintenant
from nsia_pass_api.transactions import transaction_entiere


@transaction_entiere
def proposer(
    *,
    nature: str,
    objet: Any,
    motif: str,
    demandeur: AbstractBaseUser,
    quand: datetime | None = None,
    **saisie: Any,
) -> Proposition:
    """The act `nature` on `objet`, as `saisie` asks it, waits for a second person until settings.PROPOSITION_VALIDITE.

    Raises DroitAbsent, PropositionImpossible, or as the kind when it makes no sense.
    """
    quand = quand or maintenant()
    genre = la_nature(nature)
    if not _a_le_droit(demandeur, genre.droit_proposer):
        raise DroitAbsent
    demande = genre.demander(genre.tenir(objet), **saisie)
    if not motif.strip():
        raise PropositionImpossible("Dites pourquoi : la seconde personne en a besoin pour décider.")
    _perimer(quand=quand, cle=demande.cle)
    try:
        with transaction.atomic():
            return Proposition.objects.create(
                nature=nature,
                cle=demande.cle,
                client_id=demande.client_id,
                paiement_id=demande.paiement_id,
                avant=dict(demande.avant),
                apres=dict(demande.apres),
                motif=motif.strip(),
                demandeur_id=demandeur.pk,
                demandee_le=quand,
                expire_le=quand + settings.PROPOSITION_VALIDITE,
            )
    except IntegrityError as error:
        if violee(error) != "propositions_une_ouverte":
            raise
        raise PropositionImpossible("Une proposition attend déjà une décision à ce sujet.") from error


@transaction_entiere
def approuver(
    *,
    proposition: Proposition,
    decideur: AbstractBaseUser,
    commentaire: str = "",
    quand: datetime | None = None,
) -> Proposition:
    """What was proposed is done, as it was read, by the decision of another person.

    Raises as `_exiger_une_autre_personne`, PropositionDejaDecidee (also when it is out of date), PropositionImpossible when
    the object is no longer what the maker saw, and as the act itself; the proposal then still waits.
    """
    quand = quand or maintenant()
    genre = la_nature(proposition.nature)
    _exiger_une_autre_personne(proposition, decideur)
    objet = genre.tenir(genre.objet(proposition))
    decidee = _decider(proposition, StatutProposition.APPROUVEE, decideur, commentaire, quand)
    if dict(genre.situation(objet)) != decidee.avant:
        raise PropositionImpossible(
            "La situation a changé depuis la demande : ce n'est plus ce que vous lisez. Refusez, et faites proposer à nouveau."
        )
    genre.executer(objet, decidee, decideur=decideur, quand=quand)
    return decidee


@transaction.atomic
def refuser(
    *, proposition: Proposition, decideur: AbstractBaseUser, commentaire: str, quand: datetime | None = None
) -> Proposition:
    """Nothing is done; the words of another person say why. Raises as `approuver`, but for the act."""
    _exiger_une_autre_personne(proposition, decideur)
    return _decider(proposition, StatutProposition.REFUSEE, decideur, commentaire, quand or maintenant())


@transaction.atomic
def retirer(*, proposition: Proposition, demandeur: AbstractBaseUser, quand: datetime | None = None) -> Proposition:
    """Who asked no longer does: nothing is done. Raises RetraitImpossible for anybody else, PropositionDejaDecidee."""
    if proposition.demandeur_id != demandeur.pk:
        raise RetraitImpossible
    return _decider(proposition, StatutProposition.RETIREE, None, "", quand or maintenant())


def _a_le_droit(agent: AbstractBaseUser, droit: str) -> bool:
    return isinstance(agent, PermissionsMixin) and agent.has_perm(droit)


def _exiger_une_autre_personne(proposition: Proposition, decideur: AbstractBaseUser) -> None:
    """Raises SecondePersonneExigee for who asks, DroitAbsent, PersonnesLiees when one holds the account of the other.

    The database refuses what is not two people as well, also when an account changes hands meanwhile.
    """
    if proposition.demandeur_id == decideur.pk:
        raise SecondePersonneExigee
    droit = la_nature(proposition.nature).droit_decider
    if not _a_le_droit(decideur, droit):
        raise DroitAbsent
    if proposition.demandeur_id not in independance().liees(decideur.pk):
        return
    noms = independance().peuvent_decider(demandeur_id=proposition.demandeur_id, droit=droit)
    qui = (
        f"Peuvent décider : {', '.join(noms)}."
        if noms
        else "Demandez à l'administrateur du serveur d'ouvrir un compte."
    )
    raise PersonnesLiees(
        "Cette demande doit être décidée par quelqu'un de plus indépendant : votre compte et celui de la personne qui demande "
        f"ont été créés ou modifiés l'un par l'autre, ou par le même collègue, ces {reglage('DEUX_PERSONNES_JOURS')} derniers "
        f"jours. {qui}"
    )


def _decider(
    proposition: Proposition, statut: str, decideur: AbstractBaseUser | None, commentaire: str, quand: datetime
) -> Proposition:
    """The first to come decides: the others find no row that waits. Raises PropositionDejaDecidee."""
    decidees = Proposition.objects.filter(
        pk=proposition.pk, statut=StatutProposition.PROPOSEE, expire_le__gt=quand
    ).update(
        statut=statut,
        decideur_id=decideur.pk if decideur else None,
        decidee_le=quand,
        commentaire=commentaire.strip(),
    )
    if not decidees:
        raise PropositionDejaDecidee
    return Proposition.objects.select_related("paiement").get(pk=proposition.pk)


def attend_une_decision(proposition: Proposition) -> bool:
    return proposition.statut == StatutProposition.PROPOSEE and proposition.expire_le > maintenant()


def peut_decider(proposition: Proposition, agent: AbstractBaseUser) -> bool:
    """Whether the table of rights lets `agent` decide of this kind, and the agent is another person than who asks."""
    droit = la_nature(proposition.nature).droit_decider
    return _a_le_droit(agent, droit) and proposition.demandeur_id not in independance().liees(agent.pk)


def perimer(*, quand: datetime) -> int:
    """Proposals that nobody decided in time are closed. Returns how many."""
    return _perimer(quand=quand)


def _perimer(*, quand: datetime, **criteres: Any) -> int:
    return Proposition.objects.filter(statut=StatutProposition.PROPOSEE, expire_le__lte=quand, **criteres).update(
        statut=StatutProposition.PERIMEE, decidee_le=quand
    )

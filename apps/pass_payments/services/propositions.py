"""Acts on money that one person proposes and another decides: refunds, cancellations of what was paid at an agency.

Lock order: subscription, payment, then its proposals.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments.errors import (
    PropositionDejaDecidee,
    PropositionImpossible,
    SecondePersonneExigee,
)
from apps.pass_payments.models import (
    EvenementPaiement,
    NatureProposition,
    PaiementPass,
    PropositionPaiement,
    StatutPaiement,
    StatutProposition,
)
from apps.pass_payments.operateurs import est_en_ligne
from apps.pass_payments.services.decaissements import demander_remboursement
from apps.pass_payments.services.paiements import changer_statut_paiement
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import maintenant


def nature_possible(paiement: PaiementPass) -> NatureProposition:
    """What may be proposed for the payment: its refund by the operator, or the cancellation of an agency's receipt."""
    return NatureProposition.REMBOURSEMENT if est_en_ligne(paiement.operateur) else NatureProposition.ANNULATION


@transaction.atomic
def proposer(
    *, paiement: PaiementPass, motif: str, demandeur: AbstractBaseUser, quand: datetime | None = None
) -> PropositionPaiement:
    """The refund or cancellation of a confirmed payment waits for a second person. Raises PropositionImpossible."""
    actuel = _tenir(paiement)
    if actuel.statut != StatutPaiement.SUCCES:
        raise PropositionImpossible("Seul un paiement confirmé peut être remboursé ou annulé.")
    if not motif.strip():
        raise PropositionImpossible("Dites pourquoi : la seconde personne en a besoin pour décider.")
    quand = quand or maintenant()
    try:
        with transaction.atomic():
            return PropositionPaiement.objects.create(
                nature=nature_possible(actuel),
                paiement=actuel,
                motif=motif.strip(),
                demandeur_id=demandeur.pk,
                demandee_le=quand,
                expire_le=quand + settings.PROPOSITION_VALIDITE,
            )
    except IntegrityError as error:
        if violee(error) != "propositions_une_ouverte":
            raise
        raise PropositionImpossible("Une proposition attend déjà une décision pour ce paiement.") from error


@transaction.atomic
def approuver(
    *,
    proposition: PropositionPaiement,
    decideur: AbstractBaseUser,
    commentaire: str = "",
    quand: datetime | None = None,
) -> PropositionPaiement:
    """What was proposed is done by the decision of another person: the refund is on its way, or the receipt is cancelled.

    Raises SecondePersonneExigee, PropositionDejaDecidee (also when it is out of date), and as the act itself.
    """
    quand = quand or maintenant()
    decidee = _decider(proposition, StatutProposition.APPROUVEE, decideur, commentaire, quand)
    if decidee.nature == NatureProposition.REMBOURSEMENT:
        demander_remboursement(paiement=decidee.paiement, quand=quand)
    else:
        changer_statut_paiement(
            paiement=decidee.paiement,
            vers=StatutPaiement.REMBOURSE,
            evenement=EvenementPaiement.Type.REMBOURSEMENT,
            donnees={"proposition": decidee.pk},
            acteur=decideur,
            quand=quand,
        )
    return decidee


@transaction.atomic
def refuser(
    *, proposition: PropositionPaiement, decideur: AbstractBaseUser, commentaire: str, quand: datetime | None = None
) -> PropositionPaiement:
    """Nothing is done; the words of another person say why. Raises as `approuver`."""
    return _decider(proposition, StatutProposition.REFUSEE, decideur, commentaire, quand or maintenant())


def _decider(
    proposition: PropositionPaiement, statut: str, decideur: AbstractBaseUser, commentaire: str, quand: datetime
) -> PropositionPaiement:
    if proposition.demandeur_id == decideur.pk:
        raise SecondePersonneExigee
    _tenir(proposition.paiement)
    decidees = PropositionPaiement.objects.filter(
        pk=proposition.pk, statut=StatutProposition.PROPOSEE, expire_le__gt=quand
    ).update(statut=statut, decideur=decideur.pk, decidee_le=quand, commentaire=commentaire)
    if not decidees:
        raise PropositionDejaDecidee
    return PropositionPaiement.objects.select_related("paiement").get(pk=proposition.pk)


def _tenir(paiement: PaiementPass) -> PaiementPass:
    """The payment as it is now, held with its subscription until the transaction ends."""
    SouscriptionPass.objects.select_for_update(no_key=True).get(pk=paiement.souscription_id)
    return PaiementPass.objects.select_for_update(no_key=True).get(pk=paiement.pk)


def perimer(*, quand: datetime) -> int:
    """Proposals that nobody decided in time are closed. Returns how many."""
    return PropositionPaiement.objects.filter(statut=StatutProposition.PROPOSEE, expire_le__lte=quand).update(
        statut=StatutProposition.PERIMEE, decidee_le=quand
    )

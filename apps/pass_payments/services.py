"""Every write on payments: a payment and its journal move together, here only."""

import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.services import verrouiller
from apps.pass_payments.errors import PaiementImpossible, TentativeOuverte, TransitionPaiementRefusee
from apps.pass_payments.models import TRANSITIONS, EvenementPaiement, PaiementPass, StatutPaiement
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import maintenant

# Read aloud and typed back: no 0/O, 1/I.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@transaction.atomic
def enregistrer_demande(
    *,
    souscription: SouscriptionPass,
    montant: int,
    type_paiement: str,
    operateur: str,
    numero_payeur: str = "",
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
) -> PaiementPass:
    """A payment of `montant` XAF is asked for (`initie`), with the first row of its journal.

    Holds the subscription, so that `cycle_de_vie` never cancels it beside. Raises PaiementImpossible when it is cancelled,
    TentativeOuverte while another attempt of this type is open for it.
    """
    quand = quand or maintenant()
    if verrouiller(souscription).statut == StatutSouscription.ANNULEE:
        raise PaiementImpossible(
            "Cette souscription a été annulée : elle ne peut plus être payée. Souscrivez à nouveau."
        )
    paiement = PaiementPass(
        souscription=souscription,
        montant=montant,
        type_paiement=type_paiement,
        operateur=operateur,
        mode_paiement=PaiementPass.Operateur(operateur).label,
        numero_payeur=numero_payeur,
        date_demande=quand,
    )
    while not _inserer(paiement, numero=_numero_transaction(quand)):
        pass
    _consigner(paiement, EvenementPaiement.Type.DEMANDE, acteur=acteur, quand=quand)
    return paiement


def _numero_transaction(quand: datetime) -> str:
    """A number such as `PAY-20261121-7F3K9Q`, drawn at random so that nobody can count or guess payments."""
    return f"PAY-{timezone.localdate(quand):%Y%m%d}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"


def _inserer(paiement: PaiementPass, *, numero: str) -> bool:
    """The payment is written as `numero`; False when that number is taken, which the unique constraint tells."""
    paiement.numero_transaction = numero
    try:
        with transaction.atomic():
            paiement.save(force_insert=True)
    except IntegrityError as error:
        if violee(error) == "paiements_numero_unique":
            return False
        if violee(error) == "paiements_une_tentative_ouverte":
            raise TentativeOuverte("Un paiement est déjà en cours pour ce contrat. Attendez sa réponse.") from error
        raise
    return True


@transaction.atomic
def changer_statut_paiement(
    *,
    paiement: PaiementPass,
    vers: str,
    evenement: str,
    donnees: dict[str, Any] | None = None,
    motif_echec: str = "",
    code_confirmation: str = "",
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
) -> PaiementPass:
    """The payment is in state `vers` since `quand` (now), and its journal says why.

    Locks the subscription, then the payment. Raises TransitionPaiementRefusee when payments.md has no such transition.
    """
    quand = quand or maintenant()
    SouscriptionPass.objects.select_for_update(no_key=True).get(pk=paiement.souscription_id)
    actuel = PaiementPass.objects.select_for_update(no_key=True).get(pk=paiement.pk)
    if (actuel.statut, vers) not in TRANSITIONS:
        raise TransitionPaiementRefusee(
            f"Le paiement {actuel.numero_transaction} est « {actuel.get_statut_display().lower()} » : "
            f"il ne peut pas devenir « {StatutPaiement(vers).label.lower()} »."
        )
    actuel.statut = vers
    actuel.motif_echec = motif_echec
    if vers == StatutPaiement.SUCCES:
        actuel.date_confirmation = quand
        actuel.date_comptable = timezone.localdate(quand)
        actuel.code_confirmation = code_confirmation
    actuel.save(update_fields=["statut", "motif_echec", "date_confirmation", "date_comptable", "code_confirmation"])
    _consigner(actuel, evenement, donnees=donnees, acteur=acteur, quand=quand)
    return actuel


def _consigner(
    paiement: PaiementPass,
    evenement: str,
    *,
    donnees: dict[str, Any] | None = None,
    acteur: AbstractBaseUser | None,
    quand: datetime,
) -> None:
    EvenementPaiement.objects.create(
        paiement=paiement,
        type=evenement,
        statut=paiement.statut,
        donnees=donnees or {},
        acteur_id=acteur.pk if acteur else None,
        date_evenement=quand,
    )

"""Money that an agent takes at the agency: cash, cheque, transfer. Settled at once by the same function as all the rest."""

from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.services import verifier_ages
from apps.pass_payments.errors import PaiementImpossible
from apps.pass_payments.models import OperateurPaiement, PaiementPass, SoldeContrat, TypePaiement
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.options import montant_de_renouvellement, premiere_echeance, verifier_renouvellement
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.services.reglement import regler
from nsia_pass_api.dates import maintenant
from nsia_pass_api.money import MONTANT_MAXIMUM, formater_xaf
from nsia_pass_api.transactions import transaction_entiere

AU_GUICHET = (OperateurPaiement.ESPECES, OperateurPaiement.CHEQUE, OperateurPaiement.VIREMENT, OperateurPaiement.CARTE)
PAYABLES = (
    StatutSouscription.EN_COURS,
    StatutSouscription.ACTIVEE,
    StatutSouscription.SUSPENDUE,
    StatutSouscription.EXPIREE,
)


@transaction_entiere
def encaisser_au_guichet(
    *,
    souscription: SouscriptionPass,
    montant: int,
    operateur: str,
    agent: AbstractBaseUser,
    justificatif: str = "",
    renouvellement: bool = False,
    quand: datetime | None = None,
) -> PaiementPass:
    """The agent has received `montant` XAF: a confirmed payment with its receipt number and all that a settlement brings.

    `justificatif`: number of the cheque or of the bank's advice, required for both. What activates or renews is at least the
    first instalment. Raises PaiementImpossible, TentativeOuverte while another attempt of this type is open.
    """
    quand = quand or maintenant()
    if operateur not in AU_GUICHET:
        raise PaiementImpossible("À l'agence, on encaisse des espèces, un chèque, un virement ou une carte.")
    if operateur in (OperateurPaiement.CHEQUE, OperateurPaiement.VIREMENT) and not justificatif.strip():
        raise PaiementImpossible("Indiquez le numéro du chèque ou de l'avis de virement.")
    actuelle = SouscriptionPass.objects.select_for_update(no_key=True).get(pk=souscription.pk)
    if actuelle.statut not in PAYABLES:
        raise PaiementImpossible(
            f"Cette souscription est « {actuelle.get_statut_display().lower()} » : elle ne reçoit plus de paiement."
        )
    type_paiement = type_au_guichet(actuelle, renouvellement=renouvellement)
    minimum = _minimum(actuelle, type_paiement, jour=timezone.localdate(quand))
    if not minimum <= montant <= MONTANT_MAXIMUM:
        raise PaiementImpossible(f"Encaissez au moins {formater_xaf(minimum)}.")
    paiement = enregistrer_demande(
        souscription=actuelle,
        montant=montant,
        type_paiement=type_paiement,
        operateur=operateur,
        acteur=agent,
        quand=quand,
        reference_mobile_money=None,
    )
    constat = Constat(etat=Etat.REUSSI, montant=montant, devise=paiement.devise, code_confirmation=justificatif.strip())
    return regler(paiement=paiement, constat=constat, source="guichet", acteur=agent, quand=quand)


def type_au_guichet(souscription: SouscriptionPass, *, renouvellement: bool) -> str:
    """What money received for the subscription as it is now would pay."""
    if souscription.statut == StatutSouscription.EN_COURS:
        return TypePaiement.SOUSCRIPTION_INITIALE
    if renouvellement:
        return TypePaiement.RENOUVELLEMENT
    if souscription.statut == StatutSouscription.SUSPENDUE:
        return TypePaiement.RATTRAPAGE
    return TypePaiement.COTISATION


def _minimum(souscription: SouscriptionPass, type_paiement: str, *, jour: date) -> int:
    """What must be paid at least for the effect of `type_paiement`, XAF.

    Raises PaiementImpossible; for what begins or renews cover, DateNaissanceRequise and AgeHorsLimites.
    """
    if type_paiement == TypePaiement.SOUSCRIPTION_INITIALE:
        verifier_ages(souscription=souscription, jour=jour)
        return premiere_echeance(souscription)
    if type_paiement != TypePaiement.RENOUVELLEMENT:
        return 1
    solde = SoldeContrat.objects.filter(souscription=souscription).first()
    if solde is None:
        raise PaiementImpossible("Attribuez d'abord une police : le renouvellement se compte sur le contrat.")
    minimum, _ = montant_de_renouvellement(souscription, solde, jour=jour)
    verifier_renouvellement(souscription, jour=jour)
    return minimum

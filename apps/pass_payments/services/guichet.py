"""Money that an agent takes at the agency: cash, cheque, transfer. Settled at once by the same function as all the rest.

Above the ceiling of the desk, or beyond all that the contract can owe, a second person decides (`natures_guichet`).
"""

from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.services import verifier_ages
from apps.pass_payments.errors import EncaissementADeux, EncaissementDejaFait, PaiementImpossible
from apps.pass_payments.models import (
    EvenementPaiement,
    OperateurPaiement,
    PaiementPass,
    SoldeContrat,
    StatutPaiement,
    TypePaiement,
)
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.options import montant_de_renouvellement, premiere_echeance, verifier_renouvellement
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.services.reglement import regler
from apps.socle.models import Proposition
from apps.socle.reglages import reglage
from nsia_pass_api.dates import aujourdhui, maintenant
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
    autorisation: Proposition | None = None,
    unique: bool = False,
) -> PaiementPass:
    """The agent has received `montant` XAF: a confirmed payment with its receipt number and all that a settlement brings.

    `justificatif`: number of the cheque or of the bank's advice, required for both. What activates or renews is at least the
    first instalment. `autorisation`: the approved proposal without which what `exces` names is refused. `unique`: the same money
    is refused when it is recorded already. Raises PaiementImpossible, EncaissementADeux, EncaissementDejaFait, TentativeOuverte
    while another attempt of this type is open.
    """
    quand = quand or maintenant()
    justificatif = " ".join(justificatif.split())
    actuelle = SouscriptionPass.objects.select_for_update(no_key=True).get(pk=souscription.pk)
    type_paiement = verifier_encaissement(
        actuelle,
        montant=montant,
        operateur=operateur,
        justificatif=justificatif,
        renouvellement=renouvellement,
        jour=timezone.localdate(quand),
    )
    if autorisation is None and (depasse := exces(actuelle, montant, jour=timezone.localdate(quand))):
        raise EncaissementADeux(f"{depasse} Proposez cet encaissement sur la page de la souscription.")
    memes = _memes(actuelle, jour=timezone.localdate(quand), montant=montant, operateur=operateur)
    if unique and (deja := deja_encaisses(memes, justificatif=justificatif)):
        raise EncaissementDejaFait(f"Le même argent est déjà enregistré : {en_bref(deja[0])}.")
    dernier = memes.filter(code_confirmation=justificatif).aggregate(dernier=Max("occurrence_guichet"))["dernier"]
    paiement = enregistrer_demande(
        souscription=actuelle,
        montant=montant,
        type_paiement=type_paiement,
        operateur=operateur,
        acteur=agent,
        quand=quand,
        saisi_le=maintenant(),
        reference_mobile_money=None,
        occurrence_guichet=(dernier or 0) + 1,
        autorise_par=autorisation,
    )
    constat = Constat(etat=Etat.REUSSI, montant=montant, devise=paiement.devise, code_confirmation=justificatif)
    return regler(paiement=paiement, constat=constat, source="guichet", acteur=agent, quand=quand)


def verifier_encaissement(
    souscription: SouscriptionPass, *, montant: int, operateur: str, justificatif: str, renouvellement: bool, jour: date
) -> str:
    """What this money would pay. Raises PaiementImpossible when a desk cannot take it, whoever decides."""
    if operateur not in AU_GUICHET:
        raise PaiementImpossible("À l'agence, on encaisse des espèces, un chèque, un virement ou une carte.")
    if operateur in (OperateurPaiement.CHEQUE, OperateurPaiement.VIREMENT) and not justificatif.strip():
        raise PaiementImpossible("Indiquez le numéro du chèque ou de l'avis de virement.")
    if souscription.statut not in PAYABLES:
        raise PaiementImpossible(
            f"Cette souscription est « {souscription.get_statut_display().lower()} » : elle ne reçoit plus de paiement."
        )
    type_paiement = type_au_guichet(souscription, renouvellement=renouvellement)
    minimum = _minimum(souscription, type_paiement, jour=jour)
    if not minimum <= montant <= MONTANT_MAXIMUM:
        raise PaiementImpossible(f"Encaissez au moins {formater_xaf(minimum)}.")
    return type_paiement


def exces(souscription: SouscriptionPass, montant: int, *, jour: date) -> str:
    """Why a second person decides of `montant` XAF at the desk; empty when one person may take it. Four queries.

    The ceiling is that of a contract in a day, so that a large sum is not cut into small ones: all that is written of `jour`, and
    all that is recorded today of whatever day, by whoever it is. Savings may be topped up beyond the premium: only the ceiling
    holds them.
    """
    plafond, possible = reglage("PLAFOND_GUICHET"), peut_devoir(souscription)
    if montant > plafond:
        return f"{formater_xaf(montant)} dépassent le plafond du guichet, {formater_xaf(plafond)}."
    saisis_aujourdhui = EvenementPaiement.objects.filter(
        paiement=OuterRef("pk"), type=EvenementPaiement.Type.DEMANDE, date_evenement__date=aujourdhui()
    )
    seule = souscription.paiements.filter(
        Q(date_comptable=jour) | Exists(saisis_aujourdhui),
        statut=StatutPaiement.SUCCES,
        operateur__in=AU_GUICHET,
        autorise_par__isnull=True,
    )
    recus = seule.aggregate(total=Sum("montant"))["total"] or 0
    if recus + montant > plafond:
        return (
            f"Avec les {formater_xaf(recus)} déjà reçus ce jour-là ou saisis aujourd'hui pour ce contrat, "
            f"{formater_xaf(montant)} dépassent le plafond du guichet, {formater_xaf(plafond)}."
        )
    if possible is not None and montant > possible:
        return f"{formater_xaf(montant)} dépassent tout ce que ce contrat peut devoir, {formater_xaf(possible)}."
    return ""


def peut_devoir(souscription: SouscriptionPass) -> int | None:
    """All that the contract can owe until the end of a renewal, XAF: what its periods still owe, and one prime more.

    None for savings, which have no such end.
    """
    if souscription.taux_epargne is not None:
        return None
    primes = souscription.periodes.aggregate(total=Sum("prime"))["total"] or 0
    payes = (
        souscription.paiements.filter(statut=StatutPaiement.SUCCES).aggregate(total=Sum("montant_net"))["total"] or 0
    )
    return int(max(0, primes - payes) + souscription.montant_souscription)


def _memes(souscription: SouscriptionPass, *, jour: date, montant: int, operateur: str) -> QuerySet[PaiementPass]:
    return PaiementPass.objects.filter(
        souscription=souscription, date_comptable=jour, montant=montant, operateur=operateur
    )


def deja_encaisses(memes: QuerySet[PaiementPass], *, justificatif: str) -> list[PaiementPass]:
    """Of `memes`, those that are not given back and whose slip is this one; without a slip on either side it may be."""
    valides = memes.filter(statut=StatutPaiement.SUCCES).order_by("pk")
    return [paiement for paiement in valides if meme_justificatif(paiement.code_confirmation, justificatif)]


def meme_justificatif(celui_ci: str, celui_la: str) -> bool:
    """Whether two slips may be one: the same number, however it is spelled (« 12 », « N° 0012 »), or none on one side."""
    return not celui_ci or not celui_la or _numero(celui_ci) == _numero(celui_la)


def _numero(justificatif: str) -> str:
    """The digits of a slip without its leading zeros; of one without digits, its letters."""
    chiffres = "".join(signe for signe in justificatif if signe.isdecimal())
    return str(int(chiffres)) if chiffres else "".join(signe for signe in justificatif.upper() if signe.isalnum())


def memes_encaissements(
    souscription: SouscriptionPass, *, montant: int, operateur: str, justificatif: str, jour: date
) -> list[PaiementPass]:
    """The payments that already recorded this money, if it is the same."""
    memes = _memes(souscription, jour=jour, montant=montant, operateur=operateur)
    return deja_encaisses(memes, justificatif=" ".join(justificatif.split()))


def en_bref(paiement: PaiementPass) -> str:
    slip = f", justificatif {paiement.code_confirmation}" if paiement.code_confirmation else ""
    return (
        f"reçu {paiement.numero_recu or paiement.numero_transaction}, {formater_xaf(paiement.montant)} "
        f"le {paiement.date_comptable:%d/%m/%Y}{slip}"
    )


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

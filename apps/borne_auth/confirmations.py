"""What a client changes only with a code sent to the phone on file: ask, then confirm.

What is asked is kept beside the hash of its code, so that the code is good for nothing else. Lock order: session, demand,
then those of pass_clients; the counters of what was sent come last. Without a session: `sans_session`, with what is here.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from apps.borne_auth import attempts, selectors
from apps.borne_auth.errors import (
    CodeEpuise,
    CodeExpire,
    CodeIncorrect,
    DemandeIntrouvable,
    DemandeTerminee,
    SmsIndisponible,
)
from apps.borne_auth.models import ActeSensible, DemandeConfirmation, SessionBorne, StatutDemande
from apps.borne_auth.services import annuler_demandes, verifier_session
from apps.pass_clients.models import BeneficiairePass, SouscriptionPass
from apps.pass_clients.services import (
    Auteur,
    ajouter_beneficiaire,
    modifier_beneficiaire,
    modifier_client,
    retirer_beneficiaire,
)
from apps.pass_products.models import ProduitPass
from apps.socle.services.messages import annoncer, annoncer_code
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.telephones import afficher
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Changement:
    """What a client asks for: an act, on whose rows, with which values. `produit`: what is subscribed to."""

    acte: ActeSensible
    produit: ProduitPass | None = None
    souscription: SouscriptionPass | None = None
    beneficiaire: BeneficiairePass | None = None
    champs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def valeurs(self) -> dict[str, Any]:
        """`champs` as the demand keeps them."""
        valeurs: dict[str, Any] = json.loads(json.dumps(dict(self.champs), cls=DjangoJSONEncoder))
        return valeurs

    @property
    def nom_produit(self) -> str:
        produit = self.souscription.produit if self.souscription else self.produit
        return produit.nom_pass if produit else ""

    @property
    def objet(self) -> str:
        """What the code is for, as an infinitive. Nothing that a stranger could have typed, but digits: it goes by SMS."""
        produit = self.nom_produit
        match self.acte:
            case ActeSensible.BENEFICIAIRE_AJOUTER:
                return f"ajouter un bénéficiaire à {produit}"
            case ActeSensible.BENEFICIAIRE_MODIFIER:
                return f"changer un bénéficiaire de {produit}"
            case ActeSensible.BENEFICIAIRE_RETIRER:
                return f"retirer un bénéficiaire de {produit}"
            case ActeSensible.MOBILE_MONEY_MODIFIER:
                return f"recevoir l'argent au {afficher(self.champs['numero_mobile_money'])}"
            case ActeSensible.SOUSCRIRE:
                return f"souscrire à {produit}"
            case ActeSensible.CONNEXION:
                return "ouvrir vos contrats à la borne"

    @property
    def fait(self) -> str:
        """The same, once it is done."""
        produit = self.nom_produit
        match self.acte:
            case ActeSensible.BENEFICIAIRE_AJOUTER:
                return f"un bénéficiaire de {produit} a été ajouté"
            case ActeSensible.BENEFICIAIRE_MODIFIER:
                return f"un bénéficiaire de {produit} a été changé"
            case ActeSensible.BENEFICIAIRE_RETIRER:
                return f"un bénéficiaire de {produit} a été retiré"
            case ActeSensible.MOBILE_MONEY_MODIFIER:
                return f"votre numéro Mobile Money est le {afficher(self.champs['numero_mobile_money'])}"
            case ActeSensible.SOUSCRIRE:
                return f"une souscription à {produit} attend son premier paiement"
            case ActeSensible.CONNEXION:
                return "vos contrats ont été ouverts à la borne"


@dataclass(frozen=True)
class Confirmation:
    """A demand that its code confirmed; `rejouee` when that was known before."""

    demande: DemandeConfirmation
    rejouee: bool = False


@transaction_entiere
def demander(*, session_id: UUID, changement: Changement) -> DemandeConfirmation:
    """The change waits for the code that leaves for the client's phone; what waited before in this session no longer does.

    The same change asked again within settings.CODE_RENVOI is the same demand, and sends nothing. Raises what the change
    itself would, before any SMS; TropDEssais, SmsIndisponible, SessionTerminee.
    """
    if not settings.MESSAGERIE:
        raise SmsIndisponible
    session = _tenir(session_id)
    le = maintenant()
    attente = session.demandes.filter(statut=StatutDemande.EN_ATTENTE).first()
    if attente is not None and le < attente.creee_le + settings.CODE_RENVOI and demande_cela(attente, changement):
        return attente
    _essayer(changement, session=session)
    telephone = session.client.telephone
    attempts.depenser(budgets=attempts.budgets_code(client_id=session.client_id, telephone=telephone, le=le), le=le)
    annuler_demandes(session.demandes.all(), le=le)
    demande = DemandeConfirmation(
        session=session,
        souscription=changement.souscription,
        beneficiaire=changement.beneficiaire,
        expire_le=min(le + settings.CODE_DUREE, session.expire_le),
    )
    return poser(demande, changement, telephone=telephone, le=le)


def poser(demande: DemandeConfirmation, changement: Changement, *, telephone: str, le: datetime) -> DemandeConfirmation:
    """The demand for `changement` is there, and waits for the code that leaves for `telephone`."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    demande.acte, demande.changement, demande.creee_le = changement.acte, changement.valeurs, le
    demande.empreinte_code = _empreinte(demande, telephone=telephone, code=code)
    demande.save(force_insert=True)
    annoncer_code(
        objet=str(demande.pk),
        telephone=telephone,
        texte=(
            f"NSIA : {code} est votre code pour {changement.objet}. Valable {minutes()} min à la borne. "
            "NSIA ne le demande jamais : ne le dites à personne."
        ),
        quand=le,
    )
    logger.info("code_envoye", demande=str(demande.pk), acte=demande.acte)
    return demande


def confirmer(*, session_id: UUID, demande_id: UUID, code: str) -> Confirmation:
    """The change is made, if `code` is that of the demand; the same confirmation again changes nothing and says the same.

    Raises DemandeIntrouvable, CodeIncorrect with what is left of its tries, CodeEpuise, CodeExpire, DemandeTerminee,
    SessionTerminee, and what the change itself would: the demand is then over.
    """
    issue = _juger(session_id=session_id, demande_id=demande_id, code=code)
    if isinstance(issue, ErreurPass):
        logger.info("code_refuse", demande=str(demande_id), cause=issue.code)
        raise issue
    logger.info("changement_confirme", demande=str(demande_id), acte=issue.demande.acte, rejouee=issue.rejouee)
    return issue


@transaction_entiere
def _juger(*, session_id: UUID, demande_id: UUID, code: str) -> Confirmation | ErreurPass:
    """As `confirmer`, but a refusal that must be remembered is returned: raising it would forget it."""
    session = _tenir(session_id)
    le = maintenant()
    demande = (
        DemandeConfirmation.objects.select_for_update(of=("self",))
        .select_related("souscription__produit", "beneficiaire__souscription")
        .filter(pk=demande_id, session=session)
        .first()
    )
    if demande is None:
        raise DemandeIntrouvable
    telephone = session.client.telephone
    if demande.statut == StatutDemande.CONFIRMEE and _juste(demande, telephone=telephone, code=code):
        return Confirmation(demande, rejouee=True)
    refus = juger_code(demande, telephone=telephone, code=code, le=le)
    if refus is not None:
        return refus
    changement = Changement(
        acte=ActeSensible(demande.acte),
        souscription=demande.souscription,
        beneficiaire=demande.beneficiaire,
        champs=demande.changement,
    )
    try:
        _executer(changement, session=session)
    except ErreurPass as impossible:
        terminer(demande, StatutDemande.IMPOSSIBLE, le=le)
        return impossible
    conclure(demande, changement, telephone=telephone, le=le)
    return Confirmation(demande)


def juger_code(demande: DemandeConfirmation, *, telephone: str, code: str, le: datetime) -> ErreurPass | None:
    """None when the demand, which is held, waits for `code`; else the refusal, written where it must be remembered."""
    match demande.statut:
        case StatutDemande.EPUISEE:
            return CodeEpuise()
        case StatutDemande.EXPIREE:
            return CodeExpire()
        case StatutDemande.CONFIRMEE | StatutDemande.IMPOSSIBLE | StatutDemande.ANNULEE:
            return DemandeTerminee()
    if le >= demande.expire_le:
        terminer(demande, StatutDemande.EXPIREE, le=le)
        return CodeExpire()
    if not _juste(demande, telephone=telephone, code=code):
        return _compter_un_essai(demande, le=le)
    return None


def conclure(demande: DemandeConfirmation, changement: Changement, *, telephone: str, le: datetime) -> None:
    """The demand is confirmed, and the phone is told what was done."""
    terminer(demande, StatutDemande.CONFIRMEE, le=le)
    annoncer(
        cle=f"changement:{demande.pk}",
        telephone=telephone,
        texte=f"NSIA : {changement.fait}. Si ce n'est pas vous, venez vite à une agence NSIA.",
        quand=le,
    )


def _tenir(session_id: UUID) -> SessionBorne:
    """The session with its client and kiosk, open and held: it ends before what follows, or after. Raises SessionTerminee."""
    session = selectors.sessions().select_for_update(no_key=True, of=("self",)).get(pk=session_id)
    verifier_session(session, le=maintenant())
    return session


def demande_cela(demande: DemandeConfirmation, changement: Changement) -> bool:
    return (demande.acte, demande.souscription_id, demande.beneficiaire_id, demande.changement) == (
        changement.acte,
        changement.souscription and changement.souscription.pk,
        changement.beneficiaire and changement.beneficiaire.pk,
        changement.valeurs,
    )


def _essayer(changement: Changement, *, session: SessionBorne) -> None:
    """Raises what making the change would, and leaves everything as it was."""
    avant = transaction.savepoint()
    try:
        _executer(changement, session=session)
    finally:
        transaction.savepoint_rollback(avant)


@transaction.atomic
def _executer(changement: Changement, *, session: SessionBorne) -> None:
    auteur = Auteur(session=session.pk, origine=session.borne.code if session.borne else "")
    match changement:
        case Changement(acte=ActeSensible.BENEFICIAIRE_AJOUTER, souscription=SouscriptionPass() as souscription):
            ajouter_beneficiaire(souscription=souscription, auteur=auteur, **changement.valeurs)
        case Changement(acte=ActeSensible.BENEFICIAIRE_MODIFIER, beneficiaire=BeneficiairePass() as beneficiaire):
            modifier_beneficiaire(beneficiaire=beneficiaire, auteur=auteur, **changement.valeurs)
        case Changement(acte=ActeSensible.BENEFICIAIRE_RETIRER, beneficiaire=BeneficiairePass() as beneficiaire):
            retirer_beneficiaire(beneficiaire=beneficiaire, auteur=auteur)
        case Changement(acte=ActeSensible.MOBILE_MONEY_MODIFIER):
            modifier_client(client=session.client, auteur=auteur, **changement.valeurs)
        case _:
            raise ValueError(f"Un changement sans objet : {changement.acte}.")


def _compter_un_essai(demande: DemandeConfirmation, *, le: datetime) -> ErreurPass:
    demande.essais += 1
    restants = essais_restants(demande)
    if restants == 0:
        terminer(demande, StatutDemande.EPUISEE, le=le)
        return CodeEpuise()
    demande.save(update_fields=["essais"])
    essais = "un essai" if restants == 1 else f"{restants} essais"
    return CodeIncorrect(f"Ce code n'est pas le bon. Regardez le dernier SMS de NSIA : il vous reste {essais}.")


def terminer(demande: DemandeConfirmation, statut: StatutDemande, *, le: datetime) -> None:
    """The demand is over, and what it asked is erased."""
    demande.statut, demande.terminee_le, demande.changement = statut, le, {}
    demande.save(update_fields=["statut", "terminee_le", "changement", "essais"])


def _juste(demande: DemandeConfirmation, *, telephone: str, code: str) -> bool:
    return hmac.compare_digest(demande.empreinte_code, _empreinte(demande, telephone=telephone, code=code))


def _empreinte(demande: DemandeConfirmation, *, telephone: str, code: str) -> str:
    """Of another demand, or after a change of phone, the same code has another one."""
    message = f"code\0{demande.pk}\0{telephone}\0{code}".encode()
    return hmac.new(settings.CLE_COMPTEURS.encode(), message, hashlib.sha256).hexdigest()


def essais_restants(demande: DemandeConfirmation) -> int:
    return max(0, settings.CODE_ESSAIS - demande.essais)


def minutes() -> int:
    """How long a code is good."""
    return int(settings.CODE_DUREE.total_seconds() // 60)

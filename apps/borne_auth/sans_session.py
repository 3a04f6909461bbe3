"""What takes a code without a session: to subscribe with a phone that is a client's, to log in with a police whose subscriber
never showed it. Why, and what proves a phone: docs/decisions/0017-what-proves-a-phone.md.

A demand belongs to the kiosk where it was made and to whoever got its number. Lock order: counters of what strangers ask, client,
demand, then those of the apps below; the counters of codes come last.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.dateparse import parse_date

from apps.borne_auth import attempts, selectors
from apps.borne_auth.confirmations import Changement, conclure, demande_cela, juger_code, poser, terminer
from apps.borne_auth.errors import ConnexionRefusee, DemandeIntrouvable, PreuveExigee, SmsIndisponible
from apps.borne_auth.models import ActeSensible, Borne, DemandeConfirmation, StatutDemande
from apps.borne_auth.services import SessionOuverte, annuler_demandes, ouvrir, ouvrir_session, verrouiller
from apps.pass_clients.errors import TelephoneDejaConnu
from apps.pass_clients.models import ClientPass, Contrat, PreuveTelephone
from apps.pass_clients.services import Auteur
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.services.demandes import Souscripteur, essayer_de_souscrire, souscrire_et_payer
from apps.pass_products.models import ProduitPass
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)


# Subscribe


def parametres(saisie: Mapping[str, Any], *, produit: ProduitPass, origine: str, cle: str) -> dict[str, Any]:
    """What `souscrire_et_payer` is asked, beside who subscribes, by the fields of a demand."""
    return {
        "produit": produit,
        "montant": saisie["montant"],
        "periodicite": saisie["periodicite"],
        "beneficiaires": saisie.get("beneficiaires", []),
        "version_conditions": saisie["version_conditions"],
        "premier_versement": saisie.get("premier_versement"),
        "telephone": saisie.get("telephone", ""),
        "operateur": saisie.get("operateur", ""),
        "origine": origine,
        "cle": cle,
    }


def _souscripteur(declare: Mapping[str, Any], *, borne: Borne | None) -> Souscripteur:
    """Who subscribes, as the papers say; at a kiosk, a client of its agency."""
    autres = {champ: declare.get(champ, "") for champ in ("lieu_naissance", "adresse")}
    naissance = declare.get("date_naissance")
    return Souscripteur(
        nom=declare["nom"],
        prenom=declare["prenom"],
        telephone=declare["telephone"],
        # A demand keeps its dates as text.
        date_naissance=parse_date(naissance) if isinstance(naissance, str) else naissance,
        autres=autres | ({"agence": borne.agence} if borne else {}),
    )


@transaction.atomic
def souscrire(
    *, saisie: Mapping[str, Any], produit: ProduitPass, borne: Borne | None, adresse: str, cle: str
) -> PaiementPass | DemandeConfirmation:
    """A newcomer's subscription waits for its first payment; when the phone is a client's, a code leaves for it and nothing
    else is written.

    Refusals are those that a newcomer would be told, after the same work, whoever has the phone: the demand is tried on a
    newcomer who is taken back before the phone is looked for. Raises as `souscrire_et_payer`, TropDEssais, SmsIndisponible.
    """
    souscripteur = _souscripteur(saisie["client"], borne=borne)
    telephone = souscripteur.telephone
    demande = parametres(saisie, produit=produit, origine=borne.code if borne else "", cle=cle)
    changement = Changement(acte=ActeSensible.SOUSCRIRE, produit=produit, champs=saisie)
    le = maintenant()
    essayer_de_souscrire(souscripteur=souscripteur, **demande)
    client = ClientPass.objects.filter(telephone=telephone).first()
    encore = _attente(telephone, changement, borne=borne) is not None
    if client is not None and encore:
        # The same again: another code, not another subscription.
        return _demander(client, changement, borne=borne, le=le)
    payeur = saisie.get("telephone") or telephone
    attempts.depenser(
        budgets=attempts.budgets_souscription(telephone=telephone, payeur=payeur, borne=borne, adresse=adresse, le=le),
        le=le,
        quoi=attempts.TROP_DE_SOUSCRIPTIONS,
    )
    if client is None:
        try:
            return souscrire_et_payer(souscripteur=souscripteur, **demande)
        except TelephoneDejaConnu:  # somebody was quicker: the unique constraint decides
            client = ClientPass.objects.get(telephone=telephone)
    return _demander(client, changement, borne=borne, le=le)


def confirmer_souscription(*, demande_id: UUID, code: str, borne: Borne | None, cle: str) -> PaiementPass | ErreurPass:
    """The client who has the phone subscribes as was asked, if `code` is that of the demand, and is who was said there if nobody
    had shown the phone before.

    In the transaction of the caller, who must commit it also when a refusal is returned. Raises DemandeIntrouvable.
    """
    le = maintenant()
    demande, client = _tenir(demande_id, acte=ActeSensible.SOUSCRIRE, borne=borne)
    saisie = demande.changement
    refus = juger_code(demande, telephone=client.telephone, code=code, le=le)
    if refus is not None:
        logger.info("code_refuse", demande=str(demande_id), cause=refus.code)
        return refus
    produit = ProduitPass.objects.get(code_pass=saisie["produit"].upper())
    declare = _souscripteur(saisie["client"], borne=borne)
    souscripteur = replace(declare, client_id=client.pk, preuve=PreuveTelephone.CODE)
    try:
        paiement = souscrire_et_payer(
            souscripteur=souscripteur,
            auteur=Auteur(origine=borne.code if borne else ""),
            **parametres(saisie, produit=produit, origine=borne.code if borne else "", cle=cle),
        )
    except ErreurPass as impossible:
        terminer(demande, StatutDemande.IMPOSSIBLE, le=le)
        return impossible
    conclure(demande, Changement(acte=ActeSensible.SOUSCRIRE, produit=produit), telephone=client.telephone, le=le)
    logger.info("souscription_confirmee", demande=str(demande_id))
    return paiement


# Log in


def connecter(
    *, police: str, telephone: str, borne: Borne | None, adresse: str
) -> tuple[SessionOuverte, Contrat] | tuple[DemandeConfirmation, Contrat]:
    """As `ouvrir_session`; a code leaves for the client's phone when the pair, although right, does not open by itself."""
    try:
        return ouvrir_session(police=police, telephone=telephone, borne=borne, adresse=adresse)
    except PreuveExigee as exigee:
        contrat = exigee.contrat
    return _demander_connexion(contrat, borne=borne), contrat


@transaction_entiere
def _demander_connexion(contrat: Contrat, *, borne: Borne | None) -> DemandeConfirmation:
    changement = Changement(acte=ActeSensible.CONNEXION, souscription=contrat.souscription)
    return _demander(contrat.client, changement, borne=borne, le=maintenant())


def confirmer_connexion(*, demande_id: UUID, code: str, borne: Borne | None) -> tuple[SessionOuverte, Contrat]:
    """The session is open and its police opens by itself from now on, if `code` is that of the demand.

    Raises DemandeIntrouvable, CodeIncorrect, CodeEpuise, CodeExpire, DemandeTerminee, ConnexionRefusee when the contract no
    longer opens.
    """
    issue = _juger_connexion(demande_id=demande_id, code=code, borne=borne)
    if isinstance(issue, ErreurPass):
        logger.info("code_refuse", demande=str(demande_id), cause=issue.code)
        raise issue
    return issue


@transaction_entiere
def _juger_connexion(
    *, demande_id: UUID, code: str, borne: Borne | None
) -> tuple[SessionOuverte, Contrat] | ErreurPass:
    le = maintenant()
    if borne is not None:
        verrouiller(borne)
    demande, client = _tenir(demande_id, acte=ActeSensible.CONNEXION, borne=borne)
    refus = juger_code(demande, telephone=client.telephone, code=code, le=le)
    if refus is not None:
        return refus
    contrat = Contrat.objects.select_related("client").filter(souscription=demande.souscription_id).first()
    if contrat is None or not selectors.ouvre(contrat):
        terminer(demande, StatutDemande.IMPOSSIBLE, le=le)
        return ConnexionRefusee()
    ouverte = ouvrir(contrat=contrat, borne=borne, le=le)
    conclure(demande, Changement(acte=ActeSensible.CONNEXION), telephone=client.telephone, le=le)
    return ouverte, contrat


# What both need


def _demander(client: ClientPass, changement: Changement, *, borne: Borne | None, le: datetime) -> DemandeConfirmation:
    """The change waits for the code that leaves for the client's phone; what waited before from this kiosk no longer does.

    The same one within settings.CODE_RENVOI is the same demand, and sends nothing. Raises TropDEssais, SmsIndisponible.
    """
    if not settings.MESSAGERIE:
        raise SmsIndisponible
    ClientPass.objects.select_for_update(no_key=True).get(pk=client.pk)  # two demands for one client take turns
    attente = _attente(client.telephone, changement, borne=borne)
    if attente is not None and le < attente.creee_le + settings.CODE_RENVOI:
        return attente
    attempts.depenser(budgets=attempts.budgets_code_sans_session(telephone=client.telephone, borne=borne, le=le), le=le)
    siennes = DemandeConfirmation.objects.filter(client=client, borne=borne, acte=changement.acte, session=None)
    annuler_demandes(siennes, le=le)
    demande = DemandeConfirmation(
        client=client, borne=borne, souscription=changement.souscription, expire_le=le + settings.CODE_DUREE
    )
    return poser(demande, changement, telephone=client.telephone, le=le)


def _attente(telephone: str, changement: Changement, *, borne: Borne | None) -> DemandeConfirmation | None:
    """The demand for this very change that waits, at this kiosk, for the code sent to `telephone`. One query whosever it is."""
    demandes = DemandeConfirmation.objects.filter(client__telephone=telephone)
    attente = demandes.filter(borne=borne, acte=changement.acte, session=None, statut=StatutDemande.EN_ATTENTE).first()
    return attente if attente is not None and demande_cela(attente, changement) else None


def _tenir(demande_id: UUID, *, acte: ActeSensible, borne: Borne | None) -> tuple[DemandeConfirmation, ClientPass]:
    """The demand that was made at this kiosk, and its client, both held. Raises DemandeIntrouvable."""
    faites_ici = DemandeConfirmation.objects.filter(pk=demande_id, acte=acte, borne=borne, session=None)
    client = ClientPass.objects.select_for_update(no_key=True).filter(pk__in=faites_ici.values("client")).first()
    if client is None:
        raise DemandeIntrouvable
    return faites_ici.select_for_update().get(), client

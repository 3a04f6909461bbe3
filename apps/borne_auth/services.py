"""Every write on kiosks and sessions: register and switch off a kiosk, log in, refresh, log out, purge.

Lock order: counters of guesses, kiosk, session, refresh token or demand (`confirmations`), then those of pass_clients.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q

from apps.borne_auth import attempts, selectors
from apps.borne_auth.errors import (
    BorneDesactivee,
    BorneExistante,
    BorneInconnue,
    CodeDeBorneInvalide,
    ConnexionRefusee,
    JetonInvalide,
    PreuveExigee,
    SessionTerminee,
)
from apps.borne_auth.models import (
    Borne,
    DemandeConfirmation,
    JetonRafraichissement,
    MotifFermeture,
    SessionBorne,
    StatutBorne,
    StatutDemande,
)
from apps.borne_auth.tokens import JetonAccesClient, JetonRafraichissementClient
from apps.pass_clients.models import ClientPass, Contrat
from apps.pass_clients.selectors import agence_nommee, preuve_manque
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import DonneesInvalides

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SessionOuverte:
    """A session and the two tokens that were just signed for it."""

    session: SessionBorne
    acces: str
    rafraichissement: str


# Kiosks


def enregistrer_borne(*, code: str, agence: str) -> tuple[Borne, str]:
    """A new active kiosk exists; returns it with its key, which nothing can show again.

    `agence`: its name, however it is spelt. Raises BorneExistante, AgenceInconnue, AgenceFermee, DonneesInvalides for an
    impossible code.
    """
    cle = secrets.token_urlsafe(32)
    borne = Borne(code=code.strip().upper(), agence=agence_nommee(agence), cle_empreinte=empreinte(cle))
    try:
        borne.clean_fields()
        with transaction.atomic():
            borne.save(force_insert=True)
    except ValidationError as error:
        raise DonneesInvalides(champs=error.message_dict) from error
    except IntegrityError as error:
        match violee(error):
            case "bornes_code_unique":
                raise BorneExistante(f"La borne {borne.code} est déjà enregistrée.") from error
            case "bornes_code_forme":
                raise CodeDeBorneInvalide from error
        raise
    logger.info("borne_enregistree", borne=borne.code)
    return borne, cle


@transaction.atomic
def renouveler_cle(*, borne: Borne) -> str:
    """The kiosk has a new key, returned once; the former one and its open sessions are dead."""
    cle = secrets.token_urlsafe(32)
    Borne.objects.filter(pk=borne.pk).update(cle_empreinte=empreinte(cle))
    _fermer_sessions(borne=borne, motif=MotifFermeture.CLE_RENOUVELEE)
    logger.info("cle_de_borne_renouvelee", borne=borne.code)
    return cle


@transaction.atomic
def desactiver_borne(*, borne: Borne) -> int:
    """The kiosk is refused from now on; returns how many of its sessions were closed."""
    Borne.objects.filter(pk=borne.pk).update(statut=StatutBorne.DESACTIVEE)
    fermees = _fermer_sessions(borne=borne, motif=MotifFermeture.BORNE_DESACTIVEE)
    logger.info("borne_desactivee", borne=borne.code, sessions_fermees=fermees)
    return fermees


def reactiver_borne(*, borne: Borne) -> None:
    """The kiosk is accepted again with its key; the sessions closed meanwhile stay closed."""
    Borne.objects.filter(pk=borne.pk).update(statut=StatutBorne.ACTIVE)
    logger.info("borne_reactivee", borne=borne.code)


def _fermer_sessions(*, borne: Borne, motif: MotifFermeture) -> int:
    le = maintenant()
    fermees = selectors.sessions_ouvertes(borne=borne, le=le).update(fermee_le=le, motif_fermeture=motif)
    annuler_demandes(DemandeConfirmation.objects.filter(Q(session__borne=borne) | Q(borne=borne)), le=le)
    return fermees


def empreinte(cle: str) -> str:
    """SHA-256 in hexadecimal: a key of 256 random bits needs neither salt nor slowness."""
    return hashlib.sha256(cle.encode()).hexdigest()


def identifier_borne(*, cle: str | None) -> Borne | None:
    """The active kiosk that has this key; None without a key, where none is required. Raises BorneInconnue, BorneDesactivee."""
    if not cle:
        if settings.BORNE_ENREGISTREMENT_OBLIGATOIRE:
            raise BorneInconnue
        return None
    borne = selectors.borne_de_la_cle(empreinte(cle))
    if borne is None:
        logger.warning("cle_de_borne_inconnue")
        raise BorneInconnue
    if borne.statut != StatutBorne.ACTIVE:
        raise BorneDesactivee
    return borne


def noter_contact(*, borne_id: int, version: str | None) -> None:
    """The back office sees when the kiosk last spoke, and its version if it said one."""
    valeurs: dict[str, Any] = {"dernier_contact": maintenant()}
    if version:
        valeurs["version"] = "".join(c for c in version if c.isascii() and c.isprintable())[:40]
    Borne.objects.filter(pk=borne_id).update(**valeurs)


# Sessions of clients


def ouvrir_session(*, police: str, telephone: str, borne: Borne | None, adresse: str) -> tuple[SessionOuverte, Contrat]:
    """The client of this pair has a session of settings.SESSION_BORNE_DUREE at most; returns it with the contract.

    `borne` has been identified, else `adresse` is that of the caller. Raises ConnexionRefusee for every wrong pair,
    TropDEssais before looking at it when too many were wrong, BorneDesactivee, and PreuveExigee when the pair is right but
    whoever subscribed has not shown the phone: a stranger may know this police.
    """
    le = maintenant()
    contrat = attempts.tenter(
        budgets=attempts.budgets_client(police=police, telephone=telephone, borne=borne, adresse=adresse, le=le),
        evaluer=lambda: selectors.contrat_du_couple(police=police, telephone=telephone),
        le=le,
        sinon=attempts.AUPRES_D_UN_AGENT,
    )
    if contrat is None:
        logger.info("connexion_refusee", borne=borne and borne.code)
        raise ConnexionRefusee
    if preuve_manque(souscription_id=contrat.souscription_id):
        logger.info("preuve_exigee", borne=borne and borne.code)
        raise PreuveExigee(contrat)
    return ouvrir(contrat=contrat, borne=borne, le=le), contrat


@transaction.atomic
def ouvrir(*, contrat: Contrat, borne: Borne | None, le: datetime) -> SessionOuverte:
    """Whoever was identified by this contract has a session. Raises BorneDesactivee."""
    if borne is not None:
        verrouiller(borne)
    session = SessionBorne.objects.create(
        client=contrat.client,
        borne=borne,
        police=contrat.police,
        ouverte_le=le,
        expire_le=le + settings.SESSION_BORNE_DUREE,
    )
    ouverte = _signer(session, le=le)
    logger.info("session_ouverte", session=str(session.pk), borne=borne and borne.code)
    return ouverte


def verrouiller(borne: Borne) -> None:
    """Until commit the kiosk stays active under the key it gave: switching it off waits, then closes the new session."""
    presente = Borne.objects.filter(pk=borne.pk, statut=StatutBorne.ACTIVE, cle_empreinte=borne.cle_empreinte)
    if not presente.select_for_update(no_key=True).values_list("pk"):
        raise BorneDesactivee


def _signer(session: SessionBorne, *, le: datetime) -> SessionOuverte:
    """One more refresh token of the session is good, once; neither token outlives the session."""
    rafraichissement = JetonRafraichissement.objects.create(session=session, expire_le=session.expire_le)
    fin_acces = min(le + settings.JETON_ACCES_DUREE, session.expire_le)
    return SessionOuverte(
        session=session,
        acces=str(JetonAccesClient.emettre(fin=fin_acces, sid=str(session.pk))),
        rafraichissement=str(
            JetonRafraichissementClient.emettre(
                fin=session.expire_le, sid=str(session.pk), jti=str(rafraichissement.jti)
            )
        ),
    )


def rafraichir(*, jeton: JetonRafraichissementClient, cle_borne: str | None) -> SessionOuverte:
    """The session goes on, to the same end, with new tokens; `jeton` is used up. Raises JetonInvalide, SessionTerminee, Borne….

    A token that comes back after use has been copied or sent twice: the whole session is closed. So of N concurrent
    uses exactly one succeeds, and the tokens it got are dead as soon as a second one has been noticed.
    """
    le = maintenant()
    ligne = JetonRafraichissement.objects.filter(pk=jeton.jti, session=jeton.session_id).first()
    if ligne is None:
        raise JetonInvalide
    session = selectors.sessions().get(pk=ligne.session_id)
    if ligne.utilise_le is not None:
        raise _reutilise(session)
    verifier_session(session, le=le)
    verifier_borne(session, cle=cle_borne)
    with transaction.atomic():
        gagne = JetonRafraichissement.objects.filter(pk=jeton.jti, utilise_le__isnull=True).update(utilise_le=le)
        ouverte = _signer(session, le=le) if gagne else None
    if ouverte is None:
        raise _reutilise(session)
    return ouverte


def _reutilise(session: SessionBorne) -> SessionTerminee:
    logger.warning("jeton_reutilise", session=str(session.pk))
    fermer_session(session_id=session.pk, motif=MotifFermeture.JETON_REUTILISE)
    return SessionTerminee()


@transaction.atomic
def fermer_session(*, session_id: UUID, motif: MotifFermeture) -> bool:
    """The session is closed, for all its tokens, from the next request on, its code is dead; False when it already was."""
    le = maintenant()
    fermee = SessionBorne.objects.filter(pk=session_id, fermee_le__isnull=True).update(
        fermee_le=le, motif_fermeture=motif
    )
    if fermee:
        annuler_demandes(DemandeConfirmation.objects.filter(session=session_id), le=le)
        logger.info("session_fermee", session=str(session_id), motif=motif.value)
    return bool(fermee)


def annuler_demandes(demandes: models.QuerySet[DemandeConfirmation], *, le: datetime) -> None:
    """Of `demandes` none waits for its code any more, and what they asked is erased."""
    demandes.filter(statut=StatutDemande.EN_ATTENTE).update(statut=StatutDemande.ANNULEE, terminee_le=le, changement={})


def verifier_session(session: SessionBorne, *, le: datetime) -> None:
    """Raises SessionTerminee unless the session, read by `selectors.sessions`, is open and its client active."""
    if not session.vivante(le=le) or session.client.statut != ClientPass.Statut.ACTIF:
        raise SessionTerminee


def verifier_borne(session: SessionBorne, *, cle: str | None) -> None:
    """Raises unless `cle` is that of the kiosk where the session was opened; it may be absent where none is required.

    Costs no query: the session comes with its kiosk.
    """
    borne = session.borne
    if borne is not None and borne.statut != StatutBorne.ACTIVE:
        raise BorneDesactivee
    if not cle:
        if settings.BORNE_ENREGISTREMENT_OBLIGATOIRE:
            raise BorneInconnue
        return
    if borne is None or not compare_digest(borne.cle_empreinte, empreinte(cle)):
        raise BorneInconnue


# Housekeeping


def supprimer(lignes: models.QuerySet[Any], *, par_lot: int = 5_000) -> Iterator[int]:
    """The rows are gone, batch after batch, each committed; yields the size of each."""
    while cles := list(lignes.order_by().values_list("pk", flat=True)[:par_lot]):
        lignes.model._default_manager.filter(pk__in=cles).delete()
        yield len(cles)

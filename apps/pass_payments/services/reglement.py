"""The one function that settles a payment, whoever noticed: follow-up, back office, reconciliation, agent at the counter.

All effects are rows of the same transaction: state and journal, activation, coverage period, police, receipt, message.
Lock order: subscriptions, payments, series of police numbers, series of receipts.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.services import activer, attribuer_police, prouver_par_paiement, renouveler
from apps.pass_payments.lifecycle import reprendre
from apps.pass_payments.models import (
    OUVERTS,
    EvenementPaiement,
    NatureAnomalie,
    PaiementPass,
    StatutPaiement,
    TypePaiement,
)
from apps.pass_payments.operateurs import Constat
from apps.pass_payments.options import finit_bientot
from apps.pass_payments.selectors import situations_des
from apps.pass_payments.services import messages
from apps.pass_payments.services.anomalies import ouvrir_anomalie
from apps.pass_payments.services.paiements import passer, passer_ensemble, verrouiller_groupe
from apps.socle.numbers import allouer, forme
from nsia_pass_api.dates import maintenant
from nsia_pass_api.rows import ecrire
from nsia_pass_api.transactions import transaction_entiere

SERIE_RECUS = "recus"
_REGLES = (StatutPaiement.SUCCES, StatutPaiement.REMBOURSE)
_RENOUVELABLES = (StatutSouscription.ACTIVEE, StatutSouscription.EXPIREE)
_MORTES = (StatutSouscription.ANNULEE, StatutSouscription.RESILIEE)


@transaction_entiere
def regler(
    *,
    paiement: PaiementPass,
    constat: Constat,
    source: str,
    evenement: str = EvenementPaiement.Type.CONFIRMATION,
    acteur: AbstractBaseUser | None = None,
    quand: datetime | None = None,
    rejeu: bool = False,
) -> PaiementPass:
    """The payment, and those asked with it, are confirmed since `quand` (now) with all that follows; twice changes nothing.

    What the operator says must be what was asked: another amount, currency or payer opens an anomaly and confirms nothing.
    `rejeu`: what is told happened long ago (the demonstration), so no police is drawn by itself and nobody is written to.
    """
    quand = quand or maintenant()
    souscriptions, groupe = verrouiller_groupe(paiement.rattache_a or paiement)
    principal = groupe[0]
    if principal.statut in _REGLES:
        return principal
    ecarts = dict(_ecarts(groupe, constat))
    if ecarts:
        for nature, donnees in ecarts.items():
            ouvrir_anomalie(paiement=principal, nature=nature, donnees={**donnees, "source": source}, quand=quand)
        if principal.statut in OUVERTS and principal.statut != StatutPaiement.EN_VERIFICATION:
            fait = {"evenement": EvenementPaiement.Type.LITIGE, "donnees": {"ecarts": list(ecarts)}, "quand": quand}
            passer_ensemble(groupe, StatutPaiement.EN_VERIFICATION, **fait)
        return principal
    par_id = {souscription.pk: souscription for souscription in souscriptions}
    for un in groupe:
        # Before its effects: a period is opened, cover resumes, because the money is there.
        passer(
            un,
            StatutPaiement.SUCCES,
            evenement=evenement,
            donnees={"source": source},
            code_confirmation=constat.code_confirmation,
            acteur=acteur,
            quand=quand,
        )
    _prouver_le_telephone(principal, par_id[principal.souscription_id], quand)
    client = par_id[principal.souscription_id].client
    if principal.numero_payeur not in ("", client.telephone):
        # Whoever has that phone wanted it: it is not counted against those who asked.
        import_string(settings.RENDRE_SOLLICITATION)(
            client_id=client.pk, payeur=principal.numero_payeur, le=principal.date_demande
        )
    for un in groupe:
        _produire_effet(
            un,
            par_id[un.souscription_id],
            quand,
            tirer_police=settings.ATTRIBUTION_POLICE == "automatique" and not rejeu,
        )
    situations = [] if rejeu else situations_des(list(par_id))
    _numeroter_recus(groupe, quand)
    if not rejeu:
        messages.annoncer_succes(groupe, souscriptions, situations=situations, quand=quand)
    return principal


def _ecarts(groupe: list[PaiementPass], constat: Constat) -> Iterator[tuple[str, dict[str, Any]]]:
    """How what the operator says differs from what was asked. What it does not say is not compared."""
    demande, payeur = sum(un.montant for un in groupe), groupe[0].numero_payeur
    if constat.montant != demande:
        yield NatureAnomalie.MONTANT_DIFFERENT, {"demande": demande, "constate": constat.montant}
    if constat.devise != groupe[0].devise:
        yield NatureAnomalie.DEVISE_DIFFERENTE, {"demande": groupe[0].devise, "constate": constat.devise}
    if constat.telephone and payeur and constat.telephone != payeur:
        yield NatureAnomalie.PAYEUR_DIFFERENT, {}


def _produire_effet(
    paiement: PaiementPass, souscription: SouscriptionPass, quand: datetime, *, tirer_police: bool
) -> None:
    """What the money was for has happened; when the contract no longer allows it, an anomaly says so and the money stays."""
    initiale = paiement.type_paiement == TypePaiement.SOUSCRIPTION_INITIALE
    if initiale and souscription.statut == StatutSouscription.EN_COURS:
        activer(souscription=souscription, quand=quand)
        if tirer_police:
            attribuer_police(souscription=souscription, quand=quand)
        return
    statut = souscription.statut
    if statut == StatutSouscription.SUSPENDUE and reprendre(souscription=souscription, quand=quand):
        statut = StatutSouscription.ACTIVEE
    renouvelle = paiement.type_paiement == TypePaiement.RENOUVELLEMENT
    if renouvelle and statut in _RENOUVELABLES and _attend_la_suite(souscription, timezone.localdate(quand)):
        renouveler(souscription=souscription, date_paiement=timezone.localdate(quand), quand=quand)
    elif renouvelle or statut in _MORTES:
        ouvrir_anomalie(
            paiement=paiement, nature=NatureAnomalie.SANS_EFFET, donnees={"souscription": statut}, quand=quand
        )


def _prouver_le_telephone(principal: PaiementPass, souscription: SouscriptionPass, quand: datetime) -> None:
    """A first payment by the client's own phone: its holder, who typed the PIN, wants the subscription."""
    initiale = principal.type_paiement == TypePaiement.SOUSCRIPTION_INITIALE
    if initiale and not souscription.preuve and principal.numero_payeur == souscription.client.telephone:
        prouver_par_paiement(souscription=souscription, quand=quand)


def _attend_la_suite(souscription: SouscriptionPass, jour: date) -> bool:
    """False when another payment has already renewed the contract: one late success must not begin one more year."""
    derniere = souscription.periodes.order_by("-numero").first()
    return derniere is not None and finit_bientot(derniere, jour=jour)


def _numeroter_recus(groupe: list[PaiementPass], quand: datetime) -> None:
    """Each payment of `groupe` has its receipt number: last, because the series is held until commit."""
    annee = timezone.localdate(quand).year
    recus = forme(settings.FORMAT_RECU, annee=annee)
    for un, sequence in zip(groupe, allouer(serie=SERIE_RECUS, annee=annee, nombre=len(groupe)), strict=True):
        un.numero_recu = recus.numero(sequence)
        ecrire(
            "UPDATE paiements_pass SET numero_recu = %(numero)s WHERE id = %(pk)s",
            {"pk": un.pk, "numero": un.numero_recu},
        )

"""One payment followed one step further: claim it, speak to the operator outside any transaction, record what he said.

Law 2 of docs/spec/payments.md: the reference is committed before the first call; after a time-out or an error the same
reference is looked up, and sent again only when the operator does not know it. Killed anywhere, the claim runs out and the
next worker begins the same step again.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from apps.pass_payments.conduite import Suite, apres_constat, apres_demande, apres_silence, prochain_passage, recul
from apps.pass_payments.errors import PaiementImpossible
from apps.pass_payments.models import (
    OUVERTS,
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    StatutPaiement,
    VerdictRappel,
)
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    Operateur,
    OperateurFerme,
    OperateurInjoignable,
    Rappel,
    operateur,
)
from apps.pass_payments.services import messages
from apps.pass_payments.services.paiements import passer_ensemble, verrouiller_groupe
from apps.pass_payments.services.reglement import regler
from nsia_pass_api.dates import maintenant
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)

# A success may still come after a failure or a deadline.
_NON_REGLES = (*OUVERTS, StatutPaiement.ECHEC, StatutPaiement.EXPIRE)

_RESERVER = """
    UPDATE paiements_pass SET a_suivre_le = %(bail)s, tentatives = least(tentatives + 1, 32000)
    WHERE id IN (
        SELECT id FROM paiements_pass WHERE a_suivre_le <= %(quand)s ORDER BY a_suivre_le, id LIMIT %(nombre)s
        FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def reserver_paiements(*, nombre: int, quand: datetime | None = None) -> list[int]:
    """At most `nombre` due payments are the caller's until settings.TRAVAUX_BAIL has passed. Returns their ids."""
    quand = quand or maintenant()
    with connection.cursor() as cursor:
        cursor.execute(_RESERVER, {"quand": quand, "bail": quand + settings.TRAVAUX_BAIL, "nombre": nombre})
        return sorted(ident for (ident,) in cursor.fetchall())


def hater(*, paiement: PaiementPass, quand: datetime | None = None) -> None:
    """The operator is asked about the payment at the worker's next look. Raises PaiementImpossible when there is nothing to ask.

    Safe beside a worker that holds it: both speak of the same reference, and a settlement happens once.
    """
    hates = a_interroger().filter(pk=paiement.pk).update(a_suivre_le=quand or maintenant())
    if not hates:
        raise PaiementImpossible(
            "Il n'y a rien à demander à l'opérateur : ce paiement est réglé, ou n'est pas le sien."
        )


def a_interroger() -> QuerySet[PaiementPass]:
    """Payments of which an operator may still say something new: he holds their reference and they are not settled."""
    return PaiementPass.objects.filter(
        reference_mobile_money__isnull=False, operateur__in=settings.OPERATEURS, statut__in=_NON_REGLES
    )


def suivre_paiement(
    ident: int,
    *,
    horloge: Callable[[], datetime] = maintenant,
    hasard: Callable[[], float] = random.random,
) -> PaiementPass:
    """The claimed payment is one step nearer to the operator's truth, and due again unless nothing is left to see.

    Never raises for what an operator says or does not say.
    """
    paiement = PaiementPass.objects.select_related("souscription__produit").get(pk=ident)
    pas = _Pas(paiement, operateur(paiement.operateur), horloge, hasard)
    return pas.faire()


class _Pas:
    """One step of one payment: reads outside transactions, each record in one of its own."""

    def __init__(
        self,
        paiement: PaiementPass,
        chez: Operateur,
        horloge: Callable[[], datetime],
        hasard: Callable[[], float],
    ) -> None:
        self.paiement, self.chez, self.horloge, self.hasard = paiement, chez, horloge, hasard
        assert paiement.reference_mobile_money is not None  # noqa: S101 - the database holds it for what is due
        self.reference = paiement.reference_mobile_money
        self.limite = paiement.limite or paiement.date_demande + settings.PAIEMENT_DELAI
        self.fin = self.limite + settings.PAIEMENT_SUIVI_TARDIF

    def faire(self) -> PaiementPass:
        jamais_envoye = self.paiement.statut == StatutPaiement.INITIE and self.paiement.tentatives <= 1
        if jamais_envoye and self.horloge() >= self.limite:
            suite = Suite(statut=StatutPaiement.EXPIRE, evenement=EvenementPaiement.Type.EXPIRATION)
            return self._enregistrer(suite, jamais_envoye=True)
        try:
            if jamais_envoye:
                return self._demander(jamais_envoye=True)
            return self._apres_constat(self.chez.consulter_paiement(reference=self.reference))
        except OperateurFerme as ferme:
            if jamais_envoye:
                seul = PaiementPass.objects.filter(pk=self.paiement.pk, tentatives=self.paiement.tentatives)
                seul.update(tentatives=0)
            return self._enregistrer(Suite(revoir=self.horloge() + timedelta(seconds=ferme.reessayer_dans)))
        except OperateurInjoignable:
            return self._apres_silence(EvenementPaiement.Type.CONSULTATION)

    def _demander(self, *, jamais_envoye: bool) -> PaiementPass:
        """Raises OperateurFerme when nothing was sent."""
        try:
            accuse = self.chez.demander_paiement(
                reference=self.reference,
                montant=self._total(),
                telephone=self.paiement.numero_payeur,
                numero=self.paiement.numero_transaction,
                libelle=self.paiement.souscription.produit.nom_pass,
            )
        except DemandeRefusee as refus:
            if jamais_envoye:
                suite = Suite(statut=StatutPaiement.ECHEC, evenement=EvenementPaiement.Type.ECHEC, motif=refus.motif)
                constat = Constat(etat=Etat.ECHOUE, motif=refus.motif, raison=refus.raison)
                return self._enregistrer(suite, constat, jamais_envoye=True)
            # An earlier call may have been accepted: only a look-up may say that it failed.
            return self._apres_silence(EvenementPaiement.Type.ENVOI)
        except OperateurFerme:
            raise
        except OperateurInjoignable:
            return self._apres_silence(EvenementPaiement.Type.ENVOI)
        revoir = self.horloge() if accuse is Accuse.DEJA_CONNUE else self._prochain()
        return self._enregistrer(apres_demande(statut=self.paiement.statut, maintenant=self.horloge(), revoir=revoir))

    def _total(self) -> int:
        rattaches = self.paiement.rattaches.values_list("montant", flat=True)
        return self.paiement.montant + sum(rattaches)

    def _apres_silence(self, evenement: str) -> PaiementPass:
        revoir = recul(tentatives=self.paiement.tentatives, maintenant=self.horloge(), hasard=self.hasard())
        return self._enregistrer(apres_silence(statut=self.paiement.statut, evenement=evenement, revoir=revoir))

    def _apres_constat(self, constat: Constat) -> PaiementPass:
        if constat.etat is Etat.REUSSI:
            return _regler_et_juger(paiement=self.paiement, constat=constat, fin=self.fin, quand=self.horloge())
        if constat.etat is Etat.INTROUVABLE and self.horloge() < self.limite and self.paiement.statut in OUVERTS:
            return self._demander(jamais_envoye=False)
        suite = apres_constat(
            statut=self.paiement.statut,
            etat=constat.etat,
            motif=constat.motif,
            limite=self.limite,
            fin=self.fin,
            maintenant=self.horloge(),
            revoir=self._prochain(),
        )
        return self._enregistrer(suite, constat)

    def _prochain(self) -> datetime:
        return prochain_passage(demande_le=self.paiement.date_demande, maintenant=self.horloge(), hasard=self.hasard())

    def _enregistrer(
        self, suite: Suite, constat: Constat | None = None, *, jamais_envoye: bool = False
    ) -> PaiementPass:
        return enregistrer_suite(
            paiement=self.paiement, suite=suite, constat=constat, jamais_envoye=jamais_envoye, quand=self.horloge()
        )


@transaction_entiere
def _regler_et_juger(*, paiement: PaiementPass, constat: Constat, fin: datetime, quand: datetime) -> PaiementPass:
    """The payment is settled, or a person must decide: then the operator is asked hourly until `fin`. Callbacks are judged."""
    regle = regler(paiement=paiement, constat=constat, source="suivi", quand=quand)
    if regle.statut not in (StatutPaiement.SUCCES, StatutPaiement.REMBOURSE):
        dans_une_heure = quand + timedelta(hours=1)
        _repousser(regle, jusqu_a=dans_une_heure if dans_une_heure < fin else None)
    juger_rappels(paiement=regle, constat=constat, quand=quand)
    return regle


@transaction_entiere
def enregistrer_suite(
    *,
    paiement: PaiementPass,
    suite: Suite,
    constat: Constat | None = None,
    jamais_envoye: bool = False,
    quand: datetime,
) -> PaiementPass:
    """The payment, and those asked with it, are as `suite` says, unless somebody else moved them meanwhile: then as they are.

    `constat`: what the operator said, if he did. Callbacks are judged by it when it is a failure, or when he will not be asked
    again. `jamais_envoye`: it ends because nothing was ever sent, which nobody knows once another worker has taken it.
    """
    souscriptions, groupe = verrouiller_groupe(paiement)
    principal = groupe[0]
    if jamais_envoye and principal.tentatives != paiement.tentatives:
        return principal
    echoue = constat is not None and constat.etat is Etat.ECHOUE
    revoir = suite.revoir if echoue else _au_plus_tot(suite.revoir, principal, paiement)
    finie = revoir is None and (suite.statut or principal.statut) in (StatutPaiement.ECHEC, StatutPaiement.EXPIRE)
    if echoue or (finie and principal.statut == paiement.statut):
        juger_rappels(paiement=principal, constat=constat or Constat(etat=Etat.INTROUVABLE), quand=quand)
    if principal.statut != paiement.statut:
        return principal
    if suite.statut is not None:
        donnees = {"operateur": constat.raison} if constat is not None and constat.raison else {}
        passer_ensemble(
            groupe, suite.statut, evenement=suite.evenement, donnees=donnees, motif_echec=suite.motif, quand=quand
        )
        if suite.statut == StatutPaiement.ECHEC:
            total = sum(un.montant for un in groupe)
            messages.annoncer_echec(principal, souscriptions[0], total=total, quand=quand)
    _repousser(principal, jusqu_a=revoir)
    return principal


def _au_plus_tot(revoir: datetime | None, principal: PaiementPass, lu: PaiementPass) -> datetime | None:
    """`revoir`, or sooner when a callback or a person has hastened `principal` since it was read as `lu`."""
    hate, avant = principal.a_suivre_le, lu.a_suivre_le
    if hate is None or avant is None or hate >= avant:
        return revoir
    return hate if revoir is None else min(revoir, hate)


def _repousser(principal: PaiementPass, *, jusqu_a: datetime | None) -> None:
    principal.a_suivre_le = jusqu_a
    PaiementPass.objects.filter(pk=principal.pk).update(a_suivre_le=jusqu_a)


def juger_rappels(*, paiement: PaiementPass, constat: Constat, quand: datetime) -> None:
    """Callbacks that waited for the operator's word on this payment are confirmed or contradicted by it.

    What he does not say (`constat` without amount, without payer) is what was asked for.
    """
    lecteur = operateur(paiement.operateur)
    for rappel in RappelOperateur.objects.filter(paiement=paiement, verdict=VerdictRappel.EN_ATTENTE):
        verdict = verdict_du_rappel(lecteur.lire_rappel(rappel.corps), paiement=paiement, constat=constat)
        RappelOperateur.objects.filter(pk=rappel.pk).update(verdict=verdict, traite_le=quand)


def verdict_du_rappel(lu: Rappel | None, *, paiement: PaiementPass, constat: Constat) -> VerdictRappel:
    """Whether what a callback claims of the payment is what the operator says."""
    if _dit_vrai(lu, paiement, constat):
        return VerdictRappel.CONFIRME
    logger.warning("rappel_contredit", paiement=paiement.numero_transaction)
    return VerdictRappel.CONTREDIT


def _dit_vrai(lu: Rappel | None, paiement: PaiementPass, constat: Constat) -> bool:
    if lu is None or lu.etat is not constat.etat:
        return False
    montant, payeur = constat.montant, constat.telephone or paiement.numero_payeur
    if montant is None:
        montant = paiement.montant + sum(paiement.rattaches.values_list("montant", flat=True))
    return lu.montant in (None, montant) and lu.telephone in ("", payeur)

"""Money that leaves: asked for once, sent with its own reference, followed until the operator says how it ended."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from apps.pass_clients.models import SouscriptionPass
from apps.pass_clients.services import mobile_money_recent
from apps.pass_payments.conduite import prochain_passage, recul
from apps.pass_payments.errors import (
    DecaissementDejaClos,
    DecaissementDejaDemande,
    OperateurIndisponible,
    PaiementImpossible,
)
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    EvenementPaiement,
    NatureAnomalie,
    NatureDecaissement,
    PaiementPass,
    StatutDecaissement,
    StatutPaiement,
)
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    Operateur,
    OperateurFerme,
    OperateurInjoignable,
    est_en_ligne,
    operateur,
)
from apps.pass_payments.services import messages
from apps.pass_payments.services.anomalies import ouvrir_anomalie
from apps.pass_payments.services.paiements import consigner, numero_aleatoire, passer
from apps.socle.services.faits import dire
from nsia_pass_api.constraints import violee
from nsia_pass_api.dates import maintenant
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)

_RESERVER = """
    UPDATE decaissements SET a_suivre_le = %(bail)s, tentatives = least(tentatives + 1, 32000)
    WHERE id IN (
        SELECT id FROM decaissements WHERE a_suivre_le <= %(quand)s ORDER BY a_suivre_le, id LIMIT %(nombre)s
        FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""
_EN_ROUTE = (StatutDecaissement.A_ENVOYER, StatutDecaissement.EN_COURS, StatutDecaissement.EN_VERIFICATION)


@transaction.atomic
def demander_remboursement(*, paiement: PaiementPass, quand: datetime | None = None) -> Decaissement:
    """The whole net amount of a confirmed payment will go back to its payer; a second demand is refused while one lives.

    Raises PaiementImpossible for a payment that is not confirmed or was not made through an operator, DecaissementDejaDemande.
    """
    quand = quand or maintenant()
    SouscriptionPass.objects.select_for_update(no_key=True).get(pk=paiement.souscription_id)
    actuel = PaiementPass.objects.select_for_update(no_key=True).get(pk=paiement.pk)
    if actuel.statut != StatutPaiement.SUCCES or not est_en_ligne(actuel.operateur) or not actuel.numero_payeur:
        raise PaiementImpossible("Seul un paiement Mobile Money confirmé se rembourse sur un téléphone.")
    decaissement = _inserer(
        Decaissement(
            nature=NatureDecaissement.REMBOURSEMENT,
            cle=f"paiement:{actuel.numero_transaction}",
            paiement=actuel,
            operateur=actuel.operateur,
            telephone=actuel.numero_payeur,
            montant=actuel.montant_net,
            libelle="Remboursement NSIA",
            demande_le=quand,
            a_suivre_le=quand,
        )
    )
    fait = {"decaissement": decaissement.numero}
    consigner(actuel, EvenementPaiement.Type.REMBOURSEMENT, donnees=fait, quand=quand)
    return decaissement


@transaction.atomic
def demander_versement(
    *, cle: str, operateur: str, telephone: str, montant: int, libelle: str, quand: datetime | None = None
) -> Decaissement:
    """`montant` XAF will be paid to `telephone`, once for `cle` (`sinistre:SIN-2026-000123`), whoever asks again.

    To a number that a client has had for less than MOBILE_MONEY_DELAI_JOURS days it waits for two people (`liberer`).

    Raises OperateurIndisponible for an operator without an API, DecaissementDejaDemande while one for `cle` lives.
    """
    if not est_en_ligne(operateur):
        raise OperateurIndisponible(
            "Cet opérateur ne permet pas encore de verser de l'argent. Choisissez un autre numéro."
        )
    quand = quand or maintenant()
    attend = mobile_money_recent(telephone=telephone, quand=quand)
    return _inserer(
        Decaissement(
            nature=NatureDecaissement.VERSEMENT,
            cle=cle,
            operateur=operateur,
            telephone=telephone,
            montant=montant,
            libelle=libelle,
            demande_le=quand,
            statut=StatutDecaissement.A_APPROUVER if attend else StatutDecaissement.A_ENVOYER,
            a_suivre_le=None if attend else quand,
        )
    )


@transaction.atomic
def liberer(*, decaissement: Decaissement, envoyer: bool, quand: datetime) -> None:
    """The payout that waited for two people leaves, or never will. The database refuses it without their decision.

    Raises DecaissementDejaClos when it no longer waits.
    """
    fin = {"statut": StatutDecaissement.ECHEC, "termine_le": quand, "motif_echec": MotifEchec.AUTRE}
    depart = {"statut": StatutDecaissement.A_ENVOYER, "a_suivre_le": quand}
    attend = Decaissement.objects.filter(pk=decaissement.pk, statut=StatutDecaissement.A_APPROUVER)
    if not attend.update(**(depart if envoyer else fin)):
        raise DecaissementDejaClos
    if not envoyer:
        _dire_la_fin(Decaissement.objects.get(pk=decaissement.pk), quand=quand)


def _dire_la_fin(decaissement: Decaissement, *, quand: datetime) -> None:
    """Whoever asked for the money learns whether it arrived, by a handler of this fact that looks for its own `demandeur`."""
    demandeur, _, reference = decaissement.cle.partition(":")
    dire(
        "decaissement.fini",
        cle=decaissement.cle,
        donnees={
            "decaissement": decaissement.pk,
            "demandeur": demandeur,
            "reference": reference,
            "statut": str(decaissement.statut),
            "montant": decaissement.montant,
        },
        quand=quand,
    )


def _inserer(decaissement: Decaissement) -> Decaissement:
    while True:
        decaissement.numero = numero_aleatoire("DEC", decaissement.demande_le)
        try:
            with transaction.atomic():
                decaissement.save(force_insert=True)
        except IntegrityError as error:
            match violee(error):
                case "decaissements_numero_unique":
                    continue
                case "decaissements_une_fois_par_objet":
                    raise DecaissementDejaDemande from error
            raise
        return decaissement


def reserver_decaissements(*, nombre: int, quand: datetime | None = None) -> list[int]:
    """At most `nombre` due disbursements are the caller's until settings.TRAVAUX_BAIL has passed. Returns their ids."""
    quand = quand or maintenant()
    with connection.cursor() as cursor:
        cursor.execute(_RESERVER, {"quand": quand, "bail": quand + settings.TRAVAUX_BAIL, "nombre": nombre})
        return sorted(ident for (ident,) in cursor.fetchall())


def suivre_decaissement(
    ident: int,
    *,
    horloge: Callable[[], datetime] = maintenant,
    hasard: Callable[[], float] = random.random,
) -> Decaissement:
    """The claimed disbursement is one step nearer to the operator's truth, and due again until it has ended.

    Looked up before it is ever sent again: money must not leave twice. Never raises for what an operator says. Unknown to the
    operator and refused by him a day (settings.PAIEMENT_SUIVI_TARDIF) after it was asked for, it has failed.
    """
    un = Decaissement.objects.select_related("paiement").get(pk=ident)
    chez = operateur(un.operateur)
    revoir = prochain_passage(demande_le=un.demande_le, maintenant=horloge(), hasard=hasard())
    premier = un.statut == StatutDecaissement.A_ENVOYER and un.tentatives <= 1
    try:
        constat = None if premier else chez.consulter_decaissement(reference=un.reference, nature=_nature(un))
        if constat is not None and constat.etat is not Etat.INTROUVABLE:
            return _conclure(un, constat, revoir=revoir, quand=horloge())
        accuse = _envoyer(un, chez)
    except DemandeRefusee as refus:
        # Refused at the first call, it was never held; later only a look-up may say that it failed, unless both of them
        # have agreed for longer than any call can be under way.
        if premier or horloge() >= un.demande_le + settings.PAIEMENT_SUIVI_TARDIF:
            echec = Constat(etat=Etat.ECHOUE, motif=refus.motif, raison=refus.raison)
            return _conclure(un, echec, refusee=premier, revoir=revoir, quand=horloge())
        statut = StatutDecaissement.EN_VERIFICATION
    except OperateurFerme as ferme:
        if premier:
            Decaissement.objects.filter(pk=un.pk, tentatives=un.tentatives).update(tentatives=0)
        statut, revoir = StatutDecaissement(un.statut), horloge() + timedelta(seconds=ferme.reessayer_dans)
    except OperateurInjoignable:
        statut = StatutDecaissement.EN_VERIFICATION
        revoir = recul(tentatives=un.tentatives, maintenant=horloge(), hasard=hasard())
    else:
        statut = StatutDecaissement.EN_COURS
        revoir = horloge() if accuse is Accuse.DEJA_CONNUE else revoir
    return _noter(un, statut, revoir=revoir)


def _nature(un: Decaissement) -> NatureDecaissement:
    return NatureDecaissement(un.nature)


def _envoyer(un: Decaissement, chez: Operateur) -> Accuse:
    if un.paiement is None:
        return chez.verser(
            reference=un.reference, montant=un.montant, telephone=un.telephone, numero=un.numero, libelle=un.libelle
        )
    origine = un.paiement.rattache_a or un.paiement
    assert origine.reference_mobile_money is not None  # noqa: S101 - `demander_remboursement` took an operator's payment
    return chez.rembourser(
        reference=un.reference,
        paiement=origine.reference_mobile_money,
        montant=un.montant,
        telephone=un.telephone,
        numero=un.numero,
        libelle=un.libelle,
    )


def a_clore(*, quand: datetime) -> QuerySet[Decaissement]:
    """Those that a person may close: nobody knows how they ended, or the operator has not said it for too long."""
    muet = Q(statut=StatutDecaissement.EN_COURS, demande_le__lt=quand - settings.PAIEMENT_SUIVI_TARDIF)
    return Decaissement.objects.filter(Q(statut=StatutDecaissement.EN_VERIFICATION) | muet)


@transaction.atomic
def clore_a_la_main(
    *,
    decaissement: Decaissement,
    verse: bool,
    code_confirmation: str,
    donnees: dict[str, Any],
    acteur: AbstractBaseUser,
    quand: datetime,
) -> Decaissement:
    """It ended as the operator told people: paid out, or not, with all that follows; the operator is asked no more.

    Called for what two agents decided. Raises DecaissementDejaClos when it ended meanwhile.
    """
    if not a_clore(quand=quand).filter(pk=decaissement.pk).exists():
        raise DecaissementDejaClos
    constat = Constat(
        etat=Etat.REUSSI if verse else Etat.ECHOUE,
        montant=decaissement.montant,
        motif="" if verse else MotifEchec.AUTRE,
        code_confirmation=code_confirmation,
    )
    clos = _conclure(decaissement, constat, revoir=quand, quand=quand, acteur=acteur, donnees=donnees)
    if clos.termine_le != quand:
        raise DecaissementDejaClos
    return clos


@transaction_entiere
def _conclure(
    un: Decaissement,
    constat: Constat,
    *,
    revoir: datetime,
    quand: datetime,
    refusee: bool = False,
    acteur: AbstractBaseUser | None = None,
    donnees: dict[str, Any] | None = None,
) -> Decaissement:
    """What the operator says has its effects: the payment of a refund is refunded, a failure is for a person to see.

    `refusee`: he said so of a first demand, not of what he holds. `acteur`: he said it to people, who closed it with `donnees`.
    """
    paiement = un.paiement
    if paiement is not None:
        souscription = SouscriptionPass.objects.select_for_update(no_key=True).get(pk=paiement.souscription_id)
        paiement = PaiementPass.objects.select_for_update(no_key=True).get(pk=paiement.pk)
    actuel = Decaissement.objects.select_for_update(no_key=True).get(pk=un.pk)
    if actuel.statut not in _EN_ROUTE:
        return actuel
    if refusee and (actuel.statut, actuel.tentatives) != (StatutDecaissement.A_ENVOYER, un.tentatives):
        # Another worker took it while this one was slow, and may have sent it: only a look-up may say that it failed.
        return actuel
    if constat.etat is Etat.EN_ATTENTE:
        return _noter(actuel, StatutDecaissement.EN_COURS, revoir=revoir)
    reussi = constat.etat is Etat.REUSSI
    if reussi and constat.montant != actuel.montant:
        return _contester(actuel, constat, quand=quand)
    actuel.statut = StatutDecaissement.SUCCES if reussi else StatutDecaissement.ECHEC
    actuel.motif_echec = constat.motif
    actuel.code_confirmation = constat.code_confirmation
    actuel.termine_le = quand
    actuel.a_suivre_le = None
    actuel.save(update_fields=["statut", "motif_echec", "code_confirmation", "termine_le", "a_suivre_le"])
    _dire_la_fin(actuel, quand=quand)
    if paiement is None:
        return actuel
    fait = {"decaissement": actuel.numero, **(donnees or {})}
    if reussi:
        passer(
            paiement,
            StatutPaiement.REMBOURSE,
            evenement=EvenementPaiement.Type.REMBOURSEMENT,
            donnees=fait,
            acteur=acteur,
            quand=quand,
        )
        messages.annoncer_remboursement(paiement, souscription, quand=quand)
    else:
        ouvrir_anomalie(
            paiement=paiement,
            nature=NatureAnomalie.REMBOURSEMENT_ECHOUE,
            donnees={**fait, "motif": constat.motif},
            quand=quand,
        )
    return actuel


def _contester(un: Decaissement, constat: Constat, *, quand: datetime) -> Decaissement:
    """Another amount left than was asked for, or he does not say which: nothing is confirmed, a person is told.

    The operator is asked again every hour, until he has put it right. A payout has no payment to open an anomaly for: it is
    among the disbursements without end, and reconciliation sees it.
    """
    ecart = {"demande": un.montant, "constate": constat.montant}
    logger.warning("decaissement_montant_different", decaissement=un.numero, **ecart)
    if un.paiement is not None:
        dite = AnomaliePaiement.objects.filter(
            paiement=un.paiement, nature=NatureAnomalie.MONTANT_DIFFERENT, donnees__decaissement=un.numero
        )
        if not dite.exists():  # nor after somebody has closed it; the payment is held
            donnees = {"decaissement": un.numero, **ecart}
            ouvrir_anomalie(paiement=un.paiement, nature=NatureAnomalie.MONTANT_DIFFERENT, donnees=donnees, quand=quand)
    return _noter(un, StatutDecaissement.EN_VERIFICATION, revoir=quand + timedelta(hours=1))


def _noter(un: Decaissement, statut: str, *, revoir: datetime) -> Decaissement:
    """Still on its way: `statut`, due again at `revoir`. One that ended meanwhile stays as it is."""
    Decaissement.objects.filter(pk=un.pk, statut=un.statut).update(statut=statut, a_suivre_le=revoir)
    un.refresh_from_db()
    return un

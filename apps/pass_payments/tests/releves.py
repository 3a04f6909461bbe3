"""A day of 24 November 2026 on both sides, for the tests of reconciliation: what the operator moved and what we confirmed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.pass_clients.models import SouscriptionPass
from apps.pass_clients.tests.factories import SouscriptionFactory
from apps.pass_payments.models import Decaissement, EcartRapprochement, PaiementPass, Rapprochement
from apps.pass_payments.operateurs import LigneReleve
from apps.pass_payments.services.decaissements import reserver_decaissements, suivre_decaissement
from apps.pass_payments.services.paiements import changer_statut_paiement, enregistrer_demande
from apps.pass_payments.services.rapprochement import rapprocher
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.operateur_factice import OperateurFactice

JOUR = date(2026, 11, 24)
MIDI = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
NUIT = MIDI + timedelta(hours=16)
"""When the day is reconciled: at four in the morning."""
PAYEUR = "+242061234567"


def demander(
    *, montant: int = 100, quand: datetime = MIDI, souscription: SouscriptionPass | None = None, **champs: Any
) -> PaiementPass:
    """A payment that the worker will send."""
    souscription = souscription or SouscriptionFactory()
    paiement = enregistrer_demande(
        souscription=souscription,
        montant=montant,
        type_paiement="souscription_initiale" if souscription.statut == "en_cours" else "cotisation",
        operateur=champs.pop("operateur", "mtn_money"),
        numero_payeur=souscription.client.telephone,
        quand=quand,
        limite=quand + timedelta(minutes=10),
        **champs,
    )
    return PaiementPass.objects.get(pk=paiement.pk)


def approuver(operateur: OperateurFactice, paiement: PaiementPass, *, quand: datetime = MIDI, montant: int = 0) -> None:
    """The operator was asked, the payer approved: the money has moved, which we do not know yet."""
    assert paiement.reference_mobile_money is not None
    operateur.demander_paiement(
        reference=paiement.reference_mobile_money,
        montant=montant or paiement.montant + sum(paiement.rattaches.values_list("montant", flat=True)),
        telephone=paiement.numero_payeur,
        numero=paiement.numero_transaction,
        libelle="",
    )
    operateur.approuver(paiement.reference_mobile_money, quand=quand)


def confirmer(operateur: OperateurFactice, paiement: PaiementPass, *, quand: datetime = MIDI) -> PaiementPass:
    """The follow-up has asked the operator, and settled."""
    assert paiement.reference_mobile_money is not None
    constat = operateur.consulter_paiement(reference=paiement.reference_mobile_money)
    return regler(paiement=paiement, constat=constat, source="suivi", quand=quand)


def payer(operateur: OperateurFactice, *, quand: datetime = MIDI, **champs: Any) -> PaiementPass:
    """A payment that both sides know as paid."""
    paiement = demander(quand=quand, **champs)
    approuver(operateur, paiement, quand=quand)
    return confirmer(operateur, paiement, quand=quand)


def laisser(paiement: PaiementPass, statut: str) -> PaiementPass:
    """The payment is in `statut` for us, whatever the operator knows."""
    if statut == "initie":
        return paiement
    return changer_statut_paiement(paiement=paiement, vers=statut, evenement="consultation", quand=MIDI)


def decaisser(operateur: OperateurFactice, decaissement: Decaissement, *, quand: datetime = MIDI) -> Decaissement:
    """The money has left, and we know it."""
    suivre(quand)
    operateur.approuver(decaissement.reference, quand=quand)
    suivre(quand + timedelta(seconds=30))
    decaissement.refresh_from_db()
    return decaissement


def suivre(quand: datetime) -> None:
    for ident in reserver_decaissements(nombre=10, quand=quand):
        suivre_decaissement(ident, horloge=lambda: quand, hasard=lambda: 0.5)


def ligne(code: str, montant: int = 100, **champs: Any) -> LigneReleve:
    return LigneReleve(
        **{"reference": None, "code_confirmation": code, "montant": montant, "telephone": PAYEUR, "quand": MIDI}
        | champs
    )


def comparer(
    operateur: OperateurFactice, lignes: Iterable[LigneReleve] | None = None, *, jour: date = JOUR, **options: Any
) -> Rapprochement:
    """The operator's own statement of the day, or these lines."""
    return rapprocher(
        operateur="mtn_money",
        jour=jour,
        lignes=operateur.releve(jour=jour) if lignes is None else lignes,
        source="essai",
        quand=options.pop("quand", NUIT + (jour - JOUR)),
        **options,
    )


def chiffres(rapprochement: Rapprochement) -> tuple[int, int, int, int]:
    """How many agree, are missing, unknown, different."""
    return (
        rapprochement.concordantes,
        rapprochement.manquantes,
        rapprochement.etrangeres,
        rapprochement.differentes,
    )


def totaux(rapprochement: Rapprochement) -> tuple[int, int]:
    """XAF of the statement, of the journal."""
    return rapprochement.montant_releve, rapprochement.montant_journal


def ecarts() -> list[tuple[str, str, int | None, int | None, bool]]:
    """Nature, key, XAF of the statement and of the journal, open or not; the first found first."""
    return [
        (ecart.nature, ecart.cle, ecart.montant_releve, ecart.montant_journal, ecart.resolu_le is None)
        for ecart in EcartRapprochement.objects.order_by("id")
    ]

"""What a client may pay on a contract, and how much: the choices that the kiosk shows are the limits that services hold."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apps.pass_clients.models import TERMINEES, PeriodeCouverture, SouscriptionPass, StatutSouscription
from apps.pass_clients.services import verifier_ages
from apps.pass_payments.errors import PaiementImpossible
from apps.pass_payments.models import SoldeContrat
from apps.pass_products.schedule import echeances, nombre_echeances
from apps.socle.reglages import reglage
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.money import formater_xaf

# Renewing is offered this many days before the end; earlier it would be a payment by mistake.
RENOUVELLEMENT_JOURS_AVANT = 60


@dataclass(frozen=True)
class Options:
    """Bounds of a free amount, XAF. `maximum` is 0 when there is nothing to pay."""

    minimum: int
    maximum: int

    @classmethod
    def de(cls, souscription: SouscriptionPass, solde: SoldeContrat) -> "Options":
        """Savings may be topped up beyond the premium; protection is paid up to its price; what has ended is paid no more."""
        if souscription.statut in TERMINEES:
            return cls(minimum=0, maximum=0)
        epargne = solde.solde_epargne is not None and souscription.statut != StatutSouscription.EXPIREE
        plafond = reglage("PAIEMENT_MAXIMUM")
        maximum = plafond if epargne else min(solde.reste_a_payer, plafond)
        utile = solde.montant_en_retard or solde.prochaine_echeance_montant or maximum
        return cls(minimum=min(reglage("PAIEMENT_MINIMUM"), utile, maximum), maximum=maximum)

    def verifier(self, montant: int) -> None:
        """Raises PaiementImpossible for an amount out of the bounds."""
        if not self.minimum <= montant <= self.maximum:
            raise PaiementImpossible(
                f"Choisissez un montant entre {formater_xaf(self.minimum)} et {formater_xaf(self.maximum)}."
            )


def montant_de_renouvellement(souscription: SouscriptionPass, solde: SoldeContrat, *, jour: date) -> tuple[int, int]:
    """Least and most that renews: what old periods still owe and the first instalment, or the whole prime, of the next.

    Raises PaiementImpossible when the contract cannot be renewed on `jour`.
    """
    derniere = souscription.periodes.order_by("-numero").first()
    if derniere is None or souscription.statut not in (StatutSouscription.ACTIVEE, StatutSouscription.EXPIREE):
        raise PaiementImpossible(
            "Ce contrat ne peut pas être renouvelé maintenant. S'il est suspendu, payez d'abord ce qui est en retard."
        )
    if not finit_bientot(derniere, jour=jour):
        ouverture = derniere.date_fin - timedelta(days=RENOUVELLEMENT_JOURS_AVANT)
        raise PaiementImpossible(
            f"Ce contrat court encore : il pourra être renouvelé à partir du {ouverture:%d/%m/%Y}."
        )
    du = max(0, solde.reste_a_payer - solde.avoir)
    return du + premiere_echeance(souscription), du + souscription.montant_souscription


def verifier_renouvellement(souscription: SouscriptionPass, *, jour: date, date_naissance: date | None = None) -> None:
    """Returns when the guarantees play on the first day of the period that a payment on `jour` would open.

    `date_naissance` counts while the client's own is not on file. Raises DateNaissanceRequise, AgeHorsLimites.
    """
    derniere = souscription.periodes.order_by("-numero").first()
    debut = jour if derniere is None else max(derniere.date_fin, jour)
    verifier_ages(souscription=souscription, jour=debut, date_naissance=date_naissance, acte="se renouvelle")


def finit_bientot(derniere: PeriodeCouverture, *, jour: date) -> bool:
    """Whether a payment on `jour` may open the period that follows `derniere`."""
    return derniere.date_fin <= jour + timedelta(days=RENOUVELLEMENT_JOURS_AVANT)


def premiere_echeance(souscription: SouscriptionPass) -> int:
    """The first instalment, XAF, of a period that would open now."""
    duree, prime = souscription.produit.duree_validite_jours, souscription.montant_souscription
    nombre = min(nombre_echeances(periodicite=souscription.periodicite, duree_jours=duree), prime)
    jour = aujourdhui()
    return echeances(prime=prime, date_debut=jour, date_fin=jour + timedelta(days=duree), nombre=nombre)[0].montant


def choix(*, cotisations: list[dict[str, Any]], options: Options, jour: date) -> list[dict[str, Any]]:
    """The amounts worth a button, smallest first: what is late, the next instalments one by one, all that is left.

    `cotisations`: the unpaid instalments, oldest first.
    """
    if not options.maximum:
        return []
    retard = sum(une["reste_a_payer"] for une in cotisations if une["date_echeance"] < jour)
    boutons = [{"code": "en_retard", "libelle": "Ce qui est en retard", "montant": retard}] if retard else []
    cumul = 0
    a_venir = [une for une in cotisations if une["date_echeance"] >= jour]
    for rang, une in enumerate(a_venir[:3], start=1):
        cumul += une["reste_a_payer"]
        if retard:
            libelle = f"Le retard et {_echeances(rang)}"
        else:
            libelle = "La prochaine échéance" if rang == 1 else f"Les {rang} prochaines échéances"
        boutons.append({"code": f"echeances_{rang}", "libelle": libelle, "montant": retard + cumul})
    tout = sum(une["reste_a_payer"] for une in cotisations)
    boutons.append({"code": "tout", "libelle": "Tout ce qui reste à payer", "montant": tout})
    vus: dict[int, dict[str, Any]] = {}
    for bouton in boutons:
        if options.minimum <= bouton["montant"] <= options.maximum:
            vus.setdefault(bouton["montant"], bouton)
    return sorted(vus.values(), key=lambda bouton: bouton["montant"])


def _echeances(nombre: int) -> str:
    return "la prochaine échéance" if nombre == 1 else f"les {nombre} prochaines échéances"

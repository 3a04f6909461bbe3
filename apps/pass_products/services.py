"""Quotes, and the loading of the catalogue."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.pass_products.ceilings import depassement, prime_annuelle
from apps.pass_products.errors import MontantHorsLimites, PeriodiciteNonPermise, ProduitIndisponible
from apps.pass_products.models import Garantie, Periodicite, ProduitPass
from apps.pass_products.schedule import Echeance, echeances, nombre_echeances
from nsia_pass_api.money import formater_xaf


@dataclass(frozen=True)
class Devis:
    """The price of one coverage period: `prime` XAF in `nombre_echeances` instalments."""

    prime: int
    periodicite: str
    nombre_echeances: int
    date_debut: date
    date_fin: date
    echeances: list[Echeance]
    avertissements: list[str]


def verifier_offre(*, produit: ProduitPass, montant: int, periodicite: str) -> None:
    """Returns when `produit` may be had at `montant` XAF a period, paid by `periodicite`; raises a RegleMetier otherwise."""
    if produit.statut != ProduitPass.Statut.ACTIF:
        raise ProduitIndisponible(f"{produit.nom_pass} n'est pas proposé en ce moment.")
    if not produit.prix_minimum <= montant <= produit.prix_maximum:
        raise MontantHorsLimites(
            f"Choisissez un montant entre {formater_xaf(produit.prix_minimum)} et {formater_xaf(produit.prix_maximum)}."
        )
    if periodicite not in produit.periodicites:
        permises = ", ".join(Periodicite(p).label.lower() for p in produit.periodicites)
        raise PeriodiciteNonPermise(f"Pour {produit.nom_pass}, choisissez une périodicité parmi : {permises}.")
    if montant < nombre_echeances(periodicite=periodicite, duree_jours=produit.duree_validite_jours):
        raise MontantHorsLimites(
            "Ce montant ne peut pas se payer en autant d'échéances. Choisissez une périodicité plus longue."
        )


def etablir_devis(*, produit: ProduitPass, montant: int, periodicite: str, date_debut: date) -> Devis:
    """A quote for one period of `produit` from `date_debut`; writes nothing. Raises as `verifier_offre`."""
    verifier_offre(produit=produit, montant=montant, periodicite=periodicite)
    nombre = nombre_echeances(periodicite=periodicite, duree_jours=produit.duree_validite_jours)
    date_fin = date_debut + timedelta(days=produit.duree_validite_jours)
    plafond = depassement(prime_annuelle=prime_annuelle(prime=montant, duree_jours=produit.duree_validite_jours))
    return Devis(
        prime=montant,
        periodicite=periodicite,
        nombre_echeances=nombre,
        date_debut=date_debut,
        date_fin=date_fin,
        echeances=echeances(prime=montant, date_debut=date_debut, date_fin=date_fin, nombre=nombre),
        avertissements=[plafond] if plafond else [],
    )


CATALOGUE = settings.BASE_DIR / "fixtures" / "produits_pass.json"


def lire_catalogue() -> list[dict[str, Any]]:
    """The catalogue that comes with the project: one entry a product, with its guarantees."""
    catalogue: list[dict[str, Any]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return catalogue


@transaction.atomic
def charger_catalogue(
    *, catalogue: list[dict[str, Any]], ajouter_seulement: bool = False, simulation: bool = False
) -> dict[str, int]:
    """Products and guarantees are those of `catalogue` (codes as keys); what it does not name stays. Returns counts written.

    A guarantee that NSIA has confirmed (`a_confirmer` false in the database) is never overwritten by a plausible one.
    With `ajouter_seulement`, nothing that exists is changed; with `simulation`, nothing at all.
    """
    bilan = {"produits créés": 0, "produits mis à jour": 0, "garanties créées": 0, "garanties mises à jour": 0}
    for fiche in catalogue:
        valeurs = {champ: valeur for champ, valeur in fiche.items() if champ not in ("code_pass", "garanties")}
        produit = ProduitPass.objects.filter(code_pass=fiche["code_pass"]).first()
        if produit is None:
            produit = ProduitPass(code_pass=fiche["code_pass"])
            bilan["produits créés"] += _remplir(produit, valeurs)
        elif not ajouter_seulement:
            bilan["produits mis à jour"] += _remplir(produit, valeurs)
        connues = {garantie.code: garantie for garantie in produit.garanties.all()}
        for ligne in fiche["garanties"]:
            connue = connues.get(ligne["code"])
            if connue is None:
                bilan["garanties créées"] += _remplir(Garantie(produit=produit), ligne)
            elif not ajouter_seulement and (connue.a_confirmer or not ligne["a_confirmer"]):
                bilan["garanties mises à jour"] += _remplir(connue, ligne)
    transaction.set_rollback(simulation)
    return bilan


def _remplir(objet: ProduitPass | Garantie, valeurs: dict[str, Any]) -> bool:
    """`objet` holds `valeurs`, valid; False when it already did, and then nothing was written."""
    avant = {champ: getattr(objet, champ) for champ in valeurs}
    for champ, valeur in valeurs.items():
        setattr(objet, champ, valeur)
    objet.full_clean()
    if objet.pk is not None and all(getattr(objet, champ) == avant[champ] for champ in valeurs):
        return False
    objet.save()
    return True

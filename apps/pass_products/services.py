"""Quotes; every write on the catalogue and on the settings of the back office."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from apps.pass_products import ages
from apps.pass_products.ceilings import depassement, prime_annuelle
from apps.pass_products.errors import (
    AgeHorsLimites,
    DateNaissanceRequise,
    MontantHorsLimites,
    PeriodiciteNonPermise,
    ProduitIndisponible,
)
from apps.pass_products.models import ActeCatalogue, Garantie, ModificationCatalogue, Periodicite, ProduitPass
from apps.pass_products.schedule import Echeance, echeances, nombre_echeances
from nsia_pass_api.dates import dernier_jour_couvert
from nsia_pass_api.money import formater_xaf

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Devis:
    """The price of one coverage period: `prime` XAF in `nombre_echeances` instalments.

    `date_naissance_requise`: the subscriber's is still to be given, and lies within `age_min` and `age_max`.
    """

    produit: str
    prime: int
    periodicite: str
    nombre_echeances: int
    date_debut: date
    date_fin: date
    echeances: list[Echeance]
    avertissements: list[str]
    date_naissance_requise: bool
    age_min: int | None
    age_max: int | None

    @property
    def dernier_jour_couvert(self) -> date:
        return dernier_jour_couvert(self.date_fin)


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


def verifier_souscripteur(
    *,
    produit: ProduitPass,
    naissance: date | None,
    jour: date,
    champ: str = "date_naissance",
    acte: str = "se souscrit",
) -> None:
    """Returns when every guarantee of `produit` plays on `jour` for a subscriber born on `naissance`.

    Raises DateNaissanceRequise, AgeHorsLimites; both name `champ`. A product without limits of age asks nothing.
    """
    garanties = list(produit.garanties.all())
    if not ages.date_requise(garanties):
        return
    limites = ages.du_souscripteur(garanties)
    if limites.vides:
        raise AgeHorsLimites(
            f"Les garanties de {produit.nom_pass} ne couvrent ensemble aucun âge. Adressez-vous à un agent."
        )
    if naissance is None:
        _demander_la_date(f"{produit.nom_pass} {acte} {limites}.", champ=champ)
    elif not limites.admettent(ans := ages.age(naissance, jour=jour)):
        phrase = (
            f"{produit.nom_pass} {acte} {limites}, et cette date de naissance donne {_ans(ans)}. "
            "Choisissez un autre PASS, ou adressez-vous à une agence NSIA."
        )
        raise AgeHorsLimites(phrase, champs={champ: [phrase]})


def verifier_assure(
    *, produit: ProduitPass, nom: str, naissance: date | None, jour: date, champ: str = "date_naissance"
) -> None:
    """Returns when a guarantee of `produit` plays on `jour` for somebody insured beside the subscriber. Raises as above."""
    garanties = list(produit.garanties.all())
    if not ages.date_requise(garanties):
        return
    plages = ages.des_assures(garanties)
    dites = " ou ".join(map(str, plages))
    if naissance is None:
        _demander_la_date(f"{produit.nom_pass} assure à vos côtés {dites} : donnez la date pour {nom}.", champ=champ)
    elif not any(une.admettent(ans := ages.age(naissance, jour=jour)) for une in plages):
        phrase = (
            f"{produit.nom_pass} assure à vos côtés {dites}, et la date de naissance de {nom} donne {_ans(ans)}. "
            "Inscrivez cette personne comme bénéficiaire, ou adressez-vous à une agence NSIA."
        )
        raise AgeHorsLimites(phrase, champs={champ: [phrase]})


def _demander_la_date(pourquoi: str, *, champ: str) -> None:
    raise DateNaissanceRequise(
        f"La date de naissance est nécessaire : {pourquoi}", champs={champ: ["Donnez la date de naissance."]}
    )


def _ans(ans: int) -> str:
    return "moins d'un an" if ans < 1 else "1 an" if ans == 1 else f"{ans} ans"


def etablir_devis(
    *,
    produit: ProduitPass,
    montant: int,
    periodicite: str,
    date_debut: date,
    date_naissance: date | None = None,
    assures: Sequence[date] = (),
) -> Devis:
    """A quote for one period of `produit` from `date_debut`; writes nothing. Raises as `verifier_offre`.

    Who was born on `date_naissance`, and `assures` beside, are refused as a subscription would; no date is asked.
    """
    verifier_offre(produit=produit, montant=montant, periodicite=periodicite)
    if date_naissance is not None:
        verifier_souscripteur(produit=produit, naissance=date_naissance, jour=date_debut)
    for rang, naissance in enumerate(assures):
        verifier_assure(
            produit=produit, nom="cette personne", naissance=naissance, jour=date_debut, champ=f"assures.{rang}"
        )
    garanties = list(produit.garanties.all())
    limites = ages.du_souscripteur(garanties)
    nombre = nombre_echeances(periodicite=periodicite, duree_jours=produit.duree_validite_jours)
    date_fin = date_debut + timedelta(days=produit.duree_validite_jours)
    plafond = depassement(prime_annuelle=prime_annuelle(prime=montant, duree_jours=produit.duree_validite_jours))
    return Devis(
        produit=produit.code_pass,
        prime=montant,
        periodicite=periodicite,
        nombre_echeances=nombre,
        date_debut=date_debut,
        date_fin=date_fin,
        echeances=echeances(prime=montant, date_debut=date_debut, date_fin=date_fin, nombre=nombre),
        avertissements=[plafond] if plafond else [],
        date_naissance_requise=date_naissance is None and ages.date_requise(garanties),
        age_min=limites.minimum,
        age_max=limites.maximum,
    )


@transaction.atomic
def ecrire_produit(*, produit: ProduitPass, acteur: AbstractBaseUser) -> ProduitPass:
    """The product is as `produit` holds it, with an audit row of what changed. Contracts keep their price and schedule."""
    avant = _fiche(ProduitPass.objects.select_for_update().filter(pk=produit.pk).first())
    produit.full_clean()
    produit.save()
    acte = ActeCatalogue.PRODUIT_MODIFIE if avant else ActeCatalogue.PRODUIT_AJOUTE
    _inscrire(acte, produit=produit, avant=avant, apres=_fiche(produit), acteur=acteur)
    return produit


@transaction.atomic
def ecrire_garantie(*, garantie: Garantie, acteur: AbstractBaseUser) -> Garantie:
    """The guarantee is as `garantie` holds it, with an audit row of what changed."""
    ProduitPass.objects.select_for_update(no_key=True).get(pk=garantie.produit_id)
    avant = _fiche(Garantie.objects.filter(pk=garantie.pk).first())
    garantie.full_clean()
    garantie.save()
    acte = ActeCatalogue.GARANTIE_MODIFIEE if avant else ActeCatalogue.GARANTIE_AJOUTEE
    _inscrire(
        acte, produit=garantie.produit, garantie=garantie.code, avant=avant, apres=_fiche(garantie), acteur=acteur
    )
    return garantie


@transaction.atomic
def retirer_garantie(*, garantie: Garantie, acteur: AbstractBaseUser) -> None:
    """The product no longer has the guarantee; the audit row says what it was."""
    avant, code, produit = _fiche(garantie), garantie.code, garantie.produit
    garantie.delete()
    _inscrire(ActeCatalogue.GARANTIE_RETIREE, produit=produit, garantie=code, avant=avant, apres={}, acteur=acteur)


def _fiche(objet: ProduitPass | Garantie | None) -> dict[str, Any]:
    if objet is None:
        return {}
    return {
        champ.attname: champ.value_from_object(objet) for champ in objet._meta.concrete_fields if champ.name != "id"
    }


def _inscrire(
    acte: str,
    *,
    produit: ProduitPass,
    avant: dict[str, Any],
    apres: dict[str, Any],
    acteur: AbstractBaseUser,
    garantie: str = "",
) -> None:
    """One row of what differs; none when nothing does."""
    differents = [champ for champ in {**avant, **apres} if avant.get(champ) != apres.get(champ)]
    if differents:
        ModificationCatalogue.objects.create(
            produit=produit,
            garantie=garantie,
            acte=acte,
            avant={champ: avant[champ] for champ in differents if champ in avant},
            apres={champ: apres[champ] for champ in differents if champ in apres},
            acteur_id=acteur.pk,
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

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone

from apps.pass_clients.models import (
    Agence,
    BeneficiairePass,
    ClientPass,
    NumeroPolice,
    PeriodeCouverture,
    SouscriptionPass,
)
from apps.pass_products.tests.factories import ProduitFactory


class AgenceFactory(factory.django.DjangoModelFactory[Agence]):
    """The agency of that name, opened when there is none."""

    class Meta:
        model = Agence
        django_get_or_create = ("nom",)

    nom = factory.Sequence(lambda n: f"Agence {n}")


class DansUneAgence(factory.django.DjangoModelFactory[Any]):
    """Base of factories whose `agence` may be given by its name; empty: none."""

    class Meta:
        abstract = True

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        agence = kwargs.get("agence")
        return kwargs | ({"agence": AgenceFactory(nom=agence) if agence else None} if isinstance(agence, str) else {})


class ClientFactory(DansUneAgence):
    class Meta:
        model = ClientPass

    nom = factory.Sequence(lambda n: f"KONGO{n}")
    prenom = "Jean Baptiste"
    telephone = factory.Sequence(lambda n: f"+24206{n:07d}")


class SouscriptionFactory(factory.django.DjangoModelFactory[SouscriptionPass]):
    """An unpaid subscription; `active=True` makes it `activee`, without any period."""

    class Meta:
        model = SouscriptionPass

    class Params:
        active = factory.Trait(statut="activee", date_activation=factory.LazyFunction(timezone.now))

    client = factory.SubFactory(ClientFactory)
    produit = factory.SubFactory(ProduitFactory)
    numero_souscription = factory.Sequence(lambda n: f"PASS-TEST-2026-{n:06d}")
    montant_souscription = 1_200
    periodicite = "mensuelle"
    canal = "borne"
    # Wanted by the holder of the phone, as almost all are; `preuve=""` for one that a stranger may have made.
    preuve = "paiement"
    prouvee_le = factory.LazyAttribute(lambda souscription: timezone.now() if souscription.preuve else None)


class PeriodeFactory(factory.django.DjangoModelFactory[PeriodeCouverture]):
    class Meta:
        model = PeriodeCouverture

    souscription = factory.SubFactory(SouscriptionFactory, active=True)
    numero = 1
    date_debut = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=100))
    date_fin = factory.LazyAttribute(lambda p: p.date_debut + timedelta(days=365))
    prime = 1_200
    periodicite = "mensuelle"
    nombre_echeances = 12


class PoliceFactory(factory.django.DjangoModelFactory[NumeroPolice]):
    class Meta:
        model = NumeroPolice

    souscription = factory.SubFactory(SouscriptionFactory, active=True)
    numero_police = factory.Sequence(lambda n: f"CG-2026-VIE-{n:03d}")
    mode_attribution = NumeroPolice.Mode.AUTOMATIQUE


class BeneficiaireFactory(factory.django.DjangoModelFactory[BeneficiairePass]):
    class Meta:
        model = BeneficiairePass

    souscription = factory.SubFactory(SouscriptionFactory)
    nom = "KONGO"
    prenom = "Grâce"
    relation = BeneficiairePass.Relation.ENFANT
    date_naissance = date(2015, 5, 17)
    ordre_priorite = 1


def dates_de(statut: str) -> dict[str, Any]:
    """The dates that `statut` asks for, for SouscriptionFactory or an update."""
    activee = statut in ("activee", "suspendue", "expiree", "resiliee")
    return {
        "date_activation": timezone.now() if activee else None,
        "date_resiliation": timezone.localdate() if statut == "resiliee" else None,
    }


def contrat_en_vigueur(*, numero: str | None = None, **souscription: object) -> NumeroPolice:
    """A client's active subscription with a police and one period that began 100 days ago: prime 1 200, 12 instalments."""
    numerotee = {"numero_police": numero} if numero else {}
    police = PoliceFactory(souscription=SouscriptionFactory(active=True, **souscription), **numerotee)
    PeriodeFactory(souscription=police.souscription, prime=police.souscription.montant_souscription)
    return police

from datetime import datetime, timedelta
from typing import Any

import factory
from django.db import transaction
from django.utils import timezone

from apps.pass_clients.models import ClientPass, NumeroPolice
from apps.pass_clients.tests.factories import PeriodeFactory, PoliceFactory, SouscriptionFactory
from apps.pass_payments.models import EvenementPaiement, PaiementPass


class PaiementFactory(factory.django.DjangoModelFactory[PaiementPass]):
    """A payment with the journal row that its state requires; confirmed (`succes`) unless told otherwise."""

    class Meta:
        model = PaiementPass
        skip_postgeneration_save = True

    souscription = factory.SubFactory(SouscriptionFactory, active=True)
    numero_transaction = factory.Sequence(lambda n: f"PAY-20261121-{n:06d}")
    montant = 100
    operateur = PaiementPass.Operateur.MTN
    mode_paiement = "MTN Mobile Money"
    type_paiement = PaiementPass.Type.COTISATION
    statut = PaiementPass.Statut.SUCCES
    date_confirmation = factory.Maybe(
        factory.LazyAttribute(lambda p: p.statut in ("succes", "rembourse")), factory.LazyFunction(timezone.now), None
    )
    date_comptable = factory.LazyAttribute(
        lambda p: timezone.localdate(p.date_confirmation) if isinstance(p.date_confirmation, datetime) else None
    )

    @classmethod
    def _generate(cls, strategy: str, params: Any) -> Any:
        with transaction.atomic():
            return super()._generate(strategy, params)

    @factory.post_generation
    def journal(self: PaiementPass, create: bool, extracted: object, **kwargs: object) -> None:  # type: ignore[misc]
        if create:
            EvenementPaiement.objects.create(
                paiement=self, type=EvenementPaiement.Type.CONSULTATION, statut=self.statut
            )


def contrat_finissant(client: ClientPass, *, fin_dans: int, paye: int = 1_200) -> NumeroPolice:
    """A contract whose only period ends in `fin_dans` days; `paye` XAF were paid."""
    police = PoliceFactory(souscription=SouscriptionFactory(client=client, active=True))
    PeriodeFactory(souscription=police.souscription, date_debut=timezone.localdate() + timedelta(days=fin_dans - 365))
    PaiementFactory(souscription=police.souscription, montant=paye)
    return police

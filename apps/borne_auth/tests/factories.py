from datetime import timedelta

import factory
from django.contrib.auth.models import Group
from django.utils import timezone

from apps.borne_auth.coffre import sceller
from apps.borne_auth.journal import identifiant
from apps.borne_auth.models import Agent, Borne, ConnexionAgent, DemandeConfirmation, FacteurAgent, SessionBorne
from apps.borne_auth.services import empreinte
from apps.pass_clients.tests.factories import ClientFactory, DansUneAgence


class AgentFactory(DansUneAgence):
    """A member of staff; with `role`, in the group of that name."""

    class Meta:
        model = Agent
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"agent{n}@nsia.cg")
    matricule = factory.Sequence(lambda n: f"AG{n:04d}")
    first_name = "Mireille"
    last_name = "LOEMBA"
    is_staff = True

    @factory.post_generation
    def role(self: Agent, create: bool, extracted: str | None, **kwargs: object) -> None:  # type: ignore[misc]
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))


# As a telephone would hold it: RFC 6238's own example.
SECRET = b"12345678901234567890"


class FacteurFactory(factory.django.DjangoModelFactory[FacteurAgent]):
    """A second factor whose secret is SECRET and none of whose codes was used."""

    class Meta:
        model = FacteurAgent

    agent = factory.SubFactory(AgentFactory)
    secret_scelle = factory.LazyAttribute(lambda f: sceller(SECRET, proprietaire=f.agent.pk))
    dernier_pas = 0


class ConnexionFactory(factory.django.DjangoModelFactory[ConnexionAgent]):
    """Somebody got in by password, from nowhere in particular."""

    class Meta:
        model = ConnexionAgent

    agent = factory.SubFactory(AgentFactory)
    identifiant = factory.LazyAttribute(lambda c: identifiant(c.agent.email if c.agent else "personne@nsia.cg"))
    canal = "back_office"
    moyen = "mot_de_passe"
    resultat = "reussie"
    adresse = "41.78.1.1"
    reseau = factory.SelfAttribute("adresse")


class BorneFactory(DansUneAgence):
    """An active kiosk whose key is `cle` (not kept: the test has to know it)."""

    class Meta:
        model = Borne

    class Params:
        cle = "cle-de-test"

    code = factory.Sequence(lambda n: f"BZV-{n:03d}")
    agence = "Brazzaville Centre"
    cle_empreinte = factory.LazyAttribute(lambda b: empreinte(b.cle))


class SessionFactory(factory.django.DjangoModelFactory[SessionBorne]):
    """An open session that began now, outside any kiosk."""

    class Meta:
        model = SessionBorne

    client = factory.SubFactory(ClientFactory)
    police = "CG-2026-VIE-001"
    ouverte_le = factory.LazyFunction(timezone.now)
    expire_le = factory.LazyAttribute(lambda s: s.ouverte_le + timedelta(minutes=30))


class DemandeFactory(factory.django.DjangoModelFactory[DemandeConfirmation]):
    """Another Mobile Money number, asked for as the session began; its code is nobody's."""

    class Meta:
        model = DemandeConfirmation

    session = factory.SubFactory(SessionFactory)
    acte = "mobile_money_modifier"
    changement = factory.LazyFunction(lambda: {"numero_mobile_money": "+242065123456", "operateur_mobile": "mtn_money"})
    empreinte_code = "a" * 64
    creee_le = factory.SelfAttribute("session.ouverte_le")
    expire_le = factory.LazyAttribute(lambda d: d.creee_le + timedelta(minutes=5))

import factory

from apps.borne_auth.models import Agent


class AgentFactory(factory.django.DjangoModelFactory[Agent]):
    class Meta:
        model = Agent
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"agent{n}@nsia.cg")
    matricule = factory.Sequence(lambda n: f"AG{n:04d}")
    first_name = "Mireille"
    last_name = "LOEMBA"
    is_staff = True

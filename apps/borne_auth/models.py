"""Tables of identity. `Agent` stands alone in migration 0001, so that lower apps can point to `AUTH_USER_MODEL`."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from nsia_pass_api.constraints import parmi, telephone


class AgentManager(BaseUserManager["Agent"]):
    def _create(self, email: str, password: str | None, **fields: Any) -> "Agent":
        agent = self.model(email=self.normalize_email(email).lower(), **fields)
        agent.set_password(password)
        agent.full_clean()
        agent.save(using=self._db)
        return agent

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        return self._create(email, password, **{"is_staff": True, **fields})

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        return self._create(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email=(username or "").lower())


class StatutAgent(models.TextChoices):
    ACTIF = "actif", "Actif"
    SUSPENDU = "suspendu", "Suspendu"
    PARTI = "parti", "Parti"


class Agent(AbstractUser):
    """A member of staff. Signs in by e-mail; sells nothing."""

    Statut = StatutAgent

    username = None  # type: ignore[assignment]
    email = models.EmailField("adresse e-mail")
    matricule = models.CharField(max_length=20)
    telephone = models.CharField("téléphone", max_length=13, blank=True)
    agence = models.CharField(max_length=80, blank=True)
    poste = models.CharField(max_length=80, blank=True)
    adresse = models.CharField(max_length=200, blank=True)
    date_embauche = models.DateField("date d'embauche", null=True, blank=True)
    solde_commissions = models.BigIntegerField("solde des commissions (XAF)", default=0)
    taux_commission = models.DecimalField("taux de commission (%)", max_digits=5, decimal_places=2, default=0)
    statut = models.CharField(max_length=10, choices=Statut.choices, default=Statut.ACTIF)

    objects: ClassVar[AgentManager] = AgentManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["matricule", "first_name", "last_name"]

    class Meta:
        db_table = "agents"
        verbose_name = "agent"
        verbose_name_plural = "agents"
        ordering = ["last_name", "first_name"]
        constraints = [
            models.UniqueConstraint(fields=["email"], name="agents_email_unique"),
            models.UniqueConstraint(fields=["matricule"], name="agents_matricule_unique"),
            models.CheckConstraint(condition=Q(email__regex=r"^[^A-Z]+$"), name="agents_email_minuscule"),
            telephone("telephone", name="agents_telephone_congo", vide=True),
            models.CheckConstraint(
                condition=Q(taux_commission__gte=0, taux_commission__lte=100), name="agents_taux_commission_pourcent"
            ),
            models.CheckConstraint(condition=Q(statut__in=["actif", "suspendu", "parti"]), name="agents_statut_connu"),
        ]

    def __str__(self) -> str:
        return f"{self.get_full_name()} ({self.matricule})"

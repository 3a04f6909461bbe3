"""Agents, kiosks, sessions of clients, guesses. `Agent` stands alone in migration 0001: lower apps point to `AUTH_USER_MODEL`."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property

from apps.pass_clients.models import Agence, BeneficiairePass, ClientPass, SouscriptionPass
from nsia_pass_api.constraints import parmi, telephone
from nsia_pass_api.roles import RoleAgent

# The law of docs/spec/kiosk.md; settings may only shorten it.
DUREE_SESSION_MAX = timedelta(minutes=30)
DUREE_CODE_MAX = timedelta(minutes=15)
ESSAIS_CODE_MAX = 5


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

    Role = RoleAgent
    Statut = StatutAgent

    username = None  # type: ignore[assignment]
    email = models.EmailField("adresse e-mail")
    matricule = models.CharField(max_length=20)
    telephone = models.CharField("téléphone", max_length=13, blank=True)
    agence = models.ForeignKey(Agence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    poste = models.CharField(max_length=80, blank=True)
    adresse = models.CharField(max_length=200, blank=True)
    date_embauche = models.DateField("date d'embauche", null=True, blank=True)
    solde_commissions = models.BigIntegerField("solde des commissions (XAF)", default=0)
    taux_commission = models.DecimalField("taux de commission (%)", max_digits=5, decimal_places=2, default=0)
    statut = models.CharField(max_length=10, choices=Statut.choices, default=Statut.ACTIF)

    objects: ClassVar[AgentManager] = AgentManager()  # type: ignore[assignment]

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
        triggers = [
            pgtrigger.Protect(name="agent_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="agent_inscrit_une_fois", fields=["date_joined"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_full_name()} ({self.matricule})"

    @property
    def nom_agence(self) -> str:
        return self.agence.nom if self.agence else ""

    @cached_property
    def role(self) -> RoleAgent | None:
        """Read once for each loaded agent. Who has all rights needs no group to be an administrator."""
        if self.is_superuser:
            return RoleAgent.ADMINISTRATEUR
        noms = [groupe.name for groupe in self.groups.all()]
        return next((role for role in RoleAgent if role in noms), None)


class StatutBorne(models.TextChoices):
    ACTIVE = "active", "Active"
    DESACTIVEE = "desactivee", "Désactivée"


class Borne(models.Model):
    """A registered machine. Its key is shown once, to the person who registers it; only a SHA-256 of it is kept."""

    Statut = StatutBorne

    code = models.CharField(max_length=20)
    agence = models.ForeignKey(Agence, on_delete=models.PROTECT, related_name="+")
    cle_empreinte = models.CharField("empreinte de la clé", max_length=64, editable=False)
    statut = models.CharField("état", max_length=10, choices=Statut.choices, default=Statut.ACTIVE, editable=False)
    version = models.CharField(max_length=40, blank=True, editable=False)
    dernier_contact = models.DateTimeField("dernier contact", null=True, editable=False)
    creee_le = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    class Meta:
        db_table = "bornes"
        verbose_name = "borne"
        verbose_name_plural = "bornes"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="bornes_code_unique"),
            models.UniqueConstraint(fields=["cle_empreinte"], name="bornes_cle_unique"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]{1,19}$"), name="bornes_code_forme"),
            models.CheckConstraint(condition=Q(cle_empreinte__regex=r"^[0-9a-f]{64}$"), name="bornes_cle_hachee"),
            parmi("statut", StatutBorne, name="bornes_statut_connu"),
        ]
        triggers = [
            pgtrigger.Protect(name="borne_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="borne_immuable", fields=["code", "creee_le"]),
        ]

    def __str__(self) -> str:
        return self.code


class MotifFermeture(models.TextChoices):
    DECONNEXION = "deconnexion", "Déconnexion"
    JETON_REUTILISE = "jeton_reutilise", "Jeton présenté deux fois"
    BORNE_DESACTIVEE = "borne_desactivee", "Borne désactivée"
    CLE_RENOUVELEE = "cle_renouvelee", "Clé de la borne renouvelée"


class SessionBorne(models.Model):
    """What a client's tokens stand for. It ends at `expire_le` at the latest, is never prolonged and never reopened."""

    Motif = MotifFermeture

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(ClientPass, on_delete=models.PROTECT, related_name="sessions_borne")
    borne = models.ForeignKey(Borne, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    police = models.CharField("police présentée", max_length=30)
    ouverte_le = models.DateTimeField("ouverte le")
    expire_le = models.DateTimeField("expire le")
    fermee_le = models.DateTimeField("fermée le", null=True, blank=True)
    motif_fermeture = models.CharField("motif", max_length=16, choices=MotifFermeture.choices, blank=True)

    class Meta:
        db_table = "sessions_borne"
        verbose_name = "session"
        verbose_name_plural = "sessions"
        ordering = ["-ouverte_le"]
        indexes = [models.Index(fields=["-ouverte_le"], name="sessions_recentes")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("ouverte_le"), expire_le__lte=F("ouverte_le") + DUREE_SESSION_MAX),
                name="sessions_trente_minutes",
            ),
            models.CheckConstraint(
                condition=Q(fermee_le__isnull=True, motif_fermeture="")
                | (Q(fermee_le__isnull=False) & Q(motif_fermeture__in=MotifFermeture.values)),
                name="sessions_fermeture_motivee",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="session_non_prolongeable", exclude=["fermee_le", "motif_fermeture"]),
            pgtrigger.Protect(
                name="session_non_rouverte",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__fermee_le__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def vivante(self, *, le: datetime) -> bool:
        return self.fermee_le is None and le < self.expire_le


class JetonRafraichissement(models.Model):
    """A refresh token that was handed out: good once, claimed by `UPDATE … WHERE utilise_le IS NULL`."""

    jti = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(SessionBorne, on_delete=models.PROTECT, related_name="jetons")
    expire_le = models.DateTimeField("expire le")
    utilise_le = models.DateTimeField("utilisé le", null=True)

    class Meta:
        db_table = "jetons_rafraichissement"
        verbose_name = "jeton de rafraîchissement"
        verbose_name_plural = "jetons de rafraîchissement"
        triggers = [
            pgtrigger.ReadOnly(name="jeton_immuable", exclude=["utilise_le"]),
            pgtrigger.Protect(
                name="jeton_usage_unique",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__utilise_le__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RegleEssais(models.TextChoices):
    """What is counted. Guesses made at registered kiosks and elsewhere draw on separate budgets (docs/decisions/0003)."""

    POLICE_HORS_BORNE = "police_hors_borne", "Police, hors borne"
    POLICE_BORNE = "police_borne", "Police, sur une borne"
    POLICE_BORNES = "police_bornes", "Police, toutes bornes"
    TELEPHONE_HORS_BORNE = "telephone_hors_borne", "Téléphone, hors borne"
    TELEPHONE_BORNE = "telephone_borne", "Téléphone, sur une borne"
    TELEPHONE_BORNES = "telephone_bornes", "Téléphone, toutes bornes"
    BORNE = "borne", "Borne"
    ADRESSE_MINUTE = "adresse_minute", "Adresse, par minute"
    ADRESSE_JOUR = "adresse_jour", "Adresse, par jour"
    AGENT_ADRESSE = "agent_adresse", "Agent, depuis une adresse"
    AGENT_APPAREIL = "agent_appareil", "Agent, depuis un appareil connu"
    AGENT_QUART_HEURE = "agent_quart_heure", "Agent, d'ailleurs, par quart d'heure"
    AGENT_HEURE = "agent_heure", "Agent, d'ailleurs, par heure"
    AGENT_JOUR = "agent_jour", "Agent, d'ailleurs, par jour"
    AGENTS_ADRESSE = "agents_adresse", "Agents, par adresse"
    FACTEUR_APPAREIL = "facteur_appareil", "Codes d'un agent, appareil connu"
    FACTEUR_QUART_HEURE = "facteur_quart_heure", "Codes d'un agent, d'ailleurs"
    FACTEUR_JOUR = "facteur_jour", "Codes d'un agent, par jour"
    CODE_CLIENT_HEURE = "code_client_heure", "Codes d'un client, par heure"
    CODE_CLIENT_JOUR = "code_client_jour", "Codes d'un client, par jour"
    CODE_TELEPHONE_HEURE = "code_telephone_heure", "Codes vers un téléphone, par heure"
    CODE_TELEPHONE_JOUR = "code_telephone_jour", "Codes vers un téléphone, par jour"
    MAINTENANCE = "maintenance", "Code de maintenance"
    RAPPEL_TELEPHONE = "rappel_telephone", "Police par SMS, vers un téléphone"
    RAPPEL_BORNE = "rappel_borne", "Police par SMS, depuis une borne"
    RAPPEL_ADRESSE = "rappel_adresse", "Police par SMS, depuis une adresse"
    CODE_LIEU_HEURE = "code_lieu_heure", "Codes sans session vers un téléphone, d'un lieu, par heure"
    CODE_LIEUX_JOUR = "code_lieux_jour", "Codes sans session vers un téléphone, par jour"
    PROSPECT_TELEPHONE = "prospect_telephone", "Souscriptions sans session, par téléphone nommé"
    PROSPECT_PAYEUR = "prospect_payeur", "Souscriptions sans session, par téléphone payeur"
    PROSPECT_BORNE = "prospect_borne", "Souscriptions sans session, par borne"
    PROSPECT_ADRESSE = "prospect_adresse", "Souscriptions sans session, par adresse"
    AUTRUI_PAYEUR = "autrui_payeur", "Demandes vers le téléphone d'un autre, par téléphone"
    AUTRUI_CLIENT = "autrui_client", "Demandes vers le téléphone d'un autre, par client"


class CompteurEssais(models.Model):
    """Wrong guesses of one subject in one window, codes and PIN prompts sent to it, what strangers asked in its name. `sujet` is
    a keyed hash: no phone, police or address is kept here."""

    regle = models.CharField("règle", max_length=20, choices=RegleEssais.choices)
    sujet = models.CharField(max_length=64)
    fenetre = models.DateTimeField("début de la fenêtre")
    essais = models.IntegerField()

    class Meta:
        db_table = "compteurs_essais"
        verbose_name = "compteur d'essais"
        verbose_name_plural = "compteurs d'essais"
        constraints = [
            models.UniqueConstraint(fields=["regle", "sujet", "fenetre"], name="compteurs_un_par_fenetre"),
            parmi("regle", RegleEssais, name="compteurs_regle_connue"),
            models.CheckConstraint(condition=Q(sujet__regex=r"^[0-9a-f]{64}$"), name="compteurs_sujet_hache"),
            models.CheckConstraint(condition=Q(essais__gte=1), name="compteurs_positifs"),
        ]

    def __str__(self) -> str:
        return f"{self.regle} : {self.essais}"


class ActeSensible(models.TextChoices):
    """What a client does only with a code that was sent to her phone; the last two without a session."""

    BENEFICIAIRE_AJOUTER = "beneficiaire_ajouter", "Ajouter un bénéficiaire"
    BENEFICIAIRE_MODIFIER = "beneficiaire_modifier", "Modifier un bénéficiaire"
    BENEFICIAIRE_RETIRER = "beneficiaire_retirer", "Retirer un bénéficiaire"
    MOBILE_MONEY_MODIFIER = "mobile_money_modifier", "Changer le numéro Mobile Money"
    SOUSCRIRE = "souscrire", "Souscrire"
    CONNEXION = "connexion", "Ouvrir ses contrats"


SANS_SESSION = (ActeSensible.SOUSCRIRE, ActeSensible.CONNEXION)


class StatutDemande(models.TextChoices):
    EN_ATTENTE = "en_attente", "En attente du code"
    CONFIRMEE = "confirmee", "Confirmée"
    IMPOSSIBLE = "impossible", "Devenue impossible"
    EPUISEE = "epuisee", "Trop d'essais"
    EXPIREE = "expiree", "Code expiré"
    ANNULEE = "annulee", "Remplacée, ou session fermée"


class DemandeConfirmation(models.Model):
    """A change that waits for its code: good for this change, in this session, until `expire_le`, once.

    Without a session it is good at the kiosk where it was asked (or where there is none), for the client who has the phone.
    Only a keyed hash of the code is kept, and the change itself (`changement`) only while it waits. One waits at a time in
    a session, or for a client, a kiosk and an act; what has ended stays ended.
    """

    Acte = ActeSensible
    Statut = StatutDemande

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(SessionBorne, on_delete=models.PROTECT, null=True, related_name="demandes")
    client = models.ForeignKey(ClientPass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    borne = models.ForeignKey(Borne, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    acte = models.CharField(max_length=24, choices=ActeSensible.choices)
    souscription = models.ForeignKey(
        SouscriptionPass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    beneficiaire = models.ForeignKey(
        BeneficiairePass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    changement = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    empreinte_code = models.CharField("empreinte du code", max_length=64)
    essais = models.SmallIntegerField("essais faux", default=0)
    statut = models.CharField(max_length=10, choices=StatutDemande.choices, default=StatutDemande.EN_ATTENTE)
    creee_le = models.DateTimeField("demandée le")
    expire_le = models.DateTimeField("expire le")
    terminee_le = models.DateTimeField("terminée le", null=True)

    class Meta:
        db_table = "demandes_confirmation"
        verbose_name = "demande à confirmer"
        verbose_name_plural = "demandes à confirmer"
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(statut="en_attente"), name="demandes_une_par_session"
            ),
            models.UniqueConstraint(
                fields=["client", "borne", "acte"],
                condition=Q(statut="en_attente", session__isnull=True),
                nulls_distinct=False,
                name="demandes_une_par_lieu",
            ),
            models.CheckConstraint(
                condition=Q(session__isnull=True, client__isnull=False, acte__in=SANS_SESSION)
                | (Q(session__isnull=False, client__isnull=True, borne__isnull=True) & ~Q(acte__in=SANS_SESSION)),
                name="demandes_de_session_ou_de_lieu",
            ),
            parmi("acte", ActeSensible, name="demandes_acte_connu"),
            parmi("statut", StatutDemande, name="demandes_statut_connu"),
            models.CheckConstraint(
                condition=Q(acte="beneficiaire_ajouter", souscription__isnull=False, beneficiaire__isnull=True)
                | Q(
                    acte__in=["beneficiaire_modifier", "beneficiaire_retirer"],
                    souscription__isnull=False,
                    beneficiaire__isnull=False,
                )
                | Q(
                    acte__in=["mobile_money_modifier", "souscrire"],
                    souscription__isnull=True,
                    beneficiaire__isnull=True,
                )
                | Q(acte="connexion", souscription__isnull=False, beneficiaire__isnull=True),
                name="demandes_objet",
            ),
            models.CheckConstraint(
                condition=Q(statut="en_attente", terminee_le__isnull=True)
                | (~Q(statut="en_attente") & Q(terminee_le__isnull=False, changement={})),
                name="demandes_terminees_effacees",
            ),
            models.CheckConstraint(condition=Q(empreinte_code__regex=r"^[0-9a-f]{64}$"), name="demandes_code_hache"),
            models.CheckConstraint(
                condition=Q(essais__gte=0, essais__lte=ESSAIS_CODE_MAX), name="demandes_peu_d_essais"
            ),
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("creee_le"), expire_le__lte=F("creee_le") + DUREE_CODE_MAX),
                name="demandes_courtes",
            ),
        ]
        indexes = [models.Index(fields=["expire_le"], name="demandes_par_age")]
        triggers = [
            pgtrigger.ReadOnly(name="demande_immuable", exclude=["changement", "essais", "statut", "terminee_le"]),
            pgtrigger.Protect(
                name="demande_terminee",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__statut__df="en_attente"),
            ),
            pgtrigger.Protect(
                name="demande_changement_fige",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__changement__df=pgtrigger.F("new__changement"), new__statut="en_attente"),
            ),
            pgtrigger.Protect(
                name="demande_essais_comptes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__essais__lt=pgtrigger.F("old__essais")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

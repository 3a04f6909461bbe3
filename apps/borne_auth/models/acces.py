"""How members of staff sign in: second factor, recovery codes, and the log of every attempt."""

import uuid
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.borne_auth.models.identite import Agent
from nsia_pass_api.constraints import parmi

# What `coffre.sceller` writes, or wrote before AES-GCM (v1): no secret in clear passes for it.
SCELLE = (
    r"^(v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{27}\.[A-Za-z0-9_-]{43}"
    r"|v2\.[0-9a-f]{8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{48})$"
)
# A SHA-256, sealed.
EMPREINTE_SCELLEE = r"^v2\.[0-9a-f]{8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{64}$"


class FacteurAgent(models.Model):
    """The telephone that gives an agent's codes. Another telephone is another row, so that sessions of the former one end.

    `secret_scelle` is encrypted (`coffre`); of two uses of one code the second finds `dernier_pas` already there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.OneToOneField(Agent, on_delete=models.PROTECT, related_name="facteur")
    secret_scelle = models.CharField("secret chiffré", max_length=120, editable=False)
    dernier_pas = models.BigIntegerField("dernier code accepté", editable=False)
    active_le = models.DateTimeField("activé le", db_default=Now(), editable=False)

    class Meta:
        db_table = "facteurs_agents"
        verbose_name = "second facteur"
        verbose_name_plural = "seconds facteurs"
        constraints = [
            models.CheckConstraint(condition=Q(secret_scelle__regex=SCELLE), name="facteurs_secret_chiffre"),
            models.CheckConstraint(condition=Q(dernier_pas__gte=0), name="facteurs_pas_positif"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="facteur_immuable", exclude=["secret_scelle", "dernier_pas"]),
            pgtrigger.Protect(
                name="facteur_code_usage_unique",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__dernier_pas__lt=pgtrigger.F("old__dernier_pas")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CodeSecours(models.Model):
    """One of ten codes on paper, for whoever has no telephone at hand: good once.

    Only its SHA-256 is kept, sealed for this factor of this agent (`coffre`): whoever writes in the table alone makes no code.
    """

    facteur = models.ForeignKey(FacteurAgent, on_delete=models.PROTECT, related_name="codes")
    empreinte = models.CharField("empreinte scellée", max_length=120, editable=False)
    utilise_le = models.DateTimeField("utilisé le", null=True, editable=False)

    class Meta:
        db_table = "codes_secours"
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = [
            models.UniqueConstraint(fields=["empreinte"], name="codes_secours_uniques"),
            models.CheckConstraint(condition=Q(empreinte__regex=EMPREINTE_SCELLEE), name="codes_secours_scelles"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="code_secours_immuable", exclude=["utilise_le"]),
            pgtrigger.Protect(
                name="code_secours_usage_unique",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__utilise_le__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CanalConnexion(models.TextChoices):
    BACK_OFFICE = "back_office", "Back-office"
    API = "api", "API (jeton)"
    COMMANDE = "commande", "Commande du serveur"


class MoyenConnexion(models.TextChoices):
    MOT_DE_PASSE = "mot_de_passe", "Mot de passe"
    CODE = "code", "Code du téléphone"
    CODE_SECOURS = "code_secours", "Code de secours"
    FACTEUR = "facteur", "Second facteur"


class ResultatConnexion(models.TextChoices):
    REUSSIE = "reussie", "Entrée"
    ETAPE = "etape", "Code attendu"
    REFUSEE = "refusee", "Refusée"
    FACTEUR = "facteur", "Facteur modifié"


class MotifConnexion(models.TextChoices):
    """Why it was refused, or what became of the second factor."""

    INCONNU = "inconnu", "Identifiant inconnu"
    MOT_DE_PASSE = "mot_de_passe", "Mot de passe faux"
    COMPTE_FERME = "compte_ferme", "Compte fermé"
    CODE = "code", "Code faux ou déjà utilisé"
    SANS_FACTEUR = "sans_facteur", "Second facteur absent"
    TROP_D_ESSAIS = "trop_d_essais", "Trop d'essais"
    ACTIVE = "active", "Activé"
    REMPLACE = "remplace", "Téléphone remplacé"
    CODES = "codes", "Codes de secours renouvelés"
    REINITIALISE = "reinitialise", "Réinitialisé"


class ConnexionAgent(models.Model):
    """One sign-in, refusal or change of a second factor. Added, then never changed nor deleted: the database refuses it.

    What was typed is there as a keyed hash alone (`identifiant`); passwords, codes and tokens are not there at all.
    """

    moment = models.DateTimeField(db_default=Now(), editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="connexions", db_index=False)
    par = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    identifiant = models.CharField("identifiant présenté (empreinte)", max_length=64, editable=False)
    canal = models.CharField(max_length=12, choices=CanalConnexion.choices)
    moyen = models.CharField(max_length=12, choices=MoyenConnexion.choices)
    resultat = models.CharField("résultat", max_length=8, choices=ResultatConnexion.choices)
    motif = models.CharField(max_length=14, choices=MotifConnexion.choices, blank=True)
    adresse = models.CharField("adresse réseau", max_length=45, blank=True)
    reseau = models.CharField("réseau", max_length=49, blank=True, editable=False)
    navigateur = models.CharField(max_length=200, blank=True)
    appareil_connu = models.BooleanField("appareil déjà vu", default=False)
    commentaire = models.CharField(max_length=200, blank=True)
    # One line for all refusals of a budget that is spent: who insists does not fill the table.
    blocage = models.CharField(max_length=64, null=True, editable=False)

    class Meta:
        db_table = "connexions_agents"
        verbose_name = "connexion du personnel"
        verbose_name_plural = "connexions du personnel"
        ordering = ["-moment", "-pk"]
        indexes = [
            models.Index(fields=["-moment", "-id"], name="connexions_recentes"),
            models.Index(fields=["agent", "-moment"], name="connexions_d_un_agent"),
            models.Index(fields=["identifiant", "-moment"], name="connexions_d_un_identifiant"),
            models.Index(fields=["adresse", "-moment"], name="connexions_d_une_adresse"),
            models.Index(
                fields=["agent", "reseau", "-moment"],
                condition=Q(resultat="reussie"),
                name="connexions_reseaux_connus",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["blocage"], name="connexions_un_blocage"),
            parmi("canal", CanalConnexion, name="connexions_canal_connu"),
            parmi("moyen", MoyenConnexion, name="connexions_moyen_connu"),
            parmi("resultat", ResultatConnexion, name="connexions_resultat_connu"),
            models.CheckConstraint(
                condition=Q(motif="", resultat__in=["reussie", "etape"])
                | Q(motif__in=MotifConnexion.values, resultat__in=["refusee", "facteur"]),
                name="connexions_motivees",
            ),
            models.CheckConstraint(condition=Q(identifiant__regex=r"^[0-9a-f]{64}$"), name="connexions_identifiant"),
        ]
        triggers = [
            pgtrigger.Protect(name="connexion_immuable", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_resultat_display()} le {timezone.localtime(self.moment):%d/%m/%Y %H:%M}"


def cle_du_facteur(agent: Any) -> str:
    """The key of the agent's second factor, empty without one: what her sessions and tokens must have shown."""
    facteur: FacteurAgent | None = getattr(agent, "facteur", None)
    return "" if facteur is None else str(facteur.pk)

"""Tables of the insured: clients, subscriptions (the source of truth), periods, beneficiaries, police numbers, view `contrats`.

A coverage period is half-open: cover runs from `date_debut` to the eve of `date_fin`. Nothing here is ever deleted by cascade.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from apps.pass_clients.expressions import FormeAgence, NomCherchable, PoliceEpelee
from apps.pass_products.models import Periodicite, ProduitPass
from nsia_pass_api.constraints import parmi, telephone
from nsia_pass_api.gardes import fige
from nsia_pass_api.textes import sans_invisibles, verifier_nom

NOMBRE_BENEFICIAIRES_MAX = 6
FORME_POLICE = r"^[A-Z0-9][A-Z0-9-]{2,29}$"


class OperateurMobile(models.TextChoices):
    MTN = "mtn_money", "MTN Mobile Money"
    AIRTEL = "airtel_money", "Airtel Money"
    MOOV = "moov_money", "Moov Money"


class StatutClient(models.TextChoices):
    ACTIF = "actif", "Actif"
    INACTIF = "inactif", "Inactif"
    SUSPENDU = "suspendu", "Suspendu"


class StatutAgence(models.TextChoices):
    ACTIVE = "active", "Ouverte"
    FERMEE = "fermee", "Fermée"


class Agence(models.Model):
    """A place where agents receive clients. Two spellings of a name are one name: `forme` is unique."""

    Statut = StatutAgence

    nom = models.CharField(max_length=80)
    forme = models.GeneratedField(expression=FormeAgence("nom"), output_field=models.TextField(), db_persist=True)
    ville = models.CharField(max_length=80, blank=True)
    quartier = models.CharField(max_length=80, blank=True)
    telephone = models.CharField("téléphone", max_length=13, blank=True)
    statut = models.CharField("état", max_length=6, choices=Statut.choices, default=Statut.ACTIVE)
    creee_le = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        db_table = "agences"
        verbose_name = "agence"
        verbose_name_plural = "agences"
        ordering = ["nom"]
        constraints = [
            models.UniqueConstraint(fields=["forme"], name="agences_nom_unique"),
            models.CheckConstraint(condition=~Q(forme=""), name="agences_nommees"),
            telephone("telephone", name="agences_telephone_congo", vide=True),
            parmi("statut", StatutAgence, name="agences_statut_connu"),
        ]

    def __str__(self) -> str:
        return self.nom


class ClientPass(models.Model):
    Statut = StatutClient

    nom = models.CharField(max_length=80, validators=[verifier_nom])
    prenom = models.CharField("prénom", max_length=80, validators=[verifier_nom])
    telephone = models.CharField("téléphone", max_length=13)
    date_naissance = models.DateField("date de naissance", null=True, blank=True)
    lieu_naissance = models.CharField("lieu de naissance", max_length=120, blank=True)
    adresse = models.CharField(max_length=200, blank=True)
    operateur_mobile = models.CharField("opérateur", max_length=12, choices=OperateurMobile.choices, blank=True)
    numero_mobile_money = models.CharField("numéro Mobile Money", max_length=13, blank=True)
    # Written by the database alone, whatever the door.
    mobile_money_change_le = models.DateTimeField(
        "numéro Mobile Money changé le", null=True, blank=True, editable=False
    )
    statut = models.CharField(max_length=8, choices=Statut.choices, default=Statut.ACTIF)
    agence = models.ForeignKey(
        Agence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Ses agents lisent le dossier. Vide : personne ne le lit à ce titre.",
    )
    agence_ecrite = models.CharField(
        "agence, telle qu'elle était écrite",
        max_length=80,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Ce que disait la fiche, quand aucune agence ne porte ce nom. Vide dès que le client est rattaché.",
    )
    suivi_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="suivi par",
        help_text="Lit le dossier, quelle que soit son agence.",
    )
    cree_le = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        db_table = "clients_pass"
        verbose_name = "client"
        verbose_name_plural = "clients"
        ordering = ["-id"]
        permissions = [("rattacher_clientpass", "Peut rattacher un client à une agence et à qui le suit")]
        indexes = [
            # What an agent and an advisor may read (apps/borne_auth/droits.py).
            models.Index(fields=["agence", "-id"], name="clients_par_agence"),
            # The queue of those whom no agency reads.
            models.Index(fields=["-id"], condition=Q(agence__isnull=True), name="clients_sans_agence"),
            models.Index(fields=["suivi_par"], condition=Q(suivi_par__isnull=False), name="clients_suivis"),
            # The list of those who are not active, few among a million.
            models.Index(fields=["statut", "-id"], condition=~Q(statut="actif"), name="clients_inactifs"),
            # Those whom the guarantees of their contracts do not cover, or may not (selectors.ages_a_revoir).
            models.Index(fields=["date_naissance"], name="clients_par_naissance"),
            models.Index(
                fields=["numero_mobile_money"],
                condition=Q(mobile_money_change_le__isnull=False),
                name="clients_mobile_money_change",
            ),
            # apps/pass_clients/recherche.py. No list of what waits to be indexed: a search would read it through.
            GinIndex(
                OpClass(NomCherchable(F("prenom"), F("nom")), name="gin_trgm_ops"),
                name="clients_par_nom",
                fastupdate=False,
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["telephone"], name="clients_telephone_unique"),
            telephone("telephone", name="clients_telephone_congo"),
            telephone("numero_mobile_money", name="clients_mobile_money_congo", vide=True),
            parmi("statut", StatutClient, name="clients_statut_connu"),
            models.CheckConstraint(
                condition=Q(operateur_mobile__in=["", *OperateurMobile.values]), name="clients_operateur_connu"
            ),
            models.CheckConstraint(condition=~Q(nom="") & ~Q(prenom=""), name="clients_nommes"),
            sans_invisibles("nom", "prenom", name="clients_noms_lisibles"),
            models.CheckConstraint(
                condition=Q(agence__isnull=True) | Q(agence_ecrite=""), name="clients_agence_dite_une_fois"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="client_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="client_cree_une_fois", fields=["cree_le"]),
            pgtrigger.Trigger(
                name="client_mobile_money_date",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__numero_mobile_money__df=pgtrigger.F("new__numero_mobile_money")),
                func="NEW.mobile_money_change_le = statement_timestamp(); RETURN NEW;",
            ),
            fige(
                "mobile_money_change_le",
                name="client_mobile_money_date_seule",
                quand=pgtrigger.Q(old__numero_mobile_money=pgtrigger.F("new__numero_mobile_money")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prenom} {self.nom}"


class StatutSouscription(models.TextChoices):
    EN_COURS = "en_cours", "En attente de paiement"
    ACTIVEE = "activee", "Active"
    SUSPENDUE = "suspendue", "Suspendue"
    EXPIREE = "expiree", "Expirée"
    ANNULEE = "annulee", "Annulée"
    RESILIEE = "resiliee", "Résiliée"


VIVANTES = (StatutSouscription.EN_COURS, StatutSouscription.ACTIVEE, StatutSouscription.SUSPENDUE)
PAYEES = (StatutSouscription.ACTIVEE, StatutSouscription.SUSPENDUE, StatutSouscription.EXPIREE)
TERMINEES = (StatutSouscription.ANNULEE, StatutSouscription.RESILIEE)

# The states of docs/spec/pass.md; everything else is refused by the database.
TRANSITIONS: tuple[tuple[str, str], ...] = (
    ("en_cours", "activee"),
    ("en_cours", "annulee"),
    ("en_cours", "resiliee"),
    ("activee", "suspendue"),
    ("activee", "expiree"),
    ("activee", "resiliee"),
    ("suspendue", "activee"),
    ("suspendue", "resiliee"),
    ("expiree", "activee"),
    ("expiree", "resiliee"),
)


class CanalSouscription(models.TextChoices):
    USSD = "ussd", "USSD"
    BORNE = "borne", "Borne"
    WHATSAPP = "whatsapp", "WhatsApp"
    AGENCE = "agence", "Agence"
    IMPORT = "import", "Import"


class PreuveTelephone(models.TextChoices):
    """What showed that the holder of the client's phone wants this subscription (docs/decisions/0017-what-proves-a-phone.md)."""

    SESSION = "session", "Session du client"
    CODE = "code", "Code reçu par SMS"
    PAIEMENT = "paiement", "Payée par ce téléphone"
    AGENCE = "agence", "Faite à l'agence"
    USSD = "ussd", "Faite sur ce téléphone (USSD)"
    IMPORT = "import", "Reprise de l'ancienne base"


# Channels that show it by themselves: an agent saw the client, the network named the phone, the insurer knew both.
CANAUX_QUI_PROUVENT: dict[str, str] = {
    CanalSouscription.AGENCE: PreuveTelephone.AGENCE,
    CanalSouscription.USSD: PreuveTelephone.USSD,
    CanalSouscription.IMPORT: PreuveTelephone.IMPORT,
}


# At commit, a state that changed is the one that the subscription's audit says last.
_STATUT_SELON_AUDIT = """
    IF NEW.statut IS DISTINCT FROM (
        SELECT t.vers FROM transitions_souscription t WHERE t.souscription_id = NEW.id ORDER BY t.id DESC LIMIT 1
    ) AND EXISTS (SELECT 1 FROM souscriptions_pass s WHERE s.id = NEW.id AND s.statut = NEW.statut) THEN
        RAISE EXCEPTION 'souscription % : le statut % n''est pas celui de sa dernière transition', NEW.id, NEW.statut
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class SouscriptionPass(models.Model):
    """What a client asked for and pays. Its state changes only through `services.changer_statut` and `cycle_de_vie`."""

    Canal = CanalSouscription

    Statut = StatutSouscription

    client = models.ForeignKey(ClientPass, on_delete=models.PROTECT, related_name="souscriptions")
    # Three products over a million rows: an index would never be chosen.
    produit = models.ForeignKey(ProduitPass, on_delete=models.PROTECT, related_name="souscriptions", db_index=False)
    numero_souscription = models.CharField("numéro", max_length=40)
    montant_souscription = models.IntegerField("prime d'une période (XAF)")
    periodicite = models.CharField("périodicité", max_length=13, choices=Periodicite.choices)
    taux_epargne = models.DecimalField(
        "taux d'épargne à la souscription (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    canal = models.CharField(max_length=8, choices=Canal.choices)
    statut = models.CharField(
        max_length=9, choices=StatutSouscription.choices, default=StatutSouscription.EN_COURS, editable=False
    )
    # Empty: whoever subscribed has not shown the client's phone. Once given it stays as it is.
    preuve = models.CharField(
        "téléphone prouvé par",
        max_length=8,
        choices=PreuveTelephone.choices,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    prouvee_le = models.DateTimeField("téléphone prouvé le", null=True, blank=True, editable=False)
    date_souscription = models.DateTimeField("souscrite le", db_default=Now())
    date_activation = models.DateTimeField("activée le", null=True, blank=True, editable=False)
    date_resiliation = models.DateField("résiliée le", null=True, blank=True, editable=False)

    class Meta:
        db_table = "souscriptions_pass"
        verbose_name = "souscription"
        verbose_name_plural = "souscriptions"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["numero_souscription"], name="souscriptions_numero_unique"),
            models.CheckConstraint(condition=Q(montant_souscription__gt=0), name="souscriptions_prime_positive"),
            parmi("periodicite", Periodicite, name="souscriptions_periodicite_connue"),
            parmi("canal", CanalSouscription, name="souscriptions_canal_connu"),
            parmi("statut", StatutSouscription, name="souscriptions_statut_connu"),
            models.CheckConstraint(
                condition=Q(preuve="", prouvee_le__isnull=True)
                | Q(preuve__in=PreuveTelephone.values, prouvee_le__isnull=False),
                name="souscriptions_preuve_datee",
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["en_cours", "annulee"], date_activation__isnull=True)
                | Q(statut__in=["activee", "suspendue", "expiree"], date_activation__isnull=False)
                | Q(statut="resiliee"),
                name="souscriptions_activation_datee",
            ),
            models.CheckConstraint(
                condition=Q(statut="resiliee", date_resiliation__isnull=False)
                | (~Q(statut="resiliee") & Q(date_resiliation__isnull=True)),
                name="souscriptions_resiliation_datee",
            ),
            models.CheckConstraint(
                condition=Q(taux_epargne__isnull=True) | Q(taux_epargne__gte=0, taux_epargne__lte=100),
                name="souscriptions_taux_pourcent",
            ),
        ]
        indexes = [
            models.Index(fields=["date_souscription"], name="souscriptions_en_attente", condition=Q(statut="en_cours")),
            models.Index(fields=["-id"], name="souscriptions_suspendues", condition=Q(statut="suspendue")),
            # Counted for the clients of one agency.
            models.Index(fields=["client"], name="souscriptions_suspendues_de", condition=Q(statut="suspendue")),
        ]
        triggers = [
            pgtrigger.FSM(name="souscription_transition", field="statut", transitions=list(TRANSITIONS)),
            pgtrigger.Protect(name="souscription_indelebile", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="souscription_preuve_acquise",
                operation=pgtrigger.UpdateOf("preuve", "prouvee_le"),
                condition=pgtrigger.Q(old__preuve__df="")
                & (
                    pgtrigger.Q(old__preuve__df=pgtrigger.F("new__preuve"))
                    | pgtrigger.Q(old__prouvee_le__df=pgtrigger.F("new__prouvee_le"))
                ),
            ),
            pgtrigger.ReadOnly(
                name="souscription_immuable",
                exclude=["statut", "date_activation", "date_resiliation", "preuve", "prouvee_le"],
            ),
            fige(
                "date_activation",
                name="souscription_une_activation",
                quand=pgtrigger.Q(old__date_activation__isnull=False),
            ),
            fige(
                "date_resiliation",
                name="souscription_une_resiliation",
                quand=pgtrigger.Q(old__date_resiliation__isnull=False),
            ),
            pgtrigger.Trigger(
                name="souscription_selon_audit",
                operation=pgtrigger.UpdateOf("statut"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__statut__df=pgtrigger.F("new__statut")),
                func=_STATUT_SELON_AUDIT,
            ),
        ]

    def __str__(self) -> str:
        return self.numero_souscription


class Consentement(models.Model):
    """What the subscriber agreed to, and the identity she declared, on which machine: one row a subscription, never changed."""

    souscription = models.OneToOneField(SouscriptionPass, on_delete=models.PROTECT, related_name="consentement")
    version = models.CharField("version des conditions", max_length=20)
    nom = models.CharField("nom déclaré", max_length=80)
    prenom = models.CharField("prénom déclaré", max_length=80)
    origine = models.CharField("borne", max_length=20, blank=True)
    donne_le = models.DateTimeField("donné le", db_default=Now())

    class Meta:
        db_table = "consentements"
        verbose_name = "consentement"
        verbose_name_plural = "consentements"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(version=""), name="consentements_version")]
        triggers = [pgtrigger.Protect(name="consentement_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.souscription_id} · {self.version}"


class TransitionSouscription(models.Model):
    """Audit of a subscription's states: one row a transition, never changed nor deleted."""

    souscription = models.ForeignKey(SouscriptionPass, on_delete=models.PROTECT, related_name="transitions")
    de = models.CharField(max_length=9, choices=StatutSouscription.choices)
    vers = models.CharField(max_length=9, choices=StatutSouscription.choices)
    motif = models.CharField(max_length=120)
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    date_transition = models.DateTimeField("le", db_default=Now())

    class Meta:
        db_table = "transitions_souscription"
        verbose_name = "transition"
        verbose_name_plural = "transitions"
        ordering = ["id"]
        constraints = [
            parmi("de", StatutSouscription, name="transitions_de_connu"),
            parmi("vers", StatutSouscription, name="transitions_vers_connu"),
        ]
        triggers = [
            pgtrigger.Protect(name="transition_immuable", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.de} → {self.vers}"


class PeriodeCouverture(models.Model):
    """One term of a subscription, from `date_debut` to the eve of `date_fin`, with its own price and number of instalments."""

    souscription = models.ForeignKey(
        SouscriptionPass, on_delete=models.PROTECT, related_name="periodes", db_index=False
    )
    numero = models.SmallIntegerField("numéro")
    date_debut = models.DateField("début")
    date_fin = models.DateField("fin (exclue)")
    prime = models.IntegerField("prime (XAF)")
    periodicite = models.CharField("périodicité", max_length=13, choices=Periodicite.choices)
    nombre_echeances = models.SmallIntegerField("nombre d'échéances")

    class Meta:
        db_table = "periodes_couverture"
        verbose_name = "période de couverture"
        verbose_name_plural = "périodes de couverture"
        ordering = ["souscription", "numero"]
        constraints = [
            models.UniqueConstraint(fields=["souscription", "numero"], name="periodes_numero_unique"),
            # Not the bare column: to look a subscription up, the planner would take this index (33 pages) for the unique one (3).
            ExclusionConstraint(
                name="periodes_sans_chevauchement",
                expressions=[
                    (F("souscription") + 0, RangeOperators.EQUAL),
                    (
                        Func(
                            F("date_debut"),
                            F("date_fin"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=False),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(condition=Q(numero__gte=1), name="periodes_numero_positif"),
            models.CheckConstraint(condition=Q(date_fin__gt=F("date_debut")), name="periodes_dates_ordonnees"),
            models.CheckConstraint(
                condition=Q(nombre_echeances__gte=1, nombre_echeances__lte=F("prime")),
                name="periodes_un_franc_par_echeance",
            ),
            models.CheckConstraint(
                condition=Q(date_fin__gte=F("date_debut") + F("nombre_echeances")),
                name="periodes_un_jour_par_echeance",
            ),
            parmi("periodicite", Periodicite, name="periodes_periodicite_connue"),
        ]
        triggers = [
            pgtrigger.Protect(name="periode_immuable", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.souscription_id}/{self.numero}"


class RelationBeneficiaire(models.TextChoices):
    CONJOINT = "conjoint", "Conjoint(e)"
    ENFANT = "enfant", "Enfant"
    PARENT = "parent", "Père ou mère"
    FRATRIE = "fratrie", "Frère ou sœur"
    AUTRE = "autre", "Autre"


class RoleBeneficiaire(models.TextChoices):
    BENEFICIAIRE = "beneficiaire", "Bénéficiaire"
    ASSURE = "assure", "Assuré"


class StatutBeneficiaire(models.TextChoices):
    ACTIF = "actif", "Actif"
    INACTIF = "inactif", "Retiré"
    DECEDE = "decede", "Décédé"


class BeneficiairePass(models.Model):
    """Who receives or is covered. Six live ranks: the partial unique index is the limit of 6, also under races."""

    Relation = RelationBeneficiaire
    Role = RoleBeneficiaire
    Statut = StatutBeneficiaire

    souscription = models.ForeignKey(SouscriptionPass, on_delete=models.PROTECT, related_name="beneficiaires")
    nom = models.CharField(max_length=80, validators=[verifier_nom])
    prenom = models.CharField("prénom", max_length=80, validators=[verifier_nom])
    telephone = models.CharField("téléphone", max_length=13, blank=True)
    relation = models.CharField(max_length=8, choices=Relation.choices)
    role = models.CharField("rôle", max_length=12, choices=Role.choices, default=Role.BENEFICIAIRE)
    date_naissance = models.DateField("date de naissance", null=True, blank=True)
    ordre_priorite = models.SmallIntegerField("ordre de priorité")
    statut = models.CharField(max_length=7, choices=Statut.choices, default=Statut.ACTIF)

    class Meta:
        db_table = "beneficiaires_pass"
        verbose_name = "bénéficiaire"
        verbose_name_plural = "bénéficiaires"
        ordering = ["souscription", "ordre_priorite"]
        constraints = [
            models.UniqueConstraint(
                fields=["souscription", "ordre_priorite"],
                condition=Q(statut="actif"),
                name="beneficiaires_rang_unique",
            ),
            models.CheckConstraint(
                condition=Q(ordre_priorite__gte=1, ordre_priorite__lte=NOMBRE_BENEFICIAIRES_MAX),
                name="beneficiaires_six_au_plus",
            ),
            telephone("telephone", name="beneficiaires_telephone_congo", vide=True),
            parmi("relation", RelationBeneficiaire, name="beneficiaires_relation_connue"),
            parmi("role", RoleBeneficiaire, name="beneficiaires_role_connu"),
            parmi("statut", StatutBeneficiaire, name="beneficiaires_statut_connu"),
            models.CheckConstraint(condition=~Q(nom="") & ~Q(prenom=""), name="beneficiaires_nommes"),
            sans_invisibles("nom", "prenom", name="beneficiaires_noms_lisibles"),
        ]
        indexes = [
            models.Index(
                fields=["date_naissance"],
                condition=Q(role="assure", statut="actif"),
                name="assures_par_naissance",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="beneficiaire_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="beneficiaire_d_un_contrat", fields=["souscription"]),
        ]

    def __str__(self) -> str:
        return f"{self.prenom} {self.nom}"


class ActeModification(models.TextChoices):
    BENEFICIAIRE_AJOUTE = "beneficiaire_ajoute", "Bénéficiaire ajouté"
    BENEFICIAIRE_MODIFIE = "beneficiaire_modifie", "Bénéficiaire modifié"
    BENEFICIAIRE_RETIRE = "beneficiaire_retire", "Bénéficiaire retiré"
    CLIENT_MODIFIE = "client_modifie", "Client modifié"


class ModificationClient(models.Model):
    """Audit of a client and her beneficiaries: what was and what is, by whom and where. Never changed nor deleted.

    `acteur` is an agent; without one it is the client herself (`session_borne`, the session that asked), or no person.
    """

    Acte = ActeModification

    client = models.ForeignKey(ClientPass, on_delete=models.PROTECT, related_name="modifications")
    souscription = models.ForeignKey(
        SouscriptionPass, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    beneficiaire = models.ForeignKey(
        BeneficiairePass, on_delete=models.PROTECT, null=True, blank=True, related_name="modifications", db_index=False
    )
    acte = models.CharField(max_length=20, choices=ActeModification.choices)
    avant = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    apres = models.JSONField("après", default=dict, encoder=DjangoJSONEncoder)
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    session_borne = models.UUIDField("session", null=True, blank=True)
    origine = models.CharField("borne", max_length=20, blank=True)
    faite_le = models.DateTimeField("le", db_default=Now())

    class Meta:
        db_table = "modifications_client"
        verbose_name = "modification"
        verbose_name_plural = "modifications"
        ordering = ["-id"]
        constraints = [
            parmi("acte", ActeModification, name="modifications_acte_connu"),
            models.CheckConstraint(
                condition=Q(acte="client_modifie", souscription__isnull=True, beneficiaire__isnull=True)
                | (~Q(acte="client_modifie") & Q(souscription__isnull=False, beneficiaire__isnull=False)),
                name="modifications_objet",
            ),
            models.CheckConstraint(
                condition=Q(acteur__isnull=True) | Q(session_borne__isnull=True), name="modifications_un_auteur"
            ),
        ]
        triggers = [pgtrigger.Protect(name="modification_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_acte_display()} · {self.client_id}"


class ModePolice(models.TextChoices):
    AUTOMATIQUE = "automatique", "Automatique"
    MANUEL = "manuel", "Manuel"


class StatutPolice(models.TextChoices):
    ATTRIBUE = "attribue", "Attribué"
    SUSPENDU = "suspendu", "Suspendu"
    ANNULE = "annule", "Annulé"


# After the row is written, hence after waiting for whoever was giving that number up: what this reads is committed.
_POLICE_JAMAIS_RENDUE = """
    IF EXISTS (SELECT 1 FROM polices_remplacees r WHERE r.numero_police = NEW.numero_police) THEN
        RAISE EXCEPTION 'le numéro de police % a été celui d''un contrat', NEW.numero_police
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'polices_numero_jamais_rendu';
    END IF;
    RETURN NULL;
"""
_POLICE_REMPLACEE_GARDEE = """
    IF NOT EXISTS (
        SELECT 1 FROM polices_remplacees r
        WHERE r.numero_police = OLD.numero_police AND r.souscription_id = NEW.souscription_id
    ) THEN
        RAISE EXCEPTION 'le numéro de police % remplacé n''est pas gardé', OLD.numero_police
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class NumeroPolice(models.Model):
    """The number that NSIA gives to a subscription; from then on the client sees a contract."""

    Mode = ModePolice
    Statut = StatutPolice

    souscription = models.OneToOneField(SouscriptionPass, on_delete=models.PROTECT, related_name="police")
    numero_police = models.CharField("numéro de police", max_length=30)
    mode_attribution = models.CharField("mode d'attribution", max_length=11, choices=Mode.choices)
    agent_attribueur = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="agent attribueur",
    )
    date_attribution = models.DateTimeField("attribué le", db_default=Now())
    commentaire = models.CharField(max_length=200, blank=True)
    statut = models.CharField(max_length=8, choices=Statut.choices, default=Statut.ATTRIBUE)

    class Meta:
        db_table = "numeros_police_congo"
        verbose_name = "numéro de police"
        verbose_name_plural = "numéros de police"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["numero_police"], name="polices_numero_unique"),
            models.CheckConstraint(condition=Q(numero_police__regex=FORME_POLICE), name="polices_numero_forme"),
            models.CheckConstraint(
                condition=Q(mode_attribution="manuel", agent_attribueur__isnull=False)
                | Q(mode_attribution="automatique", agent_attribueur__isnull=True),
                name="polices_agent_si_manuel",
            ),
            parmi("statut", StatutPolice, name="polices_statut_connu"),
        ]
        indexes = [models.Index(PoliceEpelee("numero_police"), name="polices_epelees")]
        triggers = [
            pgtrigger.Protect(name="police_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="police_d_un_contrat", fields=["souscription"]),
            pgtrigger.Trigger(
                name="police_jamais_rendue",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("numero_police"),
                when=pgtrigger.After,
                func=_POLICE_JAMAIS_RENDUE,
            ),
            pgtrigger.Trigger(
                name="police_remplacee_gardee",
                operation=pgtrigger.UpdateOf("numero_police"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__numero_police__df=pgtrigger.F("new__numero_police")),
                func=_POLICE_REMPLACEE_GARDEE,
            ),
        ]

    def __str__(self) -> str:
        return self.numero_police


class PoliceRemplacee(models.Model):
    """A number that a contract had: printed on documents that people keep, it is never given to another contract."""

    numero_police = models.CharField("ancien numéro", max_length=30)
    souscription = models.ForeignKey(SouscriptionPass, on_delete=models.PROTECT, related_name="polices_remplacees")
    mode_attribution = models.CharField("mode d'attribution", max_length=11, choices=ModePolice.choices)
    attribuee_le = models.DateTimeField("attribué le")
    remplacee_le = models.DateTimeField("remplacé le", db_default=Now())
    remplacee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="par"
    )

    class Meta:
        db_table = "polices_remplacees"
        verbose_name = "ancien numéro de police"
        verbose_name_plural = "anciens numéros de police"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["numero_police"], name="polices_remplacees_unique"),
            parmi("mode_attribution", ModePolice, name="polices_remplacees_mode_connu"),
        ]
        triggers = [pgtrigger.Protect(name="police_remplacee_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.numero_police


class PoliceAttendue(models.Model):
    """A paid subscription that has no police. Kept by triggers (`sql/police_attendue…`): the few that wait are not looked for
    among all that are paid. Nobody else writes here."""

    souscription = models.OneToOneField(
        SouscriptionPass, on_delete=models.PROTECT, primary_key=True, related_name="police_attendue", editable=False
    )
    client = models.ForeignKey(ClientPass, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        db_table = "polices_attendues"
        verbose_name = "police attendue"
        verbose_name_plural = "polices attendues"

    def __str__(self) -> str:
        return str(self.pk)


class EtatContrat(models.TextChoices):
    ACTIF = "Actif", "Actif"
    SUSPENDU = "Suspendu", "Suspendu"
    EXPIRE = "Expiré", "Expiré"
    RESILIE = "Résilié", "Résilié"
    EN_ATTENTE = "En attente", "En attente"


class Contrat(models.Model):
    """View `contrats`: a subscription that has a police number, as its client sees it."""

    Etat = EtatContrat

    police = models.CharField(primary_key=True, max_length=30)
    souscription = models.OneToOneField(SouscriptionPass, on_delete=models.DO_NOTHING, related_name="contrat")
    numero_souscription = models.CharField(max_length=40)
    client = models.ForeignKey(ClientPass, on_delete=models.DO_NOTHING, related_name="contrats")
    nom = models.CharField(max_length=80)
    prenom = models.CharField(max_length=80)
    telephone = models.CharField(max_length=13)
    produit = models.ForeignKey(ProduitPass, on_delete=models.DO_NOTHING, related_name="+")
    code_produit = models.CharField(max_length=20)
    nom_produit = models.CharField(max_length=80)
    categorie = models.CharField(max_length=10)
    etat_du_contrat = models.CharField(max_length=10, choices=Etat.choices)
    etat_depuis = models.DateField(null=True)
    date_effet = models.DateField(null=True)
    date_expiration = models.DateField(null=True)
    prime = models.IntegerField()
    periodicite = models.CharField(max_length=13, choices=Periodicite.choices)
    mode_attribution = models.CharField(max_length=11)
    attribueur = models.CharField(max_length=301, null=True)
    date_attribution = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "contrats"
        verbose_name = "contrat"
        verbose_name_plural = "contrats"
        ordering = ["police"]

    def __str__(self) -> str:
        return self.police

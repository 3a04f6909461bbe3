"""Payments and their append-only journal. No total is stored: views compute what people read from `paiements_pass`."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments.definitions import PLAFOND_GUICHET_MINIMUM
from apps.pass_payments.motifs import MotifEchec
from nsia_pass_api.constraints import parmi
from nsia_pass_api.gardes import fige


class StatutPaiement(models.TextChoices):
    INITIE = "initie", "Demande envoyée"
    EN_COURS = "en_cours", "En attente de votre code PIN"
    EN_VERIFICATION = "en_verification", "En vérification"
    SUCCES = "succes", "Confirmé"
    ECHEC = "echec", "Échoué"
    EXPIRE = "expire", "Expiré"
    REMBOURSE = "rembourse", "Remboursé"


OUVERTS = (StatutPaiement.INITIE, StatutPaiement.EN_COURS, StatutPaiement.EN_VERIFICATION)

# The states of docs/spec/payments.md. A success that comes late, after `expire` or even `echec`, still counts: money never
# vanishes. Nothing leaves `succes` but a refund.
TRANSITIONS: tuple[tuple[str, str], ...] = (
    ("initie", "en_cours"),
    ("initie", "en_verification"),
    ("initie", "succes"),
    ("initie", "echec"),
    ("initie", "expire"),
    ("en_cours", "en_verification"),
    ("en_cours", "succes"),
    ("en_cours", "echec"),
    ("en_cours", "expire"),
    ("en_verification", "en_cours"),
    ("en_verification", "succes"),
    ("en_verification", "echec"),
    ("en_verification", "expire"),
    ("expire", "succes"),
    ("echec", "succes"),
    ("succes", "rembourse"),
)

# What is taken at a desk in an agency.
AU_GUICHET = ("especes", "cheque", "virement", "carte")

# Of a sum above the ceiling (the setting, else settings.PLAFOND_GUICHET) two people decided; the former database is as it was.
_ENCAISSEMENT_DECIDE = """
    IF NEW.montant > coalesce((SELECT r.valeur FROM reglages r WHERE r.nom = 'PLAFOND_GUICHET'), 100000)
        AND NOT EXISTS (
            SELECT FROM propositions p JOIN souscriptions_pass s ON s.id = NEW.souscription_id
            WHERE p.id = NEW.autorise_par_id AND p.nature = 'encaissement' AND p.statut = 'approuvee'
              AND p.cle = 'encaissement:' || s.numero_souscription AND p.apres->>'montant' = NEW.montant::text
        )
    THEN
        RAISE EXCEPTION 'encaissement de % XAF au guichet : une seconde personne ne l''a pas approuvé', NEW.montant
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# At commit, a payment's state is the one that its journal says last; each side checks the other.
_STATUT_SELON_JOURNAL = """
    IF NEW.statut IS DISTINCT FROM (
        SELECT e.statut FROM evenements_paiement e
        WHERE e.paiement_id = NEW.id AND e.statut <> '' ORDER BY e.id DESC LIMIT 1
    ) AND EXISTS (SELECT 1 FROM paiements_pass p WHERE p.id = NEW.id AND p.statut = NEW.statut) THEN
        RAISE EXCEPTION 'paiement % : le statut % ne correspond pas à son journal', NEW.id, NEW.statut
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""
_JOURNAL_SELON_STATUT = """
    IF (SELECT p.statut FROM paiements_pass p WHERE p.id = NEW.paiement_id) IS DISTINCT FROM (
        SELECT e.statut FROM evenements_paiement e
        WHERE e.paiement_id = NEW.paiement_id AND e.statut <> '' ORDER BY e.id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'paiement % : le journal dit %, pas le paiement', NEW.paiement_id, NEW.statut
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


# After the row is written and whoever was asking the same phone has ended: what this counts is committed, or ours. Past its
# limit a demand may still be followed, but waits on no phone. A client whose own phone it is may have two, whatever others ask
# of that phone; the others have one, and none when two wait.
_DEUX_PAR_PAYEUR = """
    PERFORM pg_advisory_xact_lock(hashtextextended('payeur:' || NEW.numero_payeur, 0));
    SELECT count(*) FILTER (WHERE c.telephone = NEW.numero_payeur),
           count(*) FILTER (WHERE c.telephone <> NEW.numero_payeur),
           bool_or(p.id = NEW.id AND c.telephone = NEW.numero_payeur)
    INTO du_titulaire, des_autres, le_sien
    FROM paiements_pass p JOIN souscriptions_pass s ON s.id = p.souscription_id JOIN clients_pass c ON c.id = s.client_id
    WHERE p.numero_payeur = NEW.numero_payeur AND p.rattache_a_id IS NULL
      AND p.statut IN ('initie', 'en_cours', 'en_verification')
      AND (p.limite IS NULL OR p.limite > NEW.date_demande OR p.id = NEW.id);
    IF du_titulaire > 2 AND le_sien OR (des_autres > 1 OR du_titulaire + des_autres > 2) AND NOT le_sien THEN
        RAISE EXCEPTION 'trop de demandes attendent déjà sur le téléphone du paiement %', NEW.id
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'paiements_deux_par_payeur';
    END IF;
    RETURN NULL;
"""


class OperateurPaiement(models.TextChoices):
    MTN = "mtn_money", "MTN Mobile Money"
    AIRTEL = "airtel_money", "Airtel Money"
    MOOV = "moov_money", "Moov Money"
    ESPECES = "especes", "Espèces"
    VIREMENT = "virement", "Virement"
    CHEQUE = "cheque", "Chèque"
    CARTE = "carte", "Carte bancaire"


class TypePaiement(models.TextChoices):
    SOUSCRIPTION_INITIALE = "souscription_initiale", "Souscription initiale"
    COTISATION = "cotisation", "Cotisation"
    RENOUVELLEMENT = "renouvellement", "Renouvellement"
    RATTRAPAGE = "rattrapage", "Rattrapage"


class PaiementPass(models.Model):
    Operateur = OperateurPaiement
    Type = TypePaiement

    Statut = StatutPaiement

    # Each of the two partial indexes below begins with the subscription: a third one would only cost.
    souscription = models.ForeignKey(
        SouscriptionPass, on_delete=models.PROTECT, related_name="paiements", db_index=False
    )
    numero_transaction = models.CharField("numéro", max_length=24)
    montant = models.IntegerField("montant (XAF)")
    frais = models.IntegerField("frais (XAF)", default=0)
    montant_net = models.GeneratedField(
        expression=F("montant") - F("frais"),
        output_field=models.IntegerField("montant net (XAF)"),
        db_persist=True,
        verbose_name="montant net (XAF)",
    )
    devise = models.CharField(max_length=3, default="XAF", editable=False)
    operateur = models.CharField("opérateur", max_length=12, choices=Operateur.choices)
    mode_paiement = models.CharField("mode de paiement", max_length=40)
    numero_payeur = models.CharField("numéro du payeur", max_length=13, blank=True)
    type_paiement = models.CharField("type", max_length=21, choices=Type.choices)
    statut = models.CharField(
        max_length=15, choices=StatutPaiement.choices, default=StatutPaiement.INITIE, editable=False
    )
    motif_echec = models.CharField("motif d'échec", max_length=60, blank=True)
    reference_mobile_money = models.UUIDField("référence Mobile Money", null=True, blank=True, default=uuid.uuid4)
    code_confirmation = models.CharField("code de confirmation", max_length=64, blank=True)
    numero_recu = models.CharField("numéro de reçu", max_length=24, null=True, blank=True, editable=False)
    cle_idempotence = models.CharField("clé d'idempotence", max_length=64, blank=True)
    rattache_a = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rattaches",
        db_index=False,
        verbose_name="demandé avec",
        help_text="Le paiement dont la demande à l'opérateur vaut aussi pour celui-ci : plusieurs contrats, un code PIN.",
    )
    occurrence_guichet = models.SmallIntegerField(
        "rang parmi les encaissements identiques",
        null=True,
        blank=True,
        editable=False,
        help_text="Même contrat, jour, montant, mode et justificatif : le premier porte 1. Vide hors du guichet.",
    )
    autorise_par = models.OneToOneField(
        "socle.Proposition",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="encaissement",
        verbose_name="autorisé par",
    )
    limite = models.DateTimeField("le client attend jusqu'au", null=True, blank=True, editable=False)
    a_suivre_le = models.DateTimeField("à suivre le", null=True, blank=True, editable=False)
    tentatives = models.SmallIntegerField("passages du suivi", default=0, db_default=0, editable=False)
    date_demande = models.DateTimeField("demandé le", db_default=Now())
    date_confirmation = models.DateTimeField("confirmé le", null=True, blank=True)
    date_comptable = models.DateField("date comptable", null=True, blank=True)

    class Meta:
        db_table = "paiements_pass"
        verbose_name = "paiement"
        verbose_name_plural = "paiements"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["numero_transaction"], name="paiements_numero_unique"),
            models.UniqueConstraint(
                fields=["reference_mobile_money"],
                condition=Q(reference_mobile_money__isnull=False),
                name="paiements_reference_unique",
            ),
            models.UniqueConstraint(
                fields=["souscription", "cle_idempotence"],
                condition=~Q(cle_idempotence=""),
                name="paiements_cle_unique",
            ),
            models.UniqueConstraint(
                fields=["souscription", "type_paiement"],
                condition=Q(statut__in=OUVERTS),
                name="paiements_une_tentative_ouverte",
            ),
            models.UniqueConstraint(
                fields=[
                    "souscription",
                    "date_comptable",
                    "montant",
                    "operateur",
                    "code_confirmation",
                    "occurrence_guichet",
                ],
                condition=Q(occurrence_guichet__isnull=False),
                name="paiements_guichet_une_fois",
            ),
            models.CheckConstraint(condition=Q(montant__gt=0), name="paiements_montant_positif"),
            models.CheckConstraint(condition=Q(frais__gte=0, frais__lt=F("montant")), name="paiements_frais_bornes"),
            models.CheckConstraint(condition=Q(devise="XAF"), name="paiements_en_xaf"),
            models.CheckConstraint(
                condition=~Q(statut__in=["succes", "rembourse"])
                | Q(date_confirmation__isnull=False, date_comptable__isnull=False),
                name="paiements_succes_date",
            ),
            models.CheckConstraint(condition=Q(statut="echec") | Q(motif_echec=""), name="paiements_motif_si_echec"),
            models.CheckConstraint(condition=Q(motif_echec__in=["", *MotifEchec.values]), name="paiements_motif_connu"),
            models.UniqueConstraint(
                fields=["numero_recu"], condition=Q(numero_recu__isnull=False), name="paiements_recu_unique"
            ),
            models.CheckConstraint(
                condition=Q(a_suivre_le__isnull=True) | Q(reference_mobile_money__isnull=False),
                name="paiements_suivi_par_reference",
            ),
            # Its reference is that of the payment it was asked with: only that one is sent and followed.
            models.CheckConstraint(
                condition=Q(rattache_a__isnull=True) | Q(reference_mobile_money__isnull=True, a_suivre_le__isnull=True),
                name="paiements_rattache_sans_reference",
            ),
            parmi("operateur", OperateurPaiement, name="paiements_operateur_connu"),
            parmi("type_paiement", TypePaiement, name="paiements_type_connu"),
            parmi("statut", StatutPaiement, name="paiements_statut_connu"),
        ]
        indexes = [
            # What every view sums: an index-only scan of a few entries per subscription.
            models.Index(
                fields=["souscription"],
                include=["montant_net", "date_comptable"],
                condition=Q(statut="succes"),
                name="paiements_succes",
            ),
            models.Index(fields=["souscription", "-date_demande"], name="paiements_recents"),
            models.Index(fields=["a_suivre_le"], condition=Q(a_suivre_le__isnull=False), name="paiements_a_suivre"),
            models.Index(fields=["rattache_a"], condition=Q(rattache_a__isnull=False), name="paiements_rattaches"),
            models.Index(fields=["limite"], condition=Q(statut__in=OUVERTS), name="paiements_ouverts"),
            models.Index(
                fields=["numero_payeur"],
                condition=Q(statut__in=OUVERTS, rattache_a__isnull=True),
                name="paiements_ouverts_du_payeur",
            ),
            # What reconciliation reads: the successes of a day, and the operator's code where he gives no reference of ours.
            models.Index(
                fields=["operateur", "date_confirmation"],
                condition=Q(date_confirmation__isnull=False),
                name="paiements_par_confirmation",
            ),
            models.Index(fields=["code_confirmation"], condition=~Q(code_confirmation=""), name="paiements_par_code"),
        ]
        triggers = [
            pgtrigger.FSM(name="paiement_transition", field="statut", transitions=list(TRANSITIONS)),
            pgtrigger.Protect(name="paiement_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="paiement_demande_immuable",
                fields=[
                    "souscription",
                    "numero_transaction",
                    "montant",
                    "frais",
                    "devise",
                    "operateur",
                    "mode_paiement",
                    "numero_payeur",
                    "type_paiement",
                    "reference_mobile_money",
                    "rattache_a",
                    "cle_idempotence",
                    "date_demande",
                    "occurrence_guichet",
                    "autorise_par",
                ],
            ),
            # What was confirmed stays as it was confirmed; the receipt is numbered once.
            fige(
                "date_confirmation",
                "date_comptable",
                "code_confirmation",
                name="paiement_une_confirmation",
                quand=pgtrigger.Q(old__date_confirmation__isnull=False),
            ),
            fige("numero_recu", name="paiement_un_recu", quand=pgtrigger.Q(old__numero_recu__isnull=False)),
            pgtrigger.Trigger(
                name="paiement_deux_par_payeur",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                condition=pgtrigger.Condition(
                    "NEW.numero_payeur <> '' AND NEW.rattache_a_id IS NULL"
                    " AND NEW.statut IN ('initie', 'en_cours', 'en_verification')"
                ),
                declare=[("du_titulaire", "bigint"), ("des_autres", "bigint"), ("le_sien", "boolean")],
                func=_DEUX_PAR_PAYEUR,
            ),
            pgtrigger.Trigger(
                name="encaissement_decide",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    f"NEW.operateur IN {AU_GUICHET} AND NEW.montant >= {PLAFOND_GUICHET_MINIMUM}"
                    " AND NEW.numero_transaction NOT LIKE 'IMP-%'"
                ),
                func=_ENCAISSEMENT_DECIDE,
            ),
            pgtrigger.Trigger(
                name="paiement_selon_journal",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("statut"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=_STATUT_SELON_JOURNAL,
            ),
        ]

    def __str__(self) -> str:
        return self.numero_transaction


class TypeEvenement(models.TextChoices):
    """What is told of a payment. Look-ups that change nothing are in the operator's own log, not here."""

    DEMANDE = "demande", "Demande enregistrée"
    ENVOI = "envoi", "Envoyée à l'opérateur"
    RAPPEL_RECU = "rappel_recu", "Rappel de l'opérateur reçu"
    CONSULTATION = "consultation", "Opérateur consulté"
    CONFIRMATION = "confirmation", "Confirmé"
    ECHEC = "echec", "Échoué"
    EXPIRATION = "expiration", "Expiré"
    LITIGE = "litige", "En litige"
    RAPPROCHEMENT = "rapprochement", "Rapproché du relevé"
    REMBOURSEMENT = "remboursement", "Remboursé"


class EvenementPaiement(models.Model):
    """One fact about a payment. Written by `services`, never changed nor deleted."""

    Type = TypeEvenement

    paiement = models.ForeignKey(PaiementPass, on_delete=models.PROTECT, related_name="evenements", db_index=False)
    type = models.CharField(max_length=13, choices=Type.choices)
    statut = models.CharField(
        "statut qui en résulte",
        max_length=15,
        choices=StatutPaiement.choices,
        blank=True,
        help_text="Vide quand le fait ne change pas le statut.",
    )
    donnees = models.JSONField("données", default=dict, blank=True)
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    date_evenement = models.DateTimeField("le", db_default=Now())

    class Meta:
        db_table = "evenements_paiement"
        verbose_name = "événement de paiement"
        verbose_name_plural = "journal des paiements"
        ordering = ["id"]
        constraints = [
            parmi("type", TypeEvenement, name="evenements_type_connu"),
            models.CheckConstraint(
                condition=Q(statut__in=["", *StatutPaiement.values]), name="evenements_statut_connu"
            ),
            # Seen on a statement: once, whatever the number of reconciliations and of those that run at once.
            models.UniqueConstraint(
                fields=["paiement"], condition=Q(type="rapprochement"), name="evenements_un_rapprochement"
            ),
        ]
        indexes = [models.Index(fields=["paiement", "id"], name="evenements_par_paiement")]
        triggers = [
            pgtrigger.Protect(name="evenement_immuable", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="journal_selon_statut",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__statut__gt=""),
                func=_JOURNAL_SELON_STATUT,
            ),
        ]

    def __str__(self) -> str:
        return self.get_type_display()

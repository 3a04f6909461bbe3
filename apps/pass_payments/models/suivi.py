"""Rows that the worker claims and follows: money out, callbacks, messages; its own life.

A row is due when its `…_le` has come. It is claimed by moving that moment ahead (SKIP LOCKED), so that a dead worker's rows
are due again by themselves.
"""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments.models.paiements import OperateurPaiement, PaiementPass
from apps.pass_payments.motifs import MotifEchec
from apps.pass_products.models import ProduitPass
from nsia_pass_api.constraints import parmi, telephone
from nsia_pass_api.gardes import fige


class NatureDecaissement(models.TextChoices):
    REMBOURSEMENT = "remboursement", "Remboursement"
    VERSEMENT = "versement", "Versement"


class StatutDecaissement(models.TextChoices):
    A_APPROUVER = "a_approuver", "En attente d'une seconde personne"
    A_ENVOYER = "a_envoyer", "À envoyer"
    EN_COURS = "en_cours", "Chez l'opérateur"
    EN_VERIFICATION = "en_verification", "En vérification"
    SUCCES = "succes", "Versé"
    ECHEC = "echec", "Échoué"


# Money out has no deadline: it is followed until the operator says how it ended.
TRANSITIONS_DECAISSEMENT: tuple[tuple[str, str], ...] = (
    ("a_approuver", "a_envoyer"),
    ("a_approuver", "echec"),
    ("a_envoyer", "en_cours"),
    ("a_envoyer", "en_verification"),
    ("a_envoyer", "succes"),
    ("a_envoyer", "echec"),
    ("en_cours", "en_verification"),
    ("en_cours", "succes"),
    ("en_cours", "echec"),
    ("en_verification", "en_cours"),
    ("en_verification", "succes"),
    ("en_verification", "echec"),
)


# A number that became a client's so lately: payouts to it wait, whoever writes them (services.decaissements).
_VERSEMENT_PRUDENT = """
    IF EXISTS (
        SELECT 1 FROM clients_pass c
        WHERE c.numero_mobile_money = NEW.telephone
          AND c.mobile_money_change_le > now() - make_interval(days => coalesce(
              (SELECT r.valeur FROM reglages r WHERE r.nom = 'MOBILE_MONEY_DELAI_JOURS'), 7))
    ) THEN
        RAISE EXCEPTION 'versement % : ce numéro a changé depuis peu, une seconde personne doit décider', NEW.numero
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decaissements_numero_recent';
    END IF;
    RETURN NEW;
"""
# What waited leaves by the very decision of two people, none of whom decides on a number that she gave herself.
_VERSEMENT_DECIDE = """
    IF NOT EXISTS (
        SELECT 1 FROM propositions p
        WHERE p.nature = 'versement' AND p.cle = 'decaissement:' || OLD.numero AND p.statut = 'approuvee'
          AND p.transaction_decision = txid_current() AND p.apres->>'statut' = NEW.statut
          AND NOT EXISTS (
              SELECT 1 FROM clients_pass c JOIN modifications_client m ON m.client_id = c.id
              WHERE c.numero_mobile_money = OLD.telephone AND c.mobile_money_change_le IS NOT NULL
                AND m.apres->>'numero_mobile_money' = OLD.telephone AND m.acteur_id = p.decideur_id
          )
    ) THEN
        RAISE EXCEPTION 'versement % : deux personnes doivent en décider', OLD.numero
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decaissements_a_deux';
    END IF;
    RETURN NEW;
"""


class Decaissement(models.Model):
    """Money that leaves by an operator: a refund of one payment, or a payout. `cle` says for what, once."""

    Nature = NatureDecaissement
    Statut = StatutDecaissement

    nature = models.CharField(max_length=13, choices=NatureDecaissement.choices)
    numero = models.CharField("numéro", max_length=24)
    cle = models.CharField("objet", max_length=80)
    reference = models.UUIDField("référence", default=uuid.uuid4, editable=False)
    paiement = models.ForeignKey(
        PaiementPass, on_delete=models.PROTECT, null=True, blank=True, related_name="decaissements"
    )
    operateur = models.CharField("opérateur", max_length=12, choices=OperateurPaiement.choices)
    telephone = models.CharField("téléphone", max_length=13)
    montant = models.IntegerField("montant (XAF)")
    libelle = models.CharField("libellé", max_length=120)
    statut = models.CharField(
        max_length=15, choices=StatutDecaissement.choices, default=StatutDecaissement.A_ENVOYER, editable=False
    )
    motif_echec = models.CharField("motif d'échec", max_length=60, blank=True, editable=False)
    code_confirmation = models.CharField("code de l'opérateur", max_length=64, blank=True, editable=False)
    demande_le = models.DateTimeField("demandé le", db_default=Now())
    termine_le = models.DateTimeField("terminé le", null=True, blank=True, editable=False)
    a_suivre_le = models.DateTimeField("à suivre le", null=True, blank=True, editable=False)
    tentatives = models.SmallIntegerField("passages du suivi", default=0, editable=False)
    jour_releve = models.DateField("sur le relevé du", null=True, blank=True, editable=False)

    class Meta:
        db_table = "decaissements"
        verbose_name = "décaissement"
        verbose_name_plural = "décaissements"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="decaissements_reference_unique"),
            models.UniqueConstraint(fields=["numero"], name="decaissements_numero_unique"),
            models.UniqueConstraint(
                fields=["cle"], condition=~Q(statut="echec"), name="decaissements_une_fois_par_objet"
            ),
            models.CheckConstraint(condition=Q(montant__gt=0), name="decaissements_montant_positif"),
            models.CheckConstraint(
                condition=Q(nature="remboursement", paiement__isnull=False)
                | Q(nature="versement", paiement__isnull=True),
                name="decaissements_paiement_si_remboursement",
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["succes", "echec"], termine_le__isnull=False, a_suivre_le__isnull=True)
                | Q(statut="a_approuver", termine_le__isnull=True, a_suivre_le__isnull=True)
                | (
                    ~Q(statut__in=["succes", "echec", "a_approuver"])
                    & Q(termine_le__isnull=True, a_suivre_le__isnull=False)
                ),
                name="decaissements_suivis_jusqu_au_bout",
            ),
            models.CheckConstraint(
                condition=Q(statut="echec") | Q(motif_echec=""), name="decaissements_motif_si_echec"
            ),
            models.CheckConstraint(
                condition=Q(motif_echec__in=["", *MotifEchec.values]), name="decaissements_motif_connu"
            ),
            telephone("telephone", name="decaissements_telephone_congo"),
            parmi("nature", NatureDecaissement, name="decaissements_nature_connue"),
            parmi("operateur", OperateurPaiement, name="decaissements_operateur_connu"),
            parmi("statut", StatutDecaissement, name="decaissements_statut_connu"),
        ]
        indexes = [
            models.Index(fields=["a_suivre_le"], condition=Q(a_suivre_le__isnull=False), name="decaissements_a_suivre"),
            models.Index(fields=["-id"], condition=Q(statut="a_approuver"), name="decaissements_a_approuver"),
        ]
        triggers = [
            pgtrigger.FSM(name="decaissement_transition", field="statut", transitions=list(TRANSITIONS_DECAISSEMENT)),
            pgtrigger.Protect(name="decaissement_indelebile", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="decaissement_prudent",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__nature="versement", new__statut__df="a_approuver"),
                func=_VERSEMENT_PRUDENT,
            ),
            pgtrigger.Trigger(
                name="decaissement_a_deux",
                operation=pgtrigger.UpdateOf("statut"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__statut="a_approuver", new__statut__df="a_approuver"),
                func=_VERSEMENT_DECIDE,
            ),
            pgtrigger.ReadOnly(
                name="decaissement_immuable",
                fields=[
                    "nature",
                    "numero",
                    "cle",
                    "reference",
                    "paiement",
                    "operateur",
                    "telephone",
                    "montant",
                    "libelle",
                    "demande_le",
                ],
            ),
            fige(
                "motif_echec",
                "code_confirmation",
                "termine_le",
                name="decaissement_termine",
                quand=pgtrigger.Q(old__termine_le__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.numero


class VerdictRappel(models.TextChoices):
    A_TRAITER = "a_traiter", "À traiter"
    EN_ATTENTE = "en_attente", "Opérateur à consulter"
    CONFIRME = "confirme", "Confirmé par l'opérateur"
    CONTREDIT = "contredit", "Contredit par l'opérateur"
    INCONNU = "inconnu", "Paiement inconnu"
    ILLISIBLE = "illisible", "Illisible"


class RappelOperateur(models.Model):
    """A callback as it came, from whoever sent it: it proves nothing. `verdict` is what a look-up said of its claim."""

    Verdict = VerdictRappel

    operateur = models.CharField("opérateur", max_length=12, choices=OperateurPaiement.choices)
    corps = models.TextField(editable=False)
    adresse = models.CharField("adresse de l'expéditeur", max_length=45, blank=True)
    paiement = models.ForeignKey(PaiementPass, on_delete=models.PROTECT, null=True, blank=True, related_name="rappels")
    verdict = models.CharField(max_length=10, choices=VerdictRappel.choices, default=VerdictRappel.A_TRAITER)
    recu_le = models.DateTimeField("reçu le", db_default=Now())
    traite_le = models.DateTimeField("traité le", null=True, blank=True)

    class Meta:
        db_table = "rappels_operateur"
        verbose_name = "rappel d'opérateur"
        verbose_name_plural = "rappels d'opérateurs"
        ordering = ["-id"]
        constraints = [
            parmi("operateur", OperateurPaiement, name="rappels_operateur_connu"),
            parmi("verdict", VerdictRappel, name="rappels_verdict_connu"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(verdict="a_traiter"), name="rappels_a_traiter"),
            models.Index(fields=["traite_le"], condition=Q(verdict="contredit"), name="rappels_contredits"),
            models.Index(fields=["recu_le"], condition=Q(paiement__isnull=True), name="rappels_sans_paiement"),
        ]
        triggers = [
            # What led to a payment stays with it; the rest only long enough to be looked at.
            pgtrigger.Protect(
                name="rappel_indelebile",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.paiement_id IS NOT NULL OR OLD.recu_le > now() - interval '1 day'"),
            ),
            pgtrigger.ReadOnly(name="rappel_brut", fields=["operateur", "corps", "adresse", "recu_le"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_operateur_display()} · {self.recu_le:%d/%m/%Y %H:%M:%S}"


class ExamenSouscription(models.Model):
    """When the nightly cycle has to look at a subscription again: a row each while it is covered or suspended.

    Triggers keep it true (`apps/pass_payments/sql/examen…`): it says what periods and payments say, whatever the day and the days
    of grace, which are looked up when the day comes. Nobody else writes here.
    """

    souscription = models.OneToOneField(
        SouscriptionPass, on_delete=models.PROTECT, primary_key=True, related_name="examen", editable=False
    )
    produit = models.ForeignKey(ProduitPass, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False)
    suspendue = models.BooleanField(editable=False)
    fin = models.DateField("fin de la dernière période (exclue)", null=True, editable=False)
    impayee_le = models.DateField("première échéance qui n'est pas entièrement payée", null=True, editable=False)

    class Meta:
        db_table = "examens_souscriptions"
        verbose_name = "examen à venir"
        verbose_name_plural = "examens à venir"
        indexes = [
            models.Index(fields=["fin"], condition=Q(suspendue=False), name="examens_des_fins"),
            models.Index(fields=["produit", "impayee_le"], condition=Q(suspendue=False), name="examens_des_impayes"),
            models.Index(fields=["produit", "impayee_le"], condition=Q(suspendue=True), name="examens_des_suspendues"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

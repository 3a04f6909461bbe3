"""What people must look at: anomalies, proposals that need a second person, reconciliations, documents that were issued."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments.models.paiements import OperateurPaiement, PaiementPass
from apps.pass_payments.models.suivi import Decaissement
from apps.socle.models import Proposition
from nsia_pass_api.constraints import parmi


class NatureAnomalie(models.TextChoices):
    MONTANT_DIFFERENT = "montant_different", "L'opérateur annonce un autre montant"
    DEVISE_DIFFERENTE = "devise_differente", "L'opérateur annonce une autre devise"
    PAYEUR_DIFFERENT = "payeur_different", "L'opérateur annonce un autre payeur"
    SANS_EFFET = "sans_effet", "Payé, mais le contrat ne permet plus l'effet attendu"
    REMBOURSEMENT_ECHOUE = "remboursement_echoue", "Remboursement refusé par l'opérateur"


class AnomaliePaiement(models.Model):
    """Something about a payment that only a person can settle; open until somebody says what was done."""

    Nature = NatureAnomalie

    paiement = models.ForeignKey(PaiementPass, on_delete=models.PROTECT, related_name="anomalies")
    nature = models.CharField(max_length=20, choices=NatureAnomalie.choices)
    donnees = models.JSONField("données", default=dict, blank=True)
    ouverte_le = models.DateTimeField("ouverte le", db_default=Now())
    resolue_le = models.DateTimeField("résolue le", null=True, blank=True)
    resolue_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    commentaire = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "anomalies_paiement"
        verbose_name = "anomalie de paiement"
        verbose_name_plural = "anomalies de paiement"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["paiement", "nature"], condition=Q(resolue_le__isnull=True), name="anomalies_une_ouverte"
            ),
            models.CheckConstraint(
                condition=Q(resolue_le__isnull=True, resolue_par__isnull=True)
                | (Q(resolue_le__isnull=False, resolue_par__isnull=False) & ~Q(commentaire="")),
                name="anomalies_resolution_motivee",
            ),
            parmi("nature", NatureAnomalie, name="anomalies_nature_connue"),
        ]
        triggers = [
            pgtrigger.Protect(name="anomalie_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="anomalie_immuable", exclude=["resolue_le", "resolue_par", "commentaire"]),
            pgtrigger.Protect(
                name="anomalie_resolue",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__resolue_le__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} · {self.paiement}"


_ABANDON_D_UN_CONTRAT_TERMINE = """
    IF NOT EXISTS (SELECT 1 FROM souscriptions_pass s WHERE s.id = NEW.souscription_id AND s.statut = 'resiliee') THEN
        RAISE EXCEPTION 'abandon % : le contrat n''est pas résilié', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class AbandonCreance(models.Model):
    """What a terminated contract owed and NSIA no longer claims: written off, not paid. Views go on saying who paid what.

    A terminated contract never lives again, so that its debt changes no more (docs/decisions/0013-two-people.md).
    """

    souscription = models.OneToOneField(SouscriptionPass, on_delete=models.PROTECT, related_name="abandon")
    montant = models.IntegerField("montant abandonné (XAF)")
    proposition = models.OneToOneField(Proposition, on_delete=models.PROTECT, related_name="+")
    abandonnee_le = models.DateTimeField("abandonnée le", db_default=Now())

    class Meta:
        db_table = "abandons_creances"
        verbose_name = "créance abandonnée"
        verbose_name_plural = "créances abandonnées"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(montant__gt=0), name="abandons_montant_positif")]
        triggers = [
            pgtrigger.Protect(name="abandon_immuable", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="abandon_d_un_contrat_termine",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func=_ABANDON_D_UN_CONTRAT_TERMINE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.souscription} · {self.montant}"


class Rapprochement(models.Model):
    """One comparison of an operator's statement of a day with our journal. Its differences are `EcartRapprochement`."""

    operateur = models.CharField("opérateur", max_length=12, choices=OperateurPaiement.choices)
    jour = models.DateField()
    source = models.CharField(max_length=80)
    lance_le = models.DateTimeField("lancé le", db_default=Now())
    lance_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    lignes_releve = models.IntegerField("lignes du relevé")
    lignes_journal = models.IntegerField("lignes du journal")
    concordantes = models.IntegerField()
    manquantes = models.IntegerField("absentes du relevé")
    etrangeres = models.IntegerField("inconnues chez nous")
    differentes = models.IntegerField("différentes")
    montant_releve = models.BigIntegerField("total du relevé (XAF)")
    montant_journal = models.BigIntegerField("total du journal (XAF)")
    reglees = models.IntegerField("réglées grâce à lui", default=0)

    class Meta:
        db_table = "rapprochements"
        verbose_name = "rapprochement"
        verbose_name_plural = "rapprochements"
        ordering = ["-jour", "-id"]
        constraints = [
            parmi("operateur", OperateurPaiement, name="rapprochements_operateur_connu"),
            models.CheckConstraint(
                condition=Q(lignes_releve=F("concordantes") + F("etrangeres") + F("differentes"))
                & Q(lignes_journal=F("concordantes") + F("manquantes") + F("differentes")),
                name="rapprochements_comptes_justes",
            ),
        ]
        triggers = [pgtrigger.Protect(name="rapprochement_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_operateur_display()} · {self.jour:%d/%m/%Y}"


class NatureEcart(models.TextChoices):
    MANQUANT = "manquant", "Chez nous, absent du relevé"
    ETRANGER = "etranger", "Sur le relevé, inconnu chez nous"
    DIFFERENT = "different", "Montant ou état différent"


class EcartRapprochement(models.Model):
    """A line that does not agree, found once whatever the number of runs. `etranger` open rows are the suspense list."""

    Nature = NatureEcart

    operateur = models.CharField("opérateur", max_length=12, choices=OperateurPaiement.choices)
    nature = models.CharField(max_length=9, choices=NatureEcart.choices)
    cle = models.CharField("référence", max_length=64)
    jour = models.DateField()
    rapprochement = models.ForeignKey(
        Rapprochement, on_delete=models.PROTECT, related_name="ecarts", verbose_name="vu la dernière fois dans"
    )
    paiement = models.ForeignKey(PaiementPass, on_delete=models.PROTECT, null=True, blank=True, related_name="ecarts")
    decaissement = models.ForeignKey(
        Decaissement, on_delete=models.PROTECT, null=True, blank=True, related_name="ecarts"
    )
    montant_releve = models.IntegerField("sur le relevé (XAF)", null=True, blank=True)
    montant_journal = models.IntegerField("au journal (XAF)", null=True, blank=True)
    telephone = models.CharField("téléphone", max_length=15, blank=True)
    code_confirmation = models.CharField("code de l'opérateur", max_length=64, blank=True)
    detecte_le = models.DateTimeField("détecté le", db_default=Now())
    resolu_le = models.DateTimeField("résolu le", null=True, blank=True)
    resolu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    commentaire = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "ecarts_rapprochement"
        verbose_name = "écart"
        verbose_name_plural = "écarts"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["operateur", "nature", "cle"], name="ecarts_une_fois"),
            models.CheckConstraint(
                condition=Q(resolu_le__isnull=True, resolu_par__isnull=True)
                | (Q(resolu_le__isnull=False) & ~Q(commentaire="")),
                name="ecarts_resolution_motivee",
            ),
            parmi("operateur", OperateurPaiement, name="ecarts_operateur_connu"),
            parmi("nature", NatureEcart, name="ecarts_nature_connue"),
        ]
        indexes = [models.Index(fields=["nature"], condition=Q(resolu_le__isnull=True), name="ecarts_ouverts")]
        triggers = [
            pgtrigger.Protect(name="ecart_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="ecart_immuable", fields=["operateur", "nature", "cle", "detecte_le"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} · {self.cle}"


class TypeDocument(models.TextChoices):
    RECU = "recu", "Reçu de paiement"
    RELEVE = "releve", "Relevé de cotisations"
    ATTESTATION = "attestation", "Attestation d'assurance"


class DocumentEmis(models.Model):
    """A document that was handed out. Its code opens a public page that reveals validity, product and dates, nothing else."""

    Type = TypeDocument

    code = models.CharField("code de vérification", max_length=14)
    type = models.CharField(max_length=11, choices=TypeDocument.choices)
    souscription = models.ForeignKey(SouscriptionPass, on_delete=models.PROTECT, related_name="documents")
    paiement = models.ForeignKey(PaiementPass, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    emis_le = models.DateTimeField("émis le", db_default=Now())
    date_debut = models.DateField("du", null=True, blank=True)
    date_fin = models.DateField("au (exclu)", null=True, blank=True)
    # The day of a statement or an attestation: within it the same one keeps its code. Empty on receipts and on earlier rows.
    jour = models.DateField("jour", null=True, blank=True, editable=False)

    class Meta:
        db_table = "documents_emis"
        verbose_name = "document émis"
        verbose_name_plural = "documents émis"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="documents_code_unique"),
            models.UniqueConstraint(
                fields=["paiement"], condition=Q(type="recu"), name="documents_un_recu_par_paiement"
            ),
            models.UniqueConstraint(
                fields=["souscription", "jour", "type", "date_debut", "date_fin"],
                condition=Q(jour__isnull=False),
                nulls_distinct=False,
                name="documents_un_par_jour",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$"), name="documents_code_forme"
            ),
            models.CheckConstraint(
                condition=Q(type="recu", paiement__isnull=False) | (~Q(type="recu") & Q(paiement__isnull=True)),
                name="documents_paiement_si_recu",
            ),
            parmi("type", TypeDocument, name="documents_type_connu"),
        ]
        triggers = [pgtrigger.Protect(name="document_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.code

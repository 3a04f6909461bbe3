"""Private files: what people send, kept from everybody until it is checked."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.socle.domaines import libelle_du_domaine
from nsia_pass_api.constraints import parmi
from nsia_pass_api.gardes import fige

TAILLE_MAXIMUM = 10 * 1024 * 1024
FICHIERS_MAXIMUM = 20


class NatureFichier(models.TextChoices):
    """What a file is by its content, whatever its name says: nothing else is taken."""

    JPEG = "image/jpeg", "Photo JPEG"
    PNG = "image/png", "Image PNG"
    WEBP = "image/webp", "Image WEBP"
    HEIC = "image/heic", "Photo HEIC"
    PDF = "application/pdf", "PDF"


class EtatFichier(models.TextChoices):
    QUARANTAINE = "quarantaine", "En vérification"
    SAIN = "sain", "Vérifié"
    REFUSE = "refuse", "Refusé"
    EFFACE = "efface", "Effacé"


class MotifFichier(models.TextChoices):
    """Why a file was refused, as whoever sent it reads it."""

    ILLISIBLE = "illisible", "Le fichier ne s'ouvre pas : reprenez la photo ou enregistrez le document à nouveau."
    TROP_GRAND = "trop_grand", "L'image est trop grande : reprenez la photo en qualité moyenne."
    TROP_DE_PAGES = "trop_de_pages", "Le document a plus de 30 pages : envoyez-le en plusieurs parties."
    MOT_DE_PASSE = "mot_de_passe", "Le document demande un mot de passe : enregistrez-le sans, ou prenez-le en photo."
    VIRUS = "virus", "L'antivirus a reconnu un programme nuisible dans ce fichier."
    PERDU = "perdu", "Le fichier n'est pas arrivé entier : envoyez-le à nouveau."


class AnalyseVirus(models.TextChoices):
    NON_ANALYSE = "non_analyse", "Non analysé"
    SAIN = "sain", "Rien trouvé"
    INFECTE = "infecte", "Nuisible"


class FichierPrive(models.Model):
    """A file of the object `cle` of `domaine` (« sinistre », « 42 »). Nobody opens it before it is `sain`, then its checked copy.

    `rang` is its place among the twenty that an object has at most; one that is refused or erased leaves its own. `sha256`,
    `taille` (bytes) and `nature` are those of what was sent; `original` and `verifie` name it and its checked copy in the storage
    « prive », and are empty when there is none: the original goes once it is judged. `empreinte` is 64 bits of what a picture
    looks like (examen_de_fichier.empreinte): few differ between two of the same thing. Rows stay; their bytes are erased.
    """

    Etat = EtatFichier

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domaine = models.CharField(max_length=30)
    cle = models.CharField("objet", max_length=80)
    rang = models.SmallIntegerField()
    nature = models.CharField(max_length=15, choices=NatureFichier.choices)
    taille = models.IntegerField("taille")
    sha256 = models.CharField("SHA-256", max_length=64)
    depose_par = models.CharField("déposé par", max_length=80)
    depose_le = models.DateTimeField("déposé le", db_default=Now())
    etat = models.CharField("état", max_length=11, choices=EtatFichier.choices, default=EtatFichier.QUARANTAINE)
    motif = models.CharField("motif du refus", max_length=13, choices=MotifFichier.choices, blank=True)
    antivirus = models.CharField(max_length=11, choices=AnalyseVirus.choices, blank=True)
    empreinte = models.BigIntegerField(null=True, blank=True)
    a_verifier_le = models.DateTimeField("à vérifier le", null=True, blank=True, db_default=Now())
    tentatives = models.SmallIntegerField(default=0)
    verifie_le = models.DateTimeField("vérifié le", null=True, blank=True)
    efface_le = models.DateTimeField("effacé le", null=True, blank=True)
    original = models.CharField(max_length=60, blank=True)
    verifie = models.CharField("copie vérifiée", max_length=60, blank=True)

    class Meta:
        db_table = "fichiers_prives"
        verbose_name = "fichier"
        verbose_name_plural = "fichiers"
        ordering = ["-depose_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["domaine", "cle", "rang"],
                condition=Q(etat__in=["quarantaine", "sain"]),
                name="fichiers_un_par_rang",
            ),
            models.CheckConstraint(condition=Q(rang__gte=1, rang__lte=FICHIERS_MAXIMUM), name="fichiers_vingt_au_plus"),
            models.CheckConstraint(condition=Q(taille__gte=1, taille__lte=TAILLE_MAXIMUM), name="fichiers_taille"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="fichiers_sha256_forme"),
            models.CheckConstraint(
                condition=Q(domaine__regex=r"^[a-z_]{3,30}$") & ~Q(cle="") & ~Q(depose_par=""),
                name="fichiers_objet_nomme",
            ),
            parmi("nature", NatureFichier, name="fichiers_nature_connue"),
            models.CheckConstraint(
                condition=Q(
                    etat="quarantaine",
                    a_verifier_le__isnull=False,
                    verifie_le__isnull=True,
                    efface_le__isnull=True,
                    motif="",
                    antivirus="",
                    verifie="",
                )
                & ~Q(original="")
                | Q(
                    etat="sain",
                    a_verifier_le__isnull=True,
                    verifie_le__isnull=False,
                    efface_le__isnull=True,
                    motif="",
                    antivirus__in=["sain", "non_analyse"],
                    original="",
                )
                & ~Q(verifie="")
                | Q(
                    etat="refuse",
                    a_verifier_le__isnull=True,
                    verifie_le__isnull=False,
                    efface_le__isnull=True,
                    motif__in=MotifFichier.values,
                    original="",
                    verifie="",
                )
                & (Q(motif="virus", antivirus="infecte") | ~Q(motif="virus") & ~Q(antivirus="infecte"))
                | Q(
                    etat="efface",
                    a_verifier_le__isnull=True,
                    efface_le__isnull=False,
                    empreinte__isnull=True,
                    original="",
                    verifie="",
                ),
                name="fichiers_selon_etat",
            ),
        ]
        indexes = [
            models.Index(fields=["a_verifier_le"], condition=Q(etat="quarantaine"), name="fichiers_a_verifier"),
            models.Index(fields=["sha256"], name="fichiers_par_sha256"),
        ]
        triggers = [
            pgtrigger.Protect(name="fichier_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="fichier_immuable",
                fields=["id", "domaine", "cle", "rang", "nature", "taille", "sha256", "depose_par", "depose_le"],
            ),
            pgtrigger.FSM(
                name="fichier_transition",
                field="etat",
                transitions=[
                    ("quarantaine", "sain"),
                    ("quarantaine", "refuse"),
                    ("quarantaine", "efface"),
                    ("sain", "efface"),
                ],
            ),
            # What was judged stays as it was judged: nothing takes the place of a copy that was checked.
            fige(
                "motif", "antivirus", "verifie_le", name="fichier_juge", quand=pgtrigger.Q(old__etat__df="quarantaine")
            ),
            fige(
                "verifie",
                "empreinte",
                name="fichier_copie_gardee",
                quand=pgtrigger.Q(old__etat="sain", new__etat="sain"),
            ),
        ]

    def __str__(self) -> str:
        return f"{libelle_du_domaine(self.domaine)} {self.cle} · {self.rang}"

    @property
    def domaine_lisible(self) -> str:
        return libelle_du_domaine(self.domaine)

    @property
    def poids(self) -> str:
        return f"{self.taille / 1024:.0f} ko" if self.taille >= 1024 else f"{self.taille} octets"

    @property
    def image(self) -> bool:
        return self.nature != NatureFichier.PDF

    @property
    def nature_servie(self) -> str:
        """Of the checked copy: pictures are all JPEG then."""
        return (NatureFichier.JPEG if self.image else NatureFichier.PDF).value

"""Private files: deposited, kept from everybody, checked apart by the worker, then read by whom their domain lets read.

Bytes are written before the row that names them, and erased after the row that did: a process killed between leaves bytes that no
row names, which `balayer` takes away.
"""

import hashlib
import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

import filetype
import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.db.models import Q

from apps.socle import antivirus, examen_de_fichier
from apps.socle.domaines import le_domaine
from apps.socle.errors import FichierIllisible, FichierTropLourd, ImageTropGrande, TropDeFichiers, TypeDeFichierRefuse
from apps.socle.models import (
    FICHIERS_MAXIMUM,
    TAILLE_MAXIMUM,
    AnalyseVirus,
    EtatFichier,
    FichierPrive,
    MotifFichier,
    NatureFichier,
)
from apps.socle.services.faits import dire
from nsia_pass_api.dates import maintenant

logger = structlog.get_logger(__name__)

RECUS, VERIFIES = "recus", "verifies"
# As long as a deposit may last between its bytes and its row.
AGE_D_UN_ORPHELIN = timedelta(days=1)
EXAMEN_SECONDES = 45
_PROGRAMME = Path(examen_de_fichier.__file__)


def stockage() -> Storage:
    return storages["prive"]


# Deposit


@dataclass(frozen=True)
class Depot:
    """What was sent, written in the storage under `original`; nobody's as long as no row names it."""

    original: str
    nature: str
    taille: int
    sha256: str


def deposer(
    *, domaine: str, cle: str, contenu: Iterable[bytes], depose_par: str, quand: datetime | None = None
) -> FichierPrive:
    """A file of the object `cle` waits in quarantine. `contenu`: its bytes in chunks (`UploadedFile.chunks()`). Raises as
    `recevoir` and `inscrire`, which whoever writes other rows with the file's calls one after the other."""
    depot = recevoir(contenu)
    return inscrire(depot, domaine=domaine, cle=cle, depose_par=depose_par, quand=quand)


def recevoir(contenu: Iterable[bytes]) -> Depot:
    """The bytes are in the storage. To call outside of a transaction: writing them may last.

    Raises FichierTropLourd once they pass TAILLE_MAXIMUM, without reading on; TypeDeFichierRefuse, FichierIllisible and
    ImageTropGrande for what can be said without opening it. The rest is said by `verifier_fichier`.
    """
    octets = bytearray()
    for morceau in contenu:
        octets += morceau
        if len(octets) > TAILLE_MAXIMUM:
            raise FichierTropLourd
    if not octets:
        raise FichierIllisible
    recus = bytes(octets)
    devinee = filetype.guess(recus)
    if devinee is None or devinee.mime not in NatureFichier.values:
        raise TypeDeFichierRefuse
    if _incomplet(recus, devinee.mime):
        raise FichierIllisible
    return Depot(
        original=stockage().save(f"{RECUS}/{uuid4()}", ContentFile(recus)),
        nature=devinee.mime,
        taille=len(recus),
        sha256=hashlib.sha256(recus).hexdigest(),
    )


def _incomplet(octets: bytes, nature: str) -> bool:
    """Whether its end is missing, by its structure alone. Raises ImageTropGrande.

    Only headers that Pillow reads in Python are read here: decoders are for the program apart.
    """
    match nature:
        case NatureFichier.PDF:
            return b"startxref" not in octets
        case NatureFichier.WEBP:
            return int.from_bytes(octets[4:8], "little") + 8 > len(octets)
        case NatureFichier.JPEG | NatureFichier.PNG:
            from PIL import Image, UnidentifiedImageError

            flux = io.BytesIO(octets)
            try:
                largeur, hauteur = Image.open(flux, formats=[examen_de_fichier.FORMATS[nature]]).size
            except Image.DecompressionBombError as bombe:
                raise ImageTropGrande from bombe
            except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
                return True
            if largeur * hauteur > examen_de_fichier.PIXELS_MAXIMUM:
                raise ImageTropGrande
            # Pillow stands where the points begin.
            return octets.find(b"\xff\xd9" if nature == NatureFichier.JPEG else b"IEND", flux.tell()) < 0
    return False


@transaction.atomic
def inscrire(depot: Depot, *, domaine: str, cle: str, depose_par: str, quand: datetime | None = None) -> FichierPrive:
    """What was received is a file of the object `cle`, in quarantine; the first that finds a place of twenty has it.

    Raises TropDeFichiers: then, as when the caller undoes it all, the bytes are taken away by `balayer`.
    """
    le_domaine(domaine)
    quand = quand or maintenant()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fichiers:{domaine}:{cle}"])
    occupes = FichierPrive.objects.filter(
        domaine=domaine, cle=cle, etat__in=[EtatFichier.QUARANTAINE, EtatFichier.SAIN]
    )
    libres = sorted(set(range(1, FICHIERS_MAXIMUM + 1)) - set(occupes.values_list("rang", flat=True)))
    if not libres:
        raise TropDeFichiers
    return FichierPrive.objects.create(
        domaine=domaine,
        cle=cle,
        rang=libres[0],
        nature=depot.nature,
        taille=depot.taille,
        sha256=depot.sha256,
        original=depot.original,
        depose_par=depose_par,
        depose_le=quand,
        a_verifier_le=quand,
    )


# Check

# Each claim doubles the wait until the next, from the lease to an hour: an antivirus that is away is not asked without end.
_RESERVER = """
    UPDATE fichiers_prives
    SET tentatives = least(tentatives + 1, 32000),
        a_verifier_le = %(quand)s::timestamptz
                        + least(%(bail)s::interval * power(2, least(tentatives, 10)), greatest(%(bail)s, interval '1 hour'))
    WHERE id IN (
        SELECT id FROM fichiers_prives WHERE etat = 'quarantaine' AND a_verifier_le <= %(quand)s
        ORDER BY a_verifier_le LIMIT %(nombre)s FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def reserver_fichiers(*, nombre: int, quand: datetime | None = None) -> list[UUID]:
    """At most `nombre` files that wait for their check are the caller's for a while. Returns their keys."""
    parametres: dict[str, Any] = {"quand": quand or maintenant(), "bail": settings.TRAVAUX_BAIL, "nombre": nombre}
    with connection.cursor() as cursor:
        cursor.execute(_RESERVER, parametres)
        return [ident for (ident,) in cursor.fetchall()]


@dataclass(frozen=True)
class Verdict:
    """`motif`: why it is refused, of MotifFichier; else `copie` may be read, and `empreinte` is what a picture looks like."""

    motif: str
    empreinte: int | None = None
    copie: bytes = b""


def verifier_fichier(ident: UUID) -> None:
    """The file is sound, with a copy made anew, or refused with its reason; the fact « fichier.juge » says so.

    It stays in quarantine, due again later, when the antivirus does not answer, and when the examination was ended by somebody.
    """
    fichier = FichierPrive.objects.filter(pk=ident, etat=EtatFichier.QUARANTAINE).first()
    if fichier is None:  # judged by another worker, when our claim ran out, or erased
        return
    octets = _lire(fichier.original)
    if hashlib.sha256(octets).hexdigest() != fichier.sha256:
        _juger(fichier, Verdict(MotifFichier.PERDU), analyse="")
        return
    try:
        analyse = antivirus.analyser(octets)
        infecte = analyse == AnalyseVirus.INFECTE
        verdict = Verdict(MotifFichier.VIRUS) if infecte else examiner(octets, nature=fichier.nature)
    except (antivirus.AntivirusInjoignable, ExamenInterrompu) as panne:
        logger.warning("fichier_non_verifie", fichier=str(ident), cause=type(panne).__name__)
        return
    _juger(fichier, verdict, analyse=analyse)


def _lire(nom: str) -> bytes:
    try:
        with stockage().open(nom) as fichier:
            return bytes(fichier.read())
    except FileNotFoundError:
        return b""


class ExamenInterrompu(Exception):
    """The program apart was killed, or got no time of the machine: nothing is said of the file."""


def examiner(octets: bytes, *, nature: str) -> Verdict:
    """What the program apart says of the file; that it cannot be read when the program fails, or passes its memory or its time.

    0.2 s of processor for a PDF, 0.5 s for a photo of 12 million points (docs/decisions/0028). Raises ExamenInterrompu.
    """
    commande = [sys.executable, "-I", str(_PROGRAMME), nature]
    try:
        # Neither the environment of this process, which holds secrets, nor what it has open.
        fini = subprocess.run(  # noqa: S603
            commande, input=octets, capture_output=True, timeout=EXAMEN_SECONDES, env={}, check=False
        )
    except subprocess.TimeoutExpired as lent:
        raise ExamenInterrompu from lent
    if fini.returncode in (-signal.SIGTERM, -signal.SIGINT, -9):
        raise ExamenInterrompu
    if fini.returncode != 0:
        dit = fini.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        logger.info("fichier_illisible", nature=nature, code=fini.returncode, dit=dit[:200])
        return Verdict(MotifFichier.ILLISIBLE)
    entete, _, copie = fini.stdout.partition(b"\n")
    return Verdict(**json.loads(entete), copie=copie)


def _juger(fichier: FichierPrive, verdict: Verdict, *, analyse: str) -> None:
    copie = "" if verdict.motif else stockage().save(f"{VERIFIES}/{uuid4()}", ContentFile(verdict.copie))
    with transaction.atomic():
        juge = FichierPrive.objects.filter(pk=fichier.pk, etat=EtatFichier.QUARANTAINE).update(
            etat=EtatFichier.REFUSE if verdict.motif else EtatFichier.SAIN,
            motif=verdict.motif,
            antivirus=analyse,
            empreinte=verdict.empreinte,
            verifie_le=maintenant(),
            a_verifier_le=None,
            original="",
            verifie=copie,
        )
        if not juge:  # by another, or erased meanwhile: `balayer` takes this copy away
            return
        donnees = {"fichier": fichier.pk, "domaine": fichier.domaine, "objet": fichier.cle, "motif": verdict.motif}
        dire("fichier.juge", cle=f"fichier:{fichier.pk}", donnees=donnees)
        _oter_au_commit(fichier.original)
    logger.info("fichier_juge", fichier=str(fichier.pk), motif=verdict.motif, antivirus=analyse)


# End


@transaction.atomic
def effacer(*, fichier: FichierPrive, quand: datetime | None = None) -> None:
    """Nothing is left of the file but its row. Whoever calls has checked the right; one that is refused or erased stays so."""
    tenu = FichierPrive.objects.select_for_update().get(pk=fichier.pk)
    if tenu.etat not in (EtatFichier.QUARANTAINE, EtatFichier.SAIN):
        return
    FichierPrive.objects.filter(pk=tenu.pk).update(
        etat=EtatFichier.EFFACE,
        efface_le=quand or maintenant(),
        a_verifier_le=None,
        empreinte=None,
        original="",
        verifie="",
    )
    _oter_au_commit(tenu.original, tenu.verifie)


def _oter_au_commit(*noms: str) -> None:
    for nom in filter(None, noms):
        transaction.on_commit(partial(stockage().delete, nom), robust=True)


def balayer(*, quand: datetime | None = None) -> int:
    """No bytes older than a day are left in the storage that no row names. Returns how many were taken away."""
    limite = (quand or maintenant()) - AGE_D_UN_ORPHELIN
    otes = 0
    tous = _noms()
    while noms := list(islice(tous, 500)):
        tenus = FichierPrive.objects.filter(Q(original__in=noms) | Q(verifie__in=noms)).values_list(
            "original", "verifie"
        )
        orphelins = set(noms) - {nom for ligne in tenus for nom in ligne}
        for nom in orphelins:
            if stockage().get_modified_time(nom) < limite:
                stockage().delete(nom)
                otes += 1
    return otes


def _noms() -> Iterator[str]:
    for dossier in (RECUS, VERIFIES):
        try:
            _, noms = stockage().listdir(dossier)
        except FileNotFoundError:  # nothing was ever deposited
            continue
        yield from (f"{dossier}/{nom}" for nom in noms)


def ouvrir_copie(fichier: FichierPrive) -> IO[Any]:
    """The checked copy, to be read and closed."""
    return stockage().open(fichier.verifie)

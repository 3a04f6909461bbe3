"""The worker as a process of its own. Imported once by the fork server, so that a restart costs nothing but a fork."""

import os
import sys
from uuid import uuid4

import django
from django.apps import apps as registre
from django.core.management import call_command

if not registre.ready:
    django.setup()

import apps.mtn_integration.messagerie
import apps.mtn_integration.operateur
import apps.socle.management.commands.travaux  # noqa: F401 - loaded before the fork
from apps.socle.faits import quand
from apps.socle.models import Fait, RequeteIdempotente

from .coupures import CARNET, PAR_NOM, poser


def noter(fait: Fait) -> None:
    """A handler that writes a row each time that it is given the fact: what is written twice is seen."""
    RequeteIdempotente.objects.create(
        portee=CARNET, cle=uuid4().hex, empreinte="0" * 64, statut_http=200, reponse={"fait": fait.pk}
    )


def travailler(coupure: str, journal: str) -> None:
    """`manage.py travaux`, which says everything in `journal` and dies at `coupure` unless that is empty."""
    os.setsid()
    with open(journal, "ab", buffering=0) as fichier:
        for sortie in (sys.stdout, sys.stderr):
            os.dup2(fichier.fileno(), sortie.fileno())
    quand("paiement.regle")(noter)
    if coupure:
        poser(PAR_NOM[coupure])
    call_command("travaux")

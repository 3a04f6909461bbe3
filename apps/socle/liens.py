"""Links to private files: for five minutes, for one reader, who must still have the right when the link opens."""

from dataclasses import dataclass

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse

from apps.socle.domaines import Lecteur, le_domaine
from apps.socle.errors import LienPerime
from apps.socle.models import EtatFichier, FichierPrive
from nsia_pass_api.errors import Introuvable

DUREE_SECONDES = 300
_SEL = "socle.fichiers"


def lien(fichier: FichierPrive, lecteur: Lecteur, *, en_ligne: bool = False) -> str | None:
    """The address of the checked copy for `lecteur`; None as long as the file is not sound, or when it no longer is.

    `en_ligne`: shown instead of taken away, a picture to the staff alone. Raises Introuvable when its domain does not let
    `lecteur` read.
    """
    if not le_domaine(fichier.domaine).peut_lire(lecteur, fichier):
        raise Introuvable
    if fichier.etat != EtatFichier.SAIN:
        return None
    montre = en_ligne and fichier.image and lecteur.agent is not None
    jeton = signing.dumps([str(fichier.pk), lecteur.reference, int(montre)], salt=_SEL)
    # Below /admin/ the session of the staff is watched as on every page of the back office.
    return reverse("fichier-agent" if lecteur.agent is not None else "fichier", args=[jeton])


@dataclass(frozen=True)
class Ouverture:
    fichier: FichierPrive
    en_ligne: bool


def ouvrir(jeton: str, *, appelant: Lecteur | None) -> Ouverture:
    """What the link shows to `appelant`, None for who is not known.

    A link of the staff opens in the session that it was made for; any other also without one, since a phone that follows it has
    none, but for nobody else. Raises LienPerime, and Introuvable when the right or the file is gone meanwhile.
    """
    try:
        ident, reference, montre = signing.loads(jeton, salt=_SEL, max_age=DUREE_SECONDES)
        fichier = FichierPrive.objects.get(pk=ident)
    except (signing.BadSignature, ValueError, ValidationError, FichierPrive.DoesNotExist) as refus:
        raise LienPerime from refus
    lecteur = appelant or Lecteur(reference)
    if lecteur.reference != reference or (reference.startswith("agent:") and lecteur.agent is None):
        raise LienPerime
    if fichier.etat != EtatFichier.SAIN or not le_domaine(fichier.domaine).peut_lire(lecteur, fichier):
        raise Introuvable
    return Ouverture(fichier, en_ligne=bool(montre))

"""Tables of what every app may use, by subject."""

from apps.socle.models.direct import BilletDirect
from apps.socle.models.faits import Fait, Livraison, StatutLivraison
from apps.socle.models.fichiers import (
    FICHIERS_MAXIMUM,
    TAILLE_MAXIMUM,
    AnalyseVirus,
    EtatFichier,
    FichierPrive,
    MotifFichier,
    NatureFichier,
)
from apps.socle.models.idempotence import RequeteIdempotente
from apps.socle.models.messages import CLE_DE_CODE, TEXTE_EFFACE, MessageSortant, StatutMessage
from apps.socle.models.numeros import SerieNumero
from apps.socle.models.propositions import Proposition, StatutProposition
from apps.socle.models.reglages import ChangementReglage, Reglage
from apps.socle.models.travaux import TachePlanifiee, Travailleur

__all__ = [
    "CLE_DE_CODE",
    "FICHIERS_MAXIMUM",
    "TAILLE_MAXIMUM",
    "TEXTE_EFFACE",
    "AnalyseVirus",
    "BilletDirect",
    "ChangementReglage",
    "EtatFichier",
    "Fait",
    "FichierPrive",
    "Livraison",
    "MessageSortant",
    "MotifFichier",
    "NatureFichier",
    "Proposition",
    "Reglage",
    "RequeteIdempotente",
    "SerieNumero",
    "StatutLivraison",
    "StatutMessage",
    "StatutProposition",
    "TachePlanifiee",
    "Travailleur",
]

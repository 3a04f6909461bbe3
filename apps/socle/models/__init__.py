"""Tables of what every app may use, by subject."""

from apps.socle.models.faits import Fait, Livraison, StatutLivraison
from apps.socle.models.idempotence import RequeteIdempotente
from apps.socle.models.numeros import SerieNumero

__all__ = ["Fait", "Livraison", "RequeteIdempotente", "SerieNumero", "StatutLivraison"]

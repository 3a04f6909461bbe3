"""What a client writes, understood by rules: each value with the words that said it."""

from .commandes import commande, correction
from .modele import Trouvaille
from .regles import comprendre, lire_reponse
from .vocabulaire import prechauffer

__all__ = ["Trouvaille", "commande", "comprendre", "correction", "lire_reponse", "prechauffer"]

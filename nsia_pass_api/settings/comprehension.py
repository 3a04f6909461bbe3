"""Understanding of declarations: the model that may be asked beside the rules. Off while COMPREHENSION_URL is empty."""

from .environment import PRODUCTION, integer, refus, text, url

COMPREHENSION_URL = url("COMPREHENSION_URL", "", https=PRODUCTION)
COMPREHENSION_MODELE = text("COMPREHENSION_MODELE", "")
COMPREHENSION_CLE = text("COMPREHENSION_CLE", "")
# Seconds for the whole call; then the rules alone answer.
COMPREHENSION_DELAI = integer("COMPREHENSION_DELAI_MS", 4_000, minimum=100, maximum=10_000) / 1_000
# XAF for a million tokens, read and written: what each call costs is kept with it.
COMPREHENSION_PRIX_ENTREE = integer("COMPREHENSION_PRIX_ENTREE", 0, maximum=1_000_000)
COMPREHENSION_PRIX_SORTIE = integer("COMPREHENSION_PRIX_SORTIE", 0, maximum=1_000_000)
if COMPREHENSION_URL and not COMPREHENSION_MODELE:
    raise refus("COMPREHENSION_MODELE", "absent alors que COMPREHENSION_URL est donné", "Écrivez le nom du modèle.")

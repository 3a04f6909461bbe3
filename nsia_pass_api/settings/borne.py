"""The kiosk page: when it forgets whoever walked away, and whom it says to call."""

from .environment import integer, refus, text

# Seconds without a touch before the session ends, and how long before that the page asks « Êtes-vous là ? ».
BORNE_INACTIVITE = integer("BORNE_INACTIVITE_SECONDES", 300, minimum=30, maximum=1_800)
BORNE_AVERTISSEMENT = integer("BORNE_AVERTISSEMENT_SECONDES", 60, minimum=10, maximum=300)
if BORNE_AVERTISSEMENT >= BORNE_INACTIVITE:
    raise refus(
        "BORNE_AVERTISSEMENT_SECONDES",
        "l'avertissement durerait plus que l'inactivité",
        "Choisissez un nombre plus petit que BORNE_INACTIVITE_SECONDES.",
    )
# Seconds between two questions about a payment that waits for its PIN.
BORNE_SUIVI = 2
# Shown on the help screen, as people read it; empty: not shown.
BORNE_TELEPHONE_AIDE = text("BORNE_TELEPHONE_AIDE", "")

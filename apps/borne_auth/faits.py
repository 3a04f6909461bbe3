"""What this app calls the objects of its keys."""

from apps.socle.cles import nommer

nommer("agent", "Agent n°")
nommer("changement", "Changement n°")

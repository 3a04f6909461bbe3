"""What the worker does for sessions."""

from apps.socle.files import Tache, planifier

planifier(Tache("sessions", "Ménage des sessions et des jetons", cron="15 3 * * *", commande=["purger_sessions"]))

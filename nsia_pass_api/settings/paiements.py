"""Payments: how long they wait, how they are followed, what their numbers look like, what runs by itself."""

from datetime import timedelta

from .environment import PRODUCTION, integer, number_format, text

# The client at the kiosk waits this long for her PIN to arrive; MTN's prompt ends after five minutes.
PAIEMENT_DELAI = timedelta(minutes=integer("PAIEMENT_DELAI_MINUTES", 10, minimum=1, maximum=120))
# After that the operator is still asked, less and less often: a late success counts. Reconciliation sees what comes later.
PAIEMENT_SUIVI_TARDIF = timedelta(hours=integer("PAIEMENT_SUIVI_TARDIF_HEURES", 24, minimum=1, maximum=720))
PAIEMENT_MINIMUM = integer("PAIEMENT_MINIMUM", 100, minimum=1)
PAIEMENT_MAXIMUM = integer("PAIEMENT_MAXIMUM", 500_000, minimum=1)
IDEMPOTENCE_CONSERVATION = timedelta(hours=integer("IDEMPOTENCE_HEURES", 72, minimum=24))
# Callbacks that led to no payment are read by people for a while, then deleted; those of payments stay.
RAPPELS_CONSERVATION = timedelta(days=integer("RAPPELS_CONSERVATION_JOURS", 30, minimum=2))
PROPOSITION_VALIDITE = timedelta(days=integer("PROPOSITION_JOURS", 7, minimum=1))

# Days during which a payout to a client's new Mobile Money number waits for a second person, and during which two people whose
# account one has given or changed are one. The insurer's settings: the database's own laws have the same defaults.
MOBILE_MONEY_DELAI_JOURS = 7
DEUX_PERSONNES_JOURS = 30
# Count the PIN prompts that a client asks of another's phone: one more, and one less when it was confirmed.
SOLLICITER = "apps.borne_auth.attempts.solliciter"
RENDRE_SOLLICITATION = "apps.borne_auth.attempts.rendre_sollicitation"

# Says who is another person than whom (natures.Independance): those who hold each other's accounts are one.
INDEPENDANCE = "apps.borne_auth.independance.Independance"

# After the first payment a police is drawn from the series at once, or the subscription joins the agents' queue.
ATTRIBUTION_POLICE = text("ATTRIBUTION_POLICE", "automatique", choices=("automatique", "manuelle"))
# The conditions that a subscriber agrees to; printed on the kiosk and kept with her consent.
VERSION_CONDITIONS = text("VERSION_CONDITIONS", "2026-01")

FORMAT_RECU = number_format("FORMAT_RECU", "REC-{annee}-{sequence:06d}", longest={"annee": "2026"}, max_length=24)

# The worker: seconds between two looks at the due rows, how long a claimed row is its own, payments followed at once.
TRAVAUX_PAUSE = integer("TRAVAUX_PAUSE_MS", 500, minimum=50, maximum=10_000) / 1000
TRAVAUX_BAIL = timedelta(seconds=integer("TRAVAUX_BAIL_SECONDES", 60, minimum=2))
TRAVAUX_FILS = integer("TRAVAUX_FILS", 8, minimum=1, maximum=64)

# Dotted path of the class that sends SMS (apps/socle/messagerie.py); empty: messages wait.
MESSAGERIE = text("MESSAGERIE", "" if PRODUCTION else "apps.mtn_integration.messagerie.MessagerieSimulateur")

# Makes members of staff of the rows of a former register (`import_whatsappdb`): a list of columns → None.
REPRISE_AGENTS = "apps.borne_auth.equipe.reprendre_agents"

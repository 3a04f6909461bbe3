"""What the insurer may change without a release. Products and guarantees are rows, not settings."""

from .environment import boolean, integer, number_format, text

# Templates of the numbers drawn from the allocator, a series a year and a branch (police) or a product (subscription).
# The lengths are those of the columns: apps/pass_clients/models.py.
FORMAT_POLICE = number_format(
    "FORMAT_POLICE",
    "CG-{annee}-{branche}-{sequence:03d}",
    longest={"annee": "2026", "branche": "ABCDE"},
    max_length=30,
)
FORMAT_SOUSCRIPTION = number_format(
    "FORMAT_SOUSCRIPTION",
    "PASS-{produit}-{annee}-{sequence:06d}",
    longest={"annee": "2026", "produit": "ABCDEFGHIJKLMNOPQRST"},
    max_length=40,
)

# Premium ceilings of CIMA Livre VII (secondary source), over all live subscriptions of a client, in XAF.
PLAFOND_PRIMES_MENSUEL = integer("PLAFOND_PRIMES_MENSUEL", 3_500)
PLAFOND_PRIMES_ANNUEL = integer("PLAFOND_PRIMES_ANNUEL", 42_000)
PLAFOND_PRIMES_MODE = text("PLAFOND_PRIMES_MODE", "avertir", choices=("avertir", "refuser", "ignorer"))

# Above it, money at the desk takes two people, XAF. Not of the environment: the trigger `encaissement_decide` knows no other
# default. Changed in the back office.
PLAFOND_GUICHET = 100_000

# A subscription whose first payment has not come within this time is cancelled.
SOUSCRIPTION_DELAI_PAIEMENT_HEURES = integer("SOUSCRIPTION_DELAI_PAIEMENT_HEURES", 72, minimum=1)

# Dashboard: a contract that ends within this many days is announced.
ALERTE_EXPIRATION_JOURS = integer("ALERTE_EXPIRATION_JOURS", 30)

# `load_test_data_pass` and `generer_portefeuille` refuse to write on a production database.
DONNEES_DE_TEST_AUTORISEES = boolean("DONNEES_DE_TEST_AUTORISEES", False)

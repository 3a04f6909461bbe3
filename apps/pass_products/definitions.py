"""The settings of this app that the insurer changes in the back office."""

from apps.socle.definitions import Definition, definir, ordonner

definir(
    "PLAFOND_PRIMES_MENSUEL",
    Definition(
        libelle="Plafond CIMA des primes par mois",
        aide="Pour l'ensemble des souscriptions en vie d'un client.",
        unite="FCFA",
        minimum=1,
        maximum=10_000_000,
    ),
)
definir(
    "PLAFOND_PRIMES_ANNUEL",
    Definition(
        libelle="Plafond CIMA des primes par an",
        aide="Pour l'ensemble des souscriptions en vie d'un client.",
        unite="FCFA",
        minimum=1,
        maximum=100_000_000,
    ),
)
ordonner("PLAFOND_PRIMES_MENSUEL", "PLAFOND_PRIMES_ANNUEL")

"""The settings that the insurer changes in the back office: what they are called, in which unit, within which bounds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A whole number between two bounds. Its default is that of settings, under the same name."""

    libelle: str
    aide: str
    unite: str
    minimum: int
    maximum: int


# Below, the database does not look whether two people decided of money at the desk: `paiements_pass` tries this first.
PLAFOND_GUICHET_MINIMUM = 10_000

DEFINITIONS = {
    "SOUSCRIPTION_DELAI_PAIEMENT_HEURES": Definition(
        libelle="Délai du premier paiement",
        aide="Une souscription qui n'est pas payée dans ce délai est annulée la nuit suivante.",
        unite="heures",
        minimum=1,
        maximum=2_160,
    ),
    "ALERTE_EXPIRATION_JOURS": Definition(
        libelle="Annonce de fin de contrat",
        aide="Sur la borne, un contrat qui finit dans ce nombre de jours est annoncé au client.",
        unite="jours",
        minimum=0,
        maximum=365,
    ),
    "PAIEMENT_MINIMUM": Definition(
        libelle="Paiement libre : minimum",
        aide="Le moins qu'un client paie en une fois quand il choisit le montant.",
        unite="FCFA",
        minimum=1,
        maximum=1_000_000,
    ),
    "PAIEMENT_MAXIMUM": Definition(
        libelle="Paiement : maximum",
        aide="Le plus qu'un client paie en une fois par Mobile Money.",
        unite="FCFA",
        minimum=1,
        maximum=10_000_000,
    ),
    "PLAFOND_GUICHET": Definition(
        libelle="Encaissement au guichet : plafond",
        aide="Au-delà, une somme reçue à l'agence n'est portée au contrat qu'après la décision d'une seconde personne.",
        unite="FCFA",
        minimum=PLAFOND_GUICHET_MINIMUM,
        maximum=10_000_000,
    ),
    "PLAFOND_PRIMES_MENSUEL": Definition(
        libelle="Plafond CIMA des primes par mois",
        aide="Pour l'ensemble des souscriptions en vie d'un client.",
        unite="FCFA",
        minimum=1,
        maximum=10_000_000,
    ),
    "PLAFOND_PRIMES_ANNUEL": Definition(
        libelle="Plafond CIMA des primes par an",
        aide="Pour l'ensemble des souscriptions en vie d'un client.",
        unite="FCFA",
        minimum=1,
        maximum=100_000_000,
    ),
    "MOBILE_MONEY_DELAI_JOURS": Definition(
        libelle="Nouveau numéro Mobile Money : prudence",
        aide="Pendant ce délai après un changement, un versement vers ce numéro attend l'accord d'une seconde personne.",
        unite="jours",
        minimum=2,
        maximum=90,
    ),
    "DEUX_PERSONNES_JOURS": Definition(
        libelle="Deux personnes : indépendance",
        aide="Qui a créé ou modifié le compte d'un collègue ne compte pas, pendant ce délai, pour une autre personne que lui.",
        unite="jours",
        minimum=7,
        maximum=365,
    ),
}
# The first never passes the second.
ORDRES = (("PAIEMENT_MINIMUM", "PAIEMENT_MAXIMUM"), ("PLAFOND_PRIMES_MENSUEL", "PLAFOND_PRIMES_ANNUEL"))

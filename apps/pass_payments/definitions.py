"""The settings of this app that the insurer changes in the back office."""

from apps.socle.definitions import Definition, definir, ordonner

# Below, the database does not look whether two people decided of money at the desk: `paiements_pass` tries this first.
PLAFOND_GUICHET_MINIMUM = 10_000

definir(
    "SOUSCRIPTION_DELAI_PAIEMENT_HEURES",
    Definition(
        libelle="Délai du premier paiement",
        aide="Une souscription qui n'est pas payée dans ce délai est annulée la nuit suivante.",
        unite="heures",
        minimum=1,
        maximum=2_160,
    ),
)
definir(
    "ALERTE_EXPIRATION_JOURS",
    Definition(
        libelle="Annonce de fin de contrat",
        aide="Sur la borne, un contrat qui finit dans ce nombre de jours est annoncé au client.",
        unite="jours",
        minimum=0,
        maximum=365,
    ),
)
definir(
    "PAIEMENT_MINIMUM",
    Definition(
        libelle="Paiement libre : minimum",
        aide="Le moins qu'un client paie en une fois quand il choisit le montant.",
        unite="FCFA",
        minimum=1,
        maximum=1_000_000,
    ),
)
definir(
    "PAIEMENT_MAXIMUM",
    Definition(
        libelle="Paiement : maximum",
        aide="Le plus qu'un client paie en une fois par Mobile Money.",
        unite="FCFA",
        minimum=1,
        maximum=10_000_000,
    ),
)
definir(
    "PLAFOND_GUICHET",
    Definition(
        libelle="Encaissement au guichet : plafond",
        aide="Au-delà, une somme reçue à l'agence n'est portée au contrat qu'après la décision d'une seconde personne.",
        unite="FCFA",
        minimum=PLAFOND_GUICHET_MINIMUM,
        maximum=10_000_000,
    ),
)
ordonner("PAIEMENT_MINIMUM", "PAIEMENT_MAXIMUM")

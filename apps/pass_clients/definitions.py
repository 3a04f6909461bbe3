"""The settings of this app that the insurer changes in the back office."""

from apps.socle.definitions import Definition, definir

definir(
    "MOBILE_MONEY_DELAI_JOURS",
    Definition(
        libelle="Nouveau numéro Mobile Money : prudence",
        aide="Pendant ce délai après un changement, un versement vers ce numéro attend l'accord d'une seconde personne.",
        unite="jours",
        minimum=2,
        maximum=90,
    ),
)

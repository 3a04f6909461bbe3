"""Settings of the insurer: each has its row, and is changed with a reason."""

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from apps.socle.definitions import DEFINITIONS, ORDRES
from apps.socle.errors import ReglageImpossible
from apps.socle.models import ChangementReglage, Reglage
from apps.socle.reglages import par_defaut

logger = structlog.get_logger(__name__)


def inscrire_reglages(*, base: str = "default") -> None:
    """Every setting of `DEFINITIONS` has its row, with its bounds, which the database keeps.

    Raises IntegrityError (reglages_bornes) when new bounds exclude the value in force.
    """
    Reglage.objects.using(base).bulk_create(
        (Reglage(nom=nom, minimum=une.minimum, maximum=une.maximum) for nom, une in DEFINITIONS.items()),
        update_conflicts=True,
        unique_fields=["nom"],
        update_fields=["minimum", "maximum"],
    )


@transaction.atomic
def changer_reglage(*, nom: str, valeur: int | None, motif: str, acteur: AbstractBaseUser) -> Reglage:
    """The setting is `valeur`, or what the environment says when None, in every process from its next request on.

    Its history says who, why, and what it was. Raises ReglageImpossible out of its bounds, or when it would pass another.
    """
    tenus = {un.nom: un for un in Reglage.objects.select_for_update().order_by("nom")}
    definition, actuel = DEFINITIONS[nom], tenus[nom]
    if not motif.strip():
        raise ReglageImpossible("Dites pourquoi : c'est ce qu'on relira plus tard.")
    if valeur == actuel.valeur:
        raise ReglageImpossible("Ce réglage a déjà cette valeur.")
    if valeur is not None and not definition.minimum <= valeur <= definition.maximum:
        raise ReglageImpossible(f"Choisissez un nombre entre {definition.minimum} et {definition.maximum}.")
    futurs = {un.nom: par_defaut(un.nom) if un.valeur is None else un.valeur for un in tenus.values()}
    futurs[nom] = par_defaut(nom) if valeur is None else valeur
    for moindre, autre in ORDRES:
        if nom in (moindre, autre) and futurs[moindre] > futurs[autre]:
            raise ReglageImpossible(
                f"« {DEFINITIONS[moindre].libelle} » ({futurs[moindre]}) ne peut pas dépasser "
                f"« {DEFINITIONS[autre].libelle} » ({futurs[autre]})."
            )
    avant, actuel.valeur = actuel.valeur, valeur
    actuel.save(update_fields=["valeur"])
    ChangementReglage.objects.create(
        reglage=actuel, avant=avant, apres=valeur, defaut=par_defaut(nom), motif=motif.strip(), acteur_id=acteur.pk
    )
    logger.info("reglage_change", reglage=nom, acteur=acteur.pk)
    return actuel

"""Facts said in the transaction of what happened, and delivered by the worker to each handler."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import PermissionsMixin
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from apps.socle import faits
from apps.socle.errors import LivraisonImpossible
from apps.socle.models import Livraison, StatutLivraison
from nsia_pass_api.dates import maintenant
from nsia_pass_api.errors import AccesRefuse, DonneesInvalides

# One statement for any number of facts: their rows, and one row for each of their handlers.
_DIRE = """
    WITH dits AS (
        INSERT INTO faits (nom, cle, donnees, survenu_le)
        SELECT %(nom)s, d.cle, d.donnees::jsonb, %(quand)s
        FROM unnest(%(cles)s::text[], %(donnees)s::text[]) WITH ORDINALITY AS d (cle, donnees, rang)
        ORDER BY d.rang
        RETURNING id, cle
    )
    INSERT INTO livraisons_faits (fait_id, traitant, cle, statut, a_faire_le, tentatives, erreur, motif)
    SELECT dits.id, t.traitant, dits.cle, 'a_faire', %(quand)s, 0, '', ''
    FROM dits CROSS JOIN unnest(%(traitants)s::text[]) AS t (traitant)
"""

# The same inside a larger statement, of the rows of its CTE `depuis`.
_DIRE_DEPUIS = """
    faits_dits AS (
        INSERT INTO faits (nom, cle, donnees, survenu_le) SELECT '{nom}', {cle}, {donnees}, now() FROM {depuis}
        RETURNING id, cle
    ), faits_a_livrer AS (
        INSERT INTO livraisons_faits (fait_id, traitant, cle, statut, a_faire_le, tentatives, erreur, motif)
        SELECT d.id, t.traitant, d.cle, 'a_faire', now(), 0, '', ''
        FROM faits_dits d CROSS JOIN unnest(ARRAY[{traitants}]::text[]) AS t (traitant)
    )
"""

# Those that are due and have no older one of the same handler and key before them. Each claim doubles the wait until the next,
# from the lease to an hour: a handler that fails is tried again without holding the others up.
_RESERVER = """
    UPDATE livraisons_faits
    SET tentatives = least(tentatives + 1, 32000),
        a_faire_le = %(quand)s::timestamptz
                     + least(%(bail)s::interval * power(2, least(tentatives, 10)), greatest(%(bail)s, interval '1 hour'))
    WHERE id IN (
        SELECT l.id FROM livraisons_faits l
        WHERE l.statut = 'a_faire' AND l.a_faire_le <= %(quand)s AND NOT EXISTS (
            SELECT 1 FROM livraisons_faits avant
            WHERE avant.statut = 'a_faire' AND avant.traitant = l.traitant AND avant.cle = l.cle AND avant.fait_id < l.fait_id
        )
        ORDER BY l.a_faire_le, l.id LIMIT %(nombre)s
        FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def dire(nom: str, *, cle: str, donnees: Mapping[str, Any], quand: datetime | None = None) -> None:
    """The fact `nom` has happened to `cle` at `quand` (now); every handler will be given it. One query.

    To call inside the transaction of what happened, with the row that `cle` names locked: facts of one key then have the order
    of their acts. Raises KeyError for a fact that no app declares, ValueError for other `donnees` than it declares.
    """
    dire_plusieurs(nom, [(cle, donnees)], quand=quand)


def dire_plusieurs(nom: str, lignes: Sequence[tuple[str, Mapping[str, Any]]], *, quand: datetime | None = None) -> None:
    """As `dire`, of each key and its data of `lignes`, in one query."""
    attendues = faits.declaration(nom).donnees
    for cle, donnees in lignes:
        if donnees.keys() != attendues:
            raise ValueError(f"Le fait « {nom} » de {cle} porte {sorted(donnees)} au lieu de {sorted(attendues)}.")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"Le fait « {nom} » se dit dans la transaction de son acte.")
    if not lignes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _DIRE,
            {
                "nom": nom,
                "cles": [cle for cle, _ in lignes],
                "donnees": [json.dumps(dict(donnees), cls=DjangoJSONEncoder) for _, donnees in lignes],
                "quand": quand or maintenant(),
                "traitants": sorted(faits.traitants(nom)),
            },
        )


def dire_en_masse(nom: str, *, depuis: str, cle: str, donnees: str) -> str:
    """CTEs of a statement that changes many rows: the fact `nom` has happened to each row of its CTE `depuis`.

    `cle` and `donnees` are SQL expressions over that CTE; the latter a jsonb with the declared keys. Nothing of them is typed.
    """
    faits.declaration(nom)
    noms = ", ".join(f"'{traitant}'" for traitant in sorted(faits.traitants(nom)))
    return _DIRE_DEPUIS.format(nom=nom, depuis=depuis, cle=cle, donnees=donnees, traitants=noms)


def reserver_livraisons(*, nombre: int, quand: datetime | None = None) -> list[int]:
    """At most `nombre` due deliveries, the oldest of their handler and key, are the caller's for a while. Returns their ids."""
    parametres: dict[str, Any] = {"quand": quand or maintenant(), "bail": settings.TRAVAUX_BAIL, "nombre": nombre}
    with connection.cursor() as cursor:
        cursor.execute(_RESERVER, parametres)
        return sorted(ident for (ident,) in cursor.fetchall())


def livrer(ident: int) -> bool:
    """The claimed delivery is done: its handler took the fact, in the same transaction. False when it was done before.

    Whatever the handler raises is raised again, named in the row, which is due again later; so is a handler that no longer is.
    """
    erreur = "arrêt imprévu"
    try:
        faite = _livrer(ident)
        erreur = ""
    finally:
        if erreur:
            Livraison.objects.filter(pk=ident, statut=StatutLivraison.A_FAIRE).update(erreur=_cause(sys.exception()))
    return faite


def _cause(echec: BaseException | None) -> str:
    """The kind of the failure: its words may hold what no page should show."""
    return type(echec).__name__[:200]


class TraitantInconnu(LookupError):
    """The code has no handler of that name any more."""


@transaction.atomic
def _livrer(ident: int) -> bool:
    livraison = (
        Livraison.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("fait")
        .filter(pk=ident, statut=StatutLivraison.A_FAIRE)
        .first()
    )
    if livraison is None:
        return False
    traitant = faits.traitants(livraison.fait.nom).get(livraison.traitant)
    if traitant is None:
        raise TraitantInconnu(livraison.traitant)
    traitant(livraison.fait)
    Livraison.objects.filter(pk=ident).update(
        statut=StatutLivraison.FAITE, a_faire_le=None, finie_le=maintenant(), erreur=""
    )
    return True


def relancer(*, livraison: Livraison, agent: PermissionsMixin, quand: datetime | None = None) -> None:
    """The delivery is due now, as if it had never been tried.

    Raises AccesRefuse for an agent without the right, LivraisonImpossible when the delivery no longer waits.
    """
    _decider(livraison, agent, a_faire_le=quand or maintenant(), tentatives=0)


def ecarter(*, livraison: Livraison, agent: PermissionsMixin, motif: str, quand: datetime | None = None) -> None:
    """The handler is not given this fact, because of `motif`; those of the same key that follow are.

    Raises AccesRefuse and LivraisonImpossible as `relancer`, DonneesInvalides without a reason.
    """
    if not motif.strip():
        raise DonneesInvalides("Dites pourquoi ce fait n'est pas transmis.")
    _decider(
        livraison,
        agent,
        statut=StatutLivraison.ECARTEE,
        a_faire_le=None,
        finie_le=quand or maintenant(),
        ecartee_par_id=agent.pk,
        motif=motif.strip(),
    )


def _decider(livraison: Livraison, agent: PermissionsMixin, **champs: Any) -> None:
    if not agent.has_perm("socle.change_livraison"):
        raise AccesRefuse
    if not Livraison.objects.filter(pk=livraison.pk, statut=StatutLivraison.A_FAIRE).update(**champs):
        raise LivraisonImpossible

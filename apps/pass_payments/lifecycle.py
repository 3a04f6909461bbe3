"""The day's transitions of the whole portfolio: cancelled, suspended, reinstated, expired.

`examens_souscriptions` names the few whose state may no longer be that of day D, and one set-based query judges them; they are
then locked batch by batch, judged again by the same query and moved. D alone decides, as seen at its first minute, so a run is
safe twice, late, interrupted, or beside payments.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.services import changer_statut, dire_transition
from apps.pass_products.models import ProduitPass
from apps.socle.reglages import reglage

# Instalment j (from 0) of n over d days falls due on day j·d/n of its period; it is late beyond the grace delay when that
# day lies more than `grace` days before D. What those cost is compared with all that was paid, as `echeances_pass` allocates
# it. Cover is suspended by one late instalment and resumes when none is late any more; a run for a day before the suspension
# does not undo it. Without a period nothing falls due nor ends. Rare conditions are counted rather than tested by EXISTS,
# for which the planner would read whole tables.
_DECISIONS = """
    SELECT v.id, v.statut, e.etapes
    FROM (
        SELECT s.id, s.statut, s.date_souscription, max(pc.date_fin) AS fin,
               sum(CASE WHEN x.jours > 0
                        THEN (least(n, (x.jours * n + x.duree - 1) / x.duree) * pc.prime::bigint / n)::int
                        WHEN x.jours <= 0 THEN 0 END) AS du
        FROM souscriptions_pass s
        JOIN produits_pass p ON p.id = s.produit_id
        LEFT JOIN periodes_couverture pc ON pc.souscription_id = s.id AND pc.souscription_id = ANY(%(ids)s)
        CROSS JOIN LATERAL (
            SELECT %(jour)s::date - p.delai_grace_jours - pc.date_debut AS jours,
                   pc.date_fin - pc.date_debut AS duree,
                   pc.nombre_echeances::bigint AS n
        ) x
        WHERE s.id = ANY(%(ids)s) AND s.statut IN ('en_cours', 'activee', 'suspendue')
        GROUP BY s.id
    ) v
    LEFT JOIN (
        SELECT pa.souscription_id, sum(pa.montant_net) AS total
        FROM paiements_pass pa
        WHERE pa.souscription_id = ANY(%(ids)s) AND pa.statut = 'succes'
        GROUP BY pa.souscription_id
    ) t ON t.souscription_id = v.id
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN v.statut = 'en_cours' AND v.date_souscription < %(limite)s AND (
                SELECT count(*) FROM paiements_pass pa
                WHERE pa.souscription_id = v.id AND pa.statut IN ('initie', 'en_cours', 'en_verification', 'succes')
            ) = 0 THEN ARRAY['annulee']
            WHEN v.statut = 'activee' AND v.fin <= %(jour)s THEN ARRAY['expiree']
            WHEN v.statut = 'activee' AND v.du > coalesce(t.total, 0) THEN ARRAY['suspendue']
            WHEN v.statut = 'suspendue' AND v.du <= coalesce(t.total, 0) AND (
                SELECT count(*) FROM transitions_souscription tr
                WHERE tr.souscription_id = v.id AND tr.date_transition >= %(lendemain)s
            ) = 0 THEN CASE WHEN v.fin > %(jour)s THEN ARRAY['activee'] ELSE ARRAY['activee', 'expiree'] END
        END AS etapes
    ) e
    WHERE e.etapes IS NOT NULL
    ORDER BY v.id
"""
# The few that may have to move, says `examens_souscriptions`; they are then judged. A product at a time: with its days of grace
# at hand the planner knows how few they are, and takes the index.
_TERMES_ECHUS = """
    SELECT id FROM souscriptions_pass WHERE statut = 'en_cours' AND date_souscription < %(limite)s
    UNION ALL
    SELECT souscription_id FROM examens_souscriptions WHERE NOT suspendue AND fin <= %(jour)s
"""
_RETARDS_DU_PRODUIT = """
    SELECT souscription_id FROM examens_souscriptions
    WHERE produit_id = %(produit)s AND NOT suspendue AND impayee_le < %(tolere)s
    UNION ALL
    SELECT souscription_id FROM examens_souscriptions
    WHERE produit_id = %(produit)s AND suspendue AND (impayee_le >= %(tolere)s OR impayee_le IS NULL)
"""

_MOTIFS = {
    StatutSouscription.ANNULEE: "premier paiement non reçu à temps",
    StatutSouscription.SUSPENDUE: "prime impayée au-delà du délai de grâce",
    StatutSouscription.ACTIVEE: "rattrapage payé",
    StatutSouscription.EXPIREE: "fin de la dernière période",
}


@dataclass(frozen=True)
class Decision:
    souscription_id: int
    etapes: tuple[tuple[str, str], ...]


def decider(*, jour: date, lot: int = 5_000) -> list[Decision]:
    """The subscriptions whose state is not that of `jour`, with the transitions that lead there. Writes nothing.

    Only those that may have to move are judged, `lot` at a time, in the order of their ids.
    """
    with connection.cursor() as cursor:
        ids = _a_examiner(cursor, jour)
        return [
            decision
            for debut in range(0, len(ids), lot)
            for decision in _lire(cursor, _DECISIONS, _parametres(jour, ids=ids[debut : debut + lot]))
        ]


def _a_examiner(cursor: Any, jour: date) -> list[int]:
    """Each subscription whose state may not be that of `jour`, in the order of their ids."""
    cursor.execute(_TERMES_ECHUS, _parametres(jour))
    ids = {ident for (ident,) in cursor.fetchall()}
    for produit, grace in ProduitPass.objects.values_list("pk", "delai_grace_jours"):
        cursor.execute(_RETARDS_DU_PRODUIT, {"produit": produit, "tolere": jour - timedelta(days=grace)})
        ids |= {ident for (ident,) in cursor.fetchall()}
    return sorted(ids)


def appliquer(
    *,
    decisions: list[Decision],
    jour: date,
    lot: int = 2_000,
    quand: datetime | None = None,
    progression: Callable[[int], object] = lambda nombre: None,
) -> Counter[tuple[str, str]]:
    """Each subscription of `decisions` is in its state of `jour`, with audit rows dated `quand` (now).

    Those that changed meanwhile are judged afresh. Committed batch by batch. Returns how many made each transition.
    """
    faites: Counter[tuple[str, str]] = Counter()
    for debut in range(0, len(decisions), lot):
        ids = [decision.souscription_id for decision in decisions[debut : debut + lot]]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM souscriptions_pass WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [ids])
            for transition, concernees in _par_transition(_lire(cursor, _DECISIONS, _parametres(jour, ids=ids))):
                _passer(cursor, *transition, concernees, quand)
                faites[transition] += len(concernees)
        progression(len(ids))
    return faites


def reprendre(*, souscription: SouscriptionPass, quand: datetime) -> bool:
    """The suspended subscription, locked by the caller, covers again since `quand` if nothing is late any more; True then.

    The predicate is the nightly cycle's; unlike it, this never suspends nor ends a contract.
    """
    jour = timezone.localdate(quand)
    with connection.cursor() as cursor:
        decisions = _lire(cursor, _DECISIONS, _parametres(jour, ids=[souscription.pk]))
    reprise = (StatutSouscription.SUSPENDUE.value, StatutSouscription.ACTIVEE.value)
    if not any(reprise in decision.etapes for decision in decisions):
        return False
    changer_statut(
        souscription=souscription,
        vers=StatutSouscription.ACTIVEE,
        motif=_MOTIFS[StatutSouscription.ACTIVEE],
        quand=quand,
    )
    return True


def compter(decisions: list[Decision]) -> Counter[tuple[str, str]]:
    """How many subscriptions `decisions` would move through each transition."""
    return Counter(etape for decision in decisions for etape in decision.etapes)


def _parametres(jour: date, **souscriptions: Any) -> dict[str, Any]:
    minuit = timezone.make_aware(datetime.combine(jour, time.min))
    delai = timedelta(hours=reglage("SOUSCRIPTION_DELAI_PAIEMENT_HEURES"))
    return {"jour": jour, "limite": minuit - delai, "lendemain": minuit + timedelta(days=1), **souscriptions}


def _lire(cursor: Any, sql: str, parametres: dict[str, Any]) -> list[Decision]:
    cursor.execute(sql, parametres)
    return [
        Decision(souscription_id, tuple(zip([de, *etapes], etapes, strict=False)))
        for souscription_id, de, etapes in cursor.fetchall()
    ]


def _par_transition(decisions: list[Decision]) -> list[tuple[tuple[str, str], list[int]]]:
    """First steps before second ones, so that a subscription that makes two makes them in order."""
    groupes: dict[tuple[int, tuple[str, str]], list[int]] = {}
    for decision in decisions:
        for rang, etape in enumerate(decision.etapes):
            groupes.setdefault((rang, etape), []).append(decision.souscription_id)
    return [(etape, ids) for (_, etape), ids in sorted(groupes.items())]


def _passer(cursor: Any, de: str, vers: str, ids: list[int], quand: datetime | None) -> None:
    cursor.execute("UPDATE souscriptions_pass SET statut = %s WHERE id = ANY(%s)", [vers, ids])
    cursor.execute(
        """
        INSERT INTO transitions_souscription (souscription_id, de, vers, motif, date_transition)
        SELECT id, %s, %s, %s, coalesce(%s, statement_timestamp()) FROM unnest(%s) AS id
        """,
        [de, vers, _MOTIFS[StatutSouscription(vers)], quand, ids],
    )
    dire_transition(de, vers, ids, quand=quand)

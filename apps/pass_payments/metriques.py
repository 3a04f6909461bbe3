"""What Prometheus reads of payments: the last ones, what is due, what is late. Bounded queries only."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    EcartRapprochement,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
    VerdictRappel,
)
from apps.pass_payments.selectors_controle import alertes_paiements, ecarts_ouverts
from nsia_pass_api.dates import maintenant
from nsia_pass_api.lisible import COMPTE_MAXIMUM
from nsia_pass_api.metriques import Mesure, a_regarder, ages, files_dues

# Of the last payments by number, those asked for within the hour.
DERNIERS = 2_000
RECENTS = timedelta(hours=1)
_RECENTS = f"""
    SELECT operateur, statut, motif_echec, count(*) AS nombre,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY delai) AS moitie,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY delai) AS presque_tous
    FROM (
        SELECT *, extract(epoch FROM date_confirmation - date_demande) AS delai
        FROM (SELECT * FROM paiements_pass ORDER BY id DESC LIMIT {DERNIERS}) derniers
        WHERE date_demande > %s
    ) recents
    GROUP BY operateur, statut, motif_echec
"""  # noqa: S608 - a constant


def mesures() -> Iterator[Mesure]:
    quand = maintenant()
    yield from _derniers(quand)
    paiements = PaiementPass.objects.filter(a_suivre_le__lte=quand)
    decaissements = Decaissement.objects.filter(a_suivre_le__lte=quand)
    rappels = RappelOperateur.objects.filter(verdict=VerdictRappel.A_TRAITER)
    yield from files_dues(
        {
            "paiements": (paiements.order_by("a_suivre_le"), "a_suivre_le"),
            "decaissements": (decaissements.order_by("a_suivre_le"), "a_suivre_le"),
            "rappels": (rappels.order_by("pk"), "recu_le"),
        },
        quand=quand,
    )
    yield ages(
        {"rapprochement": Rapprochement.objects.order_by("-pk").values_list("lance_le", flat=True).first()}, quand=quand
    )
    yield a_regarder(alertes_paiements(quand=quand))
    yield Mesure(
        "nsia_anomalies_ouvertes",
        "Anomalies de paiement à résoudre, par nature.",
        ("nature",),
        _par("nature", AnomaliePaiement.objects.filter(resolue_le__isnull=True)),
    )
    yield Mesure(
        "nsia_ecarts_ouverts",
        "Écarts de rapprochement à résoudre, par nature.",
        ("nature",),
        _par("nature", ecarts_ouverts()),
    )


def _derniers(quand: datetime) -> Iterator[Mesure]:
    with connection.cursor() as curseur:
        curseur.execute(_RECENTS, [quand - RECENTS])
        lignes = curseur.fetchall()
    yield Mesure(
        "nsia_paiements_recents",
        f"Paiements demandés depuis une heure, parmi les {DERNIERS} derniers.",
        ("operateur", "statut", "motif"),
        {(operateur, statut, motif): nombre for operateur, statut, motif, nombre, _, _ in lignes},
    )
    yield Mesure(
        "nsia_reglement_secondes",
        "Temps de la demande à la confirmation, pour les mêmes.",
        ("operateur", "quantile"),
        {
            (operateur, quantile): float(valeur)
            for operateur, statut, _, _, moitie, presque_tous in lignes
            for quantile, valeur in (("0.5", moitie), ("0.95", presque_tous))
            if statut == "succes" and valeur is not None
        },
    )


def _par(
    champ: str, lignes: "QuerySet[AnomaliePaiement] | QuerySet[EcartRapprochement]"
) -> dict[tuple[str, ...], float]:
    """Open rows by `champ`, at most COMPTE_MAXIMUM of them in all."""
    comptes: dict[tuple[str, ...], float] = {}
    for (valeur,) in lignes.order_by().values_list(champ)[:COMPTE_MAXIMUM]:
        comptes[valeur,] = comptes.get((valeur,), 0) + 1
    return comptes

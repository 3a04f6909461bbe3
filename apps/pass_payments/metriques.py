"""What Prometheus reads of payments: the last ones, what is due, what is late, who works. Bounded queries only."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Min, QuerySet

from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    EcartRapprochement,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
    VerdictRappel,
)
from apps.pass_payments.selectors_controle import alertes_exploitation, ecarts_ouverts
from apps.socle.models import MessageSortant, StatutMessage, TachePlanifiee, Travailleur
from apps.socle.selectors import ABSENCE
from nsia_pass_api.dates import maintenant
from nsia_pass_api.lisible import COMPTE_MAXIMUM
from nsia_pass_api.metriques import Mesure

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
    yield from _file(quand)
    yield _ages(quand)
    yield Mesure(
        "nsia_a_regarder",
        f"Ce qui appelle quelqu'un, comme à l'accueil du back-office ; au plus {COMPTE_MAXIMUM}.",
        ("code",),
        {(alerte.code,): min(alerte.nombre, COMPTE_MAXIMUM) for alerte in alertes_exploitation(quand=quand)},
    )
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


def _file(quand: datetime) -> Iterator[Mesure]:
    """What is due and not claimed: how many (at most COMPTE_MAXIMUM), and since when the oldest waits."""
    files: dict[str, tuple[QuerySet[Any], str]] = {
        "paiements": (PaiementPass.objects.filter(a_suivre_le__lte=quand), "a_suivre_le"),
        "decaissements": (Decaissement.objects.filter(a_suivre_le__lte=quand), "a_suivre_le"),
        "messages": (
            MessageSortant.objects.filter(statut=StatutMessage.A_ENVOYER, a_envoyer_le__lte=quand),
            "a_envoyer_le",
        ),
        "rappels": (RappelOperateur.objects.filter(verdict=VerdictRappel.A_TRAITER), "recu_le"),
        "taches": (TachePlanifiee.objects.filter(prochaine_le__lte=quand), "prochaine_le"),
    }
    nombres: dict[tuple[str, ...], float] = {}
    retards: dict[tuple[str, ...], float] = {}
    for nom, (lignes, champ) in files.items():
        vues = list(lignes.order_by("pk" if nom == "rappels" else champ).values_list(champ, flat=True)[:COMPTE_MAXIMUM])
        nombres[nom,] = len(vues)
        retards[nom,] = (quand - vues[0]).total_seconds() if vues else 0
    yield Mesure("nsia_file_lignes", f"Lignes dues qui attendent ; au plus {COMPTE_MAXIMUM}.", ("file",), nombres)
    yield Mesure("nsia_file_retard_secondes", "Depuis quand la plus ancienne est due.", ("file",), retards)


def _ages(quand: datetime) -> Mesure:
    """Seconds since what must happen again and again last happened; absent when it never did."""
    travailleur = Travailleur.objects.aggregate(le=Max("vu_le"))["le"]
    rapprochement = Rapprochement.objects.order_by("-pk").values_list("lance_le", flat=True).first()
    taches = TachePlanifiee.objects.filter(fin_le__isnull=False).aggregate(le=Min("fin_le"))["le"]
    dates = {"travailleur": travailleur, "rapprochement": rapprochement, "tache_la_plus_ancienne": taches}
    return Mesure(
        "nsia_age_secondes",
        f"Depuis le dernier battement d'un travailleur (mort après {ABSENCE.seconds}), le dernier rapprochement, la fin de "
        "la tâche planifiée la moins récente.",
        ("quoi",),
        {(nom,): (quand - le).total_seconds() for nom, le in dates.items() if le is not None},
    )


def _par(
    champ: str, lignes: "QuerySet[AnomaliePaiement] | QuerySet[EcartRapprochement]"
) -> dict[tuple[str, ...], float]:
    """Open rows by `champ`, at most COMPTE_MAXIMUM of them in all."""
    comptes: dict[tuple[str, ...], float] = {}
    for (valeur,) in lignes.order_by().values_list(champ)[:COMPTE_MAXIMUM]:
        comptes[valeur,] = comptes.get((valeur,), 0) + 1
    return comptes

"""What the home page of the back office shows: work that waits in the portfolio, and the last twelve months by product."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Sum

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.selectors import ages_a_revoir, clients_sans_agence, souscriptions_sans_police
from apps.pass_payments.models import IndicateurMensuel
from nsia_pass_api.alertes import Alerte, Permises, compter
from nsia_pass_api.dates import aujourdhui

MOIS = 12
# Django's three letters say « jui » of June and « jul » of July.
_COURTS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
MESURES = {
    "souscriptions": ("Souscriptions activées", ""),
    "encaisse": ("Encaissements nets", "FCFA"),
    "arrieres": ("Arriérés, par mois d'échéance", "FCFA"),
}


@dataclass(frozen=True)
class Graphique:
    """Stacked bars. `series`: a product's name, its code and its value each month; `mois`: their labels."""

    titre: str
    unite: str
    mois: list[str]
    series: list[tuple[str, str, list[int]]]

    @property
    def totaux(self) -> list[int]:
        return [sum(valeurs) for valeurs in zip(*(serie for _, _, serie in self.series), strict=True)]


def alertes_portefeuille(*, permises: Permises) -> list[Alerte]:
    """The work that waits in the portfolio, on the rows that `permises` leaves. Seven queries.

    Over the whole portfolio, looking for the few that wait for a police reads all that are paid.
    """
    suspendues = SouscriptionPass.objects.filter(statut=StatutSouscription.SUSPENDUE)
    ages = ages_a_revoir(jour=aujourdhui())
    return compter(
        [
            (
                "polices",
                "Souscriptions payées qui attendent leur police",
                souscriptions_sans_police(),
                {"police": "a_attribuer"},
            ),
            (
                "suspendus",
                "Contrats suspendus, en retard de paiement",
                suspendues,
                {"statut__exact": StatutSouscription.SUSPENDUE},
            ),
            (
                "ages",
                "Contrats dont le souscripteur n'a pas l'âge des garanties, ou dont on ignore la date de naissance",
                ages.souscripteurs,
                {"age": "souscripteur"},
            ),
            (
                "ages_assures",
                "Contrats dont un assuré n'a pas l'âge des garanties, ou dont on ignore la date de naissance",
                ages.assures,
                {"age": "assure"},
            ),
            ("sans_agence", "Clients sans agence, à rattacher", clients_sans_agence(), {"agence": "sans"}),
        ],
        permises=permises,
    )


def graphiques(*, permises: Permises) -> tuple[list[Graphique], datetime | None]:
    """The pictures and when their figures were computed; none when nothing was, or nothing may be read. One query."""
    mois = derniers_mois(aujourdhui(), MOIS)
    lignes = (
        permises(IndicateurMensuel.objects.all())
        .filter(mois__gte=mois[0])
        .order_by()
        .values("mois", "produit__code_pass", "produit__nom_pass")
        .annotate(**{f"total_{mesure}": Sum(mesure) for mesure in MESURES}, calcule=Max("calcule_le"))
    )
    par_produit: dict[tuple[str, str], dict[date, dict[str, Any]]] = {}
    calcule_le = None
    for ligne in lignes:
        par_produit.setdefault((ligne["produit__code_pass"], ligne["produit__nom_pass"]), {})[ligne["mois"]] = ligne
        calcule_le = ligne["calcule"]
    if calcule_le is None:
        return [], None
    etiquettes = [f"{_COURTS[un.month - 1]} {un:%y}" for un in mois]
    return [
        Graphique(
            titre,
            unite,
            etiquettes,
            [
                (nom, code, [int(par_produit[code, nom].get(un, {}).get(f"total_{mesure}", 0)) for un in mois])
                for code, nom in sorted(par_produit)
            ],
        )
        for mesure, (titre, unite) in MESURES.items()
    ], calcule_le


def derniers_mois(jour: date, nombre: int) -> list[date]:
    """The first days of the `nombre` months that end with that of `jour`, oldest first."""
    rang = jour.year * 12 + jour.month - 1
    return [date(un // 12, un % 12 + 1, 1) for un in range(rang - nombre + 1, rang + 1)]

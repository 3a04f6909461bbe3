"""The instalments of one coverage period. Pure; the SQL function `echeances_pass` says the same, and tests hold them together."""

from dataclasses import dataclass
from datetime import date, timedelta

from apps.pass_products.models import Periodicite
from nsia_pass_api.dates import dernier_jour_couvert

_PAR_AN = {
    Periodicite.UNIQUE: 1,
    Periodicite.HEBDOMADAIRE: 52,
    Periodicite.MENSUELLE: 12,
    Periodicite.TRIMESTRIELLE: 4,
    Periodicite.SEMESTRIELLE: 2,
    Periodicite.ANNUELLE: 1,
}


@dataclass(frozen=True)
class Echeance:
    """Instalment `numero`: covers `date_debut` to the eve of `date_fin`, falls due on its first day, costs `montant` XAF."""

    numero: int
    date_debut: date
    date_fin: date
    date_echeance: date
    montant: int

    @property
    def dernier_jour_couvert(self) -> date:
        return dernier_jour_couvert(self.date_fin)


def nombre_echeances(*, periodicite: str, duree_jours: int) -> int:
    """How many instalments a period of `duree_jours` has: that of a year in proportion, one at least."""
    if periodicite == Periodicite.UNIQUE:
        return 1
    return max(1, (_PAR_AN[Periodicite(periodicite)] * duree_jours + 182) // 365)


def echeances(*, prime: int, date_debut: date, date_fin: date, nombre: int) -> list[Echeance]:
    """The instalments of a period: contiguous, covering it exactly, their amounts (XAF) summing to `prime` exactly."""
    jours = (date_fin - date_debut).days

    def jour(k: int) -> date:
        return date_debut + timedelta(days=k * jours // nombre)

    return [
        Echeance(
            numero=k,
            date_debut=jour(k - 1),
            date_fin=jour(k),
            date_echeance=jour(k - 1),
            montant=k * prime // nombre - (k - 1) * prime // nombre,
        )
        for k in range(1, nombre + 1)
    ]

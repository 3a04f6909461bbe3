"""Faults: what goes wrong, how often, drawn from a seed so that a run can be played again."""

import random
import re
import threading
from dataclasses import dataclass

# Name → (what people read, seconds by default when the fault lasts).
DEFAUTS: dict[str, tuple[str, float]] = {
    "rappel_perdu": ("Le rappel n'est jamais envoyé", 0),
    "rappel_double": ("Le rappel part deux fois de suite", 0),
    "rappel_tardif": ("Le rappel part en retard", 60),
    "rappel_desordonne": ("Les rappels partent dans un autre ordre", 30),
    "rappel_en_avance": ("Le rappel précède le statut, qui dit encore PENDING", 10),
    "rappel_forge": ("Un faux rappel annonce le contraire de la vérité", 0),
    "rappel_montant_faux": ("Le rappel porte un autre montant", 0),
    "rappel_payeur_faux": ("Le rappel porte un autre payeur", 0),
    "lenteur": ("La réponse est lente", 5),
    "erreur_avant": ("503 avant d'accepter : rien n'est créé", 0),
    "erreur_apres": ("500 après avoir accepté : l'opération existe", 0),
    "coupure_avant": ("La connexion est coupée avant d'accepter", 0),
    "coupure_apres": ("La connexion est coupée après avoir accepté", 0),
    "arret_apres": ("Le simulateur se tue (kill -9) après avoir accepté", 0),
    "statut_erreur": ("503 quand on demande le statut", 0),
    "jeton_expire": ("Le jeton est dit expiré avant l'heure", 0),
    "introuvable_dabord": ("404 aux deux premières lectures, puis trouvé", 0),
}
_ECRIT = re.compile(r"(?P<nom>[a-z_]+)=(?:(?P<nombre>\d+)x|(?P<part>\d+(?:\.\d+)?))(?::(?P<duree>\d+(?:\.\d+)?))?")


class DefautInconnu(ValueError):
    """The message is French and says what may be written."""


@dataclass(frozen=True)
class Reglage:
    """A fault happens with `probabilite`, or `restants` times more when that is not None."""

    probabilite: float = 0
    restants: int | None = None
    duree: float = 0

    def __str__(self) -> str:
        frequence = f"{self.restants}x" if self.restants is not None else f"{self.probabilite:g}"
        return frequence + (f":{self.duree:g}" if self.duree else "")


def lire_defauts(texte: str) -> dict[str, Reglage]:
    """`rappel_perdu=0.2,erreur_apres=3x,lenteur=0.1:5`: a probability, or a number of times, and seconds."""
    reglages = {}
    for morceau in filter(None, (morceau.strip() for morceau in texte.split(","))):
        ecrit = _ECRIT.fullmatch(morceau)
        if ecrit is None or ecrit["nom"] not in DEFAUTS:
            raise DefautInconnu(
                f"« {morceau} » n'est pas un défaut. Exemple : rappel_perdu=0.2,erreur_apres=3x,lenteur=0.1:5. "
                f"Défauts : {', '.join(DEFAUTS)}."
            )
        if ecrit["part"] and float(ecrit["part"]) > 1:
            raise DefautInconnu(
                f"« {morceau} » : une probabilité va de 0 à 1 ; pour un nombre de fois, écrivez {ecrit['part']}x."
            )
        reglages[ecrit["nom"]] = Reglage(
            probabilite=float(ecrit["part"] or 0),
            restants=int(ecrit["nombre"]) if ecrit["nombre"] else None,
            duree=float(ecrit["duree"]) if ecrit["duree"] else DEFAUTS[ecrit["nom"]][1],
        )
    return reglages


class Defauts:
    """Draws depend on the seed, the fault, the reference and how many times it was asked for: not on the threads' order."""

    def __init__(self, reglages: dict[str, Reglage] | None = None, *, graine: int = 0) -> None:
        self.graine = graine
        self._reglages = dict(reglages or {})
        self._tirages: dict[tuple[str, str], int] = {}
        self._arrives: dict[str, int] = {}
        self._verrou = threading.Lock()

    def arrive(self, nom: str, cle: str) -> Reglage | None:
        """The fault's setting if it happens now to `cle`, else None."""
        with self._verrou:
            reglage = self._reglages.get(nom)
            if reglage is None or not self._tire(nom, cle, reglage):
                return None
            self._arrives[nom] = self._arrives.get(nom, 0) + 1
            return reglage

    def _tire(self, nom: str, cle: str, reglage: Reglage) -> bool:
        if reglage.restants is not None:
            if reglage.restants == 0:
                return False
            self._reglages[nom] = Reglage(restants=reglage.restants - 1, duree=reglage.duree)
            return True
        rang = self._tirages.get((nom, cle), 0)
        if reglage.probabilite < 1:
            self._tirages[nom, cle] = rang + 1
        return self.hasard(nom, cle, rang) < reglage.probabilite

    def hasard(self, *cles: object) -> float:
        """A number in [0, 1[ that the seed and `cles` decide."""
        return random.Random(":".join(map(str, (self.graine, *cles)))).random()  # noqa: S311

    def remplacer(self, reglages: dict[str, Reglage]) -> None:
        with self._verrou:
            self._reglages = dict(reglages)

    def etat(self) -> dict[str, Reglage]:
        with self._verrou:
            return dict(self._reglages)

    def bilan(self) -> dict[str, int]:
        """How many times each fault has happened."""
        with self._verrou:
            return dict(self._arrives)

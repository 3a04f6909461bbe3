"""A police as people type it: what they mean is found, what no police could ever be is told before anything is counted.

On a keyboard the letter O is beside the zero, dashes are left out, and a receipt is read in small letters. Numbers placed by hand
or brought in have any form that `models.FORME_POLICE` allows: no other form is known here.
"""

import re
import unicodedata

from apps.pass_clients.errors import PoliceIllisible
from apps.pass_clients.expressions import CONFONDUS, PoliceEpelee
from apps.pass_clients.models import Contrat, NumeroPolice
from nsia_pass_api.telephones import plain

PLUS_LONGUE = 30

_SEPARATEURS = re.compile(r"[\s./_·]")
_ECRITE = re.compile(rf"(?=.*[A-Z0-9])[A-Z0-9-]{{1,{PLUS_LONGUE}}}")


def lire_police(texte: str) -> str:
    """`texte` in capitals, with plain dashes and without spaces. Raises PoliceIllisible for what no police could be."""
    compacte = _SEPARATEURS.sub("", "".join(map(plain, unicodedata.normalize("NFKC", texte)))).upper()
    if _ECRITE.fullmatch(compacte) is None:
        raise PoliceIllisible
    return compacte


def epeler(police: str) -> str:
    """What all spellings of one police have in common: guesses at them are guesses at it. As `expressions.PoliceEpelee`."""
    return police.translate(CONFONDUS)


def contrat_designe(police: str) -> Contrat | None:
    """The contract, with its client, that `police` (as `lire_police` gives it) means: of that very number, else the only one
    spelled so. One query whatever exists."""
    epelees = NumeroPolice.objects.alias(epelee=PoliceEpelee("numero_police")).filter(epelee=epeler(police))
    trouves = list(Contrat.objects.select_related("client").filter(police__in=epelees.values("numero_police"))[:10])
    exacts = [contrat for contrat in trouves if contrat.police == police] or trouves
    return exacts[0] if len(exacts) == 1 else None

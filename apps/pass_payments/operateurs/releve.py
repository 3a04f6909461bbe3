"""A statement in CSV: the simulator's, or a portal's once its columns bear these names (docs/payments/mtn.md)."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.pass_payments.operateurs import LigneReleve, ReleveIndisponible, ecriture

NECESSAIRES = ("date", "transaction_financiere", "montant")
FACULTATIVES = ("reference", "reference_externe", "telephone", "devise", "operateur")


def lire_releve_csv(texte: str, *, operateur: str) -> Iterator[LigneReleve]:
    """The movements of the statement, in its order. Raises ReleveIndisponible, with the line's number, before giving any.

    `operateur`: what its column of that name must say, if there is one. Separated by commas or semicolons. A whole
    statement is read or refused: half of one would look like missing money.
    """
    lignes = texte.removeprefix("\ufeff")
    separateur = ";" if ";" in lignes.partition("\n")[0] else ","
    tableau = csv.DictReader(io.StringIO(lignes), delimiter=separateur, strict=True)
    try:
        colonnes = [(nom or "").strip() for nom in tableau.fieldnames or ()]
        tableau.fieldnames = colonnes
        absentes = [nom for nom in NECESSAIRES if nom not in colonnes]
        if absentes:
            raise ReleveIndisponible(
                f"Ligne 1 du relevé : colonnes absentes : {', '.join(absentes)}. "
                f"Il faut {', '.join(NECESSAIRES)} ; {', '.join(FACULTATIVES)} sont lues aussi."
            )
        # line_num: where the record ends, which is where a person looks.
        lues = [_mouvement(champs, tableau.line_num, operateur) for champs in tableau]
    except csv.Error as faute:
        raise ReleveIndisponible(f"Ligne {tableau.reader.line_num} du relevé : guillemets mal fermés.") from faute
    return iter(lues)


def _mouvement(champs: dict[str, str | list[str] | None], numero: int, operateur: str) -> LigneReleve:
    def refus(quoi: str) -> ReleveIndisponible:
        return ReleveIndisponible(f"Ligne {numero} du relevé : {quoi}.")

    # Too few values are None, too many are a list under the key None.
    if any(not isinstance(valeur, str) for valeur in champs.values()):
        raise refus("elle n'a pas autant de valeurs que la première ligne a de colonnes")
    valeurs = {nom: str(valeur).strip() for nom, valeur in champs.items()}
    if valeurs.get("operateur", operateur) != operateur:
        raise refus(f"l'opérateur « {valeurs['operateur']} » n'est pas {operateur}")
    if valeurs.get("devise", "XAF") != "XAF":
        raise refus(f"la devise « {valeurs['devise']} » n'est pas XAF")
    signe = -1 if valeurs["montant"].startswith("-") else 1
    montant = ecriture.montant(valeurs["montant"].removeprefix("-"))
    if montant is None:
        raise refus("le montant est vide")
    if montant <= 0:
        raise refus(f"« {valeurs['montant']} » n'est pas un nombre entier de francs")
    code = valeurs["transaction_financiere"]
    if not code or code != ecriture.texte(code, 64):
        raise refus("transaction_financiere est vide ou illisible")
    try:
        quand = datetime.fromisoformat(valeurs["date"])
    except ValueError:
        raise refus(f"« {valeurs['date']} » n'est pas une date, par exemple 2026-11-21T08:30:00+01:00") from None
    try:
        reference = UUID(valeurs["reference"]) if valeurs.get("reference") else None
    except ValueError:
        raise refus(f"« {valeurs['reference']} » n'est pas une de nos références") from None
    return LigneReleve(
        reference=reference,
        code_confirmation=code,
        montant=signe * montant,
        telephone=ecriture.telephone(valeurs.get("telephone")),
        quand=quand if quand.tzinfo else quand.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)),
        numero=ecriture.texte(valeurs.get("reference_externe"), 40),
    )

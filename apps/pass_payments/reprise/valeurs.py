"""What the texts of the former database mean: pure functions, a value or the reason why there is none."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.pass_clients.models import FORME_POLICE
from apps.pass_payments.models import MotifReprise, OperateurPaiement
from nsia_pass_api.money import MONTANT_MAXIMUM
from nsia_pass_api.telephones import TelephoneInvalide, normaliser
from nsia_pass_api.textes import PERDUE, epurer

Motif = MotifReprise


class Illisible(Exception):
    """The value cannot be used; `motif` says why, `montant` what could be read of it all the same."""

    def __init__(self, motif: MotifReprise, explication: str = "", *, montant: int | None = None) -> None:
        super().__init__(explication)
        self.motif, self.explication, self.montant = motif, explication, montant


def cle(texte: str) -> str:
    """Letters and digits of `texte`, small and without accents: how columns, states and labels are compared."""
    decompose = unicodedata.normalize("NFKD", reparer(texte)[0])
    return "".join(c for c in decompose.casefold() if c.isalnum())


_MARQUES = re.compile(
    "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122\u20ac]"
)


def reparer(texte: str) -> tuple[str, bool]:
    """`texte` with « Ã© » read again as « é », single spaces; and whether letters are lost for good."""
    for _ in range(2):  # some were damaged twice
        if not _MARQUES.search(texte):
            break
        try:
            texte = b"".join(_octet(c) for c in texte).decode()
        except (UnicodeEncodeError, UnicodeDecodeError):
            break
    return epurer(texte), PERDUE in texte


def _octet(caractere: str) -> bytes:
    """The byte that was read as this letter: in Windows' code, or in Latin-1 where that one has holes."""
    try:
        return caractere.encode("cp1252")
    except UnicodeEncodeError:
        return caractere.encode("latin-1")


def texte(valeur: Any) -> str:
    """What is written, repaired; nothing for null and for the words that stand for nothing."""
    ecrit = reparer(str(valeur))[0] if valeur is not None else ""
    return "" if ecrit.casefold() in ("null", "none", "n/a", "na", "-", "nan", "néant") else ecrit


def telephone(valeur: Any) -> str:
    """`+242…`. Of several numbers in one cell, the first that exists. Raises Illisible."""
    ecrit = texte(valeur)
    if not ecrit:
        raise Illisible(Motif.TELEPHONE_ABSENT)
    # A number kept as a number: no leading zero, « .0 » or an exponent behind.
    candidats = [ecrit, *re.split(r"[/;,]| ou ", ecrit)]
    refus = ""
    for candidat in candidats:
        for forme in _formes(candidat.strip()):
            try:
                return normaliser(forme)
            except TelephoneInvalide as erreur:
                refus = refus or erreur.detail
    raise Illisible(Motif.TELEPHONE_INVALIDE, refus)


def _formes(ecrit: str) -> list[str]:
    formes = [ecrit]
    if re.fullmatch(r"[0-9]+\.0+", ecrit) or re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+", ecrit):
        ecrit = f"{Decimal(ecrit):f}".split(".")[0]
        formes.append(ecrit)
    chiffres = re.sub(r"[^0-9]", "", ecrit)
    if re.fullmatch(r"[456][0-9]{7}", chiffres) or re.fullmatch(r"242[456][0-9]{7}", chiffres):
        formes.append(f"0{chiffres[-8:]}")
    return [forme for forme in formes if forme]


def montant(valeur: Any) -> int:
    """Whole XAF above zero. Raises Illisible, with the amount when one could be read (negative, zero)."""
    lu = montant_ou_zero(valeur)
    if lu == 0:
        raise Illisible(Motif.MONTANT_NUL, montant=0)
    return lu


def montant_ou_zero(valeur: Any) -> int:
    """As `montant`, zero accepted."""
    lu = nombre(valeur)
    if lu is None:
        raise Illisible(Motif.MONTANT_ABSENT)
    if lu < 0:
        raise Illisible(Motif.MONTANT_NEGATIF, montant=lu)
    if lu > MONTANT_MAXIMUM:
        raise Illisible(Motif.MONTANT_EXCESSIF, montant=lu)
    return lu


_MONNAIE = re.compile(r"(?:f\s*\.?\s*cfa|fcfa|xaf|cfa|frs?|f)\.?$", re.IGNORECASE)


def nombre(valeur: Any) -> int | None:
    """Whole francs, of any sign; None for nothing. Raises Illisible for a fraction of a franc and for what is no number.

    « 1 500 », « 1.500 », « 1,500 », « 1500.00 », « 1 500,00 FCFA » are 1500: a group of three figures behind a sign is thousands.
    """
    if isinstance(valeur, bool):
        raise Illisible(Motif.MONTANT_ILLISIBLE)
    if isinstance(valeur, (int, Decimal)):
        exact = Decimal(valeur)
    else:
        ecrit = texte(valeur)
        if not ecrit:
            return None
        compact = _MONNAIE.sub("", ecrit.strip()).replace("−", "-")
        compact = re.sub(r"[\s']", "", compact)
        if re.fullmatch(r"\(.+\)", compact):
            compact = f"-{compact[1:-1]}"
        compact = _milliers(compact)
        try:
            exact = Decimal(compact)
        except InvalidOperation:
            raise Illisible(Motif.MONTANT_ILLISIBLE, f"« {ecrit[:60]} » n'est pas un montant.") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise Illisible(Motif.MONTANT_ILLISIBLE, f"{exact} n'est pas un nombre entier de francs.")
    if abs(exact) > 10**15:
        raise Illisible(Motif.MONTANT_ILLISIBLE, "Ce montant a trop de chiffres.")
    return int(exact)


def _milliers(compact: str) -> str:
    for signe in ".,":
        if re.fullmatch(rf"[+-]?[0-9]{{1,3}}(\{signe}[0-9]{{3}})+", compact):
            return compact.replace(signe, "")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", compact):
        return compact.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", compact):
        return compact.replace(",", "")
    return compact.replace(",", ".")


_FORMES_DE_DATE = (
    ("%Y-%m-%d", re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")),
    ("%d/%m/%Y", re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")),
    ("%d-%m-%Y", re.compile(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}")),
    ("%d.%m.%Y", re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}")),
    ("%Y/%m/%d", re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}")),
    ("%d/%m/%y", re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}")),
    ("%Y%m%d", re.compile(r"[12][0-9]{7}")),
)
_MOIS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_EN_LETTRES = re.compile(r"([0-9]{1,2})(?:er)? +([^\W0-9]+)\.? +([0-9]{4})")
PREMIERE_ANNEE = 2000


def jour(valeur: Any, *, apres: int = PREMIERE_ANNEE, avant: int) -> date | None:
    """The day written, of years `apres` to `avant`; None for nothing. Days come before months. Raises Illisible."""
    ecrit = texte(valeur)
    if not ecrit:
        return None
    # Hours are not kept: the former database did not say in which time zone.
    debut = re.split(r"[T ](?=[0-9]{1,2}[:hH])", ecrit, maxsplit=1)[0].strip()
    lue = _lire_jour(debut)
    if lue is None or not apres <= lue.year <= avant:
        raise Illisible(Motif.DATE_IMPOSSIBLE, f"« {ecrit[:40]} » n'est pas une date possible.")
    return lue


def _lire_jour(debut: str) -> date | None:
    lettres = _EN_LETTRES.fullmatch(debut)
    try:
        if lettres:
            return date(int(lettres[3]), 1 + _MOIS.index(cle(lettres[2])), int(lettres[1]))
        for forme, motif in _FORMES_DE_DATE:
            if motif.fullmatch(debut):
                return datetime.strptime(debut, forme).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    return None


def police(valeur: Any) -> str:
    """The number as it is, in capitals, without spaces; empty for none. Raises Illisible."""
    ecrit = texte(valeur)
    numero = "".join(ecrit.upper().split())
    if numero and not re.fullmatch(FORME_POLICE, numero):
        raise Illisible(Motif.POLICE_ILLISIBLE, f"« {ecrit[:40]} » ne peut pas être un numéro de police.")
    return numero


_ETATS = {
    "actif": "actif", "active": "actif", "activee": "actif", "encours": "actif", "valide": "actif", "envigueur": "actif",
    "suspendu": "suspendu", "suspendue": "suspendu", "suspension": "suspendu",
    "expire": "expire", "expiree": "expire", "echu": "expire", "termine": "expire", "terminee": "expire",
    "resilie": "resilie", "resiliee": "resilie", "resiliation": "resilie", "cloture": "resilie",
    "enattente": "en_attente", "attente": "en_attente", "nouveau": "en_attente", "prospect": "en_attente",
    "annule": "annule", "annulee": "annule",
}  # fmt: skip


def etat(valeur: Any) -> str:
    """actif, suspendu, expire, resilie, en_attente, annule; empty when nothing is said. Raises Illisible."""
    ecrit = texte(valeur)
    if ecrit and cle(ecrit) not in _ETATS:
        raise Illisible(Motif.ETAT_INCONNU, f"« {ecrit[:40]} » n'est pas un état connu.")
    return _ETATS[cle(ecrit)] if ecrit else ""


_STATUTS = {
    "succes": "succes", "success": "succes", "successful": "succes", "reussi": "succes", "reussie": "succes", "ok": "succes",
    "valide": "succes", "validee": "succes", "paye": "succes", "payee": "succes", "confirme": "succes", "confirmee": "succes",
    "effectue": "succes", "effectuee": "succes", "complete": "succes", "completed": "succes", "encaisse": "succes",
    "echec": "echec", "echoue": "echec", "echouee": "echec", "failed": "echec", "fail": "echec", "rejete": "echec",
    "rejetee": "echec", "refuse": "echec", "refusee": "echec", "annule": "echec", "annulee": "echec", "cancelled": "echec",
    "impaye": "echec",
    "encours": "indecis", "enattente": "indecis", "attente": "indecis", "pending": "indecis", "initie": "indecis",
    "enverification": "indecis",
}  # fmt: skip


def statut(valeur: Any) -> str:
    """succes or echec. Raises Illisible for the rest: what hangs in the former database is not decided by us."""
    ecrit = texte(valeur)
    lu = _STATUTS.get(cle(ecrit))
    if lu is None:
        dit = f"« {ecrit[:40]} » n'est pas un statut connu." if ecrit else "Le statut est vide."
        raise Illisible(Motif.STATUT_INCONNU, dit)
    if lu == "indecis":
        raise Illisible(Motif.STATUT_INDECIS, f"« {ecrit[:40]} » : demandez à l'opérateur ce qu'il en est.")
    return lu


def transaction_manquee(valeur: Any) -> bool:
    """Whether StatutDeLaTransaction says that nothing was paid."""
    return _STATUTS.get(cle(texte(valeur))) == "echec"


_Operateur = OperateurPaiement
_MODES = {
    "mtn": _Operateur.MTN, "momo": _Operateur.MTN, "mtnmomo": _Operateur.MTN, "mtnmoney": _Operateur.MTN,
    "mtnmobilemoney": _Operateur.MTN, "mtnmomopay": _Operateur.MTN, "ussdmtn": _Operateur.MTN,
    "airtel": _Operateur.AIRTEL, "airtelmoney": _Operateur.AIRTEL, "am": _Operateur.AIRTEL,
    "moov": _Operateur.MOOV, "moovmoney": _Operateur.MOOV,
    "especes": _Operateur.ESPECES, "espece": _Operateur.ESPECES, "cash": _Operateur.ESPECES, "liquide": _Operateur.ESPECES,
    "numeraire": _Operateur.ESPECES, "caisse": _Operateur.ESPECES,
    "virement": _Operateur.VIREMENT, "virementbancaire": _Operateur.VIREMENT,
    "cheque": _Operateur.CHEQUE, "chequebancaire": _Operateur.CHEQUE,
    "carte": _Operateur.CARTE, "cartebancaire": _Operateur.CARTE, "cb": _Operateur.CARTE, "visa": _Operateur.CARTE,
}  # fmt: skip
_MOBILES = ("mobilemoney", "mobile", "mm", "ussd")


def mode(valeur: Any, *, operateur_du_client: str) -> OperateurPaiement:
    """« Mobile money » alone is that of the client's operator. Raises Illisible."""
    ecrit = texte(valeur)
    lu = cle(ecrit)
    if lu in _MOBILES and operateur_du_client:
        return OperateurPaiement(operateur_du_client)
    if lu not in _MODES:
        raise Illisible(
            Motif.MODE_INCONNU, f"« {ecrit[:40]} » n'est pas un mode connu." if ecrit else "Le mode est vide."
        )
    return _MODES[lu]


@dataclass(frozen=True)
class Identite:
    nom: str
    prenom: str
    abimee: bool

    @property
    def cle(self) -> tuple[str, str]:
        return cle(self.nom), cle(self.prenom)


def identite(ligne: Mapping[str, Any], *, longueur: int = 80) -> Identite:
    """Surname in capitals and first name; two words in one column are both. Raises Illisible."""
    nom, prenom = texte(ligne.get("nom")), texte(ligne.get("prenom"))
    if not nom or not prenom:
        mots = (nom or prenom).split()
        if len(mots) < 2:
            raise Illisible(Motif.NOM_ABSENT)
        nom, prenom = mots[0], " ".join(mots[1:])
    if len(nom) > longueur or len(prenom) > longueur or not cle(nom) or not cle(prenom):
        raise Illisible(Motif.NOM_ABSENT, "Le nom n'a pas la forme d'un nom.")
    return Identite(nom.upper(), prenom, abimee="\ufffd" in nom + prenom)

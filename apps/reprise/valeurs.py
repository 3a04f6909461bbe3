"""What the texts of the former database mean: pure functions, a value or the reason why there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.pass_clients.models import FORME_POLICE
from apps.reprise.models import MotifReprise
from nsia_pass_api.ecrits import Illisible, cle, texte
from nsia_pass_api.telephones import TelephoneInvalide, normaliser

Motif = MotifReprise


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

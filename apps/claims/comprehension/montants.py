"""Amounts in XAF: the total if said, else the sum of the parts.

Never a phone, a police number, a premium or the price of a thing that is not claimed.
"""

import re
from dataclasses import dataclass

from .nombres import LOCAUX, NKOTO, Nombre, nombres, petit
from .vocabulaire import motif_de

MAXIMUM = 2_000_000_000
_DEVISE = motif_de("montants.devise")
_BROUILLE = motif_de("montants.brouille")  # fmt: skip
_ARGENT = motif_de("montants.argent")
_PRIME = motif_de("montants.prime")
_UNITE = motif_de("montants.unite")
_AUTRE_PRIX = motif_de("montants.autre_prix")
_TOTAL_AVANT = motif_de("montants.total_avant")
_TOTAL_APRES = motif_de("montants.total_apres")
_DEMANDE = re.compile(r"\b(?:reclam\w*|demand\w*|rembours\w*|sollicit\w*|reclame)\b[^.;!?\d]{0,30}$")
_CORRIGE = motif_de("montants.corrige")
_ALTERNATIVE = re.compile(r"^ ?(?:f|fcfa|francs?)? ?(?:ou|a|-|et) ?(?:peut-etre )?$")
_FOIS = re.compile(r"\b(\d{1,2}|deux|trois|quatre|cinq|six) ?(?:fois|x|\*) ?$")
_NEGATIF = re.compile(r"\b(?:pas|ni|non|dont) (?:de )?$")


@dataclass(frozen=True)
class Montant:
    debut: int
    fin: int
    valeur: int
    regle: str


def _brouiller(t: str) -> str:
    """`t` with phones, polices, dates, hours and measures replaced by signs, each of its own length."""
    return _BROUILLE.sub(lambda lu: "§" * len(lu[0]), t)


def _autour(t: str, n: Nombre) -> tuple[str, str]:
    """What the clause of `n` says before and after it."""
    avant = re.split(r"[.;!?]|, | mais | et ", t[max(0, n.debut - 60) : n.debut])[-1]
    apres = re.split(r"[.;!?]|, | mais | et ", t[n.fin : n.fin + 40])[0]
    return avant, apres


def _plausible(t: str, n: Nombre) -> bool:
    """Whether the number is money: a currency, thousands, or a word of money in its clause."""
    if n.valeur != int(n.valeur) or not 0 < n.valeur <= MAXIMUM:
        return False
    if _DEVISE.match(t[n.fin : n.fin + 12]):
        return n.valeur >= 25
    if motif_de("montants.pas_d_argent").match(t[n.fin : n.fin + 10]):
        return False
    if n.echelle > 1:
        return n.valeur >= 1_000
    avant, apres = _autour(t, n)
    if n.valeur < 500 or n.valeur % 5 or (not t[n.debut].isdigit() and n.valeur < 1_000):
        return False
    if 1_900 <= n.valeur <= 2_100 and not n.forme and not re.search(r"pay|cout|factur|rembours|montant|prix", avant):
        return False
    return (
        n.forme
        or bool(_ARGENT.search(avant + "|" + apres))
        or bool(re.match(r"^[ ,;.!]*$", t[n.fin :]) or re.search(r"[,:] ?$", t[: n.debut]))
    )


def _certain(t: str, n: Nombre) -> bool:
    """Whether a currency, thousands, or a word of money in its own clause say that the number is money."""
    return bool(
        _DEVISE.match(t[n.fin : n.fin + 12]) or n.echelle > 1 or n.forme or _ARGENT.search("|".join(_autour(t, n)))
    )


def _menu(t: str, n: Nombre) -> bool:
    """Whether a small number ends its clause as a price does beside others: « carnet 500 »."""
    avant, apres = _autour(t, n)
    return (
        n.valeur >= 100
        and n.valeur % 25 == 0
        and t[n.debut].isdigit()
        and not apres.strip()
        and bool(re.fullmatch(r"\W*[a-z'-]+(?: [a-z'-]+){0,3} ", avant))
    )


_CHACUN = re.compile(r"\b(\d{1,2}|deux|trois|quatre|cinq|six) [a-z]+s? (?:de|a) $")


def _chacun(t: str, n: Nombre) -> Nombre | None:
    """« 2 consultations de 5 000 F chacune » is 10 000."""
    compte = _CHACUN.search(t[max(0, n.debut - 30) : n.debut])
    if not compte or not re.match(r" ?(?:f ?cfa|fcfa|francs?|f)? chacune?s?\b", t[n.fin : n.fin + 20]):
        return None
    return Nombre(n.debut, n.fin, n.valeur * (petit(compte[1]) or 1))


def _ecarte(t: str, n: Nombre, claims_chose: bool) -> bool:
    avant, apres = _autour(t, n)
    if _PRIME.search(avant) or _PRIME.search(apres[:30]) or _UNITE.match(t[n.fin : n.fin + 26]):
        return True
    if re.search(
        r"\b(?:\d{1,3}|deux|trois|quatre|cinq|six|dix|vingt|trente) [a-z]+s a $|§ a $",
        t[max(0, n.debut - 30) : n.debut],
    ):
        return True
    autre = _AUTRE_PRIX.search(t[max(0, n.debut - 45) : n.debut])
    return bool(autre) and not (
        claims_chose and autre is not None and autre[0].startswith(("achet", "valait", "neuve"))
    )


def montants(t: str, *, chose_reclamee: bool) -> Montant | None:
    """The amount that is asked or was spent; `chose_reclamee`: what was bought is what is claimed (stolen, burnt, drugs)."""
    lisible = _brouiller(t)
    gardes: list[Nombre] = []
    for n in sorted(_candidats(lisible), key=lambda n: n.debut):
        precedent = gardes[-1] if gardes else None
        entre = lisible[precedent.fin : n.debut] if precedent else ""
        if precedent and _CORRIGE.search(entre):
            gardes[-1] = n
        elif motif_de("montants.alternative_avant").search(lisible[max(0, n.debut - 28) : n.debut]):
            if precedent and _ALTERNATIVE.match(entre):
                gardes.pop()
        elif chacun := _chacun(lisible, n):
            gardes.append(chacun)
        elif not _ecarte(lisible, n, chose_reclamee) and not _NEGATIF.search(lisible[: n.debut][-8:]):
            gardes.append(n)
    return _totaliser(lisible, gardes)


def _candidats(t: str) -> list[Nombre]:
    """Numbers that may be money: those that surely are, else those that look so; with them, small prices beside."""
    trouves = [n for n in nombres(t) if _plausible(t, n)]
    trouves += [
        Nombre(lu.start(), lu.end(), _nkoto(lu)) for lu in NKOTO.finditer(t) if lu["n"] or lu["dix"] or lu["zomi"]
    ]
    retenus = [n for n in trouves if _certain(t, n)] or trouves
    menus = [n for n in nombres(t) if n not in retenus and _menu(t, n)] if retenus else []
    return retenus + menus


def _nkoto(lu: re.Match[str]) -> int:
    """Lingala « nkoto ntuku mibale » = 20 000, « nkoto zomi » = 10 000, « nkoto mitano » = 5 000."""
    unites = LOCAUX.get(lu["n"] or "", 0)
    return 1_000 * ((unites or 1) * 10 if lu["dix"] else 10 + unites if lu["zomi"] else unites)


def _totaliser(t: str, gardes: list[Nombre]) -> Montant | None:
    if not gardes:
        return None
    totaux = [
        n
        for n in gardes
        if _TOTAL_AVANT.search(t[max(0, n.debut - 40) : n.debut]) or _TOTAL_APRES.match(t[n.fin : n.fin + 30])
    ]
    demandes = [n for n in gardes if _DEMANDE.search(t[max(0, n.debut - 50) : n.debut])]
    if totaux:
        n = totaux[-1]
        return Montant(n.debut, n.fin, int(n.valeur), "montant.total")
    if demandes and (demandes[-1] is gardes[-1] or len(gardes) == 1):
        return Montant(demandes[-1].debut, demandes[-1].fin, int(demandes[-1].valeur), "montant.demande")
    valeurs = [n.valeur * _multiplicateur(t, n) for n in gardes]
    if len(gardes) > 1 and max(valeurs) * 2 == sum(valeurs) and len(gardes) > 2:
        rang = valeurs.index(max(valeurs))
        return Montant(gardes[rang].debut, gardes[rang].fin, int(valeurs[rang]), "montant.total")
    if (
        len(set(valeurs)) == 1
        and len(valeurs) > 1
        and not re.search(r" et | plus |\+", t[gardes[0].fin : gardes[1].debut])
    ):
        return Montant(gardes[0].debut, gardes[0].fin, int(valeurs[0]), "montant.repete")
    regle = "montant.somme" if len(gardes) > 1 else "montant.seul"
    return Montant(gardes[0].debut, gardes[-1].fin, int(sum(valeurs)), regle)


def _multiplicateur(t: str, n: Nombre) -> int:
    lu = _FOIS.search(t[max(0, n.debut - 14) : n.debut])
    return {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6}.get(lu[1]) or int(lu[1]) if lu else 1


def reponse(t: str) -> Montant | None:
    """The amount of a short answer to « combien ? »: any number that is no phone."""
    trouve = montants(t, chose_reclamee=True)
    if trouve:
        return trouve
    lisible = _brouiller(t)
    entiers = [
        n
        for n in nombres(lisible)
        if n.valeur == int(n.valeur) and 0 <= n.valeur <= MAXIMUM and t[n.debut : n.fin] not in ("un", "une")
    ]
    return (
        Montant(entiers[0].debut, entiers[0].fin, int(entiers[0].valeur), "montant.reponse")
        if len(entiers) == 1
        else None
    )

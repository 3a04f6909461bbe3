"""`comprendre`: every field of a declaration, by the rules; `lire_reponse`: the answer to one question."""

import re
from dataclasses import dataclass
from datetime import date

from . import commandes, etat, heures, lieux, montants, nuits, personnes, tiers, types
from .dates import Jour, jours
from .modele import Trouvaille
from .nombres import petit
from .normalisation import Texte, normaliser
from .vocabulaire import famille, motif, motif_de, prechauffer

_SECONDAIRE = motif_de("regles.secondaire")
_CORRECTION = motif_de("regles.correction")
_PAS = re.compile(r"\b(?:pas|et non|non pas)(?: (?:le|ce|la|a|vers|du|un))? $")
_MARQUE = motif_de("regles.marque")
_ANCRES = {code.removeprefix("ancre."): motif(ecrit) for code, ecrit in famille("ancre")}  # fmt: skip
_ACCIDENTELS = ("accident", "collision", "blessure", "incendie", "degats")
_SEJOURS = ("hospitalisation", "indemnite_journaliere")


def comprendre(texte: str, *, aujourdhui: date) -> dict[str, Trouvaille]:
    """What `texte` says, a value a field; an absent field is not said. `aujourdhui` dates « hier » and bounds every date."""
    prechauffer()
    lu = normaliser(texte)
    if not lu.t.strip():
        return {}
    mort = etat.deces(lu)
    candidats = jours(lu.t, aujourdhui)
    accidentel = types.parle_d_accident(lu.t)
    blesse = etat.blesses(lu, accidentel=accidentel, mort=bool(mort and mort[0]))
    sejour = types.parle_de_sejour(lu.t)
    nuitees = nuits.nuits(lu.t, candidats, sejour=sejour)
    chose = types.chose_reclamee(lu.t)
    montant = montants.montants(lu.t, chose_reclamee=chose)
    faits = types.Faits(
        mort[0] if mort else None,
        blesse[0] if blesse else None,
        montant is not None,
        nuitees[0] if nuitees else None,
        any(j.valeur for j in candidats),
    )
    genre = types.type_sinistre(lu.t, faits)
    return _assembler(lu, _Lectures(mort, blesse, nuitees, montant, genre, candidats))


Signe = tuple[bool, int, int, str]


@dataclass(frozen=True)
class _Lectures:
    """What each family of rules read."""

    mort: Signe | None
    blesse: Signe | None
    nuitees: tuple[int, int, int, str] | None
    montant: montants.Montant | None
    genre: types.Signe | None
    candidats: list[Jour]


def _assembler(lu: Texte, dit: _Lectures) -> dict[str, Trouvaille]:
    """The fields together: what one says decides which date, which place and which times another takes."""
    t, trouve = lu.t, {}
    genre = dit.genre[0] if dit.genre else None
    if dit.genre:
        trouve["type"] = lu.trouve("type", *dit.genre)
    for champ, signe in (("dead", dit.mort), ("injured", dit.blesse)):
        if signe and not (champ == "injured" and signe[0] and genre in ("hospitalisation", "autre")):
            trouve[champ] = lu.trouve(champ, *signe)
    jour = choisir_jour(t, dit.candidats, genre)
    if jour and jour.valeur and not (genre == "autre" and dit.genre and dit.genre[3] == "type.rien"):
        trouve["date"] = lu.trouve("date", jour.valeur, jour.debut, jour.fin, jour.regle)
    heure = choisir_heure(t, heures.heures(t), genre)
    if heure and heure.valeur:
        trouve["time"] = lu.trouve("time", heure.valeur, heure.debut, heure.fin, heure.regle)
    if genre != "autre":
        trouve |= _details(lu, dit, genre)
    if dit.nuitees and genre not in ("autre", "vol", "incendie", "degats", "collision"):
        trouve["hospital_nights"] = lu.trouve("hospital_nights", *dit.nuitees)
    qui = personnes.assure(t)
    if qui:
        trouve["assure"] = lu.trouve("assure", *qui)
    return trouve


def _details(lu: Texte, dit: _Lectures, genre: str | None) -> dict[str, Trouvaille]:
    """Third party, amount, place, hospital and its days, of a claim."""
    t, trouve = lu.t, {}
    implique = tiers.tiers(t, vol=genre == "vol") if genre not in _SEJOURS else None
    if implique:
        trouve["third_party"] = lu.trouve("third_party", *implique)
        if implique[0]:
            trouve["tiers_nom"] = lu.trouve(
                "tiers_nom", lu.cite(implique[1], implique[2]), implique[1], implique[2], implique[3]
            )
    if dit.montant:
        trouve["amount"] = lu.trouve(
            "amount", dit.montant.valeur, dit.montant.debut, dit.montant.fin, dit.montant.regle
        )
    sejour = genre in (*_SEJOURS, "frais_medicaux", "deces", None)
    ancre = dit.mort[1] if dit.mort and dit.mort[0] and genre in ("deces", "frais_funeraires") else None
    places = lieux.lieux(
        lu, sejour=sejour, ancre=ancre, vague=genre not in (*_SEJOURS, "frais_medicaux", "frais_funeraires")
    )
    if places and places[0].poids > 10:
        trouve["place"] = lu.trouve(
            "place", lu.cite(places[0].debut, places[0].fin), places[0].debut, places[0].fin, places[0].regle
        )
    sante = next((lieu for lieu in places if lieu.regle in ("lieu.sante", "lieu.hopital")), None)
    if sante and genre not in ("vol", "incendie", "degats"):
        trouve["hopital"] = lu.trouve("hopital", lu.cite(sante.debut, sante.fin), sante.debut, sante.fin, sante.regle)
    if genre in (*_SEJOURS, "accident", "deces"):
        entree, sortie = nuits.entree_sortie(t, dit.candidats)
        for champ, jour in (("date_entree", entree if genre in _SEJOURS else None), ("date_sortie", sortie)):
            if jour and jour.valeur:
                trouve[champ] = lu.trouve(champ, jour.valeur, jour.debut, jour.fin, jour.regle)
    return trouve


def _corriges(t: str, places: list[tuple[int, int]]) -> tuple[set[int], int | None]:
    """Ranks of what is taken back (« pas samedi »), and the rank of what a marker of correction brings, if any."""
    rejets = {
        rang
        for rang, (debut, _) in enumerate(places)
        if _PAS.search(t[max(0, debut - 14) : debut]) and (len(places) > 1)
    }
    voulus = [
        rang
        for rang, (debut, _) in enumerate(places)
        if rang not in rejets
        and rang > 0
        and _MARQUE.search(t[max(0, debut - 40) : debut])
        and _MARQUE.search(t[places[rang - 1][1] : debut])
    ]
    return rejets, voulus[-1] if voulus else None


def choisir_jour(t: str, candidats: list[Jour], genre: str | None) -> Jour | None:
    """The day of the event among all that the text says."""
    rejets, voulu = _corriges(t, [(jour.debut, jour.fin) for jour in candidats])
    if voulu is not None and candidats[voulu].valeur:
        return candidats[voulu]
    restants = [jour for rang, jour in enumerate(candidats) if rang not in rejets]
    precis = [jour for jour in restants if jour.valeur is not None]
    if not precis or (genre not in _SEJOURS and _doute_avant(restants, precis[0])):
        return None
    if genre == "autre":
        return precis[0] if motif_de("regles.fait_passe").search(t) else None
    if genre in _SEJOURS:
        entree, sortie = nuits.entree_sortie(t, candidats)
        return entree or (sortie if re.search(r"\blendemain|meme jour", t) else None)
    return _plus_proche(t, precis, genre)


def _doute_avant(jours_dits: list[Jour], precis: Jour) -> bool:
    """Whether « samedi ou dimanche », or a range of no one day, comes before `precis`."""
    return any(
        jour.debut < precis.debut
        for jour in jours_dits
        if jour.regle == "date.choix" or (jour.regle == "date.plage" and jour.valeur is None)
    )


def _plus_proche(t: str, precis: list[Jour], genre: str | None) -> Jour:
    """The day that stands nearest to the words of the event, the first of equals."""
    ancres = [lu.span() for lu in _ANCRES[genre].finditer(t)] if genre in _ANCRES else []
    fin_compte = genre in ("deces", "frais_funeraires")
    return min(precis, key=lambda jour: (_ecart(t, jour, ancres, fin_compte=fin_compte), jour.debut))


def _ecart(t: str, jour: Jour, ancres: list[tuple[int, int]], *, fin_compte: bool) -> int:
    """How far a day stands from the words of the event; more when it dates something else."""
    ecart = min(
        (debut - jour.fin + 6 if debut >= jour.fin else max(jour.debut - fin, 0) for debut, fin in ancres), default=0
    ) // (1 if fin_compte else 25)
    avant = t[max(0, jour.debut - 45) : jour.debut]
    autre = _SECONDAIRE.search(avant)
    if autre and not any(
        jour.debut - 45 + autre.start() <= debut < jour.debut and debut > jour.debut - 45 + autre.start()
        for debut, _ in ancres
    ):
        ecart += 100
    if motif_de("regles.jour_du_message").match(t[jour.fin : jour.fin + 24]):
        ecart += 100
    coupe = re.search(
        r"[.;!?]", t[min(jour.fin, len(t)) : min((debut for debut, _ in ancres if debut >= jour.fin), default=jour.fin)]
    )
    return ecart + (1 if coupe else 0)


def choisir_heure(t: str, candidates: list[heures.Heure], genre: str | None) -> heures.Heure | None:
    """The time of the event: corrected, else the first that is of nothing else; of a death, the nearest to its words."""
    rejets, voulu = _corriges(t, [(heure.debut, heure.fin) for heure in candidates])
    if voulu is not None and candidates[voulu].valeur:
        return candidates[voulu]
    restantes = [
        heure for rang, heure in enumerate(candidates) if rang not in rejets and not heures.secondaire(t, heure)
    ]
    if not restantes or genre in ("autre",):
        return None
    if genre == "deces" and len(restantes) > 1:
        ancres = [lu.span() for lu in _ANCRES["deces"].finditer(t)]
        return min(restantes, key=lambda heure: min((abs(heure.debut - debut) for debut, _ in ancres), default=0))
    return restantes[0]


_OUI = motif_de("regles.oui")
_NON = motif_de("regles.non")


def lire_reponse(texte: str, *, champ: str, aujourdhui: date) -> Trouvaille | None:
    """The value that a short answer gives to the question about `champ`; None when it gives none."""
    lu = normaliser(texte)
    t = lu.t
    if not t.strip() or commandes.commande(texte) in (
        "je_ne_sais_pas",
        "passer",
        "repeter",
        "annuler",
        "revenir",
        "conseiller",
    ):
        return None
    if champ in ("date", "date_entree", "date_sortie"):
        return _repondre_jour(lu, champ, aujourdhui)
    if champ == "time":
        return _repondre_heure(lu)
    if champ in ("amount", "hospital_nights"):
        return _repondre_nombre(lu, champ)
    if champ in ("injured", "dead", "third_party"):
        return _repondre_oui_non(lu, champ, aujourdhui)
    if champ in ("place", "hopital"):
        return _repondre_lieu(lu, champ)
    return comprendre(texte, aujourdhui=aujourdhui).get(champ)


def _repondre_jour(lu: Texte, champ: str, aujourdhui: date) -> Trouvaille | None:
    seul = re.fullmatch(r"\W*(?P<j>\d{1,2})(?:er)?\W*", lu.t)
    candidats = jours(lu.t, aujourdhui) or (
        [Jour(*_decale(jour, -3)) for jour in jours(f"le {seul['j']}", aujourdhui)] if seul else []
    )
    jour = choisir_jour(lu.t, candidats, None)
    if seul and jour and jour.valeur:
        return lu.trouve(champ, jour.valeur, seul.start("j"), seul.end("j"), jour.regle)
    return lu.trouve(champ, jour.valeur, jour.debut, jour.fin, jour.regle) if jour and jour.valeur else None


def _decale(jour: Jour, de: int) -> tuple[int, int, date | None, str]:
    return max(0, jour.debut + de), max(0, jour.fin + de), jour.valeur, jour.regle


def _repondre_heure(lu: Texte) -> Trouvaille | None:
    heure = choisir_heure(lu.t, heures.heures(lu.t), None)
    if heure and heure.valeur:
        return lu.trouve("time", heure.valeur, heure.debut, heure.fin, heure.regle)
    seule = re.fullmatch(r"\W*(?:vers |a |il etait |environ )?(?P<h>[\w-]+)\W*", lu.t)
    nombre = petit(seule["h"]) if seule else None
    if seule and nombre is not None and 0 <= nombre <= 23:
        lue = heures.heures(f"{nombre}h")
        return (
            lu.trouve("time", lue[0].valeur, seule.start("h"), seule.end("h"), "heure.seule")
            if lue and lue[0].valeur
            else None
        )
    return None


def _repondre_nombre(lu: Texte, champ: str) -> Trouvaille | None:
    if champ == "amount":
        montant = montants.reponse(lu.t)
        return lu.trouve(champ, montant.valeur, montant.debut, montant.fin, montant.regle) if montant else None
    dites = nuits.nuits(lu.t, [], sejour=True)
    if dites:
        return lu.trouve(champ, *dites)
    seul = re.search(r"\b(?:\d{1,3}|[a-z]+)\b(?! jours?)", lu.t)
    nombre = petit(seul[0]) if seul else None
    return (
        lu.trouve(champ, nombre, seul.start(), seul.end(), "nuits.reponse")
        if seul and nombre is not None and nombre <= 366
        else None
    )


def _repondre_oui_non(lu: Texte, champ: str, aujourdhui: date) -> Trouvaille | None:
    t = lu.t
    lue: tuple[bool, int, int, str] | None
    if champ == "dead":
        lue = etat.deces(lu)
    elif champ == "injured":
        lue = etat.blesses(lu, accidentel=True, mort=False)
    else:
        lue = tiers.tiers(t, vol=False)
    if lue:
        return lu.trouve(champ, *lue)
    for expression, valeur, regle in ((_OUI, True, "reponse.oui"), (_NON, False, "reponse.non")):
        if dit := expression.search(t):
            debut = len(dit[0]) - len(dit[0].lstrip(" ,.;!?:'\"-"))
            return lu.trouve(champ, valeur, debut, dit.end(), regle)
    return None


def _repondre_lieu(lu: Texte, champ: str) -> Trouvaille | None:
    places = lieux.lieux(lu, sejour=champ == "hopital", vague=True)
    if places:
        premier = min(
            (lieu for lieu in places if lieu.regle != "lieu.chez_moi" or len(places) == 1),
            key=lambda lieu: (-lieu.poids, lieu.debut),
        )
        return lu.trouve(champ, lu.cite(premier.debut, premier.fin), premier.debut, premier.fin, premier.regle)
    dit = motif_de("regles.lieu_seul").search(lu.t)
    if not dit or len(dit["nom"].split(" ")) > 6 or motif_de("regles.pas_un_lieu").match(dit["nom"]):
        return None
    return lu.trouve(champ, lu.cite(dit.start("nom"), dit.end("nom")), dit.start("nom"), dit.end("nom"), "lieu.reponse")

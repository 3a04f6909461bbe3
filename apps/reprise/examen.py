"""What becomes of each row of the former database. Pure: nothing is read nor written, the same rows are decided the same way.

A client is decided as one: her rows are placed together or wait together, so that an import that stops between two clients and
begins again decides the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import TextChoices

from apps.pass_clients.models import StatutSouscription
from apps.pass_clients.operateurs import operateur_probable
from apps.pass_payments.models import OperateurPaiement
from apps.pass_payments.modes import mode_ecrit
from apps.pass_products.models import Periodicite
from apps.pass_products.schedule import nombre_echeances
from apps.reprise import valeurs
from apps.reprise.models import MotifReprise, ReserveReprise, TableReprise
from apps.reprise.valeurs import Identite
from nsia_pass_api import ecrits
from nsia_pass_api.ecrits import Illisible

Motif, Reserve = MotifReprise, ReserveReprise
# The column of each table that holds money. Only payments become payments; the others are what the former database said of them.
ARGENT = {
    TableReprise.SOUSCRIPTIONS: "solde",
    TableReprise.PAIEMENTS: "montant",
    TableReprise.CONTRATS: "solde",
    TableReprise.COTISATIONS: "montantpaye",
    TableReprise.AGENTS: "solde",
}
_PERIODICITES = {
    1: Periodicite.ANNUELLE,
    2: Periodicite.SEMESTRIELLE,
    4: Periodicite.TRIMESTRIELLE,
    12: Periodicite.MENSUELLE,
    52: Periodicite.HEBDOMADAIRE,
}
EN_COURS, ACTIVEE = StatutSouscription.EN_COURS.value, StatutSouscription.ACTIVEE.value
SUSPENDUE, EXPIREE = StatutSouscription.SUSPENDUE.value, StatutSouscription.EXPIREE.value
ANNULEE, RESILIEE = StatutSouscription.ANNULEE.value, StatutSouscription.RESILIEE.value
_EN_DOUBLE = "La police {} est aussi celle d'une autre souscription."
# From what the former database says to the states through which the subscription went.
_CHEMINS: dict[str, tuple[str, ...]] = {
    "actif": (ACTIVEE,),
    "suspendu": (ACTIVEE, SUSPENDUE),
    "expire": (ACTIVEE, EXPIREE),
    "resilie": (ACTIVEE, RESILIEE),
    "en_attente": (),
    "annule": (ANNULEE,),
}


@dataclass(slots=True)
class Ligne:
    """A row, with what is known of its fate. `id` in the register; `placee` before this passage, of `souscription_id`."""

    id: int
    table: str
    empreinte: str
    rang: int
    donnees: dict[str, Any]
    placee: bool = False
    souscription_id: int | None = None
    disparue: bool = False
    motif: str = ""
    explication: str = ""
    reserves: list[str] = field(default_factory=list)
    montant: int | None = None
    ecart: int | None = None
    telephone: str = ""
    police: str = ""

    def refuser(self, motif: TextChoices, explication: str = "") -> None:
        """The first reason stays."""
        if not self.motif:
            self.motif, self.explication = motif.value, explication[:300]

    @property
    def ouverte(self) -> bool:
        """Whether it is still to be placed."""
        return not (self.motif or self.placee or self.disparue)


@dataclass(frozen=True, slots=True)
class Produit:
    id: int
    code: str
    nom: str
    branche: str
    duree: int
    taux: Any


@dataclass(frozen=True)
class Contexte:
    """What is known on our side. `polices`: numbers that are given already, whoever gave them."""

    jour: date
    produits: tuple[Produit, ...]
    polices: frozenset[str]
    agents: frozenset[str]


@dataclass(slots=True)
class Versement:
    ligne: Ligne
    montant: int
    jour: date
    reussi: bool
    operateur: OperateurPaiement


@dataclass(slots=True)
class Contrat:
    ligne: Ligne
    effet: date | None
    expiration: date | None
    etat: str
    telephone: str


@dataclass(slots=True)
class Souscription:
    """A subscription to write, or (`ligne.placee`) one that was written."""

    ligne: Ligne
    identite: Identite | None = None
    produit: Produit | None = None
    etat: str = ""
    prime: int = 0
    periodicite: str = Periodicite.MENSUELLE.value
    nombre: int = 12
    contrat: Contrat | None = None
    versements: list[Versement] = field(default_factory=list)
    cotisations: list[Ligne] = field(default_factory=list)
    chemin: tuple[str, ...] = ()
    periodes: list[tuple[date, date]] = field(default_factory=list)
    souscrite: date | None = None
    fin: date | None = None

    @property
    def statut(self) -> str:
        return self.chemin[-1] if self.chemin else EN_COURS

    @property
    def total(self) -> int:
        return sum(un.montant for un in self.versements if un.reussi)


@dataclass(slots=True)
class Dossier:
    """All that is to be written of one client."""

    telephone: str
    identite: Identite | None
    adresse: str
    souscriptions: list[Souscription]


@dataclass(slots=True)
class AgentRepris:
    ligne: Ligne
    identite: Identite
    adresse: str


@dataclass
class Examen:
    lignes: list[Ligne]
    dossiers: list[Dossier]
    agents: list[AgentRepris]


def examiner(lignes: Iterable[Ligne], contexte: Contexte) -> Examen:
    """Each row is in a file or an agent to write, or says why not. `lignes` come in the same order at each passage."""
    toutes = list(lignes)
    par_table: dict[str, list[Ligne]] = defaultdict(list)
    for ligne in toutes:
        ligne.montant = argent(ligne.table, ligne.donnees)
        if not any(ecrits.texte(valeur) for valeur in ligne.donnees.values()):
            ligne.refuser(Motif.LIGNE_VIDE)
        elif ligne.rang > 1:
            ligne.refuser(Motif.LIGNE_EN_DOUBLE, f"C'est la {ligne.rang}e ligne qui dit exactement la même chose.")
        par_table[ligne.table].append(ligne)
    dossiers = _Portefeuille(par_table, contexte).dossiers()
    agents = _agents(par_table[TableReprise.AGENTS], contexte)
    return Examen(toutes, dossiers, agents)


def argent(table: str, donnees: Mapping[str, Any]) -> int | None:
    """What the row says of money, XAF, of any sign; None when nothing can be read."""
    try:
        return ecrits.nombre(donnees.get(ARGENT[TableReprise(table)]))
    except Illisible:
        return None


def _agents(lignes: list[Ligne], contexte: Contexte) -> list[AgentRepris]:
    repris: list[AgentRepris] = []
    connus = set(contexte.agents) | {ligne.telephone for ligne in lignes if ligne.placee}
    for ligne in lignes:
        if not ligne.ouverte:
            continue
        try:
            ligne.telephone = valeurs.telephone(ligne.donnees.get("telephone"))
            identite = valeurs.identite(ligne.donnees)
            ecrits.nombre(ligne.donnees.get("solde"))
        except Illisible as illisible:
            ligne.refuser(illisible.motif, illisible.explication)
            continue
        if ligne.telephone in connus:
            ligne.refuser(Motif.AGENT_EN_DOUBLE, "Un agent a déjà ce téléphone.")
            continue
        connus.add(ligne.telephone)
        if identite.abimee:
            ligne.reserves.append(Reserve.ENCODAGE)
        repris.append(AgentRepris(ligne, identite, ecrits.texte(ligne.donnees.get("adresse"))[:200]))
    return repris


class _Portefeuille:
    """Subscriptions with their contracts, instalments and payments. Built in the order of its methods."""

    def __init__(self, par_table: Mapping[str, list[Ligne]], contexte: Contexte) -> None:
        self.contexte, self.annee = contexte, contexte.jour.year
        self.lignes = par_table
        self.par_police: dict[str, list[Souscription]] = defaultdict(list)
        self.par_id: dict[str, list[Souscription]] = defaultdict(list)
        self.par_telephone: dict[str, list[Souscription]] = defaultdict(list)
        self.police_du_contrat: dict[str, set[str]] = defaultdict(set)

    def dossiers(self) -> list[Dossier]:
        contrats = self._contrats()
        souscriptions = self._souscriptions()
        self._departager(contrats)
        self._rattacher_contrats(contrats)
        self._rattacher_versements()
        self._rattacher_cotisations()
        for une in souscriptions:
            if une.ligne.ouverte:
                self._finir(une)
        # What hangs on a subscription that waits, waits with it.
        for une in souscriptions:
            if une.ligne.motif:
                for ligne in self._dependances(une):
                    ligne.refuser(Motif.SOUSCRIPTION_EN_QUARANTAINE, f"Motif : {Motif(une.ligne.motif).label.lower()}.")
        return self._par_client(souscriptions)

    # Contracts.

    def _contrats(self) -> dict[str, list[Contrat]]:
        """By police, the best first: the latest that can be read."""
        trouves: dict[str, list[Contrat]] = defaultdict(list)
        for ligne in self.lignes[TableReprise.CONTRATS]:
            if ligne.motif:
                continue
            d = ligne.donnees
            try:
                ligne.police = valeurs.police(d.get("police"))
            except Illisible as illisible:
                ligne.refuser(illisible.motif, illisible.explication)
                continue
            if not ligne.police:
                ligne.refuser(Motif.POLICE_ILLISIBLE, "Le contrat n'a pas de numéro de police.")
                continue
            if (ident := _id(d.get("id"))) is not None:
                self.police_du_contrat[ident].add(ligne.police)
            try:
                effet = ecrits.jour(d.get("dateeffet"), avant=self.annee + 2)
                expiration = ecrits.jour(d.get("dateexpiration"), avant=self.annee + 60)
                if effet and expiration and expiration <= effet:
                    raise Illisible(Motif.DATE_IMPOSSIBLE, "Le contrat finit avant de commencer.")
                etat = valeurs.etat(d.get("etatducontrat"))
            except Illisible as illisible:
                ligne.refuser(illisible.motif, illisible.explication)
                continue
            trouves[ligne.police].append(Contrat(ligne, effet, expiration, etat, _telephone(d)))
        for freres in trouves.values():
            freres.sort(key=lambda un: (un.ligne.placee, un.effet or date.min, un.ligne.empreinte), reverse=True)
            for autre in freres[1:]:
                if autre.ligne.ouverte:
                    autre.ligne.refuser(Motif.CONTRAT_EN_DOUBLE, "Un autre contrat porte ce numéro, plus récent.")
        return trouves

    # Subscriptions.

    def _souscriptions(self) -> list[Souscription]:
        toutes = []
        for ligne in self.lignes[TableReprise.SOUSCRIPTIONS]:
            if ligne.motif:
                continue
            une = Souscription(ligne)
            self._lire(une)
            self._indexer(une)
            toutes.append(une)
        return toutes

    def _lire(self, une: Souscription) -> None:
        ligne, d = une.ligne, une.ligne.donnees
        ligne.telephone = ligne.telephone or _telephone(d)
        try:
            valeurs.telephone(d.get("telephone"))
            une.identite = valeurs.identite(d)
            une.produit = self._produit(d.get("libelleproduit"))
            numero, deux = _police(d, une.produit)
            ligne.police = numero
            une.etat = valeurs.etat(d.get("etatducontrat"))
        except Illisible as illisible:
            if not ligne.placee:
                ligne.refuser(illisible.motif, illisible.explication)
            ligne.police = ligne.police or _police_lisible(d)
            return
        if deux:
            ligne.reserves.append(Reserve.DEUX_POLICES)
        if une.identite.abimee:
            ligne.reserves.append(Reserve.ENCODAGE)

    def _indexer(self, une: Souscription) -> None:
        if une.ligne.police:
            self.par_police[une.ligne.police].append(une)
        if (ident := _id(une.ligne.donnees.get("id"))) is not None:
            self.par_id[ident].append(une)
        if une.ligne.telephone:
            self.par_telephone[une.ligne.telephone].append(une)

    def _produit(self, libelle: Any) -> Produit:
        """The product whose code, or name, is in the label; of one only."""
        ecrit = ecrits.cle(ecrits.texte(libelle))
        possibles = [p for p in self.contexte.produits if ecrits.cle(p.code) in ecrit or ecrits.cle(p.nom) == ecrit]
        if len(possibles) != 1:
            raise Illisible(
                Motif.PRODUIT_INCONNU, f"« {ecrits.texte(libelle)[:60]} » ne désigne aucun produit, ou plusieurs."
            )
        return possibles[0]

    def _departager(self, contrats: Mapping[str, list[Contrat]]) -> None:
        """A police is one subscription's at most."""
        for numero, rivales in self.par_police.items():
            ouvertes = [une for une in rivales if une.ligne.ouverte]
            if any(une.ligne.placee and une.ligne.disparue for une in rivales):
                for une in ouvertes:
                    une.ligne.refuser(Motif.DEJA_REPRISE, "Cette souscription a été reprise sous une autre écriture.")
            elif any(une.ligne.placee for une in rivales):
                for une in ouvertes:
                    une.ligne.refuser(Motif.POLICE_EN_DOUBLE, _EN_DOUBLE.format(numero))
            elif numero in self.contexte.polices:
                for une in ouvertes:
                    une.ligne.refuser(Motif.POLICE_PRISE, f"La police {numero} est déjà attribuée chez nous.")
            elif len(ouvertes) > 1:
                elue = _elue(ouvertes, contrats.get(numero, []))
                for une in ouvertes:
                    if une is not elue:
                        une.ligne.refuser(Motif.POLICE_EN_DOUBLE, _EN_DOUBLE.format(numero))
        for freres in self.par_telephone.values():
            changees = {
                une.produit for une in freres if une.ligne.placee and une.ligne.disparue and not une.ligne.police
            }
            for une in freres:
                if une.ligne.ouverte and une.produit in changees:
                    une.ligne.refuser(
                        Motif.DEJA_REPRISE, "Une souscription de ce client a été reprise sous une autre écriture."
                    )

    def _rattacher_contrats(self, contrats: Mapping[str, list[Contrat]]) -> None:
        for numero, (contrat, *_) in contrats.items():
            titulaires = self.par_police.get(numero, [])
            retenues = [une for une in titulaires if not une.ligne.motif]
            if not titulaires:
                if contrat.ligne.ouverte:
                    contrat.ligne.refuser(Motif.SANS_SOUSCRIPTION, f"Aucune souscription ne porte la police {numero}.")
            elif not retenues:
                if contrat.ligne.ouverte:
                    contrat.ligne.refuser(Motif.SOUSCRIPTION_EN_QUARANTAINE, "Sa souscription attend.")
            else:
                retenues[0].contrat = contrat
                if contrat.telephone and contrat.telephone != retenues[0].ligne.telephone:
                    contrat.ligne.reserves.append(Reserve.CLIENT_CONTREDIT)

    # What refers to them.

    def _designees(self, reference: Any) -> list[Souscription]:
        """The subscriptions that a reference may mean: by police, else by number of the row, else by phone. Raises Illisible."""
        ecrit = ecrits.texte(reference)
        numero = "".join(ecrit.upper().split())
        ident = _id(ecrit)
        designees = self.par_police.get(numero) or (self.par_id.get(ident) if ident is not None else None)
        if designees:
            retenues = [une for une in designees if not une.ligne.motif]
            return retenues or designees
        try:
            designees = self.par_telephone.get(valeurs.telephone(reference), [])
        except Illisible:
            designees = []
        if not designees:
            raise Illisible(
                Motif.SANS_SOUSCRIPTION, f"« {ecrit[:40]} » ne désigne aucune souscription." if ecrit else ""
            )
        return designees

    def _designee(self, reference: Any) -> Souscription:
        """As `_designees`, one alone. Raises Illisible."""
        designees = self._designees(reference)
        if len(designees) > 1:
            if all(une.ligne.motif for une in designees):
                raise Illisible(Motif.SOUSCRIPTION_EN_QUARANTAINE, "Toutes celles qu'il peut désigner attendent.")
            raise Illisible(Motif.SOUSCRIPTION_AMBIGUE, f"{len(designees)} souscriptions possibles.")
        return designees[0]

    def _rattacher_versements(self) -> None:
        retires: set[int | None] = {
            ligne.souscription_id for ligne in self.lignes[TableReprise.PAIEMENTS] if ligne.placee and ligne.disparue
        }
        for ligne in self.lignes[TableReprise.PAIEMENTS]:
            if ligne.motif or ligne.placee:
                continue
            d = ligne.donnees
            try:
                une = self._designee(d.get("souscription"))
                ligne.telephone, ligne.police = une.ligne.telephone, une.ligne.police
                montant = ecrits.montant(d.get("montant"))
                statut = valeurs.statut(d.get("statut"))
                jour = ecrits.jour(d.get("date"), avant=self.annee)
                if jour is None:
                    raise Illisible(Motif.DATE_ABSENTE)
                if jour > self.contexte.jour:
                    raise Illisible(Motif.DATE_IMPOSSIBLE, "Ce paiement est daté de l'avenir.")
                operateur = mode_ecrit(
                    d.get("modepaiement"), operateur_du_client=operateur_probable(une.ligne.telephone) or ""
                )
            except Illisible as illisible:
                ligne.refuser(illisible.motif, illisible.explication)
                continue
            if une.ligne.placee and une.ligne.souscription_id in retires:
                ligne.refuser(Motif.DEJA_REPRISE, "Un paiement déjà repris de cette souscription a été changé depuis.")
                continue
            une.versements.append(Versement(ligne, montant, jour, statut == "succes", operateur))

    def _rattacher_cotisations(self) -> None:
        for ligne in self.lignes[TableReprise.COTISATIONS]:
            if ligne.motif or ligne.placee:
                continue
            d = ligne.donnees
            try:
                une = self._designee(self._police_designee(d.get("contrat")))
                ligne.telephone, ligne.police = une.ligne.telephone, une.ligne.police
                if ecrits.texte(d.get("montantpaye")):
                    ecrits.montant_ou_zero(d.get("montantpaye"))
                debut = ecrits.jour(d.get("datedebut"), avant=self.annee + 60)
                fin = ecrits.jour(d.get("datedefin"), avant=self.annee + 60)
                if debut and fin and fin < debut:
                    raise Illisible(Motif.DATE_IMPOSSIBLE, "La cotisation finit avant de commencer.")
            except Illisible as illisible:
                ligne.refuser(illisible.motif, illisible.explication)
                continue
            une.cotisations.append(ligne)

    def _police_designee(self, reference: Any) -> Any:
        ident = _id(ecrits.texte(reference))
        polices = self.police_du_contrat.get(ident, set()) if ident is not None else set()
        return next(iter(polices)) if len(polices) == 1 else reference

    def _dependances(self, une: Souscription) -> Iterable[Ligne]:
        yield from (versement.ligne for versement in une.versements)
        yield from une.cotisations
        if une.contrat is not None and une.contrat.ligne.ouverte:
            yield une.contrat.ligne

    # What it was.

    def _finir(self, une: Souscription) -> None:
        """Its premium, dates and states; a reason when they cannot be known."""
        ligne, d, produit = une.ligne, une.ligne.donnees, une.produit
        assert produit is not None  # noqa: S101 - read without fault
        contrat = une.contrat
        une.versements.sort(key=lambda un: (un.jour, un.ligne.empreinte))
        try:
            une.prime = _prime(d, contrat)
        except Illisible as illisible:
            ligne.refuser(
                illisible.motif if illisible.motif == Motif.MONTANT_EXCESSIF else Motif.PRIME_ILLISIBLE,
                illisible.explication,
            )
            return
        reussis = [un.jour for un in une.versements if un.reussi]
        etat = _etat(une, paye=bool(reussis))
        debut = (
            (contrat.effet if contrat else None)
            or min(reussis, default=None)
            or _premier_jour(une.cotisations, self.annee)
        )
        if etat in ("actif", "suspendu", "expire", "resilie") and debut is None:
            if etat != "resilie":
                ligne.refuser(Motif.DATE_ABSENTE, "Rien ne dit quand ce contrat a commencé.")
                return
            une.chemin = (RESILIEE,)
        else:
            une.chemin = _CHEMINS[etat]
        une.souscrite = min([debut or self.contexte.jour, *(un.jour for un in une.versements)])
        if debut is not None and ACTIVEE in une.chemin:
            une.periodes = _periodes(debut, contrat.expiration if contrat else None, produit.duree)
            une.fin = une.periodes[-1][1]
        _echeancier(une, produit)
        _reserves_d_argent(une)

    # By client.

    def _par_client(self, souscriptions: list[Souscription]) -> list[Dossier]:
        par_telephone: dict[str, list[Souscription]] = defaultdict(list)
        for une in souscriptions:
            a_suivre = une.ligne.placee and (
                une.versements or une.cotisations or (une.contrat is not None and une.contrat.ligne.ouverte)
            )
            if une.ligne.ouverte or a_suivre:
                par_telephone[une.ligne.telephone].append(une)
        dossiers = []
        for telephone, siennes in sorted(par_telephone.items()):
            nouvelles = [une for une in siennes if une.ligne.ouverte]
            identite = _identite(nouvelles)
            adresses = [ecrits.texte(une.ligne.donnees.get("adresse")) for une in nouvelles]
            dossiers.append(Dossier(telephone, identite, max(adresses, key=len, default="")[:200], siennes))
        return dossiers


def _identite(siennes: list[Souscription]) -> Identite | None:
    """The name written most often, else the longest; the rows that say another are marked."""
    identites = [une.identite for une in siennes if une.identite is not None]
    if not identites:
        return None
    frequence = Counter(identite.cle for identite in identites)
    retenue = max(
        identites,
        key=lambda une: (frequence[une.cle], not une.abimee, len(une.nom) + len(une.prenom), une.nom, une.prenom),
    )
    for une in siennes:
        if une.identite is not None and une.identite.cle != retenue.cle:
            une.ligne.reserves.append(Reserve.NOM_DIFFERENT)
    return retenue


def _elue(rivales: list[Souscription], contrats: list[Contrat]) -> Souscription | None:
    """The one of the contract's phone; of several rows about one client and product, the fullest. None when nothing tells."""
    if contrats and contrats[0].telephone:
        du_contrat = [une for une in rivales if une.ligne.telephone == contrats[0].telephone]
        rivales = du_contrat or rivales
    if len({(une.ligne.telephone, une.produit) for une in rivales}) > 1:
        return None
    return max(
        rivales, key=lambda une: (sum(bool(ecrits.texte(v)) for v in une.ligne.donnees.values()), une.ligne.empreinte)
    )


def _police(d: Mapping[str, Any], produit: Produit) -> tuple[str, bool]:
    """The number in the column of the product's branch, else in the other; whether they differ. Raises Illisible."""
    vie, non_vie = valeurs.police(d.get("policevie")), valeurs.police(d.get("policenonvie"))
    premiere, seconde = (vie, non_vie) if produit.branche in ("VIE", "EPG") else (non_vie, vie)
    return premiere or seconde, bool(premiere and seconde and premiere != seconde)


def _police_lisible(d: Mapping[str, Any]) -> str:
    """Either number, of a row that waits: what refers to it waits with it."""
    for colonne in ("policevie", "policenonvie"):
        try:
            if numero := valeurs.police(d.get(colonne)):
                return numero
        except Illisible:
            continue
    return ""


def _telephone(d: Mapping[str, Any]) -> str:
    try:
        return valeurs.telephone(d.get("telephone"))
    except Illisible:
        return ""


def _id(valeur: Any) -> str | None:
    """The number of a row, when it is one: too short to be a phone."""
    ecrit = ecrits.texte(valeur)
    entier = ecrit.split(".")[0]
    return entier.lstrip("0") or "0" if entier.isdecimal() and len(entier) <= 8 else None


def _prime(d: Mapping[str, Any], contrat: Contrat | None) -> int:
    try:
        return ecrits.montant(d.get("montantdelaprime"))
    except Illisible:
        if contrat is None:
            raise
        return ecrits.montant(contrat.ligne.donnees.get("montant"))


def _etat(une: Souscription, *, paye: bool) -> str:
    """What the contract says, else the subscription; money that came says more than either that none did."""
    ecrit = une.etat
    if une.contrat is not None and une.contrat.etat:
        if ecrit and ecrit != une.contrat.etat:
            une.ligne.reserves.append(Reserve.ETAT_CONTREDIT)
        ecrit = une.contrat.etat
    if not ecrit:
        manquee = valeurs.transaction_manquee(une.ligne.donnees.get("statutdelatransaction"))
        return "actif" if paye else "annule" if manquee else "en_attente"
    if paye and ecrit in ("en_attente", "annule"):
        une.ligne.reserves.append(Reserve.ETAT_CONTREDIT)
        return "actif" if ecrit == "en_attente" else "resilie"
    return ecrit


def _premier_jour(cotisations: list[Ligne], annee: int) -> date | None:
    jours = [ecrits.jour(ligne.donnees.get("datedebut"), avant=annee + 60) for ligne in cotisations]
    return min((jour for jour in jours if jour is not None), default=None)


def _periodes(debut: date, expiration: date | None, duree: int) -> list[tuple[date, date]]:
    """Terms of the product's length, the last one ending where the contract does, with a remainder shorter than half a term."""
    fin = expiration if expiration is not None and expiration > debut else debut + timedelta(days=duree)
    nombre = max(1, round((fin - debut).days / duree))
    bornes = [debut + timedelta(days=k * duree) for k in range(nombre)] + [fin]
    return list(pairwise(bornes))


def _echeancier(une: Souscription, produit: Produit) -> None:
    """NombreDeCotisation says how often, where it is a number that means something; else every month."""
    try:
        voulu = ecrits.nombre(une.ligne.donnees.get("nombredecotisation"))
    except Illisible:
        voulu = None
    une.periodicite = _PERIODICITES.get(voulu or 0, Periodicite.MENSUELLE).value
    une.nombre = min(nombre_echeances(periodicite=une.periodicite, duree_jours=produit.duree), une.prime)


def _reserves_d_argent(une: Souscription) -> None:
    """What the former database said was paid is compared with the payments that it has."""
    solde = une.ligne.montant
    if solde is not None and solde != une.total:
        une.ligne.reserves.append(Reserve.SOLDE_CONTREDIT)
        une.ligne.ecart = solde - une.total
    payees = [ligne.montant or 0 for ligne in une.cotisations]
    if payees and sum(payees) != une.total:
        une.ligne.reserves.append(Reserve.COTISATIONS_CONTREDITES)
        if une.ligne.ecart is None:
            une.ligne.ecart = sum(payees) - une.total

"""A former database of nobody, full of the faults that such bases have, with what must become of each of its rows.

The same seed gives the same rows. Faults that keep a row apart are put on files of their own, so that `attendus` is exact.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from apps.reprise.models import MotifReprise, TableReprise
from nsia_pass_api.copie import Flux
from nsia_pass_api.noms_inventes import NOMS, PRENOMS

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connexion

M, T = MotifReprise, TableReprise
COLONNES = {
    T.SOUSCRIPTIONS: (
        "Nom", "Prénom", "Téléphone", "Adresse", "PoliceNonVie", "PoliceVie", "LibelleProduit", "MontantDeLaPrime", "Solde",
        "NombreDeCotisation", "StatutDeLaTransaction", "EtatDuContrat", "agent_id",
    ),
    T.PAIEMENTS: ("souscription", "montant", "date", "statut", "mode_paiement"),
    T.CONTRATS: ("Police", "Nom", "Prénom", "Téléphone", "DateEffet", "DateExpiration", "montant", "solde", "EtatDuContrat"),
    T.COTISATIONS: ("contrat", "quittance", "DateDebut", "DateDeFin", "MontantPaye", "ResteApayer", "statut"),
    T.AGENTS: ("nom", "prenom", "telephone", "adresse", "solde"),
}  # fmt: skip
_PRODUITS = (
    ("KIMIA", "VIE", ("PASS KIMIA", "Pass Kimia", "KIMIA", "pass-kimia", " PASS  KIMIA ")),
    ("BATELA", "EPG", ("PASS BATELA", "Batela", "PASS_BATELA")),
    ("SALISA", "SAN", ("PASS SALISA", "salisa", "Pass Salisa")),
)
_ETATS = ("Actif", "actif", "ACTIF", "Active", "Actif ")
_SUCCES = ("Succès", "SUCCES", "success", "Payé", "OK", "SuccÃ¨s")
_MODES = ("MTN MoMo", "MTN", "momo", "Airtel Money", "Espèces", "ESPECES", "Mobile Money", "Chèque", "EspÃ¨ces")
_ADRESSES = ("Poto-Poto", "Bacongo", "Makélékélé", "MakÃ©lÃ©kÃ©lÃ©", "Ouenzé", "", None)


@dataclass
class Ecrite:
    """A row, with the money that it says (None: unreadable) and the reason for which it must wait, if it must."""

    table: TableReprise
    valeurs: dict[str, Any]
    argent: int | None
    motif: str = ""


@dataclass
class Dossier:
    """A client's subscription that has everything."""

    telephone: str
    souscription: Ecrite
    contrat: Ecrite
    cotisations: list[Ecrite]
    paiements: list[Ecrite]
    autres: list[Ecrite] = field(default_factory=list)

    def lignes(self) -> Iterator[Ecrite]:
        yield from (self.souscription, self.contrat, *self.cotisations, *self.paiements, *self.autres)

    def retenir(self, motif: MotifReprise) -> None:
        """The subscription waits, and all that hangs on it."""
        for ligne in self.lignes():
            ligne.motif = M.SOUSCRIPTION_EN_QUARANTAINE
        self.souscription.motif = motif


@dataclass
class AncienneBase:
    """`attendus`: rows by table and reason, the empty reason being placed; `argent`: francs in, by table and same reason."""

    lignes: list[Ecrite]

    @property
    def attendus(self) -> Counter[tuple[str, str]]:
        return Counter((ligne.table.value, str(ligne.motif)) for ligne in self.lignes)

    @property
    def argent(self) -> Counter[tuple[str, str]]:
        sommes: Counter[tuple[str, str]] = Counter()
        for ligne in self.lignes:
            sommes[ligne.table.value, str(ligne.motif)] += ligne.argent or 0
        return sommes

    def ecrire(self, connexion: "Connexion") -> None:
        """The tables are there, without a key, all in text, as the former application made them."""
        with closing(connexion.cursor()) as curseur:
            for table, colonnes in COLONNES.items():
                nom = table.label
                definition = ", ".join(f'"{colonne}" text' for colonne in colonnes)
                curseur.execute(f'CREATE TABLE "{nom}" ({definition})')
                siennes = (ligne.valeurs for ligne in self.lignes if ligne.table == table)
                copie: Any = Flux(_copie(valeurs, colonnes) for valeurs in siennes)
                curseur.copy_expert(f'COPY "{nom}" FROM STDIN', copie)
        connexion.commit()


def _copie(valeurs: dict[str, Any], colonnes: tuple[str, ...]) -> str:
    def cellule(valeur: Any) -> str:
        if valeur is None:
            return r"\N"
        return json.dumps(str(valeur), ensure_ascii=False)[1:-1].replace('\\"', '"')

    return "\t".join(cellule(valeurs.get(colonne)) for colonne in colonnes) + "\n"


def inventer(*, lignes: int, graine: int, jour: date) -> AncienneBase:
    """About `lignes` rows, a quarter of the files with a fault."""
    return _Invention(graine, jour).base(lignes)


class _Invention:
    def __init__(self, graine: int, jour: date) -> None:
        self.hasard, self.jour, self.rang = Random(graine), jour, 0  # noqa: S311 - must be the same every time

    def base(self, nombre: int) -> AncienneBase:
        ecrites: list[Ecrite] = []
        fautes = list(_FAUTES)
        while len(ecrites) < nombre:
            if fautes and (len(fautes) == len(_FAUTES) or self.hasard.random() < 0.4):
                ecrites += fautes.pop()(self)
                fautes = fautes or list(_FAUTES)
            else:
                ecrites += self.sain().lignes()
            if self.hasard.random() < 0.02:
                ecrites += self.agents()
        self.hasard.shuffle(ecrites)
        return AncienneBase(ecrites)

    def parmi(self, choix: Any) -> Any:
        return choix[int(self.hasard.random() * len(choix))]

    # What is sound, in every writing.

    def sain(self, *, paiements: int | None = None) -> Dossier:
        self.rang += 1
        rang, parmi = self.rang, self.parmi
        _, branche, libelles = parmi(_PRODUITS)
        telephone = f"+24206{rang + 1_000_000:07d}"
        police = f"CG-{2024 + rang % 2}-{branche}-{rang:06d}"
        prime = 1_200 * (1 + int(self.hasard.random() * 8))
        effet = self.jour - timedelta(days=30 + int(self.hasard.random() * 300))
        nombre = paiements if paiements is not None else 1 + int(self.hasard.random() * 3)
        versements = [
            self.paiement(parmi((police, police.lower(), telephone)), prime // 12, effet + timedelta(days=30 * k))
            for k in range(nombre)
        ]
        total = sum(v.argent or 0 for v in versements)
        nom, prenom = parmi(NOMS), parmi(PRENOMS)
        souscription = Ecrite(
            T.SOUSCRIPTIONS,
            {
                "Nom": nom,
                "Prénom": parmi((prenom, _abimer(prenom))),
                "Téléphone": self.telephone(telephone),
                "Adresse": parmi(_ADRESSES),
                "PoliceVie": police if branche != "SAN" else None,
                "PoliceNonVie": police if branche == "SAN" else "",
                "LibelleProduit": parmi(libelles),
                "MontantDeLaPrime": self.somme(prime),
                "Solde": self.somme(total),
                "NombreDeCotisation": "12",
                "StatutDeLaTransaction": "SUCCES",
                "EtatDuContrat": parmi(_ETATS),
                "agent_id": str(1 + rang % 9),
            },
            total,
        )
        contrat = Ecrite(
            T.CONTRATS,
            {
                "Police": parmi((police, f" {police.lower()} ")),
                "Nom": nom,
                "Prénom": prenom,
                "Téléphone": self.telephone(telephone),
                "DateEffet": self.date(effet),
                "DateExpiration": self.date(effet + timedelta(days=365)),
                "montant": self.somme(prime),
                "solde": self.somme(total),
                "EtatDuContrat": parmi(_ETATS),
            },
            total,
        )
        cotisations = [
            self.cotisation(police, k, prime // 12, effet + timedelta(days=30 * k), paye=k < nombre) for k in range(3)
        ]
        return Dossier(telephone, souscription, contrat, cotisations, versements)

    def paiement(self, reference: str, montant: int, jour: date) -> Ecrite:
        self.rang += 1  # keeps rows apart: nothing is doubled by chance
        valeurs = {
            "souscription": reference,
            "montant": self.somme(montant),
            "date": self.date(min(jour, self.jour))
            + f" {self.rang // 3600 % 24:02}:{self.rang // 60 % 60:02}:{self.rang % 60:02}",
            "statut": self.parmi(_SUCCES),
            "mode_paiement": self.parmi(_MODES),
        }
        return Ecrite(T.PAIEMENTS, valeurs, montant)

    def cotisation(self, police: str, rang: int, montant: int, debut: date, *, paye: bool) -> Ecrite:
        valeurs = {
            "contrat": police,
            "quittance": f"Q-{police}-{rang}",
            "DateDebut": self.date(debut),
            "DateDeFin": self.date(debut + timedelta(days=30)),
            "MontantPaye": self.somme(montant) if paye else self.parmi(("0", None, "")),
            "ResteApayer": "0" if paye else str(montant),
            "statut": "payée" if paye else "à venir",
        }
        lisible = paye or valeurs["MontantPaye"] == "0"
        return Ecrite(T.COTISATIONS, valeurs, (montant if paye else 0) if lisible else None)

    def agents(self) -> list[Ecrite]:
        self.rang += 1
        bon = {
            "nom": self.parmi(NOMS),
            "prenom": self.parmi(PRENOMS),
            "telephone": f"05 {self.rang + 1_000_000:07d}",
            "adresse": "Moungali",
            "solde": self.somme(2_500),
        }
        perdu = {**bon, "telephone": "inconnu"}
        return [
            Ecrite(T.AGENTS, bon, 2_500),
            Ecrite(T.AGENTS, dict(bon), 2_500, M.LIGNE_EN_DOUBLE),
            Ecrite(T.AGENTS, perdu, 2_500, M.TELEPHONE_INVALIDE),
        ]

    def telephone(self, telephone: str) -> str:
        """The number in one of the ways of people."""
        n = telephone[4:]
        espace = f"{n[:2]} {n[2:5]} {n[5:7]} {n[7:]}"
        formes = (
            *(telephone, n, espace, f"00242{n}", f"242{n}", f"+242 {espace}", n[1:], f"{n[1:]}.0"),
            *(f"({n[:2]}) {n[2:]}", f"{n[:2]}.{n[2:5]}.{n[5:]}", f"{espace} / 22 281 00 00"),
        )
        return str(self.parmi(formes))

    def somme(self, montant: int) -> str:
        """The amount in one of the ways of people."""
        groupe = f"{montant:,}"
        formes = (
            *(str(montant), groupe, groupe.replace(",", " "), groupe.replace(",", "\u202f"), groupe.replace(",", ".")),
            *(f"{montant}.00", f"{groupe.replace(',', ' ')},00 FCFA", f"{montant} XAF"),
        )
        return str(self.parmi(formes))

    def date(self, jour: date) -> str:
        """The day in one of the ways of people."""
        return f"{jour:{self.parmi(('%Y-%m-%d', '%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y', '%Y/%m/%d'))}}"

    # Faults: each gives the rows of a file, with what must become of them.

    def sur_souscription(self, motif: MotifReprise, **valeurs: Any) -> list[Ecrite]:
        """A subscription that cannot be placed: its payments name it by its police, which is readable."""
        dossier = self.sain()
        police = dossier.cotisations[0].valeurs["contrat"]
        dossier.souscription.valeurs |= valeurs
        for paiement in dossier.paiements:
            paiement.valeurs["souscription"] = police
        dossier.retenir(motif)
        return list(dossier.lignes())

    def sur_paiement(self, motif: MotifReprise, argent: int | None = 0, **valeurs: Any) -> list[Ecrite]:
        dossier = self.sain()
        mauvais = self.paiement(dossier.telephone, 100, self.jour - timedelta(days=1))
        mauvais.valeurs |= valeurs
        mauvais.motif = motif
        if "montant" in valeurs:
            mauvais.argent = argent
        dossier.autres.append(mauvais)
        return list(dossier.lignes())

    def sur_cotisation(self, motif: MotifReprise, argent: int | None = 100, **valeurs: Any) -> list[Ecrite]:
        dossier = self.sain()
        mauvaise = self.cotisation(dossier.cotisations[0].valeurs["contrat"], 9, 100, self.jour, paye=True)
        mauvaise.valeurs |= valeurs
        mauvaise.motif, mauvaise.argent = motif, argent
        dossier.autres.append(mauvaise)
        return list(dossier.lignes())

    def prime_illisible(self) -> list[Ecrite]:
        dossier = self.sain()
        for paiement in dossier.paiements:
            paiement.valeurs["souscription"] = dossier.telephone
        dossier.souscription.valeurs["MontantDeLaPrime"] = "gratuit"
        dossier.contrat.valeurs["montant"] = None
        dossier.retenir(M.PRIME_ILLISIBLE)
        return list(dossier.lignes())

    def sans_date(self) -> list[Ecrite]:
        dossier = self.sain(paiements=0)
        dossier.cotisations = []
        dossier.contrat.valeurs |= {"DateEffet": None, "DateExpiration": ""}
        dossier.retenir(M.DATE_ABSENTE)
        return list(dossier.lignes())

    def police_illisible(self) -> list[Ecrite]:
        """Nothing can name this subscription any more."""
        dossier = self.sain()
        mauvaise = f"CG/{self.rang}?"
        colonne = "PoliceVie" if dossier.souscription.valeurs["PoliceVie"] else "PoliceNonVie"
        dossier.souscription.valeurs[colonne] = mauvaise
        dossier.souscription.motif = M.POLICE_ILLISIBLE
        dossier.contrat.valeurs["Police"], dossier.contrat.motif = mauvaise, M.POLICE_ILLISIBLE
        for ligne, colonne in [
            *((p, "souscription") for p in dossier.paiements),
            *((c, "contrat") for c in dossier.cotisations),
        ]:
            ligne.valeurs[colonne], ligne.motif = mauvaise, M.SANS_SOUSCRIPTION
        return list(dossier.lignes())

    def police_en_double(self) -> list[Ecrite]:
        """The contract's phone tells which of two clients has the police."""
        bon, intrus = self.sain(), self.sain()
        for colonne in ("PoliceVie", "PoliceNonVie", "LibelleProduit"):
            intrus.souscription.valeurs[colonne] = bon.souscription.valeurs[colonne]
        for paiement in intrus.paiements:
            paiement.valeurs["souscription"] = intrus.telephone
        intrus.retenir(M.POLICE_EN_DOUBLE)
        intrus.contrat.motif = M.SANS_SOUSCRIPTION
        for cotisation in intrus.cotisations:
            cotisation.motif = M.SANS_SOUSCRIPTION
        return [*bon.lignes(), *intrus.lignes()]

    def ligne_en_double(self) -> list[Ecrite]:
        dossier = self.sain()
        for ligne in list(dossier.lignes()):
            dossier.autres.append(Ecrite(ligne.table, dict(ligne.valeurs), ligne.argent, M.LIGNE_EN_DOUBLE))
        return list(dossier.lignes())

    def lignes_vides(self) -> list[Ecrite]:
        return [
            Ecrite(table, dict.fromkeys(COLONNES[table], self.parmi((None, "", "  "))), None, M.LIGNE_VIDE)
            for table in T
        ]

    def souscription_ambigue(self) -> list[Ecrite]:
        """A client of two contracts, and a payment that names her phone alone."""
        un, deux = self.sain(), self.sain()
        for ligne in (deux.souscription, deux.contrat):
            ligne.valeurs["Téléphone"] = un.telephone
        for dossier in (un, deux):
            for paiement in dossier.paiements:
                paiement.valeurs["souscription"] = dossier.cotisations[0].valeurs["contrat"]
        vague = self.paiement(un.telephone, 300, self.jour - timedelta(days=2))
        vague.motif = M.SOUSCRIPTION_AMBIGUE
        return [*un.lignes(), *deux.lignes(), vague]

    def contrat_orphelin(self) -> list[Ecrite]:
        dossier = self.sain()
        dossier.contrat.motif = M.SANS_SOUSCRIPTION
        return [dossier.contrat]

    def contrat_en_double(self) -> list[Ecrite]:
        dossier = self.sain()
        ancien = self.jour - timedelta(days=1_500)
        valeurs = {**dossier.contrat.valeurs, "DateEffet": self.date(ancien), "DateExpiration": self.date(self.jour)}
        dossier.autres.append(Ecrite(T.CONTRATS, valeurs, dossier.contrat.argent, M.CONTRAT_EN_DOUBLE))
        return list(dossier.lignes())

    def contrat_sans_date_possible(self) -> list[Ecrite]:
        """The first payment says when it began."""
        dossier = self.sain()
        dossier.contrat.valeurs["DateEffet"] = "31/02/2025"
        dossier.contrat.motif = M.DATE_IMPOSSIBLE
        return list(dossier.lignes())

    def contredits(self) -> list[Ecrite]:
        """Placed all the same: another name and another balance."""
        dossier = self.sain()
        dossier.souscription.valeurs["Solde"], dossier.souscription.argent = "1 000 000", 1_000_000
        return list(dossier.lignes())

    def prospect(self) -> list[Ecrite]:
        """Without police, contract nor payment."""
        dossier = self.sain(paiements=0)
        vide = {"PoliceVie": None, "PoliceNonVie": None, "EtatDuContrat": "En attente"}
        dossier.souscription.valeurs |= vide
        return [dossier.souscription]

    def essai_echoue(self) -> list[Ecrite]:
        dossier = self.sain()
        rate = self.paiement(dossier.telephone, 700, self.jour - timedelta(days=3))
        rate.valeurs["statut"] = self.parmi(("Echec", "ÉCHOUÉ", "failed"))
        return [*dossier.lignes(), rate]


def _abimer(texte: str) -> str:
    return (
        texte.encode().decode("cp1252", errors="ignore") if texte != texte.encode("ascii", "ignore").decode() else texte
    )


_FAUTES: tuple[Callable[[_Invention], list[Ecrite]], ...] = (
    lambda i: i.sur_souscription(M.TELEPHONE_INVALIDE, Téléphone=i.parmi(("06 12", "22 281 12 34", "+33612345678", "demander"))),
    lambda i: i.sur_souscription(M.TELEPHONE_ABSENT, Téléphone=i.parmi((None, "", "NULL"))),
    lambda i: i.sur_souscription(M.NOM_ABSENT, Nom=None, Prénom=""),
    lambda i: i.sur_souscription(M.PRODUIT_INCONNU, LibelleProduit=i.parmi(("PASS", "Auto", None, "KIMIA/SALISA"))),
    lambda i: i.sur_souscription(M.ETAT_INCONNU, EtatDuContrat="???"),
    lambda i: i.sur_paiement(M.MONTANT_ILLISIBLE, None, montant=i.parmi(("mille", "12,5", "1e", "#REF!"))),
    lambda i: i.sur_paiement(M.MONTANT_ABSENT, None, montant=None),
    lambda i: i.sur_paiement(M.MONTANT_NEGATIF, -500, montant=i.parmi(("-500", "- 500", "(500)"))),
    lambda i: i.sur_paiement(M.MONTANT_NUL, 0, montant="0"),
    lambda i: i.sur_paiement(M.MONTANT_EXCESSIF, 99_999_999_999, montant="99999999999"),
    lambda i: i.sur_paiement(M.DATE_IMPOSSIBLE, date=i.parmi(("31/02/2025", "0000-00-00", "hier", "01/01/1900"))),
    lambda i: i.sur_paiement(M.DATE_ABSENTE, date=""),
    lambda i: i.sur_paiement(M.STATUT_INCONNU, statut=i.parmi(("?", None, "peut-être"))),
    lambda i: i.sur_paiement(M.STATUT_INDECIS, statut=i.parmi(("En attente", "PENDING", "en cours"))),
    lambda i: i.sur_paiement(M.MODE_INCONNU, mode_paiement=i.parmi(("troc", None))),
    lambda i: i.sur_paiement(M.SANS_SOUSCRIPTION, souscription=i.parmi(("CG-1999-VIE-1", "06 999 99 99", None, "Jean"))),
    lambda i: i.sur_cotisation(M.MONTANT_ILLISIBLE, None, MontantPaye="abc"),
    lambda i: i.sur_cotisation(M.MONTANT_NEGATIF, -100, MontantPaye="-100"),
    lambda i: i.sur_cotisation(M.DATE_IMPOSSIBLE, DateDebut="30/02/2025"),
    lambda i: i.sur_cotisation(M.SANS_SOUSCRIPTION, contrat="CG-1999-VIE-1"),
    _Invention.prime_illisible,
    _Invention.sans_date,
    _Invention.police_illisible,
    _Invention.police_en_double,
    _Invention.ligne_en_double,
    _Invention.lignes_vides,
    _Invention.souscription_ambigue,
    _Invention.contrat_orphelin,
    _Invention.contrat_en_double,
    _Invention.contrat_sans_date_possible,
    _Invention.contredits,
    _Invention.prospect,
    _Invention.essai_echoue,
    lambda i: i.agents(),
)  # fmt: skip

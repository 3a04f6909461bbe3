"""What the views and the day's cycle must say, counted again in plain Python from the rows and docs/spec/pass.md alone.

Slow and literal on purpose: one loop a sentence of the specification, no SQL, nothing of `schedule` or `lifecycle`.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from apps.borne_auth.models import Agent
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
    NumeroPolice,
    PeriodeCouverture,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_payments.models import PaiementPass
from apps.pass_products.models import Garantie, ProduitPass

BRAZZAVILLE = ZoneInfo("Africa/Brazzaville")

Ligne = dict[str, Any]


@dataclass(frozen=True)
class Donnees:
    """The rows of the tables, grouped by what they hang on, and the day on which one looks."""

    jour: date
    clients: dict[int, Ligne]
    produits: dict[int, Ligne]
    agents: dict[int, Ligne]
    souscriptions: dict[int, Ligne]
    polices: dict[int, Ligne]
    garanties: dict[int, list[Ligne]]
    periodes: dict[int, list[Ligne]]
    beneficiaires: dict[int, list[Ligne]]
    paiements: dict[int, list[Ligne]]
    transitions: dict[int, list[Ligne]]


@dataclass(frozen=True)
class Echeance:
    periode: int
    numero: int
    debut: date
    fin: date
    montant: int
    paye: int

    @property
    def reste(self) -> int:
        return self.montant - self.paye


def lire(jour: date) -> Donnees:
    return Donnees(
        jour=jour,
        clients={ligne["id"]: ligne for ligne in ClientPass.objects.values()},
        produits={ligne["id"]: ligne for ligne in ProduitPass.objects.values()},
        agents={ligne["id"]: ligne for ligne in Agent.objects.values()},
        souscriptions={ligne["id"]: ligne for ligne in SouscriptionPass.objects.values()},
        polices={ligne["souscription_id"]: ligne for ligne in NumeroPolice.objects.values()},
        garanties=_par(Garantie.objects.order_by("id").values(), "produit_id"),
        periodes=_par(PeriodeCouverture.objects.order_by("date_debut").values(), "souscription_id"),
        beneficiaires=_par(BeneficiairePass.objects.order_by("ordre_priorite").values(), "souscription_id"),
        paiements=_par(PaiementPass.objects.order_by("id").values(), "souscription_id"),
        transitions=_par(TransitionSouscription.objects.order_by("id").values(), "souscription_id"),
    )


def _par(lignes: Any, cle: str) -> dict[int, list[Ligne]]:
    groupes: dict[int, list[Ligne]] = defaultdict(list)
    for ligne in lignes:
        groupes[ligne[cle]].append(ligne)
    return groupes


def reussis(donnees: Donnees, souscription: int) -> list[Ligne]:
    return [paiement for paiement in donnees.paiements[souscription] if paiement["statut"] == "succes"]


def total_paye(donnees: Donnees, souscription: int) -> int:
    return sum(paiement["montant"] - paiement["frais"] for paiement in reussis(donnees, souscription))


def repartir(total: int, parts: int) -> list[int]:
    """`total` in `parts` whole parts as equal as can be: the remainder gains a unit each time it has grown to one."""
    base, reste = divmod(total, parts)
    resultat, cumul = [], 0
    for _ in range(parts):
        cumul += reste
        resultat.append(base + cumul // parts)
        cumul %= parts
    return resultat


def echeances(donnees: Donnees, souscription: int) -> list[Echeance]:
    """All instalments, oldest first; money fills each one before it goes to the next."""
    a_placer = total_paye(donnees, souscription)
    resultat = []
    for periode in donnees.periodes[souscription]:
        debut, nombre = periode["date_debut"], periode["nombre_echeances"]
        durees = repartir((periode["date_fin"] - debut).days, nombre)
        for numero, (jours, montant) in enumerate(
            zip(durees, repartir(periode["prime"], nombre), strict=True), start=1
        ):
            paye = min(a_placer, montant)
            a_placer -= paye
            resultat.append(
                Echeance(
                    periode=periode["numero"],
                    numero=numero,
                    debut=debut,
                    fin=debut + timedelta(days=jours),
                    montant=montant,
                    paye=paye,
                )
            )
            debut += timedelta(days=jours)
    return resultat


def polices_en_vigueur(donnees: Donnees) -> list[Ligne]:
    return [police for police in donnees.polices.values() if police["statut"] != "annule"]


def contrats(donnees: Donnees) -> list[Ligne]:
    lignes = []
    for police in polices_en_vigueur(donnees):
        souscription = donnees.souscriptions[police["souscription_id"]]
        client, produit = donnees.clients[souscription["client_id"]], donnees.produits[souscription["produit_id"]]
        periodes = donnees.periodes[souscription["id"]]
        agent = donnees.agents.get(police["agent_attribueur_id"])
        lignes.append(
            {
                "police": police["numero_police"],
                "souscription_id": souscription["id"],
                "numero_souscription": souscription["numero_souscription"],
                "client_id": client["id"],
                "nom": client["nom"],
                "prenom": client["prenom"],
                "telephone": client["telephone"],
                "produit_id": produit["id"],
                "code_produit": produit["code_pass"],
                "nom_produit": produit["nom_pass"],
                "categorie": produit["categorie"],
                "etat_du_contrat": _etat(donnees, souscription, police),
                "etat_depuis": _etat_depuis(donnees, souscription),
                "date_effet": periodes[0]["date_debut"] if periodes else None,
                "date_expiration": periodes[-1]["date_fin"] if periodes else None,
                "prime": periodes[-1]["prime"] if periodes else souscription["montant_souscription"],
                "periodicite": periodes[-1]["periodicite"] if periodes else souscription["periodicite"],
                "mode_attribution": police["mode_attribution"],
                "attribueur": f"{agent['first_name']} {agent['last_name']}" if agent else None,
                "date_attribution": police["date_attribution"],
            }
        )
    return lignes


def _etat(donnees: Donnees, souscription: Ligne, police: Ligne) -> str:
    statut, periodes = souscription["statut"], donnees.periodes[souscription["id"]]
    if statut == "resiliee":
        return "Résilié"
    if statut == "expiree":
        return "Expiré"
    if statut in ("en_cours", "annulee"):
        return "Suspendu" if police["statut"] == "suspendu" else "En attente"
    if statut == "activee" and periodes and periodes[-1]["date_fin"] <= donnees.jour:
        return "Expiré"  # the day's cycle has not passed yet
    return "Suspendu" if statut == "suspendue" or police["statut"] == "suspendu" else "Actif"


def _etat_depuis(donnees: Donnees, souscription: Ligne) -> date | None:
    if souscription["statut"] == "resiliee":
        return souscription["date_resiliation"]
    if souscription["statut"] != "suspendue":
        return None
    suspensions = [un for un in donnees.transitions[souscription["id"]] if un["vers"] == "suspendue"]
    return suspensions[-1]["date_transition"].astimezone(BRAZZAVILLE).date() if suspensions else None


def cotisations(donnees: Donnees) -> list[Ligne]:
    lignes = []
    for police in polices_en_vigueur(donnees):
        souscription = donnees.souscriptions[police["souscription_id"]]
        for echeance in echeances(donnees, souscription["id"]):
            numero = f"{echeance.periode}-{echeance.numero:02d}"
            lignes.append(
                {
                    "numero_quittance": f"QT-{souscription['numero_souscription']}-{numero}",
                    "police": police["numero_police"],
                    "souscription_id": souscription["id"],
                    "client_id": souscription["client_id"],
                    "periode": echeance.periode,
                    "numero": echeance.numero,
                    "date_debut": echeance.debut,
                    "date_fin": echeance.fin,
                    "date_echeance": echeance.debut,
                    "montant": echeance.montant,
                    "montant_paye": echeance.paye,
                    "reste_a_payer": echeance.reste,
                    "statut": _statut(donnees, souscription, echeance),
                }
            )
    return lignes


def _due(souscription: Ligne, echeance: Echeance) -> bool:
    """A terminated contract owes only what fell due before its end."""
    return souscription["date_resiliation"] is None or echeance.debut < souscription["date_resiliation"]


def _en_retard(donnees: Donnees, souscription: Ligne, echeance: Echeance) -> bool:
    return echeance.reste > 0 and echeance.debut < donnees.jour and _due(souscription, echeance)


def _statut(donnees: Donnees, souscription: Ligne, echeance: Echeance) -> str:
    if echeance.reste == 0:
        return "payee"
    if _en_retard(donnees, souscription, echeance):
        return "en_retard"
    return "partielle" if echeance.paye else "a_venir"


def _dernier_jour_compte(donnees: Donnees, souscription: Ligne) -> date:
    """Lateness and interest stop growing when the contract is terminated."""
    if souscription["date_resiliation"] is None:
        return donnees.jour
    return min(donnees.jour, souscription["date_resiliation"])


def soldes_contrats(donnees: Donnees) -> list[Ligne]:
    lignes = []
    for police in polices_en_vigueur(donnees):
        souscription = donnees.souscriptions[police["souscription_id"]]
        toutes = echeances(donnees, souscription["id"])
        dues = [echeance for echeance in toutes if _due(souscription, echeance)]
        retards = [echeance for echeance in dues if _en_retard(donnees, souscription, echeance)]
        a_venir = [echeance for echeance in dues if echeance.debut >= donnees.jour and echeance.reste]
        total = total_paye(donnees, souscription["id"])
        epargne = _epargne(donnees, souscription)
        lignes.append(
            {
                "police": police["numero_police"],
                "souscription_id": souscription["id"],
                "client_id": souscription["client_id"],
                "du_a_ce_jour": sum(echeance.montant for echeance in dues if echeance.debut <= donnees.jour),
                "total_paye": total,
                "reste_a_payer": sum(echeance.reste for echeance in dues),
                "montant_en_retard": sum(echeance.reste for echeance in retards),
                "jours_de_retard": (_dernier_jour_compte(donnees, souscription) - retards[0].debut).days
                if retards
                else 0,
                "avoir": max(0, total - sum(echeance.montant for echeance in toutes)),
                "prochaine_echeance_date": a_venir[0].debut if a_venir else None,
                "prochaine_echeance_montant": a_venir[0].reste if a_venir else None,
                "solde_epargne": epargne,
                "solde": total if epargne is None else epargne,
            }
        )
    return lignes


def _epargne(donnees: Donnees, souscription: Ligne) -> int | None:
    """Net contributions and their simple interest, day by day over years of 365 days, rounded down once."""
    produit = donnees.produits[souscription["produit_id"]]
    if produit["categorie"] != "epargne":
        return None
    taux = produit["taux_epargne"] if souscription["taux_epargne"] is None else souscription["taux_epargne"]
    arret, interets = _dernier_jour_compte(donnees, souscription), Fraction(0)
    for paiement in reussis(donnees, souscription["id"]):
        jours = max(0, (arret - paiement["date_comptable"]).days)
        interets += Fraction(paiement["montant"] - paiement["frais"]) * Fraction(taux) / 100 * jours / 365
    return total_paye(donnees, souscription["id"]) + math.floor(interets)


def vue_dashboard_pass(donnees: Donnees) -> list[Ligne]:
    soldes = soldes_contrats(donnees)
    lignes = []
    for client in donnees.clients:
        siennes = [ligne for ligne in donnees.souscriptions.values() if ligne["client_id"] == client]
        paiements = [paiement for ligne in siennes for paiement in reussis(donnees, ligne["id"])]
        dernier = max(paiements, key=lambda paiement: (paiement["date_confirmation"], paiement["id"]), default=None)
        compte = {
            f"nombre_{pluriel}": sum(ligne["statut"] == statut for ligne in siennes)
            for statut, pluriel in (
                ("en_cours", "en_cours"),
                ("activee", "activees"),
                ("suspendue", "suspendues"),
                ("expiree", "expirees"),
                ("annulee", "annulees"),
                ("resiliee", "resiliees"),
            )
        }
        lignes.append(
            {
                "client_id": client,
                "nombre_souscriptions": len(siennes),
                **compte,
                "valeur_totale": sum(
                    ligne["montant_souscription"] for ligne in siennes if ligne["statut"] != "annulee"
                ),
                "total_paye": sum(total_paye(donnees, ligne["id"]) for ligne in siennes),
                "dernier_paiement_date": dernier["date_confirmation"] if dernier else None,
                "dernier_paiement_montant": dernier["montant"] if dernier else None,
                "solde_global": sum(ligne["solde"] for ligne in soldes if ligne["client_id"] == client),
            }
        )
    return lignes


def vue_souscriptions_pass_completes(donnees: Donnees) -> list[Ligne]:
    lignes = []
    for souscription in donnees.souscriptions.values():
        client, produit = donnees.clients[souscription["client_id"]], donnees.produits[souscription["produit_id"]]
        periodes, police = donnees.periodes[souscription["id"]], donnees.polices.get(souscription["id"])
        communs = ("numero_souscription", "statut", "montant_souscription", "periodicite", "canal")
        lignes.append(
            {
                "souscription_id": souscription["id"],
                **{champ: souscription[champ] for champ in communs},
                "date_souscription": souscription["date_souscription"],
                "date_activation": souscription["date_activation"],
                "police": police["numero_police"] if police and police["statut"] != "annule" else None,
                "client_id": client["id"],
                "nom": client["nom"],
                "prenom": client["prenom"],
                "telephone": client["telephone"],
                "produit_id": produit["id"],
                "code_produit": produit["code_pass"],
                "nom_produit": produit["nom_pass"],
                "date_debut": periodes[0]["date_debut"] if periodes else None,
                "date_fin": periodes[-1]["date_fin"] if periodes else None,
                "total_paye": total_paye(donnees, souscription["id"]),
                "garanties": [_garantie(garantie) for garantie in donnees.garanties[produit["id"]]],
                "beneficiaires": [
                    _beneficiaire(beneficiaire)
                    for beneficiaire in donnees.beneficiaires[souscription["id"]]
                    if beneficiaire["statut"] == "actif"
                ],
            }
        )
    return lignes


def _garantie(garantie: Ligne) -> Ligne:
    fiche = {champ: valeur for champ, valeur in garantie.items() if champ not in ("id", "produit_id")}
    return fiche | {"taux": None if garantie["taux"] is None else str(garantie["taux"])}


def _beneficiaire(beneficiaire: Ligne) -> Ligne:
    fiche = {champ: valeur for champ, valeur in beneficiaire.items() if champ != "souscription_id"}
    naissance = beneficiaire["date_naissance"]
    return fiche | {"date_naissance": None if naissance is None else naissance.isoformat()}


def etats_traverses(donnees: Donnees, souscription: int, *, delai_heures: int) -> list[str]:
    """The states through which the cycle of `donnees.jour` takes a subscription, its own first; one alone: it stays there."""
    ligne = donnees.souscriptions[souscription]
    statut, periodes = ligne["statut"], donnees.periodes[souscription]
    if statut == "en_cours":
        return [statut, "annulee"] if _abandonnee(donnees, ligne, delai_heures) else [statut]
    if statut not in ("activee", "suspendue") or not periodes:
        return [statut]
    grace = timedelta(days=donnees.produits[ligne["produit_id"]]["delai_grace_jours"])
    impayee = any(
        echeance.reste > 0 and echeance.debut + grace < donnees.jour for echeance in echeances(donnees, souscription)
    )
    finie = periodes[-1]["date_fin"] <= donnees.jour
    if statut == "activee":
        return [statut, "expiree"] if finie else [statut, "suspendue"] if impayee else [statut]
    if impayee or _suspendue_depuis(donnees, souscription):
        return [statut]
    return [statut, "activee", "expiree"] if finie else [statut, "activee"]


def _suspendue_depuis(donnees: Donnees, souscription: int) -> bool:
    """Its state was decided on a later day than the one that is looked at."""
    passages = [ligne["date_transition"].astimezone(BRAZZAVILLE).date() for ligne in donnees.transitions[souscription]]
    return any(jour > donnees.jour for jour in passages)


def _abandonnee(donnees: Donnees, souscription: Ligne, delai_heures: int) -> bool:
    """Nothing was paid within the delay, which ends before the day begins, and no answer is awaited."""
    vus = {paiement["statut"] for paiement in donnees.paiements[souscription["id"]]}
    if vus & {"initie", "en_cours", "en_verification", "succes"}:
        return False
    minuit = datetime(donnees.jour.year, donnees.jour.month, donnees.jour.day, tzinfo=BRAZZAVILLE)
    return bool(souscription["date_souscription"] + timedelta(hours=delai_heures) < minuit)

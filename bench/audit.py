"""What the audit costs: the same writes with its triggers and without, in copies of the same database.

Triggers are switched off table by table, and the context is told only where they are on: what differs is all that the audit
adds, in Python and in PostgreSQL.
"""

from collections.abc import Callable
from datetime import timedelta

from apps.borne_auth.audit import modeles_suivis
from apps.essais.portfolio import generer_portefeuille
from apps.pass_clients.models import SouscriptionPass
from apps.pass_clients.services import attribuer_polices
from apps.pass_payments.lifecycle import appliquer, decider
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.services.reglement import regler
from bench.databases import GRAINE, copie, jour_de, lire, nom_de
from bench.report import Resultat, temps
from bench.timing import entrelacer
from nsia_pass_api.audit import au_nom_de, de_la_commande
from nsia_pass_api.dates import maintenant

TITRE = "audit"
EXPLICATION = (
    "The same writes with the audit's triggers and context, and without: payments asked for and settled one after another, "
    "all polices of the portfolio, a day of `cycle_de_vie`, `generer_portefeuille`, one UPDATE of a quarter of the payments."
)
AU_PLUS = 1.6
PAYEUR = "+242066123456"


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    manches, reglements, nouvelles = (3, 40, 2_000) if rapide else (5, 300, 20_000)
    with copie(nom_de(grand)):
        actes = {
            f"{reglements} settlements": (_reglements(reglements), lambda: None),
            f"attribuer_polices, {grand:,}": (attribuer_polices, _sans_polices),
            "cycle_de_vie, one more day": (_jours(nom_de(grand)), lambda: None),
            f"generer_portefeuille, {nouvelles:,}": (
                lambda: generer_portefeuille(nombre=nouvelles, graine=GRAINE),
                lambda: None,
            ),
            "UPDATE of a quarter of the payments": (_changer_un_quart, lambda: None),
        }
        return [_comparer(nom, faire, avant, manches) for nom, (faire, avant) in actes.items()]


def _comparer(nom: str, faire: Callable[[], object], avant: Callable[[], object], manches: int) -> Resultat:
    def avec(_: int) -> None:
        with au_nom_de(de_la_commande("bench")):
            faire()

    def sans(_: int) -> None:
        faire()

    rang = 0

    def preparer(_: int) -> None:
        # entrelacer turns the order round each turn: what comes next is known by counting.
        nonlocal rang
        tour, place = divmod(rang, 2)
        declencheurs(allumes=(tour + place) % 2 == 0)
        rang += 1
        avant()

    mesure = entrelacer({"with": avec, "without": sans}, manches=manches, echauffement=1, avant=preparer)
    return temps(mesure, ours="with", floor="without", nom=nom, au_plus=AU_PLUS)


def declencheurs(*, allumes: bool) -> None:
    verbe = "ENABLE" if allumes else "DISABLE"
    for table in modeles_suivis():
        for acte in ("ajout", "changement", "suppression", "vidage"):
            lire(f"ALTER TABLE {table} {verbe} TRIGGER audit_{acte}")


def _reglements(nombre: int) -> Callable[[], None]:
    souscriptions = list(
        SouscriptionPass.objects.filter(statut="activee")
        .exclude(paiements__statut__in=["initie", "en_cours"])
        .order_by("pk")[:nombre]
    )

    def regler_tous() -> None:
        for souscription in souscriptions:
            paiement = enregistrer_demande(
                souscription=souscription,
                montant=100,
                type_paiement="cotisation",
                operateur="mtn_money",
                numero_payeur=PAYEUR,
                limite=maintenant() + timedelta(minutes=10),
                a_suivre_le=maintenant(),
            )
            constat = Constat(etat=Etat.REUSSI, montant=100, devise="XAF", telephone=PAYEUR, code_confirmation="1")
            regler(paiement=paiement, constat=constat, source="suivi")

    return regler_tous


def _sans_polices() -> None:
    lire("ALTER TABLE numeros_police_congo DISABLE TRIGGER audit_vidage; TRUNCATE numeros_police_congo")
    lire("ALTER TABLE numeros_police_congo ENABLE TRIGGER audit_vidage; CHECKPOINT")


def _jours(nom: str) -> Callable[[], None]:
    jour = jour_de(nom)

    def un_jour() -> None:
        nonlocal jour
        jour += timedelta(days=1)
        appliquer(decisions=decider(jour=jour), jour=jour)

    return un_jour


def _changer_un_quart() -> None:
    lire("UPDATE paiements_pass SET code_confirmation = code_confirmation || 'x' WHERE id % 4 = 0")

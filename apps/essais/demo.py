"""The demonstration portfolio of `fixtures/portefeuille_demo.json`, lived day by day until today through the services.

Nothing is written behind their back: a subscription is late, suspended or expired because the rules made it so. Moments are
written « 200 j 08:40 », days before today and time in Brazzaville.

An app says its own rows in its `demo.py`: `preparer(fiches, agents)` writes what lives need before any is lived, `fiches` being
the new clients of the file; `raconter(fiches)` adds to the lives that were lived, and answers how many rows it wrote by kind.
Apps are asked from the lowest up.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from apps.essais.errors import BaseDeProduction
from apps.pass_clients.models import (
    CANAUX_QUI_PROUVENT,
    BeneficiairePass,
    ClientPass,
    Contrat,
    NumeroPolice,
    PreuveTelephone,
    SouscriptionPass,
    StatutSouscription,
)
from apps.pass_clients.selectors import agence_nommee
from apps.pass_clients.services import (
    ajouter_beneficiaire,
    attribuer_police,
    changer_statut,
    enregistrer_client,
    souscrire,
)
from apps.pass_payments.lifecycle import Decision, appliquer
from apps.pass_payments.models import EvenementPaiement, PaiementPass, StatutPaiement, TypePaiement
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services import changer_statut_paiement, enregistrer_demande
from apps.pass_payments.services.reglement import regler
from apps.pass_products.models import ProduitPass
from nsia_pass_api.dates import aujourdhui, maintenant
from nsia_pass_api.registre import modules

PORTEFEUILLE = settings.BASE_DIR / "fixtures" / "portefeuille_demo.json"

# The nightly run of cycle_de_vie, and how long a phone's owner takes to type her PIN or to let the prompt go.
_HEURE_DU_CYCLE = time(2, 0)
_REPONSE, _ABANDON = timedelta(seconds=40), timedelta(minutes=5)


@dataclass(frozen=True)
class Chargement:
    """`ecrits`: rows written by kind, none when all clients were known; `contrats`: those of the file's clients, to try them."""

    ecrits: dict[str, int]
    deja_connus: list[str]
    contrats: list[Contrat]


@dataclass
class _Rejeu:
    """What will have happened to the subscriptions of the demonstration until `jour`, today."""

    jour: date = field(default_factory=aujourdhui)
    souscriptions: list[int] = field(default_factory=list)
    faits: dict[date, list[tuple[datetime, Callable[[], object]]]] = field(default_factory=lambda: defaultdict(list))

    def moment(self, texte: str) -> datetime:
        """« 200 j 08:40 »: two hundred days ago at twenty to nine, in Brazzaville."""
        jours, _, heure = texte.split()
        return _heure(self.jour - timedelta(days=int(jours)), time.fromisoformat(heure))

    def prevoir(self, quand: datetime, fait: Callable[[], object]) -> None:
        self.faits[timezone.localdate(quand)].append((quand, fait))

    def jouer(self) -> None:
        """Everything has happened: each night the day's cycle, then what was foreseen for that day."""
        decisions = [Decision(souscription, ()) for souscription in self.souscriptions]
        jour = min(self.faits)
        while jour <= self.jour:
            appliquer(decisions=decisions, jour=jour, quand=min(_heure(jour, _HEURE_DU_CYCLE), maintenant()))
            for _, fait in sorted(self.faits[jour], key=itemgetter(0)):
                fait()
            jour += timedelta(days=1)


def _heure(jour: date, heure: time) -> datetime:
    return timezone.make_aware(datetime.combine(jour, heure))


def lire_portefeuille() -> dict[str, Any]:
    portefeuille: dict[str, Any] = json.loads(PORTEFEUILLE.read_text(encoding="utf-8"))
    return portefeuille


@transaction.atomic
def charger_portefeuille(*, portefeuille: dict[str, Any], simulation: bool = False) -> Chargement:
    """Clients of `portefeuille` whose phone was unknown exist with all their history; the others are left as they are.

    All or nothing; nothing at all with `simulation`. The catalogue is completed if a product is missing. Raises BaseDeProduction.
    """
    if settings.PRODUCTION and not settings.DONNEES_DE_TEST_AUTORISEES:
        raise BaseDeProduction
    telephones = [fiche["telephone"] for fiche in portefeuille["clients"]]
    connus = set(ClientPass.objects.filter(telephone__in=telephones).values_list("telephone", flat=True))
    nouveaux = [fiche for fiche in portefeuille["clients"] if fiche["telephone"] not in connus]
    chargement = Chargement(
        ecrits=_ecrire(nouveaux, agents=portefeuille["agents"]) if nouveaux else {},
        deja_connus=[_nom(fiche) for fiche in portefeuille["clients"] if fiche["telephone"] in connus],
        contrats=list(Contrat.objects.filter(telephone__in=telephones).order_by("souscription_id")),
    )
    transaction.set_rollback(simulation)
    return chargement


def _ecrire(fiches: list[dict[str, Any]], *, agents: list[dict[str, Any]]) -> dict[str, int]:
    for app in modules("demo"):
        if hasattr(app, "preparer"):
            app.preparer(fiches=fiches, agents=agents)
    produits = {produit.code_pass: produit for produit in ProduitPass.objects.all()}
    emails = [fiche["email"] for fiche in agents]
    equipe: dict[str, AbstractBaseUser] = {
        agent.email: agent for agent in get_user_model().objects.filter(email__in=emails)
    }
    rejeu = _Rejeu()
    for fiche in fiches:
        etat_civil = {champ: valeur for champ, valeur in fiche.items() if champ != "souscriptions"}
        premiere = min(rejeu.moment(souscription["le"]) for souscription in fiche["souscriptions"])
        suivi_par = equipe.get(etat_civil.pop("suivi_par", ""))
        nom = etat_civil.pop("agence", "")
        agence = agence_nommee(nom) if nom else None
        client = enregistrer_client(**etat_civil, agence=agence, suivi_par=suivi_par, cree_le=premiere)
        for demande in fiche["souscriptions"]:
            _souscrire(demande, client=client, produit=produits[demande["produit"]], equipe=equipe, rejeu=rejeu)
    rejeu.jouer()
    ecrits = _compter(rejeu.souscriptions, clients=len(fiches))
    for app in modules("demo"):
        if hasattr(app, "raconter"):
            ecrits |= app.raconter(fiches=fiches)
    return ecrits


def _souscrire(
    fiche: dict[str, Any],
    *,
    client: ClientPass,
    produit: ProduitPass,
    equipe: dict[str, AbstractBaseUser],
    rejeu: _Rejeu,
) -> None:
    souscription = souscrire(
        client=client,
        produit=produit,
        montant=fiche["montant"],
        periodicite=fiche["periodicite"],
        canal=fiche["canal"],
        # Each has paid from the own phone.
        preuve=CANAUX_QUI_PROUVENT.get(fiche["canal"], PreuveTelephone.PAIEMENT),
        date_souscription=rejeu.moment(fiche["le"]),
    )
    rejeu.souscriptions.append(souscription.pk)
    for beneficiaire in fiche["beneficiaires"]:
        ajouter_beneficiaire(souscription=souscription, **beneficiaire)
    for paiement in fiche["paiements"]:
        quand, acteur = rejeu.moment(paiement["le"]), equipe.get(paiement.get("agent", ""))
        rejeu.prevoir(quand, partial(_payer, paiement, souscription=souscription, acteur=acteur, quand=quand))
    if police := fiche.get("police"):
        quand, agent = _moment_police(police, rejeu=rejeu), equipe.get(police.get("agent", ""))
        rejeu.prevoir(quand, partial(_attribuer, police, souscription=souscription, agent=agent, quand=quand))
    if resiliation := fiche.get("resiliation"):
        quand = rejeu.moment(resiliation["le"])
        rejeu.prevoir(
            quand,
            partial(
                changer_statut,
                souscription=souscription,
                vers=StatutSouscription.RESILIEE,
                motif=resiliation["motif"],
                acteur=equipe[resiliation["agent"]],
                quand=quand,
            ),
        )


def _payer(
    fiche: dict[str, Any], *, souscription: SouscriptionPass, acteur: AbstractBaseUser | None, quand: datetime
) -> None:
    """One attempt to pay has ended as `fiche` says, settled by the one function that settles."""
    souscription.refresh_from_db(fields=["statut"])
    initiale = souscription.statut == StatutSouscription.EN_COURS
    type_paiement = fiche.get("type") or (TypePaiement.SOUSCRIPTION_INITIALE if initiale else TypePaiement.COTISATION)
    client = souscription.client
    operateur = fiche.get("operateur", client.operateur_mobile)
    au_telephone = operateur == client.operateur_mobile
    paiement = enregistrer_demande(
        souscription=souscription,
        montant=fiche["montant"],
        type_paiement=type_paiement,
        operateur=operateur,
        numero_payeur=client.numero_mobile_money if au_telephone else "",
        acteur=None if au_telephone else acteur,
        quand=quand,
    )
    passer = partial(changer_statut_paiement, paiement=paiement)
    if au_telephone:
        passer(vers=StatutPaiement.EN_COURS, evenement=EvenementPaiement.Type.ENVOI, quand=quand)
    repondu = quand + _REPONSE if au_telephone else quand
    match fiche.get("issue", "succes"):
        case "echec":
            echec = EvenementPaiement.Type.ECHEC
            passer(vers=StatutPaiement.ECHEC, evenement=echec, motif_echec=fiche["motif"], quand=repondu)
            return
        case "expire":
            expiration = EvenementPaiement.Type.EXPIRATION
            passer(vers=StatutPaiement.EXPIRE, evenement=expiration, quand=quand + _ABANDON)
            return
    # What an operator calls a transaction: MTN counts them.
    code = str(8_000_000_000 + paiement.pk) if au_telephone else ""
    regler(
        paiement=paiement,
        constat=Constat(etat=Etat.REUSSI, montant=paiement.montant, devise=paiement.devise, code_confirmation=code),
        source="suivi" if au_telephone else "guichet",
        acteur=None if au_telephone else acteur,
        quand=repondu,
        rejeu=True,
    )
    if fiche.get("issue") == "rembourse":
        remboursement = EvenementPaiement.Type.REMBOURSEMENT
        une_heure = timedelta(hours=1)
        passer(vers=StatutPaiement.REMBOURSE, evenement=remboursement, acteur=acteur, quand=repondu + une_heure)


def _attribuer(
    fiche: dict[str, Any], *, souscription: SouscriptionPass, agent: AbstractBaseUser | None, quand: datetime
) -> None:
    numero = fiche["numero"].format(annee=timezone.localdate(quand).year) if agent else None
    attribuer_police(
        souscription=souscription,
        numero=numero,
        agent=agent,
        commentaire=fiche.get("commentaire", ""),
        quand=quand,
    )


def _moment_police(fiche: dict[str, Any], *, rejeu: _Rejeu) -> datetime:
    """With `cette_annee`, 1 January at the earliest: the number is of the current year's series on whatever day it is loaded."""
    quand = rejeu.moment(fiche["le"])
    return max(quand, _heure(rejeu.jour.replace(month=1, day=1), time.min)) if fiche.get("cette_annee") else quand


def _compter(souscriptions: list[int], *, clients: int) -> dict[str, int]:
    paiements = PaiementPass.objects.filter(souscription__in=souscriptions)
    return {
        "Clients": clients,
        "Souscriptions": len(souscriptions),
        "Contrats (avec police)": NumeroPolice.objects.filter(souscription__in=souscriptions).count(),
        "Bénéficiaires": BeneficiairePass.objects.filter(souscription__in=souscriptions).count(),
        "Paiements": paiements.count(),
        "dont confirmés": paiements.filter(statut=StatutPaiement.SUCCES).count(),
    }


def _nom(fiche: dict[str, Any]) -> str:
    return f"{fiche['prenom']} {fiche['nom']}"

"""Every page and every act of the back office × every role × a row of one's own, of one's agency and of elsewhere.

What is asked comes from the registry of the admin and from the addresses that it answers; what is expected comes from the
table of rights (each app's `pages.py`, acts and pages below) and, for rows, from `lit`. What is in neither fails.
"""

import csv
import io
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as reglages
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey, Model
from django.template.response import SimpleTemplateResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, resolve, reverse
from django.utils import timezone

from apps.borne_auth.audit import adresse_historique, suivies
from apps.borne_auth.droits import LETTRES, droits, lignes_permises, permissions_du_role, table_des_droits
from apps.borne_auth.equipe import accorder_roles
from apps.borne_auth.models import Agent, JournalAudit, LectureDonnees, RoleAgent
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, ConnexionFactory, FacteurFactory, SessionFactory
from apps.mtn_integration.models import GenreMTN, LogMTN, TransactionMTN
from apps.mtn_integration.services import TRACES as TRACES_MTN
from apps.pass_clients.models import Agence, ClientPass, Contrat, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import (
    AgenceFactory,
    BeneficiaireFactory,
    ClientFactory,
    SouscriptionFactory,
    contrat_en_vigueur,
)
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    DocumentEmis,
    EcartRapprochement,
    ImportFichier,
    IndicateurMensuel,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
)
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.tests.factories import GarantieFactory
from apps.reprise.models import LigneReprise, Reprise
from apps.socle.models import (
    Fait,
    FichierPrive,
    Livraison,
    MessageSortant,
    Proposition,
    Reglage,
    SerieNumero,
    TachePlanifiee,
    Travailleur,
)
from apps.socle.natures import natures
from apps.socle.services.faits import dire
from apps.socle.services.reglages import changer_reglage
from nsia_pass_api import registre
from nsia_pass_api.back_office.actes import AvecActes
from nsia_pass_api.back_office.portee import LignesPermises
from nsia_pass_api.lisible import COMPTE_MAXIMUM
from nsia_pass_api.roles import TOUTES

pytestmark = pytest.mark.django_db

SON_AGENCE, AILLEURS, UNE_AUTRE = "Poto-Poto", "Pointe-Noire", "Dolisie"
VOIENT_TOUT = {"administrateur", "gestionnaire", "auditeur"}
TRACES = {"borne_auth.JournalAudit", "borne_auth.LectureDonnees"}
ROLES = [*RoleAgent.values, "sans_role"]
# Kinds of rows, from what is everybody's to what is farthest.
DISTANCES = ("commune", "soi", "suivie", "agence", "sans_agence", "etrangere")

# Acts, on an object's page or on a list, and the permission that each takes besides that of reading the object.
ACTES: dict[str, dict[str, str]] = {
    "pass_clients.ClientPass": {
        "telephone": "pass_clients.change_clientpass",
        "rattacher_choisis": "pass_clients.rattacher_clientpass",
    },
    "pass_clients.SouscriptionPass": {
        "encaisser": "pass_payments.add_paiementpass",
        "attribuer": "pass_clients.add_numeropolice",
        "attribuer_choisies": "pass_clients.add_numeropolice",
        "remplacer": "pass_clients.add_numeropolice",
        "abandonner": "socle.add_proposition",
    },
    "pass_payments.PaiementPass": {
        "interroger": "pass_payments.change_paiementpass",
        "imprimer": "pass_payments.add_paiementpass",
        "proposer": "socle.add_proposition",
    },
    "pass_payments.Decaissement": {
        "clore": "socle.add_proposition",
        "liberer": "socle.add_proposition",
    },
    "socle.Proposition": {
        "approuver": "socle.change_proposition",
        "refuser": "socle.change_proposition",
        # Of one's own, whatever one's role.
        "retirer": "socle.view_proposition",
    },
    "pass_payments.ImportFichier": {
        "confirmer": "pass_payments.add_importfichier",
        "confirmer_doublon": "pass_payments.add_importfichier",
    },
    "pass_payments.AnomaliePaiement": {"resoudre": "pass_payments.change_anomaliepaiement"},
    "pass_payments.EcartRapprochement": {"resoudre": "pass_payments.change_ecartrapprochement"},
    "socle.Livraison": {"relancer": "socle.change_livraison", "ecarter": "socle.change_livraison"},
    "socle.Reglage": {"changer": "socle.change_reglage", "revenir": "socle.change_reglage"},
    "borne_auth.Agent": {
        "reinitialiser_facteur": "borne_auth.change_agent",
        "role": "borne_auth.change_agent",
        "mot_de_passe": "borne_auth.change_agent",
        "facteur": "borne_auth.change_agent",
    },
    "borne_auth.Borne": {
        "code_maintenance": "borne_auth.change_borne",
        "desactiver": "borne_auth.change_borne",
        "reactiver": "borne_auth.change_borne",
    },
}

# Pages beside those of every model, and the permission that each takes besides that of reading the model.
PAGES: dict[str, dict[str, str]] = {
    "pass_clients.ClientPass": {"rattacher": "pass_clients.rattacher_clientpass"},
    "pass_clients.SouscriptionPass": {"polices": "pass_clients.add_numeropolice"},
    "pass_products.ProduitPass": {"devis": "pass_products.view_produitpass"},
}

# Kinds of proposals: the permission to ask for it, and that to decide, which is another person's.
PROPOSITIONS: dict[str, tuple[str, str]] = {
    "remboursement": ("socle.add_proposition", "socle.change_proposition"),
    "annulation": ("socle.add_proposition", "socle.change_proposition"),
    "versement": ("socle.add_proposition", "socle.change_proposition"),
    "cloture": ("socle.add_proposition", "socle.change_proposition"),
    "abandon": ("socle.add_proposition", "socle.change_proposition"),
    "encaissement": ("pass_payments.add_paiementpass", "socle.change_proposition"),
    "telephone": ("pass_clients.change_clientpass", "socle.change_proposition"),
    "police": ("pass_clients.add_numeropolice", "socle.change_proposition"),
    "role_agent": ("borne_auth.change_agent", "socle.change_proposition"),
    "mot_de_passe_agent": ("borne_auth.change_agent", "socle.change_proposition"),
    "facteur_agent": ("borne_auth.change_agent", "socle.change_proposition"),
}

# Forms of the back office: what is added, changed or deleted on a page, and a field to change. All else is written by services.
FORMULAIRES = {
    "pass_clients.ClientPass": ({"change"}, "adresse"),
    "pass_products.ProduitPass": ({"add", "change"}, "nom_pass"),
    "pass_products.Garantie": ({"add", "change", "delete"}, "libelle"),
    "borne_auth.Agent": ({"add", "change"}, "poste"),
    "borne_auth.Borne": ({"change"}, "agence"),
    "pass_clients.Agence": ({"add", "change"}, "nom"),
    "pass_payments.ImportFichier": ({"add"}, "adresse"),
}
# Addresses of the admin that are no model's.
DU_SITE = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "search",
    "autocomplete",
    "jsi18n",
    "view_on_site",
    "app_list",
    "auth_user_password_change",
}
ENCAISSEMENT = {"montant": "100", "operateur": "especes", "justificatif": "", "cle": "a" * 20, "confirme": "1"}
SAISIES: dict[str, dict[str, str]] = {
    "encaisser": ENCAISSEMENT,
    "interroger": {},
    "proposer": {"motif": "payé deux fois"},
    "approuver": {"commentaire": "vu"},
    "refuser": {"commentaire": "non"},
    "resoudre": {"commentaire": "fait"},
    "retirer": {},
    "imprimer": {},
    "changer": {"valeur": "60", "motif": "à la demande de la direction"},
    "revenir": {"motif": "à la demande de la direction"},
    "telephone": {"telephone": "05 512 34 56", "motif": "a perdu sa carte SIM"},
    "attribuer": {"mode": "automatique"},
    "remplacer": {"numero": "ANCIEN-1", "motif": "numéro de son ancien contrat"},
    "abandonner": {"motif": "introuvable depuis un an"},
    "clore": {"verse": "oui", "dit": "M. Okemba, le 20/11 : arrivé", "motif": "sans réponse"},
    "code_maintenance": {"motif": "nouvelle clé, avec M. Okemba"},
    "reinitialiser_facteur": {"motif": "téléphone perdu, reconnue de vive voix"},
    "confirmer": {"confirme": "1"},
    "liberer": {"envoyer": "oui", "motif": "le client a confirmé ce numéro"},
    "role": {"role": "gestionnaire", "motif": "remplace la directrice"},
    "mot_de_passe": {"motif": "oublié, reconnue de vive voix"},
    "facteur": {"motif": "téléphone perdu, reconnue de vive voix"},
    "relancer": {},
    "ecarter": {"motif": "fait à la main"},
    "confirmer_doublon": {"ligne": "3", "motif": "le client a payé deux fois"},
}


def lit(role: str, modele: str, ligne: str) -> bool:
    """Whether the role reaches such a row, as docs/spec/back_office.md says."""
    if role == "sans_role":
        return False
    if ligne == "commune" or role in VOIENT_TOUT:
        return True
    if modele in ("borne_auth.Agent", "borne_auth.ConnexionAgent", "pass_payments.ImportFichier"):
        return ligne == "soi"
    if modele in ("borne_auth.Borne", "pass_payments.IndicateurMensuel"):
        return ligne == "agence"
    return ligne in {"agent": {"suivie", "agence"}, "conseiller": {"suivie"}}[role]


def peut(role: str, modele: str, verbe: str) -> bool:
    if role == "sans_role":
        return False
    return verbe in {LETTRES[lettre] for lettre in droits()[modele].lettres(RoleAgent(role))}


def aux_bords(role: str, modele: str, lignes: Mapping[str, Model], *, droit: bool = True) -> dict[str, Model]:
    """The farthest row that the role reaches and the nearest that it does not; the nearest of all for whoever has no right."""
    rangees = sorted(lignes, key=DISTANCES.index)
    vues = [ligne for ligne in rangees if lit(role, modele, ligne)]
    tues = [ligne for ligne in rangees if ligne not in vues]
    return {ligne: lignes[ligne] for ligne in (vues[-1:] + tues[:1] if droit else rangees[:1])}


def a_la_permission(role: str, permission: str) -> bool:
    return role != "sans_role" and permission in permissions_du_role(RoleAgent(role))


@dataclass
class Monde:
    """One file a kind of row, and all the rest once: for each model, its rows and the kind of each; and what acts are done on."""

    moi: Agent
    lignes: dict[str, list[tuple[str, Model]]] = field(default_factory=dict)
    a_faire: dict[tuple[str, str], dict[str, Model]] = field(default_factory=dict)
    marques: dict[str, list[str]] = field(default_factory=dict)

    def noter(self, ligne: str, *objets: Model) -> None:
        for objet in objets:
            self.lignes.setdefault(objet._meta.label, []).append((ligne, objet))

    def une_de_chaque(self, modele: str) -> dict[str, Model]:
        """The first of each kind. Rows of no agency are only looked for in lists: pages have enough of foreign ones."""
        return {ligne: objet for ligne, objet in reversed(self.lignes[modele]) if ligne != "sans_agence"}


def souscription_suspendue(client: ClientPass) -> SouscriptionPass:
    """Late, and its cover stopped."""
    souscription = contrat_en_vigueur(client=client).souscription
    return changer_statut(souscription=souscription, vers="suspendue", motif="retard")


def demandee_jadis(paiement: Model, agent: Agent) -> Proposition:
    """By somebody who had the right to, and may have another role since."""
    Agent.objects.filter(pk=agent.pk).update(is_superuser=True)
    proposition = proposer_retour(paiement=paiement, motif="erreur", demandeur=Agent.objects.get(pk=agent.pk))
    Agent.objects.filter(pk=agent.pk).update(is_superuser=False)
    return proposition


def dossier(monde: Monde, rang: int, ligne: str, **client: Any) -> None:
    """A client with one of everything that a page shows."""
    personne = ClientFactory(nom=f"NOM{ligne.upper()}", **client)
    police = contrat_en_vigueur(client=personne)
    souscription = police.souscription
    BeneficiaireFactory(souscription=souscription, nom=f"BENEF{ligne.upper()}")
    demain = timezone.now() + timedelta(days=1)
    commun = {"souscription": souscription, "numero_payeur": personne.telephone}
    confirme = PaiementFactory(**commun)
    en_cours = PaiementFactory(
        **commun,
        statut="en_cours",
        a_suivre_le=demain,
        limite=demain,
        date_confirmation=None,
        type_paiement="rattrapage",
    )
    conteste = PaiementFactory(**commun)
    proposition = demandee_jadis(conteste, AgentFactory.create())
    la_mienne = demandee_jadis(PaiementFactory(**commun), monde.moi)
    anomalie = AnomaliePaiement.objects.create(paiement=confirme, nature="sans_effet")
    decaissement = Decaissement.objects.create(
        nature="remboursement",
        numero=f"DEC-20261121-{rang:06d}",
        cle=f"paiement:{conteste.numero_transaction}",
        paiement=conteste,
        operateur="mtn_money",
        telephone=personne.telephone,
        montant=100,
        libelle="Remboursement NSIA",
        statut="echec",
        motif_echec="refuse",
        termine_le=timezone.now(),
    )
    conteste_ailleurs = Decaissement.objects.create(
        nature="remboursement",
        numero=f"DEC-20261122-{rang:06d}",
        cle=f"paiement:{confirme.numero_transaction}",
        paiement=confirme,
        operateur="mtn_money",
        telephone=personne.telephone,
        montant=100,
        libelle="Remboursement NSIA",
        statut="en_verification",
        a_suivre_le=demain,
    )
    a_liberer = Decaissement.objects.create(
        nature="remboursement",
        numero=f"DEC-20261123-{rang:06d}",
        cle=f"paiement:{en_cours.numero_transaction}",
        paiement=en_cours,
        operateur="mtn_money",
        telephone=personne.telephone,
        montant=100,
        libelle="Remboursement NSIA",
        statut="a_approuver",
    )
    payee = SouscriptionFactory(client=personne, active=True)
    suspendue = souscription_suspendue(personne)
    document = DocumentEmis.objects.create(
        code=f"ABCD-EFGH-{'ABCDEF'[rang]}234", type="recu", souscription=souscription, paiement=confirme
    )
    rappel = RappelOperateur.objects.create(operateur="mtn_money", corps="{}", paiement=confirme, verdict="confirme")
    rapprochement = monde.une_de_chaque("pass_payments.Rapprochement")["commune"]
    ecart = EcartRapprochement.objects.create(
        operateur="mtn_money",
        nature="different",
        cle=str(uuid.uuid4()),
        jour=date(2026, 11, 21),
        rapprochement=rapprochement,
        paiement=confirme,
        montant_releve=90,
    )
    session = SessionFactory(client=personne, police=police.numero_police)
    contrat = Contrat.objects.get(pk=police.numero_police)
    monde.noter(ligne, personne, souscription, police, contrat, confirme, en_cours, conteste, proposition, anomalie)
    monde.noter(ligne, decaissement, document, rappel, ecart, session, la_mienne, la_mienne.paiement)
    monde.noter(ligne, a_liberer, conteste_ailleurs, payee, suspendue, suspendue.police)
    monde.noter(ligne, Contrat.objects.get(pk=suspendue.police.numero_police))
    for acte, objet in [
        ("encaisser", souscription),
        ("interroger", en_cours),
        ("proposer", confirme),
        ("imprimer", conteste),
        ("approuver", proposition),
        ("refuser", proposition),
        ("retirer", la_mienne),
        ("telephone", personne),
        ("attribuer", payee),
        ("attribuer_choisies", payee),
        ("remplacer", souscription),
        ("abandonner", suspendue),
        ("clore", conteste_ailleurs),
        ("liberer", a_liberer),
        ("resoudre", anomalie),
        ("resoudre", ecart),
    ]:
        monde.a_faire.setdefault((objet._meta.label, acte), {})[ligne] = objet
    paiements = [paiement.numero_transaction for paiement in (confirme, en_cours, conteste)]
    monde.marques[ligne] = [personne.nom, f"BENEF{ligne.upper()}", souscription.numero_souscription, *paiements]
    monde.marques[ligne] += [police.numero_police, document.code, decaissement.numero]


def lecture(agent: Agent) -> dict[str, Any]:
    vides = dict.fromkeys(("route", "cle", "adresse", "requete"), "")
    return vides | {"agent_id": agent.pk, "nature": "liste", "objet": "pass_clients.ClientPass", "nombre": 2}


def depot_de(agent: Agent, police: str, rang: int, *, doublons: Sequence[dict[str, Any]] = ()) -> ImportFichier:
    """A file that asks to cash 100 francs."""
    cases = {
        "contrat": police,
        "montant": "100",
        "mode": "espèces",
        "date": f"{timezone.localdate()}",
        "justificatif": "",
    }
    return ImportFichier.objects.create(
        nature="encaissements",
        nom_fichier="caisse.csv",
        empreinte=f"{rang:064}",
        lignes=[{"numero": 2, "cases": cases}],
        nombre=1,
        doublons=list(doublons),
        deposant=agent,
    )


def fichier(cle: str) -> dict[str, Any]:
    """What somebody sent, as long as nothing is said of its state."""
    attend = {"rang": 2, "nature": "image/jpeg", "taille": 1, "sha256": "0" * 64, "depose_par": "client:1"}
    return {"domaine": "essai", "cle": cle, **attend, "a_verifier_le": None if cle != "42" else timezone.now()}


def monde(role: str) -> Monde:
    """Somebody with this role, an agency and a client to follow, and what there is to read."""
    moi = AgentFactory.create(agence=SON_AGENCE, role="" if role == "sans_role" else role)
    un = Monde(moi)
    rapprochement = Rapprochement.objects.create(
        operateur="mtn_money",
        jour=date(2026, 11, 21),
        source="essai",
        lignes_releve=0,
        lignes_journal=0,
        concordantes=0,
        manquantes=0,
        etrangeres=0,
        differentes=0,
        montant_releve=0,
        montant_journal=0,
    )
    un.noter("commune", rapprochement)
    dossier(un, 0, "suivie", suivi_par=moi, agence=AILLEURS)
    dossier(un, 1, "agence", agence=SON_AGENCE)
    dossier(un, 2, "etrangere", agence=AILLEURS)
    dossier(un, 3, "sans_agence")
    garantie = GarantieFactory()
    reference = uuid.uuid4()
    TRACES_MTN.noter_demande(
        reference=reference,
        genre=GenreMTN.REQUESTTOPAY,
        numero="PAY-1",
        montant=1_500,
        devise="XAF",
        telephone="+242066123456",
        destination="simulateur",
    )
    TRACES_MTN.journaliser(
        reference=reference,
        methode="POST",
        chemin="/collection",
        statut=202,
        duree_ms=12,
        demande={},
        reponse="",
        erreur="",
        secrets=(),
    )
    un.noter("commune", garantie, garantie.produit, TransactionMTN.objects.get(), LogMTN.objects.get())
    un.noter("commune", MessageSortant.objects.create(cle="essai", telephone="+242066123456", texte="Bonjour"))
    un.noter("commune", FichierPrive.objects.create(**fichier("42"), original="recus/x"))
    un.noter("commune", TachePlanifiee.objects.create(nom="essai", prochaine_le=timezone.now()))
    un.noter("commune", Travailleur.objects.create(hote="serveur", pid=1), *Group.objects.all())
    with transaction.atomic():
        dire("client.modifie", cle="client:1", donnees={"client": 1, "champs": ["adresse"]})
    livraison = Livraison.objects.create(fait=Fait.objects.latest("pk"), traitant="essai.recevoir", cle="client:1")
    un.noter("commune", livraison)
    un.a_faire["socle.Livraison", "relancer"] = un.a_faire["socle.Livraison", "ecarter"] = {"commune": livraison}
    un.noter("commune", SerieNumero.objects.create(serie="essai", annee=2020, dernier=1))
    un.noter("commune", JournalAudit.objects.latest("pk"), LectureDonnees.objects.create(**lecture(moi)))
    un.noter("commune", *Reglage.objects.all(), AgenceFactory(nom=UNE_AUTRE), *Agence.objects.exclude(nom=UNE_AUTRE))
    delai = Reglage.objects.get(nom="ALERTE_EXPIRATION_JOURS")
    changer_reglage(nom=delai.nom, valeur=45, motif="essai", acteur=AgentFactory.create())
    un.a_faire["socle.Reglage", "changer"] = un.a_faire["socle.Reglage", "revenir"] = {"commune": delai}
    un.noter("commune", Reprise.objects.create(source="essai"))
    un.noter(
        "commune",
        LigneReprise.objects.create(
            table_source="agents", empreinte="0" * 64, rang=1, brut={}, sort="quarantaine", motif="ligne_vide"
        ),
    )
    un.a_faire["pass_clients.ClientPass", "rattacher_choisis"] = dict(un.lignes["pass_clients.ClientPass"])
    police = un.une_de_chaque("pass_clients.Contrat")["suivie"].pk
    for rang, (ligne, deposant) in enumerate([("soi", moi), ("etrangere", AgentFactory.create())]):
        depot = depot_de(deposant, police, rang)
        un.noter(ligne, depot)
        un.a_faire.setdefault(("pass_payments.ImportFichier", "confirmer"), {})[ligne] = depot
        arrete = depot_de(deposant, police, rang + 10, doublons=[{"ligne": 3, "contre": "Déjà enregistré."}])
        un.a_faire.setdefault(("pass_payments.ImportFichier", "confirmer_doublon"), {})[ligne] = arrete
        un.noter(ligne, arrete)
    un.noter("soi", moi)
    un.noter("agence", AgentFactory.create(agence=SON_AGENCE))
    un.noter("etrangere", *Agent.objects.exclude(pk__in=[objet.pk for _, objet in un.lignes["borne_auth.Agent"]]))
    for ligne, agence in [("agence", SON_AGENCE), ("etrangere", AILLEURS)]:
        un.noter(
            ligne,
            IndicateurMensuel.objects.create(
                mois=date(2026, 11, 1),
                agence=AgenceFactory(nom=agence),
                produit=garantie.produit,
                souscriptions=1,
                encaissements=1,
                encaisse=100,
                arrieres=0,
                calcule_le=timezone.now(),
            ),
        )
    equipiers = {ligne: objet for ligne, objet in un.une_de_chaque("borne_auth.Agent").items() if ligne != "soi"}
    for agent in equipiers.values():
        FacteurFactory(agent=agent)
    decideurs = {ligne: AgentFactory.create(role="gestionnaire", telephone="+242061112233") for ligne in equipiers}
    for ligne, agent in decideurs.items():
        FacteurFactory(agent=agent)
        un.noter(ligne, agent)
    un.a_faire["borne_auth.Agent", "role"] = equipiers
    un.a_faire["borne_auth.Agent", "mot_de_passe"] = un.a_faire["borne_auth.Agent", "facteur"] = decideurs
    un.a_faire["borne_auth.Agent", "reinitialiser_facteur"] = equipiers
    un.noter("soi", ConnexionFactory(agent=moi))
    un.noter("etrangere", ConnexionFactory(agent=equipiers["agence"]), ConnexionFactory(agent=None))
    un.noter("agence", BorneFactory(cle="une", agence=SON_AGENCE))
    un.noter("etrangere", BorneFactory(cle="autre", agence=AILLEURS))
    bornes = un.une_de_chaque("borne_auth.Borne")
    for acte in ("code_maintenance", "desactiver", "reactiver"):
        un.a_faire["borne_auth.Borne", acte] = bornes
    return un


# What happened


def empreinte() -> list[tuple[Any, ...]]:
    """All tables, row by row, but for the sessions of the browser."""
    tables = sorted(
        modele._meta.db_table
        for modele in apps.get_models(include_auto_created=True)
        if modele._meta.managed and modele._meta.label != "sessions.Session"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {table} t"
                for table in tables
            )
        )
        return sorted(cursor.fetchall())


@contextmanager
def puis_defaire() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def sans_dessiner(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages answer as they do, without their HTML, which takes nine tenths of the time."""
    with monkeypatch.context() as remplace:
        remplace.setattr(SimpleTemplateResponse, "rendered_content", property(lambda reponse: ""))
        yield


def page(modele: str, nom: str, *args: Any, **parametres: str) -> str:
    return reverse(f"admin:{modele.lower().replace('.', '_')}_{nom}", args=args, query=parametres or None)


def saisie(formulaire: Any) -> dict[str, Any]:
    """What a browser would send of this form as it is shown."""
    champs = {}
    for champ in formulaire:
        valeur = champ.value()
        if isinstance(valeur, bool):
            valeur = "on" if valeur else None
        if valeur is not None:
            champs[champ.html_name] = valeur
    return champs


def ce_qu_on_envoie(tout: Client, modele: str, objet: Model) -> dict[str, Any]:
    """The form of the object's page, as who has all rights sees it, with one field changed."""
    if modele not in FORMULAIRES:
        return {"statut": "succes", "nom": "AUTRE"}
    contexte = tout.get(page(modele, "change", objet.pk)).context_data  # type: ignore[attr-defined]
    champs = saisie(contexte["adminform"].form)
    for inline in contexte["inline_admin_formsets"]:
        champs |= saisie(inline.formset.management_form)
        for formulaire in inline.formset.forms:
            champs |= saisie(formulaire)
    change = FORMULAIRES[modele][1]
    return champs | {change: Agence.objects.get(nom=UNE_AUTRE).pk if change == "agence" else "Autre chose"}


MODELES = sorted(modele._meta.label for modele in admin.site._registry)


class TestTable:
    def test_every_model_of_the_back_office_is_in_the_table(self, rf: RequestFactory) -> None:
        pages = admin.site._registry.values()
        tableaux = {un.model._meta.label for page in pages for un in page.get_inlines(rf.get("/"), None)}
        assert {*MODELES, *tableaux} == set(droits())

    def test_every_page_and_table_asks_for_rows(self, rf: RequestFactory) -> None:
        pages = admin.site._registry.values()
        sans = [type(page).__name__ for page in pages if not isinstance(page, LignesPermises)]
        communs = {nom for nom, declare in registre.pages().items() if declare.lignes is TOUTES}
        sans += [
            inline.__name__
            for page in pages
            for inline in page.get_inlines(rf.get("/"), None)
            if not issubclass(inline, LignesPermises) and inline.model._meta.label not in communs
        ]
        assert sans == []

    def test_every_act_is_in_the_table_with_its_permission(self, rf: RequestFactory) -> None:
        request = rf.get("/")
        request.user = AgentFactory.create(is_superuser=True)
        trouves: dict[str, dict[str, str]] = {}
        for modele, page in admin.site._registry.items():
            actes = {acte.nom: acte.droit for acte in page.tous_les_actes} if isinstance(page, AvecActes) else {}
            for nom, (fonction, _, _) in page.get_actions(request).items():
                if nom != "delete_selected":
                    (permission,) = fonction.allowed_permissions
                    droit = f"{modele._meta.app_label}.{permission}_{modele._meta.model_name}"
                    actes[nom] = getattr(page, f"droit_{permission}", droit)
            if actes:
                trouves[modele._meta.label] = actes
        assert trouves == ACTES

    def test_what_is_not_undone_asks_before(self) -> None:
        """Its button opens a page that says what follows."""
        graves = [
            acte
            for page in admin.site._registry.values()
            if isinstance(page, AvecActes)
            for acte in page.tous_les_actes
        ]
        graves = [acte for acte in graves if acte.genre == "danger" or acte.demande_confirmation]
        assert {acte.nom for acte in graves} >= {"desactiver", "reinitialiser_facteur", "retirer"}
        assert [acte.nom for acte in graves if acte.immediat(None)] == []
        assert [acte.nom for acte in graves if not acte.explication] == []

    def test_every_address_of_the_admin_is_known(self) -> None:
        connues = DU_SITE | {
            f"{modele.lower().replace('.', '_')}_{nom}"
            for modele in MODELES
            for nom in ("changelist", "add", "history", "delete", "change", "export")
        }
        connues |= {f"{modele.lower().replace('.', '_')}_acte" for modele in ACTES}
        connues |= {f"{modele.lower().replace('.', '_')}_{nom}" for modele, noms in PAGES.items() for nom in noms}
        connues |= {  # pages with other addresses beside, and no act yet
            f"{modele._meta.app_label}_{modele._meta.model_name}_acte"
            for modele, page in admin.site._registry.items()
            if isinstance(page, AvecActes) and not list(page.tous_les_actes)
        }
        assert {motif.name for _, motif in adresses(admin.site.urls[0]) if motif.name} == connues

    def test_every_kind_of_proposal_is_in_the_table_with_its_permissions(self) -> None:
        assert {code: (une.droit_proposer, une.droit_decider) for code, une in natures()} == PROPOSITIONS

    @pytest.mark.parametrize("role", RoleAgent.values)
    def test_groups_have_these_permissions_and_no_other(self, role: str) -> None:
        groupe = Group.objects.get(name=role)
        accordees = {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in groupe.permissions.select_related("content_type")
        }
        assert accordees == permissions_du_role(RoleAgent(role))

    def test_what_was_changed_by_hand_is_mended(self) -> None:
        groupe = Group.objects.get(name="auditeur")
        groupe.permissions.remove(groupe.permissions.get(codename="view_clientpass"))
        groupe.permissions.add(Group.objects.get(name="agent").permissions.get(codename="change_clientpass"))
        assert (accorder_roles(), accorder_roles()) == (2, 0)
        assert not groupe.permissions.filter(codename="change_clientpass").exists()

    def test_a_second_role_is_refused_by_the_database(self) -> None:
        agent = AgentFactory.create(role="agent")
        agent.groups.set([Group.objects.get(name="conseiller")])
        second = Agent.groups.through(agent_id=agent.pk, group=Group.objects.get(name="auditeur"))
        with pytest.raises(IntegrityError, match="agents_un_role"), transaction.atomic():
            second.save()

    def test_people_read_the_same_table(self) -> None:
        """docs/back_office.md."""
        assert table_des_droits() in (reglages.BASE_DIR / "docs/back_office.md").read_text()


def adresses(motifs: Any, prefixe: str = "") -> Iterator[tuple[str, URLPattern]]:
    for motif in motifs:
        if isinstance(motif, URLResolver):
            yield from adresses(motif.url_patterns, prefixe + str(motif.pattern))
        else:
            yield prefixe + str(motif.pattern), motif


class Porte:
    """The page of a model as it asks itself what somebody may, without the way there: a cell costs a hundredth of a request."""

    def __init__(self, agent: Agent, modele: str) -> None:
        self.page: Any = admin.site.get_model_admin(apps.get_model(modele))
        adresse = page(modele, "changelist")
        self.request = RequestFactory().get(adresse)
        self.request.resolver_match = resolve(adresse)
        self.request.user = agent

    def permet(self, verbe: str, *objet: Model) -> bool:
        return bool(getattr(self.page, f"has_{verbe}_permission")(self.request, *objet))

    def atteint(self, objets: Mapping[str, Model]) -> set[str]:
        """The kinds of those that the page finds."""
        trouves = set(self.page.get_queryset(self.request).values_list("pk", flat=True))
        return {ligne for ligne, objet in objets.items() if objet.pk in trouves}

    def passe(self, nom: str, objets: Mapping[str, Model]) -> set[str]:
        """The kinds of those on which the act, of a page or of a list, is let through."""
        acte = next((acte for acte in getattr(self.page, "tous_les_actes", ()) if acte.nom == nom), None)
        if acte is None:
            return self.atteint(objets) if nom in self.page.get_actions(self.request) else set()
        if not (self.permet("view") and self.request.user.has_perm(acte.droit)):
            return set()
        return {ligne for ligne in self.atteint(objets) if acte.permis(objets[ligne], self.request.user)}


@pytest.mark.parametrize("role", ROLES)
class TestMatrice:
    """One small world for all roles; each test walks all models, says all that is wrong at once, and undoes what it wrote.

    All cells are asked of the page as it asks itself; then of the page itself, at the borders of what the role reaches.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def partage(cls, base_de_la_classe: None) -> Monde:
        return monde("sans_role")

    @pytest.fixture(autouse=True)
    def _types_connus(self) -> None:
        ContentType.objects.clear_cache()

    @pytest.fixture
    def un(self, role: str, partage: Monde) -> Monde:
        if role != "sans_role":
            partage.moi.groups.add(Group.objects.get(name=role))
        return replace(partage, moi=Agent.objects.get(pk=partage.moi.pk), lignes=dict(partage.lignes))

    @pytest.fixture
    def moi(self, un: Monde, client: Client) -> Client:
        client.force_login(un.moi)
        return client

    @pytest.fixture
    def fautes(self) -> Iterator[list[str]]:
        fautes: list[str] = []
        yield fautes
        assert fautes == []

    def test_what_pages_ask(self, role: str, un: Monde, fautes: list[str]) -> None:
        """Each right on each row, each act on each object, and the rows that there are for this role."""
        for modele in MODELES:
            porte, objets = Porte(un.moi, modele), un.une_de_chaque(modele)
            if modele not in TRACES and porte.atteint(objets) != {
                ligne for ligne in objets if lit(role, modele, ligne)
            }:
                fautes.append(f"{modele} : lignes {porte.atteint(objets)}")
            ouverts = {"view"} | FORMULAIRES.get(modele, (set(), ""))[0]
            permis = {verbe for verbe in ouverts if peut(role, modele, verbe)}
            for objet in objets.values():
                pages = {verbe for verbe in ("view", "change", "delete") if porte.permet(verbe, objet)}
                pages |= {"add"} if porte.permet("add") else set()
                if pages != permis:
                    fautes.append(f"{modele} {objet} : {pages}, attendu {permis}")
        for modele, actes in ACTES.items():
            porte = Porte(un.moi, modele)
            for nom, permission in actes.items():
                objets = un.a_faire[modele, nom]
                droit = peut(role, modele, "view") and a_la_permission(role, permission)
                attendus = {ligne for ligne in objets if droit and lit(role, modele, ligne)}
                if porte.passe(nom, objets) != attendus:
                    fautes.append(f"{modele} : {nom} sur {porte.passe(nom, objets)}, attendu {attendus}")

    def test_what_is_read(
        self, role: str, un: Monde, moi: Client, monkeypatch: pytest.MonkeyPatch, fautes: list[str]
    ) -> None:
        """Lists hold one's rows, all of them and no other; pages of others are as pages of nobody."""
        assert set(un.lignes) == set(MODELES)
        with sans_dessiner(monkeypatch):
            for modele in MODELES:
                if modele in TRACES:
                    # What was read until now is there too, fifty lines of it.
                    lignes = apps.get_model(modele)._default_manager.all()[:50]
                    un.lignes[modele] = [("commune", ligne) for ligne in lignes]
                reponse = moi.get(page(modele, "changelist"))
                if reponse.status_code != (200 if peut(role, modele, "view") else 403):
                    fautes.append(f"{modele} : liste {reponse.status_code}")
                elif reponse.status_code == 200:
                    lues = {ligne.pk for ligne in reponse.context_data["cl"].result_list}  # type: ignore[attr-defined]
                    permises = {objet.pk for ligne, objet in un.lignes[modele] if lit(role, modele, ligne)}
                    if lues != permises:
                        fautes.append(f"{modele} : lignes {lues ^ permises}")
                fautes += self.export(role, moi, modele, un)
                bords = aux_bords(role, modele, un.une_de_chaque(modele))
                for ligne, objet in bords.items():
                    for nom in ("change", "history"):
                        fautes += self.lecture(role, moi, modele, ligne, objet, nom)
                if len(bords) == 2:
                    continue
                inconnue = moi.get(page(modele, "change", "0" if modele != "socle.Travailleur" else uuid.uuid4()))
                if inconnue.status_code != (302 if peut(role, modele, "view") else 403):
                    fautes.append(f"{modele} : page inconnue {inconnue.status_code}")

    def export(self, role: str, moi: Client, modele: str, un: Monde) -> Iterator[str]:
        """Whoever reads a list takes its rows away, and no others; but for advisors."""
        permis = peut(role, modele, "view") and role != "conseiller"
        reponse = moi.get(page(modele, "export", "csv"))
        if reponse.status_code != (200 if permis else 403):
            yield f"{modele} : export {reponse.status_code}"
        elif permis:
            prises = len(list(csv.reader(io.StringIO(reponse.getvalue().decode("utf-8-sig")), delimiter=";"))) - 1
            permises = sum(lit(role, modele, ligne) for ligne, _ in un.lignes[modele])
            if prises != permises and modele not in TRACES:
                yield f"{modele} : export de {prises} lignes au lieu de {permises}"

    def lecture(self, role: str, moi: Client, modele: str, ligne: str, objet: Model, nom: str) -> Iterator[str]:
        visible, droit = lit(role, modele, ligne), peut(role, modele, "view")
        attendu, vers = 200 if droit and visible else 302 if droit else 403, reverse("admin:index")
        if nom == "history":
            # It looks for the object first, then leads to its trail, for who reads that.
            trace = role in VOIENT_TOUT and modele.replace("Contrat", "SouscriptionPass") in suivies()
            attendu = 302 if not visible or (droit and trace) else 403
            vers = adresse_historique(Agent(is_superuser=True), objet) if visible and trace else vers
        reponse = moi.get(page(modele, nom, objet.pk))
        if reponse.status_code != attendu:
            yield f"{modele} {ligne} : {nom} {reponse.status_code}, attendu {attendu}"
        elif attendu == 302 and reponse["Location"] != vers:
            yield f"{modele} {ligne} : {nom} mène à {reponse['Location']}"

    def test_what_is_written_on_pages(
        self, role: str, un: Monde, moi: Client, monkeypatch: pytest.MonkeyPatch, fautes: list[str]
    ) -> None:
        tout = Client()
        tout.force_login(AgentFactory.create(is_superuser=True))
        with sans_dessiner(monkeypatch):
            for modele in MODELES:
                avant = empreinte()
                for requete, attendu, ecrit in self.ecritures(role, un, moi, tout, modele):
                    nom, envoyer = requete
                    if not ecrit:
                        if (statut := envoyer().status_code) not in attendu:
                            fautes.append(f"{modele} : {nom} {statut}, attendu {attendu}")
                        continue
                    cookies = deepcopy(moi.cookies)
                    with puis_defaire():
                        statut = envoyer().status_code
                        if statut not in attendu or empreinte() == avant:
                            fautes.append(f"{modele} : {nom} {statut}, attendu {attendu}, et que cela s'écrive")
                    moi.cookies = cookies  # one's own new password had opened another session
                if empreinte() != avant:
                    fautes.append(f"{modele} : quelque chose a changé")

    def ecritures(
        self, role: str, un: Monde, moi: Client, tout: Client, modele: str
    ) -> Iterator[tuple[tuple[str, Callable[[], Any]], set[int], bool]]:
        """Each attempt, the status it must get, and whether it must write."""
        ouvertes = FORMULAIRES.get(modele, (set(), ""))[0]
        ajout = "add" in ouvertes and peut(role, modele, "add")
        # A user is added only by who may change users.
        adresse = page(modele, "add")
        if ajout:
            yield ("ajout lu", lambda: moi.get(adresse)), {200}, False
        yield ("ajout", lambda: moi.post(adresse, {})), {200 if ajout else 403}, False
        objets = un.une_de_chaque(modele)
        change = "change" in ouvertes and peut(role, modele, "change")
        for ligne, objet in aux_bords(role, modele, objets, droit=change).items():
            envoi, cle = ce_qu_on_envoie(tout, modele, objet) if change else {"nom": "AUTRE"}, objet.pk
            if modele == "borne_auth.Agent" and ligne == "soi":
                envoi = {champ: valeur for champ, valeur in envoi.items() if champ != "groups"}
            fait = change and lit(role, modele, ligne)
            yield (
                (f"changement {ligne}", lambda c=cle, e=envoi: moi.post(page(modele, "change", c), e)),
                {302 if change else 403},
                fait,
            )
            if modele == "borne_auth.Agent":
                mots = {"usable_password": "true", "password1": "une autre phrase", "password2": "une autre phrase"}
                mot = reverse("admin:auth_user_password_change", args=[cle])
                yield (
                    (f"mot de passe {ligne}", lambda m=mot, s=mots: moi.post(m, s)),
                    {302 if fait else 403},
                    fait,
                )
        efface = "delete" in ouvertes and peut(role, modele, "delete")
        for ligne, objet in aux_bords(role, modele, objets, droit=efface).items():
            cle, vue = objet.pk, lit(role, modele, ligne)
            if efface:
                lue = {200 if vue else 302}
                yield ((f"suppression lue {ligne}", lambda c=cle: moi.get(page(modele, "delete", c))), lue, False)
            yield (
                (f"suppression {ligne}", lambda c=cle: moi.post(page(modele, "delete", c), {"post": "yes"})),
                {302 if efface else 403},
                efface and vue,
            )
            en_masse = {"action": "delete_selected", "_selected_action": [str(cle)], "post": "yes"}
            yield (
                (f"suppression en masse {ligne}", lambda e=en_masse: moi.post(page(modele, "changelist"), e)),
                {200, 302} if peut(role, modele, "view") else {403},
                efface and vue,
            )

    def test_what_is_done_by_acts(
        self,
        role: str,
        un: Monde,
        moi: Client,
        monkeypatch: pytest.MonkeyPatch,
        settings: Any,
        fautes: list[str],
    ) -> None:
        avant = empreinte()
        with sans_dessiner(monkeypatch):
            for modele, actes in ACTES.items():
                for nom, permission in actes.items():
                    droit = peut(role, modele, "view") and a_la_permission(role, permission)
                    for ligne, objet in aux_bords(role, modele, un.a_faire[modele, nom], droit=droit).items():
                        fait = droit and lit(role, modele, ligne)
                        if nom in SAISIES:
                            fautes += self.acte(moi, modele, nom, objet, ligne, fait, 404 if droit else 403, avant)
                        else:
                            fautes += self.action(moi, modele, nom, objet, ligne, fait, avant)
        if empreinte() != avant:
            fautes.append("quelque chose a changé")

    def acte(
        self, moi: Client, modele: str, nom: str, objet: Model, ligne: str, fait: bool, refus: int, avant: Any
    ) -> Iterator[str]:
        adresse = page(modele, "acte", objet.pk, nom)
        lu = moi.get(adresse).status_code
        with puis_defaire():
            statut, change = moi.post(adresse, SAISIES[nom]).status_code, empreinte() != avant
        # A receipt, and a code that is shown once, are given instead of the page.
        rendu = 200 if nom in ("imprimer", "code_maintenance") else 302
        if (lu, statut, change) != ((200, rendu, True) if fait else (refus, refus, False)):
            yield f"{modele} {ligne} : {nom} {lu} puis {statut}, {'écrit' if change else 'sans rien écrire'}"

    def test_pages_beside(self, role: str, un: Monde, moi: Client, fautes: list[str]) -> None:
        """That of many rows shows one's own; that of an object is read as the object is."""
        for modele, noms in PAGES.items():
            for nom, permission in noms.items():
                droit = peut(role, modele, "view") and a_la_permission(role, permission)
                d_un_objet = () if nom in ("polices", "rattacher") else (un.lignes[modele][0][1].pk,)
                reponse = moi.get(page(modele, nom, *d_un_objet))
                lu = reponse.content.decode()
                if reponse.status_code != (200 if droit else 403):
                    fautes.append(f"{modele} : {nom} {reponse.status_code}")
                if nom != "polices":
                    continue
                for ligne, objet in un.a_faire[modele, "attribuer"].items():
                    if (str(objet) in lu) != (droit and lit(role, modele, ligne)):
                        fautes.append(f"{modele} {ligne} : {nom} {'montre' if str(objet) in lu else 'tait'} la ligne")

    def action(
        self, moi: Client, modele: str, nom: str, objet: Model, ligne: str, fait: bool, avant: Any
    ) -> Iterator[str]:
        with puis_defaire():
            moi.post(page(modele, "changelist"), {"action": nom, "_selected_action": [objet.pk], "confirme": "1"})
            if nom == "attribuer_choisies":  # which shows a page, whose button does it
                moi.post(page(modele, "polices"), {"choisies": str(objet.pk)})
            if nom == "rattacher_choisis":
                autre = Agence.objects.get(nom=UNE_AUTRE)
                moi.post(page(modele, "rattacher"), {"choisis": str(objet.pk), "agence": autre.pk})
            if (empreinte() != avant) != fait:
                yield f"{modele} {ligne} : {nom} {'n_a rien fait' if fait else 'est passé'}"

    def test_what_is_suggested(self, role: str, un: Monde, moi: Client, fautes: list[str], rf: RequestFactory) -> None:
        """Autocompletes of every link between two models of the back office."""
        for modele in admin.site._registry:
            for champ in modele._meta.get_fields():
                cible = champ.related_model if isinstance(champ, ForeignKey) else None
                if cible not in admin.site._registry or not modele._meta.managed:
                    continue
                demande = {"app_label": modele._meta.app_label, "model_name": modele._meta.model_name}
                reponse = moi.get(reverse("admin:autocomplete"), {**demande, "field_name": champ.name, "term": ""})
                nom = cible._meta.label
                cherche = bool(admin.site._registry[cible].get_search_fields(rf.get("/")))
                attendu = 404 if not cherche else 200 if peut(role, nom, "view") else 403
                if reponse.status_code != attendu:
                    fautes.append(f"{modele._meta.label}.{champ.name} : {reponse.status_code}, attendu {attendu}")
                elif attendu == 200:
                    lues = {choix["id"] for choix in reponse.json()["results"]}
                    permises = {str(objet.pk) for ligne, objet in un.lignes[nom] if lit(role, nom, ligne)}
                    if lues != permises:
                        fautes.append(f"{modele._meta.label}.{champ.name} : {lues ^ permises}")

    def test_nothing_of_others_is_written_anywhere(self, role: str, un: Monde, moi: Client, fautes: list[str]) -> None:
        """The HTML of what a person may open: home, search, lists, searched lists, pages."""
        etrangeres = [
            marque
            for ligne, marques in un.marques.items()
            if not lit(role, "pass_clients.ClientPass", ligne)
            for marque in marques
        ]
        if not etrangeres:
            return
        lues = [reverse("admin:index"), reverse("admin:search", query={"s": "nom", "extended": "1"})]
        for modele in MODELES:
            if peut(role, modele, "view") and any(ligne != "commune" for ligne, _ in un.lignes[modele]):
                lues.append(page(modele, "changelist"))
                lues += [page(modele, "export", "csv")] if role != "conseiller" else []
                lues += [page(modele, "changelist", q=marque) for marque in (etrangeres[0], etrangeres[2])]
                lues += [
                    page(modele, "change", objet.pk)
                    for ligne, objet in un.une_de_chaque(modele).items()
                    if lit(role, modele, ligne)
                ]
        for adresse in lues:
            reponse = moi.get(adresse)
            contenu = reponse.getvalue().decode()
            cherchee = reponse.wsgi_request.GET.get("q")
            fuites = [marque for marque in etrangeres if marque in contenu and marque != cherchee]
            if reponse.status_code != 200 or fuites:
                fautes.append(f"{adresse} : {reponse.status_code} {fuites}")

    def test_an_alert_counts_what_its_list_shows(self, role: str, un: Monde, moi: Client) -> None:
        alertes = {alerte.code: alerte for alerte in moi.get(reverse("admin:index")).context["alertes"]}
        assert ("anomalies" in alertes) == (role != "sans_role")
        for alerte in alertes.values():
            if alerte.code != "aucun_travailleur":
                assert moi.get(alerte.url).context["cl"].result_count == alerte.nombre


def test_strangers_are_led_to_the_door(client: Client) -> None:
    """Nobody, a client with her token and a kiosk with its key: the back office opens for none of them."""
    un = monde("agent")
    avant = empreinte()
    entetes = [{}, {"X-Borne-Cle": "une"}, {"Authorization": "Bearer jeton"}]
    fautes = []
    lues = [reverse("admin:index"), *(reverse(f"admin:{nom}") for nom in ("autocomplete", "jsi18n", "search"))]
    for modele in MODELES:
        objet = next(iter(un.une_de_chaque(modele).values()))
        lues += [*(page(modele, nom) for nom in ("changelist", "add")), page(modele, "export", "csv")]
        lues += [page(modele, nom, objet.pk) for nom in ("change", "delete", "history")]
    lues += [
        page(modele, "acte", next(iter(objets.values())).pk, nom)
        for (modele, nom), objets in un.a_faire.items()
        if nom in SAISIES
    ]
    for adresse in lues:
        for entete in entetes:
            for envoyer in (client.get, client.post):
                reponse = envoyer(adresse, headers=entete)
                if (reponse.status_code, reponse.get("Location", "")[:13]) != (302, "/admin/login/"):
                    fautes.append(f"{adresse} {entete} : {reponse.status_code}")
    assert fautes == []
    assert empreinte() == avant


def test_lists_of_an_agent_cost_the_same_and_count_no_view(client: Client) -> None:
    """Session, agent, her rights (two) and her role are five; then the count, the rows, what they need, a line of reading."""
    agent = AgentFactory.create(role="agent", agence=SON_AGENCE)
    client.force_login(agent)
    for nombre in (1, 9):
        for _ in range(nombre):
            PaiementFactory(souscription=contrat_en_vigueur(client__agence=SON_AGENCE).souscription)
            contrat_en_vigueur()
        total = PaiementPass.objects.count()
        for modele, requetes in [
            ("pass_clients.ClientPass", 11),  # and her agency, products, the agencies of the filter
            ("pass_payments.PaiementPass", 8),
            ("pass_clients.Contrat", 10),
        ]:
            with CaptureQueriesContext(connection) as faites:
                liste = client.get(page(modele, "changelist")).context["cl"]
            assert (len(faites), liste.result_count) == (requetes, total)
            (compte,) = [une["sql"] for une in faites if "COUNT(*)" in une["sql"]]
            assert f"LIMIT {COMPTE_MAXIMUM + 1}" in compte
            assert '"contrats"' not in compte


class TestLignes:
    def test_an_agent_without_agency_reads_only_whom_he_follows(self) -> None:
        agent = AgentFactory.create(role="agent", agence="")
        ClientFactory()
        suivi = ClientFactory(suivi_par=agent)
        assert list(lignes_permises(agent, ClientPass.objects.all())) == [suivi]

    def test_a_model_without_a_line_is_read_by_nobody_but_those_who_read_all(self) -> None:
        modele = apps.get_model("pass_clients", "Consentement")
        assert lignes_permises(AgentFactory.create(role="agent"), modele.objects.all()).query.is_empty()

    def test_who_has_all_rights_reads_all(self) -> None:
        client = ClientFactory()
        assert list(lignes_permises(AgentFactory.create(is_superuser=True), ClientPass.objects.all())) == [client]

    def test_payments_are_reached_through_their_client(self) -> None:
        agent = AgentFactory.create(role="agent", agence=SON_AGENCE)
        PaiementFactory()
        sien = PaiementFactory(souscription__client__agence=SON_AGENCE)
        assert list(lignes_permises(agent, PaiementPass.objects.all())) == [sien]

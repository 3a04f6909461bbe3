"""Every route × everybody: nobody, clients, kiosks, each role with its token, and the cookie of the back office.

Each route of the resolver has a line in `PORTES`: who passes, and what is sent so that it does what it is for.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as reglages
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient
from test_droits import empreinte

from apps.borne_auth import sans_session
from apps.borne_auth.confirmations import Changement, demander
from apps.borne_auth.droits import LETTRES
from apps.borne_auth.droits import droits as table
from apps.borne_auth.maintenance import donner_code
from apps.borne_auth.models import ActeSensible, Agent, Borne, RoleAgent, SessionBorne
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, SessionFactory
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent
from apps.pass_clients.models import BeneficiairePass, NumeroPolice
from apps.pass_clients.tests.factories import BeneficiaireFactory, ClientFactory, contrat_en_vigueur
from apps.pass_payments import operateurs
from apps.pass_payments.models import DocumentEmis, PaiementPass
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant
from apps.pass_products.models import ProduitPass
from apps.pass_products.tests.factories import ProduitFactory
from apps.socle.models import CLE_DE_CODE, MessageSortant
from apps.socle.services.messages import texte_a_envoyer

pytestmark = pytest.mark.django_db

CLE = "cle-de-la-borne"
AGENCE = "Poto-Poto"
MOT_DE_PASSE = "une phrase de passe"
EQUIPE = [*RoleAgent.values, "sans_role"]
TOUS = frozenset({"personne", "client", "borne", "cookie", *EQUIPE})
CLIENT = frozenset({"client"})
MACHINES = frozenset({"client", "borne"})
LIGNES = ("sienne", "agence", "etrangere")
TOUTES = frozenset(LIGNES)


def equipe(verbe: str) -> frozenset[str]:
    """The roles that have this right on agents."""
    droits = table()["borne_auth.Agent"]
    return frozenset(role.value for role in RoleAgent if verbe in {LETTRES[lettre] for lettre in droits.lettres(role)})


@dataclass
class Dossier:
    police: NumeroPolice
    finissante: NumeroPolice
    paiement: PaiementPass
    document: DocumentEmis
    agent: Agent
    beneficiaire: BeneficiairePass
    demande: UUID | None = None

    @property
    def beneficiaires(self) -> str:
        return f"/api/v1/souscriptions/{self.police.souscription.numero_souscription}/beneficiaires/"


@dataclass
class Monde:
    dossiers: dict[str, Dossier]
    borne: Borne
    version: str
    qui: str = ""
    entetes: dict[str, dict[str, str]] = field(default_factory=dict)


Envoi = dict[str, Any]


@dataclass(frozen=True)
class Porte:
    """Who passes, to what address and with what. What belongs to somebody else is 404 for those who pass."""

    a: frozenset[str]
    chemin: Callable[[Dossier], str]
    corps: Callable[[Monde, Dossier], Envoi] = lambda monde, dossier: {}
    lignes: frozenset[str] = frozenset({"sienne"})
    """The rows that they reach."""
    sauf: tuple[str, ...] = ()
    """Who of them reaches his own alone."""
    essais: tuple[str, ...] = LIGNES

    def atteintes(self, qui: str) -> frozenset[str]:
        return frozenset({"sienne"}) if qui in self.sauf else self.lignes


def _police(suite: str) -> Porte:
    return Porte(CLIENT, lambda un: f"/api/v1/clients/{un.police.numero_police}/{suite}")


def _connexion(monde: Monde, un: Dossier) -> Envoi:
    return {"police": un.police.numero_police, "telephone": un.police.souscription.client.telephone}


def _rafraichir(monde: Monde, un: Dossier) -> Envoi:
    reponse = APIClient().post(
        "/api/v1/auth/login/", _connexion(monde, un), format="json", headers={"X-Borne-Cle": CLE}
    )
    return {"refresh": reponse.json()["tokens"]["refresh"]}


def _souscrire(monde: Monde, un: Dossier) -> Envoi:
    return {
        "client": {"nom": "MAKOSSO", "prenom": "Gisèle", "telephone": "06 412 33 44"},
        "produit": "KIMIA",
        "montant": 1_200,
        "periodicite": "mensuelle",
        "conditions_acceptees": True,
        "version_conditions": monde.version,
    }


def _membre(monde: Monde, un: Dossier) -> Envoi:
    return {"email": "nouveau@nsia.cg", "matricule": "AG-NEUF", "first_name": "Aline", "last_name": "MABIALA"}


def _proche(monde: Monde, un: Dossier) -> Envoi:
    return {"nom": "MAKOSSO", "prenom": "Ruth", "relation": "enfant"}


def _maintenance(monde: Monde, un: Dossier) -> Envoi:
    """The code that the back office gave for this kiosk."""
    gestionnaire = AgentFactory.create(role="gestionnaire")
    return {"code": donner_code(borne=monde.borne, agent=gestionnaire, motif="essai")}


def _code(monde: Monde, un: Dossier) -> Envoi:
    """The code that this client has just been sent, in the session that she has."""
    souscription = un.police.souscription
    session = SessionBorne.objects.filter(client=souscription.client).first() or SessionFactory(
        client=souscription.client
    )
    retrait = Changement(
        acte=ActeSensible.BENEFICIAIRE_RETIRER, souscription=souscription, beneficiaire=un.beneficiaire
    )
    un.demande = demander(session_id=session.pk, changement=retrait).pk
    return {"code": _code_de(un.demande)["code"]}


def _code_de(demande: UUID) -> Envoi:
    texte = texte_a_envoyer(MessageSortant.objects.get(cle=f"{CLE_DE_CODE}{demande}"))
    return {"demande": str(demande), "code": texte.removeprefix("NSIA : ")[:6]}


def _code_de_connexion(monde: Monde, un: Dossier) -> Envoi:
    """The code of a login at this kiosk, with a police that is not proved."""
    client = un.police.souscription.client
    police = contrat_en_vigueur(client=client, preuve="").numero_police
    demande, _ = sans_session.connecter(police=police, telephone=client.telephone, borne=monde.borne, adresse="")
    return _code_de(demande.pk)


def _code_de_souscription(monde: Monde, un: Dossier) -> Envoi:
    """The code of a subscription at this kiosk, with the phone of this client."""
    identite = {"nom": "X", "prenom": "Y", "telephone": un.police.souscription.client.telephone}
    demande = sans_session.souscrire(
        saisie=_souscrire(monde, un) | {"client": identite},
        produit=ProduitPass.objects.get(code_pass="KIMIA"),
        borne=monde.borne,
        adresse="",
        cle="k" * 8,
    )
    return _code_de(demande.pk)


def _libre(adresse: str, corps: Envoi | None = None) -> Porte:
    return Porte(TOUS, lambda un: adresse, lambda monde, un: corps or {}, essais=("sienne",))


PORTES: dict[tuple[str, str], Porte] = {
    ("", "get"): _libre("/"),
    ("sante/", "get"): _libre("/sante/"),
    ("api/schema/", "get"): _libre("/api/schema/"),
    ("api/docs/", "get"): _libre("/api/docs/"),
    ("api/docs/redoc/", "get"): _libre("/api/docs/redoc/"),
    ("borne/", "get"): _libre("/borne/"),
    ("verifier/", "get"): _libre("/verifier/"),
    ("verifier/<str:code>/", "get"): Porte(TOUS, lambda un: f"/verifier/{un.document.code}/", lignes=TOUTES),
    ("api/v1/produits/", "get"): _libre("/api/v1/produits/"),
    ("api/v1/produits/<slug:code>/", "get"): _libre("/api/v1/produits/KIMIA/"),
    # Open to whoever shows no token, or a client's: hers says her birth date.
    ("api/v1/produits/<slug:code>/devis/", "post"): Porte(
        TOUS - set(EQUIPE),
        lambda un: "/api/v1/produits/KIMIA/devis/",
        lambda monde, un: {"montant": 1_200, "periodicite": "mensuelle"},
        essais=("sienne",),
    ),
    ("api/v1/clients/<police:police>/dashboard/", "get"): _police("dashboard/"),
    ("api/v1/clients/<police:police>/contrats/", "get"): _police("contrats/"),
    ("api/v1/clients/<police:police>/cotisations/", "get"): _police("cotisations/"),
    ("api/v1/clients/<police:police>/releve/", "get"): _police("releve/"),
    ("api/v1/clients/<police:police>/attestation/", "get"): _police("attestation/"),
    ("api/v1/clients/<police:police>/recus/<numero:numero>/", "get"): Porte(
        CLIENT, lambda un: f"/api/v1/clients/{un.police.numero_police}/recus/{un.paiement.numero_recu}/"
    ),
    ("api/v1/contrats/<police:police>/", "get"): Porte(CLIENT, lambda un: f"/api/v1/contrats/{un.police}/"),
    ("api/v1/contrats/<police:police>/paiement/", "get"): Porte(
        CLIENT, lambda un: f"/api/v1/contrats/{un.police}/paiement/"
    ),
    ("api/v1/souscriptions/", "post"): Porte(MACHINES, lambda un: "/api/v1/souscriptions/", _souscrire, TOUTES),
    ("api/v1/souscriptions/confirmer/", "post"): Porte(
        MACHINES, lambda un: "/api/v1/souscriptions/confirmer/", _code_de_souscription, lignes=TOUTES
    ),
    ("api/v1/souscriptions/conditions/", "get"): _libre("/api/v1/souscriptions/conditions/"),
    ("api/v1/souscriptions/<numero:numero>/renouveler/", "post"): Porte(
        CLIENT, lambda un: f"/api/v1/souscriptions/{un.finissante.souscription.numero_souscription}/renouveler/"
    ),
    ("api/v1/paiements/", "post"): Porte(
        CLIENT,
        lambda un: "/api/v1/paiements/",
        lambda monde, un: {"contrats": [{"police": un.police.numero_police, "montant": 400}]},
    ),
    ("api/v1/paiements/operateurs/", "get"): _libre("/api/v1/paiements/operateurs/"),
    ("api/v1/paiements/detecter-operateur/", "post"): _libre(
        "/api/v1/paiements/detecter-operateur/", {"telephone": "06 123 45 67"}
    ),
    ("api/v1/paiements/<numero:numero>/", "get"): Porte(
        CLIENT, lambda un: f"/api/v1/paiements/{un.paiement.numero_transaction}/"
    ),
    ("api/v1/mtn/callback/", "post"): _libre("/api/v1/mtn/callback/", {"externalId": "PAY-1"}),
    ("api/v1/mtn/callback/", "put"): _libre("/api/v1/mtn/callback/", {"externalId": "PAY-1"}),
    # A pair that goes together opens its own session, whoever stands there.
    ("api/v1/auth/login/", "post"): Porte(MACHINES, lambda un: "/api/v1/auth/login/", _connexion, lignes=TOUTES),
    ("api/v1/auth/login/confirmer/", "post"): Porte(
        MACHINES, lambda un: "/api/v1/auth/login/confirmer/", _code_de_connexion, lignes=TOUTES
    ),
    ("api/v1/auth/refresh/", "post"): Porte(MACHINES, lambda un: "/api/v1/auth/refresh/", _rafraichir, lignes=TOUTES),
    ("api/v1/auth/logout/", "post"): Porte(CLIENT, lambda un: "/api/v1/auth/logout/", lignes=TOUTES),
    ("api/v1/souscriptions/<numero:numero>/beneficiaires/", "get"): Porte(CLIENT, lambda un: un.beneficiaires),
    ("api/v1/souscriptions/<numero:numero>/beneficiaires/", "post"): Porte(
        CLIENT, lambda un: un.beneficiaires, _proche
    ),
    ("api/v1/souscriptions/<numero:numero>/beneficiaires/<int:beneficiaire>/", "patch"): Porte(
        CLIENT, lambda un: f"{un.beneficiaires}{un.beneficiaire.pk}/", _proche
    ),
    ("api/v1/souscriptions/<numero:numero>/beneficiaires/<int:beneficiaire>/", "delete"): Porte(
        CLIENT, lambda un: f"{un.beneficiaires}{un.beneficiaire.pk}/"
    ),
    ("api/v1/clients/<police:police>/mobile-money/", "get"): _police("mobile-money/"),
    ("api/v1/clients/<police:police>/mobile-money/", "put"): Porte(
        CLIENT,
        lambda un: f"/api/v1/clients/{un.police.numero_police}/mobile-money/",
        lambda monde, un: {"telephone": "06 412 33 44"},
    ),
    ("api/v1/confirmations/<uuid:demande>/", "post"): Porte(
        CLIENT, lambda un: f"/api/v1/confirmations/{un.demande}/", _code
    ),
    # One answer for every phone.
    ("api/v1/auth/police-par-sms/", "post"): Porte(
        MACHINES,
        lambda un: "/api/v1/auth/police-par-sms/",
        lambda monde, un: {"telephone": un.police.souscription.client.telephone},
        lignes=TOUTES,
    ),
    ("api/v1/bornes/maintenance/", "post"): Porte(
        MACHINES, lambda un: "/api/v1/bornes/maintenance/", _maintenance, lignes=TOUTES
    ),
    ("api/v1/bornes/moi/", "get"): Porte(MACHINES, lambda un: "/api/v1/bornes/moi/", lignes=TOUTES),
    ("api/v1/agents/connexion/", "post"): Porte(
        TOUS,
        lambda un: "/api/v1/agents/connexion/",
        lambda monde, un: {"email": monde.dossiers["sienne"].agent.email, "password": MOT_DE_PASSE},
        lignes=TOUTES,
    ),
    ("api/v1/agents/moi/", "get"): Porte(frozenset(EQUIPE), lambda un: "/api/v1/agents/moi/", lignes=TOUTES),
    ("api/v1/agents/", "get"): Porte(equipe("view"), lambda un: "/api/v1/agents/", lignes=TOUTES),
    ("api/v1/agents/create/", "post"): Porte(
        equipe("add"), lambda un: "/api/v1/agents/create/", _membre, lignes=TOUTES
    ),
    ("api/v1/agents/<int:id>/", "get"): Porte(
        equipe("view"), lambda un: f"/api/v1/agents/{un.agent.pk}/", lignes=TOUTES, sauf=("agent", "conseiller")
    ),
    ("api/v1/agents/<int:id>/update/", "put"): Porte(
        equipe("change"), lambda un: f"/api/v1/agents/{un.agent.pk}/update/", _membre, lignes=TOUTES
    ),
}
# The door of the back office and the page of one's second factor: who is not signed in is led to the first.
PORTES |= {
    ("admin/login/", "get"): _libre("/admin/login/"),
    ("admin/login/code/", "get"): _libre("/admin/login/code/"),
    ("admin/second-facteur/", "get"): _libre("/admin/second-facteur/"),
}
# Says 503 without a worker, to everybody alike; asks for a token of its own, that of no person (tests/test_metriques.py);
# is 404 but for who is enrolling (test_connexion_agents); is a page of staff (tests/test_trouver.py); opens by a link made for
# one reader, whoever tries (apps/socle/tests/test_fichiers.py).
SANS_LIGNE = {
    ("sante/pret/", "get"),
    ("metriques/", "get"),
    ("admin/second-facteur/qr.svg", "get"),
    ("admin/trouver/", "get"),
    ("fichiers/<str:jeton>/", "get"),
    ("admin/fichiers/<str:jeton>/", "get"),
}


def routes(motifs: Any, prefixe: str = "") -> Iterator[tuple[str, str]]:
    for motif in motifs:
        route = prefixe + str(motif.pattern)
        if isinstance(motif, URLResolver):
            if motif.namespace != "admin":
                yield from routes(motif.url_patterns, route)
        elif isinstance(motif, URLPattern):
            vue = getattr(motif.callback, "cls", None)
            for methode in ("get", "post", "put", "patch", "delete"):
                if hasattr(vue, methode) if vue else methode == "get":
                    yield route, methode


def test_every_route_is_in_the_table() -> None:
    assert set(routes(get_resolver().url_patterns)) == set(PORTES) | SANS_LIGNE


@pytest.fixture
def monde(partage: Monde, settings: Any) -> Monde:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True
    settings.OPERATEURS = {"mtn_money": "apps.pass_payments.tests.operateur_factice.OperateurFactice"}
    operateurs._instance.cache_clear()
    return deepcopy(partage)


@pytest.fixture(scope="module")
def partage(base_du_module: None) -> Monde:
    ProduitFactory()
    un = Monde({}, BorneFactory(cle=CLE, agence=AGENCE), reglages.VERSION_CONDITIONS)
    for rang, ligne in enumerate(LIGNES):
        personne = ClientFactory(agence=AGENCE if ligne != "etrangere" else "Pointe-Noire")
        police = contrat_en_vigueur(client=personne)
        paiement = PaiementFactory(souscription=police.souscription, montant=400, numero_recu=f"REC-2026-00000{rang}")
        document = DocumentEmis.objects.create(
            code=f"ABCD-EFGH-{'ABC'[rang]}234", type="releve", souscription=police.souscription
        )
        agent = AgentFactory.create(agence=AGENCE if ligne != "etrangere" else "Pointe-Noire")
        un.dossiers[ligne] = Dossier(
            police,
            contrat_finissant(personne, fin_dans=10),
            paiement,
            document,
            agent,
            BeneficiaireFactory(souscription=police.souscription),
        )
    return un


def entrer(monde: Monde, qui: str) -> APIClient:
    api = APIClient(raise_request_exception=False)
    sienne = monde.dossiers["sienne"]
    if qui in EQUIPE:
        sienne.agent = AgentFactory.create(agence=AGENCE, role="" if qui == "sans_role" else qui)
        jeton = JetonAgent.emettre(fin=timezone.now() + timedelta(minutes=5), agent=str(sienne.agent.pk))
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton}")
    if qui == "client":
        session = SessionFactory(client=sienne.police.souscription.client, borne=monde.borne)
        jeton_client = JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk))
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton_client}", HTTP_X_BORNE_CLE=CLE)
    if qui == "borne":
        api.credentials(HTTP_X_BORNE_CLE=CLE)
    sienne.agent.set_password(MOT_DE_PASSE)
    sienne.agent.save()
    if qui == "cookie":
        api.force_login(AgentFactory.create(is_superuser=True))
    return api


@contextmanager
def puis_defaire() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("qui", sorted(TOUS))
def test_who_passes_and_whose_rows(qui: str, monde: Monde) -> None:
    api = entrer(monde, qui)
    avant = empreinte()
    fautes = [
        f"{methode} {route} {ligne} : {faute}"
        for (route, methode), porte in PORTES.items()
        # Who does not pass is refused before any row is looked for.
        for ligne in (porte.essais if qui in porte.a else porte.essais[:1])
        for faute in essayer(api, qui, monde, porte, methode, ligne, monde.dossiers[ligne])
    ]
    assert fautes == []
    assert empreinte() == avant


def essayer(
    api: APIClient, qui: str, monde: Monde, porte: Porte, methode: str, ligne: str, un: Dossier
) -> Iterator[str]:
    passe = qui in porte.a and ligne in porte.atteintes(qui)
    with puis_defaire():
        options: dict[str, Any] = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
        if methode != "get":
            options |= {"data": porte.corps(monde, un), "format": "json"}
        avant = empreinte() if not passe else None
        reponse = getattr(api, methode)(porte.chemin(un), **options)
        attendus = range(200, 400) if passe else (404,) if qui in porte.a else (401, 403)
        if reponse.status_code not in attendus:
            yield f"{reponse.status_code}, attendu {attendus}"
        if not passe and empreinte() != avant:
            yield "refusé, mais quelque chose a changé"


@pytest.mark.parametrize(("role", "lus"), [("agent", 1), ("conseiller", 1), ("auditeur", 5), ("administrateur", 5)])
def test_the_list_of_agents_has_one_s_rows(role: str, lus: int, monde: Monde, django_assert_num_queries: Any) -> None:
    api = entrer(monde, role)
    AgentFactory.create(role="agent")
    # The caller, her rights (two), her role, the agents and their roles.
    with django_assert_num_queries(7):
        reponse = api.get("/api/v1/agents/")
    assert len(reponse.json()["results"]) == lus
    assert reponse.headers["Cache-Control"] == "no-store"

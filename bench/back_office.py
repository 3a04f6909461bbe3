"""Pages of the back office at both sizes, for an administrator and for an agent of an agency.

Each page goes through the whole of Django in this process, session and template included; a connection to each database stays
open, and the two take turns. The agency and the two people are written in the databases the first time, and stay.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from apps.borne_auth.models import Agent, RoleAgent
from apps.pass_clients.models import Agence, ClientPass, NumeroPolice
from bench.databases import connecter, lire, nom_de
from bench.report import Resultat, temps
from bench.timing import entrelacer

TITRE = "Back office"
EXPLICATION = (
    "The same page at the two sizes, through Django's test client: lists, pages and the first rows of a file within 1.5 times, "
    "home within 2, searches within 3. "
    "Agent: of an agency whose rows alone are read, half the clients of the small portfolio and one in 33 of the big: both "
    "fill a page, and the first piece of a file."
)
AGENCE = "Agence du banc"
UN_CLIENT_SUR_PETIT, UN_CLIENT_SUR_GRAND = 2, 33
ROLES = (RoleAgent.ADMINISTRATEUR, RoleAgent.AGENT)

LISTES = {
    "clients": "pass_clients_clientpass",
    "contracts": "pass_clients_contrat",
    "subscriptions": "pass_clients_souscriptionpass",
    "payments": "pass_payments_paiementpass",
}
FILTREES = {
    "clients, suspended": ("pass_clients_clientpass", {"statut__exact": "suspendu"}),
    "subscriptions, active": ("pass_clients_souscriptionpass", {"statut__exact": "activee"}),
    "payments, confirmed": ("pass_payments_paiementpass", {"statut__exact": "succes"}),
}


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    bases = {petit: _base(petit, UN_CLIENT_SUR_PETIT), grand: _base(grand, UN_CLIENT_SUR_GRAND)}
    resultats = []
    try:
        with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
            for role in ROLES:
                pages = {nombre: _pages(base, role) for nombre, base in bases.items()}
                for nom, (_, au_plus) in pages[petit].items():
                    appels = {str(nombre): pages[nombre][nom][0] for nombre in bases}
                    mesure = entrelacer(appels, manches=3, tours=3 if rapide else 10, echauffement=2)
                    resultats.append(
                        temps(mesure, ours=str(grand), floor=str(petit), nom=f"{role}: {nom}", au_plus=au_plus)
                    )
    finally:
        for base in bases.values():
            base.close()
        connecter(nom_de(grand))
    return resultats


def _base(nombre: int, un_client_sur: int) -> BaseDatabaseWrapper:
    """A connection of Django's to the portfolio, beside that of the others; the agency is there."""
    base = connections.create_connection(DEFAULT_DB_ALIAS)
    base.settings_dict = {**base.settings_dict, "NAME": nom_de(nombre)}
    with _sur(base):
        _peupler(un_client_sur)
    return base


@contextmanager
def _sur(base: BaseDatabaseWrapper) -> Iterator[None]:
    avant = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = base
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = avant


def _pages(base: BaseDatabaseWrapper, role: RoleAgent) -> dict[str, tuple[Callable[[int], object], float]]:
    """What is asked for, and how many times longer it may take where there is more."""
    with _sur(base):
        navigateur = Client()
        navigateur.force_login(_personne(role))
        # One whom both may read; her portfolio is of the size of anybody's.
        client = ClientPass.objects.filter(agence__nom=AGENCE, souscriptions__police__isnull=False).order_by("-pk")[0]
        police = NumeroPolice.objects.filter(souscription__client=client).order_by("pk")[0]
        listes = {f"list of {nom}": _liste(page) for nom, page in LISTES.items()}
        filtrees = {f"list of {nom}": _liste(page, **filtre) for nom, (page, filtre) in FILTREES.items()}
        clients = LISTES["clients"]
        recherches = {
            "search by phone": _liste(clients, q=client.telephone),
            "search by police": _liste(clients, q=police.numero_police),
            "search by name": _liste(clients, q=f"{client.prenom} {client.nom}"),
            "search by a name that many bear": _liste(clients, q=client.prenom),
            "search by a misspelt name": _liste(clients, q=f"{client.prenom[:-1]} {client.nom[:3]}{client.nom[4:]}"),
        }
        pages = {
            "page of a client": reverse("admin:pass_clients_clientpass_change", args=[client.pk]),
            "client's payments": _liste(LISTES["payments"], q=client.telephone),
        }
        exports = {
            f"start of the export of {nom}": reverse(f"admin:{page}_export", args=["csv"])
            for nom, page in LISTES.items()
        }

    def appel(adresse: str) -> Callable[[int], object]:
        def demander(_: int) -> None:
            with _sur(base):
                reponse = navigateur.get(adresse)
                if reponse.status_code != 200:
                    raise AssertionError(f"{role}, {adresse}: {reponse.status_code}")
                if reponse.streaming:
                    # The mark of UTF-8, then the first rows.
                    morceaux = iter(reponse.streaming_content)
                    next(morceaux), next(morceaux)
                    reponse.close()

        return demander

    return {
        "home": (appel(reverse("admin:index")), 2.0),
        **{nom: (appel(adresse), 1.5) for nom, adresse in {**listes, **filtrees, **pages, **exports}.items()},
        **{nom: (appel(adresse), 3.0) for nom, adresse in recherches.items()},
    }


def _liste(page: str, **parametres: str) -> str:
    return reverse(f"admin:{page}_changelist", query=parametres or None)


def _peupler(un_client_sur: int) -> None:
    agence, ouverte = Agence.objects.get_or_create(nom=AGENCE)
    if not ouverte:
        return
    lire("UPDATE clients_pass SET agence_id = %s WHERE id %% %s = 0", agence.pk, un_client_sur)
    lire("VACUUM (ANALYZE) clients_pass")


def _personne(role: RoleAgent) -> Agent:
    adresse = f"{role}@bench.test"
    agent, _ = Agent.objects.get_or_create(
        email=adresse,
        defaults={
            "matricule": f"BENCH-{role}"[:20],
            "first_name": "Banc",
            "last_name": role,
            "agence": Agence.objects.get(nom=AGENCE),
            "is_staff": True,
        },
    )
    agent.groups.set([Group.objects.get(name=role)])
    return agent

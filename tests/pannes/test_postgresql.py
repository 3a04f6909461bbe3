"""PostgreSQL stopped without ceremony and started again, under load: what was acknowledged is there, and counts once."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection

from apps.pass_payments.models import PaiementPass
from apps.socle.models import Travailleur
from nsia_pass_api.database import binaries
from nsia_pass_api.database.account import server_account
from nsia_pass_api.database.server import HOST, USER, EmbeddedServer

from .atelier import Atelier, Reponse, adresse, attendre, orm_sur
from .gens import Cliente, demande, insister, ou_plus_tard, tout_est_calme, verifier_contrat, verifier_livres

FILS, PAR_FIL = 8, 16


@pytest.fixture
def serveur() -> Iterator[EmbeddedServer]:
    """A PostgreSQL of its own: the others' is not to be stopped."""
    dossier = Path(tempfile.mkdtemp(prefix="nsia-pannes-"))
    dossier.chmod(0o755)
    serveur = EmbeddedServer(folder=dossier / "postgresql", database="nsia_pass")
    yield serveur
    serveur.erase()
    shutil.rmtree(dossier)


@pytest.fixture
def atelier_a_part(
    serveur: EmbeddedServer, tmp_path: Path, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Atelier]:
    ou = serveur.start()
    url = adresse(nom=serveur.database, hote=HOST, port=ou.port, utilisateur=USER, mot_de_passe=ou.mot_de_passe)
    with django_db_blocker.unblock(), orm_sur(url):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_produits_pass", verbosity=0)
        atelier = Atelier(dossier=tmp_path, url=url)
        yield atelier
        atelier.fermer()


def arreter_net(serveur: EmbeddedServer) -> None:
    """As when the machine loses power: nothing is flushed, nobody is told."""
    fiche = serveur.record()
    assert fiche is not None
    grappe = fiche.cluster
    programmes = binaries.runnable_by(server_account(grappe.data), home=grappe.home)
    arrete, dit = programmes.run("pg_ctl", "stop", "-D", grappe.data.name, "-m", "immediate", "-w", cwd=grappe.home)
    assert arrete, dit


def test_what_was_acknowledged_survives_postgresql(serveur: EmbeddedServer, atelier_a_part: Atelier) -> None:
    atelier = atelier_a_part
    parts = [[Cliente.nouvelle() for _ in range(PAR_FIL)] for _ in range(FILS)]
    acquittes: list[str] = []
    touches = [Event() for _ in range(FILS)]

    def souscrire(cliente: Cliente, touche: Event) -> Reponse | None:
        reponse = ou_plus_tard(lambda: cliente.souscrire(atelier))
        if reponse is None:
            touche.set()
        return reponse

    def caisse(rang: int) -> None:
        """One kiosk: its clients subscribe one after the other, each until she is answered."""
        for cliente in parts[rang]:
            reponse = insister(lambda cliente=cliente: souscrire(cliente, touches[rang]))
            acquittes.append(demande(reponse))

    def en_pleine_charge() -> bool:
        etats = set(PaiementPass.objects.values_list("statut", flat=True))
        return etats >= {"initie", "en_cours", "succes"}

    atelier.simulateur.demander("reglages", {"reponses": "approuver", "delai_reponse": 0.2})
    worker = atelier.programme("travaux")
    attendre(Travailleur.objects.exists, "le travailleur")
    with ThreadPoolExecutor(FILS) as fils:
        caisses = [fils.submit(caisse, rang) for rang in range(FILS)]
        attendre(en_pleine_charge, "des demandes, des attentes et des succès")
        arreter_net(serveur)
        connection.close()
        avant = len(acquittes)
        attendre(lambda: all(touche.is_set() for touche in touches), "une panne pour chaque borne")
        serveur.start()
        for caisse_finie in caisses:
            caisse_finie.result(timeout=60)
    attendre(tout_est_calme, "plus rien à suivre", delai=60)

    assert 0 < avant < FILS * PAR_FIL
    assert len(set(acquittes)) == FILS * PAR_FIL == PaiementPass.objects.count()
    assert set(PaiementPass.objects.values_list("numero_transaction", "statut")) == {
        (numero, "succes") for numero in acquittes
    }
    for cliente in (cliente for part in parts for cliente in part):
        verifier_contrat(
            atelier, cliente, PaiementPass.objects.get(souscription__client=cliente.ident).numero_transaction
        )
    verifier_livres(atelier)

    arreter_net(serveur)
    assert worker.arreter() == 0

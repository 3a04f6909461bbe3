"""The live process, started as people start it, with a route of a test's own: tickets, Origins, what is heard and what is not."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pannes.atelier import Programme, adresse, appeler, attendre, port_libre, repond
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from apps.borne_auth.tests.races import en_parallele
from apps.socle.diagnostic import direct as direct_vu
from apps.socle.direct.ecoute import APPLICATION
from apps.socle.direct.serveur import VEILLE_SECONDES
from apps.socle.models import BilletDirect, Fait, RequeteIdempotente
from apps.socle.services.direct import annoncer_direct, consommer_billet, emettre_billet, oublier_billets

PATIENCE = 60
ouvrir = partial(connect, open_timeout=PATIENCE, proxy=None)
ICI = "http://localhost:8000"


class Direct:
    """The process, and its address."""

    def __init__(self, dossier: Path) -> None:
        ou = connections["default"].settings_dict
        self.port = port_libre()
        url = adresse(
            nom=ou["NAME"], hote=ou["HOST"], port=ou["PORT"], utilisateur=ou["USER"], mot_de_passe=ou["PASSWORD"]
        )
        environnement = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "apps.socle.tests.essai_direct.reglages",
            "DATABASE_URL": url,
            "PORT": "8000",
            "DIRECT_PORT": str(self.port),
            "DIRECT_ORIGINES": "https://pass.exemple.cg",
        }
        self.programme = Programme(
            [sys.executable, "manage.py", "direct"], environnement=environnement, journal=dossier / "direct.log"
        )
        attendre(lambda: repond(self.port, "/sante"), f"le direct : {self.programme.dit()}", delai=PATIENCE)

    def url(self, billet: str, *, objet: str = "1", route: str = "tableau") -> str:
        return f"ws://127.0.0.1:{self.port}/ws/{route}/{objet}?billet={billet}"

    def statut(self, url: str, **options: Any) -> int:
        """With which the socket was refused before it was accepted; 101 when it was."""
        try:
            with ouvrir(url, **options):
                return 101
        except InvalidStatus as refus:
            return refus.response.status_code

    @contextmanager
    def prise(self, *, porteur: str = "client:1", objet: str = "1") -> Iterator[ClientConnection]:
        RequeteIdempotente.objects.get_or_create(
            portee="essai", cle=porteur, defaults={"empreinte": "0" * 64, "statut_http": 200, "reponse": {}}
        )
        billet = emettre_billet(route="tableau", objet=objet, porteur=porteur)
        with ouvrir(self.url(billet.valeur, objet=objet)) as socket:
            yield socket


def dire(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def lire(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(timeout=PATIENCE))


def ecrire(texte: str, *, objet: str = "1") -> int:
    with transaction.atomic():
        fait = Fait.objects.create(nom="essai.dit", cle=f"tableau:{objet}", donnees={"texte": texte})
        annoncer_direct(f"tableau:{objet}", fait=fait.pk)
    return int(fait.pk)


def fin_de(socket: ClientConnection) -> int:
    """The code with which the server closes."""
    try:
        while True:
            socket.recv(timeout=PATIENCE)
    except ConnectionClosed as ferme:
        return ferme.rcvd.code if ferme.rcvd else 0


@pytest.fixture(scope="module")
def direct(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    with django_db_blocker.unblock():
        connections["default"].ensure_connection()
        processus = Direct(tmp_path_factory.mktemp("direct"))
    yield processus
    processus.programme.tuer()


@pytest.mark.django_db(transaction=True)
class TestPrises:
    def test_a_ticket_opens_once_for_its_own_object(self, direct: Direct) -> None:
        def billet(**options: Any) -> str:
            return emettre_billet(**{"route": "tableau", "objet": "1", "porteur": "client:1", **options}).valeur

        une_fois = direct.url(billet())
        assert (direct.statut(une_fois), direct.statut(une_fois)) == (101, 403)
        vieux = billet(quand=timezone.now() - timedelta(seconds=31))
        refuses = [
            direct.url("faux"),
            direct.url(""),
            direct.url(vieux),
            direct.url(billet(objet="2")),
            direct.url(billet(route="autre")),
            direct.url(billet(), route="inconnue"),
            direct.url(billet(), objet="1/2"),
            f"ws://127.0.0.1:{direct.port}/ws/tableau/1",
            f"ws://127.0.0.1:{direct.port}/socket.io/?EIO=4&transport=websocket&route=tableau&objet=1&billet=faux",
        ]
        assert [direct.statut(url) for url in refuses] == [403] * len(refuses)

    @pytest.mark.parametrize(
        ("origine", "statut"),
        [
            (ICI, 101),
            ("https://pass.exemple.cg", 101),
            (None, 101),
            ("null", 403),
            ("", 403),
            ("https://mechant.exemple", 403),
            ("https://pass.exemple.cg.mechant.exemple", 403),
            ("http://pass.exemple.cg", 403),
            ("https://pass.exemple.cg:444", 403),
        ],
    )
    def test_whose_page_may_open_a_socket(self, direct: Direct, origine: str | None, statut: int) -> None:
        billet = emettre_billet(route="tableau", objet="1", porteur="client:1").valeur
        entetes = {} if origine is None else {"additional_headers": {"Origin": origine}}
        assert direct.statut(direct.url(billet), **entetes) == statut
        # A refusal by the Origin spends no ticket.
        assert consommer_billet(billet, route="tableau", objet="1") == (None if statut == 101 else "client:1")

    def test_what_is_committed_is_heard_in_order_and_what_is_not_never_is(self, direct: Direct) -> None:
        with (
            direct.prise() as la_sienne,
            direct.prise(porteur="client:2") as autre,
            direct.prise(objet="2") as ailleurs,
        ):
            with transaction.atomic():
                fait = Fait.objects.create(nom="essai.dit", cle="tableau:1", donnees={"texte": "défait"})
                annoncer_direct("tableau:1", fait=fait.pk)
                transaction.set_rollback(True)
            dire(la_sienne, texte="un")
            recu = lire(la_sienne)
            deux = ecrire("deux")
            ici = ecrire("ailleurs", objet="2")

            assert recu["type"] == "recu"
            assert [lire(autre) for _ in range(2)] == [
                {"type": "dit", "fait": recu["fait"], "texte": "un"},
                {"type": "dit", "fait": deux, "texte": "deux"},
            ]
            assert lire(la_sienne) == {"type": "dit", "fait": deux, "texte": "deux"}
            assert lire(ailleurs) == {"type": "dit", "fait": ici, "texte": "ailleurs"}
            dire(ailleurs, depuis=0)
            assert lire(ailleurs)["fait"] == ici

    def test_an_error_costs_one_message(self, direct: Direct) -> None:
        with direct.prise() as socket:
            dits = []
            for envoi in (
                '{"autre": 1}',
                "pas du JSON",
                "[]",
                '{"texte": "panne"}',
                "[" * 10_000,
                '{"texte": "enfin"}',
            ):
                socket.send(envoi)
                dits.append(lire(socket))
            codes = [dit.get("code") for dit in dits]
            assert codes == [
                "donnees_invalides",
                "message_illisible",
                "message_illisible",
                "erreur_interne",
                "message_illisible",
                None,
            ]
            assert "panne" not in dits[3]["detail"]
            socket.send(b"\0\1")
            assert fin_de(socket) == 1003
        with direct.prise() as socket:
            socket.send("x" * 40_000)
            assert fin_de(socket) == 1009

    def test_after_a_lost_connection_each_is_told_and_hears_again(self, direct: Direct) -> None:
        with direct.prise() as une, direct.prise(porteur="client:2", objet="2") as autre:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = %s AND datname = current_database()",
                    [APPLICATION],
                )
                assert cursor.fetchall() == [(True,)]
            assert (lire(une), lire(autre)) == ({"type": "resync"}, {"type": "resync"})
            fait = ecrire("après")
            assert lire(une) == {"type": "dit", "fait": fait, "texte": "après"}
        assert appeler(direct.port, "GET", "/sante").json["ecoute"] is True

    def test_the_end_of_a_session_closes_its_sockets_within_five_seconds(self, direct: Direct) -> None:
        with direct.prise() as finie, direct.prise(porteur="client:2") as autre:
            RequeteIdempotente.objects.filter(cle="client:1").delete()
            assert fin_de(finie) == 4401
            assert VEILLE_SECONDES == 2  # it looks this often, and closes at once
            dire(autre, texte="encore")
            assert lire(autre)["type"] == "recu"

    def test_socket_io_says_the_same(self, direct: Direct) -> None:
        """Engine.IO 4 by hand: 0 opens, 40 connects, 42 is an event, 2 and 3 are ping and pong."""
        RequeteIdempotente.objects.create(
            portee="essai", cle="client:1", empreinte="0" * 64, statut_http=200, reponse={}
        )
        billet = emettre_billet(route="tableau", objet="1", porteur="client:1").valeur
        demande = f"EIO=4&transport=websocket&route=tableau&objet=1&billet={billet}"
        with ouvrir(f"ws://127.0.0.1:{direct.port}/socket.io/?{demande}", origin=ICI) as socket:
            assert str(socket.recv(timeout=PATIENCE)).startswith("0{")
            socket.send("40")
            assert str(socket.recv(timeout=PATIENCE)).startswith("40{")
            socket.send('42["message",{"texte":"bonjour"}]')
            (fait,) = attendre(lambda: list(Fait.objects.filter(nom="essai.dit")), "le message", delai=PATIENCE)
            assert socket.recv(timeout=PATIENCE) == f'42["message",{{"type":"recu","fait":{fait.pk}}}]'
            suivant = ecrire("suite")
            assert socket.recv(timeout=PATIENCE) == f'42["message",{{"type":"dit","fait":{suivant},"texte":"suite"}}]'
        assert appeler(direct.port, "GET", "/socket.io/?EIO=4&transport=polling").statut == 400


@pytest.mark.django_db
def test_the_diagnostic_asks_it(direct: Direct, settings: Any) -> None:
    settings.DIRECT_PORT = direct.port
    assert (direct_vu().niveau, direct_vu().texte) == ("ok", f"127.0.0.1:{direct.port}, à l'écoute de la base.")
    settings.DIRECT_PORT = port_libre()
    assert direct_vu().niveau == "attention"
    settings.PRODUCTION = True
    assert (direct_vu().niveau, "Lancez : manage.py direct." in direct_vu().texte) == ("erreur", True)


@pytest.mark.django_db(transaction=True)
def test_it_ends_well_when_asked_to(tmp_path: Path) -> None:
    seul = Direct(tmp_path)
    with seul.prise() as socket:
        seul.programme.processus.terminate()
        assert fin_de(socket) == 1012
    assert seul.programme.attendre_la_fin() == 0
    dit = seul.programme.dit()
    assert "Le direct est arrêté." in dit
    assert "billet" not in dit
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [APPLICATION])
        assert cursor.fetchone()[0] <= 1  # that of the other tests


@pytest.mark.django_db(transaction=True)
def test_one_of_sixteen_takes_a_ticket() -> None:
    billet = emettre_billet(route="tableau", objet="1", porteur="client:1").valeur
    pris = en_parallele(16, lambda _: consommer_billet(billet, route="tableau", objet="1"))
    assert sorted(pris, key=str) == [None] * 15 + ["client:1"]


@pytest.mark.django_db
def test_tickets_are_kept_as_hashes_and_forgotten() -> None:
    quand = timezone.now()
    billet = emettre_billet(route="tableau", objet="1", porteur="client:1", quand=quand)
    (garde,) = BilletDirect.objects.all()
    assert garde.empreinte == hashlib.sha256(billet.valeur.encode()).hexdigest()
    assert billet.expire_le == quand + timedelta(seconds=30)
    assert consommer_billet(billet.valeur, route="tableau", objet="1", quand=billet.expire_le) is None
    assert oublier_billets(quand=billet.expire_le + timedelta(hours=1)) == 0
    assert oublier_billets(quand=billet.expire_le + timedelta(hours=1, seconds=1)) == 1


@pytest.mark.django_db
def test_an_announcement_is_ids(au_service: Callable[[], None]) -> None:
    with pytest.raises(ValueError, match="autre chose que des identifiants"):
        annoncer_direct("tableau:1", texte="x" * 3000)
    au_service()
    annoncer_direct("tableau:1", fait=1)

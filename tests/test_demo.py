"""`manage.py demo` as a newcomer runs it: in a process of its own, on data of its own."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command
from pannes.atelier import attendre

from apps.borne_auth.droits import lignes_permises
from apps.borne_auth.models import Agent, Borne
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import ClientPass
from apps.pass_clients.tests.factories import AgenceFactory
from nsia_pass_api.database.server import EmbeddedServer
from nsia_pass_api.management.commands import demo as command
from nsia_pass_api.settings.environment import BASE_DIR


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One folder for the tests of this file that a worker runs: the first creates the data, the others find them."""
    folder = Path(tempfile.mkdtemp(prefix="nsia-demo-"))
    folder.chmod(0o755)
    yield folder
    server_of(folder).erase()
    shutil.rmtree(folder)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as once_taken:
        return int(once_taken.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


def server_of(data_dir: Path) -> EmbeddedServer:
    return EmbeddedServer(folder=data_dir / "postgresql", database="nsia_pass")


@contextmanager
def demo(
    data_dir: Path, port: int, momo: int | None = None, direct: int | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """`momo`, `direct`: ports of the simulator and of the live process, any free ones unless told."""
    ports = {"PORT": str(port), "MOMO_PORT": str(momo or free_port()), "DIRECT_PORT": str(direct or free_port())}
    environment = {**os.environ, "DATABASE_URL": "", "DATA_DIR": str(data_dir), "HOST": "", **ports}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """What the demo says up to the line that holds `text`."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    pytest.fail(f"« {text} » was never said:\n{said}")


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def fetch(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return answer.status, answer.read()


STOPPED = "La démonstration est arrêtée. Ses données sont gardées pour la prochaine fois.\n"


def test_what_the_demo_prints_works_and_ctrl_c_leaves_nothing_running(data_dir: Path, port: int) -> None:
    with demo(data_dir, port) as process:
        said = read_until(process, "Pour tout arrêter")
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        database = server_of(data_dir).pid()
        assert children
        assert database is not None

        assert fetch(f"http://127.0.0.1:{port}/sante/pret/") == (200, b'{"statut":"pret"}')
        address, body = re.search(r"curl -s (\S+) -H \S+ \S+ -d '(.*)'", said).groups()  # type: ignore[union-attr]
        status, answer = fetch(address, body.encode())
        assert status == 200
        assert json.loads(answer)["tokens"].keys() == {"access", "refresh"}
        pages = re.findall(r"(http://\S+/(?:(?:borne|api/docs|admin)/)?)\n", said)
        assert len(pages) == 4
        for page in pages:
            assert fetch(page)[0] == 200

        process.send_signal(signal.SIGINT)
        code, rest = finish(process)
        assert (code, rest.lstrip()) == (0, f"Arrêt en cours…\n{STOPPED}")
    assert not [pid for pid in [*children, database] if is_running(pid)]


def test_killed_by_9_it_leaves_no_child_and_the_next_run_takes_up_its_data(data_dir: Path, port: int) -> None:
    """PostgreSQL alone outlives it, as it outlives every starter; a demo that finds it running leaves it running."""
    with demo(data_dir, free_port()) as process:
        read_until(process, "Pour tout arrêter")
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        finish(process)
        attendre(lambda: not any(is_running(child.pid) for child in children), "la fin de tous ses enfants")
    assert len(children) >= 6  # web server and its two workers, worker, live process, simulator
    server = server_of(data_dir)
    pid = server.pid()
    assert pid is not None
    kept = json.loads((data_dir / "demo.json").read_text())
    assert stat.S_IMODE((data_dir / "demo.json").stat().st_mode) == 0o600

    try:
        with demo(data_dir, port) as process:
            said = read_until(process, "Pour tout arrêter")
            process.terminate()
            assert finish(process)[0] == 0
        assert "Le portefeuille de démonstration est déjà chargé" in said
        assert re.search(r"mot de passe +(\S+)", said).group(1) == kept["mot_de_passe"]  # type: ignore[union-attr]
        assert json.loads((data_dir / "demo.json").read_text()) == kept
        assert server.pid() == pid
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("moment", "number"), [("Démarrage de PostgreSQL…", signal.SIGTERM), ("Mise à jour de la base", signal.SIGINT)]
)
def test_it_can_be_stopped_while_it_starts(data_dir: Path, port: int, moment: str, number: signal.Signals) -> None:
    with demo(data_dir, port) as process:
        read_until(process, moment)
        process.send_signal(number)
        code, said = finish(process)

    assert (code, said.splitlines()[-1] + "\n") == (0, STOPPED)
    assert server_of(data_dir).pid() is None


def test_a_child_that_dies_ends_the_demo_with_its_last_words(data_dir: Path, port: int) -> None:
    """Any of the three: they are watched alike. This one is not the first, whose readiness was waited for."""
    nom, journal = "travailleur", "travaux.log"
    with demo(data_dir, port) as process:
        read_until(process, "Pour tout arrêter")
        enfants = psutil.Process(process.pid).children(recursive=True)
        (victime,) = [enfant for enfant in psutil.Process(process.pid).children() if "travaux" in enfant.cmdline()]
        victime.kill()
        code, said = finish(process)

    assert code == 1
    assert f"Le {nom} s'est arrêté tout seul. Ses derniers mots ({data_dir / 'journaux' / journal}) :" in said
    assert not [enfant.pid for enfant in enfants if is_running(enfant.pid)]
    assert server_of(data_dir).pid() is None


@pytest.mark.parametrize("setting", ["PORT", "MOMO_PORT", "DIRECT_PORT"])
def test_a_taken_port_is_said_before_anything_is_started(data_dir: Path, port: int, setting: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        held = taken.getsockname()[1]
        ports = {"port": port, {"PORT": "port", "MOMO_PORT": "momo", "DIRECT_PORT": "direct"}[setting]: held}
        with demo(data_dir, **ports) as process:
            code, said = finish(process)

    name = psutil.Process().name()
    assert (code, said) == (
        1,
        f"CommandError: Le port {held} est déjà pris par {name} (processus {os.getpid()}). "
        f"Arrêtez-le, ou choisissez un autre port : {setting}={held + 1}.\n",
    )


@pytest.mark.django_db
def test_the_printed_password_of_the_administrator_is_hers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "demo.json"
    monkeypatch.setattr(command, "ADMIN_PATH", path)

    def opens(password: str) -> bool:
        return Agent.objects.get(email=command.ADMIN_EMAIL, is_superuser=True, is_staff=True).check_password(password)

    first = command._admin_password()
    assert opens(first)
    assert command._admin_password() == first

    path.unlink()  # lost: another is drawn
    second = command._admin_password()
    assert second != first
    assert opens(second)

    Agent.objects.update(email="avant@nsia-pass.test", matricule="AVANT")  # as in a new database beside a kept file
    assert command._admin_password() == second
    assert opens(second)

    agent = Agent.objects.get(email=command.ADMIN_EMAIL)
    agent.set_password("choisi par elle-même")
    agent.save()
    assert command._admin_password() == "celui que vous avez choisi"
    assert opens("choisi par elle-même")


@pytest.mark.django_db
def test_each_role_has_an_account_with_the_printed_password() -> None:
    call_command("load_test_data_pass", stdout=StringIO())
    autre = AgentFactory.create(email="quelquun@nsia.cg", role="agent")

    assert command._team("un mot de passe") == [
        ("Agent", "mireille.loemba@nsia-pass.test", "Poto-Poto"),
        ("Agent", "aline.bouanga@nsia-pass.test", "Bacongo"),
        ("Auditeur", "bienvenu.okombi@nsia-pass.test", "Siège"),
        ("Conseiller", "clarisse.mboungou@nsia-pass.test", "Siège"),
        ("Gestionnaire", "prosper.nkounkou@nsia-pass.test", "Siège"),
    ]
    equipe = Agent.objects.filter(email__endswith=command.DOMAINE)
    assert {agent.check_password("un mot de passe") for agent in equipe} == {True}
    assert not autre.check_password("un mot de passe")
    lus = {agent.first_name: lignes_permises(agent, ClientPass.objects.all()).count() for agent in equipe}
    assert lus == {"Mireille": 7, "Aline": 4, "Prosper": 12, "Clarisse": 2, "Bienvenu": 12}


@pytest.mark.django_db
def test_each_agency_has_a_kiosk_registered_once() -> None:
    for agence in set(command.BORNES.values()):
        AgenceFactory(nom=agence)
    command._kiosks()
    command._kiosks()
    assert dict(Borne.objects.values_list("code", "agence__nom")) == command.BORNES


def test_production_has_no_demo(data_dir: Path, port: int) -> None:
    keys = dict.fromkeys(
        ("SECRET_KEY", "CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS", "CLE_COMPTEURS", "CLE_SECOND_FACTEUR"), "k" * 50
    )
    result = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=BASE_DIR,
        env={
            **os.environ,
            **keys,
            "NSIA_MODE": "production",
            "ALLOWED_HOSTS": "x",
            "URL_PUBLIQUE": "https://x",
            "MTN_ENVIRONNEMENT": "aucun",
            "DATA_DIR": str(data_dir),
            "PORT": str(port),
        },
        check=False,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert "La démonstration ne se lance pas en production." in result.stderr

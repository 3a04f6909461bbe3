"""`manage.py demo`: the whole platform with demonstration data, until Ctrl-C."""

import json
import secrets
import sys
import time
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from nsia_pass_api.database.base import embedded_server
from nsia_pass_api.database.cluster import write_private
from nsia_pass_api.demo import Child, Interruption, Running, launch, occupant, wait_until_ready
from nsia_pass_api.settings.environment import BASE_DIR, DATA_DIR, PRODUCTION

DOMAINE = "@nsia-pass.test"
ADMIN_EMAIL = f"admin{DOMAINE}"
BORNES = {"BZV-POTO-POTO-01": "Poto-Poto", "BZV-BACONGO-01": "Bacongo"}
ADMIN_PATH = DATA_DIR / "demo.json"
LOGS = DATA_DIR / "journaux"


class Command(BaseCommand):
    help = "Prépare la base et les données de démonstration, sert l'application, dit quoi essayer. Ctrl-C arrête tout."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if PRODUCTION:
            raise CommandError("La démonstration ne se lance pas en production. Retirez NSIA_MODE=production.")
        host, port = settings.DEMO_HOST, settings.DEMO_PORT
        _refuse_taken_port(host, port, name="PORT")
        _refuse_taken_port(settings.DIRECT_HOTE, settings.DIRECT_PORT, name="DIRECT_PORT")
        if settings.MTN_ENVIRONNEMENT == "simulateur":
            _refuse_taken_port(host, settings.MOMO_PORT, name="MOMO_PORT")
        interruption = Interruption()
        with interruption.watched():
            try:
                with ExitStack() as stack:
                    try:
                        self._run(host=host, port=port, stack=stack, interruption=interruption)
                    finally:
                        interruption.ignore()
                        self._say("\nArrêt en cours…")
            except (KeyboardInterrupt, SystemExit):  # commands of the project answer a signal by SystemExit
                pass
            except CommandError:
                self.stdout.write("La démonstration est arrêtée.")
                raise
        self.stdout.write("La démonstration est arrêtée. Ses données sont gardées pour la prochaine fois.")

    def _run(self, *, host: str, port: int, stack: ExitStack, interruption: Interruption) -> None:
        self._start_database(stack, interruption)
        self._say("Mise à jour de la base et des données de démonstration…")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_produits_pass", stdout=self.stdout)
        call_command("load_test_data_pass", stdout=self.stdout)
        call_command("calculer_indicateurs", stdout=StringIO())
        password = _admin_password()
        team = _team(_read(ADMIN_PATH))
        _kiosks()
        children = _children(host=host, port=port)
        running = []
        for child in children:
            with interruption.deferred():
                running.append(launch(child))
                stack.callback(running[-1].stop)
        local = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        if not wait_until_ready(running[0], host=local, port=port, path="/sante/pret/"):
            raise CommandError(_failure(running[0]))
        self._welcome(f"http://{f'[{local}]' if ':' in local else local}", port, password, team)
        connection.close()
        while all(one.is_alive() for one in running):
            time.sleep(0.2)
        raise CommandError(_failure(next(one for one in running if not one.is_alive())))

    def _start_database(self, stack: ExitStack, interruption: Interruption) -> None:
        if settings.DATABASE_URL:
            return
        server = embedded_server()
        with interruption.deferred():
            if server.pid() is None:
                self._say("Démarrage de PostgreSQL…")
                stack.callback(server.stop)
            server.start()

    def _welcome(self, host: str, port: int, password: str, team: list[tuple[str, str, str]]) -> None:
        address, phones = f"{host}:{port}", f"{host}:{settings.MOMO_PORT}/"
        police, telephone = _example()
        body = json.dumps({"police": police, "telephone": telephone})
        colleagues = "\n".join(f"      {role:<18}  {email:<34}  {agency}" for role, email, agency in team)
        self._say(
            f"""
NSIA PASS est prêt.

  Borne                   {address}/borne/
  Documentation de l'API  {address}/api/docs/
  Back-office             {address}/admin/
      adresse e-mail      {ADMIN_EMAIL}
      mot de passe        {password}

  Les autres rôles        au mot de passe que garde {ADMIN_PATH}
{colleagues}

  Téléphones des clients  {phones}
      pour approuver un paiement, code PIN 1234

  Un client à essayer     police {police}, téléphone {telephone}
      curl -s {address}/api/v1/auth/login/ -H 'Content-Type: application/json' -d '{body}'

  Journal                 {LOGS}
  Pour tout arrêter       Ctrl-C
"""
        )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _children(*, host: str, port: int) -> list[Child]:
    """The first is the one whose readiness means that the demo can be used."""
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        # A thread keeps one database connection; more threads than this only queue for the interpreter lock.
        *("--workers", "2", "--blocking-threads", "4", "--no-ws", "--working-dir", str(BASE_DIR)),
        "nsia_pass_api.wsgi:application",
    ]
    manage = [sys.executable, str(BASE_DIR / "manage.py")]
    simulateur = [*manage, "simulateur_momo", "--port", str(settings.MOMO_PORT)]
    children = [
        Child(name="serveur web", command=web, log=LOGS / "web.log"),
        Child(name="travailleur", command=[*manage, "travaux"], log=LOGS / "travaux.log"),
        Child(name="processus en direct", command=[*manage, "direct"], log=LOGS / "direct.log"),
    ]
    if settings.MTN_ENVIRONNEMENT == "simulateur":
        children.append(Child(name="simulateur Mobile Money", command=simulateur, log=LOGS / "simulateur.log"))
    return children


def _refuse_taken_port(host: str, port: int, *, name: str) -> None:
    try:
        holder = occupant(host, port)
    except OSError:
        raise CommandError(f"HOST={host} n'est pas une adresse de cette machine. Essayez HOST=127.0.0.1.") from None
    if holder is not None:
        raise CommandError(
            f"Le port {port} est déjà pris par {holder}. Arrêtez-le, ou choisissez un autre port : {name}={port + 1}."
        )


def _admin_password() -> str:
    """The demonstration's administrator exists; her password is drawn once and kept beside the data, 0600."""
    agents = get_user_model().objects
    agent = agents.filter(email=ADMIN_EMAIL).first()
    kept = _read(ADMIN_PATH)
    if agent is not None and kept is not None:
        return kept if agent.check_password(kept) else "celui que vous avez choisi"
    password = kept or secrets.token_urlsafe(12)
    write_private(ADMIN_PATH, json.dumps({"email": ADMIN_EMAIL, "mot_de_passe": password}, indent=1) + "\n")
    if agent is None:
        agents.create_superuser(
            email=ADMIN_EMAIL, password=password, matricule="DEMO-ADMIN", first_name="Admin", last_name="Démonstration"
        )
    else:
        agent.set_password(password)
        agent.save(update_fields=["password"])
    return password


def _team(password: str | None) -> list[tuple[str, str, str]]:
    """The colleagues of the demonstration: role, address and agency; all have `password`, that of the administrator at first."""
    agents = get_user_model().objects.filter(email__endswith=DOMAINE, is_superuser=False, groups__isnull=False)
    colleagues = list(agents.select_related("agence").prefetch_related("groups").order_by("matricule"))
    for agent in colleagues:
        if password is not None and not agent.check_password(password):
            agent.set_password(password)
            agent.save(update_fields=["password"])
    return [(str(agent.role.label), agent.email, agent.nom_agence) for agent in colleagues if agent.role]


def _kiosks() -> None:
    """Each agency of the demonstration has a kiosk; nobody keeps its key."""
    known = set(apps.get_model("borne_auth", "Borne").objects.filter(code__in=BORNES).values_list("code", flat=True))
    for code, agency in BORNES.items():
        if code not in known:
            call_command("enregistrer_borne", code, agence=agency, stdout=StringIO())


def _read(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text())["mot_de_passe"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _example() -> tuple[str, str]:
    """Police and phone of the oldest contract in force."""
    contrats = apps.get_model("pass_clients", "Contrat").objects.filter(etat_du_contrat="Actif")
    example = contrats.order_by("souscription_id").values_list("police", "telephone").first()
    if example is None:
        raise CommandError(
            "Les données de démonstration ne contiennent aucun contrat actif. Repartez de zéro : make clean."
        )
    police, telephone = example
    return police, telephone


def _failure(running: Running) -> str:
    state = "ne répond pas" if running.is_alive() else "s'est arrêté tout seul"
    return f"Le {running.child.name} {state}. Ses derniers mots ({running.child.log}) :\n{running.last_words()}"

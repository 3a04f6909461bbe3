"""Payments asked for and settled by eight clients at once, against hand-written SQL for the same rows; callbacks beside them.

In a copy of the small portfolio. Each client is a process with its own connection. One settlement is two transactions: the
demand with its journal, then state, journal, receipt and message. The operator is not called: what is measured is ours.
"""

import http.client
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from statistics import median, quantiles
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.borne_auth.services import ouvrir_session
from apps.pass_clients.models import Contrat, SouscriptionPass
from apps.pass_payments.models import PaiementPass, StatutPaiement
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.services.reglement import regler
from bench.databases import connecter, copie, nom_de
from bench.report import Resultat
from nsia_pass_api.dates import maintenant

TITRE = "Settlement"
EXPLICATION = (
    "Payments asked for and settled a second by 8 client processes, each settlement in two transactions (demand and journal; "
    "state, journal, receipt, message), against hand-written SQL on psycopg2 for the same rows, indexes, constraints and "
    "triggers. Rounds interleaved. Callbacks go by HTTP to the web server of the demonstration (2 workers) while the 8 "
    "clients settle. The last line counts the queries of `GET /api/v1/paiements/{numero}/`, authentication included."
)
CLIENTS = 8
LIVRETS = 50

_ENTREE = """
    SELECT 1 FROM souscriptions_pass WHERE id = %(s)s FOR NO KEY UPDATE;
    INSERT INTO paiements_pass (souscription_id, numero_transaction, montant, frais, devise, operateur, mode_paiement,
        numero_payeur,
        type_paiement, statut, motif_echec, reference_mobile_money, code_confirmation, cle_idempotence, date_demande, limite,
        a_suivre_le)
    VALUES (%(s)s, %(n)s, 100, 0, 'XAF', 'mtn_money', 'MTN Mobile Money', %(p)s, 'cotisation', 'initie', '', %(r)s, '', '', now(),
        now() + interval '10 minutes', now()) RETURNING id
"""
_JOURNAL = """
    INSERT INTO evenements_paiement (paiement_id, type, statut, donnees, date_evenement) VALUES (%s, %s, %s, '{}', now())
"""
_REGLEMENT = """
    SELECT 1 FROM souscriptions_pass WHERE id = %(s)s FOR NO KEY UPDATE;
    SELECT 1 FROM paiements_pass WHERE id = %(i)s FOR NO KEY UPDATE;
    UPDATE paiements_pass SET statut = 'succes', date_confirmation = now(), date_comptable = current_date,
        code_confirmation = '1', a_suivre_le = NULL WHERE id = %(i)s
"""
_RECU = """
    INSERT INTO series_numeros AS s (serie, annee, dernier) VALUES ('recus-bruts', 2026, 1)
    ON CONFLICT (serie, annee) DO UPDATE SET dernier = s.dernier + 1 RETURNING dernier
"""
_MESSAGE = """
    INSERT INTO messages_sortants (cle, telephone, texte, statut, cree_le, a_envoyer_le, tentatives)
    VALUES (%s, %s, 'NSIA', 'a_envoyer', now(), now(), 0)
"""


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    nombre, manches = (20, 1) if rapide else (150, 5)
    with copie(nom_de(petit)) as nom:
        souscriptions = _souscriptions()
        rapports, debits = [], {"ours": [0.0], "floor": [0.0]}
        for manche in range(manches):
            ordre = [("ours", _nos_reglements), ("floor", _reglements_bruts)]
            tour = {
                cle: CLIENTS * nombre / _ensemble(nom, faire, souscriptions, nombre)
                for cle, faire in (ordre if manche % 2 else reversed(ordre))
            }
            rapports.append(tour["ours"] / tour["floor"])
            for cle, debit in tour.items():
                debits[cle].append(debit)
        rapport = median(rapports)
        detail = (
            f"{median(debits['ours'][1:]):,.0f} / {median(debits['floor'][1:]):,.0f} a second, "
            f"rounds {min(rapports):.2f} to {max(rapports):.2f}"
        )
        p99, vus = _rappels_sous_charge(nom, souscriptions, nombre)
        requetes = _requetes_du_suivi()
    return [
        Resultat(f"settlements, {CLIENTS} clients", rapport, "≥ 0.4", rapport >= 0.4, detail),
        Resultat("callback, p99 under that load (ms)", p99, "< 50", p99 < 50, f"{vus:,} callbacks over HTTP"),
        Resultat("queries of the kiosk's follow-up", requetes, "≤ 2", requetes <= 2, "authentication and payment"),
    ]


def _souscriptions() -> list[int]:
    """Subscriptions without an open payment, a slice for each client and each pass."""
    actives = SouscriptionPass.objects.filter(statut="activee").exclude(paiements__statut__in=["initie", "en_cours"])
    return list(actives.order_by("pk").values_list("pk", flat=True)[: CLIENTS * LIVRETS])


def _ensemble(nom: str, faire: Callable[[list[int], int], None], souscriptions: list[int], nombre: int) -> float:
    """Seconds that the clients together need, from a common start."""
    depart = multiprocessing.Barrier(CLIENTS + 1)
    connection.close()
    clients = [
        multiprocessing.Process(target=_client, args=(nom, faire, souscriptions[rang::CLIENTS], nombre, depart))
        for rang in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    depart.wait()
    debut = time.perf_counter()
    for client in clients:
        client.join()
        if client.exitcode:
            raise RuntimeError(f"a client ended with {client.exitcode}")
    return time.perf_counter() - debut


def _client(
    nom: str, faire: Callable[[list[int], int], None], souscriptions: list[int], nombre: int, depart: object
) -> None:
    connecter(nom)
    faire(souscriptions, 2)
    depart.wait()  # type: ignore[attr-defined]
    faire(souscriptions, nombre)


def _payeur(souscription: int) -> str:
    """A phone of its own for each subscription: two demands at most wait on one."""
    return f"+24206{souscription % 10_000_000:07d}"


def _nos_reglements(souscriptions: list[int], nombre: int) -> None:
    connues = {une.pk: une for une in SouscriptionPass.objects.filter(pk__in=souscriptions)}
    for tour in range(nombre):
        paiement = enregistrer_demande(
            souscription=connues[souscriptions[tour % len(souscriptions)]],
            montant=100,
            type_paiement="cotisation",
            operateur="mtn_money",
            numero_payeur=_payeur(souscriptions[tour % len(souscriptions)]),
            limite=maintenant() + timedelta(minutes=10),
            a_suivre_le=maintenant(),
        )
        constat = Constat(
            etat=Etat.REUSSI, montant=100, devise="XAF", telephone=paiement.numero_payeur, code_confirmation="1"
        )
        if regler(paiement=paiement, constat=constat, source="suivi").statut != StatutPaiement.SUCCES:
            raise RuntimeError("not settled")


def _reglements_bruts(souscriptions: list[int], nombre: int) -> None:
    connection.ensure_connection()
    brute = connection.connection
    for tour in range(nombre):
        s, reference = souscriptions[tour % len(souscriptions)], uuid.uuid4()
        numero = f"PAY-{reference.hex[:18]}"
        brute.autocommit = False
        with brute.cursor() as cursor:
            cursor.execute(_ENTREE, {"s": s, "n": numero, "p": _payeur(s), "r": str(reference)})
            (ident,) = cursor.fetchone()
            cursor.execute(_JOURNAL, [ident, "demande", "initie"])
            brute.commit()
            cursor.execute(_REGLEMENT, {"s": s, "i": ident})
            cursor.execute(_JOURNAL, [ident, "confirmation", "succes"])
            cursor.execute(_RECU)
            (recu,) = cursor.fetchone()
            cursor.execute("UPDATE paiements_pass SET numero_recu = %s WHERE id = %s", [f"BRUT-{recu:06d}", ident])
            cursor.execute(_MESSAGE, [f"brut:{numero}", _payeur(s)])
            brute.commit()
        brute.autocommit = True


def _rappels_sous_charge(nom: str, souscriptions: list[int], nombre: int) -> tuple[float, int]:
    """The 99th percentile, in milliseconds, of callbacks sent one after another while the clients settle."""
    with serveur(nom) as port:
        corps = json.dumps({"externalId": "PAY-20261121-7F3K9Q", "amount": "100", "status": "SUCCESSFUL"}).encode()
        _un_rappel(port, corps)
        fin = multiprocessing.Event()
        charge = multiprocessing.Process(target=_charger, args=(nom, souscriptions, nombre, fin))
        charge.start()
        durees = []
        while not fin.is_set():
            debut = time.perf_counter()
            _un_rappel(port, corps)
            durees.append((time.perf_counter() - debut) * 1000)
        charge.join()
    return quantiles(durees, n=100)[98], len(durees)


def _charger(nom: str, souscriptions: list[int], nombre: int, fin: object) -> None:
    try:
        _ensemble(nom, _nos_reglements, souscriptions, nombre)
    finally:
        fin.set()  # type: ignore[attr-defined]


def _un_rappel(port: int, corps: bytes) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("POST", "/api/v1/mtn/callback/", body=corps, headers={"Content-Type": "application/json"})
        if client.getresponse().status != 200:
            raise RuntimeError("a callback was refused")


@contextmanager
def serveur(nom: str, **reglages: str) -> Iterator[int]:
    """The demonstration's web server on database `nom`, with these variables of its environment."""
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        port = libre.getsockname()[1]
    connecter(nom)
    parametres = connection.get_connection_params()
    adresse = "postgres://{user}:{password}@{host}:{port}/{dbname}".format(
        **{cle: quote(str(parametres[cle]), safe="") for cle in ("user", "password", "host", "port", "dbname")}
    )
    commande = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--no-ws", "nsia_pass_api.wsgi:application"),
    ]
    processus = subprocess.Popen(
        commande,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": adresse, **reglages},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _attendre(port)
        yield port
    finally:
        processus.terminate()
        processus.wait()


def _attendre(port: int) -> None:
    for _ in range(300):
        with socket.socket() as essai:
            if essai.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def _requetes_du_suivi() -> int:
    contrat = Contrat.objects.filter(etat_du_contrat="Actif").order_by("souscription_id")[0]
    paiement = PaiementPass.objects.filter(souscription=contrat.souscription_id)[0]
    ouverte, _ = ouvrir_session(police=contrat.police, telephone=contrat.telephone, borne=None, adresse="127.0.0.1")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {ouverte.acces}")
    with CaptureQueriesContext(connection) as requetes:
        reponse = client.get(f"/api/v1/paiements/{paiement.numero_transaction}/")
    if reponse.status_code != 200:
        raise RuntimeError(reponse.content)
    return len(requetes)

"""A settlement beside a flood of callbacks: the time from the true callback of a payment to its settlement, quiet and flooded.

In a copy of the small portfolio, with the demonstration's web server and one worker, all in processes of their own. The operator
answers at once: what is measured is ours.
"""

import http.client
import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments.models import PaiementPass, RappelOperateur, StatutPaiement
from apps.pass_payments.operateurs import Constat, Etat, Rappel
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.socle.files import TACHES
from apps.socle.travailleur import Travaux
from bench.databases import connecter, copie, nom_de
from bench.report import Resultat
from bench.settlement import serveur
from nsia_pass_api.dates import maintenant

TITRE = "Settlement beside a flood of callbacks"
EXPLICATION = (
    "Milliseconds from the HTTP callback of a payment to its settlement by the worker, one payment after another, with a flood "
    "and without. The flood: 200 callbacks a second from 2 processes on this machine, half of unknown payments, a quarter "
    "unreadable (16 kio), a quarter forged for one open payment, under addresses that change. Rounds interleaved. The "
    "operator answers at once."
)
PAR_SECONDE, INONDEURS = 200, 2
ATTENTE = 30.0


class OperateurDuBanc:
    """Says at once that everything was paid."""

    def consulter_paiement(self, *, reference: UUID) -> Constat:
        return Constat(etat=Etat.REUSSI, montant=100, devise="XAF", code_confirmation="1")

    def lire_rappel(self, corps: str) -> Rappel | None:
        try:
            lu = json.loads(corps)
        except ValueError:
            return None
        return Rappel(numero=lu["externalId"], etat=Etat.REUSSI, montant=100)


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    nombre, manches = (5, 1) if rapide else (20, 5)
    with copie(nom_de(petit)) as nom, serveur(nom, PROXYS_DE_CONFIANCE="1") as port, _travailleur(nom):
        vise = _paiement(_souscriptions()[0])
        rapports, temps = [], {"quiet": [0.0], "flooded": [0.0]}
        _reglement(port, _souscriptions()[1])
        recus = 0
        for _ in range(manches):
            calme = median(_reglement(port, une) for une in _souscriptions()[1 : nombre + 1])
            with _inondation(port, vise.numero_transaction) as compte:
                inonde = median(_reglement(port, une) for une in _souscriptions()[1 : nombre + 1])
            recus += compte.value
            rapports.append(inonde / calme)
            temps["quiet"].append(calme)
            temps["flooded"].append(inonde)
        gardes = RappelOperateur.objects.count()
    rapport = median(rapports)
    detail = (
        f"{median(temps['flooded'][1:]):.0f} ms / {median(temps['quiet'][1:]):.0f} ms, "
        f"rounds {min(rapports):.2f} to {max(rapports):.2f}"
    )
    borne = 200 + 20 + manches * 2 * nombre * 2
    return [
        Resultat("settlement, flooded / quiet", rapport, "≤ 2", rapport <= 2, detail),
        Resultat(
            "callbacks kept", gardes, f"≤ {borne}", gardes <= borne, f"of {recus:,} of the flood, and one a settlement"
        ),
    ]


def _souscriptions() -> list[SouscriptionPass]:
    actives = SouscriptionPass.objects.filter(statut="activee").exclude(paiements__statut__in=["initie", "en_cours"])
    return list(actives.order_by("pk")[:50])


def _paiement(souscription: SouscriptionPass) -> PaiementPass:
    """One that the operator holds, and of which he is asked when a callback comes."""
    plus_tard = maintenant() + timedelta(hours=1)
    paiement = enregistrer_demande(
        souscription=souscription,
        montant=100,
        type_paiement="cotisation",
        operateur="mtn_money",
        numero_payeur=f"+24206{6_000_000 + souscription.pk % 1_000_000:07d}",
        limite=plus_tard,
        a_suivre_le=plus_tard,
    )
    PaiementPass.objects.filter(pk=paiement.pk).update(tentatives=2)
    return paiement


def _reglement(port: int, souscription: SouscriptionPass) -> float:
    """Milliseconds from the callback to the settlement."""
    paiement = _paiement(souscription)
    debut = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        _envoyer(client, _corps(paiement.numero_transaction), "41.78.0.1")
    while time.perf_counter() - debut < ATTENTE:
        if PaiementPass.objects.filter(pk=paiement.pk, statut=StatutPaiement.SUCCES).exists():
            return (time.perf_counter() - debut) * 1000
        time.sleep(0.005)
    raise RuntimeError("not settled")


def _corps(numero: str) -> bytes:
    return json.dumps({"externalId": numero, "amount": "100", "status": "SUCCESSFUL"}).encode()


def _envoyer(client: http.client.HTTPConnection, corps: bytes, adresse: str) -> None:
    entetes = {"Content-Type": "application/json", "X-Forwarded-For": adresse}
    client.request("POST", "/api/v1/mtn/callback/", body=corps, headers=entetes)
    reponse = client.getresponse()
    reponse.read()
    if reponse.status != 200:
        raise RuntimeError("a callback was refused")


@contextmanager
def _inondation(port: int, vise: str) -> Iterator[Any]:
    """The flood lasts as long as the block; gives how many callbacks were answered."""
    fin, compte = multiprocessing.Event(), multiprocessing.Value("i", 0)
    processus = [multiprocessing.Process(target=_inonder, args=(port, vise, fin, compte)) for _ in range(INONDEURS)]
    connection.close()
    for un in processus:
        un.start()
    time.sleep(1)
    try:
        yield compte
    finally:
        fin.set()
        for un in processus:
            un.join()


def _inonder(port: int, vise: str, fin: Any, compte: Any) -> None:
    hasard, pas = random.Random(), INONDEURS / PAR_SECONDE
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        prochain = time.perf_counter()
        while not fin.is_set():
            corps = hasard.choice(
                [_corps(f"PAY-{hasard.randrange(10**9)}"), _corps("PAY-1"), b"x" * 16_000, _corps(vise)]
            )
            _envoyer(client, corps, f"10.{hasard.randrange(256)}.{hasard.randrange(256)}.{hasard.randrange(256)}")
            with compte.get_lock():
                compte.value += 1
            prochain += pas
            time.sleep(max(0.0, prochain - time.perf_counter()))


@contextmanager
def _travailleur(nom: str) -> Iterator[None]:
    connection.close()
    fin = multiprocessing.Event()
    processus = multiprocessing.Process(target=_travailler, args=(nom, fin))
    processus.start()
    try:
        yield
    finally:
        fin.set()
        processus.join()


def _travailler(nom: str, fin: Any) -> None:
    settings.OPERATEURS = {"mtn_money": "bench.callbacks.OperateurDuBanc"}
    settings.MESSAGERIE = ""
    TACHES.clear()
    connecter(nom)
    travaux = Travaux(pause=0.05)
    while not fin.is_set():
        if not travaux.tour():
            fin.wait(travaux.pause)

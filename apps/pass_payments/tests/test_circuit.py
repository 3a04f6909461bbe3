import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.pass_payments.operateurs import OperateurFerme, OperateurInjoignable
from apps.pass_payments.operateurs.circuit import Circuit
from apps.pass_payments.operateurs.errors import AccesRefuse, EnvoyeeAilleurs

from .temps import Temps


@pytest.fixture
def circuit(temps: Temps) -> Circuit:
    return Circuit(seuil=3, repos=5, repos_maximum=15, horloge=temps)


def appeler(circuit: Circuit, erreur: Exception | None = None) -> None:
    with circuit.passage():
        if erreur:
            raise erreur


def echouer(circuit: Circuit, fois: int = 1) -> None:
    for _ in range(fois):
        with pytest.raises(OperateurInjoignable, match="silence"):
            appeler(circuit, OperateurInjoignable("silence"))


def ouvert_pour(circuit: Circuit) -> float:
    with pytest.raises(OperateurFerme) as ferme:
        appeler(circuit)
    return ferme.value.reessayer_dans


def test_s_ouvre_au_troisieme_silence_de_suite(circuit: Circuit) -> None:
    echouer(circuit, 2)
    appeler(circuit)
    echouer(circuit, 2)
    appeler(circuit)
    echouer(circuit, 3)
    assert ouvert_pour(circuit) == 5


def test_le_repos_double_jusqu_au_maximum_puis_repart_du_debut(circuit: Circuit, temps: Temps) -> None:
    echouer(circuit, 3)
    for repos in (5, 10, 15, 15):
        assert ouvert_pour(circuit) == repos
        temps.passer(repos)
        echouer(circuit)
    temps.passer(15)
    appeler(circuit)
    echouer(circuit, 3)
    assert ouvert_pour(circuit) == 5


def test_une_seule_sonde(circuit: Circuit, temps: Temps) -> None:
    echouer(circuit, 3)
    temps.passer(5)
    with circuit.passage():
        assert ouvert_pour(circuit) == 5
    appeler(circuit)


def test_une_sonde_que_nos_erreurs_emportent_est_suivie_d_une_autre(circuit: Circuit, temps: Temps) -> None:
    echouer(circuit, 3)
    temps.passer(5)
    for erreur in (ZeroDivisionError(), EnvoyeeAilleurs()):
        with pytest.raises(type(erreur)):
            appeler(circuit, erreur)
        assert ouvert_pour(circuit) == 5
        temps.passer(5)
    appeler(circuit)
    appeler(circuit)


def test_un_refus_est_une_reponse(circuit: Circuit, temps: Temps) -> None:
    echouer(circuit, 3)
    temps.passer(5)
    with pytest.raises(AccesRefuse):
        appeler(circuit, AccesRefuse("401", statut=401))
    echouer(circuit, 2)
    appeler(circuit)


def test_ceux_qui_etaient_partis_avant_ne_prolongent_rien(circuit: Circuit, temps: Temps) -> None:
    partis, ouvert = threading.Barrier(5), threading.Event()

    def partir(_: int) -> None:
        with circuit.passage():
            partis.wait()
            ouvert.wait()
            raise OperateurInjoignable("silence")

    with ThreadPoolExecutor(4) as fils:
        vols = [fils.submit(partir, rang) for rang in range(4)]
        partis.wait()
        echouer(circuit, 3)
        temps.passer(4)
        ouvert.set()
        assert [type(vol.exception()) for vol in vols] == [OperateurInjoignable] * 4
    assert ouvert_pour(circuit) == 1


def test_seize_fils_une_sonde(circuit: Circuit, temps: Temps) -> None:
    echouer(circuit, 3)
    temps.passer(5)
    depart, fin = threading.Barrier(16), threading.Event()
    refus = threading.Semaphore(0)

    def sonder(_: int) -> str:
        depart.wait()
        try:
            with circuit.passage():
                fin.wait()
                return "sonde"
        except OperateurFerme:
            refus.release()
            return "fermé"

    with ThreadPoolExecutor(16) as fils:
        issues: list[Callable[[], str]] = [fils.submit(sonder, rang).result for rang in range(16)]
        for _ in range(15):
            refus.acquire()
        fin.set()
        assert sorted(issue() for issue in issues) == ["fermé"] * 15 + ["sonde"]

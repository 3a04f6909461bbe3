import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.pass_payments.operateurs import OperateurInjoignable
from apps.pass_payments.operateurs.errors import AccesRefuse
from apps.pass_payments.operateurs.jetons import Jeton, Jetons

from .temps import Temps


class Mtn:
    """Gives tokens `j1`, `j2`, …, or what it is told to raise; with `porte`, only when that is opened."""

    def __init__(self, duree: float = 3_600) -> None:
        self.duree = duree
        self.demandes = 0
        self.echec: BaseException | None = None
        self.porte: threading.Event | None = None
        self.entre = threading.Event()

    def __call__(self) -> Jeton:
        self.demandes += 1
        self.entre.set()
        if self.porte:
            self.porte.wait()
        if self.echec:
            raise self.echec
        return Jeton(valeur=f"j{self.demandes}", duree=self.duree)


@pytest.fixture
def mtn() -> Mtn:
    return Mtn()


@pytest.fixture
def jetons(mtn: Mtn, temps: Temps) -> Jetons:
    return Jetons(mtn, horloge=temps)


def lire(jetons: Jetons) -> str:
    return jetons.lire(attente=5)


def test_renouvele_dix_minutes_avant(jetons: Jetons, temps: Temps) -> None:
    assert lire(jetons) == "j1"
    temps.passer(2_999)
    assert lire(jetons) == "j1"
    temps.passer(1)
    assert lire(jetons) == "j2"


def test_une_vie_courte_sert_a_moitie(temps: Temps) -> None:
    jetons = Jetons(Mtn(duree=300), horloge=temps)
    assert [lire(jetons), lire(jetons)] == ["j1", "j1"]
    temps.passer(150)
    assert lire(jetons) == "j2"


def test_oublier_ne_jette_pas_celui_d_un_autre(jetons: Jetons) -> None:
    assert lire(jetons) == "j1"
    jetons.oublier("j1")
    assert lire(jetons) == "j2"
    jetons.oublier("j1")
    assert lire(jetons) == "j2"


@pytest.mark.parametrize("echec", [OperateurInjoignable("silence"), AccesRefuse("non", statut=401)])
def test_l_ancien_sert_tant_qu_il_vit(jetons: Jetons, mtn: Mtn, temps: Temps, echec: Exception) -> None:
    lire(jetons)
    mtn.echec = echec
    temps.passer(3_000)
    assert [lire(jetons), lire(jetons)] == ["j1", "j1"]
    assert mtn.demandes == 2
    temps.passer(30)
    assert lire(jetons) == "j1"
    assert mtn.demandes == 3
    temps.passer(570)
    with pytest.raises(type(echec)):
        lire(jetons)
    mtn.echec = None
    assert lire(jetons) == "j5"


def test_l_ancien_oublie_pendant_qu_on_le_renouvelle(jetons: Jetons, mtn: Mtn, temps: Temps) -> None:
    lire(jetons)
    temps.passer(3_000)
    mtn.porte, mtn.echec = threading.Event(), OperateurInjoignable("silence")
    mtn.entre.clear()
    with ThreadPoolExecutor(1) as fil:
        vol = fil.submit(lire, jetons)
        mtn.entre.wait()
        jetons.oublier("j1")
        mtn.porte.set()
        assert vol.result() == "j1"  # MTN will answer 401, and a fresh one will be asked for
    mtn.echec = None
    assert lire(jetons) == "j3"


def ensemble(jetons: Jetons, mtn: Mtn, appel: Callable[[], object]) -> list[object]:
    """What sixteen threads get who all call before MTN has answered the first."""
    mtn.porte = threading.Event()
    depart = threading.Barrier(17)

    def un(_: int) -> object:
        depart.wait()
        try:
            return appel()
        except (OperateurInjoignable, AccesRefuse) as echec:
            return echec

    with ThreadPoolExecutor(16) as fils:
        vols = [fils.submit(un, rang) for rang in range(16)]
        depart.wait()
        mtn.entre.wait()
        mtn.porte.set()
        return [vol.result() for vol in vols]


def test_seize_fils_un_jeton(jetons: Jetons, mtn: Mtn) -> None:
    assert ensemble(jetons, mtn, lambda: lire(jetons)) == ["j1"] * 16
    assert mtn.demandes == 1


def test_pendant_le_renouvellement_les_autres_gardent_l_ancien(jetons: Jetons, mtn: Mtn, temps: Temps) -> None:
    lire(jetons)
    temps.passer(3_000)
    mtn.porte = threading.Event()
    mtn.entre.clear()
    with ThreadPoolExecutor(1) as fil:
        vol = fil.submit(lire, jetons)
        mtn.entre.wait()
        assert lire(jetons) == "j1"
        mtn.porte.set()
        assert vol.result() == "j2"


def test_l_echec_est_celui_de_tous(jetons: Jetons, mtn: Mtn) -> None:
    mtn.porte, mtn.echec = threading.Event(), OperateurInjoignable("silence")
    with ThreadPoolExecutor(1) as fil:
        meneur = fil.submit(lire, jetons)
        mtn.entre.wait()
        attendu = jetons._en_vol
        with pytest.raises(OperateurInjoignable, match="trop longtemps"):
            jetons.lire(attente=0)
        mtn.porte.set()
        assert meneur.exception() is mtn.echec
    assert attendu is not None
    assert attendu.exception(0) is mtn.echec
    assert mtn.demandes == 1


def test_une_interruption_ne_laisse_personne_attendre(jetons: Jetons, mtn: Mtn) -> None:
    mtn.porte, mtn.echec = threading.Event(), KeyboardInterrupt()
    with ThreadPoolExecutor(1) as fils:
        vol = fils.submit(lire, jetons)
        mtn.entre.wait()
        vu = jetons._en_vol
        mtn.porte.set()
        assert isinstance(vol.exception(), KeyboardInterrupt)
    assert vu is not None
    with pytest.raises(OperateurInjoignable, match="interrompue"):
        vu.result(0)
    mtn.echec = None
    assert lire(jetons) == "j2"


def test_un_jeton_ne_se_montre_pas() -> None:
    assert "abc" not in repr(Jeton(valeur="abc", duree=1))

"""Budgets of wrong guesses: their sums, their windows, what they share, and that races cannot stretch them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.conf import settings as reglages
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.borne_auth import attempts
from apps.borne_auth.models import Borne, CompteurEssais, SessionBorne
from apps.borne_auth.tests.conftest import CLE, POLICE, TELEPHONE
from apps.borne_auth.tests.factories import BorneFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import NumeroPolice
from nsia_pass_api.errors import TropDEssais

pytestmark = pytest.mark.django_db

Connecter = Callable[..., HttpResponse]
MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)  # noon in Brazzaville
ADRESSES = [f"41.78.{n}.1" for n in range(100)]


def faux_telephone(rang: int) -> str:
    return f"+24206999{rang:04d}"


def compteurs() -> dict[str, int]:
    return dict(CompteurEssais.objects.values_list("regle", "essais"))


@time_machine.travel(MIDI, tick=False)
def test_outside_kiosks_a_police_has_four_wrong_guesses_over_all_addresses(
    contrat: NumeroPolice, connecter: Connecter
) -> None:
    statuts = [connecter(telephone=faux_telephone(n), adresse=ADRESSES[n]).status_code for n in range(8)]

    assert statuts == [401] * 4 + [429] * 4
    reponse = connecter(adresse=ADRESSES[50])
    corps = reponse.json()
    assert (reponse.status_code, corps["code"], corps["title"]) == (429, "trop_d_essais", "Trop d'essais")
    assert corps["detail"] == (
        "Trop d'essais. Réessayez demain, dans 12 heures. Un agent peut vous aider tout de suite."
    )
    assert reponse.headers["Retry-After"] == str(12 * 3600)


@time_machine.travel(MIDI, tick=False)
def test_a_police_that_does_not_exist_is_refused_in_the_same_words_at_the_same_count(
    contrat: NumeroPolice, connecter: Connecter
) -> None:
    def reponses(police: str, reseau: int) -> list[tuple[object, ...]]:
        lues = []
        for n in range(6):
            reponse = connecter(police=police, telephone=faux_telephone(reseau + n), adresse=ADRESSES[reseau + n])
            corps = {cle: valeur for cle, valeur in reponse.json().items() if cle != "requete"}
            lues.append((reponse.status_code, corps, reponse.headers.get("Retry-After")))
        return lues

    assert reponses(POLICE, 0) == reponses("CG-2026-VIE-777", 10) == reponses("IMPOSSIBLE", 20)


def test_a_full_budget_is_refused_without_looking_at_the_pair(contrat: NumeroPolice, connecter: Connecter) -> None:
    for n in range(4):
        connecter(telephone=faux_telephone(n), adresse=ADRESSES[n])
    with CaptureQueriesContext(connection) as requetes:
        assert connecter(adresse=ADRESSES[9]).status_code == 429

    assert not [requete for requete in requetes.captured_queries if "contrats" in requete["sql"]]


def test_a_stranger_elsewhere_does_not_lock_out_the_client_at_a_kiosk(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter
) -> None:
    for n in range(20):
        connecter(telephone=faux_telephone(n), adresse=ADRESSES[n])
        connecter(police=f"CG-2026-VIE-{500 + n}", adresse=ADRESSES[20 + n])

    assert connecter(adresse=ADRESSES[50]).status_code == 429
    assert connecter(cle=CLE, adresse=ADRESSES[0]).status_code == 200


def test_at_kiosks_a_police_has_three_guesses_each_and_six_in_all(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter
) -> None:
    BorneFactory(cle="deux")
    BorneFactory(cle="trois")

    statuts = {
        cle: [connecter(cle=cle, telephone=faux_telephone(10 * rang + n)).status_code for n in range(4)]
        for rang, cle in enumerate((CLE, "deux", "trois"))
    }

    assert statuts == {CLE: [401] * 3 + [429], "deux": [401] * 3 + [429], "trois": [429] * 4}


def test_no_police_has_more_than_ten_wrong_guesses_a_day(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter
) -> None:
    BorneFactory(cle="deux")
    BorneFactory(cle="trois")
    sources = [{"cle": CLE}, {"cle": "deux"}, {"cle": "trois"}, *({"adresse": adresse} for adresse in ADRESSES[:9])]

    with time_machine.travel(MIDI) as horloge:
        statuts = Counter()
        for tour in range(4):
            horloge.shift(timedelta(minutes=20))
            for rang, source in enumerate(sources):
                statuts[connecter(telephone=faux_telephone(100 * tour + rang), **source).status_code] += 1

    assert statuts == {401: 10, 429: 38}


def test_a_phone_has_five_outside_five_at_a_kiosk_and_ten_at_all_kiosks(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter
) -> None:
    BorneFactory(cle="deux")
    BorneFactory(cle="trois")

    def essayer(nombre: int, **source: str) -> list[int]:
        essayer.police += nombre
        return [
            connecter(
                police=f"CG-2026-SAN-{n}", **({"adresse": ADRESSES[n % 100]} if "cle" not in source else source)
            ).status_code
            for n in range(essayer.police - nombre, essayer.police)
        ]

    essayer.police = 100
    assert essayer(6) == [401] * 5 + [429]
    assert essayer(6, cle=CLE) == [401] * 5 + [429]
    assert essayer(6, cle="deux") == [401] * 5 + [429]
    assert essayer(1, cle="trois") == [429]


def test_an_address_has_five_wrong_guesses_a_minute_and_fifty_a_day(db: None, connecter: Connecter) -> None:
    def essai(n: int, adresse: str = "41.78.1.1") -> HttpResponse:
        return connecter(police=f"CG-2026-EPG-{n}", telephone=faux_telephone(n), adresse=adresse)

    with time_machine.travel(MIDI, tick=False) as horloge:
        assert [essai(n).status_code for n in range(5)] == [401] * 5
        assert (essai(5).status_code, essai(5).headers["Retry-After"]) == (429, "60")
        assert essai(5, adresse="41.78.1.2").status_code == 401
        for minute in range(1, 10):
            horloge.shift(timedelta(minutes=1))
            assert [essai(10 * minute + n).status_code for n in range(5)] == [401] * 5
        horloge.shift(timedelta(minutes=1))
        assert (essai(500).status_code, essai(500).headers["Retry-After"]) == (429, str(12 * 3600 - 600))


def test_the_requests_of_a_kiosk_do_not_count_against_its_address(borne: Borne, connecter: Connecter) -> None:
    for n in range(10):
        assert connecter(cle=CLE, police=f"CG-2026-EPG-{n}", telephone=faux_telephone(n)).status_code == 401

    assert set(compteurs()) == {"police_borne", "police_bornes", "telephone_borne", "telephone_bornes", "borne"}
    assert connecter(police="CG-2026-EPG-99", telephone=faux_telephone(99)).status_code == 401


@time_machine.travel(MIDI, tick=False)
def test_a_kiosk_has_thirty_wrong_guesses_a_quarter_of_an_hour(
    contrat: NumeroPolice, borne: Borne, connecter: Connecter
) -> None:
    BorneFactory(cle="deux")
    for n in range(30):
        assert connecter(cle=CLE, police=f"CG-2026-EPG-{n}", telephone=faux_telephone(n)).status_code == 401

    assert (connecter(cle=CLE).status_code, connecter(cle=CLE).headers["Retry-After"]) == (429, "900")
    assert connecter(cle="deux").status_code == 200
    with time_machine.travel(MIDI + timedelta(minutes=15), tick=False):
        assert connecter(cle=CLE).status_code == 200


def test_right_pairs_count_for_nothing(contrat: NumeroPolice, borne: Borne, connecter: Connecter) -> None:
    assert [connecter().status_code for _ in range(8)] == [200] * 8
    assert [connecter(cle=CLE).status_code for _ in range(8)] == [200] * 8
    assert CompteurEssais.objects.count() == 0
    assert SessionBorne.objects.count() == 16


def test_a_right_pair_takes_its_charge_back_and_leaves_the_others(contrat: NumeroPolice, connecter: Connecter) -> None:
    connecter(telephone=faux_telephone(1))
    avant = compteurs()

    connecter()

    assert (
        compteurs()
        == avant
        == {"police_hors_borne": 1, "telephone_hors_borne": 1, "adresse_minute": 1, "adresse_jour": 1}
    )


def test_a_refused_guess_is_not_charged_elsewhere(contrat: NumeroPolice, connecter: Connecter) -> None:
    """An address that is stopped cannot go on eating the budget of a police."""
    with time_machine.travel(MIDI, tick=False):
        for n in range(5):
            connecter(police="CG-2026-VIE-888", telephone=faux_telephone(n), adresse="41.78.1.1")
        for n in range(10):
            assert connecter(telephone=faux_telephone(10 + n), adresse="41.78.1.1").status_code in (401, 429)
        assert connecter(adresse="41.78.9.9").status_code == 200


def test_the_day_is_that_of_brazzaville(contrat: NumeroPolice, connecter: Connecter) -> None:
    with time_machine.travel(datetime(2026, 11, 21, 22, 59, 30, tzinfo=UTC), tick=False) as horloge:
        for n in range(4):
            connecter(telephone=faux_telephone(n), adresse=ADRESSES[n])
        reponse = connecter(adresse=ADRESSES[9])
        assert (reponse.status_code, reponse.headers["Retry-After"]) == (429, "30")
        horloge.shift(timedelta(seconds=30))
        assert connecter(adresse=ADRESSES[9]).status_code == 200


def test_spellings_of_one_pair_share_its_budget(contrat: NumeroPolice, connecter: Connecter) -> None:
    ecritures = ["cg-2026-vie-001", "CG2026VIE001", " Cg-2O26-Vie-OO1", "CG -2026-V1E-00I", "cg-20-26-VIE-001"]

    statuts = [
        connecter(police=police, telephone=faux_telephone(n), adresse=ADRESSES[n]).status_code
        for n, police in enumerate(ecritures)
    ]

    assert statuts == [401] * 4 + [429]


def test_counters_hold_neither_phone_police_nor_address(contrat: NumeroPolice, connecter: Connecter) -> None:
    connecter(telephone=faux_telephone(1), adresse="41.78.1.1")

    contenu = str(list(CompteurEssais.objects.values()))
    for secret in (POLICE, faux_telephone(1), "41.78.1.1", faux_telephone(1)[-9:]):
        assert secret not in contenu


def test_the_hash_of_a_subject_depends_on_the_rule_and_on_the_key(settings) -> None:
    debut = MIDI
    police = attempts.Budget(attempts.RegleEssais.POLICE_BORNES, "A", 1, debut, debut)
    telephone = attempts.Budget(attempts.RegleEssais.TELEPHONE_BORNES, "A", 1, debut, debut)
    sujets = {attempts._sujet(police), attempts._sujet(telephone)}
    settings.CLE_COMPTEURS = "une autre clé"

    assert len(sujets | {attempts._sujet(police)}) == 3


@pytest.mark.parametrize(
    ("une", "autre", "meme"),
    [
        ("2c0f:f248:1:2::1", "2c0f:f248:1:2:ffff::9", True),
        ("2c0f:f248:1:2::1", "2c0f:f248:1:3::1", False),
        ("::ffff:41.78.1.1", "41.78.1.1", True),
        ("41.78.1.1", "41.78.1.2", False),
        ("", "", True),
        ("", "41.78.1.1", False),
    ],
)
def test_an_ipv6_network_counts_as_one_address(une: str, autre: str, meme: bool) -> None:
    assert (attempts.reseau_de(une) == attempts.reseau_de(autre)) is meme


def test_the_budgets_of_the_settings_add_up_to_ten_at_most() -> None:
    assert reglages.ESSAIS_POLICE_HORS_BORNE + reglages.ESSAIS_POLICE_BORNES == reglages.ESSAIS_POLICE_MAX == 10


def test_counters_are_charged_in_one_order_whatever_the_order_given(db: None) -> None:
    budgets = attempts.budgets_client(police="A", telephone="B", borne=None, adresse="C", le=MIDI)

    for liste in (budgets, budgets[::-1]):
        assert attempts.tenter(budgets=liste, evaluer=lambda: None, le=MIDI) is None
    lignes = list(CompteurEssais.objects.order_by("pk").values_list("regle", flat=True))

    assert all(avant < apres for avant, apres in pairwise(lignes))


def test_what_the_evaluation_raises_leaves_no_charge(db: None) -> None:
    def panne() -> None:
        raise ZeroDivisionError

    budgets = attempts.budgets_client(police="A", telephone="B", borne=None, adresse="C", le=MIDI)
    with pytest.raises(ZeroDivisionError):
        attempts.tenter(budgets=budgets, evaluer=panne, le=MIDI)

    assert CompteurEssais.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @staticmethod
    def _statut(telephone: str, adresse: str = "41.78.1.1", police: str = POLICE, **entetes: str) -> int:
        return (
            APIClient()
            .post(
                "/api/v1/auth/login/",
                {"police": police, "telephone": telephone},
                format="json",
                REMOTE_ADDR=adresse,
                headers=entetes,
            )
            .status_code
        )

    def test_thirty_two_parallel_guesses_have_four_looks_at_a_police(self, contrat: NumeroPolice) -> None:
        statuts = en_parallele(32, lambda n: self._statut(faux_telephone(n), ADRESSES[n]))

        assert Counter(statuts) == {401: 4, 429: 28}
        assert CompteurEssais.objects.get(regle="police_hors_borne").essais == 4

    def test_thirty_two_parallel_guesses_over_kiosks_and_addresses_have_ten(self, contrat: NumeroPolice) -> None:
        for cle in ("un", "deux", "trois"):
            BorneFactory(cle=cle)
        sources = [{"X-Borne-Cle": cle} for cle in ("un", "deux", "trois")] + [{}]

        statuts = en_parallele(32, lambda n: self._statut(faux_telephone(n), ADRESSES[n], **sources[n % 4]))

        assert Counter(statuts) == {401: 10, 429: 22}

    def test_right_and_wrong_guesses_together_keep_the_cap_and_deadlock_nobody(self, contrat: NumeroPolice) -> None:
        """Every thread shares some counter with every other; right pairs roll back in the middle of the queue."""
        borne = BorneFactory(cle="un")

        def essai(n: int) -> int:
            if n % 2:
                return self._statut(TELEPHONE, **{"X-Borne-Cle": "un"})
            return self._statut(faux_telephone(n % 6), **{"X-Borne-Cle": "un"})

        statuts = Counter(en_parallele(32, essai))

        assert set(statuts) <= {200, 401, 429}
        assert statuts[401] == 3
        assert CompteurEssais.objects.get(regle="borne").essais == 3
        assert SessionBorne.objects.filter(borne=borne).count() == statuts[200]

    def test_crossed_pairs_deadlock_nobody(self, contrat: NumeroPolice, settings) -> None:
        settings.ESSAIS_PAR_ADRESSE_MINUTE = settings.ESSAIS_PAR_ADRESSE_JOUR = 1_000
        settings.ESSAIS_POLICE_HORS_BORNE = settings.ESSAIS_TELEPHONE_HORS_BORNE = 1_000

        def essais(n: int) -> set[int]:
            return {
                self._statut(faux_telephone((n + tour) % 3), ADRESSES[n % 2], police=f"CG-2026-VIE-{(n * tour) % 3}")
                for tour in range(6)
            }

        assert set().union(*en_parallele(16, essais)) == {401}
        assert sum(CompteurEssais.objects.filter(regle="adresse_jour").values_list("essais", flat=True)) == 96

    def test_one_budget_is_never_overdrawn(self) -> None:
        budgets = [attempts.Budget(attempts.RegleEssais.BORNE, "x", 7, MIDI, MIDI + timedelta(hours=1))]

        def essai(_rang: int) -> str:
            try:
                attempts.tenter(budgets=budgets, evaluer=lambda: None, le=MIDI)
            except TropDEssais as refus:
                return f"{refus.retry_after}"
            return "essayé"

        assert Counter(en_parallele(32, essai)) == {"essayé": 7, "3600": 25}


@pytest.mark.parametrize(
    ("secondes", "dit"),
    [
        (1, "dans 1 seconde"),
        (90, "dans 90 secondes"),
        (91, "dans 2 minutes"),
        (5_400, "dans 90 minutes"),
        (5_401, "dans 2 heures"),
        (12 * 3600, "demain, dans 12 heures"),
    ],
)
def test_a_wait_is_said_as_long_as_it_is(secondes: int, dit: str) -> None:
    assert attempts.delai(secondes, le=MIDI) == dit


def test_a_wait_is_that_of_the_longest_window_and_insisting_changes_nothing(
    contrat: NumeroPolice, connecter: Connecter
) -> None:
    """Two in the morning, one address: first its minute is full, then the police's day too."""
    with time_machine.travel(datetime(2026, 11, 21, 1, tzinfo=UTC), tick=False) as horloge:
        for n in range(4):
            connecter(telephone=faux_telephone(n))
        connecter(police="CG-2026-VIE-555", telephone=faux_telephone(5))
        dites = []
        for _ in range(3):
            reponse = connecter()
            dites.append((reponse.headers["Retry-After"], reponse.json()["detail"].split(". ")[1]))
            horloge.shift(timedelta(seconds=20))

    assert dites == [(str(22 * 3600 - 20 * n), "Réessayez demain, dans 22 heures") for n in range(3)]

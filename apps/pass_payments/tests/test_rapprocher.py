"""`manage.py rapprocher`: which days it takes, what it says, how it refuses."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.pass_payments.models import Rapprochement
from apps.pass_payments.operateurs import LigneReleve, ReleveIndisponible
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.pass_payments.tests.releves import JOUR, MIDI, NUIT, approuver, demander, ecarts, payer
from apps.socle.models import TachePlanifiee
from apps.socle.services.planification import executer_tache, inscrire_taches

pytestmark = pytest.mark.django_db

FINE = "\u202f"


@pytest.fixture(autouse=True)
def quatre_heures() -> Iterator[None]:
    with time_machine.travel(NUIT, tick=False):
        yield


def lancer(*arguments: object) -> str:
    sortie = io.StringIO()
    call_command("rapprocher", *map(str, arguments), stdout=sortie)
    return sortie.getvalue()


def dits(sortie: str) -> dict[str, str]:
    """The numbers at the end, by their names."""
    return dict(ligne.split("  ", 1) for ligne in re.sub(" {2,}", "  ", sortie).splitlines() if "  " in ligne)


def jours() -> list[date]:
    return list(Rapprochement.objects.order_by("id").values_list("jour", flat=True))


def test_by_default_yesterday_with_every_operator_and_numbers_at_the_end(operateur: OperateurFactice) -> None:
    payer(operateur, montant=1_200)
    approuver(operateur, demander(montant=300))

    assert lancer().splitlines()[:-1] == [
        "Relevés                      1",
        "Lignes des relevés           2",
        "Lignes du journal            2",
        "Concordantes                 2",
        "Absentes du relevé           0",
        "Inconnues chez nous          0",
        "Différentes                  0",
        "Réglées grâce au relevé      1",
        f"Total des relevés (XAF)  1{FINE}500",
        f"Total du journal (XAF)   1{FINE}500",
        "Différence (XAF)             0",
    ]
    rapprochement = Rapprochement.objects.get()
    assert (rapprochement.jour, rapprochement.source) == (JOUR, "relevé de l'opérateur")


def test_open_differences_are_said_and_are_no_failure(
    operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch
) -> None:
    payer(operateur)
    monkeypatch.setattr(operateur, "releve", lambda *, jour: iter([]))

    dit = lancer()

    assert dits(dit)["Différence (XAF)"] == "−100"
    assert dit.endswith("Attention : MTN Mobile Money · 24/11/2026, 1 écart(s) à résoudre dans le back-office.\n")


def test_several_days_end_with_the_one_that_is_said(operateur: OperateurFactice) -> None:
    lancer("--jour", "2026-11-22", "--jours", 3, "--operateur", "mtn_money")

    assert jours() == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]


def test_today_may_be_compared_before_it_ends(operateur: OperateurFactice) -> None:
    payer(operateur, quand=NUIT - timedelta(hours=1))

    assert dits(lancer("--jour", "2026-11-25"))["Concordantes"] == "1"


def test_a_statement_that_cannot_be_had_does_not_stop_the_others(
    operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def releve(*, jour: date) -> Iterator[LigneReleve]:
        if jour == JOUR:
            raise ReleveIndisponible("MTN ne donne pas de relevé. Importez celui du portail.")
        return iter([])

    monkeypatch.setattr(operateur, "releve", releve)
    inscrire_taches()

    with pytest.raises(CommandError, match=r"^MTN ne donne pas de relevé\. Importez celui du portail\.$"):
        lancer("--jour", "2026-11-25", "--jours", 3)
    assert jours() == [date(2026, 11, 23), date(2026, 11, 25)]
    executer_tache("rapprochement")
    assert TachePlanifiee.objects.get(nom="rapprochement").erreur == (
        "CommandError : MTN ne donne pas de relevé. Importez celui du portail."
    )


def test_without_an_operator_online_there_is_nothing_to_do(settings: Settings) -> None:
    settings.OPERATEURS = {}

    assert dits(lancer())["Relevés"] == "0"


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (["--operateur", "moov_money"], "« moov_money » n'est pas un opérateur en ligne : mtn_money."),
        (["--jour", "2026-11-26"], "Ce jour est à venir : il n'a pas encore de relevé."),
        (["--jours", "0"], "--jours est un nombre positif, et ne va pas avec --fichier."),
        (["--fichier", "x.csv", "--jours", "2"], "--jours est un nombre positif, et ne va pas avec --fichier."),
        (["--fichier", "absent.csv"], "absent.csv ne se lit pas : No such file or directory."),
    ],
)
def test_what_cannot_be_asked(operateur: OperateurFactice, arguments: list[str], dit: str) -> None:
    with pytest.raises(CommandError) as refus:
        lancer(*arguments)
    assert str(refus.value) == dit
    assert jours() == []


def test_a_day_badly_written() -> None:
    with pytest.raises(CommandError, match=r"« hier » n'est pas un jour : écrivez AAAA-MM-JJ\."):
        lancer("--jour", "hier")


class TestFichier:
    def ecrire(self, dossier: Path, *lignes: str, encodage: str = "utf-8-sig") -> Path:
        fichier = dossier / "relevé.csv"
        fichier.write_text("\n".join(lignes), encoding=encodage)
        return fichier

    def ligne(self, quand: datetime, code: str, montant: object = 100) -> str:
        return f"{quand.isoformat()};{code};{montant}"

    def test_each_of_its_days_is_compared(self, operateur: OperateurFactice, tmp_path: Path) -> None:
        paiement = payer(operateur)
        veille = MIDI - timedelta(hours=12, minutes=1)
        fichier = self.ecrire(tmp_path, self.ligne(MIDI, paiement.code_confirmation), self.ligne(veille, "7"))

        dit = lancer("--fichier", fichier)

        assert jours() == [date(2026, 11, 23), JOUR]
        assert Rapprochement.objects.latest("id").source == "fichier relevé.csv"
        assert ecarts() == [("etranger", "7", 100, None, True)]
        assert dits(dit)["Concordantes"] == "1"

    def test_with_a_day_all_of_it_is_that_day_s(self, operateur: OperateurFactice, tmp_path: Path) -> None:
        fichier = self.ecrire(tmp_path, self.ligne(MIDI, "7"), self.ligne(NUIT, "8"))

        lancer("--fichier", fichier, "--jour", "2026-11-24")

        assert [(fait.jour, fait.etrangeres) for fait in Rapprochement.objects.all()] == [(JOUR, 2)]

    def test_an_empty_one_needs_its_day(self, operateur: OperateurFactice, tmp_path: Path) -> None:
        fichier = self.ecrire(tmp_path)

        with pytest.raises(CommandError, match=r"aucune ligne\. Dites de quel jour il est"):
            lancer("--fichier", fichier)
        lancer("--fichier", fichier, "--jour", "2026-11-24")
        assert jours() == [JOUR]

    @pytest.mark.parametrize("arguments", [[], ["--jour", "2026-11-25"]])
    def test_a_day_that_is_not_over_is_refused(
        self, operateur: OperateurFactice, tmp_path: Path, arguments: list[str]
    ) -> None:
        fichier = self.ecrire(tmp_path, self.ligne(NUIT, "7"))

        with pytest.raises(CommandError, match=r"la journée n'est pas finie\. Exportez-le demain\.$"):
            lancer("--fichier", fichier, *arguments)
        assert jours() == []

    def test_one_bad_line_refuses_all_of_it(self, operateur: OperateurFactice, tmp_path: Path) -> None:
        fichier = self.ecrire(tmp_path, self.ligne(MIDI, "7"), self.ligne(MIDI, "8", "cent"))

        with pytest.raises(CommandError, match=r"^Ligne 2 du relevé : « cent » n'est pas un montant\.$"):
            lancer("--fichier", fichier)
        assert (jours(), ecarts()) == ([], [])

    def test_it_is_read_as_utf_8(self, operateur: OperateurFactice, tmp_path: Path) -> None:
        fichier = self.ecrire(tmp_path, "é", encodage="cp1252")

        with pytest.raises(CommandError, match=r"^relevé\.csv n'est pas en UTF-8\. Enregistrez-le en « CSV UTF-8 »\.$"):
            lancer("--fichier", fichier)

    def test_of_two_operators_it_must_be_said_whose_it_is(
        self, operateur: OperateurFactice, settings: Settings, tmp_path: Path
    ) -> None:
        settings.OPERATEURS = settings.OPERATEURS | {"airtel_money": settings.OPERATEURS["mtn_money"]}

        with pytest.raises(CommandError, match=r"Ajoutez --operateur : airtel_money, mtn_money\.$"):
            lancer("--fichier", self.ecrire(tmp_path, self.ligne(MIDI, "7")))

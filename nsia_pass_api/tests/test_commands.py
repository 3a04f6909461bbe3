import io
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from nsia_pass_api.commands import CommandePass, Lignes, formater_duree
from nsia_pass_api.errors import DonneesInvalides, Introuvable


def run(work: Callable[[CommandePass], object], *, stderr: io.StringIO | None = None) -> str:
    class Command(CommandePass):
        def executer(self, **options: Any) -> None:
            work(self)

    out = io.StringIO()
    call_command(Command(stderr=stderr) if stderr else Command(), stdout=out, **({"stderr": stderr} if stderr else {}))
    return out.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def raises(error: BaseException) -> Callable[[CommandePass], object]:
    def work(_command: CommandePass) -> None:
        raise error

    return work


def test_numbers_are_aligned_and_french(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 347.0])
    monkeypatch.setattr("nsia_pass_api.commands.time.monotonic", lambda: next(clock))

    written = run(lambda command: command.bilan({"Polices attribuées": 1_000_000, "Refus": -3}))

    assert written == (
        "Polices attribuées   1\u202f000\u202f000\nRefus                       −3\nDurée               4 min 07 s\n"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0,0 s"), (0.44, "0,4 s"), (9.94, "9,9 s"), (12.7, "12 s"), (185, "3 min 05 s"), (7_385, "2 h 03 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert formater_duree(seconds) == text


def test_an_error_of_the_domain_ends_the_command_with_its_sentence() -> None:
    with pytest.raises(CommandError, match=r"^Produit inconnu\.$"):
        run(raises(Introuvable("Produit inconnu.")))
    with pytest.raises(CommandError) as caught:
        run(
            raises(
                DonneesInvalides("À corriger.", champs={"date": ["Illisible.", "Absente."], "montant": ["Négatif."]})
            )
        )
    assert str(caught.value) == "À corriger.\n  date : Illisible. Absente.\n  montant : Négatif."


def test_ctrl_c_says_that_work_is_kept_and_how_to_resume() -> None:
    stderr = io.StringIO()

    with pytest.raises(SystemExit) as caught:
        run(raises(KeyboardInterrupt()), stderr=stderr)

    assert caught.value.code == 130
    assert stderr.getvalue() == (
        "\nInterrompu : ce qui est fait est gardé. Relancez la même commande : elle reprendra où elle s'est arrêtée.\n"
    )


def test_sigterm_ends_likewise_and_the_former_handler_comes_back() -> None:
    stderr = io.StringIO()
    former = signal.getsignal(signal.SIGTERM)

    with pytest.raises(SystemExit) as caught:
        run(lambda _command: os.kill(os.getpid(), signal.SIGTERM), stderr=stderr)

    assert caught.value.code == 143
    assert "Interrompu" in stderr.getvalue()
    assert signal.getsignal(signal.SIGTERM) is former


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    def work(command: CommandePass) -> None:
        with command.progression("Polices", total=2_000) as avancer:
            avancer(1_500)
            avancer(500)

    run(work)

    assert "Polices   0 % |" in terminal.getvalue()
    assert "0 / 2\u202f000" in terminal.getvalue()


def test_nothing_is_shown_for_quick_work_without_a_terminal() -> None:
    stderr = io.StringIO()

    def work(command: CommandePass) -> None:
        with command.progression("Polices", total=None) as avancer:
            avancer(5)

    run(work, stderr=stderr)

    assert stderr.getvalue() == ""


def test_a_line_every_ten_seconds_without_a_terminal() -> None:
    clock = [0.0]
    lines: list[str] = []
    known = Lignes("Polices", total=2_000, ecrire=lines.append, horloge=lambda: clock[0])
    unknown = Lignes("Lignes", total=None, ecrire=lines.append, horloge=lambda: clock[0])

    for clock[0] in (1.0, 9.9, 10.0, 12.0, 19.9, 21.0):
        known.avancer(250)
        unknown.avancer(1_000)

    assert lines == [
        "Polices : 750 / 2\u202f000 (37\u202f%)",
        "Lignes : 3\u202f000",
        "Polices : 1\u202f500 / 2\u202f000 (75\u202f%)",
        "Lignes : 6\u202f000",
    ]

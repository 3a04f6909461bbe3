import os
import subprocess
import sys
from itertools import product

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from nsia_pass_api.settings import environment
from nsia_pass_api.settings.environment import number_format

DEFAULT = "CG-{annee}-{branche}-{sequence:03d}"


def read(monkeypatch: pytest.MonkeyPatch, value: str) -> str:
    monkeypatch.setattr(environment, "noms_lus", set())
    monkeypatch.setenv("FORMAT_D_ESSAI", value)
    return number_format("FORMAT_D_ESSAI", DEFAULT, longest={"annee": "2026", "branche": "ABCDE"}, max_length=30)


@pytest.mark.parametrize(
    "value",
    [
        DEFAULT,
        "{sequence}-{annee}{branche}",
        "{branche}{annee}-{sequence:d}",
        "NSIA-{annee}-{branche}-{sequence:06d}",
        "{annee}-{sequence:09}-{branche}",
        "{annee}{branche}X{sequence:04d}",
    ],
)
def test_good_formats_come_back_as_they_are(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert read(monkeypatch, value) == value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("CG-{branche}-{sequence:03d}", "le champ {annee} doit figurer une fois et une seule"),
        ("CG-{annee}-{sequence:03d}", "le champ {branche} doit figurer une fois et une seule"),
        ("CG-{annee}-{branche}", "le champ {sequence} doit figurer une fois et une seule"),
        ("{sequence}-{annee}-{branche}-{sequence}", "le champ {sequence} doit figurer une fois et une seule"),
        ("CG-{année}-{branche}-{sequence}", "le champ {année} n'existe pas"),
        ("CG-{annee}-{branche}-{produit}-{sequence}", "le champ {produit} n'existe pas"),
        ("CG-{annee}-{branche}-{}", "le champ {} n'existe pas"),
        ("CG-{annee.x}-{branche}-{sequence}", "le champ {annee.x} n'existe pas"),
        ("CG-{annee-{branche}-{sequence}", "ne vont pas par deux"),
        ("CG-{annee}-{branche}-{sequence", "ne vont pas par deux"),
        ("CG-{annee}-{branche}-sequence}", "ne vont pas par deux"),
        ("CG-{annee}-{branche}-{sequence:x}", "la mise en forme du champ {sequence}"),
        ("CG-{annee}-{branche}-{sequence:3d}", "la mise en forme du champ {sequence}"),
        ("CG-{annee}-{branche}-{sequence:,}", "la mise en forme du champ {sequence}"),
        ("CG-{annee}-{branche}-{sequence!r}", "la mise en forme du champ {sequence}"),
        ("CG-{annee:02d}-{branche}-{sequence}", "la mise en forme du champ {annee}"),
        ("CG-{branche}-{annee}{sequence:03d}", "{sequence} touche un autre champ"),
        ("CG-{branche}-{sequence:03d}{annee}", "{sequence} touche un autre champ"),
        ("cg-{annee}-{branche}-{sequence}", "majuscules sans accent"),
        ("CG/{annee}/{branche}/{sequence}", "majuscules sans accent"),
        ("-{annee}-{branche}-{sequence}", "majuscules sans accent"),
        ("CG-{{{annee}}}-{branche}-{sequence}", "majuscules sans accent"),
        ("NSIA-CONGO-{annee}-{branche}-{sequence}", "aurait plus de 30 caractères"),
    ],
)
def test_other_formats_are_refused_by_name_with_the_mend(monkeypatch: pytest.MonkeyPatch, value: str, why: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(monkeypatch, value)

    message = str(refusal.value)
    assert message.startswith("Réglage FORMAT_D_ESSAI : ")
    assert why in message
    assert message.endswith(f"Exemple : FORMAT_D_ESSAI={DEFAULT}.")


@pytest.mark.parametrize("name", ["FORMAT_POLICE", "FORMAT_SOUSCRIPTION"])
def test_the_project_does_not_start_with_a_bad_format(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**os.environ, name: "N-{annee}"},
        capture_output=True,
        text=True,
    )

    assert run.returncode != 0
    assert f"Réglage {name} : le champ" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_longest_numbers_fit_their_columns() -> None:
    lengths = {
        "FORMAT_POLICE": NumeroPolice._meta.get_field("numero_police").max_length,
        "FORMAT_SOUSCRIPTION": SouscriptionPass._meta.get_field("numero_souscription").max_length,
    }

    assert lengths == {"FORMAT_POLICE": 30, "FORMAT_SOUSCRIPTION": 40}


def test_numbers_of_different_series_never_look_the_same() -> None:
    """Why `{produit}{sequence}` is refused: KIMIA 11 and KIMIA1 1 would be one number."""
    numbers = [
        settings.FORMAT_SOUSCRIPTION.format(produit=produit, annee=annee, sequence=sequence)
        for produit, annee, sequence in product(["KIMIA", "KIMIA1", "KIMIA12"], [2025, 2026], [1, 11, 26, 202611])
    ]

    assert len(set(numbers)) == 3 * 2 * 4

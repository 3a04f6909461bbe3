"""Functions are short and simple enough to be read at once."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

LIGNES, CHEMINS = 60, 20
# Read once, deleted after go-live: its length follows the former database's oddities.
_LIBRES = ("/tests/", "/migrations/", "apps/reprise/")

Fonction = ast.FunctionDef | ast.AsyncFunctionDef


def fonctions(code: str) -> Iterator[Fonction]:
    return (noeud for noeud in ast.walk(ast.parse(code)) if isinstance(noeud, Fonction))


def lignes(fonction: Fonction) -> int:
    return (fonction.end_lineno or 0) - fonction.lineno + 1


def chemins(fonction: Fonction) -> int:
    """Cyclomatic complexity as radon counts it, inner functions and comprehensions with it: D is more than 20."""
    nombre = 1
    for noeud in ast.walk(fonction):
        match noeud:
            case ast.BoolOp():
                nombre += len(noeud.values) - 1
            case ast.comprehension():
                nombre += 1 + len(noeud.ifs)
            case ast.For() | ast.AsyncFor() | ast.While():
                nombre += 1 + bool(noeud.orelse)
            case ast.If() | ast.IfExp() | ast.ExceptHandler() | ast.Assert() | ast.match_case() | ast.Lambda():
                nombre += 1
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                nombre += noeud is not fonction
    return nombre


def test_no_function_is_long_nor_has_many_paths() -> None:
    racine = Path(settings.BASE_DIR)
    fichiers = subprocess.check_output(
        ["git", "ls-files", "--", "apps/*.py", "nsia_pass_api/*.py"], cwd=racine, text=True
    )
    lues = [
        (fichier, fonction.name, lignes(fonction), chemins(fonction))
        for fichier in fichiers.split()
        if not any(libre in fichier for libre in _LIBRES)
        for fonction in fonctions((racine / fichier).read_text(encoding="utf-8"))
    ]

    assert len(lues) > 1_500
    assert [lue for lue in lues if lue[2] > LIGNES or lue[3] > CHEMINS] == []


def test_what_is_counted() -> None:
    (fonction,) = fonctions(
        "def f(a):\n    if a and a.b or a.c:\n        return [x for x in a if x]\n    for y in a:\n        pass\n    return a\n"
    )

    assert (lignes(fonction), chemins(fonction)) == (6, 7)

"""locale/: no string of unfold reaches an agent in English, and the compiled catalogue is that of the source."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import unfold
from django.utils import translation
from django.utils.translation import gettext, ngettext

from nsia_pass_api.settings.environment import BASE_DIR

# The same word in both languages, or a plural that is found through its singular.
IDENTIQUES = {"Action", "Date", "%(counter)s results"}


def chaines_de_unfold() -> Iterator[str]:
    """The msgids of unfold's own templates and modules."""
    racine = Path(unfold.__file__).parent
    for chemin in racine.rglob("*"):
        if "contrib" in chemin.parts or "templates/unfold_crispy" in chemin.as_posix():
            continue
        if chemin.suffix == ".html":
            yield from _du_gabarit(chemin.read_text(encoding="utf-8"))
        elif chemin.suffix == ".py":
            for appel in re.findall(
                r"""\b_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+),?\s*\)""", chemin.read_text(encoding="utf-8")
            ):
                yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', appel))


def _du_gabarit(gabarit: str) -> Iterator[str]:
    for _, chaine in re.findall(r"""{%\s*trans(?:late)?\s+(["'])(.+?)\1""", gabarit):
        yield chaine
    for _, chaine in re.findall(r"""\b_\((["'])(.+?)\1\)""", gabarit):
        yield chaine
    bloc = r"{%\s*blocktrans(?:late)?(.*?)%}(.*?)(?:{%\s*plural\s*%}.*?)?{%\s*endblocktrans(?:late)?\s*%}"
    for options, chaine in re.findall(bloc, gabarit, re.DOTALL):
        if "trimmed" in options:
            chaine = " ".join(ligne.strip() for ligne in chaine.strip().splitlines())
        yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", chaine)


@pytest.fixture(autouse=True)
def _en_francais() -> Iterator[None]:
    with translation.override("fr"):
        yield


def test_unfold_parle_francais() -> None:
    chaines = set(chaines_de_unfold())
    assert len(chaines) > 60
    # What has a plural is found by ngettext; by gettext too in Python 3.11.7, not in 3.11.2.
    lues = {chaine: {gettext(chaine), ngettext(chaine, chaine, 1)} for chaine in chaines}
    assert {chaine for chaine, trouvees in lues.items() if trouvees == {chaine}} - IDENTIQUES == set()


def test_le_catalogue_compile_est_celui_de_la_source() -> None:
    source = (BASE_DIR / "locale" / "fr" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    simples = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    assert len(simples) == source.count("\nmsgid ") - 2  # but the header and the plural
    simples = [(msgid.replace('\\"', '"'), msgstr.replace('\\"', '"')) for msgid, msgstr in simples]
    assert [(msgid, gettext(msgid)) for msgid, _ in simples] == simples


def test_un_filtre_se_nomme_sans_par() -> None:
    """Django says « Par à décider »."""
    assert gettext(" By %(filter_title)s ") % {"filter_title": "à décider"} == " à décider "

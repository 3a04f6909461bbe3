"""docs/reglages.md and .env.example name every setting that is read, and no other."""

import re

from django.conf import settings

from nsia_pass_api.settings import environment


def noms_de_lecture() -> set[str]:
    sources = [*(settings.BASE_DIR / "nsia_pass_api").glob("**/*.py")]
    appel = re.compile(r'\b(?:text|integer|boolean|strings|secret|number_format|url|acces)\(\s*"([A-Z][A-Z_]+)"')
    return {nom for source in sources if "tests" not in source.parts for nom in appel.findall(source.read_text())}


def test_the_sources_name_what_the_settings_read() -> None:
    assert noms_de_lecture() == environment.noms_lus


def test_env_example_names_every_setting() -> None:
    exemple = (settings.BASE_DIR / ".env.example").read_text()
    assert set(re.findall(r"^#([A-Z][A-Z_]+)=", exemple, re.MULTILINE)) == noms_de_lecture()


def test_the_documentation_names_every_setting() -> None:
    page = (settings.BASE_DIR / "docs/reglages.md").read_text()
    assert set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", page, re.MULTILINE)) == noms_de_lecture()

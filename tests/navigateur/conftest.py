"""One platform and one browser for all the tests of this folder.

Playwright's loop runs in a thread of its own, with the tests that use it: elsewhere Django would take the thread of pytest for
an asynchronous one and refuse its database to every other test.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from .navigateur import Ecoute, chromium, contexte
from .plateforme import Plateforme, plateforme

T = TypeVar("T")
_FIL = ThreadPoolExecutor(1, thread_name_prefix="navigateur")


def dans_le_fil(fonction: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    return _FIL.submit(fonction, *args, **kwargs).result()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test that has a browser runs where the browser is."""
    if "navigateur" not in pyfuncitem.fixturenames:
        return None
    arguments = {nom: pyfuncitem.funcargs[nom] for nom in pyfuncitem._fixtureinfo.argnames}
    dans_le_fil(pyfuncitem.obj, **arguments)
    return True


@pytest.fixture(scope="session")
def serveur() -> Iterator[Plateforme]:
    with plateforme() as lancee:
        yield lancee


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    pile = ExitStack()
    yield dans_le_fil(lambda: pile.enter_context(chromium()))
    dans_le_fil(pile.close)


@pytest.fixture
def format() -> str:
    return "portrait"


@pytest.fixture
def page(serveur: Plateforme, navigateur: Browser, format: str) -> Iterator[Page]:
    """The kiosk's first screen. Whatever the test does, nothing is asked of others and nothing breaks in the page."""

    def ouvrir() -> tuple[Page, Ecoute]:
        nouvelle = contexte(navigateur, format).new_page()
        ecoute = Ecoute(nouvelle, urlsplit(serveur.url).netloc)
        nouvelle.clock.install()
        nouvelle.goto(serveur.borne)
        nouvelle.locator(".attente-commencer").wait_for()
        return nouvelle, ecoute

    ouverte, ecoute = dans_le_fil(ouvrir)
    yield ouverte
    dans_le_fil(ouverte.context.close)
    serveur.defauts()
    assert ecoute.fautes == []

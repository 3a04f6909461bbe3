from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured

from nsia_pass_api.settings import environment, identity

CLES = ("CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS", "CLE_COMPTEURS", "CLE_SECOND_FACTEUR")


def relire() -> ModuleType:
    """The settings of identity as a process that starts now would read them."""
    spec = spec_from_file_location("nsia_pass_api.settings.identity_relue", identity.__file__)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_budgets_that_add_up_to_more_than_ten_are_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAIS_POLICE_HORS_BORNE", "4")
    monkeypatch.setenv("ESSAIS_POLICE_BORNES", "7")

    with pytest.raises(ImproperlyConfigured, match="une police aurait plus de 10 essais par jour"):
        relire()


@pytest.mark.parametrize(("facteur", "api"), [("", True), ("1", True), ("0", False)])
def test_production_wants_kiosk_keys_and_a_second_factor_before_the_staff_api(
    monkeypatch: pytest.MonkeyPatch, facteur: str, api: bool
) -> None:
    monkeypatch.setattr(environment, "PRODUCTION", True)
    for rang, cle in enumerate(CLES):
        monkeypatch.setenv(cle, str(rang) * 64)
    for nom in ("BORNE_ENREGISTREMENT_OBLIGATOIRE", "AGENTS_API_ACTIVE"):
        monkeypatch.delenv(nom, raising=False)
    monkeypatch.setenv("DEUXIEME_FACTEUR_OBLIGATOIRE", facteur)

    lus = relire()

    assert (True, facteur != "0") == (lus.BORNE_ENREGISTREMENT_OBLIGATOIRE, lus.DEUXIEME_FACTEUR_OBLIGATOIRE)
    assert lus.AGENTS_API_ACTIVE is api


@pytest.mark.parametrize("cle", CLES)
def test_production_has_no_default_key(monkeypatch: pytest.MonkeyPatch, cle: str) -> None:
    monkeypatch.setattr(environment, "PRODUCTION", True)
    for rang, autre in enumerate(CLES):
        monkeypatch.setenv(autre, str(rang) * 64)
    monkeypatch.setenv(cle, "")

    with pytest.raises(ImproperlyConfigured, match=cle):
        relire()


def test_a_session_cannot_be_configured_beyond_thirty_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_BORNE_MINUTES", "31")

    with pytest.raises(ImproperlyConfigured, match="SESSION_BORNE_MINUTES"):
        relire()

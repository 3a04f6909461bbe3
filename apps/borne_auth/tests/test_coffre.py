import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.borne_auth import coffre, second_facteur
from apps.borne_auth.errors import CoffreFerme
from apps.borne_auth.models.acces import SCELLE
from apps.borne_auth.tests.factories import SECRET, AgentFactory, FacteurFactory
from nsia_pass_api import coffre as sceaux

SECRETS = st.binary(min_size=20, max_size=20)


@given(secret=SECRETS, proprietaire=st.integers(1, 10**9))
def test_what_is_sealed_opens_for_its_owner_alone_and_is_never_written_twice_alike(
    secret: bytes, proprietaire: int
) -> None:
    un, autre = (coffre.sceller(secret, proprietaire=proprietaire) for _ in range(2))

    assert (coffre.ouvrir(un, proprietaire=proprietaire), coffre.ouvrir(autre, proprietaire=proprietaire)) == (
        secret,
        secret,
    )
    assert un != autre
    assert re.match(SCELLE, un)
    assert coffre.a_jour(un)
    with pytest.raises(CoffreFerme):
        coffre.ouvrir(un, proprietaire=proprietaire + 1)


@given(secret=SECRETS, rang=st.integers(0, 10**6))
def test_one_character_that_changes_shuts_it(secret: bytes, rang: int) -> None:
    scelle = coffre.sceller(secret, proprietaire=7)
    rang %= len(scelle)
    # The last letters of a piece have bits to spare: they are another writing of the same bytes.
    autre = scelle[:rang] + ("B" if scelle[rang] == "A" else "A") + scelle[rang + 1 :]
    try:
        lu = coffre.ouvrir(autre, proprietaire=7)
    except CoffreFerme:
        return
    assert lu == secret
    assert scelle[rang + 1 : rang + 2] in (".", "")


@pytest.mark.parametrize(
    "abime",
    [
        "",
        "v1",
        "v1.a.b.c",
        "v2.00000000.a.b.c",
        "é",
        "v1.00000000.AAAA.AAAA.AAAA",
        "v2.00000000.AAAAAAAAAAAAAAAA.AAAA",
        "v3.00000000.AAAA.AAAA",
    ],
)
def test_anything_else_is_refused(abime: str) -> None:
    with pytest.raises(CoffreFerme):
        coffre.ouvrir(abime, proprietaire=7)
    with pytest.raises(ValueError, match="length"):
        coffre.sceller(b"court", proprietaire=7)


def test_a_former_key_opens_as_long_as_it_is_named(settings) -> None:
    settings.CLE_SECOND_FACTEUR = "ancienne" * 8
    scelle = coffre.sceller(b"x" * 20, proprietaire=7)

    settings.CLE_SECOND_FACTEUR = "nouvelle" * 8
    with pytest.raises(CoffreFerme):
        coffre.ouvrir(scelle, proprietaire=7)
    settings.CLES_SECOND_FACTEUR_ANCIENNES = ["ancienne" * 8]
    assert coffre.ouvrir(scelle, proprietaire=7) == b"x" * 20
    assert not coffre.a_jour(scelle)


# Sealed for the agent 7 by the cipher that there was before AES-GCM, under the key « ancienne » × 8.
DE_V1 = "v1.cc76c609.wsODaJuwXjwN00-BXy405A.lUhJzreJmqT5SXafPRMgwVjtX1I.auvjKqXClDoPcNX_aSoE3QbY2vl0yn6uvRJWaakhPzg"


def test_the_former_format_opens_for_its_owner_and_is_not_up_to_date(settings) -> None:
    settings.CLE_SECOND_FACTEUR = "ancienne" * 8

    assert coffre.ouvrir(DE_V1, proprietaire=7) == SECRET
    assert re.match(SCELLE, DE_V1)
    assert not coffre.a_jour(DE_V1)
    with pytest.raises(CoffreFerme):
        coffre.ouvrir(DE_V1, proprietaire=8)
    voile = DE_V1.replace(".lUhJ", ".mUhJ")
    with pytest.raises(CoffreFerme):
        coffre.ouvrir(voile, proprietaire=7)


@pytest.mark.django_db
def test_a_rotation_seals_the_former_format_anew_and_forgets_its_key(settings) -> None:
    settings.CLE_SECOND_FACTEUR = "ancienne" * 8
    agent = AgentFactory(pk=7)
    facteur = FacteurFactory(agent=agent, secret_scelle=DE_V1)
    settings.CLE_SECOND_FACTEUR, settings.CLES_SECOND_FACTEUR_ANCIENNES = "nouvelle" * 8, ["ancienne" * 8]

    assert (list(second_facteur.rechiffrer()), list(second_facteur.rechiffrer())) == ([True], [False])
    settings.CLES_SECOND_FACTEUR_ANCIENNES = []
    facteur.refresh_from_db()
    assert facteur.secret_scelle.startswith("v2.")
    assert coffre.ouvrir(facteur.secret_scelle, proprietaire=7) == SECRET


def test_what_is_sealed_for_one_use_opens_for_no_other() -> None:
    scelle = sceaux.sceller(b"x" * 20, usage="message", ligne="7")
    with pytest.raises(CoffreFerme):
        coffre.ouvrir(scelle, proprietaire=7)
    assert sceaux.ouvrir(scelle, usage="message", ligne="7") == b"x" * 20

"""Tokens that only our key could have signed, with claims that make no sense: 401, whatever they are, for clients and staff."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings as reglages
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.borne_auth.errors import JetonInvalide
from apps.borne_auth.tests.conftest import porteur
from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.borne_auth.tokens import Jeton, JetonAccesClient, JetonAgent, JetonRafraichissementClient
from nsia_pass_api.dates import maintenant

ABSURDES = [
    10**12,
    10**18,
    10**400,
    -1,
    -(10**400),
    0,
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    "demain",
    "",
    True,
    [],
    {},
    None,
]
FAMILLES: list[type[Jeton]] = [JetonAccesClient, JetonRafraichissementClient, JetonAgent]
VALEURS = st.one_of(
    st.integers(), st.integers(10**11, 10**300), st.floats(), st.text(max_size=20), st.booleans(), st.none(),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def signer(famille: type[Jeton], **claims: Any) -> str:
    maintenant_ = int(maintenant().timestamp())
    attendus = {
        "token_type": famille.token_type,
        "exp": maintenant_ + 300,
        "iat": maintenant_,
        "jti": uuid4().hex,
        "sid": str(uuid4()),
        "agent": "1",
        "aud": famille.audience,
        "iss": "nsia-pass",
    }
    corps = json.dumps({**attendus, **claims}).encode()
    return jwt.api_jws.encode(corps, getattr(reglages, famille.reglage_cle), algorithm="HS256")


def lire(famille: type[Jeton], **claims: Any) -> bool:
    """Whether it is taken; nothing but JetonInvalide refuses it."""
    try:
        famille.lire(signer(famille, **claims))
    except JetonInvalide:
        return False
    return True


@pytest.mark.parametrize("famille", FAMILLES)
def test_a_sensible_one_is_taken(famille: type[Jeton]) -> None:
    assert lire(famille)


@pytest.mark.parametrize("famille", FAMILLES)
@pytest.mark.parametrize("fin", ABSURDES)
def test_an_absurd_end_is_refused(famille: type[Jeton], fin: Any) -> None:
    assert not lire(famille, exp=fin)


CLAIMS = ["exp", "iat", "nbf", "jti", "sid", "agent", "facteur", "aud", "iss", "sub", "token_type"]


@given(famille=st.sampled_from(FAMILLES), claims=st.dictionaries(st.sampled_from(CLAIMS), VALEURS, min_size=1))
def test_no_claim_breaks_anything(famille: type[Jeton], claims: dict[str, Any]) -> None:
    lire(famille, **claims)


@pytest.mark.django_db
@pytest.mark.urls("apps.borne_auth.tests.urls")
@pytest.mark.parametrize("valeur", ABSURDES)
def test_both_doors_answer_401(valeur: Any) -> None:
    """Not a 500; `iat` and `nbf` open nothing by themselves, and may be taken where they are numbers."""
    session, agent = SessionFactory(expire_le=maintenant() + timedelta(minutes=20)), AgentFactory()
    for claim, permis in (("exp", {401}), ("iat", {200, 401}), ("nbf", {200, 401}), ("agent", {401})):
        client = signer(JetonAccesClient, sid=str(session.pk if claim != "agent" else valeur), **{claim: valeur})
        personnel = signer(JetonAgent, **{"agent": str(agent.pk), claim: valeur})
        for adresse, jeton in (("/api/client/", client), ("/api/agent/", personnel)):
            assert APIClient().get(adresse, headers=porteur(jeton)).status_code in permis, (claim, adresse)

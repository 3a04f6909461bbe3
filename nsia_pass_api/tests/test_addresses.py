import pytest
from django.test import RequestFactory

from nsia_pass_api.addresses import adresse_du_client


@pytest.mark.parametrize(
    ("proxys", "vues", "adresse"),
    [
        (0, None, "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.7", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "n'importe quoi", "10.0.0.9"),
        (1, "2c0f:f248:0:0::1", "2c0f:f248::1"),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(
    settings, proxys: int, vues: str | None, adresse: str
) -> None:
    settings.PROXYS_DE_CONFIANCE = proxys
    entetes = {} if vues is None else {"X-Forwarded-For": vues}

    assert adresse_du_client(RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers=entetes)) == adresse

import pytest

from apps.pass_clients.operateurs import operateur_probable


@pytest.mark.parametrize(
    ("telephone", "operateur"),
    [
        ("+242061234567", "mtn_money"),
        ("+242051234567", "airtel_money"),
        ("+242041234567", "airtel_money"),
        ("+242011234567", None),
        ("", None),
    ],
)
def test_likely_operator(telephone: str, operateur: str | None) -> None:
    assert operateur_probable(telephone) == operateur

from typing import Any

import pytest

from apps.pass_payments.modes import mode_ecrit
from nsia_pass_api.ecrits import Illisible, MotifIllisible


def test_modes_as_people_write_them() -> None:
    assert mode_ecrit("Mobile Money", operateur_du_client="airtel_money") == "airtel_money"
    assert mode_ecrit("chèque", operateur_du_client="") == "cheque"


@pytest.mark.parametrize("ecrit", ["Mobile Money", "troc", None])
def test_modes_that_mean_nothing(ecrit: Any) -> None:
    with pytest.raises(Illisible) as leve:
        mode_ecrit(ecrit, operateur_du_client="")
    assert leve.value.motif == MotifIllisible.MODE_INCONNU

from nsia_pass_api import errors
from nsia_pass_api.errors import DonneesInvalides, ErreurPass, RegleMetier, TropDEssais


class PlafondAtteint(RegleMetier):
    code = "plafond_atteint"
    detail = "Le plafond est atteint."


def test_the_class_gives_its_sentence_and_the_instance_may_say_more() -> None:
    assert str(PlafondAtteint()) == "Le plafond est atteint."
    assert PlafondAtteint("Il reste 500 FCFA.").detail == "Il reste 500 FCFA."
    assert PlafondAtteint().detail == "Le plafond est atteint."
    assert (PlafondAtteint.statut, PlafondAtteint.code, PlafondAtteint.titre) == (
        422,
        "plafond_atteint",
        "Opération impossible",
    )


def test_fields_and_delay_are_kept_apart() -> None:
    error = DonneesInvalides(champs={"montant": ("Trop petit.",)})

    assert error.champs == {"montant": ["Trop petit."]}
    assert error.retry_after is None
    assert TropDEssais(retry_after=30).retry_after == 30
    assert DonneesInvalides().champs == {}


def test_each_error_has_its_own_stable_code_and_an_http_error_status() -> None:
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, ErreurPass) and value is not ErreurPass
    ]

    assert {(cls.code, cls.statut) for cls in classes} == {
        ("donnees_invalides", 400),
        ("requete_illisible", 400),
        ("non_authentifie", 401),
        ("acces_refuse", 403),
        ("introuvable", 404),
        ("conflit", 409),
        ("regle_metier", 422),
        ("trop_d_essais", 429),
        ("service_indisponible", 503),
    }
    assert len({cls.titre for cls in classes}) == len(classes)

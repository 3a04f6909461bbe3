from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from nsia_pass_api.telephones import (
    E164,
    TelephoneField,
    TelephoneFormField,
    TelephoneInvalide,
    afficher,
    masquer,
    normaliser,
    valider_telephone,
)

EXEMPLES = "Écrivez un numéro de mobile du Congo, par exemple 06 123 45 67 ou +242 06 123 45 67."

SPELLINGS = [
    "06 123 45 67",
    "06.123.45.67",
    "06-123-45-67",
    "06/123/45/67",
    "061234567",
    " 06 12 34 567 ",
    "(06) 123 45 67",
    "06\u00a0123\u202f45\u200967",
    "06‑123–45−67",
    "242061234567",
    "242 06 123 45 67",
    "00242061234567",
    "00 242 06 123 45 67",
    "+242061234567",
    "+242 06 123 45 67",
    "+242 (06) 123-45-67",
    "(+242) 06 123 45 67",
    "＋２４２ ０６ １２３ ４５ ６７",
    "٠٦ ١٢٣ ٤٥ ٦٧",
    "+٢٤٢٠٦١٢٣٤٥٦٧",
    "\u202a+242 06 123 45 67\u202c",
    "06\t123\n45 67",
]


@pytest.mark.parametrize("texte", SPELLINGS)
def test_every_usual_spelling_gives_the_same_number(texte: str) -> None:
    assert normaliser(texte) == "+242061234567"


@pytest.mark.parametrize(
    ("texte", "debut"),
    [
        ("", "Indiquez un numéro de téléphone."),
        ("  \u00a0", "Indiquez un numéro de téléphone."),
        ("06 123 45", "Ce numéro n'a pas le bon nombre de chiffres."),
        ("06 123 45 678", "Ce numéro n'a pas le bon nombre de chiffres."),
        ("6 123 45 67", "Ce numéro n'a pas le bon nombre de chiffres."),
        ("+242 6 123 45 67", "Ce numéro n'a pas le bon nombre de chiffres."),
        ("612345678", "Ce numéro n'a pas le bon nombre de chiffres."),
        ("+33 6 12 34 56 78", "Seuls les numéros du Congo (+242) sont acceptés."),
        ("00243 812345678", "Seuls les numéros du Congo (+242) sont acceptés."),
        ("+243812345678", "Seuls les numéros du Congo (+242) sont acceptés."),
        ("222 12 34 56", "Ce numéro est celui d'un téléphone fixe."),
        ("+242 222 12 34 56", "Ce numéro est celui d'un téléphone fixe."),
        ("03 123 45 67", "Ce numéro n'existe pas au Congo."),
        ("07 123 45 67", "Ce numéro n'existe pas au Congo."),
        ("00 123 45 67", "Ce numéro n'existe pas au Congo."),
        ("06 123 45 67 ext. 5", "Ce numéro contient autre chose que des chiffres."),
        ("06 123 45 67;ext=5", "Ce numéro contient autre chose que des chiffres."),
        ("06 123 45 67x5", "Ce numéro contient autre chose que des chiffres."),
        ("06 FLEURS 7", "Ce numéro contient autre chose que des chiffres."),
        ("O6 123 45 67", "Ce numéro contient autre chose que des chiffres."),
        ("06+1234567", "Ce numéro contient autre chose que des chiffres."),
        ("++242061234567", "Ce numéro contient autre chose que des chiffres."),
        ("06\x00123 45 67", "Ce numéro contient autre chose que des chiffres."),
        ("06²123 45 67", "Ce numéro contient autre chose que des chiffres."),
        ("\ud800061234567", "Ce numéro contient autre chose que des chiffres."),
        ("0" * 41, "Ce numéro est trop long."),
    ],
)
def test_the_rest_is_refused_with_a_sentence(texte: str, debut: str) -> None:
    with pytest.raises(TelephoneInvalide) as caught:
        normaliser(texte)

    assert caught.value.detail.startswith(debut)
    assert (caught.value.statut, caught.value.code) == (400, "telephone_invalide")


NATIONAL = st.builds("0{}{}".format, st.sampled_from("1456"), st.text("0123456789", min_size=7, max_size=7))
SEPARATOR = st.sampled_from(["", "", "", " ", ".", "-", "\u00a0", "\u202f", "/", ") "])


@given(national=NATIONAL, prefix=st.sampled_from(["", "242", "+242", "00242"]), data=st.data())
def test_any_spelling_normalises_to_the_same_number_once_for_all(
    national: str, prefix: str, data: st.DataObject
) -> None:
    spelled = "".join(digit + data.draw(SEPARATOR) for digit in prefix + national)
    digits = data.draw(st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"]))
    spelled = spelled.translate(str.maketrans("0123456789", digits))
    if len(spelled) > 40:
        spelled = prefix + national

    assert normaliser(spelled) == f"+242{national}"
    assert normaliser(normaliser(spelled)) == normaliser(spelled)
    assert normaliser(afficher(normaliser(spelled))) == normaliser(spelled)
    assert E164.fullmatch(normaliser(spelled))


@given(texte=st.text(max_size=50) | st.text("0123456789+ 242", max_size=20))
def test_any_text_is_a_number_of_thirteen_characters_or_a_clear_refusal(texte: str) -> None:
    try:
        telephone = normaliser(texte)
    except TelephoneInvalide:
        return
    assert len(telephone) == 13
    assert E164.fullmatch(telephone)


def test_shown_and_masked() -> None:
    assert afficher("+242061234567") == "06\u00a0123\u00a045\u00a067"
    assert afficher("ancien numéro") == "ancien numéro"
    assert masquer("+242061234567") == "+242\u00a006\u00a0•••\u00a0••\u00a067"
    assert masquer("061234567") == "•••"
    assert masquer("") == "•••"


class Client(serializers.Serializer[Any]):
    telephone = TelephoneField()
    autre = TelephoneField(required=False, allow_blank=True)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (61234567, EXEMPLES),
        (True, EXEMPLES),
        (["06 123 45 67"], EXEMPLES),
        (None, "Ce champ ne peut pas être vide (null)."),
        ("", "Indiquez un numéro de téléphone."),
        ("   ", "Indiquez un numéro de téléphone."),
        ("07 123 45 67", f"Ce numéro n'existe pas au Congo. {EXEMPLES}"),
    ],
)
def test_request_field_refuses(value: object, message: str) -> None:
    serializer = Client(data={"telephone": value})

    assert not serializer.is_valid()
    assert serializer.errors == {"telephone": [message]}


def test_request_field_normalises() -> None:
    serializer = Client(data={"telephone": "06 123 45 67", "autre": ""})

    assert serializer.is_valid()
    assert serializer.validated_data == {"telephone": "+242061234567", "autre": ""}
    assert Client({"telephone": "+242061234567"}).data == {"telephone": "+242061234567"}


class Formulaire(forms.Form):
    telephone = TelephoneFormField()
    autre = TelephoneFormField(required=False)


def test_form_field_normalises_and_shows_the_human_form() -> None:
    form = Formulaire({"telephone": "06 123 45 67", "autre": " "}, initial={"telephone": "+242061234567", "autre": ""})

    assert form.is_valid()
    assert form.cleaned_data == {"telephone": "+242061234567", "autre": ""}
    assert form.changed_data == []
    assert 'value="06\u00a0123\u00a045\u00a067"' in str(Formulaire(initial={"telephone": "+242061234567"})["telephone"])


def test_form_field_refuses_and_keeps_what_was_typed() -> None:
    form = Formulaire({"telephone": "12"}, initial={"telephone": "+242061234567"})

    assert form.errors == {"telephone": [f"Ce numéro n'a pas le bon nombre de chiffres. {EXEMPLES}"]}
    assert form.changed_data == ["telephone"]
    assert 'value="12"' in str(form["telephone"])
    assert Formulaire({}).errors == {"telephone": ["Ce champ est obligatoire."]}


def test_model_validator() -> None:
    valider_telephone("+242061234567")
    with pytest.raises(ValidationError, match=r"n'existe pas au Congo"):
        valider_telephone("07 123 45 67")

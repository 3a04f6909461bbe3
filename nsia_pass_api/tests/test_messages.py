import inspect

import pytest
from django.utils.functional import Promise
from django.utils.translation import override
from rest_framework import fields, relations, serializers

CLASSES = [
    cls
    for module in (fields, relations, serializers)
    for _, cls in inspect.getmembers(module, inspect.isclass)
    if issubclass(cls, fields.Field) and cls.__module__ == module.__name__
]


def translated(text: object, language: str) -> str:
    with override(language):
        return str(text)


@pytest.mark.parametrize("field", CLASSES, ids=lambda field: field.__name__)
def test_no_field_is_left_without_a_french_sentence(field: type[fields.Field]) -> None:
    left_in_english = [
        code
        for code, text in field.default_error_messages.items()
        if isinstance(text, Promise) and translated(text, "fr") == translated(text, "en")
    ]

    assert left_in_english == []


def test_the_sentences_reach_subclasses_that_have_none() -> None:
    class Nom(serializers.CharField):
        pass

    assert Nom().error_messages["required"] == "Ce champ est obligatoire."
    assert Nom().error_messages["invalid"] == "Un texte est attendu."
    assert serializers.EmailField().error_messages["blank"] == "Ce champ ne peut pas être vide."

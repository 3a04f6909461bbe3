"""French sentences of REST framework that are missing, or that a person would not understand."""

from rest_framework import fields, relations, serializers

_TEXTE = "Un texte est attendu."
_OBJET = "Un objet JSON est attendu."
_LISTE = "Une liste est attendue."

_MESSAGES: dict[type[fields.Field], dict[str, str]] = {  # type: ignore[type-arg]
    fields.Field: {
        "required": "Ce champ est obligatoire.",
        "null": "Ce champ ne peut pas être vide (null).",
    },
    fields.CharField: {
        "invalid": _TEXTE,
        "blank": "Ce champ ne peut pas être vide.",
        "max_length": "Ce texte a plus de {max_length} caractères.",
        "min_length": "Ce texte a moins de {min_length} caractères.",
    },
    fields.BooleanField: {"invalid": "Répondez par true ou false."},
    fields.UUIDField: {"invalid": "Cet identifiant n'a pas la forme attendue."},
    fields.IntegerField: {
        "invalid": "Un nombre entier est attendu.",
        "max_value": "Ce nombre doit être au plus {max_value}.",
        "min_value": "Ce nombre doit être au moins {min_value}.",
        "max_string_length": "Ce nombre est trop long.",
    },
    fields.BigIntegerField: {"invalid": "Un nombre entier est attendu."},
    fields.FloatField: {"invalid": "Un nombre est attendu.", "overflow": "Ce nombre est trop grand."},
    fields.DateField: {
        "invalid": "Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21.",
        "datetime": "Une date sans heure est attendue.",
    },
    fields.DateTimeField: {
        "invalid": "Écrivez la date et l'heure sous la forme 2026-11-21T14:30:00+01:00.",
        "date": "Une date avec l'heure est attendue.",
    },
    fields.ChoiceField: {"invalid_choice": "« {input} » n'est pas un des choix possibles."},
    fields.ListField: {
        "not_a_list": _LISTE,
        "empty": "Cette liste ne peut pas être vide.",
        "min_length": "Cette liste doit avoir au moins {min_length} éléments.",
        "max_length": "Cette liste ne peut pas avoir plus de {max_length} éléments.",
    },
    fields.DictField: {"not_a_dict": _OBJET},
    relations.SlugRelatedField: {
        "does_not_exist": "« {value} » n'existe pas.",
        "invalid": "Cette valeur n'a pas la forme attendue.",
    },
    serializers.Serializer: {"invalid": _OBJET},
    serializers.ListSerializer: {
        "not_a_list": _LISTE,
        "empty": "Cette liste ne peut pas être vide.",
        "min_length": "Cette liste doit avoir au moins {min_length} éléments.",
        "max_length": "Cette liste ne peut pas avoir plus de {max_length} éléments.",
    },
}


def installer() -> None:
    """Every field of REST framework answers with these sentences, unless a class or an instance has its own."""
    for field, messages in _MESSAGES.items():
        field.default_error_messages = {**field.default_error_messages, **messages}

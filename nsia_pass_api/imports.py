"""Classes that settings name by dotted path, so that a lower app need not know who gives them."""

from collections.abc import Sequence
from typing import Any

from django.utils.module_loading import import_string


def classes(chemins: Sequence[str]) -> list[Any]:
    return [import_string(chemin) for chemin in chemins]

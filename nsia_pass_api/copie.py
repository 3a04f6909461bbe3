"""What COPY reads."""

from collections.abc import Iterable
from itertools import islice


class Flux:
    """A file whose lines are made when COPY asks for them."""

    LIGNES = 500

    def __init__(self, lignes: Iterable[str]) -> None:
        self._lignes = iter(lignes)

    def read(self, taille: int = -1) -> bytes:
        """Some more lines, whatever `taille`; nothing at the end."""
        return "".join(islice(self._lignes, self.LIGNES)).encode()

"""A clock for tests of waits."""


class Temps:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.maintenant = 1_000.0

    def __call__(self) -> float:
        return self.maintenant

    def passer(self, secondes: float) -> None:
        self.maintenant += secondes

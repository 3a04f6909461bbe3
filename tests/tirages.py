"""How many examples fuzzers draw: all of them in `make check` and in CI, which set TIRAGES=complets; a third in `make test`."""

import os

COMPLETS = os.environ.get("TIRAGES") == "complets"


def tirages(nombre: int) -> int:
    """Of `nombre` examples, those that this run draws."""
    return nombre if COMPLETS else -(-nombre // 3)

"""Synthetic portfolios for benchmarks and tests: `lives` invents subscriptions, `copying` writes them by COPY.

Nobody in them exists. Two runs with the same seed on equal databases on the same day write the same rows.
"""

from .copying import TAILLE_LOT, generer_portefeuille

__all__ = ["TAILLE_LOT", "generer_portefeuille"]

"""QR codes."""

import segno


def modules(texte: str) -> list[str]:
    """The QR code of `texte`, row by row, a dark module as 1, without the blank border that it needs."""
    matrice = segno.make(texte, error="m", micro=False).matrix
    return ["".join(str(module) for module in rangee) for rangee in matrice]

"""The way in of the former database (WhatsAppDB): read it, decide of each row, place what can be, keep the rest and say why.

Read in this order: motifs (why a row is not placed), valeurs (what a text means), source (whence rows come), registre (each row's
fate), examen (pure decisions), placement (writes), bilan (figures), services (the whole). docs/decisions/0015-former-database.md.
"""

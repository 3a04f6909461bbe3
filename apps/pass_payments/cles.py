"""Keys that say what a row is about (« paiement:PAY-20261121-000001:succes »), as people read them."""

_OBJETS = {
    "paiement": "Paiement",
    "decaissement": "Décaissement",
    "souscription": "Souscription",
    "abandon": "Créance de la souscription",
    "police": "Police de la souscription",
    "client": "Client n°",
    "proposition": "Proposition n°",
    "changement": "Changement n°",
    "code": "Code n°",
}
_SUITES = {
    "succes": "confirmé",
    "echec": "échoué",
    "rembourse": "remboursé",
    "ancien": "ancien téléphone",
    "nouveau": "nouveau téléphone",
}


def cle_lisible(cle: str | None) -> str:
    """« Paiement PAY-20261121-000001 · confirmé »; a key of another form as it is."""
    objet, *suite = (cle or "").split(":")
    if objet not in _OBJETS or not suite:
        return cle or ""
    return " · ".join([f"{_OBJETS[objet]} {suite[0]}", *(_SUITES.get(une, une) for une in suite[1:])])

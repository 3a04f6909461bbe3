"""Modes of payment as people write them."""

from typing import Any

from apps.pass_payments.models import OperateurPaiement
from nsia_pass_api.ecrits import Illisible, MotifIllisible, cle, texte

_Operateur = OperateurPaiement
_MODES = {
    "mtn": _Operateur.MTN, "momo": _Operateur.MTN, "mtnmomo": _Operateur.MTN, "mtnmoney": _Operateur.MTN,
    "mtnmobilemoney": _Operateur.MTN, "mtnmomopay": _Operateur.MTN, "ussdmtn": _Operateur.MTN,
    "airtel": _Operateur.AIRTEL, "airtelmoney": _Operateur.AIRTEL, "am": _Operateur.AIRTEL,
    "moov": _Operateur.MOOV, "moovmoney": _Operateur.MOOV,
    "especes": _Operateur.ESPECES, "espece": _Operateur.ESPECES, "cash": _Operateur.ESPECES, "liquide": _Operateur.ESPECES,
    "numeraire": _Operateur.ESPECES, "caisse": _Operateur.ESPECES,
    "virement": _Operateur.VIREMENT, "virementbancaire": _Operateur.VIREMENT,
    "cheque": _Operateur.CHEQUE, "chequebancaire": _Operateur.CHEQUE,
    "carte": _Operateur.CARTE, "cartebancaire": _Operateur.CARTE, "cb": _Operateur.CARTE, "visa": _Operateur.CARTE,
}  # fmt: skip
_MOBILES = ("mobilemoney", "mobile", "mm", "ussd")


def mode_ecrit(valeur: Any, *, operateur_du_client: str) -> OperateurPaiement:
    """« Mobile money » alone is that of the client's operator. Raises Illisible."""
    ecrit = texte(valeur)
    lu = cle(ecrit)
    if lu in _MOBILES and operateur_du_client:
        return OperateurPaiement(operateur_du_client)
    if lu not in _MODES:
        raise Illisible(
            MotifIllisible.MODE_INCONNU, f"« {ecrit[:40]} » n'est pas un mode connu." if ecrit else "Le mode est vide."
        )
    return _MODES[lu]

"""Mobile money: which class speaks to which operator, and where MTN is reached, under which names.

By the environment only, never a database row: whoever could edit an address in the back office could send the calls that
move money elsewhere (docs/decisions/0008-mtn-by-environment.md). What is empty here for the simulator is completed by
`apps.mtn_integration.configuration`.
"""

import re

from .business import DONNEES_DE_TEST_AUTORISEES
from .demo import DEMO_HOST, DEMO_PORT, MOMO_PORT
from .environment import PRODUCTION, boolean, integer, refus, text, url

MTN_ENVIRONNEMENT = text("MTN_ENVIRONNEMENT", "simulateur", choices=("simulateur", "sandbox", "mtncongo", "aucun"))
if PRODUCTION and MTN_ENVIRONNEMENT == "simulateur":
    raise refus(
        "MTN_ENVIRONNEMENT",
        "le simulateur n'encaisse rien en production",
        "Écrivez MTN_ENVIRONNEMENT=mtncongo, ou aucun pour ne pas encaisser par MTN.",
    )
# MTN's sandbox approves any number at once: contracts would be paid with nothing.
if PRODUCTION and MTN_ENVIRONNEMENT == "sandbox" and not DONNEES_DE_TEST_AUTORISEES:
    raise refus(
        "MTN_ENVIRONNEMENT",
        "le bac à sable de MTN confirme des paiements sans argent",
        "Écrivez MTN_ENVIRONNEMENT=mtncongo ; sur un serveur d'essai seulement, DONNEES_DE_TEST_AUTORISEES=1.",
    )
_SIMULATEUR = MTN_ENVIRONNEMENT == "simulateur"
_CHEZ_MTN = MTN_ENVIRONNEMENT in ("sandbox", "mtncongo")

MTN_PLATEFORME = text("MTN_PLATEFORME", "ancienne", choices=("ancienne", "nouvelle"))
_ADRESSES = {
    "simulateur": f"http://127.0.0.1:{MOMO_PORT}",
    "sandbox": "https://sandbox.momodeveloper.mtn.com",
    "mtncongo": {"ancienne": "https://proxy.momoapi.mtn.com", "nouvelle": "https://momoapi.momo.africa"}[
        MTN_PLATEFORME
    ],
    "aucun": "",
}
MTN_URL = url("MTN_URL", _ADRESSES[MTN_ENVIRONNEMENT], https=PRODUCTION or MTN_ENVIRONNEMENT == "mtncongo")
# Where MTN's callbacks reach us: the public address of this server, without a path. Empty: MTN is only asked.
MTN_URL_RAPPEL = url(
    "MTN_URL_RAPPEL",
    f"http://{'127.0.0.1' if DEMO_HOST in ('0.0.0.0', '::') else DEMO_HOST}:{DEMO_PORT}" if _SIMULATEUR else "",  # noqa: S104
    https=PRODUCTION or MTN_ENVIRONNEMENT == "mtncongo",
)
# MTN has no statement in its API; the simulator has one.
MTN_RELEVE_URL = url(
    "MTN_RELEVE_URL", f"http://127.0.0.1:{MOMO_PORT}/simulateur/releve" if _SIMULATEUR else "", https=PRODUCTION
)

# False where MTN has not opened disbursements: refunds and payouts are then refused before anything is sent.
MTN_DECAISSEMENT = boolean("MTN_DECAISSEMENT", True)


def acces(name: str, quoi: str, *, requis: bool) -> str:
    """A credential that MTN gave, printable and without spaces; never shown, not even in a refusal."""
    value = text(name, "")
    if not value and requis:
        raise refus(
            name,
            f"valeur absente pour MTN_ENVIRONNEMENT={MTN_ENVIRONNEMENT}",
            f"Ajoutez {name}=… : {quoi}. Voyez docs/payments/mtn.md.",
        )
    if not re.fullmatch(r"[!-~]*", value) or (":" in value and "_UTILISATEUR_" in name):
        raise refus(
            name, "la valeur contient un caractère qui n'y a pas sa place", f"Recopiez-la : {quoi}, sans espace."
        )
    return value


_CLE = "la clé d'abonnement (primary key) du produit {}"
_UTILISATEUR = "l'API user du produit {}, ou son User ID sur la nouvelle plateforme"
_SECRET = "l'API key du produit {}, ou son Credential Token sur la nouvelle plateforme"  # noqa: S105 - a description
_COLLECTE, _DECAISSEMENT = "Collection", "Disbursement"
_DECAISSE = _CHEZ_MTN and MTN_DECAISSEMENT

MTN_CLE_COLLECTE = acces("MTN_CLE_COLLECTE", _CLE.format(_COLLECTE), requis=_CHEZ_MTN)
MTN_UTILISATEUR_COLLECTE = acces("MTN_UTILISATEUR_COLLECTE", _UTILISATEUR.format(_COLLECTE), requis=_CHEZ_MTN)
MTN_SECRET_COLLECTE = acces("MTN_SECRET_COLLECTE", _SECRET.format(_COLLECTE), requis=_CHEZ_MTN)
MTN_CLE_DECAISSEMENT = acces("MTN_CLE_DECAISSEMENT", _CLE.format(_DECAISSEMENT), requis=_DECAISSE)
MTN_UTILISATEUR_DECAISSEMENT = acces(
    "MTN_UTILISATEUR_DECAISSEMENT", _UTILISATEUR.format(_DECAISSEMENT), requis=_DECAISSE
)
MTN_SECRET_DECAISSEMENT = acces("MTN_SECRET_DECAISSEMENT", _SECRET.format(_DECAISSEMENT), requis=_DECAISSE)

# Seconds. Tokens of the newer platform take 10 to 20 s.
MTN_DELAI_CONNEXION = integer("MTN_DELAI_CONNEXION", 5, minimum=1, maximum=60)
MTN_DELAI_REPONSE = integer("MTN_DELAI_REPONSE", 20, minimum=1, maximum=120)
MTN_DELAI_JETON = integer("MTN_DELAI_JETON", 30 if MTN_PLATEFORME == "nouvelle" else 10, minimum=1, maximum=120)
# How many times a reading is tried inside one call. What creates is sent once.
MTN_TENTATIVES = integer("MTN_TENTATIVES", 3, minimum=1, maximum=10)

# Operators whose payments go through an API; those of the others are recorded by an agent.
OPERATEURS: dict[str, str] = (
    {} if MTN_ENVIRONNEMENT == "aucun" else {"mtn_money": "apps.mtn_integration.operateur.OperateurMTN"}
)

"""What the back office shows of this app."""

from apps.pass_payments.models import OperateurPaiement
from nsia_pass_api.registre import JOURNAL, OPERATEURS, Droits, Echanges, Menu, echanges_avec, page

page(
    "mtn_integration.TransactionMTN",
    Droits("L", "L", "", "", "L"),
    menu=Menu(OPERATEURS, "sync_alt", "Ce que MTN a reçu, et ce qu'il en dit"),
    audit="son journal est celui des échanges, LogMTN",
    impersonnel="téléphones masqués",
)
page(
    "mtn_integration.LogMTN",
    Droits("L", "L", "", "", "L"),
    menu=Menu(OPERATEURS, "receipt_long", "Chaque échange avec MTN, secrets masqués"),
    audit=JOURNAL,
    impersonnel="téléphones et secrets masqués",
)
echanges_avec(
    OperateurPaiement.MTN,
    Echanges(
        listes=("mtn_integration.TransactionMTN", "mtn_integration.LogMTN"),
        lu_par="mtn_integration.LogMTN",
        source="apps.mtn_integration.selectors.echanges",
    ),
)

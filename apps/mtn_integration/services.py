"""What is written of our exchanges with MTN."""

from apps.mtn_integration.models import LogMTN, TransactionMTN
from apps.pass_payments.models import OperateurPaiement
from apps.pass_payments.operateurs.traces import Traces

CODE = OperateurPaiement.MTN.value
TRACES = Traces(demandes=TransactionMTN, echanges=LogMTN, champs_masques=frozenset({"partyId"}))

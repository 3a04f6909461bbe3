"""An operator's reasons in our words (`apps.pass_payments.motifs`)."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.pass_payments.motifs import MotifEchec


@dataclass(frozen=True, kw_only=True)
class Motifs:
    """`raisons`: the operator's codes. `quand_on_encaisse`: those that mean something else when the insurer is the payee."""

    raisons: Mapping[str, MotifEchec]
    quand_on_encaisse: Mapping[str, MotifEchec]

    def d_echec(self, raison: str, *, encaissement: bool) -> MotifEchec:
        """Why it failed; AUTRE for a reason that no source names."""
        if encaissement and raison in self.quand_on_encaisse:
            return self.quand_on_encaisse[raison]
        return self.raisons.get(raison, MotifEchec.AUTRE)

    def de_refus(self, raison: str, *, statut: int, encaissement: bool) -> MotifEchec:
        """Why the request was not created; DEMANDE_INVALIDE (« ask an agent ») when no reason that we know is named."""
        if raison in self.raisons:
            return self.d_echec(raison, encaissement=encaissement)
        if statut == 403 and not encaissement:
            return MotifEchec.OPERATION_INTERDITE
        return MotifEchec.DEMANDE_INVALIDE

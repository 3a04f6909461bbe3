"""How an operator is called: outside a transaction, through its circuit, on record before the call and after it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    OperateurFerme,
    OperateurInjoignable,
)
from apps.pass_payments.operateurs.circuit import Circuit
from apps.pass_payments.operateurs.errors import AccesRefuse, EnvoyeeAilleurs
from apps.pass_payments.operateurs.models import StatutDemande
from apps.pass_payments.operateurs.motifs import Motifs
from apps.pass_payments.operateurs.traces import Traces, exiger_hors_transaction

_STATUTS = {
    Etat.EN_ATTENTE: StatutDemande.EN_ATTENTE,
    Etat.REUSSI: StatutDemande.REUSSIE,
    Etat.ECHOUE: StatutDemande.ECHOUEE,
    Etat.INTROUVABLE: StatutDemande.INTROUVABLE,
}

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Appels:
    """The calls of one process to one operator. `destination`: where its references are known, an environment and a platform."""

    operateur: str
    destination: str
    devise: str
    traces: Traces
    motifs: Motifs
    circuit: Circuit

    def demander(
        self,
        envoyer: Callable[[], Accuse],
        *,
        reference: UUID,
        genre: str,
        encaissement: bool,
        montant: int,
        telephone: str,
        numero: str,
    ) -> Accuse:
        """What `envoyer` is answered, once the request is on record. Raises DemandeRefusee, OperateurInjoignable.

        `envoyer` sends once, and raises DemandeRefusee, AccesRefuse or OperateurInjoignable.
        """
        exiger_hors_transaction()
        try:
            with self.circuit.passage():
                ici = self.traces.noter_demande(
                    reference=reference,
                    genre=genre,
                    numero=numero,
                    montant=montant,
                    devise=self.devise,
                    telephone=telephone,
                    destination=self.destination,
                )
                if not ici:
                    raise EnvoyeeAilleurs
                accuse = envoyer()
        except (OperateurFerme, EnvoyeeAilleurs):
            raise  # nothing was sent
        except OperateurInjoignable as panne:
            self.traces.noter_reponse(reference=reference, statut=StatutDemande.SANS_REPONSE, raison=str(panne)[:100])
            raise
        except AccesRefuse as refus:
            self._signaler(refus, genre)
            self.traces.noter_reponse(reference=reference, statut=StatutDemande.REFUSEE, raison=refus.raison)
            motif = self.motifs.de_refus("", statut=refus.statut, encaissement=encaissement)
            raise DemandeRefusee(motif, refus.raison) from refus
        except DemandeRefusee as refus:
            self.traces.noter_reponse(reference=reference, statut=StatutDemande.REFUSEE, raison=refus.raison)
            raise
        self.traces.noter_reponse(reference=reference, statut=StatutDemande.ACCEPTEE)
        return accuse

    def consulter(self, lire: Callable[[], Constat], *, reference: UUID, genre: str) -> Constat:
        """What `lire` sees, on record. `lire` raises AccesRefuse or OperateurInjoignable; this raises OperateurInjoignable.

        What another environment or platform was asked is not « unknown » here: EnvoyeeAilleurs.
        """
        exiger_hors_transaction()
        try:
            with self.circuit.passage():
                constat = lire()
        except AccesRefuse as refus:
            self._signaler(refus, genre)
            raise OperateurInjoignable(refus.raison) from refus
        if constat.etat is Etat.INTROUVABLE and self.traces.envoyee_ailleurs(
            reference=reference, destination=self.destination
        ):
            raise EnvoyeeAilleurs
        self.traces.noter_constat(
            reference=reference,
            statut=_STATUTS[constat.etat],
            raison=constat.raison,
            code_financier=constat.code_confirmation,
        )
        return constat

    def _signaler(self, refus: AccesRefuse, genre: str) -> None:
        """Ours to mend, and it concerns every payment: hence the error, which the refusal of one payment is not."""
        logger.error("acces_operateur_refuse", operateur=self.operateur, genre=str(genre), raison=refus.raison)

"""MTN MoMo behind `apps.pass_payments.operateurs`: what each of its answers means for a payment (docs/payments/mtn.md)."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import structlog

from apps.mtn_integration import ecriture, services
from apps.mtn_integration.circuit import Circuit
from apps.mtn_integration.client import Client, Reponse
from apps.mtn_integration.configuration import ConfigurationMTN, Produit, configuration
from apps.mtn_integration.errors import AccesRefuse, EnvoyeeAilleurs
from apps.mtn_integration.models import GenreMTN, StatutMTN
from apps.mtn_integration.motifs import motif, motif_de_refus
from apps.mtn_integration.releve import lire_releve_csv
from apps.pass_payments.models import NatureDecaissement
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    LigneReleve,
    OperateurFerme,
    OperateurInjoignable,
    Rappel,
    ReleveIndisponible,
)

# The 500s that say that nothing was created. Any other may come after MTN has taken the request.
RIEN_DE_CREE = frozenset(
    {"INVALID_CURRENCY", "INVALID_CALLBACK_URL_HOST", "NOT_ALLOWED", "NOT_ALLOWED_TARGET_ENVIRONMENT"}
)
# The 4xx that say « later », not « no »: time-out of the gateway, too early, too many calls.
PLUS_TARD = frozenset({408, 425, 429})

ETATS = {
    "CREATED": Etat.EN_ATTENTE,
    "PENDING": Etat.EN_ATTENTE,
    "SUCCESSFUL": Etat.REUSSI,
    "FAILED": Etat.ECHOUE,
}
_STATUTS = {
    Etat.EN_ATTENTE: StatutMTN.EN_ATTENTE,
    Etat.REUSSI: StatutMTN.REUSSIE,
    Etat.ECHOUE: StatutMTN.ECHOUEE,
    Etat.INTROUVABLE: StatutMTN.INTROUVABLE,
}
_ACCUSES = {202: Accuse.ACCEPTEE, 409: Accuse.DEJA_CONNUE}

logger = structlog.get_logger(__name__)


class OperateurMTN:
    """Implements `operateurs.Operateur`. One instance a process, shared by its threads."""

    def __init__(
        self,
        reglages: ConfigurationMTN | None = None,
        *,
        circuit: Circuit | None = None,
        transport: httpx2.BaseTransport | None = None,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self.configuration = reglages or configuration()
        self._circuit = circuit or Circuit(horloge=horloge)
        self._client = Client(self.configuration, transport=transport, horloge=horloge)

    def fermer(self) -> None:
        self._client.fermer()

    def demander_paiement(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        """The phone is asked to approve. Raises DemandeRefusee, OperateurInjoignable.

        A refusal is about this call alone. If an earlier one with the same reference had no usable answer, MTN may hold
        the reference all the same: the caller looks it up before it believes the refusal, and pays nobody twice.
        """
        return self._demander(
            GenreMTN.REQUESTTOPAY,
            reference=reference,
            montant=montant,
            telephone=telephone,
            numero=numero,
            corps={"payer": _personne(telephone), **_notes(libelle, numero)},
        )

    def rembourser(
        self, *, reference: UUID, paiement: UUID, montant: int, telephone: str, numero: str, libelle: str
    ) -> Accuse:
        """The payer of `paiement` gets `montant` back. Raises DemandeRefusee (see demander_paiement), OperateurInjoignable."""
        return self._demander(
            GenreMTN.REFUND,
            reference=reference,
            montant=montant,
            telephone=telephone,
            numero=numero,
            corps={"referenceIdToRefund": str(paiement), **_notes(libelle, numero)},
        )

    def verser(self, *, reference: UUID, montant: int, telephone: str, numero: str, libelle: str) -> Accuse:
        """The account of `telephone` gets `montant`. Raises DemandeRefusee (see demander_paiement), OperateurInjoignable."""
        return self._demander(
            GenreMTN.TRANSFER,
            reference=reference,
            montant=montant,
            telephone=telephone,
            numero=numero,
            corps={"payee": _personne(telephone), **_notes(libelle, numero)},
        )

    def consulter_paiement(self, *, reference: UUID) -> Constat:
        return self._consulter(GenreMTN.REQUESTTOPAY, reference=reference)

    def consulter_decaissement(self, *, reference: UUID, nature: NatureDecaissement) -> Constat:
        genre = GenreMTN.REFUND if nature == NatureDecaissement.REMBOURSEMENT else GenreMTN.TRANSFER
        return self._consulter(genre, reference=reference)

    def lire_rappel(self, corps: str) -> Rappel | None:
        """What a callback claims of our `numero`; None without one, or when it is no JSON object."""
        try:
            lu = json.loads(corps, parse_float=Decimal, parse_constant=str)
        except (ValueError, RecursionError):
            return None
        numero = ecriture.texte(lu.get("externalId"), 64) if isinstance(lu, dict) else ""
        if not numero:
            return None
        return Rappel(
            numero=numero,
            etat=ETATS.get(ecriture.texte(lu.get("status"), 40), Etat.EN_ATTENTE),
            montant=ecriture.montant(lu.get("amount")),
            telephone=_telephone(lu),
        )

    def releve(self, *, jour: date) -> Iterator[LigneReleve]:
        """The movements of `jour`, where a statement has an address: MTN's API has none."""
        services.exiger_hors_transaction()
        adresse = self.configuration.releve_url
        if not adresse:
            raise ReleveIndisponible(
                "MTN ne donne pas de relevé par son API. Exportez celui du jour depuis le portail MTN, "
                "puis lancez : manage.py rapprocher --fichier releve.csv."
            )
        parametres = {"date": jour.isoformat(), "format": "csv", "operateur": "mtn", "devise": "XAF"}
        try:
            reponse = self._client.telecharger(adresse, parametres)
        except OperateurInjoignable as panne:
            raise ReleveIndisponible(
                f"Le relevé du {jour:%d/%m/%Y} ne répond pas ({panne}). Réessayez plus tard."
            ) from panne
        if reponse.statut != 200:
            raise ReleveIndisponible(
                f"Le relevé du {jour:%d/%m/%Y} est refusé (HTTP {reponse.statut}). Vérifiez MTN_RELEVE_URL."
            )
        return self.lire_releve(reponse.corps)

    def lire_releve(self, texte: str) -> Iterator[LigneReleve]:
        """The movements of a CSV, the portal's or the simulator's (docs/payments/rapprochement.md)."""
        return lire_releve_csv(texte)

    # Requests

    def _demander(
        self, genre: GenreMTN, *, reference: UUID, montant: int, telephone: str, numero: str, corps: dict[str, Any]
    ) -> Accuse:
        services.exiger_hors_transaction()
        produit = _produit(genre)
        if produit not in self.configuration.acces:
            raise DemandeRefusee(MotifEchec.OPERATION_INTERDITE, "MTN_DECAISSEMENT=0")
        argent = {"amount": str(montant), "currency": self.configuration.devise, "externalId": numero}
        try:
            with self._circuit.passage():
                self._noter_demande(genre, reference=reference, montant=montant, telephone=telephone, numero=numero)
                reponse = self._client.creer(produit, f"/v1_0/{genre}", reference=reference, corps={**argent, **corps})
                accuse = _accuse(reponse)
        except (OperateurFerme, EnvoyeeAilleurs):
            raise  # nothing was sent
        except OperateurInjoignable as panne:
            services.noter_reponse(reference=reference, statut=StatutMTN.SANS_REPONSE, raison=str(panne)[:100])
            raise
        except AccesRefuse as refus:
            # Ours to mend, and it concerns every payment: hence the error, which the refusal of one payment is not.
            logger.error("acces_mtn_refuse", produit=produit.value, raison=refus.raison)
            services.noter_reponse(reference=reference, statut=StatutMTN.REFUSEE, raison=refus.raison)
            encaissement = produit is Produit.COLLECTE
            raise DemandeRefusee(
                motif_de_refus("", statut=refus.statut, encaissement=encaissement), refus.raison
            ) from refus
        if accuse is None:
            services.noter_reponse(reference=reference, statut=StatutMTN.REFUSEE, raison=reponse.raison)
            raise DemandeRefusee(
                motif_de_refus(reponse.code, statut=reponse.statut, encaissement=produit is Produit.COLLECTE),
                reponse.raison,
            )
        services.noter_reponse(reference=reference, statut=StatutMTN.ACCEPTEE)
        return accuse

    def _noter_demande(self, genre: GenreMTN, *, reference: UUID, montant: int, telephone: str, numero: str) -> None:
        ici = services.noter_demande(
            reference=reference,
            genre=genre,
            numero=numero,
            montant=montant,
            devise=self.configuration.devise,
            telephone=telephone,
            destination=self.configuration.destination,
        )
        if not ici:
            raise EnvoyeeAilleurs

    # Look-ups

    def _consulter(self, genre: GenreMTN, *, reference: UUID) -> Constat:
        services.exiger_hors_transaction()
        produit = _produit(genre)
        if produit not in self.configuration.acces:
            raise OperateurInjoignable("MTN_DECAISSEMENT=0")
        try:
            with self._circuit.passage():
                reponse = self._client.lire(produit, f"/v1_0/{genre}/{reference}", reference=reference)
                if reponse.statut in (401, 403):
                    raise AccesRefuse(reponse.raison, statut=reponse.statut)
                if not _dit_quelque_chose(reponse):
                    raise OperateurInjoignable(reponse.raison)
        except AccesRefuse as refus:
            logger.error("acces_mtn_refuse", produit=produit.value, raison=refus.raison)
            raise OperateurInjoignable(refus.raison) from refus
        if reponse.statut == 404 and services.envoyee_ailleurs(
            reference=reference, destination=self.configuration.destination
        ):
            raise EnvoyeeAilleurs
        constat = self._constat(reponse, encaissement=produit is Produit.COLLECTE)
        services.noter_constat(
            reference=reference,
            statut=_STATUTS[constat.etat],
            raison=constat.raison,
            code_financier=constat.code_confirmation,
        )
        return constat

    def _constat(self, reponse: Reponse, *, encaissement: bool) -> Constat:
        if reponse.statut == 404:
            return Constat(etat=Etat.INTROUVABLE)
        lu = reponse.objet
        statut = ecriture.texte(lu.get("status"), 40)
        if statut not in ETATS:
            logger.warning("statut_mtn_inconnu", statut=statut)
        etat = ETATS.get(statut, Etat.EN_ATTENTE)
        raison = _raison(lu.get("reason")) if etat is Etat.ECHOUE else ""
        return Constat(
            etat=etat,
            montant=ecriture.montant(lu.get("amount")),
            devise=self._devise(ecriture.texte(lu.get("currency"), 10)),
            telephone=_telephone(lu),
            code_confirmation=ecriture.texte(lu.get("financialTransactionId"), 64),
            motif=motif(raison, encaissement=encaissement).value if etat is Etat.ECHOUE else "",
            raison=raison,
        )

    def _devise(self, dite: str) -> str:
        """XAF for the currency of the target: the sandbox's euros stand one for one for our francs, which the domain keeps."""
        return "XAF" if dite == self.configuration.devise else dite


def _produit(genre: GenreMTN) -> Produit:
    return Produit.COLLECTE if genre is GenreMTN.REQUESTTOPAY else Produit.DECAISSEMENT


def _personne(telephone: str) -> dict[str, str]:
    return {"partyIdType": "MSISDN", "partyId": ecriture.partie(telephone)}


def _notes(libelle: str, numero: str) -> dict[str, str]:
    """What the payer's and the payee's messages show."""
    return {"payerMessage": ecriture.note(libelle), "payeeNote": ecriture.note(numero)}


def _accuse(reponse: Reponse) -> Accuse | None:
    """What the answer to a POST says; None when it says that nothing was created. Raises OperateurInjoignable, AccesRefuse.

    401 (after a fresh token) and 403 come from the gateway, before MTN has seen the request; so does 429, which is no
    refusal: the same reference may be sent again later. What is neither 202 nor 409 nor clearly a refusal is no answer,
    also a 200 or a redirection: the look-up will tell.
    """
    if reponse.statut in _ACCUSES:
        return _ACCUSES[reponse.statut]
    if reponse.statut in (401, 403):
        raise AccesRefuse(reponse.raison, statut=reponse.statut)
    refusee = 400 <= reponse.statut < 500 and reponse.statut not in PLUS_TARD
    if refusee or (reponse.statut == 500 and reponse.code in RIEN_DE_CREE):
        return None
    raise OperateurInjoignable(reponse.raison)


def _dit_quelque_chose(reponse: Reponse) -> bool:
    """A status, or MTN's own 404. That of the gateway is about the address: taken for « unknown », it would send again."""
    return (reponse.statut == 200 and "status" in reponse.objet) or (reponse.statut == 404 and reponse.code != "")


def _raison(dite: object) -> str:
    """MTN's reason, written as a text or as `{code, message}`."""
    if isinstance(dite, dict):
        return ecriture.texte(dite.get("code"), 100) or ecriture.texte(dite.get("message"), 100)
    return ecriture.texte(dite, 100)


def _telephone(corps: dict[str, Any]) -> str:
    """Of whoever paid or is paid; empty when the body does not say."""
    personne = corps.get("payer") or corps.get("payee")
    return ecriture.telephone(personne.get("partyId")) if isinstance(personne, dict) else ""

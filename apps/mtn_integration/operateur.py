"""MTN MoMo behind `apps.pass_payments.operateurs`: what each of its answers means for a payment (docs/payments/mtn.md)."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import structlog

from apps.mtn_integration.client import Client
from apps.mtn_integration.configuration import ConfigurationMTN, Produit, configuration
from apps.mtn_integration.ecriture import note, partie
from apps.mtn_integration.models import GenreMTN
from apps.mtn_integration.motifs import MOTIFS
from apps.mtn_integration.services import CODE, TRACES
from apps.pass_payments.models import NatureDecaissement
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import (
    Accuse,
    Constat,
    DemandeRefusee,
    Etat,
    LigneReleve,
    OperateurInjoignable,
    Rappel,
    ReleveIndisponible,
    ecriture,
)
from apps.pass_payments.operateurs.appels import Appels
from apps.pass_payments.operateurs.circuit import Circuit
from apps.pass_payments.operateurs.errors import AccesRefuse
from apps.pass_payments.operateurs.http import PLUS_TARD, Reponse
from apps.pass_payments.operateurs.releve import lire_releve_csv
from apps.pass_payments.operateurs.traces import exiger_hors_transaction

# The 500s that say that nothing was created. Any other may come after MTN has taken the request.
RIEN_DE_CREE = frozenset(
    {"INVALID_CURRENCY", "INVALID_CALLBACK_URL_HOST", "NOT_ALLOWED", "NOT_ALLOWED_TARGET_ENVIRONMENT"}
)

ETATS = {
    "CREATED": Etat.EN_ATTENTE,
    "PENDING": Etat.EN_ATTENTE,
    "SUCCESSFUL": Etat.REUSSI,
    "FAILED": Etat.ECHOUE,
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
        self._client = Client(self.configuration, transport=transport, horloge=horloge)
        self._appels = Appels(
            operateur=CODE,
            destination=self.configuration.destination,
            devise=self.configuration.devise,
            traces=TRACES,
            motifs=MOTIFS,
            circuit=circuit or Circuit(horloge=horloge),
        )

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
        lu = ecriture.objet(corps)
        numero = ecriture.texte(lu.get("externalId"), 64)
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
        exiger_hors_transaction()
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
        return lire_releve_csv(texte, operateur="mtn")

    # Requests

    def _demander(
        self, genre: GenreMTN, *, reference: UUID, montant: int, telephone: str, numero: str, corps: dict[str, Any]
    ) -> Accuse:
        produit = _produit(genre)
        if produit not in self.configuration.acces:
            raise DemandeRefusee(MotifEchec.OPERATION_INTERDITE, "MTN_DECAISSEMENT=0")
        encaissement = produit is Produit.COLLECTE
        argent = {"amount": str(montant), "currency": self.configuration.devise, "externalId": numero}

        def envoyer() -> Accuse:
            reponse = self._client.creer(produit, f"/v1_0/{genre}", reference=reference, corps={**argent, **corps})
            return _accuse(reponse, encaissement=encaissement)

        return self._appels.demander(
            envoyer,
            reference=reference,
            genre=genre,
            encaissement=encaissement,
            montant=montant,
            telephone=telephone,
            numero=numero,
        )

    # Look-ups

    def _consulter(self, genre: GenreMTN, *, reference: UUID) -> Constat:
        produit = _produit(genre)
        if produit not in self.configuration.acces:
            raise OperateurInjoignable("MTN_DECAISSEMENT=0")

        def lire() -> Constat:
            reponse = self._client.lire(produit, f"/v1_0/{genre}/{reference}", reference=reference)
            if reponse.statut in (401, 403):
                raise AccesRefuse(reponse.raison, statut=reponse.statut)
            if not _dit_quelque_chose(reponse):
                raise OperateurInjoignable(reponse.raison)
            return self._constat(reponse, encaissement=produit is Produit.COLLECTE)

        return self._appels.consulter(lire, reference=reference, genre=genre)

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
            motif=MOTIFS.d_echec(raison, encaissement=encaissement).value if etat is Etat.ECHOUE else "",
            raison=raison,
        )

    def _devise(self, dite: str) -> str:
        """XAF for the currency of the target: the sandbox's euros stand one for one for our francs, which the domain keeps."""
        return "XAF" if dite == self.configuration.devise else dite


def _produit(genre: GenreMTN) -> Produit:
    return Produit.COLLECTE if genre is GenreMTN.REQUESTTOPAY else Produit.DECAISSEMENT


def _personne(telephone: str) -> dict[str, str]:
    return {"partyIdType": "MSISDN", "partyId": partie(telephone)}


def _notes(libelle: str, numero: str) -> dict[str, str]:
    """What the payer's and the payee's messages show."""
    return {"payerMessage": note(libelle), "payeeNote": note(numero)}


def _accuse(reponse: Reponse, *, encaissement: bool) -> Accuse:
    """What the answer to a POST says. Raises DemandeRefusee when nothing was created, OperateurInjoignable, AccesRefuse.

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
        motif = MOTIFS.de_refus(reponse.code, statut=reponse.statut, encaissement=encaissement)
        raise DemandeRefusee(motif, reponse.raison)
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

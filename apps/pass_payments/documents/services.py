"""Documents are handed out here only: each has its row and its code before a line of it is drawn."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import get_default_timezone

from apps.pass_payments.documents import codes, selectors
from apps.pass_payments.documents.errors import AttestationRefusee, TropDeDocuments
from apps.pass_payments.models import DocumentEmis, TypeDocument
from apps.pass_payments.situation import CodeSituation, TypeActe
from nsia_pass_api.dates import aujourdhui, maintenant
from nsia_pass_api.pdf.qr import modules
from nsia_pass_api.rows import rows

# Statements and attestations of one contract, a day, that differ in what they cover.
PAR_CONTRAT_ET_PAR_JOUR = 20


@dataclass(frozen=True)
class Emission:
    """A document that was handed out: what is printed on it beside what it says."""

    code: str
    emis_le: datetime

    @property
    def adresse(self) -> str:
        return codes.adresse(self.code)

    @property
    def qr(self) -> list[str]:
        return modules(self.adresse)


def emettre_releve(
    *, client_id: int, police: str, contrat: str | None = None, du: date | None = None, au: date | None = None
) -> tuple[dict[str, Any], Emission]:
    """The statement of `selectors.releve`, and its row, which hangs on the contract asked for.

    Raises ContratIntrouvable, TropDeDocuments.
    """
    releve = selectors.releve(client_id=client_id, police=police, contrat=contrat, du=du, au=au)
    lendemain = min(au, date.max - timedelta(days=1)) + timedelta(days=1) if au else None
    return releve, _emettre(TypeDocument.RELEVE, contrat=releve, debut=du, fin=lendemain)


def emettre_attestation(*, client_id: int, police: str) -> tuple[dict[str, Any], Emission]:
    """The attestation of a contract that is in force and paid up today, and its row.

    Raises ContratIntrouvable, TropDeDocuments, or AttestationRefusee with what the client can do.
    """
    attestation = selectors.attestation(client_id=client_id, police=police)
    if refus := _refus(attestation):
        raise AttestationRefusee(refus)
    return attestation, _emettre(
        TypeDocument.ATTESTATION,
        contrat=attestation,
        debut=attestation["date_debut"],
        fin=attestation["date_fin"],
    )


_SANS_RETARD = (CodeSituation.CONTRAT_EN_ORDRE, CodeSituation.EXPIRATION_PROCHE)


def _refus(contrat: dict[str, Any]) -> str | None:
    situation = contrat["situation"]
    if situation["code"] not in _SANS_RETARD:
        suite = "" if situation["type"] == TypeActe.ASSISTANCE else " Votre attestation sera disponible aussitôt."
        return f"{situation['message']}{suite}"
    if contrat["date_debut"] is None:
        return f"{contrat['nom_produit']} ne couvre pas la journée d'aujourd'hui. Parlez-en à un conseiller."
    return None


def emettre_recu(*, client_id: int, numero: str) -> tuple[dict[str, Any], Emission]:
    """The receipt of a confirmed payment and its only row, whoever prints it again. Raises RecuIntrouvable."""
    recu = selectors.recu(client_id=client_id, numero=numero)
    return recu, emission_du_recu(paiement_id=recu["id"], souscription_id=recu["souscription_id"])


def emission_du_recu(*, paiement_id: int, souscription_id: int) -> Emission:
    """The one row of that receipt, of the first print to arrive: the unique constraint decides, the others read it."""
    recus = DocumentEmis.objects.filter(type=TypeDocument.RECU, paiement_id=paiement_id)
    while (ligne := recus.values_list("code", "emis_le").first()) is None:
        _inserer(TypeDocument.RECU, souscription=souscription_id, paiement=paiement_id)
    return Emission(*ligne)


def _emettre(type_document: str, *, contrat: dict[str, Any], debut: date | None, fin: date | None) -> Emission:
    """The row of that document today, whoever asks again: the unique constraint decides. Raises TropDeDocuments."""
    jour, souscription = aujourdhui(), contrat["souscription_id"]
    du_jour = DocumentEmis.objects.filter(souscription=souscription, jour=jour)
    while True:
        deja = {
            (un_type, du, au): Emission(code, emis_le)
            for un_type, du, au, code, emis_le in du_jour.values_list(
                "type", "date_debut", "date_fin", "code", "emis_le"
            )
        }
        if emission := deja.get((type_document, debut, fin)):
            return emission
        if len(deja) >= PAR_CONTRAT_ET_PAR_JOUR:
            demain = datetime.combine(jour + timedelta(days=1), time.min, tzinfo=get_default_timezone())
            raise TropDeDocuments(retry_after=int((demain - maintenant()).total_seconds()) + 1)
        if emission := _inserer(type_document, souscription=souscription, debut=debut, fin=fin, jour=jour):
            return emission


def _inserer(
    type_document: str,
    *,
    souscription: int,
    paiement: int | None = None,
    debut: date | None = None,
    fin: date | None = None,
    jour: date | None = None,
) -> Emission | None:
    """The new row; None when its code, the receipt of its payment, or the same document of the day is already there."""
    lignes = rows(
        """
        INSERT INTO documents_emis (code, type, souscription_id, paiement_id, emis_le, date_debut, date_fin, jour)
        VALUES (%(code)s, %(type)s, %(souscription)s, %(paiement)s, %(quand)s, %(debut)s, %(fin)s, %(jour)s)
        ON CONFLICT DO NOTHING RETURNING code, emis_le
        """,
        {
            "code": codes.tirer(),
            "type": type_document,
            "souscription": souscription,
            "paiement": paiement,
            "quand": maintenant(),
            "debut": debut,
            "fin": fin,
            "jour": jour,
        },
    )
    return Emission(**lignes[0]) if lignes else None

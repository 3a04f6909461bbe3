"""Documents are handed out here only: each has its row and its code before a line of it is drawn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apps.pass_payments.documents import codes, selectors
from apps.pass_payments.documents.errors import AttestationRefusee
from apps.pass_payments.models import DocumentEmis, TypeDocument
from apps.pass_payments.situation import CodeSituation, TypeActe
from nsia_pass_api.dates import maintenant
from nsia_pass_api.pdf.qr import modules
from nsia_pass_api.rows import rows


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
    """The statement of `selectors.releve`, and its new row, which hangs on the contract asked for. Raises ContratIntrouvable."""
    releve = selectors.releve(client_id=client_id, police=police, contrat=contrat, du=du, au=au)
    lendemain = min(au, date.max - timedelta(days=1)) + timedelta(days=1) if au else None
    return releve, _emettre(TypeDocument.RELEVE, contrat=releve, debut=du, fin=lendemain)


def emettre_attestation(*, client_id: int, police: str) -> tuple[dict[str, Any], Emission]:
    """The attestation of a contract that is in force and paid up today, and its new row.

    Raises ContratIntrouvable, or AttestationRefusee with what the client can do.
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
    while True:
        emission = _inserer(type_document, souscription=contrat["souscription_id"], debut=debut, fin=fin)
        if emission is not None:
            return emission


def _inserer(
    type_document: str,
    *,
    souscription: int,
    paiement: int | None = None,
    debut: date | None = None,
    fin: date | None = None,
) -> Emission | None:
    """The new row; None when its code, or the receipt of its payment, is already there."""
    lignes = rows(
        """
        INSERT INTO documents_emis (code, type, souscription_id, paiement_id, emis_le, date_debut, date_fin)
        VALUES (%(code)s, %(type)s, %(souscription)s, %(paiement)s, %(quand)s, %(debut)s, %(fin)s)
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
        },
    )
    return Emission(**lignes[0]) if lignes else None

"""What documents say, as rows. Every read but that of the public page is bound to `client_id`; phones are masked.

« Today » is the database's, so that a document agrees with the views it comes from.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from apps.pass_clients.errors import ContratIntrouvable
from apps.pass_clients.models import EtatContrat, RoleBeneficiaire
from apps.pass_payments.documents.errors import RecuIntrouvable
from apps.pass_payments.models import DocumentEmis, StatutPaiement, TypeDocument
from apps.pass_payments.selectors import (
    avec_dernier_jour,
    avec_situation,
    cotisations_du_client,
    paiement_lisible,
    paiements_du_client,
)
from apps.socle.reglages import ou_par_defaut
from nsia_pass_api.dates import dernier_jour_couvert
from nsia_pass_api.rows import rows
from nsia_pass_api.telephones import masquer

_SOMMES = ("montant", "montant_paye", "reste_a_payer")

# OFFSET 0: each view is read once a contract, by its subscription (apps/pass_payments/selectors.py).
_CONTRATS = """
    SELECT
        aujourdhui_pass() AS date, (SELECT r.valeur FROM reglages r WHERE r.nom = 'ALERTE_EXPIRATION_JOURS') AS preavis_jours,
        c.nom, c.prenom, c.telephone, c.souscription_id,
        c.police, c.numero_souscription, c.code_produit, c.nom_produit, c.categorie, c.etat_du_contrat, c.etat_depuis,
        c.date_effet, c.date_expiration, c.prime, c.periodicite,
        s.du_a_ce_jour, s.total_paye, s.reste_a_payer, s.montant_en_retard, s.jours_de_retard, s.avoir,
        s.prochaine_echeance_date, s.prochaine_echeance_montant, s.solde_epargne, s.solde
    FROM contrats c
    CROSS JOIN LATERAL (SELECT * FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0) s
    WHERE c.client_id = %(client)s
    ORDER BY c.souscription_id
"""
_ATTESTATION = """
    SELECT
        aujourdhui_pass() AS date, (SELECT r.valeur FROM reglages r WHERE r.nom = 'ALERTE_EXPIRATION_JOURS') AS preavis_jours,
        c.souscription_id, c.police, c.nom, c.prenom, c.nom_produit, c.etat_du_contrat, c.etat_depuis,
        c.date_expiration, s.montant_en_retard, s.jours_de_retard, s.reste_a_payer,
        p.date_debut, p.date_fin, p.prime, p.periodicite, v.garanties, v.beneficiaires
    FROM contrats c
    CROSS JOIN LATERAL (
        SELECT sc.montant_en_retard, sc.jours_de_retard, sc.reste_a_payer
        FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0
    ) s
    CROSS JOIN LATERAL (
        SELECT vc.garanties, vc.beneficiaires
        FROM vue_souscriptions_pass_completes vc WHERE vc.souscription_id = c.souscription_id OFFSET 0
    ) v
    LEFT JOIN periodes_couverture p ON p.souscription_id = c.souscription_id
        AND p.date_debut <= aujourdhui_pass() AND p.date_fin > aujourdhui_pass()
    WHERE c.client_id = %(client)s AND c.police = %(police)s
"""
# `deja_paye`: what had been confirmed before this payment, in the order in which payments fill instalments.
_RECU = """
    SELECT
        pa.id, pa.souscription_id, pa.numero_transaction, coalesce(pa.numero_recu, '') AS numero_recu,
        pa.montant, pa.frais, pa.montant_net, pa.devise, pa.operateur, pa.mode_paiement, pa.numero_payeur,
        pa.code_confirmation, pa.type_paiement, pa.date_confirmation,
        c.nom, c.prenom, c.telephone, s.numero_souscription, coalesce(n.numero_police, '') AS police,
        p.code_pass AS code_produit, p.nom_pass AS nom_produit, avant.total AS deja_paye
    FROM paiements_pass pa
    JOIN souscriptions_pass s ON s.id = pa.souscription_id
    JOIN clients_pass c ON c.id = s.client_id
    JOIN produits_pass p ON p.id = s.produit_id
    LEFT JOIN numeros_police_congo n ON n.souscription_id = s.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(autre.montant_net), 0)::bigint AS total
        FROM paiements_pass autre
        WHERE autre.souscription_id = pa.souscription_id AND autre.statut = 'succes'
            AND (autre.date_confirmation, autre.id) < (pa.date_confirmation, pa.id)
    ) avant
    WHERE (pa.numero_transaction = %(numero)s OR pa.numero_recu = %(numero)s)
        AND pa.statut = 'succes' AND s.client_id = %(client)s AND n.statut IS DISTINCT FROM 'annule'
"""
# What the schedule holds with this payment, less what it held without it: the very function of the views, read twice.
# The number is written as in the view `cotisations`; a test holds them together.
_QUITTANCES = """
    SELECT
        'QT-' || s.numero_souscription || '-' || apres.periode || '-'
            || lpad(apres.numero::text, greatest(2, length(apres.numero::text)), '0') AS numero_quittance,
        apres.date_debut, apres.date_fin, apres.date_debut AS date_echeance, apres.montant,
        apres.montant_paye - avant.montant_paye AS montant_regle,
        apres.montant - apres.montant_paye AS reste_a_payer
    FROM souscriptions_pass s
    CROSS JOIN LATERAL echeances_pass(s.id, %(avant)s::bigint + %(net)s) apres
    JOIN LATERAL echeances_pass(s.id, %(avant)s) avant
        ON avant.periode = apres.periode AND avant.numero = apres.numero
    WHERE s.id = %(souscription)s AND apres.montant_paye > avant.montant_paye
    ORDER BY apres.date_debut
"""
_EN_REGLE = """
    SELECT c.etat_du_contrat, s.montant_en_retard, aujourdhui_pass() AS date
    FROM contrats c
    CROSS JOIN LATERAL (
        SELECT sc.montant_en_retard FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0
    ) s
    WHERE c.souscription_id = %(souscription)s
"""


def releve(
    *, client_id: int, police: str, contrat: str | None = None, du: date | None = None, au: date | None = None
) -> dict[str, Any]:
    """The client's contracts, or `contrat` alone, with instalments due and payments asked for from `du` to `au` included.

    Balances are today's. Three queries whatever the number of contracts. Raises ContratIntrouvable.
    """
    lignes = [_avec_situation(ligne) for ligne in rows(_CONTRATS, {"client": client_id})]
    polices = {ligne["police"]: ligne for ligne in lignes}
    if police.upper() not in polices or (contrat or police).upper() not in polices:
        raise ContratIntrouvable
    reference = polices[(contrat or police).upper()]
    if contrat:
        lignes = [reference]
    portee: dict[str, Any] = {
        "client_id": client_id,
        "police": contrat.upper() if contrat else None,
        "du": du,
        "au": au,
    }
    cotisations = [
        avec_dernier_jour(cotisation)
        for cotisation in cotisations_du_client(**portee).order_by("date_echeance", "numero_quittance")
    ]
    paiements = [
        paiement_lisible(ligne)
        for ligne in paiements_du_client(**portee)
        .filter(statut__in=[StatutPaiement.SUCCES, StatutPaiement.REMBOURSE])
        .order_by("date_demande", "numero_transaction")
    ]
    return {
        "souscription_id": reference["souscription_id"],
        "date": reference["date"],
        "du": du,
        "au": au,
        "client": {
            "nom": reference["nom"],
            "prenom": reference["prenom"],
            "telephone": masquer(reference["telephone"]),
        },
        "solde_global": sum(ligne["solde"] for ligne in lignes),
        "totaux": _totaux(cotisations),
        "total_recu": _recu(paiements),
        "contrats": [_contrat_du_releve(ligne, cotisations=cotisations, paiements=paiements) for ligne in lignes],
    }


def _avec_situation(ligne: dict[str, Any]) -> dict[str, Any]:
    preavis_jours = ou_par_defaut("ALERTE_EXPIRATION_JOURS", ligne.pop("preavis_jours"))
    return avec_situation(ligne, jour=ligne["date"], preavis_jours=preavis_jours)


def _contrat_du_releve(
    ligne: dict[str, Any], *, cotisations: list[dict[str, Any]], paiements: list[dict[str, Any]]
) -> dict[str, Any]:
    siennes = [cotisation for cotisation in cotisations if cotisation["police"] == ligne["police"]]
    siens = [paiement for paiement in paiements if paiement["police"] == ligne["police"]]
    return ligne | {
        "totaux": _totaux(siennes),
        "total_recu": _recu(siens),
        "cotisations": siennes,
        "paiements": siens,
    }


def _totaux(cotisations: list[dict[str, Any]]) -> dict[str, int]:
    return {"nombre": len(cotisations)} | {champ: sum(ligne[champ] for ligne in cotisations) for champ in _SOMMES}


def _recu(paiements: list[dict[str, Any]]) -> int:
    """What counts for the contracts: refunded payments are listed, not summed."""
    return sum(ligne["montant_net"] for ligne in paiements if ligne["statut"] == StatutPaiement.SUCCES)


def attestation(*, client_id: int, police: str) -> dict[str, Any]:
    """The contract and the period that covers today, if there is one. One query. Raises ContratIntrouvable."""
    lignes = rows(_ATTESTATION, {"client": client_id, "police": police.upper()})
    if not lignes:
        raise ContratIntrouvable
    ligne = _avec_situation(lignes[0])
    personnes, fin = ligne.pop("beneficiaires"), ligne["date_fin"]
    return ligne | {
        # Of the period that covers today, which may be followed by another.
        "dernier_jour_couvert": dernier_jour_couvert(fin) if fin else None,
        "garanties": [garantie["libelle"] for garantie in ligne["garanties"]],
        "assures": [
            f"{personne['prenom']} {personne['nom']}"
            for personne in personnes
            if personne["role"] == RoleBeneficiaire.ASSURE
        ],
        "nombre_beneficiaires": sum(personne["role"] == RoleBeneficiaire.BENEFICIAIRE for personne in personnes),
    }


def recu(*, client_id: int, numero: str) -> dict[str, Any]:
    """The client's confirmed payment of that number and the quittances that it settled. Two queries. Raises RecuIntrouvable."""
    lignes = rows(_RECU, {"client": client_id, "numero": numero.upper()})
    if not lignes:
        raise RecuIntrouvable
    paiement = lignes[0]
    quittances = quittances_reglees(
        souscription_id=paiement["souscription_id"], deja_paye=paiement["deja_paye"], montant=paiement["montant_net"]
    )
    payeur = paiement["numero_payeur"]
    return paiement | {
        "telephone": masquer(paiement["telephone"]),
        "numero_payeur": masquer(payeur) if payeur else "",
        "quittances": quittances,
        "avoir": paiement["montant_net"] - sum(quittance["montant_regle"] for quittance in quittances),
    }


def quittances_reglees(*, souscription_id: int, deja_paye: int, montant: int) -> list[dict[str, Any]]:
    """The instalments that `montant` XAF fill, oldest first, once `deja_paye` XAF have filled theirs."""
    quittances = rows(_QUITTANCES, {"souscription": souscription_id, "avant": deja_paye, "net": montant})
    return [avec_dernier_jour(quittance) for quittance in quittances]


def verification(*, code: str) -> dict[str, Any] | None:
    """What the public may know of a document: its kind, its validity today, the product, dates. At most two queries."""
    document: Mapping[str, Any] | None = (
        DocumentEmis.objects.filter(code=code)
        .values(
            "type",
            "souscription_id",
            "emis_le",
            "date_debut",
            "date_fin",
            "paiement__statut",
            "paiement__date_confirmation",
            "souscription__produit__nom_pass",
        )
        .first()
    )
    if document is None:
        return None
    return {
        "type": document["type"],
        "libelle": TypeDocument(document["type"]).label,
        "produit": document["souscription__produit__nom_pass"],
        "emis_le": document["emis_le"],
        "date_debut": document["date_debut"],
        "date_fin": document["date_fin"],
        "paye_le": document["paiement__date_confirmation"],
        "valable": _valable(document),
    }


def _valable(document: Mapping[str, Any]) -> bool:
    if document["type"] == TypeDocument.RECU:
        return bool(document["paiement__statut"] == StatutPaiement.SUCCES)
    if document["type"] == TypeDocument.RELEVE:
        return True
    lignes = rows(_EN_REGLE, {"souscription": document["souscription_id"]})
    return bool(
        lignes
        and lignes[0]["etat_du_contrat"] == EtatContrat.ACTIF
        and lignes[0]["montant_en_retard"] == 0
        and document["date_debut"] <= lignes[0]["date"] < document["date_fin"]
    )

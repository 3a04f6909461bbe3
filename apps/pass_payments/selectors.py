"""What a client reads of her contracts: rows with their final names, ready to be answered.

Every read is bound to `client_id`; a contract whose police is cancelled is in none of them. Phones are masked: a kiosk is
a shared machine. « Today » is the database's, so that an answer agrees with the views it comes from.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.pass_clients.errors import ContratIntrouvable
from apps.pass_clients.models import StatutPolice
from apps.pass_payments.alerts import alertes
from apps.pass_payments.models import Cotisation, PaiementPass, StatutPaiement
from nsia_pass_api.rows import rows
from nsia_pass_api.telephones import masquer

DERNIERS_PAIEMENTS = 5
MOIS_DU_TABLEAU_DE_BORD = 3

Lignes = QuerySet[Any, dict[str, Any]]

_EN_VIGUEUR = (StatutPolice.ATTRIBUE, StatutPolice.SUSPENDU)
_SOMMES = ("montant", "montant_paye", "reste_a_payer")
_COLONNES_COTISATION = (
    "numero_quittance",
    "periode",
    "numero",
    "date_debut",
    "date_fin",
    "date_echeance",
    "montant",
    "montant_paye",
    "reste_a_payer",
    "statut",
)
_COLONNES_PAIEMENT = (
    "numero_transaction",
    "montant",
    "frais",
    "montant_net",
    "devise",
    "operateur",
    "mode_paiement",
    "numero_payeur",
    "type_paiement",
    "statut",
    "date_demande",
    "date_confirmation",
)
_BENEFICIAIRE = ("nom", "prenom", "telephone", "relation", "role", "ordre_priorite")

_COTISATION = ", ".join(("police", *_COLONNES_COTISATION))
_PAIEMENT = ", ".join(("n.numero_police AS police", *(f"p.{colonne}" for colonne in _COLONNES_PAIEMENT)))
_CONTRAT = """
    c.police, c.numero_souscription, c.code_produit, c.nom_produit, c.categorie, c.etat_du_contrat,
    c.date_effet, c.date_expiration, c.prime, c.periodicite,
    s.du_a_ce_jour, s.total_paye, s.reste_a_payer, s.montant_en_retard, s.jours_de_retard, s.avoir,
    s.prochaine_echeance_date, s.prochaine_echeance_montant, s.solde_epargne, s.solde
"""
# OFFSET 0 keeps each view a query of its own, run once a contract: merged into one join they take longer to plan than to
# run, and the planner may sum the whole portfolio before it looks at the client.
_SOLDES = """
    FROM contrats c
    CROSS JOIN LATERAL (SELECT * FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0) s
"""

_CONTRATS_DU_TABLEAU = f"""
    SELECT {_CONTRAT}, c.nom, c.prenom, c.telephone, aujourdhui_pass() AS jour
    {_SOLDES}
    WHERE c.client_id = %(client)s
    ORDER BY c.souscription_id
"""
_COTISATIONS_DU_TABLEAU = f"""
    SELECT {_COTISATION}
    FROM cotisations
    WHERE client_id = %(client)s AND date_echeance BETWEEN %(jour)s - %(mois)s * interval '1 month' AND %(jour)s
    ORDER BY date_echeance, numero_quittance
"""  # noqa: S608
# A few newest entries of the index a subscription, then the newest of these.
_DERNIERS_PAIEMENTS = f"""
    SELECT {_PAIEMENT}
    FROM souscriptions_pass s
    JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
    CROSS JOIN LATERAL (
        SELECT * FROM paiements_pass pa WHERE pa.souscription_id = s.id
        ORDER BY pa.date_demande DESC, pa.numero_transaction DESC LIMIT %(nombre)s
    ) p
    WHERE s.client_id = %(client)s AND (%(police)s IS NULL OR n.numero_police = %(police)s)
    ORDER BY p.date_demande DESC, p.numero_transaction DESC
    LIMIT %(nombre)s
"""  # noqa: S608
_CONTRATS_COMPLETS = f"""
    SELECT {_CONTRAT}, v.garanties, v.beneficiaires
    {_SOLDES}
    CROSS JOIN LATERAL (
        SELECT vc.garanties, vc.beneficiaires
        FROM vue_souscriptions_pass_completes vc
        WHERE vc.souscription_id = c.souscription_id OFFSET 0
    ) v
    WHERE c.client_id = %(client)s AND c.police = ANY(%(polices)s)
    ORDER BY c.souscription_id
"""  # noqa: S608
# The period in force; before it begins the first one, once it has ended the last.
_COTISATIONS_DE_LA_PERIODE = f"""
    SELECT {_COTISATION}
    FROM cotisations
    WHERE client_id = %(client)s AND police = %(police)s AND periode = (
        SELECT coalesce(max(pc.numero) FILTER (WHERE pc.date_debut <= aujourdhui_pass()), min(pc.numero))
        FROM numeros_police_congo n
        JOIN periodes_couverture pc ON pc.souscription_id = n.souscription_id
        WHERE n.numero_police = %(police)s
    )
    ORDER BY numero
"""  # noqa: S608


def tableau_de_bord(*, client_id: int, police: str) -> dict[str, Any]:
    """All that the home screen shows, in three queries whatever the number of contracts. Raises ContratIntrouvable."""
    contrats = rows(_CONTRATS_DU_TABLEAU, {"client": client_id})
    if police.upper() not in {contrat["police"] for contrat in contrats}:
        raise ContratIntrouvable
    for contrat in contrats:
        client = {"nom": contrat.pop("nom"), "prenom": contrat.pop("prenom"), "telephone": contrat.pop("telephone")}
        jour = contrat.pop("jour")
    client["telephone"] = masquer(client["telephone"])
    return {
        "date": jour,
        "client": client,
        "solde_global": sum(contrat["solde"] for contrat in contrats),
        "contrats": contrats,
        "cotisations": rows(
            _COTISATIONS_DU_TABLEAU, {"client": client_id, "jour": jour, "mois": MOIS_DU_TABLEAU_DE_BORD}
        ),
        "derniers_paiements": derniers_paiements(client_id=client_id),
        "alertes": alertes(contrats=contrats, jour=jour, preavis_jours=settings.ALERTE_EXPIRATION_JOURS),
    }


def derniers_paiements(*, client_id: int, police: str | None = None) -> list[dict[str, Any]]:
    """The five newest payments of the client, or of one of her contracts, newest first."""
    parametres = {"client": client_id, "police": police, "nombre": DERNIERS_PAIEMENTS}
    return [paiement_lisible(paiement) for paiement in rows(_DERNIERS_PAIEMENTS, parametres)]


def contrats_complets(*, client_id: int, polices: list[str]) -> list[dict[str, Any]]:
    """Those of `polices` that are the client's, with guarantees, live beneficiaries and balances, in one query."""
    contrats = rows(_CONTRATS_COMPLETS, {"client": client_id, "polices": polices})
    for contrat in contrats:
        contrat["beneficiaires"] = [
            {champ: beneficiaire[champ] for champ in _BENEFICIAIRE}
            | {"telephone": masquer(beneficiaire["telephone"]) if beneficiaire["telephone"] else ""}
            for beneficiaire in contrat["beneficiaires"]
        ]
    return contrats


def contrat_en_entier(*, client_id: int, police: str) -> dict[str, Any]:
    """One contract with the instalments of its current period and its newest payments. Raises ContratIntrouvable."""
    police = police.upper()
    contrats = contrats_complets(client_id=client_id, polices=[police])
    if not contrats:
        raise ContratIntrouvable
    return contrats[0] | {
        "cotisations": rows(_COTISATIONS_DE_LA_PERIODE, {"client": client_id, "police": police}),
        "derniers_paiements": derniers_paiements(client_id=client_id, police=police),
    }


def cotisations_du_client(
    *,
    client_id: int,
    police: str | None = None,
    statut: str | None = None,
    du: date | None = None,
    au: date | None = None,
) -> Lignes:
    """The client's instalments, of one contract or all, due from `du` to `au` included, as rows."""
    filtres = {"contrat": police, "statut": statut, "date_echeance__gte": du, "date_echeance__lte": au}
    lignes: Lignes = Cotisation.objects.filter(client_id=client_id, **_donnes(filtres)).values(
        *_COLONNES_COTISATION, police=F("contrat_id")
    )
    return lignes


def totaux(cotisations: Lignes) -> dict[str, int]:
    """How many instalments, and their sums in XAF."""
    return cotisations.aggregate(
        nombre=Count("*"), **{champ: Coalesce(Sum(champ), 0, output_field=BigIntegerField()) for champ in _SOMMES}
    )


def paiements_du_client(
    *, client_id: int, police: str | None = None, du: date | None = None, au: date | None = None
) -> Lignes:
    """The client's payments, for one contract or all, asked for from `du` to `au` included (days of Brazzaville), as rows."""
    filtres = {
        "souscription__police__numero_police": police,
        "date_demande__date__gte": du,
        "date_demande__date__lte": au,
    }
    lignes: Lignes = PaiementPass.objects.filter(
        souscription__client_id=client_id, souscription__police__statut__in=_EN_VIGUEUR, **_donnes(filtres)
    ).values(*_COLONNES_PAIEMENT, police=F("souscription__police__numero_police"))
    return lignes


def _donnes(filtres: dict[str, Any]) -> dict[str, Any]:
    return {champ: valeur for champ, valeur in filtres.items() if valeur is not None}


def paiement_lisible(paiement: dict[str, Any]) -> dict[str, Any]:
    """The row with its state as a person reads it, the payer's phone masked."""
    payeur = paiement["numero_payeur"]
    return paiement | {
        "statut_affiche": StatutPaiement(paiement["statut"]).label,
        "numero_payeur": masquer(payeur) if payeur else "",
    }

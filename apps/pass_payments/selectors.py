"""What a client reads of her contracts: rows with their final names, ready to be answered.

Every read is bound to `client_id`; a contract whose police is cancelled is in none of them. Phones are masked: a kiosk is
a shared machine. « Today » is the database's, so that an answer agrees with the views it comes from.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import F, QuerySet

from apps.pass_clients.errors import ContratIntrouvable
from apps.pass_clients.models import Contrat, OperateurMobile, SouscriptionPass, StatutPolice
from apps.pass_clients.selectors import contrat_du_client
from apps.pass_payments.alerts import alertes
from apps.pass_payments.errors import PaiementImpossible, PaiementIntrouvable
from apps.pass_payments.models import (
    OUVERTS,
    Cotisation,
    OperateurPaiement,
    PaiementPass,
    SoldeContrat,
    StatutPaiement,
)
from apps.pass_payments.motifs import motif_pour_le_client
from apps.pass_payments.operateurs import est_en_ligne
from apps.pass_payments.options import Options, choix, montant_de_renouvellement, verifier_renouvellement
from apps.pass_payments.situation import Situation, situation
from apps.pass_products.ages import date_requise
from apps.pass_products.errors import AgeHorsLimites, DateNaissanceRequise
from apps.socle.reglages import ou_par_defaut
from nsia_pass_api.dates import aujourdhui, dernier_jour_couvert
from nsia_pass_api.pagination import Asked
from nsia_pass_api.rows import rows
from nsia_pass_api.telephones import masquer

DERNIERS_PAIEMENTS = 5
MOIS_DU_TABLEAU_DE_BORD = 3
DU_PLUS_RECENT = ("-date_demande", "-numero_transaction")

Lignes = QuerySet[Any, dict[str, Any]]
T = TypeVar("T")

_EN_VIGUEUR = (StatutPolice.ATTRIBUE, StatutPolice.SUSPENDU)
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
    "motif_echec",
    "date_demande",
    "date_confirmation",
)

# The period in force; before it begins the first one, once it has ended the last.
_COTISATIONS_DE_LA_PERIODE = f"""
    SELECT police, {", ".join(_COLONNES_COTISATION)}
    FROM cotisations
    WHERE client_id = %(client)s AND police = %(police)s AND periode = (
        SELECT coalesce(max(pc.numero) FILTER (WHERE pc.date_debut <= aujourdhui_pass()), min(pc.numero))
        FROM numeros_police_congo n
        JOIN periodes_couverture pc ON pc.souscription_id = n.souscription_id
        WHERE n.numero_police = %(police)s
    )
    ORDER BY numero
"""  # noqa: S608 - constants


def tableau_de_bord(*, client_id: int, police: str) -> dict[str, Any]:
    """All that the home screen shows, in one query whatever the number of contracts. Raises ContratIntrouvable.

    Its dates are texts already: the SQL function `tableau_de_bord` writes the object.
    """
    (ligne,) = rows(
        """
        SELECT tableau_de_bord(%(client)s, %(mois)s, %(nombre)s) AS tableau,
               (SELECT r.valeur FROM reglages r WHERE r.nom = 'ALERTE_EXPIRATION_JOURS') AS preavis_jours
        """,
        {"client": client_id, "mois": MOIS_DU_TABLEAU_DE_BORD, "nombre": DERNIERS_PAIEMENTS},
    )
    tableau: dict[str, Any] = ligne["tableau"]
    contrats = tableau["contrats"]
    if police.upper() not in {contrat["police"] for contrat in contrats}:
        raise ContratIntrouvable
    client, jour = tableau["client"], date.fromisoformat(tableau["date"])
    preavis_jours = ou_par_defaut("ALERTE_EXPIRATION_JOURS", ligne["preavis_jours"])
    contrats = [_avec_jours(contrat) for contrat in contrats]
    return tableau | {
        "client": client | {"telephone": masquer(client["telephone"])},
        "contrats": [avec_situation(contrat, jour=jour, preavis_jours=preavis_jours) for contrat in contrats],
        "cotisations": [avec_dernier_jour(cotisation) for cotisation in tableau["cotisations"]],
        "solde_global": sum(contrat["solde"] for contrat in contrats),
        "derniers_paiements": [paiement_lisible(paiement) for paiement in tableau["derniers_paiements"]],
        "alertes": alertes(contrats=contrats, jour=jour, preavis_jours=preavis_jours),
    }


def avec_situation(contrat: dict[str, Any], *, jour: date, preavis_jours: int) -> dict[str, Any]:
    """The row of a contract with its balance, as it is told: its last covered day and what its state asks."""
    fin: date | None = contrat["date_expiration"]
    ligne = contrat | {
        "dernier_jour_couvert": dernier_jour_couvert(fin) if fin else None,
        "situation": situation(contrat, jour=jour, preavis_jours=preavis_jours).donnees(),
    }
    del ligne["etat_depuis"]
    return ligne


def avec_dernier_jour(cotisation: dict[str, Any]) -> dict[str, Any]:
    """The row of an instalment with the last day that it covers."""
    fin = cotisation["date_fin"]
    return cotisation | {
        "dernier_jour_couvert": dernier_jour_couvert(fin if isinstance(fin, date) else date.fromisoformat(fin))
    }


def _avec_jours(contrat: dict[str, Any]) -> dict[str, Any]:
    """The row of a contract that SQL wrote as JSON, where the days from which its situation is told are days again."""
    for champ in ("date_expiration", "etat_depuis"):
        if contrat[champ] is not None:
            contrat[champ] = date.fromisoformat(contrat[champ])
    return contrat


def situations_des(souscriptions: list[int]) -> list[Situation]:
    """What the state of the contracts of `souscriptions` asks today; of those without police, nothing. One query."""
    return [
        situation(
            ligne,
            jour=ligne["jour"],
            preavis_jours=ou_par_defaut("ALERTE_EXPIRATION_JOURS", ligne["preavis_jours"]),
        )
        for ligne in rows("SELECT * FROM etats_des_contrats(%(souscriptions)s)", {"souscriptions": souscriptions})
    ]


def contrats_du_client(*, client_id: int, police: str, page: Asked) -> list[dict[str, Any]]:
    """The client's contracts with guarantees, live beneficiaries and balances, in one query: the rows of `page`.

    Raises ContratIntrouvable when `police` is none of them.
    """
    (depuis,) = page.position or (None,)
    return _contrats(client_id, police.upper(), seul=False, depuis=depuis, a_rebours=page.before, nombre=page.limit)


def _contrats(client_id: int, police: str, **page: Any) -> list[dict[str, Any]]:
    (ligne,) = rows(
        """
        SELECT contrats_du_client(%(client)s, %(police)s, %(seul)s, %(depuis)s, %(a_rebours)s, %(nombre)s) AS lus
        """,
        {"client": client_id, "police": police, **page},
    )
    lus = ligne["lus"]
    if lus is None:
        raise ContratIntrouvable
    jour = date.fromisoformat(lus["date"])
    preavis_jours = ou_par_defaut("ALERTE_EXPIRATION_JOURS", lus["preavis_jours"])
    contrats = []
    for lu in lus["contrats"]:
        for beneficiaire in lu["beneficiaires"]:
            beneficiaire["telephone"] = masquer(beneficiaire["telephone"]) if beneficiaire["telephone"] else ""
        contrats.append(avec_situation(_avec_jours(lu), jour=jour, preavis_jours=preavis_jours))
    return contrats


def contrat_en_entier(*, client_id: int, police: str) -> dict[str, Any]:
    """One contract with the instalments of its current period and its newest payments. Raises ContratIntrouvable."""
    police = police.upper()
    (contrat,) = _contrats(client_id, police, seul=True, depuis=None, a_rebours=False, nombre=1)
    del contrat["souscription_id"]
    paiements = paiements_du_client(client_id=client_id, police=police).order_by(*DU_PLUS_RECENT)
    return contrat | {
        "cotisations": [
            avec_dernier_jour(cotisation)
            for cotisation in rows(_COTISATIONS_DE_LA_PERIODE, {"client": client_id, "police": police})
        ],
        "derniers_paiements": [paiement_lisible(paiement) for paiement in paiements[:DERNIERS_PAIEMENTS]],
    }


def contrats_a_payer(*, client_id: int, polices: list[str]) -> list[Contrat]:
    """The client's contracts of those polices, by subscription. Raises ContratIntrouvable unless all are hers."""
    contrats = list(Contrat.objects.filter(client_id=client_id, police__in=polices).order_by("souscription_id"))
    if len(contrats) != len(set(polices)):
        raise ContratIntrouvable
    return contrats


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


def releve_du_client(
    *,
    client_id: int,
    police: str,
    contrat: str | None,
    statut: str | None,
    du: date | None,
    au: date | None,
    page: Asked,
    page_paiements: Asked,
) -> dict[str, Any]:
    """Instalments (`cotisations`: the rows of `page`), their `totaux`, and payments (`paiements`), in one query.

    Of `contrat` or of all the client's, due or asked for from `du` to `au` included, instalments in the state `statut`.
    Raises ContratIntrouvable when `police` or `contrat` is none of the client's.
    """
    echeance, quittance = page.position or (None, None)
    demande, transaction = page_paiements.position or (None, None)
    (ligne,) = rows(
        """
        SELECT releve_du_client(
            %(client)s, %(police)s, %(contrat)s, %(statut)s, %(du)s, %(au)s,
            %(echeance)s, %(quittance)s, %(a_rebours)s, %(nombre)s,
            %(demande)s, %(transaction)s, %(paiements_a_rebours)s, %(nombre_paiements)s
        ) AS releve
        """,
        {
            "client": client_id,
            "police": police.upper(),
            "contrat": contrat.upper() if contrat else None,
            "statut": statut,
            "du": du,
            "au": au,
            "echeance": echeance,
            "quittance": quittance,
            "a_rebours": page.before,
            "nombre": page.limit,
            "demande": demande,
            "transaction": transaction,
            "paiements_a_rebours": page_paiements.before,
            "nombre_paiements": page_paiements.limit,
        },
    )
    releve: dict[str, Any] | None = ligne["releve"]
    if releve is None:
        raise ContratIntrouvable
    for paiement in releve["paiements"]:
        for champ in ("date_demande", "date_confirmation"):
            paiement[champ] = _moment(paiement[champ])
    return releve


def _moment(texte: str | None) -> str | None:
    """As Python writes it: PostgreSQL leaves out the last zeros of a fraction of a second."""
    return datetime.fromisoformat(texte).isoformat() if texte and "." in texte else texte


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
    """The row with its state and reason as a person reads them, no operator's code, the payer's phone masked."""
    payeur, motif = paiement["numero_payeur"], paiement["motif_echec"]
    lisible = paiement | {
        "statut_affiche": StatutPaiement(paiement["statut"]).label,
        "motif_affiche": motif_pour_le_client(motif),
        "numero_payeur": masquer(payeur) if payeur else "",
    }
    del lisible["motif_echec"]
    return lisible


_PAIEMENT_SUIVI = f"""
    SELECT
        {", ".join(f"p.{colonne}" for colonne in _COLONNES_PAIEMENT)},
        n.numero_police AS police, s.numero_souscription, pr.nom_pass AS nom_produit, p.numero_recu, p.limite,
        groupe.total, groupe.paiements
    FROM paiements_pass p
    JOIN souscriptions_pass s ON s.id = p.souscription_id
    JOIN produits_pass pr ON pr.id = s.produit_id
    LEFT JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
    CROSS JOIN LATERAL (
        SELECT sum(g.montant)::bigint AS total,
               json_agg(json_build_object('numero_transaction', g.numero_transaction, 'montant', g.montant) ORDER BY g.id)
                   AS paiements
        FROM paiements_pass g
        WHERE g.id = coalesce(p.rattache_a_id, p.id) OR g.rattache_a_id = coalesce(p.rattache_a_id, p.id)
    ) groupe
    WHERE p.numero_transaction = %(numero)s AND (%(client)s IS NULL OR s.client_id = %(client)s)
"""  # noqa: S608 - constants


# Of the payment itself: whoever asked for it may have named a client of whom nothing is theirs to know.
_SUIVI_SANS_SESSION = (
    "numero_transaction",
    "montant",
    "frais",
    "montant_net",
    "devise",
    "statut",
    "statut_affiche",
    "motif",
    "motif_affiche",
    "date_demande",
    "date_confirmation",
    "numero_recu",
    "limite",
    "total",
    "paiements",
    "message",
    "termine",
)


def paiement_suivi(*, numero: str, client_id: int | None) -> dict[str, Any]:
    """Where a payment is now and what its payer should do, in one query. Raises PaiementIntrouvable.

    `client_id`: whose payment it must be. None when the caller holds the signed number of this very payment: then nothing
    is told of the contract, of the client nor of the phone that pays.
    """
    lignes = rows(_PAIEMENT_SUIVI, {"numero": numero.upper(), "client": client_id})
    if not lignes:
        raise PaiementIntrouvable
    ligne = lignes[0]
    message = messages_d_attente(ligne["statut"], ligne["motif_echec"])
    suivi = paiement_lisible(ligne) | {
        "motif": ligne["motif_echec"],
        "message": message,
        "termine": ligne["statut"] not in OUVERTS,
    }
    return suivi if client_id is not None else {champ: suivi[champ] for champ in _SUIVI_SANS_SESSION}


_MESSAGES = {
    StatutPaiement.INITIE: "Votre demande part vers l'opérateur. Gardez votre téléphone à la main.",
    StatutPaiement.EN_COURS: "Regardez votre téléphone et tapez votre code PIN pour confirmer.",
    StatutPaiement.EN_VERIFICATION: (
        "Nous vérifions votre paiement auprès de l'opérateur. Ne payez pas une seconde fois : rien ne sera perdu."
    ),
    StatutPaiement.SUCCES: "Votre paiement est confirmé. Merci.",
    StatutPaiement.EXPIRE: (
        "Le code PIN n'a pas été saisi à temps. Si vous êtes débité plus tard, votre paiement sera compté. Sinon, réessayez."
    ),
    StatutPaiement.REMBOURSE: "Ce paiement vous a été remboursé.",
}


def messages_d_attente(statut: str, motif_echec: str) -> str:
    """What the payer is told now, with what she can do."""
    if statut == StatutPaiement.ECHEC:
        return motif_pour_le_client(motif_echec) or "Le paiement n'a pas abouti. Rien n'a été débité. Réessayez."
    return _MESSAGES[StatutPaiement(statut)]


def options_de_paiement(*, client_id: int, police: str) -> dict[str, Any]:
    """What may be paid on a contract: buttons, bounds of a free amount, and its renewal. Raises ContratIntrouvable."""
    contrat = contrat_du_client(client_id=client_id, police=police)
    souscription = SouscriptionPass.objects.select_related("produit", "client").get(pk=contrat.souscription_id)
    solde = SoldeContrat.objects.get(pk=contrat.police)
    impayees = cotisations_du_client(client_id=client_id, police=contrat.police).filter(reste_a_payer__gt=0)
    jour = aujourdhui()
    (etat,) = situations_des([contrat.souscription_id])
    possibles = Options.de(souscription, solde)
    sans_date = souscription.client.date_naissance is None and date_requise(souscription.produit.garanties.all())

    def renouveler() -> tuple[int, int]:
        bornes = montant_de_renouvellement(souscription, solde, jour=jour)
        if not sans_date:  # else it is asked first
            verifier_renouvellement(souscription, jour=jour)
        return bornes

    renouvellement, refus_renouvellement = _ou_refus(renouveler)
    return {
        "police": contrat.police,
        "numero_souscription": contrat.numero_souscription,
        "nom_produit": contrat.nom_produit,
        "choix": choix(cotisations=list(impayees.order_by("date_echeance")), options=possibles, jour=jour),
        "libre": {"minimum": possibles.minimum, "maximum": possibles.maximum} if possibles.maximum else None,
        "raison": "" if possibles.maximum else etat.message,
        "situation": etat.donnees(),
        "renouvellement": {"minimum": renouvellement[0], "maximum": renouvellement[1]} if renouvellement else None,
        "raison_renouvellement": refus_renouvellement,
        "date_naissance_requise": renouvellement is not None and sans_date,
        "devise": "XAF",
    }


def _ou_refus(calcul: Callable[[], T]) -> tuple[T | None, str]:
    """What `calcul` gives, or the sentence of its refusal."""
    try:
        return calcul(), ""
    except (PaiementImpossible, AgeHorsLimites, DateNaissanceRequise) as refus:
        return None, refus.detail


def operateurs_de_paiement() -> list[dict[str, Any]]:
    """The mobile money operators, those that can be paid with here first."""
    mobiles = [OperateurPaiement(code) for code in OperateurMobile.values]
    lignes = [{"code": un.value, "nom": str(un.label), "disponible": est_en_ligne(un.value)} for un in mobiles]
    return sorted(lignes, key=lambda ligne: not ligne["disponible"])

"""The panels of a client's page that payments bring (nsia_pass_api/dossier.py)."""

from django.db.models import Case, QuerySet, Value, When

from apps.pass_clients.admin import COULEURS_STATUT_BENEFICIAIRE
from apps.pass_clients.models import BeneficiairePass, ClientPass, StatutBeneficiaire
from apps.pass_payments.admin.cellules import COULEURS_COTISATION, STATUT_PAIEMENT
from apps.pass_payments.models import Cotisation, DocumentEmis, PaiementPass, StatutCotisation
from apps.socle.admin.messages import COULEURS_MESSAGE
from apps.socle.models import MessageSortant, StatutMessage
from nsia_pass_api.back_office.cellules import code, jour, lien, moment, pastille, telephone, texte, xaf
from nsia_pass_api.back_office.dossier import LIGNES, Panneau
from nsia_pass_api.money import formater_xaf

NUMERO_PAIEMENT = lien("numero_transaction", "Numéro", modele="pass_payments.PaiementPass", pk="pk")
POLICE = lien("contrat_id", "Police", modele="pass_clients.Contrat", pk="contrat_id")


def resume(*, client: ClientPass) -> list[tuple[str, str, bool]]:
    """Label, figure over all the client's contracts, and whether it is bad news. One query."""
    soldes = list(client.soldes.all())
    en_retard = sum(un.montant_en_retard for un in soldes)
    return [
        ("Contrats", str(len(soldes)), False),
        ("Solde global", formater_xaf(sum(un.solde for un in soldes)), False),
        ("Total payé", formater_xaf(sum(un.total_paye for un in soldes)), False),
        ("En retard", formater_xaf(en_retard), en_retard > 0),
    ]


def panneaux(*, client: ClientPass) -> list[Panneau]:
    """Instalments still due, payments, beneficiaries, documents and messages of `client`."""
    paiements = PaiementPass.objects.filter(souscription__client=client).order_by("-id")
    return [
        _echeances(client),
        _paiements(client, paiements),
        _beneficiaires(client),
        _documents(client),
        _messages(paiements),
    ]


def _echeances(client: ClientPass) -> Panneau:
    a_payer = Cotisation.objects.filter(client=client).exclude(statut=StatutCotisation.PAYEE)
    return Panneau(
        titre="Échéances à payer",
        lignes=a_payer.order_by("date_echeance", "numero_quittance"),
        cellules=[
            jour("date_echeance", "Échéance"),
            POLICE,
            xaf("montant", "Montant"),
            xaf("montant_paye", "Payé"),
            xaf("reste_a_payer", "Reste"),
            pastille("statut", "Statut", COULEURS_COTISATION, StatutCotisation),
            code("numero_quittance", "Quittance"),
        ],
        vide="Rien n'est à payer.",
    )


def _paiements(client: ClientPass, paiements: QuerySet[PaiementPass]) -> Panneau:
    return Panneau(
        titre="Paiements",
        lignes=paiements,
        cellules=[
            moment("date_demande", "Demandé le"),
            NUMERO_PAIEMENT,
            texte("get_type_paiement_display", "Type"),
            texte("mode_paiement", "Mode"),
            xaf("montant_net", "Montant net"),
            STATUT_PAIEMENT,
        ],
        vide="Aucun paiement.",
        recherche=client.telephone,
    )


def _beneficiaires(client: ClientPass) -> Panneau:
    actifs_d_abord = Case(When(statut=StatutBeneficiaire.ACTIF, then=Value(0)), default=Value(1))
    return Panneau(
        titre="Bénéficiaires",
        lignes=BeneficiairePass.objects.filter(souscription__client=client)
        .select_related("souscription")
        .order_by(actifs_d_abord, "souscription_id", "ordre_priorite"),
        cellules=[
            lien("souscription", "Souscription", modele="pass_clients.SouscriptionPass", pk="souscription_id"),
            texte("ordre_priorite", "Rang"),
            texte("", "Nom"),
            texte("get_relation_display", "Lien"),
            texte("get_role_display", "Rôle"),
            telephone("telephone"),
            pastille("statut", "Statut", COULEURS_STATUT_BENEFICIAIRE, StatutBeneficiaire),
        ],
        vide="Aucun bénéficiaire.",
    )


def _documents(client: ClientPass) -> Panneau:
    return Panneau(
        titre="Documents remis",
        lignes=DocumentEmis.objects.filter(souscription__client=client).select_related("souscription").order_by("-id"),
        cellules=[
            moment("emis_le", "Remis le"),
            texte("get_type_display", "Document"),
            lien("code", "Code", modele="pass_payments.DocumentEmis", pk="pk"),
            texte("souscription", "Souscription"),
        ],
        vide="Aucun document.",
        recherche=client.telephone,
    )


def _messages(paiements: QuerySet[PaiementPass]) -> Panneau:
    """What the client was told of the last payments."""
    derniers = paiements.values_list("numero_transaction", flat=True)[:LIGNES]
    annonces = [f"paiement:{numero}:{fait}" for numero in derniers for fait in ("succes", "echec", "rembourse")]
    return Panneau(
        titre="SMS de ses derniers paiements",
        lignes=MessageSortant.objects.filter(cle__in=annonces).order_by("-id"),
        cellules=[
            moment("cree_le", "Écrit le"),
            texte("texte_montrable", "Texte"),
            pastille("statut", "Statut", COULEURS_MESSAGE, StatutMessage),
        ],
        vide="Aucun SMS.",
    )

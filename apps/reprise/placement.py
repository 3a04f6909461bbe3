"""What the decisions of `examen` write: a few hundred clients a transaction, each with all that is hers and its progress."""

import base64
from collections.abc import Callable, Sequence
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.reprises import (
    ClientRepris,
    SouscriptionReprise,
    midi,
    reprendre_clients,
    reprendre_souscriptions,
)
from apps.pass_clients.services import activer
from apps.pass_payments.models import EvenementPaiement, PaiementPass, StatutPaiement, TypeEvenement, TypePaiement
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import est_en_ligne
from apps.reprise.examen import AgentRepris, Dossier, Souscription, Versement
from apps.reprise.models import Reprise
from apps.reprise.registre import Placement, ecrire_placees
from nsia_pass_api.dates import maintenant

ORIGINE = "whatsappdb"


def ecrire_dossiers(
    dossiers: Sequence[Dossier], *, passage: Reprise, jour: date, lot: int, progression: Callable[[int], object]
) -> None:
    """Each client is there with her rows, by batches of `lot`; what is committed stays."""
    for debut in range(0, len(dossiers), lot):
        ensemble = dossiers[debut : debut + lot]
        _ecrire_lot(ensemble, passage=passage, jour=jour)
        progression(len(ensemble))


@transaction.atomic
def _ecrire_lot(dossiers: Sequence[Dossier], *, passage: Reprise, jour: date) -> None:
    clients = reprendre_clients(
        [
            ClientRepris(telephone=un.telephone, nom=un.identite.nom, prenom=un.identite.prenom, adresse=un.adresse)
            for un in dossiers
            if un.identite is not None
        ]
    )
    nouvelles = [une for dossier in dossiers for une in dossier.souscriptions if not une.ligne.placee]
    suivies = [une for dossier in dossiers for une in dossier.souscriptions if une.ligne.placee]
    idents = reprendre_souscriptions([_reprise(une, clients[une.ligne.telephone], jour) for une in nouvelles])
    for une, ident in zip(nouvelles, idents, strict=True):
        une.ligne.souscription_id = ident
    proprietaires = dict(
        SouscriptionPass.objects.filter(pk__in=[une.ligne.souscription_id or 0 for une in suivies]).values_list(
            "pk", "client"
        )
    )
    for une in nouvelles:
        proprietaires[une.ligne.souscription_id or 0] = clients[une.ligne.telephone]
    _activer_les_payees(suivies)
    versements = [(une, versement) for une in (*nouvelles, *suivies) for versement in une.versements]
    paiements = _ecrire_paiements(versements)
    placements: list[Placement] = []
    for une in (*nouvelles, *suivies):
        souscription = une.ligne.souscription_id
        client = proprietaires[souscription or 0]
        lignes = [une.ligne, *une.cotisations, *([une.contrat.ligne] if une.contrat is not None else [])]
        placements += [(ligne, client, souscription, None) for ligne in lignes if ligne.ouverte]
    for (une, versement), paiement in zip(versements, paiements, strict=True):
        souscription = une.ligne.souscription_id
        placements.append((versement.ligne, proprietaires[souscription or 0], souscription, paiement.pk))
    ecrire_placees(placements)
    Reprise.objects.filter(pk=passage.pk).update(
        lots=F("lots") + 1, dossiers=F("dossiers") + len(dossiers), avancee_le=maintenant()
    )


def _reprise(une: Souscription, client: int, jour: date) -> SouscriptionReprise:
    produit = une.produit
    assert produit is not None  # noqa: S101 - decided
    assert une.souscrite is not None  # noqa: S101
    return SouscriptionReprise(
        client_id=client,
        produit_id=produit.id,
        code_produit=produit.code,
        taux_epargne=produit.taux,
        prime=une.prime,
        periodicite=une.periodicite,
        nombre_echeances=une.nombre,
        police=une.ligne.police,
        chemin=une.chemin,
        periodes=une.periodes,
        souscrite=une.souscrite,
        jour=jour,
    )


def _activer_les_payees(suivies: Sequence[Souscription]) -> None:
    """Those that waited for their first payment in an earlier passage, and have it now, are active since that day."""
    for une in suivies:
        premier = min((un.jour for un in une.versements if un.reussi), default=None)
        if premier is None:
            continue
        attend = SouscriptionPass.objects.filter(
            pk=une.ligne.souscription_id or 0, statut=StatutSouscription.EN_COURS
        ).first()
        if attend is not None:
            activer(souscription=attend, quand=midi(premier))


def _ecrire_paiements(versements: Sequence[tuple[Souscription, Versement]]) -> list[PaiementPass]:
    """Payments that were, with the two facts of their journal: asked, then confirmed or failed, on their day."""
    initiaux = {
        id(next(un for un in une.versements if un.reussi))
        for une, _ in versements
        if not une.ligne.placee and any(un.reussi for un in une.versements)
    }
    paiements = PaiementPass.objects.bulk_create(
        _paiement(une, versement, initial=id(versement) in initiaux) for une, versement in versements
    )
    EvenementPaiement.objects.bulk_create(
        EvenementPaiement(
            paiement=paiement, type=type_, statut=statut, donnees=donnees, date_evenement=paiement.date_demande
        )
        for paiement in paiements
        for type_, statut, donnees in (
            (TypeEvenement.DEMANDE, StatutPaiement.INITIE, {}),
            (
                TypeEvenement.CONFIRMATION if paiement.statut == StatutPaiement.SUCCES else TypeEvenement.ECHEC,
                paiement.statut,
                {"source": ORIGINE},
            ),
        )
    )
    return paiements


def _paiement(une: Souscription, versement: Versement, *, initial: bool) -> PaiementPass:
    quand, empreinte = midi(versement.jour), versement.ligne.empreinte
    return PaiementPass(
        souscription_id=une.ligne.souscription_id or 0,
        numero_transaction=reference(empreinte),
        montant=versement.montant,
        operateur=versement.operateur,
        mode_paiement=versement.operateur.label,
        numero_payeur=une.ligne.telephone if est_en_ligne(versement.operateur) else "",
        type_paiement=TypePaiement.SOUSCRIPTION_INITIALE if initial else TypePaiement.COTISATION,
        statut=StatutPaiement.SUCCES if versement.reussi else StatutPaiement.ECHEC,
        motif_echec="" if versement.reussi else MotifEchec.AUTRE,
        reference_mobile_money=None,
        cle_idempotence=f"{ORIGINE}-{empreinte[:48]}",
        date_demande=quand,
        date_confirmation=quand if versement.reussi else None,
        date_comptable=versement.jour if versement.reussi else None,
    )


def reference(empreinte: str) -> str:
    """`IMP-` and twenty signs: the same row has the same, whoever imports it."""
    return f"IMP-{base64.b32encode(bytes.fromhex(empreinte)).decode()[:20]}"


@transaction.atomic
def ecrire_agents(agents: Sequence[AgentRepris], *, passage: Reprise) -> None:
    """They are of the staff, without e-mail, role nor password: nobody signs in as them until an administrator gives these."""
    import_string(settings.REPRISE_AGENTS)(
        [
            {
                "telephone": un.ligne.telephone,
                "last_name": un.identite.nom,
                "first_name": un.identite.prenom,
                "adresse": un.adresse,
                "solde_commissions": un.ligne.montant or 0,
            }
            for un in agents
        ]
    )
    ecrire_placees([(un.ligne, None, None, None) for un in agents])
    Reprise.objects.filter(pk=passage.pk).update(lots=F("lots") + 1, avancee_le=maintenant())


def tables_a_jour() -> None:
    """The planner knows what was brought in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE clients_pass, souscriptions_pass, periodes_couverture, numeros_police_congo, transitions_souscription, "
            "paiements_pass, evenements_paiement, lignes_reprises"
        )

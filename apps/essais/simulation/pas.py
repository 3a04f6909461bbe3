"""The moves: each is what one person, one worker or one fault does, through the services that production uses.

Chosen by weight; a move returns what happened, for the trace. A refusal of the domain is an outcome like another for people;
a worker must never meet one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.essais.simulation.monde import Affirmation, Monde
from apps.essais.simulation.operateur import Compte, Pannes, ProcessusTue
from apps.pass_clients.models import NumeroPolice, SouscriptionPass, StatutSouscription
from apps.pass_clients.services import changer_statut
from apps.pass_payments import lifecycle
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    EvenementPaiement,
    NatureAnomalie,
    OperateurPaiement,
    PaiementPass,
    SoldeContrat,
    StatutDecaissement,
    StatutPaiement,
)
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import Etat
from apps.pass_payments.options import Options
from apps.pass_payments.services import decaissements, guichet, rappels, suivi
from apps.pass_payments.services.anomalies import resoudre_anomalie
from apps.pass_payments.services.demandes import (
    Part,
    Souscripteur,
    payer,
    renouveler_et_payer,
    souscrire_et_payer,
)
from apps.pass_payments.services.natures_paiement import proposer_retour
from apps.pass_payments.services.paiements import changer_statut_paiement, verrouiller_groupe
from apps.socle.models import Proposition, StatutProposition
from apps.socle.services import propositions
from apps.socle.services.idempotence import oublier_requetes
from nsia_pass_api.errors import ErreurPass

LITIGES = (NatureAnomalie.MONTANT_DIFFERENT, NatureAnomalie.DEVISE_DIFFERENTE, NatureAnomalie.PAYEUR_DIFFERENT)


@dataclass(frozen=True)
class Pas:
    nom: str
    poids: int
    jouer: Callable[[Monde], str]
    mortel: bool
    """A process of ours, which may be killed."""
    refusable: bool
    imbricable: bool
    """May happen while a call to the operator lasts."""


TOUS: list[Pas] = []


def pas(
    poids: int, *, mortel: bool = True, refusable: bool = False, imbricable: bool = True
) -> Callable[[Callable[[Monde], str]], Callable[[Monde], str]]:
    def inscrire(jouer: Callable[[Monde], str]) -> Callable[[Monde], str]:
        TOUS.append(Pas(jouer.__name__, poids, jouer, mortel, refusable, imbricable))
        return jouer

    return inscrire


def executer(un: Pas, monde: Monde) -> str:
    """The move is played; a killed process or a refusal where one may be is its outcome."""
    with monde.processus(mortel=un.mortel):
        try:
            return un.jouer(monde)
        except ProcessusTue:
            monde.chiffres["processus tués"] += 1
            return "processus tué"
        except ErreurPass as refus:
            if not un.refusable:
                raise
            monde.chiffres["refus"] += 1
            return f"refusé : {refus.code}"


# Clients and prospects


@pas(10, refusable=True)
def souscrire(m: Monde) -> str:
    produit = m.alea.choice(m.produits)
    periodicite = m.alea.choice(produit.periodicites)
    montant = m.alea.choice((100, 500, 1_200, 3_000, 9_000))
    if m.contrats and m.hasard(0.45):
        client, _ = m.alea.choice(list(m.contrats))
        souscripteur, portee = Souscripteur(client_id=client), f"client:{client}"
    else:
        telephone = f"+24206{m.suivant():07d}"
        souscripteur, portee = Souscripteur(nom="KONGO", prenom="Jean", telephone=telephone), f"prospect:{telephone}"
    versement = m.alea.choice((None, None, None, montant))

    def faire(cle: str) -> PaiementPass:
        return souscrire_et_payer(
            souscripteur=souscripteur,
            produit=produit,
            montant=montant,
            periodicite=periodicite,
            version_conditions=settings.VERSION_CONDITIONS,
            beneficiaires=[{"nom": "KONGO", "prenom": "Grâce", "relation": "enfant"}] if montant == 500 else [],
            premier_versement=versement,
            cle=cle,
            quand=m.heure,
        )

    corps = {"souscrire": produit.code_pass, "montant": montant, "versement": versement}
    return m.envoyer(m.nouvelle_demande(portee, corps, faire))


@pas(15, refusable=True)
def payer_un_contrat(m: Monde) -> str:
    """What is late, the next instalment, all that is left, or an amount of one's own, sometimes out of the limits."""
    choisi = _police(m)
    if choisi is None:
        return "aucun contrat"
    client, police = choisi
    return _payer(m, client, [Part(police, _montant(m, police))])


@pas(5, refusable=True)
def payer_plusieurs_contrats(m: Monde) -> str:
    if not m.contrats:
        return "aucun contrat"
    client, _ = m.alea.choice(list(m.contrats))
    polices = NumeroPolice.objects.filter(souscription__client=client).order_by("pk")
    lignes = [Part(police, _montant(m, police)) for police in polices.values_list("numero_police", flat=True)[:3]]
    return _payer(m, client, lignes)


def _payer(m: Monde, client: int, lignes: list[Part]) -> str:
    autre = f"+24206{9_000_000 + m.alea.randint(0, 99):07d}" if m.hasard(0.1) else ""

    def faire(cle: str) -> PaiementPass:
        return payer(client_id=client, lignes=lignes, telephone=autre, cle=cle, quand=m.heure)

    corps = {"payer": [(ligne.police, ligne.montant) for ligne in lignes], "telephone": autre}
    return m.envoyer(m.nouvelle_demande(f"client:{client}", corps, faire))


@pas(6, refusable=True)
def renouveler(m: Monde) -> str:
    if not m.contrats:
        return "aucun contrat"
    client, souscription = m.alea.choice(list(m.contrats))
    numero = SouscriptionPass.objects.values_list("numero_souscription", flat=True).get(pk=souscription)

    def faire(cle: str) -> PaiementPass:
        return renouveler_et_payer(client_id=client, numero_souscription=numero, cle=cle, quand=m.heure)

    return m.envoyer(m.nouvelle_demande(f"client:{client}", {"renouveler": numero}, faire))


@pas(6, refusable=True)
def repeter(m: Monde) -> str:
    return m.repeter()


def _police(m: Monde) -> tuple[int, str] | None:
    if not m.contrats:
        return None
    client, souscription = m.alea.choice(list(m.contrats))
    numero = NumeroPolice.objects.filter(souscription=souscription).values_list("numero_police", flat=True).first()
    return (client, numero) if numero else None


def _montant(m: Monde, police: str) -> int:
    solde = SoldeContrat.objects.select_related("souscription").get(pk=police)
    try:
        libre = Options.de(solde.souscription, solde).maximum
    except ErreurPass:
        libre = 0
    choix = (
        solde.montant_en_retard,
        solde.prochaine_echeance_montant,
        solde.reste_a_payer,
        m.alea.randint(1, max(1, min(libre, 2_000))),
        libre + 1,
    )
    return m.alea.choices(choix, (6, 6, 2, 2, 1))[0] or max(1, libre // 3)


# The phone's owner and the operator


@pas(26, mortel=False)
def repondre_au_telephone(m: Monde) -> str:
    invites = m.menteur.en_attente()
    if not invites:
        return "aucune invite"
    oubliees = [une for une in invites if une.cree_le < m.heure - timedelta(minutes=10)]
    compte = m.alea.choice(oubliees if oubliees and m.hasard(0.5) else invites)
    choix = m.alea.random()
    if choix < 0.70:
        m.menteur.approuver(compte)
    elif choix < 0.75:
        m.menteur.approuver(compte, montant=compte.montant + m.alea.choice((-1, 1, 500)))
        m.menteur.mensonges["débits d'un autre montant"] += 1
    elif choix < 0.80:
        m.menteur.approuver(compte, telephone="+242069999999")
        m.menteur.mensonges["débits d'un autre payeur"] += 1
    else:
        m.menteur.refuser(compte, m.alea.choice((MotifEchec.REFUSE, MotifEchec.SOLDE_INSUFFISANT)))
    m.rappeler(compte)
    return f"{compte.numero} {compte.etat.value} {compte.montant} XAF"


@pas(3, mortel=False)
def tomber_en_panne(m: Monde) -> str:
    duree = timedelta(seconds=m.alea.choice((5, 60, 900, 14_400, 100_000)))
    nature = m.alea.choice(("avant", "apres", "ferme"))
    m.menteur.pannes = Pannes(m.heure + duree, nature, m.alea.choice((0.3, 0.7, 1.0)))
    m.chiffres["pannes de l'opérateur"] += 1
    return f"panne « {nature} » pendant {duree}"


@pas(20, mortel=False)
def laisser_passer_le_temps(m: Monde) -> str:
    choix = m.alea.random()
    if choix < 0.55:
        secondes = m.alea.uniform(1, 30)
    elif choix < 0.82:
        secondes = m.alea.uniform(60, 600)
    elif choix < 0.95:
        secondes = m.alea.uniform(3_600, 6 * 3_600)
    else:
        secondes = m.alea.uniform(86_400, 3 * 86_400)
    m.avancer(timedelta(seconds=secondes))
    return f"{m.heure:%d/%m/%Y %H:%M:%S}"


# Callbacks


@pas(10)
def remettre_un_rappel(m: Monde) -> str:
    """One that is due, not always the first."""
    dus = [rang for rang, (quand, _) in enumerate(m.en_vol) if quand <= m.heure]
    if not dus:
        return "aucun en vol"
    choisi = m.alea.choice(dus)
    m.menteur.mensonges["rappels dans le désordre"] += choisi != dus[0]
    _, corps = m.en_vol.pop(choisi)
    rappels.recevoir_rappel(operateur=OperateurPaiement.MTN.value, corps=corps, adresse="10.0.0.1", quand=m.heure)
    m.chiffres["rappels remis"] += 1
    return corps


@pas(5)
def forger_un_rappel(m: Monde) -> str:
    choix = m.alea.random()
    if choix < 0.12:
        corps = m.alea.choice(("", "{", "[]", '{"numero": 3}', "\x00PAY", '{"numero": "PAY", "etat": "vole"}'))
    else:
        corps = m.ecrire(_mensonge(m, choix))
    rappels.recevoir_rappel(operateur=OperateurPaiement.MTN.value, corps=corps, adresse="203.0.113.9", quand=m.heure)
    m.menteur.mensonges["rappels forgés"] += 1
    return repr(corps)


def _mensonge(m: Monde, choix: float) -> Affirmation:
    recents = list(m.vus.values())[-40:]
    if choix < 0.2 or not recents:
        return Affirmation("PAY-20260101-ZZZZZZ", Etat.REUSSI, 100, "")
    vise = m.alea.choice(recents)
    montant = vise.montant if choix < 0.7 else vise.montant + 1
    telephone = m.alea.choice(("", vise.telephone, "+242068888888"))
    etat = m.alea.choice((Etat.REUSSI, Etat.REUSSI, Etat.REUSSI, Etat.ECHOUE))
    return Affirmation(vise.numero, etat, m.alea.choice((montant, montant, None)), telephone)


@pas(12)
def traiter_un_rappel(m: Monde) -> str:
    return "traité" if rappels.traiter_rappel(quand=m.heure) else "aucun"


# Workers


@pas(34)
def suivre(m: Monde) -> str:
    """A worker claims what is due and follows each a step further; it may die or stop in between."""
    return _suivre(m, suivi.reserver_paiements, suivi.suivre_paiement)


@pas(6)
def suivre_un_decaissement(m: Monde) -> str:
    return _suivre(m, decaissements.reserver_decaissements, decaissements.suivre_decaissement)


def _suivre(m: Monde, reserver: Callable[..., list[int]], faire: Callable[..., Any]) -> str:
    idents = reserver(nombre=m.alea.choice((1, 2, 4)), quand=m.heure)
    if idents and m.hasard(0.02):
        raise ProcessusTue
    return ", ".join(f"{ident} {faire(ident, horloge=m.horloge, hasard=m.alea.random).statut}" for ident in idents)


def cycle(m: Monde) -> str:
    """The night's jobs, of the simulated day."""
    jour = m.jour
    faites = lifecycle.appliquer(decisions=lifecycle.decider(jour=jour), jour=jour, quand=m.heure)
    oubliees, perimees = oublier_requetes(quand=m.heure), propositions.perimer(quand=m.heure)
    m.jour_du_cycle = jour
    m.chiffres["cycles de vie"] += 1
    m.chiffres["changements d'état par le cycle"] += faites.total()
    return f"{jour:%d/%m/%Y} {dict(faites)} {oubliees} réponses oubliées, {perimees} propositions périmées"


CYCLE = Pas("cycle", 0, cycle, mortel=True, refusable=False, imbricable=True)


# Agents


@pas(4, refusable=True)
def encaisser(m: Monde) -> str:
    """An agent takes cash, on a contract or for a subscription that was never paid."""
    souscription = _souscription(m)
    if souscription is None:
        return "aucune souscription"
    m.chiffres["encaissements au guichet"] += 1
    paiement = guichet.encaisser_au_guichet(
        souscription=souscription,
        montant=m.alea.choice((100, 300, 1_200, souscription.montant_souscription)),
        operateur=m.alea.choice(("especes", "cheque")),
        justificatif="CHQ 12",
        renouvellement=m.hasard(0.2),
        agent=m.agents[0],
        quand=m.heure,
    )
    return f"{paiement.numero_transaction} {paiement.montant} XAF"


@pas(4, refusable=True)
def proposer(m: Monde) -> str:
    reussis = [vu for vu in list(m.vus.values())[-60:] if vu.statut == "succes"]
    if not reussis:
        return "aucun succès"
    paiement = PaiementPass.objects.get(pk=m.alea.choice(reussis).ident)
    proposer_retour(
        paiement=paiement, motif=m.alea.choice(("payé deux fois", "")), demandeur=m.agents[0], quand=m.heure
    )
    return paiement.numero_transaction


@pas(4, refusable=True)
def decider(m: Monde) -> str:
    """Approved or refused by the other person, sometimes tried by the same."""
    ouvertes = Proposition.objects.filter(statut=StatutProposition.PROPOSEE).order_by("pk")[:5]
    proposition = m.alea.choice(list(ouvertes) or [None])
    if proposition is None:
        return "aucune proposition"
    decideur = m.agents[0] if m.hasard(0.15) else m.agents[1]
    if m.hasard(0.2):
        propositions.refuser(proposition=proposition, decideur=decideur, commentaire="non", quand=m.heure)
        return f"{proposition.pk} refusée"
    propositions.approuver(proposition=proposition, decideur=decideur, quand=m.heure)
    m.chiffres["propositions approuvées"] += 1
    return f"{proposition.pk} approuvée"


@pas(1, refusable=True)
def verser(m: Monde) -> str:
    """A claim is paid out; asked for twice, it is paid once."""
    if not m.contrats:
        return "aucun client"
    cle = f"sinistre:SIN-{m.alea.randint(1, 5) + m.numero // 500:06d}"
    un = decaissements.demander_versement(
        cle=cle,
        operateur=OperateurPaiement.MTN.value,
        telephone="+242067777777",
        montant=5_000,
        libelle="Sinistre",
        quand=m.heure,
    )
    return f"{un.numero} {cle}"


@pas(1, refusable=True)
def resilier(m: Monde) -> str:
    souscription = _souscription(m)
    if souscription is None or m.hasard(0.5):
        return "personne"
    changer_statut(
        souscription=souscription,
        vers=m.alea.choice((StatutSouscription.RESILIEE, StatutSouscription.RESILIEE, StatutSouscription.ANNULEE)),
        motif="à la demande du client",
        acteur=m.agents[0],
        quand=m.heure,
    )
    m.chiffres["résiliations et annulations"] += 1
    return souscription.numero_souscription


@pas(2, refusable=True)
def trancher_un_litige(m: Monde) -> str:
    """What was taken by mistake is given back by the operator's support; an agent closes the payment and the anomaly."""
    anomalie = AnomaliePaiement.objects.filter(resolue_le__isnull=True, nature__in=LITIGES).order_by("pk").first()
    if anomalie is None:
        return _reprendre_un_versement(m)
    compte = _compte(m, anomalie)
    with transaction.atomic():
        _, groupe = verrouiller_groupe(anomalie.paiement)
        for un in groupe:
            if un.statut == StatutPaiement.EN_VERIFICATION:
                changer_statut_paiement(
                    paiement=un,
                    vers=StatutPaiement.ECHEC,
                    evenement=EvenementPaiement.Type.LITIGE,
                    motif_echec=MotifEchec.AUTRE,
                    acteur=m.agents[1],
                    quand=m.heure,
                )
        for autre in AnomaliePaiement.objects.filter(
            paiement=anomalie.paiement, resolue_le__isnull=True, nature__in=LITIGES
        ):
            resoudre_anomalie(anomalie=autre, acteur=m.agents[1], commentaire="rendu au client", quand=m.heure)
    if compte.etat is Etat.REUSSI:
        m.menteur.extourner(compte)
    m.chiffres["litiges tranchés"] += 1
    return anomalie.paiement.numero_transaction


def _reprendre_un_versement(m: Monde) -> str:
    """A payout of another amount is not any payment's: the operator takes it back when nothing else waits."""
    for un in Decaissement.objects.filter(statut=StatutDecaissement.EN_VERIFICATION, paiement=None).order_by("pk"):
        compte = m.menteur.comptes.get(un.reference)
        if compte is not None and compte.etat is Etat.REUSSI and compte.montant != un.montant:
            m.menteur.extourner(compte)
            return f"{un.numero} repris"
    return "aucun litige"


def _compte(m: Monde, anomalie: AnomaliePaiement) -> Compte:
    """What the operator holds of what the anomaly speaks of: the payment, or its refund."""
    reference = anomalie.paiement.reference_mobile_money
    if numero := anomalie.donnees.get("decaissement"):
        reference = Decaissement.objects.get(numero=numero).reference
    assert reference is not None  # noqa: S101 - anomalies of this kind come from a look-up
    return m.menteur.comptes[reference]


def _souscription(m: Monde) -> SouscriptionPass | None:
    """One of the last that were asked for, or of those that are kept alive."""
    if m.hasard(0.3):
        attendent = SouscriptionPass.objects.filter(Q(statut=StatutSouscription.EN_COURS)).order_by("-pk")[:5]
        return m.alea.choice(list(attendent) or [None])
    if not m.contrats:
        return None
    _, souscription = m.alea.choice(list(m.contrats))
    return SouscriptionPass.objects.get(pk=souscription)

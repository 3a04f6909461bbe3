"""Kinds of proposals on money: what was received goes back, what was sent and got lost is closed, what is owed is given up."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.selectors import changements_de_numero
from apps.pass_clients.services import changer_statut, verrouiller
from apps.pass_payments.errors import AbandonImpossible, DecaissementDejaClos
from apps.pass_payments.models import (
    AbandonCreance,
    Decaissement,
    EvenementPaiement,
    PaiementPass,
    SoldeContrat,
    StatutDecaissement,
    StatutPaiement,
)
from apps.pass_payments.operateurs import est_en_ligne
from apps.pass_payments.services.decaissements import a_clore, clore_a_la_main, demander_remboursement, liberer
from apps.pass_payments.services.paiements import changer_statut_paiement
from apps.socle.errors import PropositionImpossible, SecondePersonneExigee
from apps.socle.models import Proposition
from apps.socle.natures import Demande, Nature, proposable
from apps.socle.services.propositions import proposer
from nsia_pass_api.dates import maintenant
from nsia_pass_api.money import formater_xaf
from nsia_pass_api.telephones import afficher

Champs = Mapping[str, tuple[str, Callable[[Any], str]]]


def _statut_paiement(valeur: str) -> str:
    return str(StatutPaiement(valeur).label)


class _Retour(Nature[PaiementPass]):
    """A confirmed payment goes back to who paid."""

    droit_proposer = "socle.add_proposition"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {
        "paiement": ("Paiement", str),
        "mode": ("Mode de paiement", str),
        "montant": ("Montant rendu", formater_xaf),
        "vers": ("Vers le numéro", afficher),
        "statut": ("Statut du paiement", _statut_paiement),
    }
    essentiel = ("montant", "vers")

    def objet(self, proposition: Proposition) -> PaiementPass:
        return PaiementPass.objects.get(propositions=proposition)

    def tenir(self, objet: PaiementPass) -> PaiementPass:
        SouscriptionPass.objects.select_for_update(no_key=True).get(pk=objet.souscription_id)
        return (
            PaiementPass.objects.select_for_update(no_key=True, of=("self",))
            .select_related("souscription")
            .get(pk=objet.pk)
        )

    def demander(self, objet: PaiementPass, **saisie: Any) -> Demande:
        if objet.statut != StatutPaiement.SUCCES:
            raise PropositionImpossible("Seul un paiement confirmé peut être remboursé ou annulé.")
        avant = self.situation(objet)
        return Demande(
            cle=f"paiement:{objet.numero_transaction}",
            client_id=objet.souscription.client_id,
            paiement_id=objet.pk,
            avant=avant,
            apres={**avant, "statut": StatutPaiement.REMBOURSE},
        )

    def situation(self, objet: PaiementPass) -> Mapping[str, Any]:
        return {
            "paiement": objet.numero_transaction,
            "mode": objet.mode_paiement,
            "montant": objet.montant_net,
            "vers": objet.numero_payeur,
            "statut": objet.statut,
        }


@proposable("remboursement")
class Remboursement(_Retour):
    libelle = "Rembourser un paiement"

    def executer(
        self, objet: PaiementPass, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        demander_remboursement(paiement=objet, quand=quand)

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : le remboursement part chez l'opérateur."


@proposable("annulation")
class Annulation(_Retour):
    libelle = "Annuler un encaissement d'agence"

    def executer(
        self, objet: PaiementPass, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        changer_statut_paiement(
            paiement=objet,
            vers=StatutPaiement.REMBOURSE,
            evenement=EvenementPaiement.Type.REMBOURSEMENT,
            donnees={"proposition": proposition.pk},
            acteur=decideur,
            quand=quand,
        )

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : l'encaissement est annulé."


def _statut_decaissement(valeur: str) -> str:
    return str(StatutDecaissement(valeur).label)


@proposable("cloture")
class ClotureDecaissement(Nature[Decaissement]):
    """Money that left and of which the operator does not say how it ended: people do, with his own words."""

    libelle = "Clore un décaissement contesté"
    droit_proposer = "socle.add_proposition"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {
        "decaissement": ("Décaissement", str),
        "montant": ("Montant", formater_xaf),
        "vers": ("Vers le numéro", afficher),
        "statut": ("Statut", _statut_decaissement),
        "dit": ("Ce que l'opérateur a dit", str),
        "code": ("Code de l'opérateur", str),
    }
    essentiel = ("montant", "statut")

    def objet(self, proposition: Proposition) -> Decaissement:
        return Decaissement.objects.get(numero=proposition.apres["decaissement"])

    def tenir(self, objet: Decaissement) -> Decaissement:
        paiement = objet.paiement
        if paiement is not None:
            SouscriptionPass.objects.select_for_update(no_key=True).get(pk=paiement.souscription_id)
            PaiementPass.objects.select_for_update(no_key=True).get(pk=paiement.pk)
        return (
            Decaissement.objects.select_for_update(no_key=True, of=("self",))
            .select_related("paiement__souscription")
            .get(pk=objet.pk)
        )

    def demander(self, objet: Decaissement, **saisie: Any) -> Demande:
        if not a_clore(quand=maintenant()).filter(pk=objet.pk).exists():
            raise DecaissementDejaClos
        paiement = objet.paiement
        return Demande(
            cle=f"decaissement:{objet.numero}",
            client_id=paiement.souscription.client_id if paiement else None,
            paiement_id=objet.paiement_id,
            avant=self.situation(objet),
            apres={
                **self.situation(objet),
                "statut": StatutDecaissement.SUCCES if saisie["verse"] else StatutDecaissement.ECHEC,
                "dit": saisie["dit"].strip(),
                "code": saisie["code_confirmation"].strip(),
            },
        )

    def situation(self, objet: Decaissement) -> Mapping[str, Any]:
        """On its way is one state: the follow-up goes from one to the other while people decide."""
        en_route = objet.statut in (StatutDecaissement.EN_COURS, StatutDecaissement.EN_VERIFICATION)
        return {
            "decaissement": objet.numero,
            "montant": objet.montant,
            "vers": objet.telephone,
            "statut": StatutDecaissement.EN_VERIFICATION if en_route else objet.statut,
            "dit": "",
            "code": "",
        }

    def executer(
        self, objet: Decaissement, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        clore_a_la_main(
            decaissement=objet,
            verse=proposition.apres["statut"] == StatutDecaissement.SUCCES,
            code_confirmation=proposition.apres["code"],
            donnees={"proposition": proposition.pk},
            acteur=decideur,
            quand=quand,
        )

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : le décaissement est clos."


@proposable("versement")
class LiberationVersement(Nature[Decaissement]):
    """A payout to a number that became a client's lately: whoever gave the number does not decide."""

    libelle = "Verser vers un nouveau numéro"
    droit_proposer = "socle.add_proposition"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {
        "decaissement": ("Décaissement", str),
        "objet": ("Objet", str),
        "montant": ("Montant", formater_xaf),
        "vers": ("Vers le numéro", afficher),
        "change": ("Numéro donné par", str),
        "statut": ("Statut", _statut_decaissement),
    }
    essentiel = ("montant", "vers", "statut")

    def objet(self, proposition: Proposition) -> Decaissement:
        return Decaissement.objects.get(numero=proposition.apres["decaissement"])

    def tenir(self, objet: Decaissement) -> Decaissement:
        return Decaissement.objects.select_for_update(no_key=True).get(pk=objet.pk)

    def demander(self, objet: Decaissement, **saisie: Any) -> Demande:
        if objet.statut != StatutDecaissement.A_APPROUVER:
            raise DecaissementDejaClos("Ce versement n'attend plus de décision.")
        avant = self.situation(objet)
        statut = StatutDecaissement.A_ENVOYER if saisie["envoyer"] else StatutDecaissement.ECHEC
        return Demande(
            cle=f"decaissement:{objet.numero}", client_id=None, avant=avant, apres={**avant, "statut": statut}
        )

    def situation(self, objet: Decaissement) -> Mapping[str, Any]:
        return {
            "decaissement": objet.numero,
            "objet": objet.cle,
            "montant": objet.montant,
            "vers": objet.telephone,
            "change": " ; ".join(
                f"{un.acteur or 'le client lui-même'}, le {timezone.localtime(un.faite_le):%d/%m/%Y}"
                for un in changements_de_numero(numero=objet.telephone)
            ),
            "statut": objet.statut,
        }

    def executer(
        self, objet: Decaissement, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        if any(un.acteur_id == decideur.pk for un in changements_de_numero(numero=objet.telephone)):
            raise SecondePersonneExigee("Vous avez donné ce numéro : une autre personne doit décider de ce versement.")
        envoyer = proposition.apres["statut"] == StatutDecaissement.A_ENVOYER
        liberer(decaissement=objet, envoyer=envoyer, quand=quand)

    def fait(self, proposition: Proposition) -> str:
        if proposition.apres["statut"] == StatutDecaissement.A_ENVOYER:
            return "Approuvé : le versement part chez l'opérateur."
        return "Approuvé : ce versement ne partira pas ; il peut être demandé à nouveau."


def _statut_souscription(valeur: str) -> str:
    return str(StatutSouscription(valeur).label)


@proposable("abandon")
class Abandon(Nature[SouscriptionPass]):
    """What is late on a contract that its client no longer pays: NSIA ends the contract and claims its debt no more."""

    libelle = "Abandonner une créance"
    droit_proposer = "socle.add_proposition"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {
        "police": ("Police", str),
        "statut": ("État du contrat", _statut_souscription),
        "reclame": ("Réclamé au client", formater_xaf),
        "abandonne": ("Abandonné, passé en perte", formater_xaf),
    }
    essentiel = ("police", "abandonne")

    # Cover is stopped already: an active contract is paid, or suspended first.
    possibles: ClassVar = (
        StatutSouscription.SUSPENDUE,
        StatutSouscription.EXPIREE,
        StatutSouscription.RESILIEE,
    )

    def objet(self, proposition: Proposition) -> SouscriptionPass:
        return SouscriptionPass.objects.get(numero_souscription=proposition.cle.partition(":")[2])

    def tenir(self, objet: SouscriptionPass) -> SouscriptionPass:
        return verrouiller(objet)

    def demander(self, objet: SouscriptionPass, **saisie: Any) -> Demande:
        if objet.statut not in self.possibles:
            raise AbandonImpossible("Une créance s'abandonne quand le contrat est suspendu, expiré ou résilié.")
        if AbandonCreance.objects.filter(souscription=objet).exists():
            raise AbandonImpossible("La créance de ce contrat est déjà abandonnée.")
        avant = self.situation(objet)
        if not avant["reclame"]:
            raise AbandonImpossible("Rien n'est en retard sur ce contrat : il n'y a rien à abandonner.")
        return Demande(
            cle=f"abandon:{objet.numero_souscription}",
            client_id=objet.client_id,
            avant=avant,
            apres={
                **avant,
                "statut": StatutSouscription.RESILIEE,
                "reclame": 0,
                "abandonne": avant["reclame"],
            },
        )

    def situation(self, objet: SouscriptionPass) -> Mapping[str, Any]:
        solde = SoldeContrat.objects.filter(souscription=objet).first()
        return {
            "police": solde.pk if solde else "",
            "statut": objet.statut,
            "reclame": solde.montant_en_retard if solde else 0,
            "abandonne": 0,
        }

    def executer(
        self, objet: SouscriptionPass, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        if objet.statut != StatutSouscription.RESILIEE:
            changer_statut(
                souscription=objet,
                vers=StatutSouscription.RESILIEE,
                motif="créance abandonnée",
                acteur=decideur,
                quand=quand,
            )
        AbandonCreance.objects.create(
            souscription=objet,
            montant=proposition.apres["abandonne"],
            proposition=proposition,
            abandonnee_le=quand,
        )

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : le contrat est résilié et sa dette n'est plus réclamée."


def retour_possible(paiement: PaiementPass) -> str:
    """The kind that gives a payment back: its refund by the operator, or the cancellation of an agency's receipt."""
    return "remboursement" if est_en_ligne(paiement.operateur) else "annulation"


def proposer_retour(
    *, paiement: PaiementPass, motif: str, demandeur: AbstractBaseUser, quand: datetime | None = None
) -> Proposition:
    """The refund or cancellation of a confirmed payment waits for a second person. Raises as `proposer`."""
    return proposer(nature=retour_possible(paiement), objet=paiement, motif=motif, demandeur=demandeur, quand=quand)

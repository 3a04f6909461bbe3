"""What agents do on payments, each by one service."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import Form
from django.utils.html import format_html

from apps.pass_clients.models import SouscriptionPass
from apps.pass_payments import forms
from apps.pass_payments.errors import CleDejaUtilisee, PaiementImpossible
from apps.pass_payments.models import (
    AnomaliePaiement,
    EcartRapprochement,
    NatureProposition,
    OperateurPaiement,
    PaiementPass,
    PropositionPaiement,
    SoldeContrat,
    StatutPaiement,
    StatutProposition,
    TypePaiement,
)
from apps.pass_payments.services import rapprochement
from apps.pass_payments.services.anomalies import resoudre_anomalie
from apps.pass_payments.services.guichet import PAYABLES, encaisser_au_guichet, type_au_guichet
from apps.pass_payments.services.idempotence import Reponse, une_seule_fois
from apps.pass_payments.services.propositions import approuver, nature_possible, proposer, refuser
from apps.pass_payments.services.suivi import hater
from nsia_pass_api.actes import Acte, DejaFait, Lignes
from nsia_pass_api.admin import vers
from nsia_pass_api.dates import maintenant
from nsia_pass_api.money import formater_xaf
from nsia_pass_api.telephones import afficher


class Interroger(Acte):
    nom = "interroger"
    libelle = "Interroger l'opérateur maintenant"
    droit = "pass_payments.change_paiementpass"
    icone = "refresh"
    explication = "Le suivi demandera à l'opérateur, dans les secondes qui viennent, ce qu'il sait de ce paiement."

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        return bool(objet.interrogeable)

    def executer(self, objet: PaiementPass, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        hater(paiement=objet)
        return "L'opérateur va être interrogé. Rechargez cette page dans quelques secondes."


class Proposer(Acte):
    nom = "proposer"
    droit = "pass_payments.add_propositionpaiement"
    icone = "undo"
    explication = "Rien n'est fait tout de suite : une seconde personne décide."

    def intitule(self, objet: PaiementPass) -> str:
        if nature_possible(objet) == NatureProposition.REMBOURSEMENT:
            return "Proposer un remboursement"
        return "Proposer l'annulation"

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        libre = objet.proposition_ouverte is None and not objet.remboursement_en_route
        return objet.statut == StatutPaiement.SUCCES and libre

    def formulaire(self, objet: PaiementPass, saisie: Any) -> Form:
        return forms.MotifForm(saisie)

    def situation(self, objet: PaiementPass) -> Lignes:
        return _paiement(objet)

    def executer(self, objet: PaiementPass, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        proposition = proposer(paiement=objet, motif=saisie["motif"], demandeur=agent)
        return f"C'est proposé. Une autre personne doit décider avant le {proposition.expire_le:%d/%m/%Y}."


class _Decision(Acte):
    """Of another person than the one who asks, while there is time."""

    droit = "pass_payments.change_propositionpaiement"

    def possible(self, objet: PropositionPaiement, agent: AbstractBaseUser) -> bool:
        return attend_une_decision(objet) and objet.demandeur_id != agent.pk

    def situation(self, objet: PropositionPaiement) -> Lignes:
        return [
            *_paiement(objet.paiement),
            ("Demandé par", objet.demandeur),
            ("Motif", objet.motif),
        ]


class Approuver(_Decision):
    nom = "approuver"
    libelle = "Approuver"
    icone = "check"
    genre = "primary"
    explication = "Ce qui est proposé se fait aussitôt et ne se défait pas ici."

    def formulaire(self, objet: PropositionPaiement, saisie: Any) -> Form:
        return forms.CommentaireLibreForm(saisie)

    def executer(self, objet: PropositionPaiement, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        approuver(proposition=objet, decideur=agent, commentaire=saisie["commentaire"])
        if objet.nature == NatureProposition.REMBOURSEMENT:
            return "Approuvé : le remboursement part chez l'opérateur."
        return "Approuvé : l'encaissement est annulé."


class Refuser(_Decision):
    nom = "refuser"
    libelle = "Refuser"
    icone = "close"
    explication = "Rien ne sera fait. Dites pourquoi à la personne qui a demandé."

    def formulaire(self, objet: PropositionPaiement, saisie: Any) -> Form:
        return forms.CommentaireForm(saisie)

    def executer(self, objet: PropositionPaiement, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        refuser(proposition=objet, decideur=agent, commentaire=saisie["commentaire"])
        return "La proposition est refusée. Rien n'a été fait."


class _Resoudre(Acte):
    nom = "resoudre"
    libelle = "Résoudre"
    icone = "check"
    genre = "primary"
    explication = "Dites ce qui a été fait : c'est ce qu'on relira plus tard."

    def formulaire(self, objet: Any, saisie: Any) -> Form:
        return forms.CommentaireForm(saisie)


class ResoudreAnomalie(_Resoudre):
    droit = "pass_payments.change_anomaliepaiement"

    def possible(self, objet: AnomaliePaiement, agent: AbstractBaseUser) -> bool:
        return objet.resolue_le is None

    def situation(self, objet: AnomaliePaiement) -> Lignes:
        return [("Anomalie", objet.get_nature_display()), *_paiement(objet.paiement)]

    def executer(self, objet: AnomaliePaiement, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        resoudre_anomalie(anomalie=objet, acteur=agent, commentaire=saisie["commentaire"])
        return "L'anomalie est résolue."


class ResoudreEcart(_Resoudre):
    droit = "pass_payments.change_ecartrapprochement"

    def possible(self, objet: EcartRapprochement, agent: AbstractBaseUser) -> bool:
        return objet.resolu_le is None

    def situation(self, objet: EcartRapprochement) -> Lignes:
        return [
            ("Écart", objet.get_nature_display()),
            ("Référence", objet.cle),
            ("Jour", f"{objet.jour:%d/%m/%Y}"),
            ("Sur le relevé", _montant(objet.montant_releve)),
            ("Au journal", _montant(objet.montant_journal)),
        ]

    def executer(self, objet: EcartRapprochement, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        rapprochement.resoudre_ecart(ecart=objet, acteur=agent, commentaire=saisie["commentaire"])
        return "L'écart est résolu."


class Encaisser(Acte):
    """The cash desk. The same form sent twice cashes once."""

    nom = "encaisser"
    libelle = "Encaisser"
    droit = "pass_payments.add_paiementpass"
    icone = "point_of_sale"
    genre = "primary"
    explication = "Comptez d'abord ce que le client remet. Vous relirez avant que le paiement soit enregistré."

    def possible(self, objet: SouscriptionPass, agent: AbstractBaseUser) -> bool:
        return objet.statut in PAYABLES

    def formulaire(self, objet: SouscriptionPass, saisie: Any) -> Form:
        return forms.EncaissementForm(saisie, souscription=objet)

    def situation(self, objet: SouscriptionPass) -> Lignes:
        solde = _solde(objet)
        if solde is None:
            return [*_contrat(objet), ("Prime d'une période", formater_xaf(objet.montant_souscription))]
        lignes = [
            *_contrat(objet),
            ("En retard", formater_xaf(solde.montant_en_retard)),
            ("Dû à ce jour", formater_xaf(solde.du_a_ce_jour)),
            ("Total payé", formater_xaf(solde.total_paye)),
            ("Reste à payer", formater_xaf(solde.reste_a_payer)),
        ]
        if solde.prochaine_echeance_date and solde.prochaine_echeance_montant:
            prochaine = f"{formater_xaf(solde.prochaine_echeance_montant)} le {solde.prochaine_echeance_date:%d/%m/%Y}"
            lignes.append(("Prochaine échéance", prochaine))
        return lignes

    def relecture(self, objet: SouscriptionPass, saisie: dict[str, Any]) -> Lignes:
        renouvellement = saisie.get("renouvellement", False)
        lignes = [
            *_contrat(objet),
            ("Pour", TypePaiement(type_au_guichet(objet, renouvellement=renouvellement)).label),
            ("Mode de paiement", OperateurPaiement(saisie["operateur"]).label),
            ("Montant reçu", formater_xaf(saisie["montant"])),
        ]
        if saisie["justificatif"]:
            lignes.append(("Justificatif", saisie["justificatif"]))
        solde = _solde(objet)
        if solde is not None and not renouvellement and saisie["montant"] > solde.reste_a_payer:
            lignes.append(("Au-delà du reste à payer", formater_xaf(saisie["montant"] - solde.reste_a_payer)))
        return lignes

    def executer(self, objet: SouscriptionPass, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        demande = {champ: valeur for champ, valeur in saisie.items() if champ != "cle"}

        def encaisser() -> Reponse:
            paiement = encaisser_au_guichet(souscription=objet, agent=agent, **demande)
            return Reponse(201, {"paiement": paiement.pk, "recu": paiement.numero_recu})

        try:
            reponse = une_seule_fois(
                portee=f"agent:{agent.pk}",
                cle=saisie["cle"],
                demande={**demande, "souscription": objet.pk},
                executer=encaisser,
            )
        except CleDejaUtilisee as erreur:
            raise PaiementImpossible(
                "Ce formulaire a déjà servi à encaisser. Revenez à la souscription pour en ouvrir un autre."
            ) from erreur
        recu = vers("pass_payments.PaiementPass", reponse.corps["paiement"], f"reçu {reponse.corps['recu']}")
        if reponse.rejouee:
            raise DejaFait(format_html("Déjà encaissé, une seule fois : {}.", recu))
        return format_html("{} encaissés : {}.", formater_xaf(saisie["montant"]), recu)


def attend_une_decision(proposition: PropositionPaiement) -> bool:
    return proposition.statut == StatutProposition.PROPOSEE and proposition.expire_le > maintenant()


def _solde(souscription: SouscriptionPass) -> SoldeContrat | None:
    police = getattr(souscription, "police", None)
    return SoldeContrat.objects.filter(pk=police.numero_police).first() if police else None


def _contrat(souscription: SouscriptionPass) -> list[tuple[str, Any]]:
    return [
        ("Client", f"{souscription.client} · {afficher(souscription.client.telephone)}"),
        ("Produit", souscription.produit),
        ("Police", getattr(souscription, "police", None) or "pas encore attribuée"),
    ]


def _paiement(paiement: PaiementPass) -> list[tuple[str, Any]]:
    return [
        ("Paiement", paiement.numero_transaction),
        ("Client", paiement.souscription.client),
        ("Montant", formater_xaf(paiement.montant_net)),
        ("Mode de paiement", paiement.mode_paiement),
    ]


def _montant(montant: int | None) -> str:
    return "–" if montant is None else formater_xaf(montant)

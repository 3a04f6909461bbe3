"""What agents do on payments, each by one service."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import format_html

from apps.pass_clients.models import PAYEES, TERMINEES, ClientPass, SouscriptionPass
from apps.pass_clients.selectors import prochain_numero
from apps.pass_clients.services import attribuer_police
from apps.pass_payments import forms
from apps.pass_payments.documents.services import emettre_recu
from apps.pass_payments.errors import PaiementImpossible
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    EcartRapprochement,
    OperateurPaiement,
    PaiementPass,
    SoldeContrat,
    StatutDecaissement,
    StatutPaiement,
    TypePaiement,
)
from apps.pass_payments.services import rapprochement
from apps.pass_payments.services.anomalies import resoudre_anomalie
from apps.pass_payments.services.guichet import (
    PAYABLES,
    en_bref,
    encaisser_au_guichet,
    exces,
    memes_encaissements,
    type_au_guichet,
)
from apps.pass_payments.services.natures_paiement import Abandon, retour_possible
from apps.pass_payments.services.suivi import hater
from apps.socle.admin.propositions import ActePropose
from apps.socle.errors import CleDejaUtilisee
from apps.socle.forms import CommentaireForm
from apps.socle.services.idempotence import Reponse, une_seule_fois
from apps.socle.services.propositions import proposer
from nsia_pass_api.back_office.actes import Acte, DejaFait, Lignes
from nsia_pass_api.back_office.cellules import vers
from nsia_pass_api.dates import aujourdhui
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


class ImprimerRecu(Acte):
    """The receipt in PDF, the same whoever prints it again."""

    nom = "imprimer"
    libelle = "Imprimer le reçu"
    droit = "pass_payments.add_paiementpass"
    icone = "print"
    explication = "Le reçu porte un code que le client peut vérifier, le même à chaque impression."

    def possible(self, objet: PaiementPass, agent: AbstractBaseUser) -> bool:
        return objet.statut == StatutPaiement.SUCCES

    def executer(self, objet: PaiementPass, agent: AbstractBaseUser, saisie: dict[str, Any]) -> HttpResponse:
        from apps.pass_payments.documents import recu  # fpdf takes a sixth of the time in which the project starts

        contenu, emission = emettre_recu(client_id=objet.souscription.client_id, numero=objet.numero_transaction)
        disposition = f'inline; filename="recu-{objet.numero_transaction}.pdf"'
        return HttpResponse(
            recu.dessiner(contenu, emission, papier=recu.Papier.A4),
            content_type="application/pdf",
            headers={"Content-Disposition": disposition},
        )


class Proposer(ActePropose):
    nom = "proposer"
    droit = "socle.add_proposition"
    icone = "undo"

    def nature_de(self, objet: PaiementPass) -> str:
        return retour_possible(objet)

    def intitule(self, objet: PaiementPass) -> str:
        if retour_possible(objet) == "remboursement":
            return "Proposer un remboursement"
        return "Proposer l'annulation"

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        libre = objet.proposition_ouverte is None and not objet.remboursement_en_route
        return objet.statut == StatutPaiement.SUCCES and libre

    def situation(self, objet: PaiementPass) -> Lignes:
        return _paiement(objet)


class ProposerCloture(ActePropose):
    """Money out of which the operator does not say how it ended."""

    nom = "clore"
    libelle = "Proposer de clore à la main"
    nature = "cloture"
    droit = "socle.add_proposition"
    icone = "gavel"
    explication = (
        "Demandez d'abord à l'opérateur, et écrivez ce qu'il a dit. Une seconde personne décide. "
        "Clos « pas parti », cet argent pourra être envoyé à nouveau."
    )

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        return bool(objet.a_clore) and objet.proposition_ouverte is None

    def formulaire(self, objet: Decaissement, saisie: Any) -> Form:
        return forms.ClotureForm(saisie)

    def situation(self, objet: Decaissement) -> Lignes:
        return [
            ("Décaissement", objet.numero),
            ("Montant", formater_xaf(objet.montant)),
            ("Vers le numéro", afficher(objet.telephone)),
            ("Statut", objet.get_statut_display()),
            ("Demandé le", f"{timezone.localtime(objet.demande_le):%d/%m/%Y %H:%M}"),
        ]


class ProposerVersement(ActePropose):
    nom = "liberer"
    libelle = "Proposer l'envoi ou l'abandon"
    nature = "versement"
    droit = "socle.add_proposition"
    icone = "send_money"
    explication = (
        "Ce numéro Mobile Money a changé depuis peu : appelez d'abord le client à son téléphone. "
        "Une seconde personne décide, qui n'est pas celle qui a donné le numéro."
    )

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        return objet.statut == StatutDecaissement.A_APPROUVER and objet.proposition_ouverte is None

    def formulaire(self, objet: Decaissement, saisie: Any) -> Form:
        return forms.LiberationForm(saisie)

    def situation(self, objet: Decaissement) -> Lignes:
        return ProposerCloture().situation(objet)


class ProposerTelephone(ActePropose):
    nom = "telephone"
    libelle = "Proposer un autre téléphone"
    nature = "telephone"
    droit = "pass_clients.change_clientpass"
    icone = "phone_forwarded"

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        return objet.proposition_ouverte is None

    def formulaire(self, objet: ClientPass, saisie: Any) -> Form:
        return forms.TelephoneForm(saisie)

    def situation(self, objet: ClientPass) -> Lignes:
        return [("Client", objet), ("Téléphone actuel", afficher(objet.telephone))]


class Attribuer(Acte):
    """A police for a subscription that has none: that of the series, or one of the agent's with his reason."""

    nom = "attribuer"
    libelle = "Attribuer une police"
    droit = "pass_clients.add_numeropolice"
    icone = "tag"
    genre = "primary"
    explication = "Le client voit aussitôt son contrat sur la borne. Un numéro que l'on écrit dit d'où il vient."

    def possible(self, objet: SouscriptionPass, agent: AbstractBaseUser) -> bool:
        return objet.statut in PAYEES and not hasattr(objet, "police")

    def formulaire(self, objet: SouscriptionPass, saisie: Any) -> Form:
        return forms.AttributionForm(saisie)

    def situation(self, objet: SouscriptionPass) -> Lignes:
        return [*_contrat(objet), ("Prochain numéro de la série", prochain_numero(objet.produit))]

    def executer(self, objet: SouscriptionPass, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        manuel = saisie["mode"] == "manuel"
        police = attribuer_police(
            souscription=objet,
            numero=saisie["numero"] if manuel else None,
            agent=agent if manuel else None,
            commentaire=saisie["commentaire"],
        )
        return f"Police attribuée : {police.numero_police}."


class ProposerPolice(ActePropose):
    nom = "remplacer"
    libelle = "Proposer un autre numéro de police"
    nature = "police"
    droit = "pass_clients.add_numeropolice"
    icone = "swap_horiz"

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        return hasattr(objet, "police") and objet.statut not in TERMINEES and f"police:{objet}" not in objet.en_attente

    def formulaire(self, objet: SouscriptionPass, saisie: Any) -> Form:
        return forms.RemplacementForm(saisie)

    def situation(self, objet: SouscriptionPass) -> Lignes:
        return _contrat(objet)


class ProposerAbandon(ActePropose):
    nom = "abandonner"
    libelle = "Proposer d'abandonner la créance"
    nature = "abandon"
    droit = "socle.add_proposition"
    icone = "money_off"
    explication = (
        "Ce qui est en retard ne sera plus réclamé, et le contrat sera résilié. Les échéances restent impayées : "
        "rien n'est encaissé. Une seconde personne décide."
    )

    def possible(self, objet: Any, agent: AbstractBaseUser) -> bool:
        libre = not hasattr(objet, "abandon") and f"abandon:{objet}" not in objet.en_attente
        return objet.statut in Abandon.possibles and hasattr(objet, "police") and libre

    def situation(self, objet: SouscriptionPass) -> Lignes:
        solde = _solde(objet)
        retard = formater_xaf(solde.montant_en_retard) if solde else "–"
        return [*_contrat(objet), ("État", objet.get_statut_display()), ("En retard", retard)]


class _Resoudre(Acte):
    nom = "resoudre"
    libelle = "Résoudre"
    icone = "check"
    genre = "primary"
    explication = "Dites ce qui a été fait : c'est ce qu'on relira plus tard."

    def formulaire(self, objet: Any, saisie: Any) -> Form:
        return CommentaireForm(saisie)


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
            lignes.append(("Au-delà du reste à payer", _fort(formater_xaf(saisie["montant"] - solde.reste_a_payer))))
        if depasse := exces(objet, saisie["montant"], jour=aujourdhui()):
            lignes.append(
                ("Attention", _fort(f"{depasse} Une autre personne décidera : d'ici là, gardez l'argent à part."))
            )
            lignes.append(("Pourquoi cette somme", saisie["motif"] or _fort("À dire : corrigez, et écrivez-le.")))
        memes = memes_encaissements(
            objet,
            montant=saisie["montant"],
            operateur=saisie["operateur"],
            justificatif=saisie["justificatif"],
            jour=aujourdhui(),
        )
        if memes:
            lignes.append(
                ("Déjà enregistré aujourd'hui", _fort(f"{en_bref(memes[-1])}. Confirmez si le client paie encore."))
            )
        return lignes

    def executer(self, objet: SouscriptionPass, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        demande = {champ: valeur for champ, valeur in saisie.items() if champ not in ("cle", "motif")}

        def encaisser() -> Reponse:
            if exces(objet, saisie["montant"], jour=aujourdhui()):
                demandee = proposer(
                    nature="encaissement", objet=objet, demandeur=agent, motif=saisie["motif"], **demande
                )
                return Reponse(202, {"proposition": demandee.pk})
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
        if "proposition" in reponse.corps:
            page = vers("socle.Proposition", reponse.corps["proposition"], "C'est proposé")
            return format_html("{} : rien n'est encaissé avant la décision d'une autre personne.", page)
        recu = vers("pass_payments.PaiementPass", reponse.corps["paiement"], f"reçu {reponse.corps['recu']}")
        if reponse.rejouee:
            raise DejaFait(format_html("Déjà encaissé, une seule fois : {}.", recu))
        return format_html("{} encaissés : {}.", formater_xaf(saisie["montant"]), recu)


def _fort(dit: str) -> str:
    """What nobody must overlook."""
    return format_html('<strong class="text-red-600 dark:text-red-400">{}</strong>', dit)


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

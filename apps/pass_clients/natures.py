"""Kinds of proposals on what names a client: the phone that receives her codes, the number of her police."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser

from apps.pass_clients.models import (
    TERMINEES,
    ClientPass,
    NumeroPolice,
    SouscriptionPass,
    StatutPolice,
)
from apps.pass_clients.services import Auteur, changer_telephone, numero_manuel, remplacer_police, verrouiller
from apps.socle.errors import PropositionImpossible
from apps.socle.models import Proposition
from apps.socle.natures import Demande, Nature, proposable
from apps.socle.services.messages import annoncer
from nsia_pass_api.telephones import afficher, normaliser

Champs = Mapping[str, tuple[str, Callable[[Any], str]]]


@proposable("telephone")
class ChangementTelephone(Nature[ClientPass]):
    """One-time codes go to this phone: whoever moves it could confirm anything in the client's place."""

    libelle = "Changer le téléphone d'un client"
    droit_proposer = "pass_clients.change_clientpass"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {"telephone": ("Téléphone", afficher)}
    essentiel = ("telephone",)

    def objet(self, proposition: Proposition) -> ClientPass:
        return ClientPass.objects.get(propositions=proposition)

    def tenir(self, objet: ClientPass) -> ClientPass:
        return ClientPass.objects.select_for_update().get(pk=objet.pk)

    def demander(self, objet: ClientPass, **saisie: Any) -> Demande:
        telephone = normaliser(saisie["telephone"])
        if telephone == objet.telephone:
            raise PropositionImpossible("C'est déjà le téléphone de ce client.")
        if ClientPass.objects.filter(telephone=telephone).exists():
            raise PropositionImpossible("Un autre client est déjà enregistré avec ce téléphone.")
        return Demande(
            cle=f"client:{objet.pk}",
            client_id=objet.pk,
            avant={"telephone": objet.telephone},
            apres={"telephone": telephone},
        )

    def situation(self, objet: ClientPass) -> Mapping[str, Any]:
        return {"telephone": objet.telephone}

    def executer(
        self, objet: ClientPass, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        """Both phones are told: the former one is that of the client, or of whoever has it now."""
        ancien, nouveau = proposition.avant["telephone"], proposition.apres["telephone"]
        changer_telephone(client=objet, telephone=nouveau, auteur=Auteur(agent=decideur))
        fait = f"proposition:{proposition.pk}"
        annoncer(
            cle=f"{fait}:ancien",
            telephone=ancien,
            texte="NSIA : ce numéro n'est plus celui de votre dossier. Si vous ne l'avez pas demandé, venez en agence.",
            quand=quand,
        )
        annoncer(
            cle=f"{fait}:nouveau",
            telephone=nouveau,
            texte="NSIA : votre dossier a ce numéro désormais. Vos codes y arriveront ; avec votre police, il ouvre la borne.",
            quand=quand,
        )

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : le téléphone est changé, l'ancien et le nouveau sont prévenus."


@proposable("police")
class RemplacementPolice(Nature[SouscriptionPass]):
    libelle = "Remplacer un numéro de police"
    droit_proposer = "pass_clients.add_numeropolice"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Champs] = {
        "souscription": ("Souscription", str),
        "produit": ("Produit", str),
        "police": ("Numéro de police", str),
    }
    essentiel = ("police",)

    def objet(self, proposition: Proposition) -> SouscriptionPass:
        return SouscriptionPass.objects.get(numero_souscription=proposition.apres["souscription"])

    def tenir(self, objet: SouscriptionPass) -> SouscriptionPass:
        return verrouiller(objet)

    def demander(self, objet: SouscriptionPass, **saisie: Any) -> Demande:
        avant = self.situation(objet)
        numero = numero_manuel(saisie["numero"])
        if not avant["police"] or objet.statut in TERMINEES:
            raise PropositionImpossible("Seul un contrat en vie a un numéro de police à remplacer.")
        if numero == avant["police"]:
            raise PropositionImpossible("C'est déjà le numéro de ce contrat.")
        return Demande(
            cle=f"police:{objet.numero_souscription}",
            client_id=objet.client_id,
            avant=avant,
            apres={**avant, "police": numero},
        )

    def situation(self, objet: SouscriptionPass) -> Mapping[str, Any]:
        police = NumeroPolice.objects.filter(souscription=objet).exclude(statut=StatutPolice.ANNULE).first()
        return {
            "souscription": objet.numero_souscription,
            "produit": objet.produit.nom_pass,
            "police": police.numero_police if police else "",
        }

    def executer(
        self, objet: SouscriptionPass, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        numero = proposition.apres["police"]
        remplacer_police(
            souscription=objet,
            numero=numero,
            agent=proposition.demandeur,
            commentaire=proposition.motif,
            quand=quand,
        )
        annoncer(
            cle=f"proposition:{proposition.pk}",
            telephone=objet.client.telephone,
            texte=f"NSIA : votre contrat porte désormais le numéro de police {numero}. Avec ce téléphone, il ouvre la borne.",
            quand=quand,
        )

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : le contrat a son nouveau numéro, l'ancien ne servira plus."

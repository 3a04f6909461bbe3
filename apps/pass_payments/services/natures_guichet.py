"""Kind of proposal: money at the desk that passes its ceiling, or all that the contract can owe."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser

from apps.pass_clients.models import SouscriptionPass, StatutSouscription
from apps.pass_clients.reprises import midi
from apps.pass_clients.services import verrouiller
from apps.pass_payments.models import OperateurPaiement
from apps.pass_payments.services.guichet import encaisser_au_guichet, exces, peut_devoir, verifier_encaissement
from apps.socle.errors import PropositionImpossible
from apps.socle.models import Proposition
from apps.socle.natures import Demande, Nature, proposable
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.money import formater_xaf


@proposable("encaissement")
class Encaissement(Nature[SouscriptionPass]):
    libelle = "Encaisser une somme élevée"
    droit_proposer = "pass_payments.add_paiementpass"
    droit_decider = "socle.change_proposition"
    champs: ClassVar[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
        "depasse": ("Ce qui dépasse", str),
        "souscription": ("Souscription", str),
        "statut": ("État", lambda valeur: str(StatutSouscription(valeur).label)),
        "peut_devoir": ("Tout ce que ce contrat peut devoir", formater_xaf),
        "montant": ("Montant reçu", formater_xaf),
        "mode": ("Mode de paiement", lambda valeur: str(OperateurPaiement(valeur).label)),
        "justificatif": ("Justificatif", str),
        "jour": ("Reçu le", lambda valeur: f"{date.fromisoformat(valeur):%d/%m/%Y}"),
        "renouvellement": ("Renouvelle le contrat", lambda valeur: "Oui" if valeur else "Non"),
    }
    essentiel = ("souscription", "depasse")

    def objet(self, proposition: Proposition) -> SouscriptionPass:
        return SouscriptionPass.objects.get(numero_souscription=proposition.cle.partition(":")[2])

    def tenir(self, objet: SouscriptionPass) -> SouscriptionPass:
        return verrouiller(objet)

    def demander(self, objet: SouscriptionPass, **saisie: Any) -> Demande:
        montant, operateur, jour = int(saisie["montant"]), saisie["operateur"], aujourdhui()
        justificatif, renouvellement = saisie.get("justificatif", ""), bool(saisie.get("renouvellement"))
        verifier_encaissement(
            objet,
            montant=montant,
            operateur=operateur,
            justificatif=justificatif,
            renouvellement=renouvellement,
            jour=jour,
        )
        depasse = exces(objet, montant, jour=jour)
        if not depasse:
            raise PropositionImpossible("Cette somme ne dépasse rien : encaissez-la directement.")
        avant = self.situation(objet)
        return Demande(
            cle=f"encaissement:{objet.numero_souscription}",
            client_id=objet.client_id,
            avant=avant,
            apres={
                **avant,
                "depasse": depasse,
                "montant": montant,
                "mode": str(operateur),
                "justificatif": justificatif,
                "jour": jour.isoformat(),
                "renouvellement": renouvellement,
            },
        )

    def situation(self, objet: SouscriptionPass) -> Mapping[str, Any]:
        return {
            "souscription": objet.numero_souscription,
            "statut": objet.statut,
            "peut_devoir": peut_devoir(objet),
            "montant": None,
        }

    def executer(
        self, objet: SouscriptionPass, proposition: Proposition, *, decideur: AbstractBaseUser, quand: datetime
    ) -> None:
        """The agent who received the money cashes it, on the day when it came."""
        demande = proposition.apres
        encaisser_au_guichet(
            souscription=objet,
            montant=demande["montant"],
            operateur=demande["mode"],
            agent=proposition.demandeur,
            justificatif=demande["justificatif"],
            renouvellement=demande["renouvellement"],
            quand=min(midi(date.fromisoformat(demande["jour"])), quand),
            autorisation=proposition,
        )

    def alerte(self, proposition: Proposition) -> str:
        return f"{proposition.apres['depasse']} Assurez-vous que {proposition.demandeur} a bien cet argent en caisse."

    def fait(self, proposition: Proposition) -> str:
        return "Approuvé : la somme est encaissée, et le reçu est sur la page du contrat."

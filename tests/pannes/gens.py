"""A client who pays, and what must be true when everything is quiet again: our books are the operator's."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from factory import SelfAttribute

from apps.borne_auth.tests.factories import SessionFactory
from apps.borne_auth.tokens import JetonAccesClient
from apps.pass_clients.models import ClientPass, NumeroPolice
from apps.pass_clients.services import attribuer_police
from apps.pass_clients.tests.factories import ClientFactory, PeriodeFactory, SouscriptionFactory
from apps.pass_payments.models import AnomaliePaiement, Decaissement, PaiementPass, RappelOperateur, VerdictRappel
from apps.pass_products.models import ProduitPass
from apps.socle.models import Fait, Livraison, MessageSortant, RequeteIdempotente, StatutLivraison, StatutMessage

from .atelier import Atelier, Coupee, Reponse, attendre
from .coupures import CARNET, Coupure

SUCCES = ("succes", "rembourse")


def cle_neuve() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Cliente:
    """Logged in, with MTN's SIM. `cle` is that of her one demand."""

    ident: int
    telephone: str
    jeton: str
    polices: tuple[str, ...] = ()
    cle: str = field(default_factory=cle_neuve)

    @classmethod
    def nouvelle(cls, *, contrats: int = 0) -> "Cliente":
        client: ClientPass = ClientFactory(
            date_naissance="1990-02-28", numero_mobile_money=SelfAttribute("telephone"), operateur_mobile="mtn_money"
        )
        produits = ProduitPass.objects.order_by("pk")[: max(1, contrats)]
        siens = tuple(_contrat(client, produit) for produit in produits)
        # Whoever is logged in has a contract: its police opened the session.
        polices = siens[:contrats]
        session = SessionFactory(client=client, police=siens[0])
        jeton = JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk))
        return cls(client.pk, client.telephone, jeton, polices)

    def souscrire(self, atelier: Atelier, *, coupure: Coupure | None = None) -> Reponse:
        """The same demand under the same key, however often it is called. Raises Coupee."""
        demande = {
            "produit": "KIMIA",
            "montant": 1_200,
            "periodicite": "mensuelle",
            "conditions_acceptees": True,
            "version_conditions": settings.VERSION_CONDITIONS,
        }
        return atelier.web.poster("souscriptions/", demande, jeton=self.jeton, cle=self.cle, coupure=coupure)

    def payer(self, atelier: Atelier, *, cle: str = "") -> Reponse:
        """100 XAF on each of her contracts. Raises Coupee."""
        demande = {"contrats": [{"police": police, "montant": 100} for police in self.polices]}
        return atelier.web.poster("paiements/", demande, jeton=self.jeton, cle=cle or self.cle)


def _contrat(client: ClientPass, produit: ProduitPass) -> str:
    """The police of a contract in force, drawn from the series that settlements draw from too."""
    souscription = SouscriptionFactory(client=client, produit=produit, active=True)
    PeriodeFactory(souscription=souscription)
    return str(attribuer_police(souscription=souscription).numero_police)


def ou_plus_tard(envoyer: Callable[[], Reponse]) -> Reponse | None:
    """The answer; None when there is none, or when it says « later »."""
    try:
        reponse = envoyer()
    except Coupee:
        return None
    plus_tard = reponse.statut == 503 or (reponse.statut == 409 and reponse.json["code"] == "requete_en_cours")
    return None if plus_tard else reponse


def insister(essayer: Callable[[], Reponse | None]) -> Reponse:
    """What the kiosk does: the same demand under the same key, again until there is an answer."""
    reponse = attendre(essayer, "une réponse à la demande", delai=60)
    assert reponse is not None
    return reponse


def demande(reponse: Reponse) -> str:
    """The number of the payment that was acknowledged."""
    assert reponse.statut == 202, reponse.texte
    return str(reponse.json["numero_transaction"])


def tout_est_calme() -> bool:
    """Nothing is due, nothing waits to be sent or judged."""
    return not (
        PaiementPass.objects.filter(a_suivre_le__isnull=False).exists()
        or Decaissement.objects.filter(a_suivre_le__isnull=False).exists()
        or MessageSortant.objects.filter(statut=StatutMessage.A_ENVOYER).exists()
        or Livraison.objects.filter(statut=StatutLivraison.A_FAIRE).exists()
        or RappelOperateur.objects.filter(verdict=VerdictRappel.A_TRAITER).exists()
    )


def verifier_contrat(atelier: Atelier, cliente: Cliente, numero: str) -> None:
    """One demand, one debit, one success, one receipt, one contract with one period and one police; all say the same."""
    paiement = PaiementPass.objects.get(souscription__client=cliente.ident)
    (operation,) = [une for une in atelier.simulateur.operations(cliente.telephone) if une["genre"] == "requesttopay"]
    assert (operation["statut"], operation["externe"], operation["montant"]) == ("SUCCESSFUL", numero, "100")
    assert (paiement.numero_transaction, paiement.statut in SUCCES, paiement.a_suivre_le) == (numero, True, None)
    assert str(paiement.reference_mobile_money) == operation["reference"]
    assert paiement.code_confirmation == operation["transaction_financiere"]
    assert paiement.numero_recu
    assert [e.statut for e in paiement.evenements.all()].count("succes") == 1
    souscription = paiement.souscription
    assert (souscription.statut, souscription.periodes.count()) == ("activee", 1)
    assert NumeroPolice.objects.filter(souscription=souscription).count() == 1
    rappels = RappelOperateur.objects.filter(paiement=paiement)
    assert {rappel.verdict for rappel in rappels} <= {VerdictRappel.CONFIRME}
    dits = Fait.objects.filter(cle=f"souscription:{souscription.pk}").order_by("id").values_list("nom", flat=True)
    rendu = ["paiement.rembourse"] if paiement.statut == "rembourse" else []
    assert list(dits) == ["paiement.regle", "souscription.activee", "police.attribuee", *rendu]
    regle = Fait.objects.get(nom="paiement.regle", donnees__paiement=paiement.pk)
    # As many as there are handlers in the process that settled: none in those of `manage.py travaux`.
    notes = RequeteIdempotente.objects.filter(portee=CARNET, reponse={"fait": regle.pk}).count()
    assert notes == Livraison.objects.filter(fait=regle, statut=StatutLivraison.FAITE).count()
    message = MessageSortant.objects.get(cle=f"paiement:{numero}:succes")
    assert message.statut == StatutMessage.ENVOYE


def verifier_livres(atelier: Atelier) -> None:
    """Line by line, what we call paid in and paid out is what the operator's statement says."""
    recus = (
        PaiementPass.objects.filter(statut__in=SUCCES, rattache_a=None)
        .annotate(total=F("montant") + Coalesce(Sum("rattaches__montant"), 0))
        .values_list("numero_transaction", "total")
    )
    verses = Decaissement.objects.filter(statut="succes").values_list("numero", "montant")
    nous = [("collection", numero, montant) for numero, montant in recus]
    nous += [("disbursement", numero, -montant) for numero, montant in verses]
    assert sorted(nous) == atelier.simulateur.releve()
    assert not AnomaliePaiement.objects.exists()

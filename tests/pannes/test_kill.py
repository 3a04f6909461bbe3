"""kill -9 of web and worker at every boundary of the flow: after the restart, the operator's state and nothing twice."""

import unicodedata

import pytest

from apps.pass_payments.models import Decaissement, PaiementPass, RappelOperateur
from apps.pass_payments.services.decaissements import demander_remboursement, demander_versement
from apps.socle.models import Fait, MessageSortant, RequeteIdempotente

from . import coupures
from .atelier import DEUX_CYCLES, Atelier, Coupee, attendre
from .coupures import CARNET, Coupure
from .gens import Cliente, demande, insister, ou_plus_tard, tout_est_calme, verifier_contrat, verifier_livres

pytestmark = pytest.mark.django_db  # for the database that is copied


def chaque(*groupes: tuple[Coupure, ...]) -> pytest.MarkDecorator:
    """One test for every boundary."""
    return pytest.mark.parametrize("coupure", [une for groupe in groupes for une in groupe], ids=sans_accents)


def sans_accents(coupure: Coupure) -> str:
    """Its name as pytest's -k takes it."""
    return unicodedata.normalize("NFKD", coupure.nom).encode("ascii", "ignore").decode()


@pytest.fixture
def sans_rappel(atelier: Atelier) -> None:
    """The operator never calls back: only polling finds out."""
    atelier.simulateur.defauts(rappel_perdu="1")


def passages(numero: str) -> int:
    return PaiementPass.objects.get(numero_transaction=numero).tentatives


@chaque(coupures.DEMANDE, coupures.ACCEPTEE, coupures.REPONSE)
@pytest.mark.usefixtures("sans_rappel")
def test_a_payment_survives_its_worker(atelier: Atelier, coupure: Coupure) -> None:
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))

    mourant = atelier.travailleur(coupure)
    if coupure in coupures.REPONSE:
        atelier.simulateur.approuver(cliente.telephone)
    mourant.attendre_la_mort()
    if coupure in coupures.ACCEPTEE:
        atelier.simulateur.approuver(cliente.telephone)
    avant = passages(numero)

    with atelier.au_travail():
        if coupure in coupures.DEMANDE:
            atelier.simulateur.approuver(cliente.telephone)
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)

    assert passages(numero) - avant == coupure.passages
    verifier_contrat(atelier, cliente, numero)
    assert notes_du_carnet(numero) == 1
    verifier_livres(atelier)


def notes_du_carnet(numero: str) -> int:
    """How many times the handler of `ouvrier` has written that this payment was settled."""
    (fait,) = Fait.objects.filter(
        nom="paiement.regle", donnees__paiement=PaiementPass.objects.get(numero_transaction=numero).pk
    )
    return RequeteIdempotente.objects.filter(portee=CARNET, reponse={"fait": fait.pk}).count()


def dits_du_versement(decaissement: Decaissement) -> list[tuple[str, str, str]]:
    faits = Fait.objects.filter(nom="decaissement.fini", donnees__decaissement=decaissement.pk)
    return [(une["demandeur"], une["reference"], une["statut"]) for une in faits.values_list("donnees", flat=True)]


@pytest.mark.usefixtures("sans_rappel")
def test_two_contracts_paid_together_survive_their_worker(atelier: Atelier) -> None:
    cliente = Cliente.nouvelle(contrats=2)
    numero = demande(cliente.payer(atelier))

    mourant = atelier.travailleur(coupures.PAR_NOM["règlement, avant le COMMIT"])
    atelier.simulateur.approuver(cliente.telephone)
    mourant.attendre_la_mort()
    paiements = PaiementPass.objects.filter(souscription__client=cliente.ident).order_by("pk")
    assert [paiement.statut for paiement in paiements] == ["en_cours", "en_cours"]
    with atelier.au_travail():
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)

    assert [paiement.statut for paiement in paiements.all()] == ["succes", "succes"]
    assert len({paiement.numero_recu for paiement in paiements.all() if paiement.numero_recu}) == 2
    (operation,) = atelier.simulateur.operations(cliente.telephone)
    assert (operation["statut"], operation["externe"], operation["montant"]) == ("SUCCESSFUL", numero, "200")
    verifier_livres(atelier)


@chaque(coupures.REFUS)
@pytest.mark.usefixtures("sans_rappel")
def test_a_refusal_survives_its_worker(atelier: Atelier, coupure: Coupure) -> None:
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))

    mourant = atelier.travailleur(coupure)
    atelier.simulateur.refuser(cliente.telephone)
    mourant.attendre_la_mort()
    avant = passages(numero)
    with atelier.au_travail():
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)

    assert passages(numero) - avant == coupure.passages
    paiement = PaiementPass.objects.get(numero_transaction=numero)
    assert (paiement.statut, paiement.motif_echec, paiement.numero_recu) == ("echec", "refuse", None)
    assert [e.statut for e in paiement.evenements.all()] == ["initie", "en_cours", "echec"]
    (operation,) = atelier.simulateur.operations(cliente.telephone)
    assert (operation["statut"], operation["raison"]) == ("FAILED", "APPROVAL_REJECTED")
    assert paiement.souscription.statut == "en_cours"
    assert not paiement.souscription.periodes.exists()
    assert MessageSortant.objects.filter(telephone=cliente.telephone).count() == 1
    dits = Fait.objects.filter(cle=f"souscription:{paiement.souscription_id}").values_list("nom", flat=True)
    assert list(dits) == ["paiement.echoue"]
    verifier_livres(atelier)


@chaque(coupures.RAPPEL)
def test_a_callback_survives_its_worker(atelier: Atelier, coupure: Coupure) -> None:
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))

    mourant = atelier.travailleur(coupure)
    atelier.simulateur.approuver(cliente.telephone)
    mourant.attendre_la_mort()
    avant = passages(numero)

    with atelier.au_travail():
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)

    assert passages(numero) - avant == coupure.passages
    assert RappelOperateur.objects.get(paiement__numero_transaction=numero).verdict == "confirme"
    verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)


def paye(atelier: Atelier) -> tuple[Cliente, PaiementPass]:
    """A client whose first payment is confirmed."""
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))
    with atelier.au_travail():
        atelier.simulateur.approuver(cliente.telephone)
        attendre(tout_est_calme, "le premier paiement")
    return cliente, PaiementPass.objects.get(numero_transaction=numero)


def mourir_et_finir(atelier: Atelier, decaissement: Decaissement, coupure: Coupure) -> None:
    """The worker dies with the disbursement, the next one ends it in as many claims as the boundary says."""
    atelier.travailleur(coupure).attendre_la_mort()
    decaissement.refresh_from_db()
    avant = decaissement.tentatives
    with atelier.au_travail():
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)
    decaissement.refresh_from_db()
    assert (decaissement.statut, decaissement.tentatives - avant) == ("succes", coupure.passages)
    # Nobody reads the callbacks of money out: taken for a payment's, they would be strangers in the back office.
    assert atelier.simulateur.demander(f"rappels?reference={decaissement.reference}") == []
    assert dits_du_versement(decaissement) == [(*decaissement.cle.split(":"), "succes")]


@chaque(coupures.REMBOURSEMENT)
def test_a_refund_survives_its_worker(atelier: Atelier, coupure: Coupure) -> None:
    cliente, paiement = paye(atelier)
    decaissement = demander_remboursement(paiement=paiement)

    mourir_et_finir(atelier, decaissement, coupure)

    paiement.refresh_from_db()
    assert paiement.statut == "rembourse"
    assert [e.statut for e in paiement.evenements.filter(type="remboursement")] == ["", "rembourse"]
    assert [une["genre"] for une in atelier.simulateur.operations(cliente.telephone)] == ["refund", "requesttopay"]
    verifier_contrat(atelier, cliente, paiement.numero_transaction)
    verifier_livres(atelier)


@chaque(coupures.VERSEMENT)
@pytest.mark.usefixtures("sans_rappel")
def test_a_payout_survives_its_worker(atelier: Atelier, coupure: Coupure) -> None:
    cliente = Cliente.nouvelle()
    decaissement = demander_versement(
        cle=f"sinistre:{cliente.ident}",
        operateur="mtn_money",
        telephone=cliente.telephone,
        montant=2_500,
        libelle="Indemnité",
    )

    mourir_et_finir(atelier, decaissement, coupure)

    (operation,) = atelier.simulateur.operations(cliente.telephone)
    assert (operation["genre"], operation["statut"], operation["montant"]) == ("transfer", "SUCCESSFUL", "2500")
    verifier_livres(atelier)


@chaque(coupures.WEB_RIEN, coupures.WEB_TOUT)
def test_a_demand_survives_the_web_server(atelier: Atelier, coupure: Coupure) -> None:
    cliente = Cliente.nouvelle()
    with atelier.au_travail():
        with pytest.raises(Coupee):
            cliente.souscrire(atelier, coupure=coupure)
        atelier.web.programme.attendre_la_fin()
        ecrits = list(PaiementPass.objects.filter(souscription__client=cliente.ident))
        atelier.web.demarrer()
        reponse = insister(lambda: ou_plus_tard(lambda: cliente.souscrire(atelier)))
        numero = demande(reponse)
        atelier.simulateur.approuver(cliente.telephone)
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)

    tout = coupure in coupures.WEB_TOUT
    assert [paiement.numero_transaction for paiement in ecrits] == ([numero] if tout else [])
    assert reponse.entetes.get("idempotent-replayed") == ("true" if tout else None)
    assert demande(cliente.souscrire(atelier)) == numero
    verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)


@chaque(coupures.WEB_RAPPEL)
@pytest.mark.usefixtures("sans_rappel")
def test_a_callback_survives_the_web_server(atelier: Atelier, coupure: Coupure) -> None:
    cliente = Cliente.nouvelle()
    with atelier.au_travail():
        numero = demande(cliente.souscrire(atelier))
        atelier.simulateur.approuver(cliente.telephone)
        rappel = {
            "externalId": numero,
            "amount": "100",
            "currency": "XAF",
            "payer": {"partyIdType": "MSISDN", "partyId": cliente.telephone.removeprefix("+")},
            "status": "SUCCESSFUL",
        }
        with pytest.raises(Coupee):
            atelier.web.poster("mtn/callback/", rappel, coupure=coupure)
        atelier.web.programme.attendre_la_fin()
        atelier.web.demarrer()
        attendre(tout_est_calme, "plus rien à suivre", delai=DEUX_CYCLES)

    gardes = RappelOperateur.objects.filter(paiement__numero_transaction=numero)
    assert [rappel.verdict for rappel in gardes] == (["confirme"] if "gardé," in coupure.nom else [])
    verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)

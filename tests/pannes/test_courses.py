"""Many at once, over real HTTP: one payment, one debit. Several workers: each payment followed by one at a time."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from apps.mtn_integration.models import TransactionMTN
from apps.pass_payments.models import PaiementPass
from apps.socle.models import Travailleur

from .atelier import Atelier, Programme, Reponse, attendre
from .gens import Cliente, cle_neuve, demande, insister, ou_plus_tard, tout_est_calme, verifier_contrat, verifier_livres

pytestmark = pytest.mark.django_db  # for the database that is copied


def ensemble(nombre: int, envoyer: Callable[[int], Reponse]) -> list[Reponse]:
    """The answers to `envoyer(0)`, `envoyer(1)`…, each from a thread, all let go at the same moment."""
    depart = Barrier(nombre)

    def course(rang: int) -> Reponse:
        depart.wait(timeout=30)
        return envoyer(rang)

    with ThreadPoolExecutor(nombre) as fils:
        return list(fils.map(course, range(nombre)))


def issues(reponses: list[Reponse]) -> Counter[str]:
    return Counter("202" if reponse.statut == 202 else reponse.json["code"] for reponse in reponses)


def test_the_same_key_from_32_threads_pays_once(atelier: Atelier) -> None:
    cliente = Cliente.nouvelle(contrats=1)

    reponses = ensemble(32, lambda _: cliente.payer(atelier))

    assert set(issues(reponses)) <= {"202", "requete_en_cours"}
    acceptees = [reponse for reponse in reponses if reponse.statut == 202]
    assert len({reponse.texte for reponse in acceptees}) == 1
    assert [reponse.entetes.get("idempotent-replayed") for reponse in acceptees].count(None) == 1
    assert {reponse.entetes["retry-after"] for reponse in reponses if reponse.statut == 409} <= {"1"}
    ensuite = cliente.payer(atelier)
    assert (ensuite.texte, ensuite.entetes["idempotent-replayed"]) == (acceptees[0].texte, "true")
    payer_et_verifier(atelier, cliente, demande(ensuite))


def test_a_double_click_with_other_keys_pays_once(atelier: Atelier) -> None:
    cliente = Cliente.nouvelle(contrats=1)

    reponses = ensemble(8, lambda _: cliente.payer(atelier, cle=cle_neuve()))

    assert issues(reponses) == {"202": 1, "paiement_deja_en_cours": 7}
    (acceptee,) = (reponse for reponse in reponses if reponse.statut == 202)
    payer_et_verifier(atelier, cliente, demande(acceptee))


def test_subscribing_from_32_threads_makes_one_contract(atelier: Atelier) -> None:
    cliente = Cliente.nouvelle()

    reponses = ensemble(32, lambda _: cliente.souscrire(atelier))

    assert set(issues(reponses)) <= {"202", "requete_en_cours"}
    numero = demande(insister(lambda: ou_plus_tard(lambda: cliente.souscrire(atelier))))
    with atelier.au_travail():
        atelier.simulateur.approuver(cliente.telephone)
        attendre(tout_est_calme, "plus rien à suivre")
    verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)


def payer_et_verifier(atelier: Atelier, cliente: Cliente, numero: str) -> None:
    """The only payment of the contract is approved, debited once, and has its receipt."""
    with atelier.au_travail():
        atelier.simulateur.approuver(cliente.telephone)
        attendre(tout_est_calme, "plus rien à suivre")
    paiement = PaiementPass.objects.get(souscription__client=cliente.ident)
    assert (paiement.numero_transaction, paiement.statut, bool(paiement.numero_recu)) == (numero, "succes", True)
    (operation,) = atelier.simulateur.operations(cliente.telephone)
    assert (operation["statut"], operation["externe"]) == ("SUCCESSFUL", numero)
    verifier_livres(atelier)


def test_two_workers_share_forty_payments(atelier: Atelier) -> None:
    clientes = [Cliente.nouvelle() for _ in range(40)]
    workers = [atelier.programme("travaux", "--fils", "2") for _ in range(2)]
    for worker in workers:
        attendre(Travailleur.objects.filter(pid=worker.processus.pid).exists, "deux travailleurs")

    with ThreadPoolExecutor(8) as fils:
        numeros = list(fils.map(lambda cliente: demande(cliente.souscrire(atelier)), clientes))
    for cliente in clientes:
        atelier.simulateur.approuver(cliente.telephone)
    attendre(tout_est_calme, "plus rien à suivre", delai=60)

    assert [worker.arreter() for worker in workers] == [0, 0]
    assert all(faits(worker) >= 10 for worker in workers)
    paiements = PaiementPass.objects.filter(numero_transaction__in=numeros)
    assert len({paiement.numero_recu for paiement in paiements if paiement.numero_recu}) == 40
    references = [paiement.reference_mobile_money for paiement in paiements]
    envois = TransactionMTN.objects.filter(reference__in=references).values_list("tentatives", flat=True)
    assert list(envois) == [1] * 40
    for cliente, numero in zip(clientes, numeros, strict=True):
        verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)


def faits(worker: Programme) -> int:
    """How many steps of payments the worker says that it has done."""
    trouve = re.search(r"Travaux arrêtés\. Faits : .*\bpaiements (\d+).*\.\n$", worker.dit())
    assert trouve is not None
    return int(trouve[1])


def test_a_worker_that_is_asked_to_end_finishes_what_it_began(atelier: Atelier) -> None:
    cliente, suivante = Cliente.nouvelle(), Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))
    atelier.simulateur.defauts(lenteur="1x:1.5")
    worker = atelier.programme("travaux")
    appels = TransactionMTN.objects.filter(numero=numero, statut="envoi")
    attendre(appels.exists, "un appel en cours")

    worker.processus.terminate()
    attendue = demande(suivante.souscrire(atelier))
    code = worker.attendre_la_fin()

    assert (code, faits(worker)) == (0, 1)
    etats = dict(PaiementPass.objects.filter(a_suivre_le__isnull=False).values_list("numero_transaction", "statut"))
    assert etats == {numero: "en_cours", attendue: "initie"}
    assert not Travailleur.objects.filter(pid=worker.processus.pid).exists()
    with atelier.au_travail():
        for une in (cliente, suivante):
            atelier.simulateur.approuver(une.telephone)
        attendre(tout_est_calme, "plus rien à suivre")
    verifier_contrat(atelier, cliente, numero)
    verifier_contrat(atelier, suivante, attendue)
    verifier_livres(atelier)

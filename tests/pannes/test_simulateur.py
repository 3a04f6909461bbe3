"""The operator dies, or his answer is lost, in the middle: what he holds is what we end with, once."""

import pytest

from apps.pass_payments.models import PaiementPass

from .atelier import Atelier, attendre
from .gens import Cliente, demande, tout_est_calme, verifier_contrat, verifier_livres

pytestmark = pytest.mark.django_db  # for the database that is copied


def finir(atelier: Atelier, cliente: Cliente, numero: str) -> None:
    atelier.simulateur.approuver(cliente.telephone)
    attendre(tout_est_calme, "plus rien à suivre")
    verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)


def statut(numero: str) -> str:
    return PaiementPass.objects.get(numero_transaction=numero).statut


def test_killed_between_the_demand_and_the_pin_he_has_forgotten_nothing(atelier: Atelier) -> None:
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))
    with atelier.au_travail():
        attendre(lambda: statut(numero) == "en_cours", "la demande acceptée")
        atelier.simulateur.programme.tuer()
        attendre(lambda: statut(numero) == "en_verification", "le silence de l'opérateur")
        atelier.simulateur.demarrer()
        finir(atelier, cliente, numero)


def test_killed_between_acceptance_and_answer_he_holds_the_demand(atelier: Atelier) -> None:
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))
    atelier.simulateur.defauts(arret_apres="1x")
    with atelier.au_travail():
        assert atelier.simulateur.programme.attendre_la_fin() == -9
        attendre(lambda: statut(numero) == "en_verification", "le silence de l'opérateur")
        atelier.simulateur.demarrer()
        finir(atelier, cliente, numero)


@pytest.mark.parametrize("defaut", ["coupure_avant", "coupure_apres", "erreur_avant", "erreur_apres"])
def test_an_answer_that_is_lost_is_asked_for_again(atelier: Atelier, defaut: str) -> None:
    cliente = Cliente.nouvelle()
    numero = demande(cliente.souscrire(atelier))
    atelier.simulateur.defauts(**{defaut: "1x"})
    with atelier.au_travail():
        attendre(lambda: statut(numero) == "en_verification", "le silence de l'opérateur")
        finir(atelier, cliente, numero)

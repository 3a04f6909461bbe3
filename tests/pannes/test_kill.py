"""kill -9 of web and worker at every boundary of the flow: after the restart, the operator's state and nothing twice."""

from collections.abc import Iterator

import pytest
from django.db.models import F

from apps.pass_payments.models import Decaissement, PaiementPass, RappelOperateur
from apps.pass_payments.services.decaissements import demander_remboursement, demander_versement

from . import coupures
from .atelier import Atelier, Coupee, attendre
from .coupures import Coupure
from .gens import Cliente, demande, tout_est_calme, verifier_contrat, verifier_livres

pytestmark = pytest.mark.django_db  # for the database that is copied


def chaque(*groupes: tuple[Coupure, ...]) -> pytest.MarkDecorator:
    """One test for every boundary."""
    return pytest.mark.parametrize("coupure", [une for groupe in groupes for une in groupe], ids=str)


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
        attendre(tout_est_calme, "plus rien à suivre")

    assert passages(numero) - avant == coupure.passages
    verifier_contrat(atelier, cliente, numero)
    verifier_livres(atelier)

"""Pages of the back office over MTN: read only, constant queries, exact search, nothing secret."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from apps.borne_auth.tests.factories import AgentFactory
from apps.mtn_integration.models import GenreMTN, LogMTN, TransactionMTN
from apps.mtn_integration.services import TRACES
from apps.pass_payments.operateurs.models import StatutDemande

pytestmark = pytest.mark.django_db
MODELES = [TransactionMTN, LogMTN]


def page(modele: type[Any], acte: str, *args: Any, **recherche: str) -> str:
    return reverse(f"admin:mtn_integration_{modele._meta.model_name}_{acte}", args=args, query=recherche or None)


def echange(numero: str = "PAY-1") -> uuid.UUID:
    reference = uuid.uuid4()
    TRACES.noter_demande(
        reference=reference,
        genre=GenreMTN.REQUESTTOPAY,
        numero=numero,
        montant=1_500,
        devise="XAF",
        telephone="+242066123456",
        destination="simulateur ancienne",
    )
    TRACES.noter_constat(reference=reference, statut=StatutDemande.ECHOUEE, raison="EXPIRED")
    TRACES.journaliser(
        reference=reference,
        methode="POST",
        chemin="/collection/v1_0/requesttopay",
        statut=202,
        duree_ms=12,
        demande={"payer": {"partyId": "242066123456"}},
        reponse="",
        erreur="",
        secrets=(),
    )
    return reference


@pytest.fixture
def administratrice(client: Client) -> Client:
    ContentType.objects.clear_cache()
    client.force_login(AgentFactory(is_superuser=True))
    return client


@pytest.mark.parametrize("nombre", [1, 12])
@pytest.mark.parametrize("modele", MODELES)
def test_listes(administratrice: Client, django_assert_num_queries: Any, modele: type[Any], nombre: int) -> None:
    for _ in range(nombre):
        echange()
    with django_assert_num_queries(5):  # session, agent, statistics, count, rows
        reponse = administratrice.get(page(modele, "changelist"))
    assert len(reponse.context["cl"].result_list) == nombre


@pytest.mark.parametrize("modele", MODELES)
def test_pages(administratrice: Client, django_assert_num_queries: Any, modele: type[Any]) -> None:
    reference = echange()
    adresse = page(modele, "change", modele.objects.get().pk)
    with django_assert_num_queries(4):  # session, agent, itself, content type of its history
        reponse = administratrice.get(adresse)
    contenu = reponse.content.decode()
    assert "066123456" not in contenu.replace(" ", "")
    assert str(reference) in contenu


@pytest.mark.parametrize("modele", MODELES)
def test_une_recherche_est_exacte(administratrice: Client, modele: type[Any]) -> None:
    references = [echange("PAY-1"), echange("PAY-2")]
    for terme, attendues in [(str(references[1]), references[1:]), (str(uuid.uuid4()), []), ("066123456", [])]:
        reponse = administratrice.get(page(modele, "changelist", q=terme))
        assert [ligne.reference for ligne in reponse.context["cl"].result_list] == attendues


def test_une_recherche_par_numero(administratrice: Client) -> None:
    echange("PAY-1")
    attendue = echange("PAY-2")
    reponse = administratrice.get(page(TransactionMTN, "changelist", q=" pay-2 "))
    assert [ligne.reference for ligne in reponse.context["cl"].result_list] == [attendue]


@pytest.mark.parametrize("modele", MODELES)
def test_rien_ne_s_ecrit_ici(administratrice: Client, modele: type[Any]) -> None:
    echange()
    cle = modele.objects.get().pk
    for adresse in (page(modele, "add"), page(modele, "change", cle), page(modele, "delete", cle)):
        assert administratrice.post(adresse, {"statut": "reussie"}).status_code == 403
    assert modele.objects.count() == 1


@pytest.mark.parametrize("modele", MODELES)
def test_qui_n_en_a_pas_le_droit_ne_lit_rien(client: Client, modele: type[Any]) -> None:
    echange()
    adresses = page(modele, "changelist"), page(modele, "change", modele.objects.get().pk)
    assert [client.get(adresse).status_code for adresse in adresses] == [302, 302]
    agent = AgentFactory()
    client.force_login(agent)
    assert [client.get(adresse).status_code for adresse in adresses] == [403, 403]
    agent.groups.add(Group.objects.get(name="auditeur"))
    assert [client.get(adresse).status_code for adresse in adresses] == [200, 200]

"""« Trouver »: the object that a term names, whatever it is and however it is written, for those who may read it."""

import re
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients import recherche
from apps.pass_clients.models import ClientPass, Contrat
from apps.pass_clients.services import activer, attribuer_police
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory
from apps.pass_payments.models import Cotisation, PaiementPass
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.tests.factories import ProduitEpargneFactory
from nsia_pass_api.back_office import listes, trouver

pytestmark = pytest.mark.django_db

AGENCE = "Poto-Poto"
REQUETES = 15
TELEPHONE = "+242066123456"


def chercher(navigateur: Client, terme: str) -> Any:
    return navigateur.get(reverse("trouver"), {"q": terme})


def trouves(reponse: Any) -> dict[str, int]:
    return {section["titre"]: len(section["lignes"]) for section in reponse.context["sections"]}


def page(objet: Any) -> str:
    return reverse(f"admin:{objet._meta.app_label}_{objet._meta.model_name}_change", args=[objet.pk])


@pytest.fixture
def paiement() -> PaiementPass:
    """The payment of a contract whose client has another subscription, without a police; and a stranger's contract."""
    client = ClientFactory(prenom="Éloïse", nom="N'ZABA", telephone=TELEPHONE, agence=AGENCE)
    souscription = SouscriptionFactory(client=client)
    SouscriptionFactory(client=client)
    activer(souscription=souscription)
    attribuer_police(souscription=souscription)
    etrangere = SouscriptionFactory(client=ClientFactory(prenom="Jean", nom="KONGO", agence="Ouenzé"))
    activer(souscription=etrangere)
    attribuer_police(souscription=etrangere)
    paiement: PaiementPass = PaiementFactory(souscription=souscription)
    return paiement


@pytest.fixture
def contrat(paiement: PaiementPass) -> Contrat:
    return Contrat.objects.get(souscription=paiement.souscription)


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(AgentFactory(role="agent", agence=AGENCE))
    return client


def termes(contrat: Contrat, paiement: PaiementPass) -> list[tuple[str, Any]]:
    """What a person may have in hand, and where it leads."""
    quittance = Cotisation.objects.filter(contrat=contrat.police).values_list("numero_quittance", flat=True)[0]
    return [
        ("06 612 34 56", contrat.client),
        ("eloise nzaba", contrat.client),
        ("éloyse", contrat.client),
        (contrat.police.lower(), contrat),
        (quittance, contrat),
        (contrat.numero_souscription, paiement.souscription),
        (paiement.numero_transaction, paiement),
        (str(paiement.reference_mobile_money), paiement),
    ]


def test_each_number_leads_to_what_it_names(agent: Client, contrat: Contrat, paiement: PaiementPass) -> None:
    vers = [(terme, chercher(agent, terme).get("Location")) for terme, _ in termes(contrat, paiement)]
    assert vers == [(terme, page(objet)) for terme, objet in termes(contrat, paiement)]


@pytest.mark.parametrize(("role", "agence"), [("agent", "Ouenzé"), ("conseiller", AGENCE), ("agent", "")])
def test_what_one_may_not_read_is_as_what_does_not_exist(
    client: Client, contrat: Contrat, paiement: PaiementPass, role: str, agence: str
) -> None:
    client.force_login(AgentFactory(role=role, agence=agence))
    for terme, _ in termes(contrat, paiement):
        reponse = chercher(client, terme)
        assert (reponse.status_code, trouves(reponse)) == (200, {})
        assert "Rien ne correspond à" in reponse.content.decode()


def test_strangers_and_those_without_a_role_find_nothing(
    client: Client, contrat: Contrat, paiement: PaiementPass
) -> None:
    adresse = reverse("trouver", query={"q": contrat.police})
    assert client.get(adresse)["Location"].startswith(reverse("admin:login", query={"next": ""}))
    client.force_login(AgentFactory())
    assert {terme: trouves(chercher(client, terme)) for terme, _ in termes(contrat, paiement)} == {
        terme: {} for terme, _ in termes(contrat, paiement)
    }


def test_a_phone_is_found_however_it_is_written(agent: Client, contrat: Contrat) -> None:
    graine = Random().randrange(2**32)
    hasard = Random(graine)
    for _ in range(25):
        pays = hasard.choice(["", "+242", "00242", "242"])
        ecrit = pays + "".join(hasard.choice(["", " ", ".", "-", "\u00a0"]) + chiffre for chiffre in TELEPHONE[4:])
        assert chercher(agent, ecrit).get("Location") == page(contrat.client), (graine, ecrit)


@pytest.mark.parametrize("nombre", [2, 12])
def test_several_are_listed_up_to_a_limit_in_constant_queries(
    agent: Client, nombre: int, django_assert_num_queries: Any
) -> None:
    for _ in range(nombre):
        ClientFactory(prenom="Jean", nom="KONGO", agence=AGENCE)
        ClientFactory(prenom="Jean", nom="KONGO", agence="Ouenzé")
    # Session and person are two, her rights two; a kind is asked twice, clients once more, by name, and once for their products;
    # what was read is noted.
    with django_assert_num_queries(REQUETES):
        reponse = chercher(agent, "kongo")
    assert trouves(reponse) == {"Clients": min(nombre, trouver.MONTRES)}
    suite = reverse("admin:pass_clients_clientpass_changelist", query={"q": "kongo"})
    assert reponse.context["sections"][0]["suite"] == (suite if nombre > trouver.MONTRES else "")
    if nombre > trouver.MONTRES:
        assert (
            agent.get(suite).context["cl"].result_count
            == nombre
            == ClientPass.objects.filter(agence__nom=AGENCE).count()
        )


def test_namesakes_are_counted_and_told_apart(agent: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche, "CANDIDATS", 3)
    monkeypatch.setattr(recherche, "TROUVES", 2)
    monkeypatch.setattr(listes, "COMPTE_MAXIMUM", 3)
    for rang in range(5):
        un = ClientFactory(
            prenom="Jean", nom="KONGO", agence=AGENCE, date_naissance=f"198{rang}-05-04", adresse=f"Rue {rang}"
        )
        SouscriptionFactory(client=un)
        SouscriptionFactory(client=un, active=True)
        SouscriptionFactory(client=un, produit=ProduitEpargneFactory(), statut="annulee")
    html = chercher(agent, "kongo").content.decode()
    assert "2 sur plus de 3" in " ".join(re.sub(r"<[^>]+>", "", html).split())
    montres = re.findall(r"né\(e\) le 04/05/198(\d)</span>\s*<span[^>]*>Rue (\d)</span>\s*<span[^>]*>([^<]*)<", html)
    assert [(ne == ou, quoi) for ne, ou, quoi in montres] == [(True, "PASS KIMIA")] * 2
    liste = agent.get(reverse("admin:pass_clients_clientpass_changelist", query={"q": "kongo"})).content.decode()
    assert "2 clients montrés sur plus de 3" in " ".join(re.sub(r"<[^>]+>", "", liste).split())
    assert liste.count("PASS KIMIA") == 2
    monkeypatch.setattr(recherche, "CANDIDATS", 1_000)
    monkeypatch.setattr(listes, "COMPTE_MAXIMUM", 1_000)
    assert "sur 5" in chercher(agent, "kongo").content.decode()


def test_a_list_that_holds_all_who_bear_the_name_says_no_more(agent: Client) -> None:
    ClientFactory.create_batch(2, prenom="Jean", nom="KONGO", agence=AGENCE)
    liste = agent.get(reverse("admin:pass_clients_clientpass_changelist", query={"q": "kongo"})).content.decode()
    assert ("2 clients" in " ".join(liste.split()), "montrés" in liste) == (True, False)


def test_nothing_is_asked_for_nothing(agent: Client) -> None:
    reponse = chercher(agent, "   ")
    assert (trouves(reponse), "Rien ne correspond" in reponse.content.decode()) == ({}, False)


def test_what_was_typed_is_shown_as_text(agent: Client) -> None:
    html = chercher(agent, "<script>x</script>" * 20).content.decode()
    assert "<script>x" not in html
    assert 'value="&lt;script&gt;x' in html

"""A client's page holds everything about her, and about nobody else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, SessionFactory
from apps.pass_clients.models import Contrat
from apps.pass_clients.tests.factories import BeneficiaireFactory, contrat_en_vigueur
from apps.pass_payments.models import SoldeContrat
from apps.pass_payments.tests.factories import PaiementFactory
from nsia_pass_api.back_office.dossier import LIGNES
from nsia_pass_api.money import formater_xaf

pytestmark = pytest.mark.django_db


def panneaux(client: Client, personne: Any) -> dict[str, dict[str, Any]]:
    reponse = client.get(reverse("admin:pass_clients_clientpass_change", args=[personne.pk]))
    assert reponse.status_code == 200
    return {panneau["titre"]: panneau for panneau in reponse.context["dossier"]}


def test_each_table_is_hers_short_and_leads_to_the_rest(client: Client) -> None:
    client.force_login(AgentFactory(role="gestionnaire"))
    police = contrat_en_vigueur()
    personne, souscription = police.souscription.client, police.souscription
    BeneficiaireFactory(souscription=souscription, nom="ONDONGO")
    paiements = [PaiementFactory(souscription=souscription) for _ in range(LIGNES + 1)]
    SessionFactory(client=personne, police=police.numero_police, borne=BorneFactory(code="BZV-700", cle="x"))
    autre = contrat_en_vigueur().souscription
    PaiementFactory(souscription=autre)
    BeneficiaireFactory(souscription=autre, nom="ETRANGERE")

    lus = panneaux(client, personne)

    assert list(lus) == [
        "Échéances à payer",
        "Paiements",
        "Bénéficiaires",
        "Documents remis",
        "SMS de ses derniers paiements",
        "Visites à la borne",
    ]
    numeros = [str(ligne[1]) for ligne in lus["Paiements"]["lignes"]]
    assert len(numeros) == LIGNES
    for paiement, cellule in zip(paiements[: -LIGNES - 1 : -1], numeros, strict=True):
        assert paiement.numero_transaction in cellule
    assert lus["Paiements"]["tout"] == reverse(
        "admin:pass_payments_paiementpass_changelist", query={"q": personne.telephone}
    )
    assert client.get(lus["Paiements"]["tout"]).context["cl"].result_count == LIGNES + 1
    assert [ligne[2] for ligne in lus["Bénéficiaires"]["lignes"]] == [
        f"{souscription.beneficiaires.get().prenom} ONDONGO"
    ]
    assert lus["Documents remis"]["lignes"] == []
    assert [ligne[2] for ligne in lus["Visites à la borne"]["lignes"]] == ["BZV-700"]


def test_the_amounts_are_those_of_her_contracts(client: Client) -> None:
    client.force_login(AgentFactory(role="auditeur"))
    souscription = contrat_en_vigueur().souscription
    PaiementFactory(souscription=souscription, montant=700)

    page = client.get(reverse("admin:pass_clients_clientpass_change", args=[souscription.client_id]))

    resume = {libelle: (chiffre, alarme) for libelle, chiffre, alarme in page.context["resume"]}
    solde = Contrat.objects.get().soldes
    assert resume == {
        "Contrats": ("1", False),
        "Solde global": (formater_xaf(700), False),
        "Total payé": (formater_xaf(700), False),
        "En retard": (formater_xaf(solde.montant_en_retard), solde.montant_en_retard > 0),
    }


def test_who_may_not_read_sessions_nor_messages_has_no_such_table(client: Client) -> None:
    client.force_login(AgentFactory(role="agent", agence="Bacongo"))
    personne = contrat_en_vigueur(client__agence="Bacongo").souscription.client

    assert set(panneaux(client, personne)) == {
        "Échéances à payer",
        "Paiements",
        "Bénéficiaires",
        "Documents remis",
    }


def test_an_outsider_finds_nobody(client: Client) -> None:
    client.force_login(AgentFactory(role="agent", agence="Ouenzé"))
    personne = contrat_en_vigueur(client__agence="Bacongo").souscription.client

    reponse = client.get(reverse("admin:pass_clients_clientpass_change", args=[personne.pk]))

    assert (reponse.status_code, reponse.url) == (302, reverse("admin:index"))  # type: ignore[attr-defined]


def test_her_balances_are_not_joined_to_the_portfolio() -> None:
    """Ordered through the police of their contracts, they read the million others."""
    assert "JOIN" not in str(SoldeContrat.objects.filter(client=1).query)

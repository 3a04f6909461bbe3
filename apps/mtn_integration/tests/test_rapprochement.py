"""A whole day with the simulator over real HTTP: what we paid and refunded is its statement to the franc."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from apps.mtn_integration.operateur import OperateurMTN
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory
from apps.pass_payments import operateurs
from apps.pass_payments.models import PaiementPass, Rapprochement
from apps.pass_payments.selectors_controle import ecarts_ouverts, suspens
from apps.pass_payments.services.decaissements import (
    demander_remboursement,
    reserver_decaissements,
    suivre_decaissement,
)
from apps.pass_payments.services.paiements import enregistrer_demande
from apps.pass_payments.services.rapprochement import rapprocher
from apps.pass_payments.services.suivi import reserver_paiements, suivre_paiement
from apps.simulateur.moteur import Simulateur
from apps.simulateur.tests.plateau import MIDI
from nsia_pass_api.dates import aujourdhui

from .reglages import TELEPHONE

DEBUT = datetime.fromtimestamp(MIDI, UTC)


@pytest.fixture(autouse=True)
def jour_du_simulateur() -> Iterator[None]:
    with time_machine.travel(DEBUT, tick=False):
        yield


@pytest.fixture
def en_ligne(operateur: OperateurMTN, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """MTN's place is taken by the operator that speaks to the simulator of the test."""
    monkeypatch.setattr(operateurs, "_instance", lambda chemin: operateur)
    settings.OPERATEURS = {"mtn_money": "le simulateur"}


def suivre() -> None:
    """Everything is followed once, an hour later on the worker's clock."""
    plus_tard = DEBUT + timedelta(hours=1)
    for ident in reserver_paiements(nombre=20, quand=plus_tard):
        suivre_paiement(ident, horloge=lambda: DEBUT)
    for ident in reserver_decaissements(nombre=20, quand=plus_tard):
        suivre_decaissement(ident, horloge=lambda: DEBUT)


def demander(montant: int) -> PaiementPass:
    souscription = SouscriptionFactory(client=ClientFactory())
    return enregistrer_demande(
        souscription=souscription,
        montant=montant,
        type_paiement="souscription_initiale",
        operateur="mtn_money",
        numero_payeur=souscription.client.telephone,
        quand=DEBUT,
        limite=DEBUT + timedelta(minutes=10),
        a_suivre_le=DEBUT,
    )


@pytest.mark.usefixtures("en_ligne")
def test_three_paid_and_one_refunded_are_the_statement_to_the_franc(simulateur: Simulateur) -> None:
    paiements = [demander(montant) for montant in (1_500, 2_500, 4_000)]
    suivre()
    for paiement in paiements:
        simulateur.approuver(str(paiement.reference_mobile_money), pin="1234")
    suivre()
    demander_remboursement(paiement=paiements[1], quand=DEBUT)
    suivre()
    suivre()

    rapprochement = _rapprocher()

    statuts = list(PaiementPass.objects.order_by("id").values_list("statut", flat=True))
    assert statuts == ["succes", "rembourse", "succes"]
    assert (rapprochement.concordantes, rapprochement.lignes_releve, rapprochement.lignes_journal) == (4, 4, 4)
    assert (rapprochement.montant_releve, rapprochement.montant_journal) == (5_500, 5_500)
    assert rapprochement.montant_releve == sum(
        PaiementPass.objects.filter(statut="succes").values_list("montant_net", flat=True)
    )
    assert not ecarts_ouverts().exists()


@pytest.mark.usefixtures("en_ligne")
def test_what_we_forgot_is_settled_and_what_is_not_ours_is_in_suspense(
    simulateur: Simulateur, operateur: OperateurMTN
) -> None:
    oublie, refuse = demander(1_500), demander(700)
    suivre()
    simulateur.approuver(str(oublie.reference_mobile_money), pin="1234")
    simulateur.refuser(str(refuse.reference_mobile_money))
    inconnue = PaiementPass().reference_mobile_money
    assert inconnue is not None
    operateur.demander_paiement(reference=inconnue, montant=900, telephone=TELEPHONE, numero="AUTRE-1", libelle="")
    simulateur.approuver(str(inconnue), pin="1234")

    rapprochement = _rapprocher()

    assert (rapprochement.concordantes, rapprochement.etrangeres, rapprochement.reglees) == (1, 1, 1)
    assert (rapprochement.montant_releve, rapprochement.montant_journal) == (2_400, 1_500)
    oublie.refresh_from_db()
    refuse.refresh_from_db()
    oublie.souscription.refresh_from_db()
    assert (oublie.statut, oublie.souscription.statut, refuse.statut) == ("succes", "activee", "en_cours")
    (ecart,) = suspens()
    assert (ecart.montant_releve, ecart.telephone) == (900, TELEPHONE)


@pytest.mark.usefixtures("en_ligne")
def test_the_portal_s_file_says_the_same_as_the_statement(
    simulateur: Simulateur, operateur: OperateurMTN, tmp_path: Path
) -> None:
    paiement = demander(1_500)
    suivre()
    simulateur.approuver(str(paiement.reference_mobile_money), pin="1234")
    (movement,) = operateur.releve(jour=aujourdhui())
    fichier = tmp_path / "portail.csv"
    fichier.write_text(
        "date;transaction_financiere;montant;reference_externe\r\n"
        f"{movement.quand.isoformat()};{movement.code_confirmation};1500;{paiement.numero_transaction}\r\n",
        encoding="utf-8-sig",
    )

    with time_machine.travel(DEBUT + timedelta(days=1), tick=False):
        call_command("rapprocher", fichier=fichier)

    rapprochement = Rapprochement.objects.get()
    assert (rapprochement.jour, rapprochement.source) == (movement.quand.date(), "fichier portail.csv")
    assert (rapprochement.concordantes, rapprochement.reglees) == (1, 1)


def _rapprocher() -> Rapprochement:
    """At night, once the day is over."""
    jour = aujourdhui()
    lignes = operateurs.operateur("mtn_money").releve(jour=jour)
    return rapprocher(
        operateur="mtn_money", jour=jour, lignes=lignes, source="simulateur", quand=DEBUT + timedelta(days=1)
    )

"""The operator's statement against our journal: each way to differ, and that nothing is credited on its word."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as reglages
from hypothesis import strategies as st

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import NumeroPolice
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.errors import EcartDejaResolu
from apps.pass_payments.models import (
    AnomaliePaiement,
    EcartRapprochement,
    EvenementPaiement,
    MessageSortant,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
)
from apps.pass_payments.operateurs import Etat, LigneReleve, ReleveIndisponible
from apps.pass_payments.selectors_controle import ecarts_ouverts, suspens
from apps.pass_payments.services import rapprochement as service
from apps.pass_payments.services.decaissements import demander_remboursement, demander_versement
from apps.pass_payments.services.demandes import Ligne
from apps.pass_payments.services.demandes import payer as demander_ensemble
from apps.pass_payments.services.rappels import recevoir_rappel, traiter_rappel
from apps.pass_payments.services.rapprochement import resoudre_ecart
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice, injoignable, refusee
from apps.pass_payments.tests.releves import (
    JOUR,
    MIDI,
    NUIT,
    PAYEUR,
    approuver,
    chiffres,
    comparer,
    confirmer,
    decaisser,
    demander,
    ecarts,
    laisser,
    ligne,
    payer,
    suivre,
    totaux,
)
from nsia_pass_api.errors import DonneesInvalides

pytestmark = pytest.mark.django_db

LENDEMAIN = JOUR + timedelta(days=1)
VEILLE = JOUR - timedelta(days=1)


def rapproches(paiement: PaiementPass) -> list[tuple[str, dict[str, Any]]]:
    return list(paiement.evenements.filter(type="rapprochement").values_list("statut", "donnees"))


class TestConcordance:
    def test_a_whole_day_agrees_to_the_franc(self, operateur: OperateurFactice) -> None:
        paiements = [payer(operateur, montant=montant) for montant in (100, 250, 4_000)]
        rembourse = decaisser(operateur, demander_remboursement(paiement=paiements[1], quand=MIDI))
        verse = decaisser(
            operateur,
            demander_versement(
                cle="sinistre:1", operateur="mtn_money", telephone=PAYEUR, montant=700, libelle="Sinistre", quand=MIDI
            ),
        )

        rapprochement = comparer(operateur)

        assert chiffres(rapprochement) == (5, 0, 0, 0)
        assert totaux(rapprochement) == (3_400, 3_400)
        assert (rapprochement.lignes_releve, rapprochement.lignes_journal, rapprochement.reglees) == (5, 5, 0)
        assert (rapprochement.source, rapprochement.jour, rapprochement.lance_par) == ("essai", JOUR, None)
        assert [rapproches(paiement) for paiement in paiements] == [[("", {"releve": "2026-11-24"})]] * 3
        for decaissement in (rembourse, verse):
            decaissement.refresh_from_db()
            assert (decaissement.statut, decaissement.jour_releve) == ("succes", JOUR)
        paiements[1].refresh_from_db()
        assert paiements[1].statut == "rembourse"

    def test_run_again_it_changes_nothing_but_a_new_report(self, operateur: OperateurFactice) -> None:
        payer(operateur)
        payer(operateur, montant=300)
        lignes = [*operateur.releve(jour=JOUR)][:1] + [ligne("777", 55)]
        premier = comparer(operateur, lignes)
        avant = (ecarts(), EvenementPaiement.objects.count())

        second = comparer(operateur, lignes)

        assert chiffres(premier) == chiffres(second) == (1, 1, 1, 0)
        assert (ecarts(), EvenementPaiement.objects.count()) == avant
        assert Rapprochement.objects.count() == 2
        assert set(EcartRapprochement.objects.values_list("rapprochement", flat=True)) == {second.pk}

    @pytest.mark.parametrize("sait", ["code_confirmation", "numero"])
    def test_a_line_without_our_reference_is_ours_by_the_code_or_by_our_number(
        self, operateur: OperateurFactice, sait: str
    ) -> None:
        paiement = payer(operateur)
        remboursement = decaisser(operateur, demander_remboursement(paiement=paiement, quand=MIDI))
        codes = {"code_confirmation": [paiement.code_confirmation, remboursement.code_confirmation]}
        numeros = {"numero": [paiement.numero_transaction, remboursement.numero]}
        (connus,) = (codes if sait == "code_confirmation" else numeros).values()
        autres = {} if sait == "numero" else {}
        lignes = [
            ligne("inconnu" + connu, montant, **autres) if sait == "numero" else ligne(connu, montant)
            for connu, montant in zip(connus, (100, -100), strict=True)
        ]
        if sait == "numero":
            lignes = [
                LigneReleve(
                    reference=None,
                    code_confirmation=une.code_confirmation,
                    montant=une.montant,
                    telephone="",
                    quand=MIDI,
                    numero=connu,
                )
                for une, connu in zip(lignes, connus, strict=True)
            ]

        assert chiffres(comparer(operateur, lignes)) == (2, 0, 0, 0)

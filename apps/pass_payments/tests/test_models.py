"""What the database refuses of payments and their journal, whoever writes it."""

import uuid
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.pass_clients.models import Contrat
from apps.pass_clients.tests.factories import SouscriptionFactory, contrat_en_vigueur
from apps.pass_clients.tests.refus import refuse, sans_gardes, sql, verifier_maintenant
from apps.pass_payments.models import (
    Cotisation,
    EvenementPaiement,
    PaiementPass,
    SoldeContrat,
    StatutPaiement,
    VueDashboardPass,
    VueSouscriptionComplete,
)
from apps.pass_payments.tests.factories import PaiementFactory

pytestmark = pytest.mark.django_db

# docs/spec/payments.md, « States »: the operator may answer before we know that it has begun, and after the time-out.
PERMISES = {
    *(("initie", vers) for vers in ("en_cours", "en_verification", "succes", "echec", "expire")),
    *(("en_cours", vers) for vers in ("en_verification", "succes", "echec", "expire")),
    *(("en_verification", vers) for vers in ("en_cours", "succes", "echec", "expire")),
    ("expire", "succes"),
    ("echec", "succes"),
    ("succes", "rembourse"),
}


def dates_de(statut: str) -> dict[str, Any]:
    if statut in ("succes", "rembourse"):
        return {"date_confirmation": timezone.now(), "date_comptable": timezone.localdate()}
    return {}


@pytest.mark.parametrize(("de", "vers"), list(product(StatutPaiement.values, repeat=2)))
def test_only_the_transitions_of_the_specification_pass(de: str, vers: str) -> None:
    paiement = PaiementFactory(statut=de)
    lui = PaiementPass.objects.filter(pk=paiement.pk)

    if (de, vers) in PERMISES or de == vers:
        EvenementPaiement.objects.create(paiement=paiement, type="consultation", statut=vers)
        dates = {} if paiement.date_confirmation else dates_de(vers)
        assert lui.update(statut=vers, **dates) == 1
        verifier_maintenant()
        return

    with refuse(f'Invalid transition of field "statut" from "{de}" to "{vers}"'):
        lui.update(statut=vers, **dates_de(vers))
    with refuse(f'Invalid transition of field "statut" from "{de}" to "{vers}"'):
        sql(
            "UPDATE paiements_pass SET statut = %s, date_confirmation = now(), date_comptable = now() WHERE id = %s",
            vers,
            paiement.pk,
        )
    assert lui.get().statut == de


def test_a_state_without_its_journal_row_is_refused() -> None:
    paiement = PaiementFactory(statut="initie")
    verifier_maintenant()

    with refuse(f"paiement {paiement.pk} : le statut en_cours ne correspond pas à son journal"):
        PaiementPass.objects.filter(pk=paiement.pk).update(statut="en_cours")
    with refuse("ne correspond pas à son journal"):
        sql(
            """
            INSERT INTO paiements_pass (souscription_id, numero_transaction, montant, frais, devise, operateur,
                mode_paiement, numero_payeur, type_paiement, statut, motif_echec, code_confirmation, cle_idempotence)
            SELECT souscription_id, 'PAY-20261121-SANS', 100, 0, 'XAF', 'especes', 'Espèces', '', 'rattrapage', 'initie',
                '', '', '' FROM paiements_pass LIMIT 1
            """
        )


def test_a_journal_row_without_its_state_is_refused() -> None:
    paiement = PaiementFactory(statut="initie")
    verifier_maintenant()

    with refuse(f"paiement {paiement.pk} : le journal dit succes, pas le paiement"):
        EvenementPaiement.objects.create(paiement=paiement, type="confirmation", statut="succes")


def test_the_last_word_of_the_journal_counts() -> None:
    paiement = PaiementFactory(statut="initie")
    lui = PaiementPass.objects.filter(pk=paiement.pk)

    for statut in ("en_cours", "en_verification", "succes"):
        EvenementPaiement.objects.create(paiement=paiement, type="consultation", statut=statut)
    lui.update(statut="succes", **dates_de("succes"))
    verifier_maintenant()
    EvenementPaiement.objects.create(paiement=paiement, type="rappel_recu", statut="")
    verifier_maintenant()

    with refuse("le journal dit en_cours"):
        EvenementPaiement.objects.create(paiement=paiement, type="consultation", statut="en_cours")


@pytest.mark.django_db(transaction=True)
def test_the_journal_is_checked_at_commit() -> None:
    paiement = PaiementFactory(statut="initie")

    with pytest.raises(IntegrityError, match="le statut en_cours ne correspond pas"), transaction.atomic():
        PaiementPass.objects.filter(pk=paiement.pk).update(statut="en_cours")
    with transaction.atomic():
        PaiementPass.objects.filter(pk=paiement.pk).update(statut="en_cours")
        EvenementPaiement.objects.create(paiement=paiement, type="envoi", statut="en_cours")
    assert PaiementPass.objects.get().statut == "en_cours"


def test_the_journal_is_never_changed() -> None:
    evenement = PaiementFactory().evenements.get()

    for valeurs in ({"donnees": {"x": 1}}, {"statut": "echec"}, {"type": "litige"}):
        with refuse("Cannot update or delete rows from evenements_paiement table"):
            EvenementPaiement.objects.filter(pk=evenement.pk).update(**valeurs)
    with refuse("evenements_type_connu"):
        EvenementPaiement.objects.create(paiement=evenement.paiement, type="rumeur", statut="")
    with refuse("evenements_statut_connu"):
        EvenementPaiement.objects.create(paiement=evenement.paiement, type="litige", statut="perdu")


@pytest.mark.parametrize(
    ("valeurs", "contrainte"),
    [
        ({"montant": 0}, "paiements_frais_bornes"),
        ({"montant": -100}, "paiements_frais_bornes"),
        ({"frais": 100}, "paiements_frais_bornes"),
        ({"frais": 101}, "paiements_frais_bornes"),
        ({"frais": -1}, "paiements_frais_bornes"),
        ({"devise": "EUR"}, "paiements_en_xaf"),
        ({"date_confirmation": None}, "paiements_succes_date"),
        ({"date_comptable": None}, "paiements_succes_date"),
        ({"motif_echec": "solde_insuffisant"}, "paiements_motif_si_echec"),
        ({"operateur": "orange_money"}, "paiements_operateur_connu"),
        ({"type_paiement": "don"}, "paiements_type_connu"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(valeurs: dict[str, Any], contrainte: str) -> None:
    paiement = PaiementFactory(montant=100)

    with sans_gardes(), refuse(contrainte):
        PaiementPass.objects.filter(pk=paiement.pk).update(**valeurs)


@pytest.mark.parametrize(
    "valeurs",
    [{"montant": 200}, {"frais": 1}, {"numero_payeur": "+242061112233"}, {"reference_mobile_money": uuid.uuid4()}],
)
def test_what_was_asked_for_never_changes(valeurs: dict[str, Any]) -> None:
    paiement = PaiementFactory(montant=100)

    with refuse("Cannot update rows"):
        PaiementPass.objects.filter(pk=paiement.pk).update(**valeurs)


def test_a_failure_has_a_reason_of_ours_never_the_operator_s() -> None:
    with refuse("paiements_motif_connu"):
        PaiementFactory(statut="echec", motif_echec="NOT_ENOUGH_FUNDS")


def test_a_payment_in_an_unknown_state_is_refused() -> None:
    with refuse("paiements_statut_connu"):
        PaiementFactory(statut="perdu")


def test_net_is_what_remains_after_fees_and_nobody_writes_it() -> None:
    paiement = PaiementFactory(montant=100, frais=99)

    assert PaiementPass.objects.get().montant_net == 1
    with refuse('column "montant_net" can only be updated to DEFAULT'):
        sql("UPDATE paiements_pass SET montant_net = 100 WHERE id = %s", paiement.pk)


@pytest.mark.parametrize(("premier", "second"), list(product(("initie", "en_cours", "en_verification"), repeat=2)))
def test_one_open_attempt_a_subscription_and_type(premier: str, second: str) -> None:
    paiement = PaiementFactory(statut=premier)

    with refuse("paiements_une_tentative_ouverte"):
        PaiementFactory(souscription=paiement.souscription, statut=second)
    PaiementFactory(souscription=paiement.souscription, statut=second, type_paiement="rattrapage")
    PaiementFactory(souscription=SouscriptionFactory(active=True), statut=second)


def test_a_closed_attempt_leaves_room() -> None:
    souscription = SouscriptionFactory(active=True)

    for statut in ("succes", "echec", "expire", "rembourse", "en_cours"):
        PaiementFactory(souscription=souscription, statut=statut)

    assert souscription.paiements.count() == 5


def test_numbers_references_and_keys_name_one_payment() -> None:
    paiement = PaiementFactory(cle_idempotence="cle", reference_mobile_money=uuid.uuid4())

    with refuse("paiements_numero_unique"):
        PaiementFactory(numero_transaction=paiement.numero_transaction)
    with refuse("paiements_reference_unique"):
        PaiementFactory(reference_mobile_money=paiement.reference_mobile_money)
    with refuse("paiements_cle_unique"):
        PaiementFactory(souscription=paiement.souscription, cle_idempotence="cle")
    PaiementFactory(cle_idempotence="cle")
    for _ in range(2):
        PaiementFactory(souscription=paiement.souscription, reference_mobile_money=None)


@pytest.mark.parametrize("modele", [Contrat, Cotisation, SoldeContrat, VueDashboardPass, VueSouscriptionComplete])
def test_views_are_read_only(modele: Any) -> None:
    contrat_en_vigueur()

    colonne = modele._meta.pk.column
    for requete in (
        f"DELETE FROM {modele._meta.db_table}",
        f"UPDATE {modele._meta.db_table} SET {colonne} = {colonne}",
    ):
        with refuse("cannot "):
            sql(requete)


def test_they_are_called_by_their_names() -> None:
    police = contrat_en_vigueur()
    paiement = PaiementFactory(souscription=police.souscription)

    assert str(paiement) == paiement.numero_transaction
    assert str(paiement.evenements.get()) == "Opérateur consulté"
    assert str(SoldeContrat.objects.get()) == police.numero_police
    assert str(Cotisation.objects.first()) == f"QT-{police.souscription.numero_souscription}-1-01"
    assert str(VueDashboardPass.objects.get()) == str(police.souscription.client_id)
    assert str(VueSouscriptionComplete.objects.get()) == police.souscription.numero_souscription

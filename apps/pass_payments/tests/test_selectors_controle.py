"""What calls for somebody: counted exactly, in a constant number of queries, and shown by the list that each alert opens."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_payments import selectors_controle
from apps.pass_payments.models import (
    AnomaliePaiement,
    Decaissement,
    EcartRapprochement,
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
)
from apps.pass_payments.selectors_controle import alertes_paiements, ecarts_ouverts, suspens
from apps.pass_payments.services.paiements import changer_statut_paiement
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.releves import JOUR, MIDI, PAYEUR, demander
from apps.socle.models import MessageSortant, Proposition, TachePlanifiee, Travailleur
from apps.socle.selectors import alertes_attente, alertes_travail
from nsia_pass_api import alertes, registre
from nsia_pass_api.alertes import Alerte
from nsia_pass_api.lisible import compte_lisible

pytestmark = pytest.mark.django_db

QUAND = MIDI
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def travailleur() -> Travailleur:
    return Travailleur.objects.create(hote="essai", pid=1)


def toutes() -> list[Alerte]:
    """Those of the socle and of payments, as the home page puts them."""
    return [*alertes_travail(quand=QUAND), *alertes_paiements(quand=QUAND), *alertes_attente(quand=QUAND)]


def nombres() -> dict[str, int]:
    return {alerte.code: alerte.nombre for alerte in toutes()}


def ecart(nature: str, cle: str, **champs: Any) -> EcartRapprochement:
    rapprochement = Rapprochement.objects.create(
        operateur="mtn_money",
        jour=JOUR,
        source="essai",
        **dict.fromkeys(("lignes_releve", "lignes_journal", "concordantes", "manquantes"), 0),
        **dict.fromkeys(("etrangeres", "differentes", "montant_releve", "montant_journal"), 0),
    )
    return EcartRapprochement.objects.create(
        operateur="mtn_money", nature=nature, cle=cle, jour=JOUR, rapprochement=rapprochement, **champs
    )


def decaissement(rang: int, *, demande_le: Any, fini: bool = False) -> Decaissement:
    suivi = {"statut": "succes", "termine_le": QUAND} if fini else {"a_suivre_le": QUAND}
    return Decaissement.objects.create(
        nature="versement",
        numero=f"DEC-{rang}",
        cle=f"sinistre:{rang}",
        operateur="mtn_money",
        telephone=PAYEUR,
        montant=100,
        libelle="Sinistre",
        demande_le=demande_le,
        **suivi,
    )


def en_verification(*, depuis: timedelta) -> PaiementPass:
    paiement = demander(quand=QUAND - depuis)
    return changer_statut_paiement(
        paiement=paiement, vers="en_verification", evenement="consultation", quand=QUAND - depuis
    )


def message(cle: str, statut: str, *, cree_le: Any) -> None:
    dates = {
        "a_envoyer": {"a_envoyer_le": QUAND},
        "envoye": {"a_envoyer_le": None, "envoye_le": QUAND},
        "abandonne": {"a_envoyer_le": None},
    }[statut]
    MessageSortant.objects.create(cle=cle, telephone=PAYEUR, texte="", statut=statut, cree_le=cree_le, **dates)


def rappel(verdict: str, *, traite_le: Any) -> None:
    RappelOperateur.objects.create(operateur="mtn_money", corps="", verdict=verdict, traite_le=traite_le)


def test_nothing_calls_when_all_is_well(db: None) -> None:
    demander(quand=QUAND)
    PaiementFactory()

    assert nombres() == {}


def test_payments_open_beyond_their_limit() -> None:
    demander(quand=QUAND - 11 * MINUTE)
    demander(quand=QUAND - 10 * MINUTE)
    ferme = demander(quand=QUAND - 11 * MINUTE)
    changer_statut_paiement(paiement=ferme, vers="expire", evenement="expiration")

    assert nombres() == {"paiements_en_retard": 1}


def test_payments_in_verification_for_long_by_their_journal() -> None:
    en_verification(depuis=10 * MINUTE)
    ancien = en_verification(depuis=16 * MINUTE)
    revenu = en_verification(depuis=60 * MINUTE)
    for vers, quand in (("en_cours", QUAND - 30 * MINUTE), ("en_verification", QUAND - 5 * MINUTE)):
        changer_statut_paiement(paiement=revenu, vers=vers, evenement="consultation", quand=quand)
    EvenementPaiement.objects.create(paiement=ancien, type="rappel_recu", date_evenement=QUAND)

    assert list(selectors_controle.paiements_sans_reponse(quand=QUAND)) == [ancien]
    assert nombres() == {"paiements_en_retard": 2, "paiements_sans_reponse": 1}


def test_disbursements_that_do_not_end() -> None:
    decaissement(1, demande_le=QUAND - 61 * MINUTE)
    decaissement(2, demande_le=QUAND - 60 * MINUTE)
    decaissement(3, demande_le=QUAND - 61 * MINUTE, fini=True)

    assert nombres() == {"decaissements_en_retard": 1}


def test_strangers_and_other_differences_apart() -> None:
    etranger, different = ecart("etranger", "1"), ecart("different", "1")
    manquant = ecart("manquant", "1")
    ecart("etranger", "2", resolu_le=QUAND, commentaire="Rendu.")

    assert list(suspens()) == [etranger]
    assert list(ecarts_ouverts()) == [manquant, different, etranger]
    assert nombres() == {"suspens": 1, "ecarts": 2}


def test_anomalies_and_proposals_that_wait() -> None:
    agent, paiement = AgentFactory(), PaiementFactory()
    AnomaliePaiement.objects.create(paiement=paiement, nature="sans_effet")
    AnomaliePaiement.objects.create(
        paiement=paiement, nature="montant_different", resolue_le=QUAND, resolue_par=agent, commentaire="Vu."
    )
    for cle, expire_le in (("un", QUAND + MINUTE), ("autre", QUAND - MINUTE)):
        Proposition.objects.create(nature="annulation", cle=cle, motif="Erreur", demandeur=agent, expire_le=expire_le)

    assert nombres() == {"anomalies": 1, "propositions": 1}


def test_callbacks_contradicted_lately() -> None:
    rappel("contredit", traite_le=QUAND - timedelta(hours=24))
    rappel("contredit", traite_le=QUAND - timedelta(hours=25))
    rappel("confirme", traite_le=QUAND)

    assert nombres() == {"rappels_contredits": 1}


def test_failed_jobs_and_abandoned_messages() -> None:
    TachePlanifiee.objects.create(nom="rapprochement", prochaine_le=QUAND, erreur="CommandError")
    TachePlanifiee.objects.create(nom="menage", prochaine_le=QUAND)
    message("1", "abandonne", cree_le=QUAND - timedelta(days=7))
    message("2", "abandonne", cree_le=QUAND - timedelta(days=8))
    message("3", "envoye", cree_le=QUAND)
    message("4", "a_envoyer", cree_le=QUAND)

    assert nombres() == {"taches_echouees": 1, "messages_abandonnes": 1}


def test_the_home_page_says_what_stops_everything_then_money_then_what_waits() -> None:
    rangees = [source.__name__ for source in registre.alertes()]

    assert rangees[:3] == ["alertes_travail", "alertes_paiements", "alertes_attente"]


def test_without_a_living_worker_it_is_the_first_to_be_said(travailleur: Travailleur) -> None:
    ecart("etranger", "1")
    travailleur.delete()

    assert list(nombres()) == ["aucun_travailleur", "suspens"]


def test_a_count_stops_at_its_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alertes, "COMPTE_MAXIMUM", 2)
    for cle in "123":
        ecart("etranger", cle)

    (alerte,) = toutes()
    assert (alerte.nombre, alerte.compte) == (3, "plus de 2")  # as its list says


def test_a_thousand_is_a_thousand() -> None:
    """One more is said as the list says it."""
    assert [compte_lisible(nombre) for nombre in (999, 1_000, 1_001)] == ["999", "1\u202f000", "plus de 1\u202f000"]


@pytest.mark.parametrize("ecarts", [0, 30])
def test_the_number_of_queries_is_constant(django_assert_num_queries: DjangoAssertNumQueries, ecarts: int) -> None:
    for rang in range(ecarts):
        ecart("etranger", str(rang))
        demander(quand=QUAND - 11 * MINUTE)

    with django_assert_num_queries(8):
        alertes_paiements(quand=QUAND)
    with django_assert_num_queries(2):
        alertes_travail(quand=QUAND)
    with django_assert_num_queries(3):
        alertes_attente(quand=QUAND)


def test_each_opens_the_list_of_what_it_counts() -> None:
    en_verification(depuis=16 * MINUTE)
    ecart("etranger", "1")
    alertes = {alerte.code: alerte for alerte in toutes()}

    retard = alertes["paiements_en_retard"]
    assert retard == Alerte(
        code="paiements_en_retard",
        titre="Paiements ouverts au-delà de leur limite",
        nombre=1,
        vue="admin:pass_payments_paiementpass_changelist",
        requete="a_voir=en_retard",
    )
    assert retard.url == f"{reverse('admin:pass_payments_paiementpass_changelist')}?{retard.requete}"
    assert alertes["paiements_sans_reponse"].requete == "statut__exact=en_verification"
    assert parse_qs(alertes["suspens"].requete) == {"etat": ["ouvert"], "nature__exact": ["etranger"]}


def test_each_list_shows_what_its_alert_counts(client: Client) -> None:
    """By filters that lists declare: nothing else is accepted from an address."""
    agent = AgentFactory(is_staff=True, is_superuser=True)
    client.force_login(agent)
    demander(quand=QUAND - 11 * MINUTE)
    en_verification(depuis=16 * MINUTE)
    demander(quand=QUAND)
    for rang, il_y_a in enumerate((61, 60)):
        decaissement(rang, demande_le=QUAND - il_y_a * MINUTE)
    for nature in ("etranger", "different", "manquant"):
        ecart(nature, "1")
    ecart("manquant", "2", resolu_le=QUAND, commentaire="Rendu.")
    AnomaliePaiement.objects.create(paiement=PaiementFactory(), nature="sans_effet")
    for cle, expire_le in (("un", QUAND + MINUTE), ("autre", QUAND - MINUTE)):
        Proposition.objects.create(nature="annulation", cle=cle, motif="Erreur", demandeur=agent, expire_le=expire_le)
    for heures in (24, 25):
        rappel("contredit", traite_le=QUAND - timedelta(hours=heures))
    TachePlanifiee.objects.create(nom="rapprochement", prochaine_le=QUAND, erreur="CommandError")
    for jours in (7, 8):
        message(f"{jours}", "abandonne", cree_le=QUAND - timedelta(days=jours))
    with time_machine.travel(QUAND, tick=False):
        alertes = toutes()
        montrees = {alerte.code: client.get(alerte.url).context["cl"].queryset.count() for alerte in alertes}

    assert len(alertes) == 10
    assert montrees == {alerte.code: alerte.nombre for alerte in alertes}

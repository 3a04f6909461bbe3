"""What Prometheus reads of payments, kiosks and MTN: exact figures, a constant number of queries, nobody's data."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.borne_auth import metriques as bornes
from apps.borne_auth.models import Borne
from apps.borne_auth.tests.factories import BorneFactory
from apps.mtn_integration import metriques as mtn
from apps.mtn_integration.models import LogMTN
from apps.pass_clients.tests.factories import SouscriptionFactory
from apps.pass_payments import metriques
from apps.pass_payments.models import AnomaliePaiement, EcartRapprochement, Rapprochement
from apps.pass_payments.tests.factories import PaiementFactory
from apps.socle import metriques as socle
from apps.socle.models import MessageSortant, TachePlanifiee, Travailleur
from nsia_pass_api.dates import maintenant

pytestmark = pytest.mark.django_db


def lire(*sources: Any) -> dict[str, dict[tuple[str, ...], float]]:
    """The figures of `sources`, those of the socle and of payments when none is named."""
    lues: dict[str, dict[tuple[str, ...], float]] = {}
    for source in sources or (socle.mesures, metriques.mesures):
        for mesure in source():
            lues.setdefault(mesure.nom, {}).update(mesure.valeurs)
    return lues


def test_nothing_at_all_is_readable_and_costs_as_much_as_something(django_assert_num_queries: Any) -> None:
    # The last payments, five queues, three ages, thirteen alerts, anomalies, differences.
    with django_assert_num_queries(24):
        vide = lire()
    assert vide["nsia_paiements_recents"] == vide["nsia_reglement_secondes"] == vide["nsia_age_secondes"] == {}
    assert set(vide["nsia_file_lignes"].values()) == set(vide["nsia_file_retard_secondes"].values()) == {0}
    assert vide["nsia_a_regarder"] == {("aucun_travailleur",): 1}

    remplir()
    with django_assert_num_queries(24):
        lire()


def remplir() -> None:
    quand = maintenant()
    with transaction.atomic():
        for secondes, operateur in ((10, "mtn_money"), (20, "mtn_money"), (30, "mtn_money"), (5, "especes")):
            PaiementFactory(
                operateur=operateur,
                date_demande=quand - timedelta(minutes=10),
                date_confirmation=quand - timedelta(minutes=10, seconds=-secondes),
            )
        echoue = PaiementFactory(statut="echec", motif_echec="solde_insuffisant", date_demande=quand)
        PaiementFactory(date_demande=quand - timedelta(hours=2))
        PaiementFactory(
            souscription=SouscriptionFactory(),
            statut="en_cours",
            date_demande=quand,
            a_suivre_le=quand - timedelta(seconds=40),
            limite=quand + timedelta(minutes=5),
        )
        AnomaliePaiement.objects.create(paiement=echoue, nature="montant_different")
        AnomaliePaiement.objects.create(paiement=echoue, nature="payeur_different")
        nombres = ("lignes_journal", "concordantes", "manquantes", "differentes", "montant_releve", "montant_journal")
        rapprochement = Rapprochement.objects.create(
            operateur="mtn_money",
            jour=quand.date(),
            source="essai",
            lignes_releve=2,
            etrangeres=2,
            lance_le=quand - timedelta(hours=3),
            **dict.fromkeys(nombres, 0),
        )
        for cle in ("a", "b"):
            EcartRapprochement.objects.create(
                operateur="mtn_money", nature="etranger", cle=cle, jour=quand.date(), rapprochement=rapprochement
            )
        Travailleur.objects.create(hote="serveur", pid=1, vu_le=quand - timedelta(seconds=4))
        TachePlanifiee.objects.create(
            nom="menage", prochaine_le=quand + timedelta(hours=1), debut_le=quand - timedelta(hours=23), fin_le=quand
        )
        TachePlanifiee.objects.create(nom="polices", prochaine_le=quand - timedelta(seconds=9))


def test_the_figures_are_those_of_the_rows() -> None:
    remplir()

    lues = lire()

    assert lues["nsia_paiements_recents"] == {
        ("mtn_money", "succes", ""): 3,
        ("especes", "succes", ""): 1,
        ("mtn_money", "echec", "solde_insuffisant"): 1,
        ("mtn_money", "en_cours", ""): 1,
    }
    assert lues["nsia_reglement_secondes"] == {
        ("mtn_money", "0.5"): pytest.approx(20),
        ("mtn_money", "0.95"): pytest.approx(29),
        ("especes", "0.5"): pytest.approx(5),
        ("especes", "0.95"): pytest.approx(5),
    }
    assert lues["nsia_file_lignes"] == {
        ("paiements",): 1,
        ("decaissements",): 0,
        ("messages",): MessageSortant.objects.filter(statut="a_envoyer").count(),
        ("rappels",): 0,
        ("taches",): 1,
    }
    assert lues["nsia_file_retard_secondes"]["paiements",] == pytest.approx(40, abs=5)
    assert lues["nsia_file_retard_secondes"]["taches",] == pytest.approx(9, abs=5)
    assert lues["nsia_age_secondes"] == {
        ("travailleur",): pytest.approx(4, abs=5),
        ("rapprochement",): pytest.approx(10_800, abs=5),
        ("tache_la_plus_ancienne",): pytest.approx(0, abs=5),
    }
    assert lues["nsia_anomalies_ouvertes"] == {("montant_different",): 1, ("payeur_different",): 1}
    assert lues["nsia_ecarts_ouverts"] == {("etranger",): 2}
    assert lues["nsia_a_regarder"] == {("anomalies",): 2, ("suspens",): 2}


def test_kiosks_by_code_and_only_those_in_use(django_assert_num_queries: Any) -> None:
    quand = maintenant()
    BorneFactory(code="PNR-01", agence="Pointe-Noire")
    BorneFactory(code="PNR-02", agence="Pointe-Noire", cle="deux", statut=Borne.Statut.DESACTIVEE)
    Borne.objects.filter(code="PNR-01").update(dernier_contact=quand - timedelta(minutes=7))
    BorneFactory(code="PNR-03", agence="Pointe-Noire", cle="trois")

    with django_assert_num_queries(1):
        lues = lire(bornes.mesures)

    assert lues == {
        "nsia_borne_silence_secondes": {("PNR-01",): pytest.approx(420, abs=5), ("PNR-03",): pytest.approx(0, abs=5)}
    }


def echange(statut: int | None) -> None:
    LogMTN.objects.create(
        methode="GET", chemin="/x", statut=statut, duree_ms=3, erreur="" if statut else "sans réponse"
    )


def test_unanswered_exchanges_are_counted_from_the_last_one(django_assert_num_queries: Any) -> None:
    assert lire(mtn.mesures) == {"nsia_operateur_sans_reponse": {("mtn_money",): 0}}
    for statut in (None, 200, None, None, None):
        echange(statut)

    with django_assert_num_queries(1):
        lues = lire(mtn.mesures)

    assert lues["nsia_operateur_sans_reponse"] == {("mtn_money",): 3}
    assert lues["nsia_operateur_dernier_echange_secondes"] == {("mtn_money",): pytest.approx(0, abs=5)}
    echange(500)
    assert lire(mtn.mesures)["nsia_operateur_sans_reponse"] == {("mtn_money",): 0}

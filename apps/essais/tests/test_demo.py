"""The demonstration portfolio: the same people in the same states on whatever day it is loaded."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection

from apps.essais.demo import charger_portefeuille, lire_portefeuille
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
    Contrat,
    NumeroPolice,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_clients.selectors import souscriptions_sans_police
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_payments.lifecycle import decider
from apps.pass_payments.models import AnomaliePaiement, Cotisation, EvenementPaiement, PaiementPass, SoldeContrat
from apps.socle.models import MessageSortant
from apps.socle.numbers import allouer
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.registre import modules

pytestmark = pytest.mark.django_db

BRAZZAVILLE = ZoneInfo("Africa/Brazzaville")
CE_JOUR = datetime(2026, 11, 21, 12, 0, tzinfo=BRAZZAVILLE)
# First and last minutes of years, a leap day, and a day when half of the portfolio was bought the year before.
DES_JOURS = [
    CE_JOUR,
    datetime(2026, 12, 31, 23, 59, tzinfo=BRAZZAVILLE),
    datetime(2027, 1, 1, 0, 1, tzinfo=BRAZZAVILLE),
    datetime(2028, 2, 29, 8, 0, tzinfo=BRAZZAVILLE),
    datetime(2027, 5, 3, 19, 30, tzinfo=BRAZZAVILLE),
]
TABLES = [
    "produits_pass",
    "garanties_pass",
    "clients_pass",
    "souscriptions_pass",
    "periodes_couverture",
    "beneficiaires_pass",
    "numeros_police_congo",
    "transitions_souscription",
    "series_numeros",
    "paiements_pass",
    "evenements_paiement",
    "agents",
]


@contextmanager
def le(moment: datetime) -> Iterator[None]:
    """It is `moment` for Python and for the views."""
    with time_machine.travel(moment, tick=False), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('nsia.aujourdhui', %s, true)", [moment.date().isoformat()])
        yield


def lancer(*options: str) -> list[str]:
    sortie = StringIO()
    call_command("load_test_data_pass", *options, stdout=sortie)
    return [" ".join(ligne.split()) for ligne in sortie.getvalue().splitlines() if not ligne.startswith("Durée")]


def lignes() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table with `xmin`, which changes when a row is written, even with the same values."""
    tout = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT xmin::text, t::text FROM {table} t ORDER BY 2")
            tout[table] = cursor.fetchall()
    return tout


def souscription_de(nom: str) -> SouscriptionPass:
    return SouscriptionPass.objects.get(client__nom=nom)


@pytest.mark.parametrize("moment", DES_JOURS, ids=lambda moment: f"{moment:%Y-%m-%d}")
def test_le_meme_portefeuille_tous_les_jours(moment: datetime) -> None:
    with le(moment):
        charger_portefeuille(portefeuille=lire_portefeuille())
        verifier_etats_et_montants()
        verifier_recus(moment.year)
        verifier_polices_annoncees(moment.year)
        verifier_que_rien_n_est_a_venir(moment)
        assert decider(jour=moment.date()) == []
        echeances = Cotisation.objects.filter(client__nom="KONGO", contrat__code_produit="KIMIA")
        assert [c.statut for c in echeances] == ["payee"] * 7 + ["a_venir"] * 5
        assert echeances[7].date_echeance == moment.date() + timedelta(days=12)


def verifier_recus(annee: int) -> None:
    """Everything that was confirmed has its receipt, in the order of the settlements; nobody was written to."""
    confirmes = PaiementPass.objects.filter(statut__in=["succes", "rembourse"])
    recus = list(confirmes.order_by("date_confirmation").values_list("numero_recu", flat=True))
    assert recus == sorted(recus)
    assert len(set(recus)) == len(recus) == confirmes.count()
    assert not PaiementPass.objects.exclude(pk__in=confirmes).exclude(numero_recu=None).exists()
    assert recus[-1].startswith((f"REC-{annee}-", f"REC-{annee - 1}-"))
    sources = EvenementPaiement.objects.filter(type="confirmation").values_list("donnees__source", flat=True)
    assert set(sources) == {"suivi", "guichet"}
    assert MessageSortant.objects.count() == AnomaliePaiement.objects.count() == 0


def verifier_etats_et_montants() -> None:
    soldes = SoldeContrat.objects.order_by("souscription_id").values_list(
        "contrat__nom",
        "contrat__code_produit",
        "contrat__etat_du_contrat",
        "contrat__prime",
        "du_a_ce_jour",
        "total_paye",
        "reste_a_payer",
        "montant_en_retard",
        "jours_de_retard",
        "avoir",
        "prochaine_echeance_montant",
        "solde_epargne",
        "solde",
    )
    assert list(soldes) == [
        ("KONGO", "KIMIA", "Actif", 6000, 3500, 3500, 2500, 0, 0, 0, 500, None, 3500),
        ("KONGO", "BATELA", "Actif", 24000, 20000, 20000, 4000, 0, 0, 0, 2000, 20312, 20312),
        ("MOUKOKO", "SALISA", "Actif", 7200, 5400, 5400, 1800, 0, 0, 0, 1800, None, 5400),
        ("NGOUABI", "KIMIA", "Expiré", 5000, 5000, 5000, 0, 0, 0, 0, None, None, 5000),
        ("MABIALA", "KIMIA", "Actif", 3600, 1200, 900, 2700, 300, 12, 0, 300, None, 900),
        ("BOUANGA", "SALISA", "Suspendu", 9000, 3750, 1500, 7500, 2250, 80, 0, 750, None, 1500),
        ("TCHICAYA", "SALISA", "Actif", 9000, 4500, 10500, 0, 0, 0, 1500, None, None, 10500),
        ("ITOUA", "KIMIA", "Actif", 8000, 10000, 10000, 6000, 0, 0, 0, 2000, None, 10000),
        ("MASSAMBA", "SALISA", "Résilié", 7200, 2400, 2400, 0, 0, 0, 0, None, None, 2400),
        ("MPASSI", "BATELA", "Actif", 18000, 13500, 13500, 4500, 0, 0, 0, 4500, 13688, 13688),
    ]


def verifier_polices_annoncees(annee: int) -> None:
    annoncees = {
        ("+242061234567", "KIMIA"): f"CG-{annee}-VIE-001",
        ("+242061234567", "BATELA"): f"CG-{annee}-EPG-001",
        ("+242059876543", "SALISA"): f"CG-{annee}-SAN-001",
    }
    obtenues = Contrat.objects.filter(telephone__in=[telephone for telephone, _ in annoncees])
    assert {(c.telephone, c.code_produit): c.police for c in obtenues} == annoncees
    # `manage.py demo` announces the oldest contract in force.
    premier = Contrat.objects.filter(etat_du_contrat="Actif").order_by("souscription_id").values_list("police")[0]
    assert premier == (f"CG-{annee}-VIE-001",)


def verifier_que_rien_n_est_a_venir(moment: datetime) -> None:
    assert not SouscriptionPass.objects.filter(date_souscription__gte=moment).exists()
    assert not NumeroPolice.objects.filter(date_attribution__gt=moment).exists()
    assert not EvenementPaiement.objects.filter(date_evenement__gte=moment).exists()
    assert not TransitionSouscription.objects.filter(date_transition__gt=moment).exists()


class TestVies:
    @pytest.fixture(scope="class")
    @classmethod
    def charge(cls, base_de_la_classe: None) -> None:
        with le(CE_JOUR):
            charger_portefeuille(portefeuille=lire_portefeuille())

    @pytest.fixture(autouse=True)
    def _ce_jour(self, charge: None) -> Iterator[None]:
        with le(CE_JOUR):
            yield

    def test_prospects_sans_police(self) -> None:
        makosso, okoko = souscription_de("MAKOSSO"), souscription_de("OKOKO")
        assert (makosso.statut, makosso.periodes.count()) == ("en_cours", 0)
        assert [p.statut for p in makosso.paiements.all()] == ["expire"]
        assert (okoko.statut, okoko.periodes.count()) == ("activee", 1)
        assert list(souscriptions_sans_police()) == [okoko]
        assert not Contrat.objects.filter(nom__in=["MAKOSSO", "OKOKO", "LOUBAKI"]).exists()

    def test_transitions_datees_du_jour_ou_elles_ont_eu_lieu(self) -> None:
        chemins = {
            nom: [t.vers for t in souscription_de(nom).transitions.all()]
            for nom in ("MABIALA", "BOUANGA", "MPASSI", "NGOUABI", "MASSAMBA", "LOUBAKI")
        }
        assert chemins == {
            "MABIALA": ["activee"],
            "BOUANGA": ["activee", "suspendue"],
            "MPASSI": ["activee", "suspendue", "activee"],
            "NGOUABI": ["activee", "expiree"],
            "MASSAMBA": ["activee", "resiliee"],
            "LOUBAKI": ["annulee"],
        }
        suspension = souscription_de("BOUANGA").transitions.get(vers="suspendue")
        # What fell due on 2 September is still unpaid on the 31st day after.
        assert suspension.date_transition == datetime(2026, 10, 3, 2, 0, tzinfo=BRAZZAVILLE)

    def test_renouvele_avant_la_fin(self) -> None:
        periodes = souscription_de("ITOUA").periodes.values_list("date_debut", "date_fin")
        assert list(periodes) == [
            (date(2025, 9, 17), date(2026, 9, 17)),
            (date(2026, 9, 17), date(2027, 9, 17)),
        ]

    def test_police_placee_par_une_agente_qui_ne_se_connecte_pas(self) -> None:
        police = souscription_de("ITOUA").police
        assert (police.numero_police, police.mode_attribution) == ("PP-2025-VIE-0417", "manuel")
        agente = get_user_model().objects.get(last_name="LOEMBA")
        assert police.agent_attribueur == agente
        assert (agente.agence.nom, agente.has_usable_password(), agente.is_superuser) == ("Poto-Poto", False, False)

    def test_paiements_de_toutes_sortes(self) -> None:
        assert {
            "operateurs": sorted(set(PaiementPass.objects.values_list("operateur", flat=True))),
            "statuts": sorted(set(PaiementPass.objects.values_list("statut", flat=True))),
            "types": sorted(set(PaiementPass.objects.values_list("type_paiement", flat=True))),
        } == {
            "operateurs": ["airtel_money", "especes", "mtn_money", "virement"],
            "statuts": ["echec", "expire", "rembourse", "succes"],
            "types": ["cotisation", "rattrapage", "renouvellement", "souscription_initiale"],
        }

    def test_entourage_et_quartiers(self) -> None:
        rangs = BeneficiairePass.objects.filter(
            souscription__client__nom="KONGO", souscription__produit__code_pass="KIMIA"
        ).values_list("ordre_priorite", "prenom", "relation")
        assert list(rangs) == [(1, "Léontine", "conjoint"), (2, "Christ-Vie", "enfant"), (3, "Merveille", "enfant")]
        adresses = "\n".join(ClientPass.objects.values_list("adresse", flat=True))
        assert all(q in adresses for q in ("Poto-Poto", "Bacongo", "Moungali", "Makélékélé", "Ouenzé"))


@pytest.fixture
def deux_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file holds the first two of its clients, KONGO and MOUKOKO: their lives take a fifth of the time."""
    portefeuille = lire_portefeuille()
    portefeuille["clients"] = portefeuille["clients"][:2]
    (tmp_path / "portefeuille.json").write_text(json.dumps(portefeuille))
    monkeypatch.setattr("apps.essais.demo.PORTEFEUILLE", tmp_path / "portefeuille.json")


class TestRelance:
    def test_deux_fois_puis_neuf_jours_plus_tard(self) -> None:
        with le(CE_JOUR):
            premiere = lancer()
            assert premiere == [
                "Clients 12",
                "Souscriptions 13",
                "Contrats (avec police) 10",
                "Bénéficiaires 18",
                "Paiements 48",
                "dont confirmés 41",
                "",
                "À essayer sur la borne, police et téléphone :",
                "CG-2026-VIE-001 06 123 45 67 PASS KIMIA Actif Jean Baptiste KONGO",
                "CG-2026-EPG-001 06 123 45 67 PASS BATELA Actif Jean Baptiste KONGO",
                "CG-2026-SAN-001 05 987 65 43 PASS SALISA Actif Marie Claire MOUKOKO",
                "CG-2025-VIE-001 04 234 56 78 PASS KIMIA Expiré Pierre NGOUABI",
                "CG-2026-VIE-002 06 812 43 50 PASS KIMIA Actif Sylvie MABIALA",
                "CG-2026-SAN-003 05 668 02 17 PASS SALISA Suspendu Rodrigue BOUANGA",
                "CG-2026-SAN-004 06 990 31 56 PASS SALISA Actif Brice TCHICAYA",
                "PP-2025-VIE-0417 06 402 88 91 PASS KIMIA Actif Firmin ITOUA",
                "CG-2026-EPG-002 04 220 89 65 PASS BATELA Actif Aimée MPASSI",
            ]
            avant = lignes()
            deja_charge = "Le portefeuille de démonstration est déjà chargé : rien n'a été écrit."
            assert lancer() == [deja_charge, *premiere[6:]]
        with le(CE_JOUR + timedelta(days=9)):
            assert lancer()[0] == deja_charge
        assert lignes() == avant

    @pytest.mark.usefixtures("deux_clients")
    def test_client_deja_connu_laisse_tel_quel(self) -> None:
        connu = ClientFactory(telephone="+242061234567", nom="AUTRE", prenom="Quelqu'un")
        with le(CE_JOUR):
            sortie = lancer()
        assert sortie[:2] == ["Déjà connus, laissés tels quels : Jean Baptiste KONGO.", "Clients 1"]
        connu.refresh_from_db()
        assert (connu.nom, connu.souscriptions.count()) == ("AUTRE", 0)

    @pytest.mark.usefixtures("deux_clients")
    def test_serie_deja_avancee(self) -> None:
        allouer(serie="police-VIE", annee=2026, nombre=41)
        with le(CE_JOUR):
            assert "CG-2026-VIE-042 06 123 45 67 PASS KIMIA Actif Jean Baptiste KONGO" in lancer()

    @pytest.mark.usefixtures("deux_clients")
    def test_simulation_n_ecrit_rien(self) -> None:
        with le(CE_JOUR):
            assert lancer("--simulation")[:2] == ["Clients 2", "Souscriptions 3"]
        assert not any(lignes().values())

    @pytest.mark.usefixtures("deux_clients")
    def test_une_app_raconte_apres_les_vies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def raconter(*, fiches: list[dict[str, Any]]) -> dict[str, int]:
            return {
                "Vies lues": SouscriptionPass.objects.filter(
                    client__telephone__in=[f["telephone"] for f in fiches]
                ).count()
            }

        monkeypatch.setattr("apps.essais.demo.modules", lambda nom: (*modules(nom), SimpleNamespace(raconter=raconter)))
        with le(CE_JOUR):
            ecrits = charger_portefeuille(portefeuille=lire_portefeuille(), simulation=True).ecrits

        assert {genre: ecrits[genre] for genre in ("Clients", "Souscriptions", "Vies lues")} == {
            "Clients": 2,
            "Souscriptions": 3,
            "Vies lues": 3,
        }

    def test_tout_ou_rien(self) -> None:
        portefeuille = lire_portefeuille()
        portefeuille["clients"][-1]["souscriptions"][0]["montant"] = 1_000_000
        with le(CE_JOUR), pytest.raises(ErreurPass, match="Choisissez un montant"):
            charger_portefeuille(portefeuille=portefeuille)
        assert not any(lignes().values())


class TestProduction:
    def test_refus(self, settings: Any) -> None:
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="Cette base est celle de la production"):
            lancer()
        assert not any(lignes().values())

    @pytest.mark.usefixtures("deux_clients")
    def test_base_d_essai_declaree(self, settings: Any) -> None:
        settings.PRODUCTION = settings.DONNEES_DE_TEST_AUTORISEES = True
        with le(CE_JOUR):
            assert lancer()[0] == "Clients 2"

"""One last covered day and one sentence for the state of a contract: every state on every surface that people read."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import Contrat, EtatContrat, NumeroPolice
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import ClientFactory, PeriodeFactory, PoliceFactory, SouscriptionFactory
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.situation import ALERTES, CodeSituation, TypeActe, situation, situations
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.pass_payments.tests.pdfs import lire
from apps.pass_payments.tests.test_apis import connecter
from apps.socle.models import MessageSortant
from nsia_pass_api.dates import dernier_jour_couvert
from nsia_pass_api.pdf.typographie import jour_en_lettres

base = pytest.mark.django_db


def uni(texte: str) -> str:
    """Without what typography changes: spaces and apostrophes."""
    return " ".join(texte.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'").split())


@dataclass(frozen=True)
class Cas:
    """A contract of `paye` XAF whose only period ends in `fin_dans` days, brought to `statut` five days ago."""

    code: str
    fin_dans: int = 200
    paye: int = 1_200
    statut: str = ""
    police_suspendue: bool = False
    periode: bool = True

    def installer(self) -> NumeroPolice:
        souscription = SouscriptionFactory(client=ClientFactory(), active=self.periode)
        police = PoliceFactory(souscription=souscription, numero_police="CG-2026-VIE-777")
        if self.periode:
            debut = timezone.localdate() + timedelta(days=self.fin_dans - 365)
            PeriodeFactory(souscription=souscription, date_debut=debut)
            PaiementFactory(souscription=souscription, montant=self.paye)
        if self.statut:
            quand = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=5), time(2)))
            changer_statut(souscription=souscription, vers=self.statut, motif="essai", quand=quand)
        if self.police_suspendue:
            NumeroPolice.objects.filter(pk=police.pk).update(statut="suspendu")
        return police


CAS = {
    "en ordre": Cas("contrat_en_ordre"),
    "en retard": Cas("cotisation_en_retard", paye=100),
    "finit bientôt": Cas("expiration_proche", fin_dans=11),
    "dernier jour": Cas("expiration_proche", fin_dans=1),
    "en retard et finit": Cas("cotisation_en_retard", fin_dans=11, paye=100),
    "suspendu": Cas("contrat_suspendu", paye=100, statut="suspendue"),
    "suspendu et fini": Cas("contrat_suspendu_fini", fin_dans=-9, paye=100, statut="suspendue"),
    "suspendu par NSIA": Cas("contrat_suspendu", police_suspendue=True),
    "fini hier": Cas("contrat_expire", fin_dans=-9),
    "expiré": Cas("contrat_expire", fin_dans=-9, statut="expiree"),
    "expiré et dû": Cas("contrat_expire", fin_dans=-9, paye=100, statut="expiree"),
    "résilié": Cas("contrat_resilie", statut="resiliee"),
    "en attente": Cas("contrat_en_attente", periode=False),
}


@pytest.fixture(params=list(CAS))
def cas(request: pytest.FixtureRequest, db: None) -> Cas:
    return CAS[request.param]


@pytest.fixture
def police(cas: Cas) -> NumeroPolice:
    return cas.installer()


@pytest.fixture
def api(police: NumeroPolice) -> APIClient:
    return connecter(police.souscription.client)


def _json(api: APIClient, chemin: str) -> Any:
    reponse = api.get(f"/api/v1/{chemin}")
    assert reponse.status_code == 200, reponse.content
    return reponse.json()


def _pdf(api: APIClient, chemin: str) -> str:
    reponse = api.get(f"/api/v1/{chemin}")
    return uni(lire(reponse.content).texte) if reponse.status_code == 200 else uni(reponse.json()["detail"])


# What people read: texts, in any state. Each takes the client's API and her police.
SURFACES: dict[str, Callable[[APIClient, str], str]] = {
    "accueil de la borne": lambda api, p: _json(api, f"clients/{p}/dashboard/")["contrats"][0]["situation"]["message"],
    "page du contrat": lambda api, p: _json(api, f"contrats/{p}/")["situation"]["message"],
    "liste des contrats": lambda api, p: _json(api, f"clients/{p}/contrats/")["results"][0]["situation"]["message"],
    "écran de paiement": lambda api, p: _json(api, f"contrats/{p}/paiement/")["situation"]["message"],
    "relevé": lambda api, p: _json(api, f"clients/{p}/releve/")["contrats"][0]["situation"]["message"],
    "relevé imprimé": lambda api, p: _pdf(api, f"clients/{p}/releve/?format=pdf"),
    "page de l'agent": lambda api, p: _page(reverse("admin:pass_clients_contrat_change", args=[p])),
}


def _page(adresse: str) -> str:
    client = Client()
    client.force_login(AgentFactory(is_superuser=True))
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    return uni(unescape(strip_tags(reponse.content.decode())))


@pytest.fixture
def phrase(api: APIClient, police: NumeroPolice) -> str:
    return uni(SURFACES["accueil de la borne"](api, police.numero_police))


@base
@pytest.mark.parametrize("surface", list(SURFACES))
def test_one_sentence(api: APIClient, cas: Cas, police: NumeroPolice, phrase: str, surface: str) -> None:
    """And never the excluded day, in no form."""
    lu = uni(SURFACES[surface](api, police.numero_police))

    assert phrase in lu
    for jour in jours_exclus(police):
        assert f"{jour:%d/%m/%Y}" not in lu
        assert uni(jour_en_lettres(jour)) not in lu


def jours_exclus(police: NumeroPolice) -> list[date]:
    contrat = Contrat.objects.get(pk=police.numero_police)
    return [contrat.date_expiration] if contrat.date_expiration else []


@base
def test_the_code_and_the_alerts_are_of_that_sentence(
    api: APIClient, cas: Cas, police: NumeroPolice, phrase: str
) -> None:
    tableau = _json(api, f"clients/{police.numero_police}/dashboard/")
    (contrat,) = tableau["contrats"]

    assert contrat["situation"]["code"] == cas.code
    alertes = [uni(une["message"]) for une in tableau["alertes"]]
    assert alertes[:1] == ([phrase] if cas.code in ALERTES else [])
    assert [une["code"] for une in tableau["alertes"]] == (
        [cas.code, "expiration_proche"]
        if cas == CAS["en retard et finit"]
        else [cas.code]
        if cas.code in ALERTES
        else []
    )


@base
def test_one_last_day(api: APIClient, cas: Cas, police: NumeroPolice) -> None:
    """The API, the attestation and the lists of agents give the eve of the excluded day."""
    p = police.numero_police
    dernier = timezone.localdate() + timedelta(days=cas.fin_dans - 1) if cas.periode else None

    dits = [
        _json(api, f"clients/{p}/dashboard/")["contrats"][0],
        _json(api, f"contrats/{p}/"),
        _json(api, f"clients/{p}/contrats/")["results"][0],
        _json(api, f"clients/{p}/releve/")["contrats"][0],
    ]
    assert {une["dernier_jour_couvert"] for une in dits} == {dernier and dernier.isoformat()}
    ecrit = f"{dernier:%d/%m/%Y}" if dernier else ""
    assert ecrit in _page(reverse("admin:pass_clients_contrat_change", args=[p]))
    assert ecrit in _page(reverse("admin:pass_clients_contrat_changelist"))
    client = Client()
    client.force_login(AgentFactory(is_superuser=True))
    fichier = client.get(reverse("admin:pass_clients_contrat_changelist") + "export/csv/")
    lignes = list(csv.reader(io.StringIO(b"".join(fichier).decode("utf-8-sig")), delimiter=";"))
    assert lignes[1][lignes[0].index("Couvert jusqu'au")] == (dernier.isoformat() if dernier else "")


@base
def test_an_attestation_is_given_with_that_day_or_refused_with_that_sentence(
    api: APIClient, cas: Cas, police: NumeroPolice, phrase: str
) -> None:
    adresse = f"clients/{police.numero_police}/attestation/"
    lu = _pdf(api, adresse)

    if cas.code in ("contrat_en_ordre", "expiration_proche"):
        dernier = timezone.localdate() + timedelta(days=cas.fin_dans - 1)
        assert f"Jusqu'au (inclus) {uni(jour_en_lettres(dernier))}" in lu
        assert _json(api, f"{adresse}?format=json")["dernier_jour_couvert"] == dernier.isoformat()
    else:
        assert lu.startswith(phrase)


@base
def test_what_cannot_be_paid_is_refused_with_that_sentence(
    api: APIClient, cas: Cas, police: NumeroPolice, phrase: str, operateur: OperateurFactice
) -> None:
    """« Rien à payer » is said of no contract that asks for something."""
    options = _json(api, f"contrats/{police.numero_police}/paiement/")
    if options["libre"] is not None:
        assert options["raison"] == ""
        return
    assert uni(options["raison"]) == phrase
    assert (options["situation"]["type"] == TypeActe.AUCUN) == (cas.code == CodeSituation.CONTRAT_EN_ORDRE)
    if police.souscription.statut in ("activee", "expiree"):
        demande = {"contrats": [{"police": police.numero_police, "montant": 100}], "telephone": "061234567"}
        refus = api.post("/api/v1/paiements/", demande, format="json", headers={"Idempotency-Key": "essai-12345"})
        assert (refus.status_code, uni(refus.json()["detail"])) == (422, phrase)


@base
@pytest.mark.parametrize(("paye", "code"), [(100, "contrat_suspendu"), (2_000, "contrat_en_ordre")])
def test_the_sms_says_what_the_contract_asks_once_it_is_paid(paye: int, code: str) -> None:
    police = CAS["suspendu"].installer()
    paiement = PaiementFactory(
        souscription=police.souscription, montant=paye, statut="en_cours", numero_payeur="+242061234567"
    )

    regler(paiement=paiement, constat=Constat(etat=Etat.REUSSI, montant=paye, devise="XAF"), source="essai")

    dite = _json(connecter(police.souscription.client), f"contrats/{police.numero_police}/")["situation"]
    assert dite["code"] == code
    assert uni(dite["message"]) in uni(MessageSortant.objects.get(cle__endswith=":succes").texte)


@given(
    etat=st.sampled_from(EtatContrat.values),
    reste=st.none() | st.integers(-400, 400),
    retard=st.integers(0, 5_000),
    jours=st.integers(1, 300),
    depuis=st.none() | st.integers(1, 300),
    preavis=st.integers(0, 60),
)
def test_laws(etat: str, reste: int | None, retard: int, jours: int, depuis: int | None, preavis: int) -> None:
    jour = date(2026, 11, 21)
    contrat = {
        "etat_du_contrat": etat,
        "nom_produit": "PASS KIMIA",
        "date_expiration": None if reste is None else jour + timedelta(days=reste),
        "etat_depuis": None if depuis is None else jour - timedelta(days=depuis),
        "montant_en_retard": retard,
        "jours_de_retard": jours if retard else 0,
        "reste_a_payer": retard,
    }
    dite = situation(contrat, jour=jour, preavis_jours=preavis)
    toutes = list(situations(contrat, jour=jour, preavis_jours=preavis))

    assert toutes[0] == dite
    assert len(toutes) == 1 or [une.code for une in toutes] == ["cotisation_en_retard", "expiration_proche"]
    assert (dite.type == TypeActe.AUCUN) == (etat == EtatContrat.ACTIF and dite.code == "contrat_en_ordre")
    if etat != EtatContrat.ACTIF:
        assert "garder votre couverture" not in dite.message
        assert "Rien n'est en retard" not in dite.message
        assert "Tout est payé" not in dite.message
    fin = contrat["date_expiration"]
    if fin is not None:
        assert all(f"{fin:%d/%m/%Y}" not in une.message or une.le == fin for une in toutes)
        assert isinstance(fin, date)
        assert dernier_jour_couvert(fin) == fin - timedelta(days=1)


def test_nobody_else_counts_that_day() -> None:
    """The page of the kiosk reads it from the API; pages of agents show it through one cell."""
    interdits = {
        "static/borne/js/**/*.js": r"date_fin|date_expiration|setUTCDate|setDate\(",
        "templates/**/*.html": r"date_fin|date_expiration|\(exclu\)",
        "apps/**/admin*/**/*.py": r"""[^_]jour\("date_(fin|expiration)"|\(exclu\)""",
        "apps/**/admin*.py": r"""[^_]jour\("date_(fin|expiration)"|\(exclu\)""",
        "apps/**/*.py": r"date_(fin|expiration)[^\n]{0,20}:%d|(date_fin|date_expiration)[\"\]]* - timedelta\(days=1\)",
    }
    trouves = [
        f"{chemin.relative_to(settings.BASE_DIR)}: {ligne.strip()}"
        for motif, interdit in interdits.items()
        for chemin in settings.BASE_DIR.glob(motif)
        if "tests" not in chemin.parts and "migrations" not in chemin.parts
        for ligne in chemin.read_text(encoding="utf-8").splitlines()
        if re.search(interdit, ligne)
    ]
    assert trouves == []

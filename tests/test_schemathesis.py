"""Every operation of the OpenAPI schema under requests drawn from it, valid and broken, signed in and not.

No answer is a server error; each has a status, a media type and a body that the schema declares; no refused request, and
no reading, leaves a row behind. The seed is drawn at each run and printed: SCHEMATHESIS_SEED=… runs the same requests again,
SCHEMATHESIS_EXEMPLES=… more of them.
"""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.apps import apps
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent
from apps.pass_clients.models import NumeroPolice
from apps.pass_clients.tests.factories import BeneficiaireFactory, contrat_en_vigueur
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.tests.factories import GarantieFactory
from apps.socle.models import Travailleur
from nsia_pass_api.wsgi import application
from tests.tirages import tirages

EXEMPLES = int(os.environ.get("SCHEMATHESIS_EXEMPLES") or tirages(15))
GRAINE = int(os.environ.get("SCHEMATHESIS_SEED") or random.SystemRandom().randrange(2**32))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Wrong guesses are counted, whoever makes them; a callback is kept whatever it holds.
ECRITES_PAR_UN_REFUS = {"compteurs_essais", "connexions_agents", "rappels_operateur"}
# To read a receipt, a statement or an attestation is to hand it out.
ECRITES_PAR_UNE_LECTURE = {"documents_emis"}
# What asks for a code, and the code that leaves: nothing else changes, whatever is drawn.
ECRITES_PAR_UNE_DEMANDE = {"demandes_confirmation", "messages_sortants"}
ACCEPTENT_UNE_DEMANDE = ("/beneficiaires/", "/beneficiaires/{beneficiaire}/", "/mobile-money/", "/police-par-sms/")


def _operations() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    openapi = SchemaGenerator().get_schema(request=None, public=True)
    for path in openapi["paths"].values():
        for operation in path.values():
            # « Toute autre erreur » would excuse any status.
            del operation["responses"]["default"]
    # Tokens and keys are ours to give.
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(openapi, config=config)
    schema.app = application
    return {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}


OPERATIONS = _operations()


def _essais() -> list[Any]:
    """Every operation with valid requests, and with broken ones if anything of its request can be."""
    return [
        pytest.param(label, mode, id=f"{label} {mode.value}")
        for label, operation in OPERATIONS.items()
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or operation.body or operation.query or operation.path_parameters
    ]


@pytest.fixture(scope="module", autouse=True)
def graine(pytestconfig: pytest.Config) -> None:
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nSCHEMATHESIS_SEED={GRAINE}")  # noqa: T201 - what it takes to run the same requests again


@pytest.fixture(autouse=True)
def connexion_gardee() -> Iterator[None]:
    """The WSGI application would close the connection, and with it the test's transaction, around each request."""
    signaux = (request_started, request_finished)
    for signal in signaux:
        signal.disconnect(close_old_connections)
    yield
    for signal in signaux:
        signal.connect(close_old_connections)


@pytest.fixture
def police(db: None, settings: Any) -> NumeroPolice:
    """A contract with everything that an answer may hold."""
    settings.AGENTS_API_ACTIVE = True
    Travailleur.objects.create(hote="essai", pid=1)
    police = contrat_en_vigueur()
    GarantieFactory(produit=police.souscription.produit, taux="1.50")
    BeneficiaireFactory(souscription=police.souscription, telephone="+242061234567")
    PaiementFactory(souscription=police.souscription, montant=250)
    PaiementFactory(souscription=police.souscription, statut="initie", date_confirmation=None)
    return police


@pytest.fixture
def jetons(police: NumeroPolice) -> dict[str, object]:
    """A token for each security scheme of the schema."""
    session = SessionFactory(client=police.souscription.client)
    return {
        "jetonClient": JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk)),
        "jetonAgent": JetonAgent.emettre(fin=session.expire_le, agent=str(AgentFactory().pk)),
    }


@pytest.mark.parametrize("connecte", [True, False], ids=["connecte", "anonyme"])
@pytest.mark.parametrize(("label", "mode"), _essais())
def test_the_schema_says_all_that_the_api_answers(
    label: str, mode: GenerationMode, connecte: bool, police: NumeroPolice, jetons: dict[str, object]
) -> None:
    operation = OPERATIONS[label]
    schemes = {scheme for requirement in operation.definition.raw["security"] for scheme in requirement}
    (jeton,) = [jetons[scheme] for scheme in schemes & set(jetons)] or [jetons["jetonClient"]]
    headers = {"Authorization": f"Bearer {jeton}"} if connecte else {}
    exceptees = ECRITES_PAR_UNE_DEMANDE if label.endswith(ACCEPTENT_UNE_DEMANDE) else set()
    before = lignes(exceptees)

    @seed(GRAINE)
    @settings(max_examples=EXEMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def essayer(case: Case, data: st.DataObject) -> None:
        parties = [case.path_parameters]
        if mode is GenerationMode.POSITIVE:
            parties += [case.query, case.body]
        for partie in parties:
            if isinstance(partie, dict):
                rendre_plausible(partie, label=label, police=police, data=data)
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    essayer()

    assert lignes(exceptees) == before


def rendre_plausible(partie: dict[str, Any], *, label: str, police: NumeroPolice, data: st.DataObject) -> None:
    """Mostly puts what exists in the place of what a schema cannot know: else nearly all answers would be refusals."""
    paiements = [*PaiementPass.objects.order_by("id").values_list("numero_transaction", flat=True)]
    existants: dict[str, list[Any]] = {
        "police": [police.numero_police, police.numero_police.lower()],
        "contrat": [police.numero_police],
        "code": ["KIMIA", "kimia"],
        "numero": [police.souscription.numero_souscription] if "/beneficiaires/" in label else paiements,
        "beneficiaire": [*police.souscription.beneficiaires.values_list("pk", flat=True)],
        "montant": [52, 100, 1_200, 10_000, 10_001],
        "cursor": [],
        "paiements_cursor": [],
        "date_debut": [],
    }
    for nom in sorted(set(partie) & set(existants)):
        if data.draw(st.integers(0, 5)) == 5:
            continue
        if existants[nom]:
            partie[nom] = data.draw(st.sampled_from(existants[nom]))
        else:
            del partie[nom]


def lignes(exceptees: set[str]) -> dict[str, int]:
    """How many rows each table holds."""
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    tables -= ECRITES_PAR_UN_REFUS | ECRITES_PAR_UNE_LECTURE | exceptees
    counts = ", ".join(f'(SELECT count(*) FROM "{table}") AS "{table}"' for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(sorted(tables), cursor.fetchone(), strict=True))

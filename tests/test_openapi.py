"""The schema as a whole: what a developer of a kiosk or of a bot must find in it, for every operation."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from nsia_pass_api.postman import collection

PUBLIQUES = {
    "produits",
    "produit",
    "agents_connexion",
    "mtn_callback_post",
    "mtn_callback_put",
    "paiement_operateurs",
    "paiement_detecter_operateur",
    "souscription_conditions",
}
OUVERTES_A_UNE_BORNE = {
    "auth_login",
    "auth_login_confirmer",
    "auth_police_par_sms",
    "auth_refresh",
    "borne_maintenance",
    "borne_moi",
    "souscription_confirmer",
}
CLIENT = {"cleBorne+jetonClient", "jetonClient"}
# A prospect has no token: the key of her kiosk, or the signed number of her payment.
AUSSI_SANS_SESSION = {
    "souscription_creer": CLIENT | {"cleBorne", ""},
    "paiement_suivre": CLIENT | {""},
    # The birth date on file counts, of a client who is logged in.
    "produit_devis": CLIENT | {""},
}
AGENTS = {"agents_moi", "agents_liste", "agent_lire", "agent_creer", "agent_modifier"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As `manage.py spectacular` writes it; a warning of the generator or an invalid schema fails here."""
    path: Path = tmp_path_factory.mktemp("openapi") / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    return dict(yaml.safe_load(path.read_text()))


@pytest.fixture(scope="module")
def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path, methods in schema["paths"].items()
        if path.startswith("/api/v1/")
        for operation in methods.values()
    }


def test_the_paths_that_kiosks_are_written_against(schema: dict[str, Any]) -> None:
    assert {
        "/api/v1/auth/login/",
        "/api/v1/auth/login/confirmer/",
        "/api/v1/auth/refresh/",
        "/api/v1/auth/logout/",
        "/api/v1/clients/{police}/dashboard/",
        "/api/v1/clients/{police}/mobile-money/",
        "/api/v1/clients/{police}/contrats/",
        "/api/v1/clients/{police}/cotisations/",
        "/api/v1/clients/{police}/releve/",
        "/api/v1/clients/{police}/attestation/",
        "/api/v1/clients/{police}/recus/{numero}/",
        "/api/v1/confirmations/{demande}/",
        "/api/v1/contrats/{police}/",
        "/api/v1/contrats/{police}/paiement/",
        "/api/v1/mtn/callback/",
        "/api/v1/paiements/",
        "/api/v1/paiements/{numero}/",
        "/api/v1/paiements/detecter-operateur/",
        "/api/v1/paiements/operateurs/",
        "/api/v1/produits/",
        "/api/v1/produits/{code}/",
        "/api/v1/produits/{code}/devis/",
        "/api/v1/souscriptions/",
        "/api/v1/souscriptions/conditions/",
        "/api/v1/souscriptions/confirmer/",
        "/api/v1/souscriptions/{numero}/beneficiaires/",
        "/api/v1/souscriptions/{numero}/beneficiaires/{beneficiaire}/",
        "/api/v1/souscriptions/{numero}/renouveler/",
        "/sante/",
        "/sante/pret/",
    } <= set(schema["paths"])


def test_each_operation_is_described_in_words(operations: dict[str, dict[str, Any]]) -> None:
    muettes = {
        nom: champ
        for nom, operation in operations.items()
        for champ in ("summary", "description", "tags")
        if not operation.get(champ)
    }

    assert muettes == {}


def test_each_operation_says_who_may_call_it(operations: dict[str, dict[str, Any]]) -> None:
    def schemes(operation: dict[str, Any]) -> set[str]:
        return {"+".join(sorted(requirement)) for requirement in operation["security"]}

    def attendus(nom: str) -> set[str]:
        if nom in PUBLIQUES:
            return {""}
        if nom in OUVERTES_A_UNE_BORNE:
            return {"cleBorne", ""}
        return {"jetonAgent"} if nom in AGENTS else AUSSI_SANS_SESSION.get(nom, CLIENT)

    assert {nom: schemes(operation) for nom, operation in operations.items()} == {
        nom: attendus(nom) for nom in operations
    }


def test_bodies_are_shown_by_examples(operations: dict[str, dict[str, Any]]) -> None:
    sans_exemple = []
    for nom, operation in operations.items():
        contenus = {
            "requête": operation.get("requestBody", {}).get("content", {}),
            **{code: reponse.get("content", {}) for code, reponse in operation["responses"].items() if code < "300"},
        }
        for quoi, contenu in contenus.items():
            sans_exemple += [(nom, quoi) for media in contenu.values() if not media.get("examples")]

    assert sans_exemple == []


def test_each_operation_lists_its_errors_as_problems(operations: dict[str, dict[str, Any]]) -> None:
    for nom, operation in operations.items():
        erreurs = {code: reponse for code, reponse in operation["responses"].items() if code >= "400"}
        assert {"500", "default"} <= set(erreurs), nom
        for reponse in erreurs.values():
            assert list(reponse["content"]) == ["application/problem+json"], nom
            assert reponse["description"], nom
        protegee = nom not in PUBLIQUES | OUVERTES_A_UNE_BORNE
        assert not protegee or {"401", "403"} < set(erreurs), nom


def test_the_postman_collection_has_every_operation_once_and_names_only_what_it_has() -> None:
    schema = json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))
    faite = collection(schema)
    noms = [item["name"] for item in faite["item"]]
    operations = [operation["operationId"] for methodes in schema["paths"].values() for operation in methodes.values()]
    assert sorted(noms) == sorted(operations)
    assert {*noms[:2], *noms[-2:]} == {"auth_login", "agents_connexion", "auth_refresh", "auth_logout"}
    variables = {variable["key"] for variable in faite["variable"]}
    assert set(re.findall(r"\{\{(\w+)\}\}", json.dumps(faite["item"]))) <= variables

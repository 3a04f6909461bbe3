"""The API as a Postman collection (v2.1), from its OpenAPI schema: every operation, in an order in which they work.

Logging in keeps its tokens, and answers what later addresses need (a subscription, a payment, a demand), in variables of the
collection. Each request checks that its answer is one that the schema says.
"""

import json
from collections.abc import Iterator
from typing import Any

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

# What an answer leaves for those that follow: operation → variable → where it is in the answer.
GARDES: dict[str, dict[str, str]] = {
    "auth_login": {"acces": "tokens.access", "rafraichissement": "tokens.refresh", "souscription": "contrat.numero_souscription"},
    "auth_refresh": {"acces": "tokens.access", "rafraichissement": "tokens.refresh"},
    "agents_connexion": {"acces_agent": "tokens.access"},
    "agents_liste": {"agent": "results.0.id"},
    "beneficiaires": {"beneficiaire": "beneficiaires.0.id"},
    "client_mobile_money_modifier": {"demande": "demande"},
    "paiement_demander": {"paiement": "numero_transaction"},
}  # fmt: skip
# What a parameter of an address is called among the variables, by operation where its name alone does not say.
PARAMETRES: dict[str, str] = {"id": "agent", "code": "produit"}
NUMEROS: dict[str, str] = {"client_recu": "recu", "paiement_suivre": "paiement"}
# Bodies that the examples of the schema cannot know.
CORPS: dict[str, str] = {
    "auth_login": '{"police": "{{police}}", "telephone": "{{telephone}}"}',
    "auth_refresh": '{"refresh": "{{rafraichissement}}"}',
    "agents_connexion": '{"email": "{{email}}", "password": "{{mot_de_passe}}"}',
    "paiement_demander": '{"contrats": [{"police": "{{police}}", "montant": 500}]}',
}
# What a prospect asks, though a client may as well.
SANS_SESSION = ("souscription_creer",)
PREMIERES = ("auth_login", "agents_connexion")
DERNIERES = ("auth_refresh", "auth_logout")
DEMO = {
    "adresse": "http://localhost:8000",
    "police": "CG-2026-VIE-001",
    "telephone": "06 123 45 67",
    "produit": "KIMIA",
    "email": "",
    "mot_de_passe": "",
    "recu": "REC-2026-000001",
    "code": "000000",
}


def collection(schema: dict[str, Any]) -> dict[str, Any]:
    """The collection of all that `schema`, as drf-spectacular gives it, describes."""
    operations = sorted(_operations(schema), key=lambda trois: _rang(trois[2]["operationId"]))
    gardees = {nom for variables in GARDES.values() for nom in variables}
    return {
        "info": {
            "name": schema["info"]["title"],
            "description": schema["info"].get("description", ""),
            "schema": SCHEMA,
        },
        "item": [_requete(*operation) for operation in operations],
        "variable": [
            {"key": nom, "value": valeur} for nom, valeur in (dict.fromkeys(sorted(gardees), "") | DEMO).items()
        ],
    }


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for chemin, methodes in schema["paths"].items():
        for methode, operation in methodes.items():
            yield chemin, methode.upper(), operation


def _rang(operation: str) -> int:
    return -1 if operation in PREMIERES else 1 + DERNIERES.index(operation) if operation in DERNIERES else 0


def _requete(chemin: str, methode: str, operation: dict[str, Any]) -> dict[str, Any]:
    identifiant = operation["operationId"]
    for parametre in operation.get("parameters", ()):
        nom = parametre["name"]
        if parametre["in"] == "path":
            variable = NUMEROS.get(identifiant, "souscription") if nom == "numero" else PARAMETRES.get(nom, nom)
            chemin = chemin.replace(f"{{{nom}}}", f"{{{{{variable}}}}}")
    requete: dict[str, Any] = {
        "method": methode,
        "header": [{"key": "Accept", "value": "application/json"}],
        "url": {
            "raw": f"{{{{adresse}}}}{chemin}",
            "host": ["{{adresse}}"],
            "path": [*chemin.strip("/").split("/"), ""],
        },
        "description": operation.get("description", ""),
    }
    if any(parametre["name"] == "Idempotency-Key" for parametre in operation.get("parameters", ())):
        requete["header"].append({"key": "Idempotency-Key", "value": "{{$guid}}"})
    if (jeton := _jeton(operation)) is not None:
        requete["header"].append({"key": "Authorization", "value": f"Bearer {{{{{jeton}}}}}"})
    if (corps := _corps(operation)) is not None:
        requete["header"].append({"key": "Content-Type", "value": "application/json"})
        requete["body"] = {"mode": "raw", "raw": corps}
    return {"name": identifiant, "request": requete, "event": [_verification(identifiant, operation)]}


def _jeton(operation: dict[str, Any]) -> str | None:
    """The variable of the token that it takes; none for who is nobody's client yet."""
    (premiere, *_) = operation["security"]
    if "jetonAgent" in premiere:
        return "acces_agent"
    return "acces" if "jetonClient" in premiere and operation["operationId"] not in SANS_SESSION else None


def _corps(operation: dict[str, Any]) -> str | None:
    if (connu := CORPS.get(operation["operationId"])) is not None:
        return connu
    contenu = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if contenu is None:
        return None
    exemples = list(contenu.get("examples", {}).values())
    return json.dumps(exemples[0]["value"] if exemples else {}, ensure_ascii=False, indent=2)


def _verification(identifiant: str, operation: dict[str, Any]) -> dict[str, Any]:
    statuts = sorted(int(statut) for statut in operation["responses"] if statut.isdigit() and statut != "500")
    lignes = [
        f'pm.test("{identifiant} répond comme le schéma le dit", () => pm.expect({statuts}).to.include(pm.response.code));',
        'const json = (pm.response.headers.get("Content-Type") || "").includes("json");',
        "const corps = json && pm.response.code < 300 ? pm.response.json() : null;",
        "const lu = (chemin) => chemin.split('.').reduce((objet, cle) => (objet == null ? objet : objet[cle]), corps);",
    ]
    lignes += [
        f'if (lu("{chemin}") != null) pm.collectionVariables.set("{variable}", lu("{chemin}"));'
        for variable, chemin in GARDES.get(identifiant, {}).items()
    ]
    return {"listen": "test", "script": {"type": "text/javascript", "exec": lignes}}

import json
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nsia_pass_api import converters  # noqa: F401 - registers <police:…>
from nsia_pass_api.errors import Conflit, DonneesInvalides, NonAuthentifie, RegleMetier, TropDEssais
from nsia_pass_api.money import MontantField
from nsia_pass_api.telephones import TelephoneField


class Beneficiaire(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=20)
    rang = serializers.IntegerField(min_value=1, max_value=6)


class Demande(serializers.Serializer[Any]):
    montant = MontantField()
    telephone = TelephoneField()
    date = serializers.DateField(required=False)
    canal = serializers.ChoiceField(choices=["borne", "ussd"], required=False)
    accord = serializers.BooleanField(required=False)
    beneficiaires = Beneficiaire(many=True, required=False, max_length=2)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["montant"] == 13:
            raise serializers.ValidationError("Ce montant porte malheur.")
        return attrs


class Ouvert(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]


class DemandeApi(Ouvert):
    def post(self, request: Request) -> Response:
        serializer = Demande(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"ok": True}, status=201)


class ErreurApi(Ouvert):
    """Raises what the test put here."""

    erreur: Exception

    def get(self, request: Request) -> Response:
        raise type(self).erreur


class PoliceApi(Ouvert):
    def get(self, request: Request, police: str) -> Response:
        return Response({"police": police})


def hors_rest(request: HttpRequest) -> HttpResponse:
    raise ErreurApi.erreur


handler400 = "nsia_pass_api.problems.handler400"
handler403 = "nsia_pass_api.problems.handler403"
handler404 = "nsia_pass_api.problems.handler404"
handler500 = "nsia_pass_api.problems.handler500"

urlpatterns = [
    path(
        "api/",
        include(
            [
                path("demande/", DemandeApi.as_view()),
                path("erreur/", ErreurApi.as_view()),
                path("django/", hors_rest),
                path("clients/<police:police>/", PoliceApi.as_view()),
            ]
        ),
    ),
    path("page/", hors_rest),
]

pytestmark = pytest.mark.urls(__name__)

VALIDE = {"montant": 500, "telephone": "06 123 45 67"}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def problem(response: Any) -> dict[str, Any]:
    """The body, after checking what every problem has."""
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:nsia-pass:erreur:{body['code']}"
    assert body["requete"] == response.headers["X-Request-ID"]
    assert set(body) - {"champs"} == {"type", "title", "status", "detail", "code", "requete"}
    return dict(body)


def post(client: Client, body: Any, content_type: str = "application/json") -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.generic("POST", "/api/demande/", data, content_type=content_type)


def get_error(client: Client, error: Exception, url: str = "/api/erreur/") -> Any:
    ErreurApi.erreur = error
    return client.get(url)


def test_a_refusal_of_the_domain(client: Client) -> None:
    response = get_error(client, RegleMetier("Le contrat est expiré.", champs={"police": ["Expirée."]}))

    body = problem(response)
    body.pop("requete")
    assert body == {
        "type": "urn:nsia-pass:erreur:regle_metier",
        "title": "Opération impossible",
        "status": 422,
        "detail": "Le contrat est expiré.",
        "code": "regle_metier",
        "champs": {"police": ["Expirée."]},
    }


def test_fields_are_absent_when_no_field_is_at_fault(client: Client) -> None:
    assert "champs" not in problem(get_error(client, Conflit()))


def test_when_to_try_again_is_a_header(client: Client) -> None:
    response = get_error(client, TropDEssais(retry_after=90))

    assert (response.status_code, response.headers["Retry-After"]) == (429, "90")


UNDERSTOOD: list[tuple[Exception, int, str, str]] = [
    (exceptions.NotAuthenticated(), 401, "non_authentifie", "Identifiez-vous pour continuer."),
    (
        exceptions.AuthenticationFailed(),
        401,
        "non_authentifie",
        "Votre session n'est plus valable. Identifiez-vous à nouveau.",
    ),
    (exceptions.AuthenticationFailed("Session fermée."), 401, "non_authentifie", "Session fermée."),
    (
        exceptions.AuthenticationFailed({"detail": "Jeton périmé.", "code": "token_not_valid"}),  # type: ignore[arg-type]
        401,
        "non_authentifie",
        "Jeton périmé.",
    ),
    (NonAuthentifie(), 401, "non_authentifie", "Identifiez-vous pour continuer."),
    (exceptions.PermissionDenied(), 403, "acces_refuse", "Vous n'avez pas le droit de faire cette opération."),
    (exceptions.PermissionDenied("Réservé aux agents."), 403, "acces_refuse", "Réservé aux agents."),
    (PermissionDenied("internal"), 403, "acces_refuse", "Vous n'avez pas le droit de faire cette opération."),
    (
        Http404("No ClientPass matches the given query."),
        404,
        "introuvable",
        "Ce que vous cherchez n'existe pas ou ne vous est pas accessible.",
    ),
    (exceptions.NotFound("Produit inconnu."), 404, "introuvable", "Produit inconnu."),
    (
        exceptions.Throttled(wait=12.3),
        429,
        "trop_d_essais",
        "Trop d'essais en peu de temps. Patientez avant de recommencer.",
    ),
    (
        exceptions.ParseError("Broken."),
        400,
        "requete_illisible",
        "Broken.",
    ),
    (
        SuspiciousOperation("internal"),
        400,
        "requete_illisible",
        "La requête n'est pas lisible : envoyez un objet JSON en UTF-8.",
    ),
    (
        BadRequest("internal"),
        400,
        "requete_illisible",
        "La requête n'est pas lisible : envoyez un objet JSON en UTF-8.",
    ),
    (exceptions.ValidationError("Trop tôt."), 400, "donnees_invalides", "Trop tôt."),
    (DjangoValidationError("Trop tard."), 400, "donnees_invalides", "Trop tard."),
]


@pytest.mark.parametrize(("error", "status", "code", "detail"), UNDERSTOOD)
def test_exceptions_of_django_and_rest_framework(
    client: Client, error: Exception, status: int, code: str, detail: str
) -> None:
    body = problem(get_error(client, error))

    assert (body["status"], body["code"], body["detail"]) == (status, code, detail)


def test_a_401_names_the_scheme_even_when_the_view_authenticates_nobody(client: Client) -> None:
    for error in (exceptions.NotAuthenticated(), NonAuthentifie()):
        assert get_error(client, error).headers["WWW-Authenticate"] == 'Bearer realm="nsia-pass"'


def test_throttling_says_when(client: Client) -> None:
    assert get_error(client, exceptions.Throttled(wait=12.3)).headers["Retry-After"] == "13"
    assert "Retry-After" not in get_error(client, exceptions.Throttled()).headers


def test_validation_of_a_model_names_its_fields(client: Client) -> None:
    error = DjangoValidationError({"telephone": ["Déjà pris."], "__all__": ["Incohérent."], "nom": ["Vide.", "Court."]})
    body = problem(get_error(client, error))

    assert body["detail"] == "Incohérent."
    assert body["champs"] == {"telephone": ["Déjà pris."], "nom": ["Vide.", "Court."]}


def test_method_and_media_types(client: Client) -> None:
    refused = client.delete("/api/demande/")
    form = client.post("/api/demande/", {"montant": 5})
    bare = client.generic("POST", "/api/demande/", b"{}", content_type="")
    html = client.get("/api/erreur/", headers={"Accept": "text/html"})

    assert (problem(refused)["code"], refused.status_code) == ("methode_refusee", 405)
    assert "POST" in refused.headers["Allow"]
    assert (problem(form)["code"], form.status_code) == ("type_de_contenu_refuse", 415)
    assert (problem(bare)["code"], bare.status_code) == ("type_de_contenu_refuse", 415)
    assert (problem(html)["code"], html.status_code) == ("reponse_impossible", 406)


@pytest.mark.parametrize("error", [OperationalError("FATAL: password"), InterfaceError("connection already closed")])
def test_a_silent_database_is_a_503(client: Client, error: Exception) -> None:
    response = get_error(client, error)

    body = problem(response)
    assert (body["status"], body["code"]) == (503, "service_indisponible")
    assert body["detail"] == "Le service est momentanément indisponible. Réessayez dans un instant."
    assert response.headers["Retry-After"] == "5"


@pytest.mark.parametrize("url", ["/api/erreur/", "/api/django/"])
def test_the_unforeseen_tells_nothing_but_a_reference_and_is_logged(
    client: Client, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    response = get_error(client, ValueError("SELECT * FROM clients_pass"), url)

    body = problem(response)
    assert (body["status"], body["code"]) == (500, "erreur_interne")
    assert body["detail"] == (
        "Un incident est survenu de notre côté. Réessayez dans un instant ; s'il se répète, "
        f"donnez à NSIA la référence « {body['requete']} »."
    )
    assert "SELECT" not in response.content.decode()
    logged = capsys.readouterr().err
    assert logged.count("exception_non_traitee") == 1
    assert logged.count("ValueError: SELECT * FROM clients_pass") == 1


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "introuvable"),
        (PermissionDenied(), 403, "acces_refuse"),
        (SuspiciousOperation(), 400, "requete_illisible"),
        (BadRequest(), 400, "requete_illisible"),
    ],
)
def test_django_views_of_the_api_answer_likewise_and_pages_do_not(
    client: Client, error: Exception, status: int, code: str
) -> None:
    body = problem(get_error(client, error, "/api/django/"))
    page = get_error(client, error, "/page/")

    assert (body["status"], body["code"]) == (status, code)
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_page_that_breaks_stays_a_page(client: Client) -> None:
    page = get_error(client, ValueError(), "/page/")

    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_an_unknown_address(client: Client) -> None:
    body = problem(client.get("/api/rien/"))

    assert (body["status"], body["detail"]) == (404, "Cette adresse n'existe pas.")


@pytest.mark.parametrize("police", ["CG-2026-VIE-001", "A", "0", "A" * 30])
def test_addresses_that_may_be_a_police(client: Client, police: str) -> None:
    assert client.get(f"/api/clients/{police}/").json() == {"police": police}


@pytest.mark.parametrize(
    "police",
    ["-A", "A" * 31, "CG_2026", "CG 2026", "%F0%9F%92%A9", "CG%0A", "..", "a.b", "CG%2F1", "'"],
)
def test_odd_addresses_are_not_found(client: Client, police: str) -> None:
    assert problem(client.get(f"/api/clients/{police}/"))["status"] == 404


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_a_good_body(client: Client) -> None:
    assert post(client, VALIDE).status_code == 201
    assert post(client, b"\xef\xbb\xbf" + json.dumps(VALIDE).encode()).status_code == 201
    assert post(client, json.dumps(VALIDE).encode(), "application/json; charset=utf-16").status_code == 201


def test_every_field_is_named_in_french(client: Client) -> None:
    body = problem(
        post(
            client,
            {
                "montant": 1.5,
                "telephone": "07",
                "date": "21/11/2026",
                "canal": "fax",
                "accord": "peut-être",
                "beneficiaires": [{"nom": "A", "rang": 1}, {"nom": "B" * 21, "rang": 7}],
            },
        )
    )

    assert body["code"] == "donnees_invalides"
    assert body["detail"] == (
        "Des informations sont à corriger : "
        "montant, telephone, date, canal, accord, beneficiaires.1.nom, beneficiaires.1.rang."
    )
    assert body["champs"] == {
        "montant": ["Indiquez un montant entier en francs CFA, sans virgule ni guillemets (exemple : 5000)."],
        "telephone": [
            "Ce numéro n'a pas le bon nombre de chiffres. "
            "Écrivez un numéro de mobile du Congo, par exemple 06 123 45 67 ou +242 06 123 45 67."
        ],
        "date": ["Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21."],
        "canal": ["« fax » n'est pas un des choix possibles."],
        "accord": ["Répondez par true ou false."],
        "beneficiaires.1.nom": ["Ce texte a plus de 20 caractères."],
        "beneficiaires.1.rang": ["Ce nombre doit être au plus 6."],
    }


@pytest.mark.parametrize(
    ("change", "champs"),
    [
        ({"montant": None}, {"montant": ["Ce champ ne peut pas être vide (null)."]}),
        ({"beneficiaires": {}}, {"beneficiaires": ["Une liste est attendue."]}),
        ({"beneficiaires": ["x"]}, {"beneficiaires.0": ["Un objet JSON est attendu."]}),
        (
            {"beneficiaires": [{"nom": "", "rang": "x"}]},
            {
                "beneficiaires.0.nom": ["Ce champ ne peut pas être vide."],
                "beneficiaires.0.rang": ["Un nombre entier est attendu."],
            },
        ),
        (
            {"beneficiaires": [{"nom": ["x"]}]},
            {"beneficiaires.0.nom": ["Un texte est attendu."], "beneficiaires.0.rang": ["Ce champ est obligatoire."]},
        ),
        (
            {"beneficiaires": [{"nom": "x", "rang": 1}] * 3},
            {"beneficiaires": ["Cette liste ne peut pas avoir plus de 2 éléments."]},
        ),
        ({"date": "2026-02-30"}, {"date": ["Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21."]}),
        ({"date": 20261121}, {"date": ["Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21."]}),
        ({"canal": "x" * 1000}, {"canal": ["« " + "x" * 298]}),
    ],
)
def test_single_fields(client: Client, change: dict[str, Any], champs: dict[str, list[str]]) -> None:
    body = problem(post(client, VALIDE | change))

    assert (body["status"], body["champs"]) == (400, champs)


def test_what_concerns_no_single_field_is_the_sentence(client: Client) -> None:
    body = problem(post(client, VALIDE | {"montant": 13}))

    assert body["detail"] == "Ce montant porte malheur."
    assert "champs" not in body


def test_an_empty_body_lacks_its_fields(client: Client) -> None:
    for body in (problem(post(client, b"")), problem(post(client, {}))):
        assert body["champs"] == {
            "montant": ["Ce champ est obligatoire."],
            "telephone": ["Ce champ est obligatoire."],
        }


OBJET = "Le corps de la requête doit être un objet JSON : { … }."
GRAND = "Un nombre du corps de la requête est trop grand."
PROFOND = "Le corps de la requête a plus de 20 niveaux imbriqués."


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[]", OBJET),
        (b"null", OBJET),
        (b"5", OBJET),
        (b'"x"', OBJET),
        (b" ", "Le corps de la requête n'est pas du JSON valide (ligne 1, colonne 2)."),
        (b'{"montant": 5,}', "Le corps de la requête n'est pas du JSON valide (ligne 1, colonne 15)."),
        (b"{'montant': 5}", "Le corps de la requête n'est pas du JSON valide (ligne 1, colonne 2)."),
        (b'{"montant":\n 5', "Le corps de la requête n'est pas du JSON valide (ligne 2, colonne 3)."),
        (b"\xff\xfe{}", "Le corps de la requête n'est pas écrit en UTF-8."),
        (b'{"nom": "\xe9"}', "Le corps de la requête n'est pas écrit en UTF-8."),
        (b'{"nom": "\xed\xa0\x80"}', "Le corps de la requête n'est pas écrit en UTF-8."),
        ('{"a": 1}'.encode("utf-16"), "Le corps de la requête n'est pas écrit en UTF-8."),
        (b'{"montant": NaN}', "« NaN » n'est pas un nombre que JSON connaît."),
        (b'{"montant": Infinity}', "« Infinity » n'est pas un nombre que JSON connaît."),
        (b'{"montant": -Infinity}', "« -Infinity » n'est pas un nombre que JSON connaît."),
        (b'{"montant": 1e400}', GRAND),
        (b'{"montant": 9223372036854775808}', GRAND),
        (b'{"montant": ' + b"9" * 5000 + b"}", GRAND),
        (b'{"montant": -' + b"9" * 200_000 + b"}", GRAND),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", PROFOND),
        (b'{"a": ' + b'{"a": ' * 30 + b"1" + b"}" * 31, PROFOND),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", PROFOND),
        (b'{"\\u0000": 1}', "Un nom de champ contient un caractère de contrôle ou incomplet."),
        (b'{"a": {"\\ud800": 1}}', "Un nom de champ contient un caractère de contrôle ou incomplet."),
    ],
)
def test_unreadable_bodies(client: Client, body: bytes, detail: str) -> None:
    answer = problem(post(client, body))

    assert (answer["status"], answer["code"], answer["detail"]) == (400, "requete_illisible", detail)


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "a\\udfffb", "\\u001b[2J", "\\u007f", "\\b"])
def test_texts_that_cannot_be_stored_name_their_field(client: Client, text: str) -> None:
    for body, champ in (
        (f'{{"telephone": "{text}"}}', "telephone"),
        (f'{{"beneficiaires": [{{}}, {{"nom": "{text}"}}]}}', "beneficiaires.1.nom"),
    ):
        answer = problem(post(client, body.encode()))
        assert (answer["status"], answer["code"]) == (400, "donnees_invalides")
        assert answer["champs"] == {champ: ["Retirez les caractères de contrôle ou incomplets."]}


def test_other_scripts_and_new_lines_are_texts(client: Client) -> None:
    beneficiaires = [{"nom": "Nzaú-ŋ 王 ഹ\n😀", "rang": 1}]

    assert post(client, VALIDE | {"beneficiaires": beneficiaires}).status_code == 201


def test_bodies_beyond_256_kilobytes(client: Client) -> None:
    answer = problem(post(client, {"telephone": "0" * 262_144}))

    assert (answer["status"], answer["code"]) == (413, "corps_trop_grand")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
BODIES = st.one_of(
    st.binary(max_size=60),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("montant", "telephone", "date", "canal", "accord", "beneficiaires", "inconnu"), JSON),
    ).map(lambda value: json.dumps(value).encode()),
)


@given(
    body=BODIES, content_type=st.sampled_from(["application/json"] * 5 + ["text/plain", "application/json;charset=x"])
)
def test_no_body_is_a_server_error(body: bytes, content_type: str) -> None:
    response = post(Client(raise_request_exception=False), body, content_type)

    if response.status_code != 201:
        assert 400 <= problem(response)["status"] < 500


@given(
    headers=st.fixed_dictionaries(
        {},
        optional={
            "Accept": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
            "Content-Type": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
            "Content-Length": st.sampled_from(["", "-1", "x", "2", "99999999999999999999"]),
        },
    )
)
def test_no_header_is_a_server_error(headers: dict[str, str]) -> None:
    content_type = headers.pop("Content-Type", "application/json")
    environ = {f"HTTP_{name.upper()}": value for name, value in headers.items() if name != "Content-Length"}
    if "Content-Length" in headers:
        environ["CONTENT_LENGTH"] = headers["Content-Length"]
    response = Client(raise_request_exception=False).generic(
        "POST",
        "/api/demande/",
        json.dumps(VALIDE).encode(),
        content_type=content_type,
        **environ,  # type: ignore[arg-type]
    )

    if response.status_code != 201:
        assert 400 <= problem(response)["status"] < 500


def test_raising_dictionaries_of_errors_by_hand(client: Client) -> None:
    error = exceptions.ValidationError({"a": {"b": ["x", "y"], "non_field_errors": ["z"]}, "c": {0: ["t"]}})

    assert problem(get_error(client, error))["champs"] == {"a.b": ["x", "y"], "a": ["z"], "c.0": ["t"]}
    assert problem(get_error(client, DonneesInvalides(champs={"a": ["b"]})))["champs"] == {"a": ["b"]}

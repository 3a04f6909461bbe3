import re

import pytest
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from apps.borne_auth.tests.factories import AgentFactory


def test_the_root_leads_to_the_documentation() -> None:
    assert Client().get("/").headers["Location"] == "/api/docs/"


@pytest.mark.parametrize("url", ["/api/docs/", "/api/docs/redoc/"])
def test_documentation_pages_ask_nothing_of_other_servers(url: str) -> None:
    response = Client().get(url)

    page = response.content.decode()
    assert response.status_code == 200
    assert "//" not in re.sub(r"^\s*//.*$", "", page, flags=re.MULTILINE)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    assets = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert assets
    assert [asset for asset in assets if finders.find(asset) is None] == []


def test_the_schema_is_public_and_holds_health() -> None:
    schema = Client().get("/api/schema/?format=json").json()

    assert schema["info"]["title"] == "NSIA PASS"
    assert set(schema["paths"]["/sante/pret/"]["get"]["responses"]) == {"200", "503", "500", "default"}
    assert "/api/docs/" not in schema["paths"]


@pytest.mark.parametrize("url", ["/api/", "/api/v1/", "/api/v1/rien/", "/api/v1/clients/", "/sante/rien/"])
def test_unknown_addresses_of_the_api_are_problems(url: str) -> None:
    response = Client().get(url)

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_the_admin_asks_to_sign_in() -> None:
    assert Client().get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"


@pytest.mark.django_db
def test_pages_run_our_scripts_alone_and_keep_what_is_stricter(client: Client) -> None:
    """Only what unfold needs is unsafe: evaluated attributes, inline styles. No page has a script of its own inside."""
    client.force_login(AgentFactory(is_superuser=True))
    politique = client.get("/admin/").headers["Content-Security-Policy"]
    regles = dict(regle.split(" ", 1) for regle in politique.split("; "))

    assert regles == {
        "default-src": "'none'",
        "script-src": "'self' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    pages = [
        reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
        for modele in admin.site._registry
    ]
    for page in ("/admin/", *pages, "/admin/login/", "/admin/zzz/"):
        reponse = client.get(page)
        assert reponse.headers["Content-Security-Policy"] == politique, page
        html = reponse.content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|javascript:", html) == [], page
    for page in ("/borne/", "/verifier/"):
        assert "unsafe" not in client.get(page).headers["Content-Security-Policy"]

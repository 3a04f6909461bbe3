"""The kiosk page as Django serves it, and the question that a machine asks about itself."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from rest_framework.test import APIClient

from apps.borne_auth.kiosk.views import MODULES
from apps.borne_auth.models import Borne
from apps.borne_auth.tests.conftest import CLE
from nsia_pass_api.dates import maintenant


def test_the_page_is_strict_and_personal_to_nobody() -> None:
    """Without a database: a test that asks it would fail here."""
    reponse = Client().get("/borne/")

    assert reponse.status_code == 200
    assert reponse.cookies == {}
    assert {nom: reponse.headers[nom] for nom in ("Cache-Control", "Referrer-Policy", "X-Content-Type-Options")} == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    politique = dict(regle.split(" ", 1) for regle in reponse.headers["Content-Security-Policy"].split("; "))
    assert politique == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_page_has_nothing_inline_and_all_that_it_names() -> None:
    page = Client().get("/borne/").content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=|https?://", page) == []
    adresses = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert set(MODULES) < set(adresses)
    assert "borne/js/ecrans/accueil.js" in adresses
    assert [adresse for adresse in adresses if finders.find(adresse) is None] == []


def test_the_settings_reach_the_page(settings: Any) -> None:
    settings.BORNE_INACTIVITE, settings.BORNE_AVERTISSEMENT, settings.BORNE_TELEPHONE_AIDE = 120, 30, "06 000 <00> 00"

    page = Client().get("/borne/").content.decode()

    assert 'data-inactivite="120" data-avertissement="30" data-suivi="2" data-aide="06 000 &lt;00&gt; 00"' in page


def test_a_warning_longer_than_the_wait_stops_the_start() -> None:
    reglages = {"BORNE_INACTIVITE_SECONDES": "60", "BORNE_AVERTISSEMENT_SECONDES": "60"}
    resultat = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **reglages},
        check=False,
        capture_output=True,
        text=True,
    )

    assert resultat.returncode != 0
    assert "Réglage BORNE_AVERTISSEMENT_SECONDES : l'avertissement durerait plus que l'inactivité." in resultat.stderr


@pytest.mark.django_db
def test_a_machine_learns_which_kiosk_it_is_and_is_seen_alive(api: APIClient, borne: Borne) -> None:
    avant = maintenant()

    reponse = api.get("/api/v1/bornes/moi/", headers={"X-Borne-Cle": CLE, "X-Borne-Version": "page 1.0.0"})

    assert (reponse.status_code, reponse.json()) == (200, {"code": borne.code, "agence": "Brazzaville Centre"})
    borne.refresh_from_db()
    assert borne.version == "page 1.0.0"
    assert borne.dernier_contact is not None
    assert borne.dernier_contact >= avant


@pytest.mark.django_db
@pytest.mark.parametrize("cle", ["autre", None])
def test_a_machine_without_its_key_learns_nothing(api: APIClient, borne: Borne, settings: Any, cle: str | None) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True

    reponse = api.get("/api/v1/bornes/moi/", headers={"X-Borne-Cle": cle} if cle else {})

    assert (reponse.status_code, reponse.json()["code"]) == (401, "borne_inconnue")
    borne.refresh_from_db()
    assert borne.dernier_contact is None


@pytest.mark.django_db
def test_a_kiosk_that_was_switched_off_is_told(api: APIClient, borne: Borne) -> None:
    Borne.objects.update(statut="desactivee")

    reponse = api.get("/api/v1/bornes/moi/", headers={"X-Borne-Cle": CLE})

    assert (reponse.status_code, reponse.json()["code"]) == (401, "borne_desactivee")


@pytest.mark.django_db
def test_no_key_is_needed_where_none_is_required(api: APIClient) -> None:
    assert api.get("/api/v1/bornes/moi/").json() == {"code": "", "agence": ""}

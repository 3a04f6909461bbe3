from datetime import timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from apps.socle.models import Travailleur
from nsia_pass_api import sante


@pytest.fixture(autouse=True)
def _migrations_not_yet_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sante, "_migrated", False)


@pytest.fixture
def travailleur(db: None) -> Travailleur:
    """A worker that was seen this very moment."""
    return Travailleur.objects.create(hote="essai", pid=1)


def trouble() -> str | None:
    return "le travailleur est arrêté"


def test_alive_asks_nothing_of_the_database() -> None:
    response = Client().get("/sante/", headers={"Authorization": "Bearer faux"})

    assert (response.status_code, response.json()) == (200, {"statut": "vivant"})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("travailleur")
def test_ready_when_database_migrations_and_a_worker_are() -> None:
    response = Client().get("/sante/pret/", headers={"Authorization": "Bearer faux"})

    assert (response.status_code, response.json()) == (200, {"statut": "pret"})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("travailleur")
def test_migrations_are_looked_at_until_applied_once(django_assert_num_queries) -> None:
    Client().get("/sante/pret/")

    with django_assert_num_queries(2):  # the database, the worker
        assert Client().get("/sante/pret/").status_code == 200


@pytest.mark.django_db
def test_not_ready_without_a_worker_that_lives(travailleur: Travailleur) -> None:
    travailleur.vu_le -= timedelta(seconds=31)
    travailleur.save()

    response = Client().get("/sante/pret/")

    assert response.status_code == 503
    assert response.json()["detail"] == (
        "Le service n'est pas utilisable : aucun travailleur ne suit les paiements (python manage.py travaux)."
    )


@pytest.mark.usefixtures("travailleur")
def test_not_ready_while_a_migration_is_pending() -> None:
    MigrationRecorder(connection).migration_qs.filter(app="sessions").delete()

    response = Client().get("/sante/pret/")

    body = response.json()
    assert (response.status_code, body["code"], body["title"]) == (503, "pas_pret", "Service pas encore utilisable")
    assert body["detail"] == (
        "Le service n'est pas utilisable : des migrations de la base de données ne sont pas appliquées."
    )
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("travailleur")
def test_a_dead_database_is_named_without_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_listens = {**connection.settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setattr(sante, "connection", DatabaseWrapper(nobody_listens, alias="autre"))

    response = Client().get("/sante/pret/")

    assert response.status_code == 503
    assert response.json()["detail"] == (
        "Le service n'est pas utilisable : la base de données ne répond pas ; l'état des migrations est inconnu."
    )


@pytest.mark.usefixtures("travailleur")
def test_more_checks_join_by_settings(settings) -> None:
    settings.SANTE_CONTROLES = [*settings.SANTE_CONTROLES, f"{__name__}.trouble"]

    response = Client().get("/sante/pret/")

    assert response.status_code == 503
    assert response.json()["detail"] == "Le service n'est pas utilisable : le travailleur est arrêté."

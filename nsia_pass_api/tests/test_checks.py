"""Each weakness of a production, by its id; a sound one has none, and development is left alone."""

import secrets
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from nsia_pass_api import checks
from nsia_pass_api.settings.database import from_url
from nsia_pass_api.settings.environment import BASE_DIR

SAINE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["pass.exemple.cg"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "CORS_ALLOWED_ORIGINS": ["https://borne.exemple.cg"],
    "CSRF_TRUSTED_ORIGINS": [],
    "MESSAGERIE": "apps.passerelle.Messagerie",
    "MTN_ENVIRONNEMENT": "mtncongo",
    "DONNEES_DE_TEST_AUTORISEES": False,
    "DEUXIEME_FACTEUR_OBLIGATOIRE": True,
    "BORNE_ENREGISTREMENT_OBLIGATOIRE": True,
    "PROXYS_DE_CONFIANCE": 1,
    "DATABASE_URL": "postgresql://nsia@127.0.0.1/nsia_pass",
    "METRIQUES_JETON": "j" * 32,
}
CLES = ("SECRET_KEY", "CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS", "CLE_COMPTEURS", "CLE_SECOND_FACTEUR")


@pytest.fixture(autouse=True)
def saine(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a production without fault."""
    for nom, valeur in SAINE.items():
        setattr(settings, nom, valeur)
    for nom in CLES:
        setattr(settings, nom, secrets.token_urlsafe(64))
    monkeypatch.setitem(settings.DATABASES, "default", from_url("postgresql://nsia@127.0.0.1/nsia_pass"))
    return settings


def trouves() -> list[str]:
    return [str(message.id) for message in checks.production()]


def test_a_sound_production_has_nothing_to_say_and_starts() -> None:
    assert checks.production() == []
    checks.refuser_une_production_faible()


def test_development_is_left_alone(saine: Settings) -> None:
    saine.PRODUCTION, saine.DEBUG, saine.ALLOWED_HOSTS = False, True, ["*"]

    assert trouves() == []
    checks.refuser_une_production_faible()


@pytest.mark.parametrize(
    ("valeurs", "ident"),
    [
        ({"DEBUG": True}, "nsia.E003"),
        ({"ALLOWED_HOSTS": ["pass.exemple.cg", "*"]}, "nsia.E004"),
        ({"SECURE_SSL_REDIRECT": False}, "nsia.E005"),
        ({"SECURE_HSTS_SECONDS": 0}, "nsia.E005"),
        ({"SESSION_COOKIE_SECURE": False}, "nsia.E005"),
        ({"CSRF_COOKIE_SECURE": False}, "nsia.E005"),
        ({"CORS_ALLOW_ALL_ORIGINS": True}, "nsia.E006"),
        ({"CORS_ALLOWED_ORIGIN_REGEXES": [r".*"]}, "nsia.E006"),
        ({"CORS_ALLOWED_ORIGINS": ["https://*.exemple.cg"]}, "nsia.E006"),
        ({"CORS_ALLOWED_ORIGINS": ["http://borne.exemple.cg"]}, "nsia.E007"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://pass.exemple.cg"]}, "nsia.E007"),
        ({"MESSAGERIE": "apps.mtn_integration.messagerie.MessagerieSimulateur"}, "nsia.E008"),
        ({"DEUXIEME_FACTEUR_OBLIGATOIRE": False}, "nsia.E009"),
        ({"BORNE_ENREGISTREMENT_OBLIGATOIRE": False}, "nsia.E010"),
        ({"METRIQUES_JETON": "court"}, "nsia.E012"),
        ({"MESSAGERIE": ""}, "nsia.W101"),
        ({"MTN_ENVIRONNEMENT": "sandbox"}, "nsia.W102"),
        ({"DONNEES_DE_TEST_AUTORISEES": True}, "nsia.W103"),
        ({"PROXYS_DE_CONFIANCE": 0}, "nsia.W104"),
        ({"DATABASE_URL": ""}, "nsia.W105"),
        ({"METRIQUES_JETON": ""}, "nsia.W107"),
    ],
)
def test_each_weakness_has_its_id_and_its_mend(saine: Settings, valeurs: dict[str, Any], ident: str) -> None:
    for nom, valeur in valeurs.items():
        setattr(saine, nom, valeur)

    (message,) = checks.production()

    assert message.id == ident
    assert message.hint
    assert message.is_serious() == ident.startswith("nsia.E")


@pytest.mark.parametrize("nom", CLES)
@pytest.mark.parametrize(
    "cle", ["k" * 64, "django-insecure-4h2k8s9d0f1g3h5j7k9l2m4n6p8q0r2t4v6x", "Changez-moi-0123456789abcdefg" * 2]
)
def test_a_key_that_looks_like_an_example_is_refused(saine: Settings, nom: str, cle: str) -> None:
    setattr(saine, nom, cle)

    assert trouves() == ["nsia.E002"]


def test_equal_keys_are_refused_by_name(saine: Settings) -> None:
    saine.CLE_COMPTEURS = saine.SECRET_KEY

    (message,) = checks.production()

    assert (message.id, message.msg) == ("nsia.E001", "CLE_COMPTEURS et SECRET_KEY sont la même clé.")


@pytest.mark.parametrize(
    ("url", "attendus"),
    [
        ("postgresql://nsia@10.0.0.7/nsia_pass", ["nsia.E011"]),
        ("postgresql://nsia@db.exemple.cg/nsia_pass?sslmode=prefer", ["nsia.E011"]),
        ("postgresql://nsia@db.exemple.cg/nsia_pass?sslmode=require", ["nsia.W106"]),
        ("postgresql://nsia@db.exemple.cg/nsia_pass?sslmode=verify-full&sslrootcert=/ca.pem", []),
        ("postgresql://nsia@localhost/nsia_pass", []),
        ("postgresql://nsia@[::1]/nsia_pass", []),
        ("postgresql:///nsia_pass", []),
        ("postgresql://nsia@%2Frun%2Fpostgresql/nsia_pass", []),
    ],
)
def test_a_remote_database_wants_tls(
    saine: Settings, monkeypatch: pytest.MonkeyPatch, url: str, attendus: list[str]
) -> None:
    monkeypatch.setitem(saine.DATABASES, "default", from_url(url))

    assert trouves() == attendus


def test_an_installation_without_second_factor_yet_is_not_blamed(saine: Settings) -> None:
    del saine.DEUXIEME_FACTEUR_OBLIGATOIRE

    assert trouves() == []


def test_the_start_is_refused_with_each_error_and_its_mend(saine: Settings) -> None:
    saine.DEBUG, saine.MESSAGERIE, saine.CLE_COMPTEURS = True, "", saine.SECRET_KEY

    with pytest.raises(ImproperlyConfigured) as refus:
        checks.refuser_une_production_faible()

    lignes = str(refus.value).splitlines()
    assert lignes[0] == "Cette configuration de production est refusée :"
    assert [ligne.split()[0] for ligne in lignes[1:]] == ["nsia.E001", "nsia.E003"]
    assert lignes[2] == "nsia.E003 DEBUG est actif : les erreurs montrent code et réglages. Retirez DEBUG."


def test_neither_the_web_server_nor_a_command_starts_on_a_weak_production() -> None:
    """In processes of their own, without a database: the settings decide alone."""
    cle = secrets.token_urlsafe(64)
    environnement = {
        "PATH": "/usr/bin:/bin",
        "NSIA_MODE": "production",
        "ALLOWED_HOSTS": "*",
        "URL_PUBLIQUE": "https://pass.exemple.cg",
        "MTN_ENVIRONNEMENT": "aucun",
        "DATABASE_URL": "postgresql://nsia@127.0.0.1:1/nsia_pass",
        **dict.fromkeys(CLES, cle),
    }
    for commande in (["-c", "import nsia_pass_api.wsgi"], ["manage.py", "travaux"]):
        fini = subprocess.run(
            [sys.executable, *commande], cwd=BASE_DIR, env=environnement, capture_output=True, text=True, check=False
        )
        assert fini.returncode != 0
        assert "nsia.E004" in fini.stderr
        assert "ALLOWED_HOSTS accepte n'importe quel nom." in fini.stderr

"""Each reader of the environment and each of its refusals, named, in French, with the mend."""

import importlib.util
import json
import os
import re
import secrets
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from decouple import Config
from django.core.exceptions import ImproperlyConfigured

from nsia_pass_api.settings import environment, operateurs
from nsia_pass_api.settings.database import from_url
from nsia_pass_api.settings.documents import adresse_publique
from nsia_pass_api.settings.environment import BASE_DIR, boolean, integer, secret, strings, text, url

KEY = "k" * 50


@pytest.fixture(autouse=True)
def own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests ask for is not what the project reads."""
    monkeypatch.setattr(environment, "noms_lus", set(environment.noms_lus))


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setattr(environment, "ENV_FILE", path)
    return path


def read_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_config", Config(environment._repository()))


def refusal(call: object) -> str:
    assert callable(call)
    with pytest.raises(ImproperlyConfigured) as caught:
        call()
    return str(caught.value)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_bytes("\ufeffESSAI_UN=fichier\nESSAI_DEUX= fichier \n# ESSAI_TROIS=commentaire\n".encode())
    read_env_file(monkeypatch)
    monkeypatch.setenv("ESSAI_UN", "environnement")

    assert (text("ESSAI_UN"), text("ESSAI_DEUX"), text("ESSAI_TROIS", "défaut")) == (
        "environnement",
        "fichier",
        "défaut",
    )
    assert {"ESSAI_UN", "ESSAI_DEUX", "ESSAI_TROIS"} <= environment.noms_lus


def test_a_file_in_another_encoding_is_refused(env_file: Path) -> None:
    env_file.write_bytes("ESSAI=été".encode("latin-1"))

    assert refusal(environment._repository) == f"{env_file} n'est pas en UTF-8. Réenregistrez-le en UTF-8."


def test_text_refuses_what_is_absent_quoted_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(lambda: text("ESSAI")) == (
        "Réglage ESSAI : valeur absente. Ajoutez ESSAI=… dans .env ou dans l'environnement."
    )
    monkeypatch.setenv("ESSAI", "'oui'")
    assert refusal(lambda: text("ESSAI")) == (
        "Réglage ESSAI : la valeur est entourée de guillemets. Retirez-les : écrivez NOM=valeur, sans guillemets."
    )
    monkeypatch.setenv("ESSAI", "rouge")
    assert refusal(lambda: text("ESSAI", choices=("bleu", "vert"))) == (
        "Réglage ESSAI : « rouge » n'est pas reconnu. Valeurs possibles : bleu, vert."
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("dix", "« dix » n'est pas un nombre entier. Exemple : ESSAI=8."),
        ("1.5", "« 1.5 » n'est pas un nombre entier. Exemple : ESSAI=8."),
        ("-1", "-1 est hors limites. Choisissez un nombre entre 0 et 10."),
        ("11", "11 est hors limites. Choisissez un nombre entre 0 et 10."),
    ],
)
def test_integer_refuses(monkeypatch: pytest.MonkeyPatch, value: str, why: str) -> None:
    monkeypatch.setenv("ESSAI", value)

    assert refusal(lambda: integer("ESSAI", 8, maximum=10)) == f"Réglage ESSAI : {why}"


def test_integer_reads_and_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert integer("ESSAI", 8) == 8
    monkeypatch.setenv("ESSAI", "")
    assert integer("ESSAI", 8) == 8
    monkeypatch.setenv("ESSAI", " 9 ")
    assert integer("ESSAI", 8) == 9


@pytest.mark.parametrize(
    ("value", "meant"),
    [("1", True), ("Oui", True), ("vrai", True), ("on", True), ("0", False), ("NON", False), ("faux", False)],
)
def test_boolean_reads_both_languages(monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("ESSAI", value)

    assert boolean("ESSAI", default=not meant) is meant


def test_boolean_refuses_and_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert boolean("ESSAI", default=True) is True
    monkeypatch.setenv("ESSAI", "peut-être")
    assert refusal(lambda: boolean("ESSAI", default=True)) == (
        "Réglage ESSAI : « peut-être » n'est ni oui ni non. Écrivez ESSAI=1 ou ESSAI=0."
    )


def test_strings_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert strings("ESSAI") == []
    monkeypatch.setenv("ESSAI", " a, b ,,c,")
    assert strings("ESSAI") == ["a", "b", "c"]


def test_a_development_secret_is_drawn_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "DATA_DIR", tmp_path)

    with ThreadPoolExecutor(8) as threads:
        drawn = set(threads.map(lambda _: secret("ESSAI_CLE"), range(32)))

    path = tmp_path / "secrets" / "essai_cle.json"
    assert drawn == {json.loads(path.read_text())}
    assert len(drawn.pop()) >= 64
    assert [one.name for one in path.parent.iterdir()] == ["essai_cle.json"]
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_a_data_folder_that_cannot_hold_secrets_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "DATA_DIR", tmp_path)
    (tmp_path / "secrets").write_text("un fichier")
    assert refusal(lambda: secret("ESSAI_CLE")).startswith(f"Réglage DATA_DIR : {tmp_path}/secrets est inutilisable (")

    (tmp_path / "secrets").unlink()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "essai_cle.json").write_text("{")
    assert refusal(lambda: secret("ESSAI_CLE")) == (
        f"Réglage ESSAI_CLE : {tmp_path}/secrets/essai_cle.json est abîmé. Effacez ce fichier : une autre clé sera tirée."
    )


def test_a_production_secret_is_required_and_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PRODUCTION", True)

    assert refusal(lambda: secret("ESSAI_CLE")).startswith(
        "Réglage ESSAI_CLE : clé absente en production. Tirez-en une"
    )
    monkeypatch.setenv("ESSAI_CLE", "k" * 49)
    assert refusal(lambda: secret("ESSAI_CLE")).startswith("Réglage ESSAI_CLE : clé trop courte. Tirez-en une")
    monkeypatch.setenv("ESSAI_CLE", KEY)
    assert secret("ESSAI_CLE") == KEY


def test_database_url_is_read_whole() -> None:
    assert from_url("postgresql://agn%C3%A8s:p%40ss%2F%23%3A@db.exemple.cg:6432/nsia%20pass?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "nsia pass",
        "USER": "agnès",
        "PASSWORD": "p@ss/#:",
        "HOST": "db.exemple.cg",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }
    local = from_url("postgres:///nsia_pass?host=/run/postgresql")
    assert (local["HOST"], local["PORT"], local["OPTIONS"]) == ("", "5432", {"host": "/run/postgresql"})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://u:p@h/b", "« mysql » n'est pas PostgreSQL"),
        ("nsia_pass", "« nsia_pass » n'est pas PostgreSQL"),
        ("postgresql://u:p@h", "nom de base absent"),
        ("postgresql://u:p@h/", "nom de base absent"),
        ("postgresql://u:p@h:port/b", "adresse illisible"),
        ("postgresql://u:p@h:99999/b", "adresse illisible"),
        ("postgresql://u:p/w@h/b", "adresse illisible"),
        ("postgresql://u:p#w@h/b", "adresse illisible"),
        ("postgresql://u@h/b#w", "nom de base absent"),
        ("postgresql://u:p@[h/b", "adresse illisible"),
        ("postgresql://u:p@h/b?sslmod=require", "option inconnue dans « ?sslmod=require »"),
    ],
)
def test_database_url_is_refused_by_name(url: str, why: str) -> None:
    assert refusal(lambda: from_url(url)).startswith(f"Réglage DATABASE_URL : {why}. ")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("https://pass.exemple.cg/", "https://pass.exemple.cg"),
        ("https://pass.exemple.cg:8443/chemin//", "https://pass.exemple.cg:8443/chemin"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("", "http://defaut"),
    ],
)
def test_url_is_read_without_its_final_slash(monkeypatch: pytest.MonkeyPatch, value: str, meant: str) -> None:
    monkeypatch.setenv("ESSAI", value)
    assert url("ESSAI", "http://defaut/", https=False) == meant


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("pass.exemple.cg", "« pass.exemple.cg » n'est pas une adresse http."),
        ("ftp://pass.exemple.cg", "« ftp://pass.exemple.cg » n'est pas une adresse http."),
        ("https://", "« https: » n'est pas une adresse http."),
        ("https://[::1", "« https://[::1 » n'est pas une adresse http."),
        ("https://hote:port", "« https://hote:port » n'est pas une adresse http."),
        ("https://été.cg", "« https://été.cg » n'est pas une adresse http."),
        ("https://ho te", "« https://ho te » n'est pas une adresse http."),
        ("https://moi:mdp@hote", "l'adresse contient un identifiant ou des paramètres. Retirez-les."),
        ("https://hote/?a=1", "l'adresse contient un identifiant ou des paramètres. Retirez-les."),
        ("https://hote/#a", "l'adresse contient un identifiant ou des paramètres. Retirez-les."),
        ("http://hote", "« http://hote » n'est pas en https."),
    ],
)
def test_url_refuses(monkeypatch: pytest.MonkeyPatch, value: str, why: str) -> None:
    monkeypatch.setenv("ESSAI", value)
    assert refusal(lambda: url("ESSAI", "", https=True)) == (
        f"Réglage ESSAI : {why} Exemple : ESSAI=https://pass.exemple.cg."
    )


def test_an_url_may_be_absent() -> None:
    assert url("ESSAI", "", https=True) == ""


# Mobile money

ACCES = {
    f"MTN_{quoi}_{produit}": f"{quoi}-{produit}".lower()
    for produit in ("COLLECTE", "DECAISSEMENT")
    for quoi in ("CLE", "UTILISATEUR", "SECRET")
}


def operators(monkeypatch: pytest.MonkeyPatch, *, production: bool, **values: str) -> ModuleType:
    """settings/operateurs.py as a process reads it with these variables."""
    for name in environment.noms_lus:
        if name.startswith("MTN_"):
            monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(environment, "PRODUCTION", production)
    spec = importlib.util.spec_from_file_location("nsia_pass_api.settings.operateurs_essai", operateurs.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_word_the_simulator_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    read = operators(monkeypatch, production=False)
    assert (read.MTN_ENVIRONNEMENT, read.MTN_URL) == ("simulateur", "http://127.0.0.1:9000")
    assert read.MTN_URL_RAPPEL == "http://127.0.0.1:8000"
    assert read.MTN_RELEVE_URL == "http://127.0.0.1:9000/simulateur/releve"
    assert {getattr(read, name) for name in ACCES} == {""}
    assert read.OPERATEURS == {"mtn_money": "apps.mtn_integration.operateur.OperateurMTN"}


@pytest.mark.parametrize(
    ("values", "address", "seconds"),
    [
        ({"MTN_ENVIRONNEMENT": "sandbox"}, "https://sandbox.momodeveloper.mtn.com", 10),
        ({"MTN_ENVIRONNEMENT": "mtncongo"}, "https://proxy.momoapi.mtn.com", 10),
        ({"MTN_ENVIRONNEMENT": "mtncongo", "MTN_PLATEFORME": "nouvelle"}, "https://momoapi.momo.africa", 30),
    ],
)
def test_mtn_is_where_its_environment_says(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], address: str, seconds: int
) -> None:
    read = operators(monkeypatch, production=False, **values, **ACCES)
    assert (address, seconds) == (read.MTN_URL, read.MTN_DELAI_JETON)
    assert (read.MTN_URL_RAPPEL, read.MTN_RELEVE_URL) == ("", "")
    assert {name: getattr(read, name) for name in ACCES} == ACCES


def test_nobody_is_called_when_there_is_no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    read = operators(monkeypatch, production=True, MTN_ENVIRONNEMENT="aucun")
    assert (read.OPERATEURS, read.MTN_URL) == ({}, "")


@pytest.mark.parametrize("environnement", ["sandbox", "mtncongo"])
def test_each_credential_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch, environnement: str) -> None:
    given = {"MTN_ENVIRONNEMENT": environnement}
    while set(given) < {*ACCES, "MTN_ENVIRONNEMENT"}:
        asked = re.match(
            rf"Réglage (MTN_\w+) : valeur absente pour MTN_ENVIRONNEMENT={environnement}\. Ajoutez \1=… : l[a'].* du "
            r"produit (Collection|Disbursement).*\. Voyez docs/payments/mtn\.md\.",
            refusal(lambda: operators(monkeypatch, production=False, **given)),
        )
        assert asked
        given[asked[1]] = "valeur"
    operators(monkeypatch, production=False, **given)


def test_disbursements_that_mtn_has_not_opened_need_no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    collecte = {name: value for name, value in ACCES.items() if name.endswith("COLLECTE")}
    read = operators(monkeypatch, production=True, MTN_ENVIRONNEMENT="mtncongo", MTN_DECAISSEMENT="0", **collecte)
    assert (read.MTN_DECAISSEMENT, read.MTN_CLE_DECAISSEMENT) == (False, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [("MTN_CLE_COLLECTE", "a b"), ("MTN_SECRET_DECAISSEMENT", "clé"), ("MTN_UTILISATEUR_COLLECTE", "a:b")],
)
def test_a_credential_badly_copied_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    refused = refusal(
        lambda: operators(monkeypatch, production=False, MTN_ENVIRONNEMENT="mtncongo", **{**ACCES, name: value})
    )
    assert refused.startswith(
        f"Réglage {name} : la valeur contient un caractère qui n'y a pas sa place. Recopiez-la : "
    )
    assert value not in refused


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (
            {},
            "Réglage MTN_ENVIRONNEMENT : le simulateur n'encaisse rien en production. "
            "Écrivez MTN_ENVIRONNEMENT=mtncongo, ou aucun pour ne pas encaisser par MTN.",
        ),
        (
            {"MTN_ENVIRONNEMENT": "sandbox", **ACCES},
            "Réglage MTN_ENVIRONNEMENT : le bac à sable de MTN confirme des paiements sans argent. "
            "Écrivez MTN_ENVIRONNEMENT=mtncongo ; sur un serveur d'essai seulement, DONNEES_DE_TEST_AUTORISEES=1.",
        ),
        *(
            (
                {"MTN_ENVIRONNEMENT": "mtncongo", name: "http://hote", **ACCES},
                f"Réglage {name} : « http://hote » n'est pas en https. Exemple : {name}=https://pass.exemple.cg.",
            )
            for name in ("MTN_URL", "MTN_URL_RAPPEL", "MTN_RELEVE_URL")
        ),
        (
            {"MTN_ENVIRONNEMENT": "mtn"},
            "Réglage MTN_ENVIRONNEMENT : « mtn » n'est pas reconnu. Valeurs possibles : "
            "simulateur, sandbox, mtncongo, aucun.",
        ),
    ],
)
def test_production_refuses_what_moves_no_money_or_moves_it_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], why: str
) -> None:
    assert refusal(lambda: operators(monkeypatch, production=True, **values)) == why


def check(**environment: str) -> tuple[int, str]:
    """`manage.py check` with these variables: its code and the last line of what it says."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATA_DIR") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={**kept, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    return result.returncode, (result.stdout + result.stderr).strip().splitlines()[-1]


def test_production_asks_for_each_key_by_name() -> None:
    keys: dict[str, str] = {}
    installation = {
        "NSIA_MODE": "production",
        "ALLOWED_HOSTS": "pass.exemple.cg",
        "URL_PUBLIQUE": "https://pass.exemple.cg",
        "MTN_ENVIRONNEMENT": "aucun",
    }
    while (answer := check(**installation, **keys))[0] != 0:
        asked = re.match(r"Réglage (\w+) : clé absente en production\. Tirez-en une : ", answer[1])
        assert asked, answer
        keys[asked[1]] = secrets.token_urlsafe(64)

    assert {"SECRET_KEY", "CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS"} <= keys.keys()
    # What remains warns (no SMS gateway, embedded database…) and stops nothing: tests/test_checks.py says each.
    assert re.fullmatch(r"System check identified \d issues? \(0 silenced\)\.", answer[1])


def test_the_public_address_is_read_without_its_last_slash() -> None:
    assert adresse_publique("https://pass.exemple.cg/", production=True) == "https://pass.exemple.cg"
    assert adresse_publique("http://127.0.0.1:8000", production=False) == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("url", "production", "why"),
    [
        ("http://pass.exemple.cg", True, "« http://pass.exemple.cg » n'est pas une adresse https"),
        ("pass.exemple.cg", False, "« pass.exemple.cg » n'est pas une adresse http ou https"),
        ("ftp://pass.exemple.cg", False, "« ftp://pass.exemple.cg » n'est pas une adresse http ou https"),
        ("https://", False, "« https:// » n'est pas une adresse http ou https"),
        ("https://pass.exemple.cg/?a=b", True, "« https://pass.exemple.cg/?a=b » n'est pas une adresse https"),
        ("https://pass.exemple.cg/#a", True, "« https://pass.exemple.cg/#a » n'est pas une adresse https"),
        ("https://[pass", True, "« https://[pass » n'est pas une adresse https"),
    ],
)
def test_a_public_address_that_nobody_could_open_is_refused(url: str, production: bool, why: str) -> None:
    assert refusal(lambda: adresse_publique(url, production=production)) == (
        f"Réglage URL_PUBLIQUE : {why}. Exemple : URL_PUBLIQUE=https://pass.exemple.cg."
    )


def test_production_asks_for_its_public_address() -> None:
    keys = dict.fromkeys(
        ("SECRET_KEY", "CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS", "CLE_COMPTEURS", "CLE_SECOND_FACTEUR"), KEY
    )

    assert check(NSIA_MODE="production", ALLOWED_HOSTS="pass.exemple.cg", **keys) == (
        2,
        "Réglage URL_PUBLIQUE : valeur absente. Ajoutez URL_PUBLIQUE=… dans .env ou dans l'environnement.",
    )


def test_a_wrong_mode_is_one_line() -> None:
    assert check(NSIA_MODE="prod") == (
        2,
        "Réglage NSIA_MODE : « prod » n'est pas reconnu. Valeurs possibles : developpement, production.",
    )

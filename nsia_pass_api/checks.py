"""System checks of a production: what settings can say but an insurer must not run. Errors stop the start, warnings do not.

What one value alone makes impossible (absent key, http address, simulator) is refused where it is read, in `settings/`.
Django's own checks of deployment (`check --deploy`) are not repeated.
"""

import ipaddress
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

ETIQUETTE = "production"
_CLES = ("SECRET_KEY", "CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS", "CLE_COMPTEURS", "CLE_SECOND_FACTEUR")
_DE_MODELE = (
    "django-insecure",
    "changeme",
    "change-me",
    "changez",
    "secret",
    "exemple",
    "example",
    "password",
    "motdepasse",
)
_SIGNES_DIFFERENTS = 12
_TIREZ = 'Tirez-en une autre : python -c "import secrets; print(secrets.token_urlsafe(64))".'
_LONGUEUR_JETON = 32


def _erreur(numero: int, texte: str, remede: str) -> checks.Error:
    return checks.Error(texte, hint=remede, id=f"nsia.E{numero:03}")


def _attention(numero: int, texte: str, remede: str) -> checks.Warning:
    return checks.Warning(texte, hint=remede, id=f"nsia.W{numero:03}")


@checks.register(ETIQUETTE)
def production(**_: Any) -> list[checks.CheckMessage]:
    """Everything that is weak, in production; nothing elsewhere."""
    if not settings.PRODUCTION:
        return []
    return [message for examine in EXAMENS for message in examine()]


def refuser_une_production_faible() -> None:
    """For a server that starts without manage.py. Raises ImproperlyConfigured, which says each error and its mend."""
    erreurs = [message for message in checks.run_checks(tags=[ETIQUETTE]) if message.is_serious()]
    if erreurs:
        dites = "\n".join(f"{message.id} {message.msg} {message.hint}" for message in erreurs)
        raise ImproperlyConfigured(f"Cette configuration de production est refusée :\n{dites}")


def cles() -> Iterator[checks.CheckMessage]:
    valeurs = {nom: str(getattr(settings, nom)) for nom in _CLES}
    for nom, valeur in valeurs.items():
        jumelles = [autre for autre, autre_valeur in valeurs.items() if autre > nom and autre_valeur == valeur]
        if jumelles:
            yield _erreur(1, f"{nom} et {', '.join(jumelles)} sont la même clé.", _TIREZ)
        if len(set(valeur)) < _SIGNES_DIFFERENTS or any(mot in valeur.lower() for mot in _DE_MODELE):
            yield _erreur(2, f"{nom} ressemble à un exemple : elle se devine.", _TIREZ)


def django() -> Iterator[checks.CheckMessage]:
    if settings.DEBUG:
        yield _erreur(3, "DEBUG est actif : les erreurs montrent code et réglages.", "Retirez DEBUG.")
    if any("*" in hote for hote in settings.ALLOWED_HOSTS):
        yield _erreur(4, "ALLOWED_HOSTS accepte n'importe quel nom.", "Écrivez les noms servis : pass.exemple.cg.")
    drapeaux = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    if eteints := [nom for nom in drapeaux if not getattr(settings, nom)]:
        yield _erreur(5, f"TLS n'est pas exigé : {', '.join(eteints)}.", "Remettez-les dans settings/base.py.")


def origines() -> Iterator[checks.CheckMessage]:
    """CORS and CSRF: named https origins only."""
    ouvertes = getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False) or getattr(
        settings, "CORS_ALLOWED_ORIGIN_REGEXES", ()
    )
    if ouvertes or any("*" in origine for origine in settings.CORS_ALLOWED_ORIGINS):
        yield _erreur(6, "N'importe quel site peut appeler l'API.", "Nommez chaque origine dans CORS_ALLOWED_ORIGINS.")
    claires = [
        origine
        for origine in (*settings.CORS_ALLOWED_ORIGINS, *settings.CSRF_TRUSTED_ORIGINS)
        if not origine.startswith("https://")
    ]
    if claires:
        yield _erreur(7, f"Origines sans TLS : {', '.join(claires)}.", "Écrivez-les en https://.")


def operateurs() -> Iterator[checks.CheckMessage]:
    if "simulateur" in settings.MESSAGERIE.lower():
        yield _erreur(8, "Les SMS iraient au simulateur.", "Donnez à MESSAGERIE la classe d'une vraie passerelle.")
    elif not settings.MESSAGERIE:
        yield _attention(
            101,
            "MESSAGERIE est vide : aucun SMS ne part, ni code ni confirmation.",
            "Donnez à MESSAGERIE la classe d'une passerelle.",
        )
    if settings.MTN_ENVIRONNEMENT in ("simulateur", "sandbox"):
        yield _attention(
            102,
            f"MTN_ENVIRONNEMENT={settings.MTN_ENVIRONNEMENT} confirme des paiements sans argent.",
            "Sur un serveur qui assure vraiment : MTN_ENVIRONNEMENT=mtncongo.",
        )
    if settings.DONNEES_DE_TEST_AUTORISEES:
        yield _attention(
            103, "DONNEES_DE_TEST_AUTORISEES=1 : des contrats inventés peuvent entrer.", "Remettez-le à 0."
        )


def personnes() -> Iterator[checks.CheckMessage]:
    # Absent as long as the installation has no second factor at all.
    if not getattr(settings, "DEUXIEME_FACTEUR_OBLIGATOIRE", True):
        yield _erreur(9, "Le personnel entre avec un seul mot de passe.", "Mettez DEUXIEME_FACTEUR_OBLIGATOIRE=1.")
    if not settings.BORNE_ENREGISTREMENT_OBLIGATOIRE:
        yield _erreur(
            10,
            "N'importe quelle machine peut se dire une borne.",
            "Mettez BORNE_ENREGISTREMENT_OBLIGATOIRE=1 et enregistrez les bornes : manage.py enregistrer_borne.",
        )
    if not settings.PROXYS_DE_CONFIANCE:
        yield _attention(
            104,
            "PROXYS_DE_CONFIANCE=0 : derrière un proxy, tous les essais viennent d'une seule adresse.",
            "Mettez le nombre de proxys qui ajoutent à X-Forwarded-For, 1 avec docs/deployment.md.",
        )


def base() -> Iterator[checks.CheckMessage]:
    if not settings.DATABASE_URL:
        yield _attention(105, "La base est le PostgreSQL embarqué.", "Définissez DATABASE_URL (docs/deployment.md).")
        return
    reglages = settings.DATABASES["default"]
    if est_locale(reglages["HOST"]):
        return
    mode = reglages["OPTIONS"].get("sslmode", "prefer")
    if mode not in ("require", "verify-ca", "verify-full"):
        yield _erreur(
            11,
            f"La base de {reglages['HOST']} est jointe sans TLS assuré (sslmode={mode}).",
            "Ajoutez à DATABASE_URL : ?sslmode=verify-full&sslrootcert=/chemin/ca.pem.",
        )
    elif mode == "require":
        yield _attention(
            106,
            f"Le serveur {reglages['HOST']} n'est pas reconnu : sslmode=require chiffre sans vérifier.",
            "Préférez ?sslmode=verify-full&sslrootcert=/chemin/ca.pem.",
        )


def est_locale(hote: str) -> bool:
    """A Unix socket or the loopback."""
    if not hote or hote.startswith("/") or hote == "localhost":
        return True
    try:
        return ipaddress.ip_address(hote).is_loopback
    except ValueError:
        return False


def surveillance() -> Iterator[checks.CheckMessage]:
    if not settings.METRIQUES_JETON:
        yield _attention(107, "METRIQUES_JETON est vide : /metriques/ est fermé.", "Tirez un jeton pour Prometheus.")
    elif len(settings.METRIQUES_JETON) < _LONGUEUR_JETON:
        yield _erreur(12, f"METRIQUES_JETON a moins de {_LONGUEUR_JETON} signes.", _TIREZ)


EXAMENS = (cles, django, origines, operateurs, personnes, base, surveillance)

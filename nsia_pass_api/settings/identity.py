"""Who may enter: client sessions at the kiosk, staff tokens, guess limits."""

from datetime import timedelta

from .environment import PRODUCTION, boolean, integer, secret, strings

# Client tokens (kiosk) and staff tokens share nothing: own key, audience, type and class each.
CLE_JETONS_CLIENTS = secret("CLE_JETONS_CLIENTS")
CLE_JETONS_AGENTS = secret("CLE_JETONS_AGENTS")

SESSION_BORNE_DUREE = timedelta(minutes=integer("SESSION_BORNE_MINUTES", 30, minimum=1, maximum=30))
JETON_ACCES_DUREE = timedelta(minutes=integer("JETON_ACCES_MINUTES", 5, minimum=1, maximum=30))

BORNE_ENREGISTREMENT_OBLIGATOIRE = boolean("BORNE_ENREGISTREMENT_OBLIGATOIRE", PRODUCTION)
# States of the contract (view `contrats`) that open the door of the kiosk.
CONNEXION_ETATS = strings("CONNEXION_ETATS", "Actif,Suspendu,Expiré")

# How many reverse proxies add to X-Forwarded-For; 0 = read the socket's address.
PROXYS_DE_CONFIANCE = integer("PROXYS_DE_CONFIANCE", 0, maximum=5)

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

"""Who may enter: client sessions at the kiosk, staff tokens, guess limits."""

from datetime import timedelta

from .environment import PRODUCTION, boolean, integer, refus, secret, strings

# Client tokens (kiosk) and staff tokens share nothing: own key, audience, type and class each.
CLE_JETONS_CLIENTS = secret("CLE_JETONS_CLIENTS")
CLE_JETONS_AGENTS = secret("CLE_JETONS_AGENTS")

SESSION_BORNE_DUREE = timedelta(minutes=integer("SESSION_BORNE_MINUTES", 30, minimum=1, maximum=30))
JETON_ACCES_DUREE = timedelta(minutes=integer("JETON_ACCES_MINUTES", 5, minimum=1, maximum=30))

BORNE_ENREGISTREMENT_OBLIGATOIRE = boolean("BORNE_ENREGISTREMENT_OBLIGATOIRE", PRODUCTION)
# States of the contract (view `contrats`) that open the door of the kiosk.
CONNEXION_ETATS = strings("CONNEXION_ETATS", "Actif,Suspendu,Expiré")

# Wrong guesses a day. A police or a phone has one budget outside registered kiosks and one at them, so that a stranger
# elsewhere cannot lock out a client who stands at a kiosk (docs/decisions/0003-identity.md).
ESSAIS_POLICE_MAX = 10
ESSAIS_POLICE_HORS_BORNE = integer("ESSAIS_POLICE_HORS_BORNE", 4, minimum=1)
ESSAIS_POLICE_BORNE = integer("ESSAIS_POLICE_BORNE", 3, minimum=1)
ESSAIS_POLICE_BORNES = integer("ESSAIS_POLICE_BORNES", 6, minimum=1)
if ESSAIS_POLICE_HORS_BORNE + ESSAIS_POLICE_BORNES > ESSAIS_POLICE_MAX:
    raise refus(
        "ESSAIS_POLICE_BORNES",
        f"avec ESSAIS_POLICE_HORS_BORNE, une police aurait plus de {ESSAIS_POLICE_MAX} essais par jour",
        f"Choisissez deux nombres dont la somme est au plus {ESSAIS_POLICE_MAX}.",
    )
# A phone has a little more: its owner who mistypes her police is more likely than someone who guesses polices.
ESSAIS_TELEPHONE_HORS_BORNE = integer("ESSAIS_TELEPHONE_HORS_BORNE", 5, minimum=1)
ESSAIS_TELEPHONE_BORNE = integer("ESSAIS_TELEPHONE_BORNE", 5, minimum=1)
ESSAIS_TELEPHONE_BORNES = integer("ESSAIS_TELEPHONE_BORNES", 10, minimum=1)
# All guesses made at one kiosk, and all those of one address that presents no kiosk key.
ESSAIS_PAR_BORNE_QUART_HEURE = integer("ESSAIS_PAR_BORNE_QUART_HEURE", 30, minimum=1)
ESSAIS_PAR_ADRESSE_MINUTE = integer("ESSAIS_PAR_ADRESSE_MINUTE", 5, minimum=1)
ESSAIS_PAR_ADRESSE_JOUR = integer("ESSAIS_PAR_ADRESSE_JOUR", 50, minimum=1)
# Keys the hash under which a police, a phone or an address is counted, and that under which a one-time code is kept.
CLE_COMPTEURS = secret("CLE_COMPTEURS")

# One-time codes by SMS, for changes of beneficiaries and of the payout number. With ten codes of three tries, whoever stole
# a session has 30 guesses in a million a day.
CODE_DUREE = timedelta(minutes=integer("CODE_MINUTES", 5, minimum=1, maximum=15))
CODE_ESSAIS = integer("CODE_ESSAIS", 3, minimum=1, maximum=5)
CODE_ENVOIS_HEURE = integer("CODE_ENVOIS_HEURE", 4, minimum=1, maximum=20)
CODE_ENVOIS_JOUR = integer("CODE_ENVOIS_JOUR", 10, minimum=1, maximum=50)
# The same change asked again sooner than this sends nothing more: a second touch, or an answer that was lost.
CODE_RENVOI = timedelta(seconds=integer("CODE_RENVOI_SECONDES", 30, minimum=1, maximum=300))

# « Recevoir ma police par SMS »: SMS asked for one phone in a day, at one kiosk in an hour, and from an address without a key.
RAPPELS_TELEPHONE_JOUR = integer("RAPPELS_TELEPHONE_JOUR", 3, minimum=1, maximum=20)
RAPPELS_BORNE_HEURE = integer("RAPPELS_BORNE_HEURE", 20, minimum=1)
RAPPELS_ADRESSE_HEURE = integer("RAPPELS_ADRESSE_HEURE", 5, minimum=1)
# Subscriptions without a session: those that name a phone, those that make a phone ask for its PIN, those of a kiosk, and
# those of an address that presents no kiosk key. At a busy kiosk one takes two minutes at least.
SOUSCRIPTIONS_PAR_TELEPHONE_JOUR = integer("SOUSCRIPTIONS_PAR_TELEPHONE_JOUR", 5, minimum=1)
SOUSCRIPTIONS_PAR_PAYEUR_JOUR = integer("SOUSCRIPTIONS_PAR_PAYEUR_JOUR", 10, minimum=1)
SOUSCRIPTIONS_PAR_BORNE_QUART_HEURE = integer("SOUSCRIPTIONS_PAR_BORNE_QUART_HEURE", 20, minimum=1)
SOUSCRIPTIONS_PAR_ADRESSE_HEURE = integer("SOUSCRIPTIONS_PAR_ADRESSE_HEURE", 20, minimum=1)
# Payments that clients in their sessions ask of a phone that is not their own, and that its holder did not confirm, in a day:
# to one phone, and by one client.
DEMANDES_VERS_UN_AUTRE_JOUR = integer("DEMANDES_VERS_UN_AUTRE_JOUR", 6, minimum=1)
DEMANDES_VERS_D_AUTRES_JOUR = integer("DEMANDES_VERS_D_AUTRES_JOUR", 10, minimum=1)

# Dead sessions stay readable this long before `purger_sessions` deletes them.
SESSIONS_CONSERVATION_JOURS = integer("SESSIONS_CONSERVATION_JOURS", 90, minimum=1)

# Second factor of members of staff (docs/decisions/0011-second-factor.md). Those who have one always give it; where it is
# obligatory, those who have none can do nothing but enrol.
DEUXIEME_FACTEUR_OBLIGATOIRE = boolean("DEUXIEME_FACTEUR_OBLIGATOIRE", PRODUCTION)
# Seals their secrets in the database; the former ones still open what they sealed, until `rechiffrer_facteurs` has run.
CLE_SECOND_FACTEUR = secret("CLE_SECOND_FACTEUR")
CLES_SECOND_FACTEUR_ANCIENNES = strings("CLES_SECOND_FACTEUR_ANCIENNES")

# Sessions of the back office end after idleness, and at the latest after so many hours, however busy.
SESSION_AGENT_INACTIVITE = timedelta(minutes=integer("SESSION_AGENT_INACTIVITE_MINUTES", 30, minimum=2, maximum=240))
SESSION_AGENT_DUREE = timedelta(hours=integer("SESSION_AGENT_HEURES", 12, minimum=1, maximum=24))
SESSION_ENGINE = "apps.borne_auth.connexion.magasin"
SESSION_COOKIE_AGE = int(SESSION_AGENT_DUREE.total_seconds())

# Staff API: in production, only behind the second factor.
AGENTS_API_ACTIVE = boolean("AGENTS_API_ACTIVE", DEUXIEME_FACTEUR_OBLIGATOIRE or not PRODUCTION)
JETON_AGENT_DUREE = timedelta(minutes=integer("JETON_AGENT_MINUTES", 15, minimum=1, maximum=60))
ESSAIS_AGENT_QUART_HEURE = integer("ESSAIS_AGENT_QUART_HEURE", 5, minimum=1)
ESSAIS_AGENTS_ADRESSE_QUART_HEURE = integer("ESSAIS_AGENTS_ADRESSE_QUART_HEURE", 20, minimum=1)
# Wrong passwords at one account from everywhere she never came from: a wait that grows from minutes to a day, and never hers.
ESSAIS_AGENT_AILLEURS = integer("ESSAIS_AGENT_AILLEURS", 10, minimum=1)
# Wrong codes of an account in a quarter of an hour, and four times as many a day.
ESSAIS_FACTEUR_QUART_HEURE = integer("ESSAIS_FACTEUR_QUART_HEURE", 5, minimum=1, maximum=20)

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

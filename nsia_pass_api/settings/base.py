"""Django itself: applications, middleware, templates, language, static files, transport security."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from .environment import BASE_DIR, PRODUCTION, secret, strings
from .fichiers import STOCKAGE_PRIVE

DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
ALLOWED_HOSTS = strings("ALLOWED_HOSTS", None if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = strings("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "nsia_pass_api",
    "apps.socle",
    "apps.pass_products",
    "apps.pass_clients",
    "apps.pass_payments",
    "apps.mtn_integration",
    "apps.simulateur",
    "apps.borne_auth",
    "apps.claims",
    "apps.reprise",
    "apps.essais",
]

MIDDLEWARE = [
    "nsia_pass_api.logs.RequestLogMiddleware",
    "nsia_pass_api.metriques.MesureMiddleware",
    "nsia_pass_api.requetes.RequetesLisibles",
    "django.middleware.security.SecurityMiddleware",
    "nsia_pass_api.static_files.Statiques",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "nsia_pass_api.middlewares.Sessions",
    "django.middleware.common.CommonMiddleware",
    "nsia_pass_api.middlewares.Csrf",
    "nsia_pass_api.middlewares.Personnel",
    "apps.borne_auth.audit.AuditMiddleware",
    "apps.borne_auth.lectures.LecturesMiddleware",
    "apps.borne_auth.connexion.middleware.AccesBackOffice",
    "nsia_pass_api.middlewares.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.socle.reglages.MemoireDeRequete",
]

# What a page may load and run, unless its view says something stricter (kiosk, documents). The back office decides it: unfold's
# Alpine evaluates the attributes of its templates, and its colours are a <style> of each page. Decision 19.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

ROOT_URLCONF = "nsia_pass_api.urls"
WSGI_APPLICATION = "nsia_pass_api.wsgi.application"
AUTH_USER_MODEL = "borne_auth.Agent"
AUTHENTICATION_BACKENDS = ["apps.borne_auth.backends.AgentBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "fr"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Africa/Brazzaville"

STATIC_URL = "static/"
# Filled by collectstatic in production; elsewhere the finders serve.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "nsia_pass_api.static_files.StockageHache"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "prive": STOCKAGE_PRIVE,
}

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # Asked from this machine, where no proxy adds TLS; the proxy itself sends plain http away.
    SECURE_REDIRECT_EXEMPT = [r"^sante/", r"^metriques/$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

"""Django settings of Tongban; what differs between installations comes from `config.environment`."""

import base64
import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tongban.config.environment import environment
from tongban.foundation.logs import configure_logs

ENV = environment()
PACKAGE = Path(__file__).resolve().parents[1]
IS_PRODUCTION = ENV.mode == "production"
IS_DEMO = ENV.mode == "demo"


def _development_secret(purpose: str) -> str:
    """A fixed secret for demo and tests; production start is refused without real ones (`check --deploy`)."""
    return base64.b64encode(
        hashlib.sha256(f"tongban-{purpose}-not-for-production".encode()).digest()
    ).decode()


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "tongban.foundation.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(query.pop("port", None) or parts.port or ""),
        # A connection a thread, looked at before each request: a database that is back is used again at once.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "tongban", "connect_timeout": 5, **query},
        "TEST": {"NAME": ENV.test_db} if ENV.test_db else {},
    }


SECRET_KEY = ENV.secret_key.get_secret_value() if ENV.secret_key else _development_secret("session")
DATA_KEYS = ENV.data_keys.get_secret_value() if ENV.data_keys else f"dev:{_development_secret('data')}"
LOOKUP_KEY = ENV.lookup_key.get_secret_value() if ENV.lookup_key else _development_secret("lookup")

DEBUG = False
ALLOWED_HOSTS = ENV.allowed_hosts
ROOT_URLCONF = "tongban.config.urls"
WSGI_APPLICATION = "tongban.config.wsgi.application"

DOMAINS = [
    "directory",
    "identity",
    "standards",
    "exchange",
    "registers",
    "messaging",
    "eforms",
    "licences",
    "catalogue",
    "cases",
    "lifeevents",
    "evaluation",
    "privacy",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "procrastinate.contrib.django",
    "tongban.foundation.audit",
    "tongban.foundation.outbox",
    "tongban.foundation.jobs",
    "tongban.foundation.numbering",
    "tongban.foundation.signing",
    *(f"tongban.domains.{name}" for name in DOMAINS),
    "tongban.sites.shared",
    "tongban.sites.portal",
    "tongban.sites.console",
    "tongban.sites.openapi",
    *(["tongban.demo"] if not IS_PRODUCTION else []),
]
MIDDLEWARE = [
    "tongban.config.observing.RequestContextMiddleware",
    "tongban.sites.shared.visitors.VisitorPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tongban.sites.shared.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongban.sites.shared.middleware.RequestSizeMiddleware",
    "tongban.sites.shared.middleware.TroubleMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongban.sites.shared.middleware.ActorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "tongban.sites.shared.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "tongban.sites.shared.shell.shell",
            ],
        },
    },
    # Only for the texts of allauth's e-mails and messages; pages are Jinja2.
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [], "APP_DIRS": True},
]
# Only what all web processes must count together; pages and guides are kept in the process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DATABASES = {"default": _database(ENV.database())}
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["tongban.sites.shared.accounts.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if ENV.mode == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "tongban.sites.shared.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(ENV.public_url).scheme
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
# Without allauth's own limit by account name alone: with it, a stranger's guesses would lock the owner out. A service hall or a
# company's network is one address for hundreds of people, hence the height; identity counts wrong passwords by name and address.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "100/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
MFA_ADAPTER = "tongban.sites.shared.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = f"通办 · {ENV.city_name}"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "tongban.sites.shared.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SECURE = IS_PRODUCTION
CSRF_COOKIE_HTTPONLY = True
# A browser names the public address as its origin, while the proxy in front speaks plain HTTP to us.
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(ENV.public_url))]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
CSRF_FAILURE_VIEW = "tongban.sites.shared.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if IS_PRODUCTION else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.home / "static"
MEDIA_ROOT = ENV.home / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

_SMTP = urlsplit(ENV.smtp_url) if ENV.smtp_url else None
if ENV.mode == "test":
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
elif _SMTP is None:
    EMAIL_BACKEND = "tongban.domains.messaging.sandbox.SandboxBackend"
else:
    EMAIL_BACKEND = "tongban.domains.messaging.smtp.SmtpBackend"
    EMAIL_HOST, EMAIL_PORT = _SMTP.hostname, _SMTP.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_SMTP.username or ""), unquote(_SMTP.password or "")
    EMAIL_USE_TLS = True
    # A server that hangs is given up long before the lease on its queue ends.
    EMAIL_TIMEOUT = 10
BUSINESS_CLOCK = ENV.home / "business-clock.json" if IS_DEMO else None
AUDIT_HEADS = ENV.home / "audit-heads.jsonl"
EXCHANGE_INBOX = ENV.exchange_inbox or ENV.home / "exchange-inbox"
EVIDENCE_EXPORT = ENV.evidence_export or ENV.home / "evidence"
EVIDENCE_LIMIT = timedelta(minutes=ENV.evidence_limit_minutes)
CATALOGUE_REGION = ENV.catalogue_region
DATA_BUREAU = ENV.data_bureau
PUBLIC_URL = ENV.public_url
CITY_NAME = ENV.city_name
CLAMD = ENV.clamd
WEBHOOK_NETWORKS = ENV.webhook_networks
TSA_URL = ENV.tsa_url
PKCS11_MODULE = ENV.pkcs11_module
PKCS11_TOKEN = ENV.pkcs11_token
PKCS11_PIN = ENV.pkcs11_pin.get_secret_value() if ENV.pkcs11_pin else None

LOGGING_CONFIG = None
configure_logs(ENV.log_level if ENV.mode != "test" else "ERROR")
if ENV.otlp_endpoint:
    from tongban.foundation.traces import configure_traces

    configure_traces(ENV.otlp_endpoint)

os.environ.setdefault("PROCRASTINATE_APP", "tongban.foundation.jobs.app")

"""Settings: the only place that knows every app. Everything that differs by installation comes from BALAI_* or from BALAI_HOME.

`docs/reference/settings.md` documents each one; a house test keeps it complete.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from balai.base import address, rooms
from balai.project.home import ensure_home

ROOT = Path(__file__).resolve().parents[3]

BALAI_HOME = Path(os.environ.get("BALAI_HOME", ROOT / ".balai" / "home")).resolve()
BALAI_DEMO = os.environ.get("BALAI_DEMO") == "1"
BALAI_TOWN = os.environ.get("BALAI_TOWN", "64.72")
BALAI_SERVICES = Path(os.environ.get("BALAI_SERVICES", ROOT / "services"))
BALAI_TOWN_FOLDER = Path(os.environ.get("BALAI_TOWN_FOLDER", ROOT / "town"))
_address = address.read(os.environ.get("BALAI_URL", "http://127.0.0.1:8000"))
BALAI_URL = _address.url

SECRET_KEY = ensure_home(BALAI_HOME, os.environ.get("BALAI_DATABASE", ""))
DEBUG = False
ALLOWED_HOSTS = address.hosts(_address, os.environ.get("BALAI_HOSTS", ""))
CSRF_TRUSTED_ORIGINS = address.origins(_address, ALLOWED_HOSTS)
_secure = _address.secure

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",  # the list of passkeys tells times with it
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "balai.records.people",  # before allauth: its templates are the ones shown
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "balai.base",
    "balai.base.pages",
    "balai.records.folders",
    "balai.records.offices",
    "balai.records.filing",
    "balai.records.entrance",
    "balai.records.registries",
    "balai.records.documents",
    "balai.records.outages",
    "balai.records.hallpages",
    "balai.records.protection",
    "balai.records.law",
    "balai.casework.catalogue",
    "balai.casework.cases",
    "balai.casework.issuing",
    "balai.casework.notices",
    "balai.casework.archive",
    "balai.casework.figures",
    "balai.casework.readings",
    "balai.casework.legal",
    *rooms.app_names(),
    "balai.doors.portal",
    "balai.doors.desk",
    "balai.doors.api",
    "balai.doors.console",
]

MIDDLEWARE = [
    "balai.base.pages.address.OwnAddress",
    "django.middleware.security.SecurityMiddleware",
    "balai.base.pages.packing.Packed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "balai.base.pages.caching.NoStore",
    "django.middleware.locale.LocaleMiddleware",
    "balai.base.pages.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "balai.doors.portal.phone.WipeOnSignOut",
    "allauth.account.middleware.AccountMiddleware",
    "balai.records.people.web.AccountLimits",
    "balai.base.pages.kept.KeptForms",
    "balai.records.people.sessions.OfficerSessions",
    "balai.records.people.web.RequireSecondFactor",
    "balai.base.pages.refusals.RefusalPages",
    "balai.doors.api.problems.ProblemAnswers",
]

# What the machines' door needs of it; see project/wsgi.py.
BALAI_API_MIDDLEWARE = [
    "balai.doors.api.problems.ProblemAnswers",  # the outermost: whatever the others refuse is a problem too
    "balai.base.pages.address.OwnAddress",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",  # refuses a host that is not ours, and tells the length of an answer
    "balai.base.pages.caching.NoStore",
]

BALAI_PROBE_MIDDLEWARE = ["balai.base.pages.address.OwnAddress", "django.middleware.security.SecurityMiddleware"]

ROOT_URLCONF = "balai.project.urls"
WSGI_APPLICATION = "balai.project.wsgi.application"

MESSAGE_TAGS = {10: "", 20: "", 25: "ok", 30: "warn", 40: "bad"}  # by the names that a notice has
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """Read a database address: empty for the embedded SQLite, `postgresql://user:password@host:port/name` for a server."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(BALAI_HOME / "balai.sqlite3"),
            # Measured: WAL + NORMAL + IMMEDIATE took 170 POST/s where the defaults took 41; deferred read-then-write locks up.
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
                " PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;",
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        # Prepared after five uses, as psycopg itself would: a step took the server 5.4 ms of CPU without and 3.1 with.
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,
            # after five seconds without a server the next request asks anew; the pool's own patience grows to minutes
            "pool": {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 5},
            # a server that is gone or does not speak is known within seconds, by whoever asks
            "connect_timeout": max(
                int(os.environ.get("BALAI_DATABASE_CONNECT_SECONDS", "3")), 2
            ),  # libpq knows no less
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
        },
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django's own keeping must be off with it
    }


DATABASES = {"default": database(os.environ.get("BALAI_DATABASE", ""))}
# What one statement of a page, and its wait for a lock, may take on PostgreSQL (base/patience.py); nothing else is cut.
BALAI_DATABASE_SECONDS = float(os.environ.get("BALAI_DATABASE_SECONDS", "6"))
BALAI_DATABASE_LOCK_SECONDS = float(os.environ.get("BALAI_DATABASE_LOCK_SECONDS", "5"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "bahasa"
LANGUAGE_COOKIE_SECURE = _secure
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Makassar"

STATIC_URL = "/static/"
STATIC_ROOT = BALAI_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# A session kept in one process's memory would outlive its sign-out in another's.
BALAI_WEB_PROCESSES = int(os.environ.get("BALAI_WEB_PROCESSES", "1"))
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if BALAI_WEB_PROCESSES == 1 else 'db'}"
SESSION_CACHE_ALIAS = "local"
# Under `__Host-` a browser takes a cookie from this very host alone: no neighbour below the same domain can plant one.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-balai", "__Host-csrf") if _secure else ("balai", "csrftoken")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _secure else 0
SECURE_SSL_REDIRECT = False  # the proxy before Balai does it
CSRF_FAILURE_VIEW = "balai.base.pages.refusals.csrf_failed"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
    }
}
BALAI_OFFLINE = os.environ.get("BALAI_OFFLINE", "1") != "0"  # 0 takes the worker out of every browser
BALAI_STATUS = os.environ.get("BALAI_STATUS", "")  # the folder of the status page, which a proxy may read
# the public log: witnesses as "address key; address key", how often each is asked, and where checkpoints are sent
BALAI_LOG_WITNESSES = os.environ.get("BALAI_LOG_WITNESSES", "")
BALAI_LOG_SECONDS = int(os.environ.get("BALAI_LOG_SECONDS", "60"))
BALAI_LOG_FOLDER = os.environ.get("BALAI_LOG_FOLDER", "")
BALAI_LOG_MAIL = os.environ.get("BALAI_LOG_MAIL", "")
BALAI_LOG_HOURS = int(os.environ.get("BALAI_LOG_HOURS", "24"))
# anchors of its checkpoints on an EVM chain: a node's JSON-RPC address, the contract, how often, how many blocks must lie on an
# anchor before it counts, and the most that a unit of gas may cost, in gwei
BALAI_ANCHOR = os.environ.get("BALAI_ANCHOR", "")
BALAI_ANCHOR_CONTRACT = os.environ.get("BALAI_ANCHOR_CONTRACT", "")
BALAI_ANCHOR_HOURS = int(os.environ.get("BALAI_ANCHOR_HOURS", "24"))
BALAI_ANCHOR_DEPTH = int(os.environ.get("BALAI_ANCHOR_DEPTH", "12"))
BALAI_ANCHOR_GWEI = float(os.environ.get("BALAI_ANCHOR_GWEI", "100"))
# after so many hours without a worker the next start records an outage; 0: never, for a hall that is switched off at night
BALAI_OUTAGE_HOURS = int(os.environ.get("BALAI_OUTAGE_HOURS", "1"))
# how many days after its receipt on paper an application may be entered at a counter
BALAI_LATER_ENTRY_DAYS = int(os.environ.get("BALAI_LATER_ENTRY_DAYS", "14"))
BALAI_UPLOAD_BYTES = int(os.environ.get("BALAI_UPLOAD_BYTES", "40000000"))  # all files of one request together
BALAI_BODY_SECONDS = float(os.environ.get("BALAI_BODY_SECONDS", "60"))  # see project/rsgi.py
BALAI_WEB_THREADS = int(os.environ.get("BALAI_WEB_THREADS", "4"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 500_000
FILE_UPLOAD_TEMP_DIR = str(BALAI_HOME / "tmp")

# allauth counts sign-ins and used codes in the default cache, so that one is shared by all processes; ours is each one's own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "base_shared",
        "KEY_FUNCTION": "balai.base.throttle.shared_key",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}},
}

BALAI_PLUGS = {
    "mail": os.environ.get("BALAI_MAIL", "demo" if BALAI_DEMO else "smtp"),
    "sms": os.environ.get("BALAI_SMS", "demo" if BALAI_DEMO else "failing"),
    "signer": os.environ.get("BALAI_SIGNER", "local"),
    "meterai": os.environ.get("BALAI_METERAI", "failing"),
    "scanner": os.environ.get("BALAI_SCANNER", "off"),
    "registry:penduduk": os.environ.get("BALAI_REGISTRY_PENDUDUK", "synthetic" if BALAI_DEMO else "failing"),
}

if _second := os.environ.get("BALAI_SMS_SECOND", ""):
    BALAI_PLUGS["sms:second"] = _second

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "balai.base.logs.Redacting", "fmt": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("BALAI_LOG", "WARNING")},
}

from balai.project.settings_identity import *  # noqa: E402, F403

BALAI_MAIL_FROM = os.environ.get("BALAI_MAIL_FROM", "Balai Kota <balai@localhost>")
BALAI_SMTP_HOST = os.environ.get("BALAI_SMTP_HOST", "127.0.0.1")
BALAI_SMTP_PORT = int(os.environ.get("BALAI_SMTP_PORT", "25"))
BALAI_SMTP_TLS = os.environ.get("BALAI_SMTP_TLS", "")  # "", "starttls" or "tls"
BALAI_SMTP_USER = os.environ.get("BALAI_SMTP_USER", "")
BALAI_SMTP_PASSWORD = os.environ.get("BALAI_SMTP_PASSWORD", "")
BALAI_SMS_URL = os.environ.get("BALAI_SMS_URL", "")
BALAI_SMS_TOKEN = os.environ.get("BALAI_SMS_TOKEN", "")
BALAI_SMS_SENDER = os.environ.get("BALAI_SMS_SENDER", "BALAI")
BALAI_SMS_SECOND_URL = os.environ.get("BALAI_SMS_SECOND_URL", "")
BALAI_SMS_SECOND_TOKEN = os.environ.get("BALAI_SMS_SECOND_TOKEN", "")
BALAI_SMS_SECOND_SENDER = os.environ.get("BALAI_SMS_SECOND_SENDER", BALAI_SMS_SENDER)
BALAI_SMS_IN_KEY = os.environ.get("BALAI_SMS_IN_KEY", "")  # of gateways that bring texts; "": no door
BALAI_SMS_IN_HOUR = int(os.environ.get("BALAI_SMS_IN_HOUR", "300"))  # texts that the hall answers an hour

# Signing: a time-stamping authority lifts signatures to B-LT; `bsre` asks a signing service over HTTP.
BALAI_TSA_URL = os.environ.get("BALAI_TSA_URL", "")
BALAI_TSA_ROOTS = os.environ.get("BALAI_TSA_ROOTS", "")  # a PEM file
BALAI_SIGN_SECOND_FACTOR = os.environ.get("BALAI_SIGN_SECOND_FACTOR", "0" if BALAI_DEMO else "1") == "1"
_meterai_secret = os.environ.get("BALAI_METERAI_TOKEN_FILE", "")
BALAI_METERAI_SERVICE = {
    "url": os.environ.get("BALAI_METERAI_URL", ""),
    "token": Path(_meterai_secret).read_text(encoding="utf-8").strip() if _meterai_secret else "",
}
_bsre_secret = os.environ.get("BALAI_BSRE_PASSWORD_FILE", "")
BALAI_BSRE = {
    "url": os.environ.get("BALAI_BSRE_URL", ""),
    "user": os.environ.get("BALAI_BSRE_USER", ""),
    "password": Path(_bsre_secret).read_text(encoding="utf-8").strip() if _bsre_secret else "",
    "roots": [path for path in os.environ.get("BALAI_BSRE_ROOTS", "").split(",") if path],  # PEM files
}

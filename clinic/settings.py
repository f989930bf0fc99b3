"""Every setting of the clinic site, read from the environment (see .env.example)."""

import os
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from clinic.environment import BASE_DIR, load

DATA_DIR = load()  # everything that changes lives here
env = environ.Env()

# Where the site lives: one address decides hosts, secure cookies, redirects and links in mail.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
_site = urlsplit(SITE_URL)
IS_HTTPS = _site.scheme == "https"
# Probes on the machine itself ask by its own address
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[_site.hostname]), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# How many reverse proxies of ours stand in front; the client's address is read that many hops from the right.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise SystemExit(
        "SECRET_KEY is not set. Put a line SECRET_KEY=<50 random characters> into .env; make one with:"
        " python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
# Keys of before, after a change of SECRET_KEY: what they signed or encrypted stays readable.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# What patients told the clinic is nobody else's on this machine: folders 0700, files 0600, whatever creates them.
os.umask(0o077)
DATA_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

INSTALLED_APPS = [
    "clinic.staff.admin_app.ClinicAdminConfig",  # django.contrib.admin, as our own AdminSite
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_prose_editor",
    "phonenumber_field",
    "clinic.core",
    "clinic.practice",
    "clinic.mail",
    "clinic.redirects",
    "providers",
    "articles",
    "appointments",
    "clinic.pages",
    "clinic.opening",
    "clinic.staff",  # last: roles are granted once every other app's permissions exist
]
# The demo clinic and the commands that load and remove it. `make run` sets this; a clinic's own site never does.
DEMO = env.bool("DEMO", default=False)
if DEMO:
    INSTALLED_APPS.append("clinic.demo")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.core.http.BodySizeLimit",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "clinic.redirects.middleware.RedirectMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.staff.middleware.StaffSession",
    "clinic.opening.middleware.BeforeOpening",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

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
                "csp.context_processors.nonce",
                "clinic.pages.context.site",
                "clinic.staff.shell.shell",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database. On SQLite a write transaction takes its lock at once (the default, deferred, fails under concurrent
# writers), and a commit is on disk before a patient reads "sent".
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'clinic.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 6,  # seconds a writer waits for another; a patient is told within eight
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Takes each backup to a second place: {file} is its path, {name} its name (clinic/keeping).
BACKUP_COPY_COMMAND = env.str("BACKUP_COPY_COMMAND", default="")

# Whether finished pages of the public are kept and given again while nothing on them has changed (clinic/pages/kept.py)
KEEP_PAGES = env.bool("KEEP_PAGES", default=True)

CACHES = {"default": env.cache_url("CACHE_URL", default=f"filecache://{DATA_DIR / 'cache'}")}

# Mail is queued as rows and sent by the worker; a hung server costs it ten seconds, never a web request.
# The third slash is the one that environ takes off.
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"appointments@{_site.hostname}")
# Answers "which address does this mail go to?" for mail to a patient; the mail rows hold no person's data.
PATIENT_ADDRESS = "appointments.emails.patient_address"
# Answers "which agreed appointments touch these days?" where a closure is entered
AGREED_APPOINTMENTS = "appointments.services.closures.agreed_on"
# Whether a mail to a patient still says what holds, and the calendar file that goes with it
MAIL_IS_STILL_TRUE = "appointments.visit_emails.is_still_true"
MAIL_CALENDAR = "appointments.calendars.attachment"
# What the worker does between deliveries, by dotted path; each job is safe to run twice and by two workers.
JOBS = [
    "appointments.jobs.remind_of_overdue",
    "appointments.jobs.tell_patients_of_delay",
    "appointments.jobs.remind_of_quarantine",
    "appointments.jobs.send_digest",
    "appointments.visit_jobs.let_offers_run_out",
    "appointments.visit_jobs.remind_of_visits",
    "articles.jobs.publish_scheduled",
    "articles.jobs.remind_of_reviews",
    "clinic.staff.jobs.delete_old_buckets",
    "clinic.staff.jobs.delete_expired_sessions",
]

# Sessions are for staff and for a patient's status page; public pages start none.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_FAILURE_VIEW = "clinic.pages.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 12 * 3600  # at most a long working day; staff are signed out sooner when idle
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# What a patient types stays in the browser's tab until it is sent: leaving the form loses nothing.
KEEP_HALF_FILLED_FORMS = env.bool("KEEP_HALF_FILLED_FORMS", default=True)

# Staff sign-in (clinic/staff): a password and a code from the phone. The demo makes the code optional.
STAFF_MFA = env.str("STAFF_MFA", default="required")
if STAFF_MFA not in ("required", "optional"):
    raise SystemExit(f"STAFF_MFA is {STAFF_MFA!r}. Set it to required, or to optional for a demo.")
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Where the frame of every staff page leads, by role; the places are the front desk's.
STAFF_SHELL = "appointments.desk.shell.places"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "clinic.staff.adapters.StaffAdapter"
ACCOUNT_FORMS = {
    "login": "clinic.staff.forms.SignInForm",
    "reauthenticate": "clinic.staff.forms.ConfirmByPasswordForm",
    "change_password": "clinic.staff.forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody signs up; allauth checks they agree
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser: a desk is shared
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # attempts are counted in rows instead (clinic/staff/throttling.py)
MFA_ADAPTER = "clinic.staff.adapters.CodesAdapter"
MFA_FORMS = {
    "authenticate": "clinic.staff.forms.CodeForm",
    "reauthenticate": "clinic.staff.forms.ConfirmByCodeForm",
    "activate_totp": "clinic.staff.forms.ActivateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # half a minute early or late: clocks differ and people type slowly

# Headers. Nothing from another origin, nothing inline without the page's nonce.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|monitor)$"]  # probes on the machine itself speak plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
# Asks browsers to ship the name as https-only, which takes months to undo: the owner's choice, so Django's hint is off
SECURE_HSTS_PRELOAD = IS_HTTPS and env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language and time: the clinic's zone decides every promise, digest and date on a page.
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="America/New_York")
USE_I18N = True
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "RFC3966"  # keeps the extension, which E.164 drops
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages ask for no others, and collecting takes half the time
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic.core.storage.StaticFiles"},
}
# Uploaded pictures are the only large bodies there are, and only staff send them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Neither a log line nor an error report says what a patient typed, or holds the key of a link.
DEFAULT_EXCEPTION_REPORTER = "clinic.core.logs.QuietReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "quiet": {
            "()": "clinic.core.logs.QuietFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}

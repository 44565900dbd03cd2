"""Settings of StudyHub. Everything that differs between machines is read from the environment (see studyhub/env.py)."""

from pathlib import Path

from studyhub import caches, env, limits, logs, signin, storages
from studyhub.databases import database
from studyhub.security import page_policy

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.var_folder()

DEBUG = env.flag("STUDYHUB_DEBUG", False)
SECRET_KEY = env.secret("STUDYHUB_SECRET_KEY", "only-for-development" if DEBUG else "")
if not SECRET_KEY:
    raise env.SettingError(
        "STUDYHUB_SECRET_KEY is not set. Set it to a long random text, or set STUDYHUB_DEBUG=1 for development."
    )
# The key before this one: what was signed with it still counts, until it is taken away here.
SECRET_KEY_FALLBACKS = [key for key in [env.secret("STUDYHUB_SECRET_KEY_OLD")] if key]
ALLOWED_HOSTS = env.words("STUDYHUB_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.words("STUDYHUB_ORIGINS", [])
# Where links in mails and calendars lead: nobody has asked for a page there, so the address has to be told.
first_host = next(iter(ALLOWED_HOSTS), "localhost").lstrip(".")
SITE_URL = env.site("STUDYHUB_URL", "http://localhost:8000" if DEBUG else f"https://{first_host}")
# Where JupyterLite is, on a host that shares no cookie with this one; empty: no button leads there.
LITE_URL = env.site("STUDYHUB_LITE_URL")
# The folder on GitHub with what `write_starters` wrote, for Colab and Kaggle; empty: no buttons lead there.
STARTERS_URL = env.text("STUDYHUB_STARTERS_URL").strip()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
    "allauth.mfa",
    "allauth.usersessions",
    "apps.accounts.openid",
    "studyhub",
    "apps.accounts",
    "apps.catalog",
    "apps.quizzes",
    "apps.exercises",
    "apps.submissions",
    "apps.groups",
    "apps.webhooks",
    "lti_tool",
    "apps.lti",
    "apps.search",
    "apps.api",
]

MIDDLEWARE = [
    "studyhub.lite.middleware.LiteMiddleware",
    "studyhub.security.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "studyhub.probes.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studyhub.requests.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "studyhub.addresses.NulMiddleware",
    "studyhub.bodies.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.middleware.SessionMiddleware",
    "apps.accounts.middleware.LeavingMiddleware",
    "studyhub.ratelimits.RateLimitMiddleware",
]

ROOT_URLCONF = "studyhub.urls"
WSGI_APPLICATION = "studyhub.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "studyhub" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "studyhub.context.site",
            ],
            # Every page has words: none has to ask for the tags that translate them.
            "builtins": ["django.templatetags.i18n", "django.templatetags.l10n", "studyhub.templatetags.dates"],
        },
    },
]

DATABASES = {"default": database(env.secret("STUDYHUB_DATABASE_URL"), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
RATE_LIMITS = limits.read_limits(env.words(limits.VARIABLE, []))
CACHES = {"default": caches.cache(env.secret("STUDYHUB_CACHE_URL"), VAR_DIR)}

# Accounts: people sign in with their e-mail address.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = limits.for_allauth(RATE_LIMITS)
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
# An address is changed once the new one is proved, and the old one is told: as of all that changes how one signs in.
ACCOUNT_CHANGE_EMAIL = ACCOUNT_EMAIL_NOTIFICATIONS = True
# Whoever changes that shows again who they are, unless they did within five minutes.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_ADAPTER = "apps.accounts.adapter.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = signin.providers()
MFA_ADAPTER = "apps.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    f"{name}_webauthn": f"apps.accounts.factor_forms.{form}"
    for name, form in (
        ("login", "LoginForm"),
        ("authenticate", "AuthenticateForm"),
        ("reauthenticate", "ReauthenticateForm"),
        ("add", "AddForm"),
        ("edit", "EditForm"),
    )
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # half a minute that clocks may differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # browsers have passkeys on localhost too
MFA_RATE_LIMITS = limits.for_allauth(RATE_LIMITS, limits.FOR_ALLAUTH_MFA)
# Mail: printed by the process that sends it, until there is a server to hand it to.
EMAIL_HOST = env.text("STUDYHUB_SMTP_HOST")
EMAIL_PORT = env.integer("STUDYHUB_SMTP_PORT", 587, minimum=1)
EMAIL_HOST_USER = env.text("STUDYHUB_SMTP_USER")
EMAIL_HOST_PASSWORD = env.secret("STUDYHUB_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("STUDYHUB_SMTP_TLS", True)
EMAIL_TIMEOUT = 20
TO_SERVER, TO_CONSOLE = "studyhub.mail.EmailBackend", "django.core.mail.backends.console.EmailBackend"
EMAIL_BACKEND = env.text("STUDYHUB_EMAIL_BACKEND", TO_SERVER if EMAIL_HOST else TO_CONSOLE)
# Only who proves an address can keep it: then nobody learns by making an account whether there is one already. By a
# code, which is typed where the account is made: no program that looks ahead at links confirms anything.
ACCOUNT_EMAIL_VERIFICATION = signin.email_verification(can_mail=bool(EMAIL_HOST))
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION == "mandatory"
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "mandatory"
DEFAULT_FROM_EMAIL = env.text("STUDYHUB_EMAIL_FROM", "StudyHub <studyhub@localhost>")

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME = "language"
# Beside each app's own: words that no app of ours says, and those of libraries that don't speak French everywhere.
LOCALE_PATHS = [BASE_DIR / "studyhub" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.folder("STUDYHUB_STATIC", VAR_DIR / "static")
STORAGES = storages.storages(
    VAR_DIR,
    static="django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "studyhub.statics.JoinedStaticFiles",
)
WHITENOISE_USE_FINDERS = DEBUG

HTTPS = env.flag("STUDYHUB_HTTPS", not DEBUG)
# How many proxies of ours a request passes: only what they wrote into X-Forwarded-For is believed.
TRUSTED_PROXIES = env.integer("STUDYHUB_TRUSTED_PROXIES", 1 if HTTPS else 0)
CONTENT_SECURITY_POLICY = page_policy(env.text("STUDYHUB_CSP_REPORT_URI"))
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers take such a cookie from this very host only, and never without HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = env.integer("STUDYHUB_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("STUDYHUB_HSTS_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.flag("STUDYHUB_HSTS_PRELOAD", False)
    # A place in the browsers' own list is hard to leave again: whoever wants it asks for it.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]

# The curriculum, and what a hand-in may be.
CURRICULUM_DIR = env.folder("STUDYHUB_CURRICULUM", BASE_DIR / "notebooks")
CURRICULUM_STORE = VAR_DIR / "curriculum"
CURRICULUM_LOOK_S = 1  # how long a page may lag behind a sync; 0: nothing of the curriculum is kept in memory
UPLOAD_LIMIT_MB = env.integer("STUDYHUB_UPLOAD_LIMIT_MB", 10, minimum=1)
# Room for the form around the file, which says what is wrong with it; a larger body is not read (studyhub/bodies.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Runs: where their files lie, how many run at once, and when a silent one is taken for dead.
RUN_STORE = storages.run_store()
RUN_SLOTS_CPU = env.integer("STUDYHUB_RUN_SLOTS_CPU", 2, minimum=1)
RUN_SLOTS_GPU = env.integer("STUDYHUB_RUN_SLOTS_GPU", 0)  # more where more GPU workers report
GPU_PATIENCE_S = env.integer("STUDYHUB_GPU_PATIENCE_S", 60)  # then a run that prefers a GPU goes without
RUN_LEASE_S = env.integer("STUDYHUB_RUN_LEASE_S", 20, minimum=3)  # a runner says every 2 s that it lives
RUN_START_LEASE_S = env.integer("STUDYHUB_RUN_START_LEASE_S", 60, minimum=1)
RUN_GRADING_LEASE_S = env.integer("STUDYHUB_RUN_GRADING_LEASE_S", 20, minimum=1)
RUN_PLATFORM_RETRIES = 2
CHECK_LEASE_S = env.integer("STUDYHUB_CHECK_LEASE_S", 30, minimum=1)  # a formula takes a runner a second or two
RUN_KEEP_DAYS = env.integer("STUDYHUB_RUN_KEEP_DAYS", 30, minimum=1)  # then a run's files go; grades stay
RELEASE = env.text("STUDYHUB_RELEASE")  # what was deployed, such as a commit: for figures and reports of errors
# Parts without which /readyz says no: a site whose broker or store is away still shows pages and takes hand-ins.
PARTS = ("database", "migrations", "broker", "storage", "cache")
READY_NEEDS = env.words("STUDYHUB_READY_NEEDS", ["database", "migrations", "broker", "storage"], known=PARTS)
# Networks that webhooks may go to although they are private; by default none.
WEBHOOK_ALLOW = env.networks("STUDYHUB_WEBHOOK_ALLOW")
# Whether the resources' links are looked at, and which private networks they may lead into.
LINK_CHECKS = env.flag("STUDYHUB_LINK_CHECKS", False)
LINK_ALLOW = env.networks("STUDYHUB_LINK_ALLOW")
METRICS_TOKEN = env.secret("STUDYHUB_METRICS_TOKEN")  # what Prometheus shows for /metrics; empty: staff only
SANDBOX = env.text("STUDYHUB_SANDBOX", "bubblewrap")
if SANDBOX not in {"bubblewrap", "none"}:
    raise env.SettingError(f"STUDYHUB_SANDBOX={SANDBOX!r} is unknown. Use bubblewrap, or none with STUDYHUB_DEBUG=1.")
if SANDBOX == "none" and not DEBUG:
    raise env.SettingError("STUDYHUB_SANDBOX=none runs learners' code unprotected: only with STUDYHUB_DEBUG=1.")

LOGGING = logs.settings()

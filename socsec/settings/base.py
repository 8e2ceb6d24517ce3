"""Settings shared by every way of running the system; secrets and servers come from the environment."""

from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]

DEBUG = False
DEMO = False
ALLOWED_HOSTS: list[str] = []
# What stands on papers and in QR codes: the address under which the public reaches the portal.
PUBLIC_URL = env("PUBLIC_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip(
    "/"
)
SITE_ID = 1

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "socsec.office.desk_config.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "oauth2_provider",
    "import_export",
    "django_htmx",
    "axes",
    "django_celery_beat",
    "socsec.office",
    "socsec.commands",
    "funds",
    "enrollment",
    "pensions",
    "medical",
    "assistance",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "socsec.office.middleware.Portal",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "socsec.urls"
WSGI_APPLICATION = "socsec.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "socsec.office.portal.shell",
            ],
        },
    },
]

AUTH_USER_MODEL = "office.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
# Five wrong passwords lock an account for half an hour, wherever they come from; counted in the
# database, so that the limit holds across workers.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = ["username"]
# The check wants the address counted too; an office shares one, and would be locked out whole.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "socsec.office.portal.too_many"
# A portal session ends after this rest, so that a phone left on a table shows nothing for long.
PORTAL_SESSION_SECONDS = 20 * 60
CSRF_FAILURE_VIEW = "socsec.office.portal.csrf_failed"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
FORMAT_MODULE_PATH = ["socsec.formats"]
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))()
# Signed anchors of the books; in production a store that the database's server cannot write to.
ANCHOR_DIR = env.path("ANCHOR_DIR", default=str(BASE_DIR / "var" / "anchors"))()
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))()

CELERY_TIMEZONE = TIME_ZONE
# A message is acknowledged when its work is done, and given to another worker if one dies: tasks
# may run twice, and the state in PostgreSQL makes the second time do nothing.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "socsec.beat:Scheduler"
MINUTE, DAY = 60, 24 * 60 * 60
# Events are told over https to public addresses. On one machine, and in tests, a partner may listen
# on the machine itself; never set it where partners choose addresses.
WEBHOOK_LOOPBACK = False
# What is sent every so many seconds, or by the calendar. Every task finds out from the database what
# there is to do; one that no worker took in time is dropped, for the next is on its way.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": when, "options": {"expires": expires}}
    for task, when, expires in (
        ("office.seal", MINUTE, MINUTE),
        ("office.work_runs", MINUTE, MINUTE),
        ("office.work_jobs", MINUTE, MINUTE),
        ("office.deliver_all", MINUTE, MINUTE),
        ("office.forget_codes", DAY, DAY),
        ("office.draft_runs", crontab(hour="4", minute="10"), DAY),
        ("office.replay", crontab(hour="2", minute="30"), DAY),
        ("office.publish_events", MINUTE // 4, MINUTE // 4),
        ("funds.seal", MINUTE, MINUTE),
        ("funds.totals", MINUTE, MINUTE),
        ("funds.projections", MINUTE, MINUTE),
        ("funds.reconcile", crontab(hour="2", minute="30"), DAY),
        ("funds.investments", crontab(hour="2", minute="50"), DAY),
        ("funds.anchor", crontab(hour="0", minute="20"), DAY),
        ("funds.supervise", crontab(hour="3", minute="0"), DAY),
        ("funds.month_end", crontab(day_of_month="1", hour="1", minute="0"), DAY),
        ("enrollment.apply_credits", 60 * MINUTE, 60 * MINUTE),
        ("enrollment.proofs_of_life", crontab(hour="1", minute="40"), DAY),
        ("enrollment.refresh_gaps", crontab(hour="2", minute="10"), DAY),
        ("enrollment.match_residents", crontab(hour="2", minute="40"), DAY),
        ("enrollment.ask_gateway", MINUTE, MINUTE),
        ("enrollment.review_collection", 60 * MINUTE, 60 * MINUTE),
        ("pensions.credit_accounts", 5 * MINUTE, 5 * MINUTE),
        ("pensions.pull_returns", 5 * MINUTE, 5 * MINUTE),
        ("pensions.pull_deaths", DAY, DAY),
        ("pensions.find_overpayments", DAY, DAY),
        ("pensions.end_run_out", DAY, DAY),
        ("medical.post_bills", crontab(hour="0", minute="20"), DAY),
        ("assistance.review", crontab(hour="3", minute="25"), DAY),
        ("assistance.match", crontab(day_of_month="2", hour="3", minute="40"), DAY),
        ("assistance.escalate", crontab(hour="3", minute="20"), DAY),
    )
}

# Who collects what is paid online; the default works only where DEMO is set.
PAYMENT_GATEWAY = env(
    "PAYMENT_GATEWAY", default="enrollment.services.online.local_gateway.LocalGateway"
)
# Whose fund keeps money of the gateway that belongs to no payment of ours: a region's six digits.
PAYMENT_GATEWAY_REGION = env("PAYMENT_GATEWAY_REGION", default="")

SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"axes": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
}


# A provider's bills of a month, 100,000 at most, come in one message.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20


def database(url: str) -> dict:
    """One PostgreSQL schema shared by all apps."""
    config = env.db_url_config(url)
    config["OPTIONS"] = {"connect_timeout": 5, **config.get("OPTIONS", {})}
    return {**config, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def cache(redis_url: str) -> dict:
    """One cache for all processes, so that limits hold across workers."""
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}


def broker(redis_url: str) -> str:
    """A Redis address as Celery writes it: only those of Unix sockets differ."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


from .api import (  # noqa: E402, F401
    OAUTH2_PROVIDER,
    OAUTH2_PROVIDER_APPLICATION_MODEL,
    REST_FRAMEWORK,
    SPECTACULAR_SETTINGS,
)
from .desk import UNFOLD  # noqa: E402, F401  - needs nothing of the above, belongs at the end

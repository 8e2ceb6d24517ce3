"""For one machine: the servers and keys that `make run` made.

The launcher puts them into the environment and into DATA_DIR, where `manage.py` in another terminal
finds them. Commands that need no server run without.
"""

import os
import secrets
from pathlib import Path

from environ import Env

from .base import *  # noqa: F403
from .base import BASE_DIR, broker, cache, database, env

PORT = env("PORT", default="8000")
DATA_DIR = Path(env("DATA_DIR", default="") or BASE_DIR / "var" / PORT)
for _name in ("environment.env", "secrets.env"):
    if os.access(DATA_DIR / _name, os.R_OK):
        Env.read_env(DATA_DIR / _name)

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
# Random unless given: a process that was not handed the office's keys cannot read or write its secrets.
SECRET_KEY = env("SECRET_KEY", default=secrets.token_urlsafe(50))
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
BLIND_KEY = env("BLIND_KEY", default="")

STATIC_ROOT = env("STATIC_ROOT", default=str(DATA_DIR / "static"))
ANCHOR_DIR = env("ANCHOR_DIR", default=str(DATA_DIR / "anchors"))
MEDIA_ROOT = env("MEDIA_ROOT", default=str(DATA_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# A browser sends cookies to every port of a host: copies side by side need names of their own.
SESSION_COOKIE_NAME = f"sessionid_{PORT}"
CSRF_COOKIE_NAME = f"csrftoken_{PORT}"

DATABASES = {"default": database(env("DATABASE_URL", default="postgres://localhost/socsec"))}
REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {"default": cache(REDIS_URL)}
CELERY_BROKER_URL = broker(REDIS_URL)

# One machine shows invented people and lends a bank that answers; an office does neither.
DEMO = True
WEBHOOK_LOOPBACK = True

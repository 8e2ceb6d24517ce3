"""For the tests: the servers that tests/servers.py starts, quick passwords, fixed keys that protect nothing."""

from .base import *  # noqa: F403
from .base import database, env

SECRET_KEY = "a fixed key for tests, protecting nothing at all"  # noqa: S105
FIELD_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
BLIND_KEY = "a fixed blind key for tests, protecting nothing"
ALLOWED_HOSTS = ["*"]

DATABASES = {
    "default": {
        **database(env("DATABASE_URL", default="postgres://localhost/socsec")),
        "CONN_MAX_AGE": 0,
        "TEST": {
            "NAME": env("TEST_DATABASE_NAME", default=None),
            "TEMPLATE": env("TEST_DATABASE_TEMPLATE", default=None),
        },
    }
}
REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Static files are served as they lie: nothing to collect before a test.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEMO = True
WEBHOOK_LOOPBACK = True

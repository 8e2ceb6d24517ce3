"""For an office: everything comes from the environment, and nothing that is missing or weak is let through."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import broker, cache, database, env
from .guard import NEEDED, faults

_found = faults({name: env(name, default="").strip() for name in NEEDED})
if _found:
    raise ImproperlyConfigured("The office does not start: " + "; ".join(_found) + ".")

DEBUG = False
SECRET_KEY = env("SECRET_KEY")
FIELD_KEYS = [key.strip() for key in env.list("FIELD_KEYS")]
BLIND_KEY = env("BLIND_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PUBLIC_URL = env("PUBLIC_URL", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]

DATABASES = {"default": database(env("DATABASE_URL"))}
REDIS_URL = env("REDIS_URL")
CACHES = {"default": cache(REDIS_URL)}
CELERY_BROKER_URL = broker(REDIS_URL)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# TLS ends at the office's proxy, which says so in this header and must strip it from visitors.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# Asked from within, past the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

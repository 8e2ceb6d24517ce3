# The office's server: one image for web, worker, beat and migrate.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    DJANGO_SETTINGS_MODULE=socsec.settings.production \
    STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media ANCHOR_DIR=/srv/media/anchors

WORKDIR /srv/socsec
COPY requirements-office.txt .
RUN pip install --require-hashes --requirement requirements-office.txt

COPY manage.py pyproject.toml ./
COPY locale locale
COPY templates templates
COPY static static
COPY scripts/healthcheck.py scripts/healthcheck.py
COPY socsec socsec
COPY funds funds
COPY enrollment enrollment
COPY pensions pensions
COPY medical medical
COPY assistance assistance

# Collecting static files needs the settings to load, so it is given keys that live for this line only.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    BLIND_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')" \
    FIELD_KEYS="$(python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --noinput --verbosity 0 \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin socsec \
 && install -d -o socsec -g socsec -m 0700 /srv/media

USER socsec
VOLUME /srv/media
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=4 \
    CMD ["python", "scripts/healthcheck.py", "web"]

CMD ["gunicorn", "socsec.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--threads=4", \
     "--worker-tmp-dir=/dev/shm", "--no-control-socket", "--access-logfile=-", \
     "--max-requests=5000", "--max-requests-jitter=500"]

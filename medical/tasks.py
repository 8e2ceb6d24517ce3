"""Celery tasks of medical: each carries an id, PostgreSQL knows the rest."""

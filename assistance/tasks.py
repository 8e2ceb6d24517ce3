"""Celery tasks of assistance: each carries an id, PostgreSQL knows the rest."""

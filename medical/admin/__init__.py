"""Desk screens of medical insurance: catalogues, providers, cover of people."""

from .catalogue import DiagnosisAdmin, EditionAdmin, ItemAdmin

__all__ = ["DiagnosisAdmin", "EditionAdmin", "ItemAdmin"]

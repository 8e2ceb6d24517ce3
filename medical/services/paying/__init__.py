"""Paying providers: statements, their agreement, payments, advances, bank accounts."""

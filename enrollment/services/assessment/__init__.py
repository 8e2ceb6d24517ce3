"""Verbs on what is owed for a month, and for a month that nobody declared."""

"""Verbs on employers: registration, officers, staff, wages, uploads."""

"""Verbs on money that is asked for, comes in, and goes back."""

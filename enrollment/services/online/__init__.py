"""Verbs on paying online: purposes, the bank's way in, and the bank of the trial."""

"""Verbs on months that turn out otherwise: corrected, given back, put off, paid later or twice."""

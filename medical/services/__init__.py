"""Verbs of medical: each one transaction, one audit entry, its postings."""

"""Verbs of enrollment: each one transaction, one audit entry, its postings."""

"""Verbs of assistance: each one transaction, one audit entry, its postings."""

"""Verbs of pensions: each one transaction, one audit entry, its postings."""

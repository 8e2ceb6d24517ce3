"""Verbs of funds: each one transaction, one audit entry, its postings."""

"""Funds per insurance branch and region: the ledger, payments, reconciliation and their proofs."""

"""Typed parameters of law for assistance, dated and sourced in the policy files."""

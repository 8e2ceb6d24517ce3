"""Typed parameters of law for medical, dated and sourced in the policy files."""

"""Agencies and institutions: how a claim is decided, and the occupational annuity beside the pension."""

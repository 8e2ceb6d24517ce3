"""Residents' old-age insurance: their accounts, how a claim is decided, pensions stated anew."""

"""How levels share the money of one branch: what each hands up, and what it is granted.

A share is worked out for each region by a rule; what the rules need of all regions together (the
pool, the heads, who gets the odd fen) they are given as facts.
"""

"""Residents' insurance: enrolment for a year, what it owes, what was paid, and what went back.

Both branches work alike: old-age insurance by tier, medical insurance by tariff. Money comes in as
lines of a receipt, however many there are; one payment at the counter is a receipt of one line.
"""

"""Hospitals, clinics and pharmacies: the register, agreements, measures, accounts, price lists."""

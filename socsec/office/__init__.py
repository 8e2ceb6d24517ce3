"""What every app shares: regions, offices, users, cases, audit, policy values, runs, notices."""

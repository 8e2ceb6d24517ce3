"""People, households, employers, coverage and contributions: one lifelong record for each person."""

"""Old-age insurance: individual accounts, determination, claims, awards and the monthly payroll."""

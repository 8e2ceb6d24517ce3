"""Payment of stays by group: lists and budgets of a year, the months, the year, and the retention."""

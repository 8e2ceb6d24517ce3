"""Verbs on the lifelong record: months from elsewhere, errors, statements, certificates."""

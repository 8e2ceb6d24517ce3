"""How lists and logs write dates: by the standard, the same in both languages."""

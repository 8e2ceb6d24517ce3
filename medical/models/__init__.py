"""State of medical and its constraints."""

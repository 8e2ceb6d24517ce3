"""State of assistance and its constraints."""

"""Partner API of assistance."""

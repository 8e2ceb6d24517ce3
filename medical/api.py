"""Partner API of medical."""

"""Self-service pages of medical."""

"""Self-service pages of funds."""

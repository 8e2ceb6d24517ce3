"""Self-service pages of assistance."""

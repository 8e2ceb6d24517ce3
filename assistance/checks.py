"""Questions that assistance asks of its own books."""

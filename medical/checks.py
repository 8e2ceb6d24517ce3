"""Questions that medical asks of its own books."""

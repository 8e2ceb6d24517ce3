"""Long-term balance: what is known is gathered, what is assumed is named, and the years are worked out."""

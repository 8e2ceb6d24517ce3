"""The audit of bills: rules over a month, what is decided on their findings, and appeals."""

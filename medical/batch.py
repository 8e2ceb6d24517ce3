"""Mass runs of medical."""

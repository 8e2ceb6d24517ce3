"""Mass runs of funds."""

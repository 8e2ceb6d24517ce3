"""Mass runs of assistance."""

"""The verbs of social assistance."""

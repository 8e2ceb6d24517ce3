"""Reads of medical for its own screens, and the door for the apps above."""

"""Desk screens of medical."""

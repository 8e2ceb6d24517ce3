"""Desk screens of assistance."""

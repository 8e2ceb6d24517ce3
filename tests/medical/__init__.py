"""Tests of medical insurance."""

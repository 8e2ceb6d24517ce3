"""Verbs on people: who they are, where they live, who may act for them, their cards."""

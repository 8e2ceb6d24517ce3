"""Verbs on what happens in a life: events, proofs of life, what other registers say."""

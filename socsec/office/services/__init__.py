"""The office's verbs: keyword arguments, one transaction, one audit entry each."""

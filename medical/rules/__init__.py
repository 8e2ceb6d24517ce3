"""The law of medical, in the words of the kernel."""

"""The law of funds, in the words of the kernel."""

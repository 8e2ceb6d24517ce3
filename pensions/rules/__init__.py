"""The law of pensions, in the words of the kernel."""

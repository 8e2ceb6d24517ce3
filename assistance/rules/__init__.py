"""The law of assistance, in the words of the kernel."""

"""The law of medical insurance, in the words of the kernel."""

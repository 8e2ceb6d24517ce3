"""The law of enrollment, in the words of the kernel."""

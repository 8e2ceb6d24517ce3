"""The law of social assistance and welfare, in the words of the kernel."""

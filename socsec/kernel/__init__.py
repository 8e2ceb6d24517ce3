"""The kernel: words in which the law is written, with neither Django nor a database."""

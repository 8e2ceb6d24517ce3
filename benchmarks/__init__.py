"""What the mass runs and the hot endpoint cost, as ratios measured in one run: `make bench`.

One file for each thing measured. A mass run is set beside the best plain SQL written by hand that
writes the same rows into the same tables, and beside row-by-row saves through the ORM. Every
measurement starts on a fresh copy of one prepared database, in a process of its own.
"""

"""The law of the residents' two schemes: what a year costs and who pays it, when the cover begins,
and what is given back when two schemes were paid at once.
"""

"""What the years to come bring: people, members, money. Mathematics of actuaries, not law.

Whole columns of numpy, since a projection is a thousand cohorts over eighty years. What is worked
out here is an estimate and never paid: heads and fen are fractions until `results` rounds them.
"""

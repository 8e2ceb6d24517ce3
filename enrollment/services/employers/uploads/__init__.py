"""What employers hand in waits for a second person; then it is taken as a whole.

A file is read by a job: good rows wait, bad ones are given back. Whoever handed it in does not
approve it. At the approval every row is looked at once more: one that has become impossible
meanwhile is put with the bad rows, nothing is taken, and the rest waits for another look.
"""

from .deciding import approve, reject, take_back
from .handing_in import (
    LARGEST,
    MOST_HEADS,
    bad_file,
    find,
    hand_in,
    hand_in_change,
    hand_in_wages,
    template_file,
)
from .job import KIND

__all__ = [
    "KIND",
    "LARGEST",
    "MOST_HEADS",
    "approve",
    "bad_file",
    "find",
    "hand_in",
    "hand_in_change",
    "hand_in_wages",
    "reject",
    "take_back",
    "template_file",
]

"""The desk's pages of money between levels: rounds with who gains and who pays, parts, single payments."""

from .payments import PoolingTransferAdmin
from .rounds import PoolingRoundAdmin

__all__ = [
    "PoolingRoundAdmin",
    "PoolingTransferAdmin",
]

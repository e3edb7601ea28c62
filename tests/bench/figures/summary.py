"""What several runs of one thing come to: the median between the least and the most."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float

    @staticmethod
    def of(values):
        """Of at least one value."""
        return Spread(statistics.median(values), min(values), max(values))


def ratios(values, others):
    """Spread of value/other of the runs that were neighbours: both lists are in the order of the
    rounds, so what the machine did in a round is in both halves of its ratio."""
    return Spread.of([value / other for value, other in zip(values, others, strict=True)])

"""A bar: what a figure, or a ratio of two subjects' figures, has to reach. Nothing fails when it
does not; the table says so."""

from dataclasses import dataclass

from .summary import Spread, ratios
from .table import number, spelled


@dataclass(frozen=True)
class Bar:
    figure: str                # a key of the samples
    of: str                    # whose
    least: float | None = None
    most: float | None = None
    to: str | None = None      # a ratio to this subject's figure
    to_figure: str | None = None  # if it has another name there

    def spread(self, runs):
        """`runs` are the samples by subject, each list in the order of the rounds. None when a
        subject was not measured."""
        ours = [sample[self.figure] for sample in runs.get(self.of, [])]
        if not ours:
            return None
        if self.to is None:
            return Spread.of(ours)
        theirs = [sample[self.to_figure or self.figure] for sample in runs.get(self.to, [])]
        if len(theirs) != len(ours) or 0 in theirs:
            return None
        return ratios(ours, theirs)

    def met(self, spread):
        """By the median."""
        return ((self.least is None or spread.median >= self.least)
                and (self.most is None or spread.median <= self.most))

    def row(self, runs, heading):
        """Cells: what is asked, what was reached, met or not."""
        sign, limit = ("≥", self.least) if self.least is not None else ("≤", self.most)
        factor = f" × {self.to}" if self.to else ""
        asked = f"{self.of}: {heading} {sign} {number(limit)}{factor}"
        spread = self.spread(runs)
        if spread is None:
            return [asked, "not measured", ""]
        return [asked, spelled(spread), "met" if self.met(spread) else "**missed**"]

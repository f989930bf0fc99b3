"""Plots as plain SVG: lying bars with their numbers written out, so that no colour and no script is needed."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 360
LABELS = 78  # for the label on the left
LONGEST = 190  # of a bar; the rest is for its words
ROW = 24
HEIGHT = 14  # of a bar
GAP = 6


@dataclass(frozen=True)
class Bar:
    """One bar: its label, how many in all, how many of them, and the numbers in words."""

    label: str
    whole: float
    part: float
    words: str


@dataclass(frozen=True)
class DrawnBar:
    """A bar with its place in the plot, in whole pixels."""

    label: str
    words: str
    top: int
    whole: int
    part: int

    left = LABELS
    height = HEIGHT

    @property
    def baseline(self) -> int:
        return self.top + HEIGHT - 2

    @property
    def after(self) -> int:
        """Where the words begin."""
        return LABELS + self.whole + GAP


@dataclass(frozen=True)
class Plot:
    """A titled plot; `means` says what its outlined and solid bars are."""

    name: str
    title: str
    means: str
    bars: list[DrawnBar]

    width = WIDTH

    @property
    def height(self) -> int:
        return len(self.bars) * ROW


def draw(name: str, title: str, means: str, bars: Iterable[Bar]) -> Plot:
    """Return the plot with the longest bar as long as there is room."""
    bars = list(bars)
    scale = LONGEST / (max((bar.whole for bar in bars), default=0) or 1)
    drawn = [
        DrawnBar(bar.label, bar.words, row * ROW + GAP, round(bar.whole * scale), round(bar.part * scale))
        for row, bar in enumerate(bars)
    ]
    return Plot(name, title, means, drawn)

"""The shape of a workflow: moves between the statuses of a row, and the steps that people take."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.functional import Promise


@dataclass(frozen=True)
class Move:
    """A change of status that is allowed: from any of `sources` to `target`."""

    name: str
    sources: frozenset[str]
    target: str


def anybody(user: Any, row: models.Model) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """What somebody can do with a row: its button, from which statuses, who may, and the function that does it.

    `target` is the status it leads to, None for a step that leaves the status alone. `run` is called with the row,
    the person and the step's own facts, here in the step's words: `run(row, by, **facts)`.
    """

    name: str
    label: str | Promise
    sources: frozenset[str]
    run: Callable[..., Any]
    target: str | None = None
    is_for: Callable[[Any, Any], bool] = field(default=anybody)
    form: Any = None
    is_way_out: bool = False  # shown apart from the steps that lead on

    @classmethod
    def of(cls, move: Move, label: str | Promise, run: Callable[..., Any], **more: Any) -> "Step":
        """Return the step that makes this move."""
        return cls(move.name, label, move.sources, run, target=move.target, **more)

    def is_open(self, row: Any, user: Any) -> bool:
        """Whether this person may take the step with the row as it stands."""
        return row.status in self.sources and self.is_for(user, row)


def by_name(steps: Iterable[Any]) -> dict[str, Any]:
    """Return a table of moves or steps, keyed by name, in the order given."""
    return {step.name: step for step in steps}


def mermaid(moves: Iterable[Move | Step]) -> str:
    """Return the state diagram of these moves, as Markdown shows it."""
    arrows = [
        f"    {source} --> {move.target}: {move.name.replace('_', ' ').replace('-', ' ')}"
        for move in moves
        if move.target is not None
        for source in sorted(move.sources)
    ]
    return "\n".join(["stateDiagram-v2", *arrows])

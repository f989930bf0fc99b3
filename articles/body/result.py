"""What rendering gives: the finished HTML, and what its author should know."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something the author should know. `is_blocking` says whether it stands in the way of publishing."""

    code: str
    message: str
    is_blocking: bool = True


@dataclass(frozen=True)
class Video:
    """A video elsewhere that the text leads to where it says [video]; none where there is no address."""

    url: str = ""
    title: str = ""


@dataclass
class Rendered:
    """Finished HTML and what was learned on the way. `headings` are the h2 ones, as (id, text)."""

    html: str = ""
    headings: list[tuple[str, str]] = field(default_factory=list)
    words: int = 0
    problems: list[Problem] = field(default_factory=list)
    uses: dict[int, list[str]] = field(default_factory=dict)  # citation number -> ids of the places that cite it

    def report(self, code: str, message: str, is_blocking: bool = True) -> None:
        """Add a problem, once."""
        problem = Problem(code, message, is_blocking)
        if problem not in self.problems:
            self.problems.append(problem)

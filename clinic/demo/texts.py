"""Reading the demo's texts, and turning their dates, which count from the day of loading, into real ones."""

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"


def read(name: str) -> dict:
    """Return what clinic/demo/<name>.toml says."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"), parse_float=Decimal)


def read_articles() -> list[dict]:
    """Return the articles, oldest first."""
    articles = [read(f"articles/{path.stem}") for path in (HERE / "articles").glob("*.toml")]
    return sorted(articles, key=lambda article: (-article["published_days_ago"], article["slug"]))


def one_a_line(items: Sequence[str]) -> str:
    return "\n".join(items)


def next_closure(rule: dict, today: date) -> tuple[date, date]:
    """Return the first and last day of a yearly closure: the one that is on, or the next.

    A rule is a fixed date (month, day) or the nth weekday of a month, and lasts `length_days`.
    """
    lasts = timedelta(days=rule.get("length_days", 1) - 1)
    years = (_closure_starts(rule, year) for year in (today.year - 1, today.year, today.year + 1))
    starts = next(day for day in years if day + lasts >= today)
    return starts, starts + lasts


def _closure_starts(rule: dict, year: int) -> date:
    if "day" in rule:
        return date(year, rule["month"], rule["day"])
    first = date(year, rule["month"], 1)
    to_weekday = (rule["weekday"] - first.weekday()) % 7
    return first + timedelta(days=to_weekday, weeks=rule["nth"] - 1)

"""Ways to smuggle a script into text: one line a way, each calling `xss()`, and the disguises each may wear."""

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

# By class: elements that run, handlers, addresses, styles and metadata, broken markup, parser differences, templates
WAYS = (Path(__file__).parent / "payloads.txt").read_text().splitlines()
WAYS.append("<script\n>xss()</script\n>")

DISGUISES: list[Callable[[str], str]] = [
    lambda way: way,
    lambda way: way.replace("script", "ScRiPt").replace("onerror", "OnErRoR").replace("img", "IMG"),
    lambda way: f"<p><strong>{way}</strong></p>",
    lambda way: f"<ul><li>{way}<li></ul><table><tr><td>{way}</td></tr></table>",
    lambda way: f'<a href="https://example.org" title="{way}">x</a>',
    lambda way: escape(way),
    lambda way: way.replace("<", "<\x0b").replace("=", "\x00="),
    lambda way: f"<!-- {way} -->{way}<![endif]>",
]


def payloads() -> Iterator[str]:
    yield from dict.fromkeys(disguise(way) for way in WAYS for disguise in DISGUISES)

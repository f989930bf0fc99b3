"""What a page costs the first time and every time after, beside a bare Django page; and how many requests are stored.

    python benchmarks/kept.py [--rounds 5] [--requests 300] [--posts 400]

Runs the product's own server (gunicorn, one process) once with its pages kept and once without, and beside them
benchmarks/floor.py, the same article in the least Django that can show it, on the same rows. Asks each in turn for the
compressed article and prints the median of the CPU time that the server spent on a request. Then eight visitors send
the request form, each post from an address of its own, and every one is counted in the database.
"""

import argparse
import http.client
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.articles import FEW, Server, prepare  # noqa: E402

ARTICLE = "/articles/article-30/"
FORM = "/appointments/request/"
VISITORS = 8
ANSWERS = {
    "patient_relation": "self",
    "patient_name": "Pat Doe",
    "visit_type": "new_problem",
    "contact_method": "email",
    "email": "pat@example.org",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=300)
    options.add_argument("--posts", type=int, default=400)
    chosen = options.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        prepare(data, FEW)
        servers = {
            "kept page": Server(data, keeps=True),
            "made anew": Server(data),
            "bare Django": Server(data, "benchmarks.floor"),
        }
        try:
            for server in servers.values():
                server.start()
            pages(servers, chosen.rounds, chosen.requests)
            posts(servers["kept page"], data, chosen.posts)
        finally:
            for server in servers.values():
                server.stop()
    print(f"load after: {os.getloadavg()[0]:.1f}")


def pages(servers: dict[str, Server], rounds: int, requests: int) -> None:
    """Ask every server for the article in turn, and print the median milliseconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in servers}
    for round_number in range(rounds + 1):
        for name, server in servers.items():
            took = server.milliseconds(ARTICLE, requests if name != "made anew" else requests // 10)
            if round_number:  # the first is to warm up
                taken[name].append(took)
    bare = statistics.median(taken["bare Django"])
    print(f"{'CPU ms a request':<20}{'median':>8}{'times bare':>12}")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:<20}{median:>8.2f}{median / bare:>12.2f}")


def posts(server: Server, data: Path, count: int) -> None:
    """Send so many forms by eight visitors at once; print how many a second were stored, and what one cost."""
    stamps = [stamp_of(server) for _post in range(count)]
    stored, spent, started = rows(data), server.seconds(), time.monotonic()
    with ThreadPoolExecutor(VISITORS) as visitors:
        for status in visitors.map(lambda post: send(server, *post), enumerate(stamps)):
            assert status == 302, status
    seconds, spent, stored = time.monotonic() - started, server.seconds() - spent, rows(data) - stored
    assert stored == count, f"{stored} of {count} were stored"
    print(f"posts stored a second: {stored / seconds:.0f} ({spent * 1000 / count:.1f} CPU ms each)")


def stamp_of(server: Server) -> str:
    """Return the form token of one showing of the form."""
    connection = server.connect()
    connection.request("GET", FORM)
    page = connection.getresponse().read().decode()
    return re.search(r'name="stamp" value="([^"]+)"', page)[1]


def send(server: Server, number: int, stamp: str) -> int:
    """Post the form from an address of its own; return the status."""
    connection: http.client.HTTPConnection = server.connect()
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address}
    connection.request("POST", FORM, urlencode(ANSWERS | {"stamp": stamp}), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def rows(data: Path) -> int:
    with closing(sqlite3.connect(data / "clinic.sqlite3")) as database:
        return database.execute("SELECT COUNT(*) FROM appointments_appointmentrequest").fetchone()[0]


if __name__ == "__main__":
    main()

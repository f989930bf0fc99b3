"""What a page costs the server with sixty articles and with six thousand, and beside a bare Django page.

    python benchmarks/articles.py [--rounds 5] [--requests 60] [--many 6000]

Runs the product's own server (gunicorn, one process) twice, on databases of its own that hold few and many articles,
and beside it benchmarks/floor.py, the same pages in the least Django that can show them, on the same rows. Asks each
in turn and prints the median of the CPU time that the server spent on a request: unlike the time on the clock it
hardly depends on what else the machine does. "times few" is what growth costs; the site's target is at most 1.3.
Every page is made anew (KEEP_PAGES=false); what kept pages cost is benchmarks/kept.py's question.
"""

import argparse
import http.client
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.processes import children_of, free_port, wait_until  # noqa: E402

FEW = 60
TARGET = 1.3
TICKS = os.sysconf("SC_CLK_TCK")
PAGES = {
    "article": "/articles/article-30/",
    "list": "/articles/",
    "list, page 3": "/articles/?page=3",
    "filter": "/articles/?treatment=dry-needling",
    "two filters": "/articles/?treatment=dry-needling&condition=low-back-pain",
    "search, a common word": "/articles/?q=needling",
    "search, three words": "/articles/?q=low+back+pain",
    "search, a rare word": "/articles/?q=zanzibar",
    "search and filter": "/articles/?q=needling&treatment=dry-needling",
    "treatment": "/treatments/dry-needling/",
    "provider": "/providers/jason-williams/",
    "home": "/",
    "feed": "/articles/feed/",
    "sitemap": "/sitemap.xml",
}
GROWS_BY_NATURE = {"sitemap"}  # it names every article
FLOOR = {"article": "/articles/article-30/", "list": "/articles/", "search, a common word": "/articles/?q=needling"}


@dataclass
class Server:
    """One gunicorn on its own data."""

    data_dir: Path
    app: str = "clinic.wsgi"
    keeps: bool = False  # whether finished pages are kept

    def start(self) -> None:
        self.port = free_port()
        env = os.environ | environment(self.data_dir, self.port) | {"KEEP_PAGES": str(self.keeps)}
        command = [sys.executable, "-m", "gunicorn", self.app, "--access-logfile", "/dev/null", "--log-level", "error"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env)
        wait_until(self.answers, what="an answer from the server")

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def answers(self) -> bool:
        try:
            return status_of(self.connect(), "/articles/") == 200
        except OSError:
            return False

    def seconds(self) -> float:
        """CPU time used so far by the server's processes."""
        pids = [self.process.pid, *children_of(self.process.pid)]
        spent = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids]
        return sum(int(ticks) for pair in spent for ticks in pair) / TICKS

    def milliseconds(self, path: str, requests: int) -> float:
        """CPU time a request, over so many of them."""
        connection, before = self.connect(), self.seconds()
        for _request in range(requests):
            status = status_of(connection, path)
            assert status == 200, f"{path} answers {status}"
        return (self.seconds() - before) * 1000 / requests

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def status_of(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=60)
    options.add_argument("--many", type=int, default=6000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few"), Path(folder, "many")
        prepare(few, FEW)
        prepare(many, chosen.many)
        shutil.copytree(few / "static", many / "static")
        servers = {"few": Server(few), "many": Server(many), "floor": Server(many, "benchmarks.floor")}
        try:
            for server in servers.values():
                server.start()
            times = measure(servers, chosen.rounds, chosen.requests)
        finally:
            for server in servers.values():
                server.stop()
    show(times, chosen.many)


def measure(servers: dict[str, Server], rounds: int, requests: int) -> dict[tuple[str, str], float]:
    """Ask every server for every page in turn; give the median milliseconds of each."""
    jobs = [(page, name) for page in PAGES for name in servers if name != "floor" or page in FLOOR]
    taken: dict[tuple[str, str], list[float]] = {job: [] for job in jobs}
    for round_number in range(rounds + 1):
        for page, name in jobs:
            path = FLOOR[page] if name == "floor" else PAGES[page]
            if round_number == 0:  # to warm up
                servers[name].milliseconds(path, 3)
            else:
                taken[page, name].append(servers[name].milliseconds(path, requests))
    return {job: statistics.median(times) for job, times in taken.items()}


def show(times: dict[tuple[str, str], float], many: int) -> None:
    print(f"{'CPU ms a request':<24}{FEW:>9,}{many:>9,}{'times few':>11}{'bare Django':>13}{'times bare':>12}")
    for page in PAGES:
        few, grown, floor = times[page, "few"], times[page, "many"], times.get((page, "floor"))
        mark = " !" if grown > TARGET * few and page not in GROWS_BY_NATURE else ""
        beside = f"{floor:>13.1f}{grown / floor:>12.2f}" if floor else ""
        print(f"{page:<24}{few:>9.1f}{grown:>9.1f}{grown / few:>11.2f}{beside}{mark}")


# --- Content


def environment(data_dir: Path, port: int = 8000) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.live_settings",
        "SECRET_KEY": "benchmarks-only-key-0123456789-abcdefghijklmnopqrstuvwxyz",
        "CLINIC_DATA_DIR": str(data_dir),
        "DATABASE_URL": f"sqlite:///{data_dir}/clinic.sqlite3",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "TRUSTED_PROXY_COUNT": "1",
        "DEMO": "true",
        "STAFF_MFA": "optional",
    }


def prepare(data_dir: Path, articles: int) -> None:
    """Fill a new data directory with the demo clinic and so many articles; the first one's static files serve both."""
    data_dir.mkdir()
    env = os.environ | environment(data_dir)
    commands = [["migrate", "--verbosity", "0"], ["load_demo"]]
    if articles == FEW:
        commands.append(["collectstatic", "--noinput", "--verbosity", "0"])
    commands.append(["shell", "-v", "0", "-c", f"from benchmarks.articles import fill; fill({articles})"])
    for words in commands:
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def fill(count: int) -> None:
    """Write so many published articles, each with paragraphs of two of the demo's, its topics and its references.

    Called inside Django. Five of them, however many there are, hold the rare word.
    """
    from django.db import transaction

    from articles.models import Article, ArticleVersion
    from articles.search import index

    chance = random.Random(1)
    sources = [article.live for article in Article.objects.published().select_related("live")]
    topics = {version.pk: (list(version.treatments.all()), list(version.conditions.all())) for version in sources}
    first_day = min(version.published_at for version in sources)
    with transaction.atomic():
        for number in range(count - len(sources)):
            source, other = chance.sample(sources, 2)
            treatments, conditions = topics[source.pk]
            at = first_day.replace(year=first_day.year - 1 - number % 10, month=1 + number % 12, day=1 + number % 28)
            article = Article.objects.create(
                title=f"{source.title}, part {number}", slug=f"article-{number}", author=source.author
            )
            version = ArticleVersion.objects.get(pk=source.pk)
            version.pk, version.article, version.number, version.title = None, article, 1, article.title
            version.published_at, version.body_html = at, mixed(chance, source.body_html, other.body_html)
            if number % (count // 5) == 7:
                version.body_html += "<p>Zanzibar</p>"
            version.save(force_insert=True)
            version.treatments.set(treatments)
            version.conditions.set(conditions)
            article.live, article.first_published_at, article.status = version, at, "published"
            article.save()
            index(version)


def mixed(chance: random.Random, text: str, other: str) -> str:
    """The first text with a third of its paragraphs taken from the other."""
    paragraphs, others = text.split("\n"), other.split("\n")
    return "\n".join(chance.choice(others) if chance.random() < 1 / 3 else paragraph for paragraph in paragraphs)


if __name__ == "__main__":
    main()

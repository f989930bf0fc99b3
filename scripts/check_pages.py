"""Ask for every public page of this code on this data, without a server. Exits with the pages that do not answer."""

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django  # noqa: E402  (needs the lines above)

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402


def main() -> None:
    settings.SECURE_SSL_REDIRECT = False
    visitor = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    sitemap = visitor.get(reverse("pages:sitemap")).content.decode()
    pages = ["/", *(urlsplit(url).path for url in re.findall("<loc>(.+?)</loc>", sitemap))]
    failed = [path for path in [*pages, reverse("appointments:request")] if visitor.get(path).status_code != 200]
    if failed:
        sys.exit(f"{len(failed)} of {len(pages)} pages do not answer: {', '.join(failed[:5])}")


if __name__ == "__main__":
    main()

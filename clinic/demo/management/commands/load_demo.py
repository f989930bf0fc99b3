from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments.models import AppointmentRequest
from articles.models import Article
from clinic.demo.load import PASSWORD, load
from clinic.demo.making import DemoRefused
from clinic.practice.models import ClinicProfile
from providers.models import Provider

LOCAL_HOSTS = ["localhost", "127.0.0.1", "::1", "testserver"]


class Command(BaseCommand):
    help = "Load the demo clinic: its pages, people, articles and a morning's requests. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is a clinic or a sign-in already"
        )

    def handle(self, *args, **options) -> None:
        if options["if_empty"] and (ClinicProfile.objects.exists() or User.objects.exists()):
            return
        refuse_public_site()
        try:
            is_new = load()
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(summary() if is_new else "The demo clinic is loaded already; nothing was changed.")


def refuse_public_site() -> None:
    """The demo's password is known to all, so it must not stand where others can reach it."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    if host not in LOCAL_HOSTS and not host.endswith(".localhost"):
        raise CommandError(
            f"SITE_URL is {settings.SITE_URL}, which is not this machine, and everybody knows the demo's password."
            " Nothing was loaded. To try the demo here, set SITE_URL=http://127.0.0.1:8000."
        )


def summary() -> str:
    clinic = ClinicProfile.objects.current()
    counts = f"{Provider.objects.count()} providers, {Article.objects.count()} articles"
    names = ", ".join(User.objects.order_by("pk").values_list("username", flat=True))
    return (
        f"Loaded {clinic}: {counts}, {AppointmentRequest.objects.count()} requests.\n"
        f"  Site      {settings.SITE_URL}/\n"
        f"  Staff     {settings.SITE_URL}/admin/ as {names}\n"
        f"  Password  {PASSWORD}\n"
        "  remove_demo takes all of it out again."
    )

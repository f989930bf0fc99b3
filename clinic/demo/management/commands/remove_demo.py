from django.core.management.base import BaseCommand

from clinic.demo.remove import remove


class Command(BaseCommand):
    help = "Take out what load_demo made, also where somebody changed it since, and nothing else. Safe to run again."

    def handle(self, *args, **options) -> None:
        removed, kept = remove()
        if not removed and not kept:
            self.stdout.write("There is no demo here; nothing was changed.")
            return
        self.stdout.write(
            f"Removed the demo clinic, {removed} rows and what belonged to them, its sign-ins too."
            " Make your own sign-in with: manage.py createsuperuser"
        )
        for row in kept:
            self.stdout.write(f"  Kept the {row._meta.verbose_name} “{row}”: something the demo did not make needs it.")

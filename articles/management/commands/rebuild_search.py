from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import ngettext

from articles.search import rebuild


class Command(BaseCommand):
    help = "Index every published article anew, for instance after data was moved from another database."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        number = rebuild()
        said = ngettext("%(number)s article can be found.", "%(number)s articles can be found.", number)
        self.stdout.write(said % {"number": number})

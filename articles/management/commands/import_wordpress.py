from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.wordpress.export import NotAnExport, read_export
from articles.wordpress.importer import UnknownAuthors, import_posts
from providers.models import Provider


class Command(BaseCommand):
    help = "Make drafts of the posts in a WordPress export file (Tools, Export, All content). Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("export", type=Path, help="the XML file")
        parser.add_argument("uploads", type=Path, help="a copy of wp-content/uploads")
        parser.add_argument("--author", help="address (slug) of the provider for authors who are nobody here")

    def handle(self, *, export: Path, uploads: Path, author: str | None, **options: Any) -> None:
        if not export.is_file():
            raise CommandError(f"There is no file {export}.")
        if not uploads.is_dir():
            raise CommandError(f"There is no folder {uploads}.")
        default = Provider.objects.filter(slug=author).first() if author else None
        if author and not default:
            raise CommandError(f"No provider has the address {author}.")
        try:
            counted = import_posts(read_export(export), uploads, default)
        except NotAnExport as error:
            raise CommandError(str(error)) from None
        except UnknownAuthors as unknown:
            raise CommandError(f"No provider is {unknown}. Add them, or name one for them with --author.") from None
        for note in counted.notes:
            self.stdout.write(f"- {note}")
        self.stdout.write(
            f"Posts in the file: {counted.posts}. Drafts made: {counted.imported}."
            f" Already here: {counted.already_here}. Left out: {counted.left_out}."
        )
        self.stdout.write(f"Pictures: {counted.pictures}. Old addresses that lead here: {counted.addresses}.")
        self.stdout.write("Addresses like /?p=12 cannot be redirected. Publish a draft and its old address works.")

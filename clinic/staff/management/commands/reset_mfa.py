from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Take the one-time codes off an account whose phone is lost; the next sign-in sets up new ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args, username: str, **options) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account named {username}.")
        removed, _rows = Authenticator.objects.filter(user=user).delete()
        if not removed:
            self.stdout.write(f"{username} has no one-time codes; nothing to take off.")
            return
        self.stdout.write(f"{username} signs in with the password alone once, and is then led to set up new codes.")

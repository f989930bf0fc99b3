#!/usr/bin/env python
"""Run Django's commands for the clinic site."""

import os
import sys

from clinic import environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    environment.follow_current("manage.py")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

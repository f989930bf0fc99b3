from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from appointments.moves import MOVES
from appointments.schedule import APPOINTMENT_MOVES, OFFER_MOVES
from articles.services.workflow import STEPS
from clinic.core.steps import mermaid

PAGE = Path(settings.BASE_DIR) / "docs" / "transitions.md"


class Command(BaseCommand):
    help = "Write docs/transitions.md: which status may follow which, drawn from the tables the code obeys."

    def handle(self, *args, **options) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(f"Wrote {PAGE}")


def page() -> str:
    """Return the page as the tables stand now."""
    return f"""# Transitions

Written by `manage.py write_transitions` from the tables in the code; a test fails when this page is stale.

## A request (`appointments/moves.py`)

```mermaid
{mermaid(MOVES)}
```

## An appointment (`appointments/schedule.py`)

```mermaid
{mermaid(APPOINTMENT_MOVES)}
```

## An offered time (`appointments/schedule.py`)

```mermaid
{mermaid(OFFER_MOVES)}
```

## An article (`articles/services/workflow.py`)

```mermaid
{mermaid(STEPS.values())}
```
"""

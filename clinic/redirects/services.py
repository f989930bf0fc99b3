"""Recording redirects and looking them up."""

from django.db import transaction

from clinic.redirects.models import Redirect

MOST_HOPS = 5  # a page and what it lies below can each have moved more than once


@transaction.atomic
def record_redirect(*, old: str, new: str) -> None:
    """Make `old` lead to `new`, as does whatever led to `old` before. Takes paths of this site.

    Nothing leads away from `new`, so no address leads in a circle.
    """
    if old == new:
        return
    Redirect.objects.filter(path=new).delete()
    Redirect.objects.filter(target=old).update(target=new)
    Redirect.objects.update_or_create(path=old, defaults={"target": new})


def find_redirect(path: str) -> str:
    """Return where a path leads now, or an empty string. What lies below a moved address moved with it.

    One query for each move it has to follow, and one to see that there is no further.
    """
    found = ""
    for _hop in range(MOST_HOPS):
        target = _next(found or path)
        if not target:
            break
        found = target
    return found


def _next(path: str) -> str:
    """Return where the longest part of the path that moved leads, with the rest of it behind."""
    steps = path.strip("/").split("/")
    above = {"/" + "".join(f"{step}/" for step in steps[:count]): steps[count:] for count in range(1, len(steps) + 1)}
    targets = dict(Redirect.objects.filter(path__in=above).values_list("path", "target"))
    for old, below in reversed(above.items()):
        if old in targets:
            return targets[old] + "".join(f"{step}/" for step in below)
    return ""

"""Old addresses lead on: when a slug changes, what was printed, linked and bookmarked still arrives."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from clinic.practice.models import OldAddress


@transaction.atomic
def remember_address(*, old: str, new: str) -> None:
    """Make `old` lead to `new`, as does whatever led to `old` before. Takes paths of this site.

    Nothing leads away from `new`, so no address leads in a circle.
    """
    if old == new:
        return
    OldAddress.objects.filter(path=new).delete()
    OldAddress.objects.filter(target=old).update(target=new)
    OldAddress.objects.update_or_create(path=old, defaults={"target": new})


class KeepsOldAddress:
    """For a ModelAdmin whose objects have an address of their own: a changed one is remembered."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if before is not None:
            remember_address(old=before.get_absolute_url(), new=obj.get_absolute_url())

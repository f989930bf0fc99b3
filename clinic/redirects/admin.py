from typing import Any

from django.http import HttpRequest

from clinic.redirects.services import record_redirect


class RedirectOnSlugChange:
    """For a ModelAdmin whose objects have addresses of their own: those that change are recorded."""

    def addresses_of(self, obj: Any) -> list[str]:
        """Return the addresses that hold the object's slug, always in the same order."""
        return [obj.get_absolute_url()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if before is not None:
            for old, new in zip(self.addresses_of(before), self.addresses_of(obj), strict=True):
                record_redirect(old=old, new=new)

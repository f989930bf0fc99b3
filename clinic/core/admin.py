"""What a ModelAdmin of any app may build on."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from js_asset import Media


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are looked at here and changed nowhere in the admin."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ProseAdmin(admin.ModelAdmin):
    """For a ModelAdmin with editor fields: its import map, the one inline script of the page, carries the nonce."""

    class Media:
        js = ["js/prose.js"]
        css = {"all": ["css/editor.css"]}

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

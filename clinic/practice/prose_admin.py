"""The rich-text editor in the admin, under the strict Content-Security-Policy."""

from django.contrib import admin
from js_asset import Media


class ProseAdmin(admin.ModelAdmin):
    """For a ModelAdmin with editor fields: its import map, the one inline script of the page, carries the nonce."""

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

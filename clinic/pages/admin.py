from django.contrib import admin

from clinic.core.admin import ProseAdmin
from clinic.core.editing import SharedAdmin
from clinic.pages.models import Page
from clinic.redirects.admin import RedirectOnSlugChange


@admin.register(Page)
class PageAdmin(RedirectOnSlugChange, ProseAdmin, SharedAdmin):
    list_display = ["title", "slug", "show_in_footer", "position", "updated_at"]
    prepopulated_fields = {"slug": ["title"]}

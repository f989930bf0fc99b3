from django.contrib import admin

from clinic.pages.models import Page
from clinic.practice.addresses import KeepsOldAddress
from clinic.practice.prose_admin import ProseAdmin


@admin.register(Page)
class PageAdmin(KeepsOldAddress, ProseAdmin, admin.ModelAdmin):
    list_display = ["title", "slug", "show_in_footer", "position", "updated_at"]
    prepopulated_fields = {"slug": ["title"]}

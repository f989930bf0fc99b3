from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple

from clinic.core.admin import ProseAdmin
from clinic.core.editing import SharedAdmin
from clinic.pages.models import CommonQuestion, Page
from clinic.practice.models import ClinicProfile
from clinic.redirects.admin import RedirectOnSlugChange


@admin.register(Page)
class PageAdmin(RedirectOnSlugChange, ProseAdmin, SharedAdmin):
    list_display = ["title", "slug", "is_published", "show_in_footer", "position", "updated_at"]
    prepopulated_fields = {"slug": ["title"]}

    def has_add_permission(self, request) -> bool:
        """A page is the clinic's, so the clinic comes first."""
        return super().has_add_permission(request) and ClinicProfile.objects.exists()


@admin.register(CommonQuestion)
class CommonQuestionAdmin(ProseAdmin, SharedAdmin):
    list_display = ["question", "on_home", "position"]
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}

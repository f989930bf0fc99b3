from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _

from clinic.core.admin import ProseAdmin
from clinic.core.editing import SharedAdmin, SharedFields
from clinic.core.forms import LabelledRows
from clinic.redirects.admin import RedirectOnSlugChange
from providers.models import Condition, Provider, TimeAway, Treatment, TreatmentForCondition


class TimeAwayInline(SharedFields, admin.TabularInline):
    model = TimeAway
    formset = LabelledRows
    classes = ["plain-rows"]
    extra = 0


@admin.register(Provider)
class ProviderAdmin(RedirectOnSlugChange, ProseAdmin, SharedAdmin):
    """A provider edits their own page; who is shown, who accepts patients and who signs in is the manager's to say."""

    list_display = ["name", "job_title", "is_listed", "is_accepting", "position"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    inlines = [TimeAwayInline]
    managers_only: ClassVar[list] = ["user", "slug", "is_listed", "is_accepting", "position"]
    fieldsets = [
        (None, {"fields": ["name", "short_name", "credentials", "job_title", "summary", "bio"]}),
        (_("Portrait"), {"fields": ["portrait", "portrait_alt"]}),
        (
            _("What you do"),
            {"fields": ["techniques", "focus_areas", "athletes", "languages", "treatments", "conditions"]},
        ),
        (
            _("What patients ask"),
            {"fields": ["education", ("license_number", "license_state"), "practicing_since", "first_visit"]},
        ),
        (_("On the site"), {"fields": managers_only}),
    ]

    def is_own_only(self, request) -> bool:
        """May edit providers, but not all of them: a provider, not a manager."""
        return not request.user.has_perm("providers.add_provider")

    def has_change_permission(self, request, obj=None) -> bool:
        allowed = super().has_change_permission(request, obj)
        if obj is not None and self.is_own_only(request):
            return allowed and obj.user_id == request.user.pk
        return allowed

    def get_readonly_fields(self, request, obj=None):
        return self.managers_only if self.is_own_only(request) else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if self.is_own_only(request) or obj else self.prepopulated_fields


class ForConditionInline(SharedFields, admin.StackedInline):
    model = TreatmentForCondition
    extra = 0


@admin.register(Treatment)
class TreatmentAdmin(RedirectOnSlugChange, ProseAdmin, SharedAdmin):
    list_display = ["name", "slug", "position"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ForConditionInline]


@admin.register(Condition)
class ConditionAdmin(RedirectOnSlugChange, ProseAdmin, SharedAdmin):
    list_display = ["name", "slug", "position"]
    prepopulated_fields = {"slug": ["name"]}

    def addresses_of(self, obj: Condition) -> list[str]:
        """Its own page, and the page about it and each treatment, which lies below the treatment's."""
        pairs = (TreatmentForCondition(treatment=treatment, condition=obj) for treatment in Treatment.objects.all())
        return [*super().addresses_of(obj), *(pair.get_absolute_url() for pair in pairs)]

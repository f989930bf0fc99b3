from functools import partial

from django.conf import settings
from django.contrib import admin, messages
from django.db import models, transaction
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from clinic.core.editing import SharedAdmin, SharedFields, SharedForm
from clinic.core.forms import HoursField, LabelledRows
from clinic.practice.contact_file import save_contact
from clinic.practice.fees import Insurer, Price
from clinic.practice.models import ClinicProfile, Closure, MessageTemplate, OpeningHours, UrgentAdvice
from clinic.practice.place import PlacePicture


class ClinicProfileForm(SharedForm):
    reply_within = HoursField(
        label=_("Reply within, in open hours"),
        help_text=_(
            "6 is six hours, 0.5 half an hour: open time between a request and the first call. "
            "A change counts for new requests."
        ),
        least=0.5,
        most=80,
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "desk_email" in self.fields:
            self.fields["desk_email"].required = True  # without it nobody hears of a request


class ProfileRows(SharedFields, admin.TabularInline):
    """A table of rows under the clinic's profile."""

    formset = LabelledRows
    classes = ["plain-rows"]
    extra = 0


class OpeningHoursInline(ProfileRows):
    model = OpeningHours


class ClosureInline(ProfileRows):
    """Each closure lists the appointments agreed for its days, as long as there are any."""

    model = Closure
    readonly_fields = ["agreed_then"]

    @admin.display(description=_("appointments agreed for then"))
    def agreed_then(self, closure: Closure) -> str:
        is_ahead = closure.pk and closure.ends_on >= timezone.localdate()
        return appointments_in(closure) if is_ahead else ""


def appointments_in(closure: Closure) -> str:
    """Return links to the requests whose agreed appointments fall into a closure, or an empty string."""
    found = import_string(settings.AGREED_APPOINTMENTS)(closure.starts_on, closure.ends_on)
    rows = ((each["url"], each["reference"], each["when"]) for each in found)
    return format_html_join("; ", '<a href="{}">{}</a> {}', rows)


class PriceInline(ProfileRows):
    """Shown on the page “insurance-and-fees”, with the notice on estimates."""

    model = Price


class InsurerInline(ProfileRows):
    """Shown on the page “insurance-and-fees”."""

    model = Insurer


class PlacePictureInline(SharedFields, admin.StackedInline):
    model = PlacePicture
    formset = LabelledRows
    extra = 0


@admin.register(ClinicProfile)
class ClinicProfileAdmin(SharedAdmin):
    form = ClinicProfileForm
    inlines = [OpeningHoursInline, ClosureInline, PriceInline, InsurerInline, PlacePictureInline]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["name", "tagline", "summary"]}),
        (
            _("Who hears of requests, and the promise"),
            {"fields": ["desk_email", "manager_email", "reply_within"]},
        ),
        (_("How patients reach you"), {"fields": ["phone", "texts_patients", "languages"]}),
        (
            _("Where you are"),
            {
                "fields": [
                    ("street", "city"),
                    ("region", "postal_code", "country"),
                    ("latitude", "longitude"),
                    "directions_url",
                    "parking",
                    "step_free_access",
                ]
            },
        ),
        (
            _("Visits"),
            {
                "fields": [
                    ("minutes_first_visit", "minutes_new_problem", "minutes_follow_up", "minutes_by_phone"),
                    "before_visit",
                    "reminder_hour",
                    "calendar_name",
                ]
            },
        ),
        (_("Articles"), {"fields": ["second_reader_required", "review_late_after_days"]}),
        (_("Banner on every page"), {"fields": ["notice", "notice_until"]}),
    ]

    def has_add_permission(self, request) -> bool:
        return super().has_add_permission(request) and not ClinicProfile.objects.exists()

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def save_model(self, request, obj, form, change) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
        transaction.on_commit(partial(save_contact, obj))

    def save_related(self, request, form, formsets, change) -> None:
        """Say at once on which appointments a closure falls: they stay as they are until somebody calls."""
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            if formset.model is Closure:
                for closure in [*formset.new_objects, *(closure for closure, _fields in formset.changed_objects)]:
                    self._warn(request, closure)

    def _warn(self, request, closure: Closure) -> None:
        if links := appointments_in(closure):
            words = _("Agreed for “%(closure)s”, and left as they are. Call these patients:") % {"closure": closure}
            self.message_user(request, format_html("{} {}", words, links), messages.WARNING)


@admin.register(UrgentAdvice)
class UrgentAdviceAdmin(admin.ModelAdmin):
    """Versions are added, never edited: a request points to the one its patient saw."""

    list_display = ["__str__", "title", "created_at", "created_by"]
    fieldsets = [
        (
            None,
            {
                "fields": ["title", "body", "created_at", "created_by"],
                "description": _(
                    "The worst signs first: the request form shows three in one sentence and folds the rest."
                ),
            },
        )
    ]
    readonly_fields = ["created_at", "created_by"]

    def get_changeform_initial_data(self, request) -> dict:
        current = UrgentAdvice.objects.first()
        return {"title": current.title, "body": current.body} if current else {}

    def save_model(self, request, obj, form, change) -> None:
        obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(MessageTemplate)
class MessageTemplateAdmin(SharedAdmin):
    """What the desk reads beside each request, filled in for that patient."""

    list_display = ["title", "position", "updated_at"]

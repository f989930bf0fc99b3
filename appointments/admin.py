from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.models import AppointmentRequest, RequestEvent, RequestView
from clinic.practice.templatetags.clock import in_short


class WorkFilter(admin.SimpleListFilter):
    """Starts on what still has to be done."""

    title = _("show")
    parameter_name = "show"

    def lookups(self, request, model_admin):
        return [
            ("overdue", _("overdue")),
            ("to-check", _("to check")),
            ("mail-failed", _("e-mail failed, call")),
            ("all", _("all")),
        ]

    def choices(self, changelist):
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("live work"),
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.overdue(timezone.now())
        if self.value() == "to-check":
            return queryset.quarantined()
        if self.value() == "mail-failed":
            return queryset.filter(is_mail_failed=True)
        if self.value() == "all":
            return queryset
        return queryset.live()


class EventInline(admin.TabularInline):
    model = RequestEvent
    extra = 0
    fields = readonly_fields = ["at", "by", "kind", "from_status", "to_status", "outcome", "text"]
    can_delete = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False


@admin.register(AppointmentRequest)
class AppointmentRequestAdmin(admin.ModelAdmin):
    """The queue: earliest promise first. Requests change by moves, never by editing."""

    list_display = ["reference", "state", "due", "created_at", "kind", "provider", "contact_method", "claim"]
    list_display_links = ["reference"]
    list_filter = [WorkFilter, "status", "kind"]
    list_select_related = ["provider", "claimed_by"]
    list_per_page = 50
    show_full_result_count = False
    actions = None
    inlines = [EventInline]

    def get_queryset(self, request) -> QuerySet:
        return super().get_queryset(request).with_mail_failed().by_promise()

    @admin.display(description=_("status"), ordering="status")
    def state(self, row: AppointmentRequest) -> str:
        words = row.get_status_display()
        return f"{words}, {gettext('e-mail failed, call')}" if row.is_mail_failed else words

    @admin.display(description=_("reply due"), ordering="reply_due_at")
    def due(self, row: AppointmentRequest) -> str:
        if row.is_overdue(timezone.now()):
            return format_html(
                '<strong class="overdue">{} {}</strong>', gettext("Overdue:"), in_short(row.reply_due_at)
            )
        return in_short(row.reply_due_at)

    @admin.display(description=_("claimed by"))
    def claim(self, row: AppointmentRequest) -> str:
        return str(row.claimed_by) if row.is_claimed(timezone.now()) else ""

    def change_view(self, request, object_id, form_url="", extra_context=None):
        response = super().change_view(request, object_id, form_url, extra_context)
        if request.method == "GET" and response.status_code == 200:
            RequestView.objects.create(appointment_request_id=object_id, by=request.user)
        return response

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(RequestView)
class RequestViewAdmin(admin.ModelAdmin):
    """Who looked at what: read by the manager, written by nobody here."""

    list_display = ["at", "by", "appointment_request"]
    list_filter = ["by"]
    list_select_related = ["by", "appointment_request"]
    show_full_result_count = False

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

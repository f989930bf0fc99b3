from django.contrib import admin, messages
from django.template import TemplateDoesNotExist
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.core.admin import ReadOnlyAdmin
from clinic.mail import queue
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import ClinicProfile


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("waiting")),
            ("trouble", _("waiting after an error")),
            ("sent", _("sent")),
            ("given-up", _("given up")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.waiting()
        if self.value() == "trouble":
            return queryset.waiting().exclude(last_error="")
        if self.value() == "sent":
            return queryset.filter(sent_at__isnull=False)
        if self.value() == "given-up":
            return queryset.filter(failed_at__isnull=False)
        return queryset


def subject_now(row: OutgoingEmail, clinic: ClinicProfile) -> str:
    """Return the subject as it reads now, or the name of a message that this release does not know any more."""
    try:
        return queue.subject_of(row, clinic)
    except TemplateDoesNotExist:
        return row.template


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnlyAdmin):
    """Read-only: what was queued, what left, and why the rest has not. Any of it can be sent again."""

    list_display = ["about", "audience", "state", "created_at", "sent_at", "attempts", "last_error"]
    list_filter = [StateFilter, "audience"]
    list_per_page = 50
    search_fields = []
    actions = ["send_again"]

    def get_list_display(self, request) -> list:
        """The columns, the first of which needs the clinic: read once a page, not once a row."""
        clinic = ClinicProfile.objects.current()

        @admin.display(description=_("subject"))
        def subject(row: OutgoingEmail) -> str:
            return subject_now(row, clinic)

        return [subject, *self.list_display]

    @admin.display(description=_("request"), ordering="reference")
    def about(self, row: OutgoingEmail) -> str:
        """The request, by the address that the front desk's room gives it."""
        pk = row.context.get("request_id")
        if not (row.reference and pk):
            return "-"
        url = reverse("admin:appointments_appointmentrequest_change", args=[pk])
        return format_html('<a href="{}">{}</a>', url, row.reference)

    @admin.display(description=_("state"))
    def state(self, row: OutgoingEmail) -> str:
        if row.sent_at:
            return str(_("sent"))
        return str(_("given up")) if row.failed_at else str(_("waiting"))

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request, queryset) -> None:
        """Put them at the front of the queue; one that left already goes out once more beside it."""
        rows = list(queryset)
        for row in rows:
            queue.send_again(row)
        text = ngettext("%d message leaves within seconds.", "%d messages leave within seconds.", len(rows))
        self.message_user(request, text % len(rows), messages.SUCCESS)

    def has_resend_permission(self, request) -> bool:
        return self.has_view_permission(request)

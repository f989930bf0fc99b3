from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.core.admin import ReadOnlyAdmin
from clinic.mail.models import OutgoingEmail


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


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnlyAdmin):
    """Read-only: what was queued, what left, and why the rest has not."""

    list_display = [
        "reference",
        "message",
        "audience",
        "state",
        "created_at",
        "sent_at",
        "attempts",
        "last_error",
    ]
    list_filter = [StateFilter, "audience"]
    search_fields = []
    actions = ["send_again_now"]

    @admin.display(description=_("message"), ordering="template")
    def message(self, row: OutgoingEmail) -> str:
        return row.template.rpartition("/")[2].replace("_", " ")

    @admin.display(description=_("state"))
    def state(self, row: OutgoingEmail) -> str:
        if row.sent_at:
            return str(_("sent"))
        return str(_("given up")) if row.failed_at else str(_("waiting"))

    @admin.action(description=_("Send again now"), permissions=["resend"])
    def send_again_now(self, request, queryset) -> None:
        """Put unsent rows at the front of the queue, those given up included."""
        count = queryset.filter(sent_at=None).update(due_at=timezone.now(), failed_at=None, last_error="")
        text = ngettext("%d message leaves within seconds.", "%d messages leave within seconds.", count) % count
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    def has_resend_permission(self, request) -> bool:
        return self.has_view_permission(request)

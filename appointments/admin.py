from django.contrib import admin
from django.db.models import QuerySet
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.desk import views as desk
from appointments.models import AppointmentRequest, AppointmentRequestQuerySet, RequestView
from appointments.moves import CLOSED
from clinic.core.admin import ReadOnlyAdmin
from clinic.practice.templatetags.clock import in_short


class WorkFilter(admin.SimpleListFilter):
    """Starts on what still has to be done."""

    title = _("show")
    parameter_name = "show"
    template = "appointments/desk/parts/show_tabs.html"

    def __init__(self, request, params, model, model_admin) -> None:
        # Whoever asks for one status wants all that have it, closed ones too
        self.is_by_status = "status__exact" in request.GET
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("waiting for a reply")),
            ("overdue", _("overdue")),
            ("unclaimed", _("nobody on it")),
            ("mine", _("mine")),
            ("to-check", _("to check")),
            ("mail-failed", _("e-mail failed, call")),
            ("today", _("appointments today")),
            ("all", _("all")),
        ]

    def choices(self, changelist):
        yield {
            "selected": self.value() is None and not self.is_by_status,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("live work"),
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request, queryset):
        now = timezone.now()
        chosen = {
            "waiting": queryset.awaiting_reply,
            "overdue": lambda: queryset.overdue(now),
            "unclaimed": lambda: queryset.live().exclude(claimed_until__gt=now),
            "mine": lambda: queryset.live().filter(claimed_by=request.user, claimed_until__gt=now),
            "to-check": queryset.quarantined,
            "mail-failed": lambda: queryset.live().filter(is_mail_failed=True),
            "today": lambda: queryset.on_day(timezone.localdate(now)),
            "all": lambda: queryset,
        }
        default = chosen["all"] if self.is_by_status else queryset.live
        return chosen.get(self.value() or "", default)()


class ChoiceFilter(admin.ChoicesFieldListFilter):
    template = "appointments/desk/parts/link_filter.html"


class ProviderFilter(admin.RelatedFieldListFilter):
    template = "appointments/desk/parts/link_filter.html"


@admin.register(AppointmentRequest)
class AppointmentRequestAdmin(ReadOnlyAdmin):
    """The queue: earliest promise first. A request opens as the desk's own page and changes by moves only."""

    list_display = [
        "reference", "state", "due", "waiting", "what", "whom", "reach", "claim", "attempts",
    ]  # fmt: skip
    list_display_links = ["reference"]
    list_filter = [WorkFilter, ("status", ChoiceFilter), ("kind", ChoiceFilter), ("provider", ProviderFilter)]
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["provider", "appointment_with", "claimed_by"]
    list_per_page = 25  # a screenful; the rest is reached by filters and by finding
    ordering = tuple(AppointmentRequestQuerySet.BY_DUE)
    actions = None
    change_list_template = "appointments/desk/queue.html"

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("find/", wrap(desk.find_patient), name="appointments_find"),
            path("news/<int:since>/", wrap(desk.news), name="appointments_news"),
            path("call/", wrap(desk.phone_in), name="appointments_phone_in"),
            path("<int:pk>/change/", wrap(desk.request_page), name="appointments_appointmentrequest_change"),
            *super().get_urls(),
        ]

    def get_queryset(self, request) -> QuerySet:
        return AppointmentRequest.objects.with_mail_failed().with_tries()

    def changelist_view(self, request, extra_context=None):
        newest = AppointmentRequest.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        may_add = request.user.has_perm("appointments.add_appointmentrequest")
        more_filters = any(name.startswith(("status", "kind", "provider")) for name in request.GET)
        context = {"newest": newest, "may_add": may_add, "more_filters": more_filters, "title": gettext("Queue")}
        return super().changelist_view(request, context)

    @admin.display(description=_("status"), ordering="status")
    def state(self, row: AppointmentRequest) -> str:
        words = format_html('<span class="badge badge--{}">{}</span>', row.status, row.get_status_display())
        if not row.is_mail_failed:
            return words
        trouble = gettext("e-mail failed, call")
        return format_html('{} <strong class="overdue"><span aria-hidden="true">▲</span> {}</strong>', words, trouble)

    @admin.display(description=_("reply due"), ordering="reply_due_at")
    def due(self, row: AppointmentRequest) -> str:
        """The promise while it runs; once somebody reacted, when to call again."""
        if row.is_overdue(timezone.now()):
            words = gettext("Overdue, %(due)s") % {"due": in_short(row.reply_due_at)}
            return format_html('<strong class="overdue"><span aria-hidden="true">▲</span> {}</strong>', words)
        if row.status == AppointmentRequest.Status.BOOKED:
            return gettext("visit %(at)s") % {"at": in_short(row.appointment_at)}
        if row.is_live and row.first_contact_at:
            again = row.next_action_at
            return gettext("call back %(at)s") % {"at": in_short(again)} if again else gettext("replied")
        if row.status in CLOSED:
            return "-"
        return in_short(row.reply_due_at)

    @admin.display(description=_("waiting"), ordering="created_at")
    def waiting(self, row: AppointmentRequest) -> str:
        return timesince(row.created_at, depth=1)

    @admin.display(description=_("asks for"), ordering="kind")
    def what(self, row: AppointmentRequest) -> str:
        patient = {"new": _("new"), "returning": _("returning"), "unsure": _("not sure")}.get(row.patient_type)
        return f"{row.get_kind_display()}, {patient}" if patient else row.get_kind_display()

    @admin.display(description=_("provider"))
    def whom(self, row: AppointmentRequest) -> str:
        provider = row.appointment_with or row.provider
        return provider.short_name if provider else gettext("anyone")

    @admin.display(description=_("reach by"), ordering="contact_method")
    def reach(self, row: AppointmentRequest) -> str:
        return str({"phone": _("call"), "text": _("text"), "email": _("e-mail")}[row.contact_method])

    @admin.display(description=_("on it"))
    def claim(self, row: AppointmentRequest) -> str:
        return str(row.claimed_by) if row.is_claimed(timezone.now()) else gettext("nobody")

    @admin.display(description=_("tries"))
    def attempts(self, row: AppointmentRequest) -> int:
        return row.tries


@admin.register(RequestView)
class RequestViewAdmin(ReadOnlyAdmin):
    """Who looked at what: read by the manager, written by nobody here."""

    list_display = ["at", "by", "appointment_request"]
    list_filter = ["by"]
    list_select_related = ["by", "appointment_request"]

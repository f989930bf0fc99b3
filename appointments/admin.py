from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.desk import day, offering
from appointments.desk import views as desk
from appointments.desk.names import names_hidden, switch_names
from appointments.desk.request_page import request_page
from appointments.desk.visit_page import past_visits, visit_page
from appointments.models import AppointmentRequest, AppointmentRequestQuerySet, RequestView
from clinic.core.admin import ReadOnlyAdmin


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
            ("call-back", _("call back now")),
            ("unclaimed", _("nobody on it")),
            ("mine", _("mine")),
            ("to-check", _("to check")),
            ("mail-failed", _("e-mail failed, call")),
            ("today", _("visits today")),
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
            "call-back": lambda: queryset.to_call_back(now),
            "unclaimed": lambda: queryset.live().exclude(claimed_until__gt=now),
            "mine": lambda: queryset.live().filter(claimed_by=request.user, claimed_until__gt=now),
            "to-check": queryset.quarantined,
            "mail-failed": lambda: queryset.live().filter(is_mail_failed=True),
            "today": lambda: queryset.on_day(timezone.localdate(now)),
            "all": lambda: queryset,
        }
        default = chosen["all"] if self.is_by_status else queryset.live
        return chosen.get(self.value() or "", default)()


class QueuePaginator(Paginator):
    """Counts no further than anybody turns pages, so that the queue costs the same however much lies in it."""

    MOST = 500
    object_list: QuerySet

    @cached_property
    def count(self) -> int:
        return self.object_list[: self.MOST].count()


class ChoiceFilter(admin.ChoicesFieldListFilter):
    template = "appointments/desk/parts/link_filter.html"


class ProviderFilter(admin.RelatedFieldListFilter):
    template = "appointments/desk/parts/link_filter.html"


@admin.register(AppointmentRequest)
class AppointmentRequestAdmin(ReadOnlyAdmin):
    """The queue: earliest promise first. A request opens as the desk's own page and changes by moves only."""

    list_display = ["reference"]  # the columns are templates/appointments/desk/parts/queue_table.html
    list_filter = [WorkFilter, ("status", ChoiceFilter), ("kind", ChoiceFilter), ("provider", ProviderFilter)]
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["provider", "appointment_with", "claimed_by"]
    list_per_page = 25  # a screenful; the rest is reached by filters and by finding
    paginator = QueuePaginator
    ordering = tuple(AppointmentRequestQuerySet.BY_DUE)
    actions = None
    change_list_template = "appointments/desk/queue.html"

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("names/", wrap(switch_names), name="appointments_names"),
            path("find/", wrap(desk.find_patient), name="appointments_find"),
            path("news/<int:since>/", wrap(desk.news), name="appointments_news"),
            path("known/", wrap(desk.known), name="appointments_known"),
            path("call/", wrap(desk.phone_in), name="appointments_phone_in"),
            path("reminders/", wrap(offering.reminders), name="appointments_reminders"),
            path("day/", wrap(day.day_page), name="appointments_day"),
            path("week/", wrap(day.week_page), name="appointments_week"),
            path("day/sheet/", wrap(day.day_sheet), name="appointments_day_sheet"),
            path("past/", wrap(past_visits), name="appointments_past_visits"),
            path("visit/<int:pk>/", wrap(visit_page), name="appointments_visit"),
            path("<int:pk>/offer/", wrap(offering.offer_page), name="appointments_offer"),
            path("<int:pk>/book-offered/", wrap(offering.book_offered), name="appointments_book_offered"),
            path("<int:pk>/cancel-visit/", wrap(offering.cancel_page), name="appointments_cancel_visit"),
            path("<int:pk>/change/", wrap(request_page), name="appointments_appointmentrequest_change"),
            *super().get_urls(),
        ]

    def get_queryset(self, request) -> QuerySet:
        return AppointmentRequest.objects.with_mail_failed().with_tries()

    def get_ordering(self, request):
        """What is due first; the visits of a day by their time."""
        if request.GET.get(WorkFilter.parameter_name) == "today":
            return ["appointment_at", "pk"]
        return self.ordering

    def changelist_view(self, request, extra_context=None):
        context = {
            "title": gettext("Queue"),
            "names_hidden": names_hidden(request),
            "most_counted": QueuePaginator.MOST,
            "more_filters": any(name.startswith(("status", "kind", "provider")) for name in request.GET),
        }
        return super().changelist_view(request, context)


@admin.register(RequestView)
class RequestViewAdmin(ReadOnlyAdmin):
    """Who looked at what: read by the manager, written by nobody here."""

    list_display = ["at", "by", "appointment_request"]
    list_filter = ["by"]
    list_select_related = ["by", "appointment_request"]

"""The Day and the Week: a column a provider, and the sheet that is printed. Providers see their own day only."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appointments.desk.day_grid import grid_of
from appointments.desk.names import names_hidden
from appointments.models import AppointmentRequest
from appointments.services.days import Day, days
from clinic.practice.models import ClinicProfile
from providers.models import Provider

SEE_DAY = "appointments.view_appointment"  # with the requests' right every provider's, without it one's own
SEE_ALL = "appointments.view_appointmentrequest"
FIRST, LAST = date(2000, 1, 1), date(9000, 1, 1)  # a calendar's day before or after is always there


@permission_required(SEE_DAY, raise_exception=True)
@require_safe
def day_page(request: HttpRequest) -> HttpResponse:
    """One day, as wide as it has providers."""
    on = day_asked(request)
    shown = shown_days(request, on, 1)
    context = {
        "title": date_format(on, "l, F j, Y"),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "grid": grid_of(shown[0]) if shown else None,
        "shown": shown[0] if shown else None,
    }
    return show(request, "appointments/desk/day.html", on, context)


@permission_required(SEE_DAY, raise_exception=True)
@require_safe
def week_page(request: HttpRequest) -> HttpResponse:
    """Monday to Sunday, a row a day."""
    on = day_asked(request)
    monday = on - timedelta(days=on.weekday())
    context = {
        "title": _("Week of %(day)s") % {"day": date_format(monday, "F j, Y")},
        "before": on - timedelta(days=7),
        "after": on + timedelta(days=7),
        "days": shown_days(request, monday, 7),
    }
    return show(request, "appointments/desk/day_week.html", on, context)


@permission_required(SEE_DAY, raise_exception=True)
@require_safe
def day_sheet(request: HttpRequest) -> HttpResponse:
    """What is put beside the treatment rooms: a printed page a provider. The reason for a visit is never on it."""
    on = day_asked(request)
    columns = [column for day in shown_days(request, on, 1) for column in day.columns if column.visits]
    title = _("Day sheet, %(day)s") % {"day": date_format(on, "l, F j, Y")}
    return show(request, "appointments/desk/day_sheet.html", on, {"title": title, "columns": columns})


def show(request: HttpRequest, template: str, on: date, context: dict[str, Any]) -> HttpResponse:
    frame = {
        **admin.site.each_context(request),
        "opts": AppointmentRequest._meta,
        # In a clinic without plain pages the frame would ask twice
        "clinic": ClinicProfile.objects.current(),
        "on": on,
        "today": timezone.localdate(),
        "now": timezone.now(),
        "names_hidden": names_hidden(request),
        "may_open_requests": request.user.has_perm(SEE_ALL),
    }
    return render(request, template, frame | context)


def day_asked(request: HttpRequest) -> date:
    """Return the day that the address names, today where it names none."""
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return asked if asked and FIRST < asked < LAST else timezone.localdate()


def shown_days(request: HttpRequest, first: date, count: int) -> list[Day]:
    """Return the days as far as this person may see them: none for whoever is no provider and sees nobody's."""
    only = None if request.user.has_perm(SEE_ALL) else own_provider(request)
    if only is None and not request.user.has_perm(SEE_ALL):
        return []
    return days(first, count, now=timezone.now(), only=only)


def own_provider(request: HttpRequest) -> Provider | None:
    """Return the provider who is signed in, if it is one."""
    return Provider.objects.filter(user=request.user.pk).first()

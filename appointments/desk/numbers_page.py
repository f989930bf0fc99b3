"""The managers' page of numbers, and the same as a file."""

import csv

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appointments.desk.numbers import Figures, article_figures, columns, figures, reasons
from appointments.desk.plots import Bar, Plot, draw
from appointments.desk.shell import MANAGES
from appointments.desk.spreadsheet import csv_response, guarded


@permission_required(MANAGES, raise_exception=True)
@require_safe
def numbers_page(request: HttpRequest) -> HttpResponse:
    """The figures of twelve weeks or months: plots, the same as tables, and what each of them means."""
    found = figures(by(request), timezone.now())
    context = {
        **admin.site.each_context(request),
        "title": _("Numbers"),
        "by": by(request),
        "plots": plots(found),
        "columns": columns(),
        "rows": [(it, [column.text(it) for column in columns()]) for it in reversed(found)],
        "reasons": reasons(),
        "articles": article_figures(found[0].start),
        "since": found[0].start,
    }
    return render(request, "appointments/desk/numbers.html", context)


def by(request: HttpRequest) -> str:
    return "week" if request.GET.get("by") == "week" else "month"


def plots(found: list[Figures]) -> list[Plot]:
    """Return the plots, oldest period first."""

    def of(part: int, whole: int) -> str:
        return _("%(part)d of %(whole)d") % {"part": part, "whole": whole} if whole else "–"

    hours = [(it, it.first_contact.total_seconds() / 3600 if it.first_contact else 0) for it in found]
    return [
        draw("booked", _("Asked, and booked of them"), _("Outlined: asked. Solid: booked."),
             [Bar(it.label, it.asked, it.booked, of(it.booked, it.asked)) for it in found]),
        draw("kept", _("Kept within the promise"), _("Outlined: promises that ended. Solid: kept."),
             [Bar(it.label, it.due, it.kept, of(it.kept, it.due)) for it in found]),
        draw("waited", _("Median time to first contact"), _("Solid: hours and minutes by the clock."),
             [Bar(it.label, wait, wait, it.waited) for it, wait in hours]),
        draw("missed", _("Visits, and missed of them"), _("Outlined: visits with an outcome. Solid: did not come."),
             [Bar(it.label, it.visits, it.missed, of(it.missed, it.visits)) for it in found]),
    ]  # fmt: skip


@permission_required(MANAGES, raise_exception=True)
@require_safe
def figures_file(request: HttpRequest) -> HttpResponse:
    """The table's figures as CSV, a row a week or month, plain numbers."""
    response = csv_response(f"numbers-by-{by(request)}.csv")
    writer = csv.writer(response)
    names = [_("Asked"), _("Promises ended"), _("Kept"), _("First contact, median minutes"), _("Booked")]
    declined = [_("Declined: %(reason)s") % {"reason": reason} for reason in reasons()]
    last = [_("Unreachable"), _("Visits with an outcome"), _("Did not come")]
    writer.writerow([_("From"), *names, *declined, *last])
    for it in figures(by(request), timezone.now()):
        minutes = round(it.first_contact.total_seconds() / 60) if it.first_contact else ""
        numbers = [
            it.asked,
            it.due,
            it.kept,
            minutes,
            it.booked,
            *it.declined_for,
            it.unreachable,
            it.visits,
            it.missed,
        ]
        writer.writerow(guarded([it.start.isoformat(), *numbers]))
    return response

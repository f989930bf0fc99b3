"""How the front desk does, by week and by month: added up by the database, always in as many queries."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import mean
from typing import Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.models import AppointmentRequest, RequestEvent
from appointments.schedule import Appointment
from articles.models import Article

PERIODS = 12
MOST_ARTICLES = 25
Status = AppointmentRequest.Status
State = Appointment.State
WAS_BOOKED = Exists(Appointment.objects.filter(appointment_request=OuterRef("pk")))


@dataclass
class Figures:
    """What is counted of one week or month. Requests count when they were asked, visits when they were to be."""

    start: date
    by: str
    is_running: bool = False
    asked: int = 0
    due: int = 0
    kept: int = 0
    booked: int = 0
    unreachable: int = 0
    first_contact: timedelta | None = None
    declined: Counter[str] = field(default_factory=Counter)
    visits: int = 0
    missed: int = 0

    @property
    def label(self) -> str:
        return date_format(self.start, "M j" if self.by == "week" else "M Y")

    @property
    def declined_for(self) -> list[int]:
        """How many were declined for each reason, in the order of `reasons()`."""
        given = [self.declined[reason] for reason in RequestEvent.DeclineReason.values]
        return [*given, self.declined.total() - sum(given)]

    @property
    def waited(self) -> str:
        """The median in words: "35 min", "2.5 h"; a dash while nobody was reached."""
        if self.first_contact is None:
            return "–"
        minutes = round(self.first_contact.total_seconds() / 60)
        return (
            _("%(number)s min") % {"number": minutes}
            if minutes < 60
            else _("%(number).1f h") % {"number": minutes / 60}
        )


@dataclass(frozen=True)
class ArticleFigures:
    """What one article brought: how many asked, and how many of them were booked."""

    title: str
    asked: int
    booked: int


def reasons() -> list[str]:
    return [*map(str, RequestEvent.DeclineReason.labels), _("no reason given")]


def figures(by: str, now: datetime) -> list[Figures]:
    """Return the figures of the last twelve weeks or months, oldest first; the last of them is still running."""
    starts = starts_of(by, timezone.localdate(now))
    found = [Figures(start, by, is_running=start == starts[-1]) for start in starts]
    bounds = [timezone.make_aware(datetime.combine(start, time.min)) for start in starts]
    asked = asked_since(bounds[0]).annotate(period=_period("created_at", bounds))
    for row in _count_requests(asked, now):
        for name in ("asked", "due", "kept", "booked", "unreachable"):
            setattr(found[row["period"]], name, row[name])
    for period, waited in _median_waits(asked).items():
        found[period].first_contact = waited
    for row in _count_declined(asked):
        found[row["period"]].declined[row["reason"]] += row["count"]
    for outcome in _count_visits(bounds, now):
        found[outcome["period"]].visits, found[outcome["period"]].missed = outcome["visits"], outcome["missed"]
    return found


def starts_of(by: str, today: date) -> list[date]:
    """Return the first days of the last twelve weeks (Mondays) or months, oldest first."""
    if by == "week":
        monday = today - timedelta(days=today.weekday())
        return [monday - timedelta(weeks=ago) for ago in reversed(range(PERIODS))]
    months = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(months - PERIODS + 1, months + 1)]


def asked_since(start: datetime) -> QuerySet[AppointmentRequest]:
    """Return what people asked since then: neither spam nor the same request twice."""
    return AppointmentRequest.objects.filter(created_at__gte=start).exclude(status__in=[Status.SPAM, Status.DUPLICATE])


def _period(moment: str, bounds: list[datetime]) -> Case:
    """Return the number of the period a moment lies in, compared in the database with bounds in the clinic's time."""
    ranges: Iterable[tuple[int, tuple[datetime, datetime]]] = enumerate(pairwise(bounds))
    whens = [
        When(**{f"{moment}__gte": start, f"{moment}__lt": end}, then=Value(number)) for number, (start, end) in ranges
    ]
    return Case(*whens, default=Value(len(bounds) - 1), output_field=IntegerField())


def _count_requests(asked: QuerySet, now: datetime) -> Iterable[dict[str, Any]]:
    in_time = Q(first_contact_at__lte=F("reply_due_at"))
    ran_out = Q(first_contact_at=None, reply_due_at__lt=now) & ~Q(status=Status.CANCELLED)
    return asked.order_by().annotate(was_booked=WAS_BOOKED).values("period").annotate(
        asked=Count("pk"),
        due=Count("pk", filter=Q(first_contact_at__isnull=False) | ran_out),
        kept=Count("pk", filter=in_time),
        booked=Count("pk", filter=Q(was_booked=True)),
        unreachable=Count("pk", filter=Q(status=Status.UNREACHABLE)),
    )  # fmt: skip


def _median_waits(asked: QuerySet) -> dict[int, timedelta]:
    """Return the median time from asking to the first contact, by period: only the rows in the middle are read."""
    waited = ExpressionWrapper(F("first_contact_at") - F("created_at"), DurationField())
    place = Window(RowNumber(), partition_by=F("period"), order_by=[waited, "pk"])
    number = Window(Count("pk"), partition_by=F("period"))
    reached = asked.order_by().filter(first_contact_at__isnull=False).annotate(place=place, number=number)
    middle = reached.annotate(off=F("place") * 2 - F("number")).filter(off__gte=0, off__lte=2)
    waits = defaultdict(list)
    for period, start, end in middle.values_list("period", "created_at", "first_contact_at"):
        waits[period].append((end - start).total_seconds())
    return {period: timedelta(seconds=mean(seconds)) for period, seconds in waits.items()}


def _count_declined(asked: QuerySet) -> Iterable[dict[str, Any]]:
    """By the reason given last, for what is declined now."""
    declined = RequestEvent.objects.filter(appointment_request=OuterRef("pk"), to_status=Status.DECLINED)
    reason = Subquery(declined.order_by("-pk").values("outcome")[:1])
    rows = asked.order_by().filter(status=Status.DECLINED).annotate(reason=reason)
    return rows.values("period", "reason").annotate(count=Count("pk"))


def _count_visits(bounds: list[datetime], now: datetime) -> Iterable[Mapping[str, Any]]:
    """Visits with an outcome, by when they were to start."""
    ended = Appointment.objects.filter(
        starts_at__gte=bounds[0], starts_at__lte=now, state__in=[State.CAME, State.DID_NOT_COME]
    )
    by_period = ended.order_by().annotate(period=_period("starts_at", bounds)).values("period")
    return by_period.annotate(visits=Count("pk"), missed=Count("pk", filter=Q(state=State.DID_NOT_COME)))


def article_figures(since: date) -> list[ArticleFigures]:
    """Return what articles brought since that day, at most 25, those first that most asked about."""
    start = timezone.make_aware(datetime.combine(since, time.min))
    asked = asked_since(start).filter(source_article__isnull=False).order_by().annotate(was_booked=WAS_BOOKED)
    rows = asked.values("source_article").annotate(asked=Count("pk"), booked=Count("pk", filter=Q(was_booked=True)))
    requests = {row["source_article"]: (row["asked"], row["booked"]) for row in rows}
    first = sorted(requests, key=lambda pk: requests[pk], reverse=True)[:MOST_ARTICLES]
    titles = dict(Article.objects.filter(pk__in=first).values_list("pk", "title"))
    return [ArticleFigures(titles[pk], *requests[pk]) for pk in first if pk in titles]


@dataclass(frozen=True)
class Column:
    """A figure of the table: what it is called, what exactly is counted, and how it is written."""

    label: str
    means: str
    text: Callable[[Figures], str]


def columns() -> list[Column]:
    return [
        Column(
            _("Asked"),
            _("Requests that came in: website, calls, voicemail and at the desk. Spam and duplicates are left out."),
            lambda it: str(it.asked),
        ),
        Column(
            _("Kept"),
            _("Requests with a first contact no later than promised, of those that had one or whose promise ran out."),
            lambda it: _("%(part)d of %(whole)d") % {"part": it.kept, "whole": it.due} if it.due else "–",
        ),
        Column(
            _("First contact"),
            _("Median time from asking to the first try to reach the patient, nights and weekends included."),
            lambda it: it.waited,
        ),
        Column(
            _("Booked"),
            _("Requests for which a time was agreed at any point, even if it was cancelled later."),
            lambda it: str(it.booked),
        ),
        Column(
            _("Declined"),
            _("Requests that are closed as declined, by the reason that was given last."),
            lambda it: str(it.declined.total()),
        ),
        Column(
            _("Unreachable"),
            _("Requests that are closed because nobody could be reached."),
            lambda it: str(it.unreachable),
        ),
        Column(
            _("Did not come"),
            _("Visits that the patient missed, of those with an outcome. They count when the visit was."),
            lambda it: _("%(part)d of %(whole)d") % {"part": it.missed, "whole": it.visits} if it.visits else "–",
        ),
    ]

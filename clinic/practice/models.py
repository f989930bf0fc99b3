import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from clinic.core.text import comma_separated, lines
from clinic.practice.fees import Insurer, Price  # noqa: F401  (Django looks for models in this module)
from clinic.practice.hours import OpenTime
from clinic.practice.place import PlacePicture  # noqa: F401  (and in this one)

WORST_SIGNS = 3


class ClinicProfileQuerySet(models.QuerySet["ClinicProfile"]):
    def current(self) -> "ClinicProfile":
        """Return the clinic's one row; an unsaved, empty one before anybody filled it in."""
        return self.first() or ClinicProfile()


def _minutes(kind: Any, usually: int) -> models.PositiveSmallIntegerField:
    """Return the field for how long a kind of visit takes."""
    return models.PositiveSmallIntegerField(
        kind,
        default=usually,
        db_default=usually,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
        help_text=_("Minutes."),
    )


class ClinicProfile(models.Model):
    """The clinic itself: who and where it is, and what it promises. One row, pk 1."""

    name = models.CharField(_("name"), max_length=120, default=_("Our clinic"))
    tagline = models.CharField(
        _("tagline"), max_length=120, blank=True, help_text=_("What you do and for whom, in one sentence.")
    )
    summary = models.CharField(
        _("summary"), max_length=160, blank=True, help_text=_("Two sentences for search engines.")
    )

    # Where patients find it
    street = models.CharField(_("street"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("state"), max_length=40, blank=True)
    postal_code = models.CharField(_("ZIP code"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=2, default="US", help_text=_("Two letters."))
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    directions_url = models.URLField(_("directions link"), blank=True)
    parking = models.TextField(_("parking"), blank=True)
    step_free_access = models.TextField(_("step-free access"), blank=True)

    # How they reach it
    phone = PhoneNumberField(_("phone"), blank=True)
    texts_patients = models.BooleanField(_("the clinic texts patients"), default=False)
    languages = models.CharField(
        _("languages"), max_length=200, blank=True, help_text=_("Separated by commas: English, Spanish")
    )

    # Who is told about requests, and what patients are promised
    desk_email = models.EmailField(_("front desk e-mail"), blank=True)
    manager_email = models.EmailField(_("manager e-mail"), blank=True)
    reply_within = models.DurationField(
        _("reply within"),
        default=timedelta(hours=4),
        validators=[MinValueValidator(timedelta(minutes=30)), MaxValueValidator(timedelta(hours=80))],
        help_text=_("Open hours between a request and the first call, hh:mm:ss. Changes apply to new requests."),
    )

    # Visits: how long they take, what is said about them, and when patients are reminded
    minutes_first_visit = _minutes(_("first visit"), 60)
    minutes_new_problem = _minutes(_("new problem"), 30)
    minutes_follow_up = _minutes(_("follow-up"), 30)
    minutes_by_phone = _minutes(_("visit by phone"), 15)
    before_visit = models.TextField(
        _("before a visit"),
        blank=True,
        db_default="",
        help_text=_("What to bring and how early to come; in every mail about a visit."),
    )
    reminder_hour = models.PositiveSmallIntegerField(
        _("remind patients at"),
        null=True,
        blank=True,
        default=16,
        db_default=16,
        validators=[MaxValueValidator(23)],
        help_text=_("The hour, 0 to 23, on the open day before the visit. Empty: no reminders."),
    )
    calendar_name = models.CharField(
        _("name in calendars"),
        max_length=40,
        blank=True,
        db_default="",
        help_text=_("A short name that does not give the specialty away. Empty: the clinic’s name."),
    )

    # What holds for articles
    second_reader_required = models.BooleanField(
        _("somebody else reviews"),
        default=True,
        help_text=_("An article’s reviewer is another provider than its author."),
    )
    review_late_after_days = models.PositiveSmallIntegerField(
        _("say that a review is late after"),
        null=True,
        blank=True,
        default=60,
        help_text=_("Days past the date of the next review. Empty: the page never says so."),
    )

    # A banner on every page, until the day it is no longer true
    notice = models.CharField(_("notice"), max_length=240, blank=True)
    notice_until = models.DateField(_("show the notice until"), null=True, blank=True)

    # Whether the public sees the site: opened and not closed since (clinic/opening)
    opened_at = models.DateTimeField(_("opened to the public"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed to the public"), null=True, editable=False)

    objects = ClinicProfileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("clinic profile")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="practice_one_clinic_profile"),
            models.CheckConstraint(
                condition=models.Q(reply_within__gte=timedelta(minutes=30)),
                name="practice_reply_within_half_hour",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def place(self) -> str:
        """Town and state, as in "Cary, NC"."""
        return ", ".join(filter(None, [self.city, self.region]))

    @property
    def is_open_to_public(self) -> bool:
        """Whether everybody may read the site and ask for appointments; until then it is being prepared."""
        return bool(self.opened_at and not self.closed_at)

    @property
    def current_notice(self) -> str:
        """The notice while it holds, else an empty string."""
        over = self.notice_until and self.notice_until < timezone.localdate()
        return "" if over else self.notice

    def reply_due(self, at: datetime, hours: OpenTime | None = None) -> datetime:
        """Return the promise: by when somebody who asks at `at` is answered. Two queries without `hours`."""
        return (hours or open_time()).reply_due(at, self.reply_within)

    def visit_minutes(self, visit_type: str) -> int:
        """Return how long the clinic lets a visit of this kind take; one of no kind as long as a follow-up."""
        return getattr(self, f"minutes_{visit_type}", self.minutes_follow_up)

    @property
    def language_list(self) -> list[str]:
        return comma_separated(self.languages)


class OpeningHours(models.Model):
    """One span of one weekday; a day with a lunch break has two."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    clinic = models.ForeignKey(ClinicProfile, on_delete=models.CASCADE, related_name="hours", default=1, editable=False)
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")),
                name="practice_hours_close_after_open",
                violation_error_message=_("Closing time must be later than opening time."),
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="practice_hours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ClosureQuerySet(models.QuerySet["Closure"]):
    def ahead(self, today: date) -> "ClosureQuerySet":
        """Closures that are on or still to come."""
        return self.filter(ends_on__gte=today)


class Closure(models.Model):
    """Whole days on which the clinic is closed whatever the weekday says."""

    clinic = models.ForeignKey(
        ClinicProfile, on_delete=models.CASCADE, related_name="closures", default=1, editable=False
    )
    reason = models.CharField(_("reason"), max_length=80, help_text=_("Shown to patients, as in Thanksgiving."))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="practice_closure_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            )
        ]

    def __str__(self) -> str:
        return self.reason


class UrgentAdvice(models.Model):
    """The "Call 911 if…" card above the request form. Every change is a new row, so a request can say which it saw."""

    title = models.CharField(_("title"), max_length=80, default=_("Call 911 if…"))
    body = models.TextField(_("signs"), help_text=_("One sign a line, in a clinician's words."))
    created_at = models.DateTimeField(_("in force since"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("urgent advice")
        verbose_name_plural = _("urgent advice")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return _("version %(number)s") % {"number": self.pk}

    @property
    def signs(self) -> list[str]:
        return lines(self.body)

    @property
    def worst(self) -> list[str]:
        """The first signs, which the request form shows; it folds the others away."""
        return self.signs[:WORST_SIGNS]

    @property
    def others(self) -> list[str]:
        return self.signs[WORST_SIGNS:]


class MessageTemplate(models.Model):
    """Words the desk sends by hand, as a text message or an e-mail: filled in for one patient, copied by a person."""

    FACTS = ("name", "clinic", "phone", "reference")
    PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

    title = models.CharField(_("when to send it"), max_length=60, help_text=_("As in: We could not reach you."))
    body = models.TextField(
        _("words"),
        help_text=_("{name}, {clinic}, {phone} and {reference} become the patient’s name and our facts when shown."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        verbose_name = _("words to send")
        verbose_name_plural = _("words to send")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Raise ValidationError for a placeholder that nothing fills: a patient would read it."""
        unknown = [found for found in self.PLACEHOLDER.findall(self.body) if found not in self.FACTS]
        if unknown:
            words = _("Nothing fills in {%(name)s}. There are {name}, {clinic}, {phone} and {reference}.")
            raise ValidationError({"body": ValidationError(words, code="unknown", params={"name": unknown[0]})})

    def filled_in(self, **facts: str) -> str:
        """Return the words with each of FACTS in its place; what a fact itself holds is left as it is."""
        return self.PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), self.body)


def open_time() -> OpenTime:
    """Return the clinic's opening hours and closures as they stand now. Two queries."""
    week: dict[int, list] = {}
    for row in OpeningHours.objects.all():
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    closures = list(Closure.objects.values_list("starts_on", "ends_on"))  # past ones too: promises reach back
    return OpenTime(week=week, closures=closures, zone=ZoneInfo(settings.TIME_ZONE))

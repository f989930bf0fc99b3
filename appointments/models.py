import secrets
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from appointments.schedule import Appointment, OfferedTime  # noqa: F401  (Django looks for models in this module)
from articles.models import Article
from clinic.core.text import name_words
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import UrgentAdvice
from providers.models import Provider, Treatment

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read aloud without doubt
NAME_KEY_LENGTH = 500
CLAIM_LASTS = timedelta(minutes=15)
UNPLANNED = datetime(9999, 12, 31, tzinfo=UTC)  # live, but nothing is due: the end of the queue


def new_reference() -> str:
    """Return a public reference that says nothing, as in R-7K3F-9Q2M: 30**8 of them."""
    letters = [secrets.choice(REFERENCE_ALPHABET) for _n in range(8)]
    return f"R-{''.join(letters[:4])}-{''.join(letters[4:])}"


def name_key(*names: str) -> str:
    """Return the words of these names, each after a blank, so that one can look for how a word begins."""
    return "".join(f" {word}" for name in names for word in name_words(name))[:NAME_KEY_LENGTH]


class AppointmentRequestQuerySet(models.QuerySet["AppointmentRequest"]):
    def live(self) -> "AppointmentRequestQuerySet":
        """Return what the front desk still has to do something about."""
        return self.filter(act_by__isnull=False)

    def by_due(self) -> "AppointmentRequestQuerySet":
        """Return what is due first, be it a promised reply or a call-back; last what has nothing planned."""
        return self.order_by(*AppointmentRequestQuerySet.BY_DUE)

    BY_DUE = ["act_by", "pk"]

    def to_call_back(self, now: datetime) -> "AppointmentRequestQuerySet":
        """Live, and the time agreed for the next call has come."""
        return self.filter(act_by__lte=now, next_action_at__isnull=False)

    def to_do_now(self, now: datetime) -> "AppointmentRequestQuerySet":
        """Return what somebody should turn to now: nobody has reacted yet, or a call-back is due."""
        nobody_reacted = Q(act_by__isnull=False, first_contact_at=None, next_action_at=None)
        return self.filter(nobody_reacted | Q(act_by__lte=now, next_action_at__isnull=False))

    def later_than(self, appointment_request: "AppointmentRequest") -> "AppointmentRequestQuerySet":
        """Return what comes after this one in the order of `by_due()`."""
        at, pk = appointment_request.act_by, appointment_request.pk
        return self.filter(Q(act_by__gt=at) | Q(act_by=at, pk__gt=pk))

    def not_claimed_by_others(self, user, now: datetime) -> "AppointmentRequestQuerySet":
        """Leaves out what a colleague's claim runs on."""
        return self.filter(Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until=None) | Q(claimed_until__lte=now))

    def awaiting_reply(self) -> "AppointmentRequestQuerySet":
        """Nobody has tried to reach the patient yet."""
        return self.filter(status=AppointmentRequest.Status.NEW, first_contact_at=None)

    def overdue(self, now: datetime) -> "AppointmentRequestQuerySet":
        """Awaiting a reply past the promise."""
        return self.awaiting_reply().filter(reply_due_at__lt=now)

    def quarantined(self) -> "AppointmentRequestQuerySet":
        return self.filter(status=AppointmentRequest.Status.QUARANTINED)

    def on_day(self, day: date) -> "AppointmentRequestQuerySet":
        """Booked for this day of the clinic's calendar, earliest first."""
        start = timezone.make_aware(datetime.combine(day, time.min))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        booked = self.filter(status=AppointmentRequest.Status.BOOKED)
        return booked.filter(appointment_at__gte=start, appointment_at__lt=end).order_by("appointment_at", "pk")

    def mail_failed(self) -> "AppointmentRequestQuerySet":
        return self.with_mail_failed().filter(is_mail_failed=True)  # type: ignore[misc]  # the annotation above

    def with_mail_failed(self) -> "AppointmentRequestQuerySet":
        """Adds `is_mail_failed`: a mail to the patient was refused for good, so somebody must call."""
        failed = OutgoingEmail.objects.failed().filter(reference=OuterRef("reference"))
        return self.annotate(is_mail_failed=Exists(failed))

    def with_tries(self) -> "AppointmentRequestQuerySet":
        """Adds `tries`: how often somebody tried to reach the patient since the request was last opened.

        Counted for the rows shown, not for all.
        """
        reopenings = RequestEvent.objects.reopenings().filter(appointment_request=OuterRef("appointment_request"))
        tries = RequestEvent.objects.filter(appointment_request=OuterRef("pk"), kind=RequestEvent.Kind.ATTEMPT)
        tries = tries.exclude(pk__lt=Coalesce(Subquery(reopenings.order_by("-pk").values("pk")[:1]), 0))
        counted = tries.order_by().values("appointment_request").annotate(count=Count("pk")).values("count")
        return self.annotate(tries=Coalesce(Subquery(counted), 0))


class AppointmentRequest(models.Model):
    """What a patient asked for, how to reach them, and what became of it."""

    class Kind(models.TextChoices):
        APPOINTMENT = "appointment", _("appointment")
        QUESTION = "question", _("question")

    class Status(models.TextChoices):
        NEW = "new", _("new")
        QUARANTINED = "quarantined", _("to check")
        CONTACTING = "contacting", _("contacting")
        OFFERED = "offered", _("times offered")
        BOOKED = "booked", _("booked")
        ANSWERED = "answered", _("answered")
        DECLINED = "declined", _("declined")
        UNREACHABLE = "unreachable", _("unreachable")
        DUPLICATE = "duplicate", _("duplicate")
        SPAM = "spam", _("spam")
        CANCELLED = "cancelled", _("withdrawn")

    LIVE = [Status.NEW, Status.CONTACTING, Status.OFFERED]
    CLOSED = [
        Status.ANSWERED,
        Status.DECLINED,
        Status.UNREACHABLE,
        Status.DUPLICATE,
        Status.SPAM,
        Status.CANCELLED,
    ]

    class EnteredVia(models.TextChoices):
        WEB = "web", _("website")
        PHONE = "phone", _("phone call")
        VOICEMAIL = "voicemail", _("voicemail")
        WALK_IN = "walk_in", _("walk-in")

    class Relation(models.TextChoices):
        SELF = "self", _("Me")
        CHILD = "child", _("My child under 18")
        OTHER = "other", _("Someone else")

    class PatientType(models.TextChoices):
        NEW = "new", _("new")
        RETURNING = "returning", _("returning")
        UNSURE = "unsure", _("not sure")

    class VisitType(models.TextChoices):
        """What for. No constraint lists these: 0.1.0, should it run again on this schema, still writes "check_up"."""

        FIRST_VISIT = "first_visit", _("First visit")
        NEW_PROBLEM = "new_problem", _("New problem")
        FOLLOW_UP = "follow_up", _("Follow-up")
        BY_PHONE = "by_phone", _("Talk by phone")

        @property
        def patient_type(self) -> "AppointmentRequest.PatientType":
            """Return whether the patient has been here, as far as what they ask for says so."""
            types = AppointmentRequest.PatientType
            known = {self.FIRST_VISIT: types.NEW, self.BY_PHONE: types.UNSURE}
            return known.get(self, types.RETURNING)

    class TimeOfDay(models.TextChoices):
        MORNING = "morning", _("Morning")
        AFTERNOON = "afternoon", _("Afternoon")
        ANY = "any", _("Any time")

    class ContactMethod(models.TextChoices):
        PHONE = "phone", _("Phone call")
        TEXT = "text", _("Text message")
        EMAIL = "email", _("E-mail")

    # Which request this is; the key makes the same form sent twice one request
    reference = models.CharField(_("reference"), max_length=12, unique=True, default=new_reference, editable=False)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.APPOINTMENT)
    entered_via = models.CharField(_("came by"), max_length=10, choices=EnteredVia.choices, default=EnteredVia.WEB)
    source_article = models.ForeignKey(
        Article,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("article"),
    )
    source_treatment = models.ForeignKey(
        Treatment,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("treatment"),
    )
    urgent_advice = models.ForeignKey(
        UrgentAdvice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("urgent advice shown"),
    )

    # Who is it for?
    patient_relation = models.CharField(
        _("who is it for"), max_length=5, choices=Relation.choices, default=Relation.SELF
    )
    patient_name = models.CharField(_("patient's full name"), max_length=120)
    requester_name = models.CharField(_("your name"), max_length=120, blank=True)
    # Both names as they are looked for; kept by save(). The release before leaves it empty.
    name_key = models.CharField(max_length=NAME_KEY_LENGTH, default="", db_default="", blank=True, editable=False)
    patient_type = models.CharField(_("been here before"), max_length=9, choices=PatientType.choices, blank=True)

    # The visit
    visit_type = models.CharField(_("what for"), max_length=11, choices=VisitType.choices, blank=True)
    provider = models.ForeignKey(
        Provider,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("provider"),
    )
    preferred_days = models.JSONField(_("which days"), default=list, blank=True)  # weekdays, Monday is 0
    preferred_time = models.CharField(_("what time"), max_length=9, choices=TimeOfDay.choices, blank=True)

    # Reaching them
    contact_method = models.CharField(_("how to reach"), max_length=5, choices=ContactMethod.choices)
    phone = PhoneNumberField(_("phone"), blank=True)
    voicemail_ok = models.BooleanField(_("voicemail is all right"), null=True, blank=True)
    best_time = models.CharField(_("best time to reach"), max_length=9, choices=TimeOfDay.choices, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    preferred_language = models.CharField(_("language"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    message = models.CharField(_("question"), max_length=500, blank=True)

    # Where it stands
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.NEW)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    reply_due_at = models.DateTimeField(_("reply due"), help_text=_("The promise. Set once, never moved."))
    first_contact_at = models.DateTimeField(_("first contact"), null=True, blank=True)
    next_action_at = models.DateTimeField(_("next action"), null=True, blank=True)
    told_late_at = models.DateTimeField(_("patient told of delay"), null=True, blank=True)
    # The agreed time as 0.1.0 keeps it; appointments.schedule has the row of its own. Written for one more release
    appointment_at = models.DateTimeField(_("appointment"), null=True, blank=True)
    appointment_with = models.ForeignKey(
        Provider,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("with"),
    )
    wants_no_reminder = models.BooleanField(_("wants no reminder"), default=False, db_default=False)
    last_event_at = models.DateTimeField(_("last event"), default=timezone.now)

    duplicate_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("same as"),
    )

    # Where the queue shows it, kept by the database: what is due first stands first, null is not in the queue.
    # Somebody may have to act on a booked one too, whose patient asks for another time.
    act_by = models.GeneratedField(
        expression=Case(
            When(status__in=[*LIVE, Status.BOOKED], next_action_at__isnull=False, then=F("next_action_at")),
            When(status__in=LIVE, first_contact_at=None, then=F("reply_due_at")),
            When(status__in=LIVE, then=Value(UNPLANNED)),
            default=None,
        ),
        output_field=models.DateTimeField(_("act by"), null=True),
        db_persist=True,
    )
    # Nothing reads it any more; it stays one release longer for the code of the release before
    queue_rank = models.GeneratedField(
        expression=Case(
            When(status__in=LIVE, first_contact_at=None, then=0),
            When(status__in=LIVE, then=1),
            default=2,
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    # A claim is a lease beside the status: who is on it, until when
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("claimed by"),
    )  # fmt: skip
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)

    # Guarding: raising the version revokes every status link; the sender is an HMAC, never an address
    link_version = models.PositiveIntegerField(default=1, editable=False)
    sender = models.CharField(max_length=64, blank=True, editable=False)
    suspicions = models.JSONField(_("why to check"), default=list, blank=True, editable=False)

    # Only there after with_mail_failed() and with_tries()
    is_mail_failed: bool
    tries: int

    objects = AppointmentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment request")
        verbose_name_plural = _("appointment requests")
        ordering = ["reply_due_at", "pk"]
        indexes = [
            # The queue: the first page is read off in order, however much work or history there is
            models.Index(fields=["act_by", "id"], name="requests_to_act_on", condition=Q(act_by__isnull=False)),
            # The same for the code of the release before; it goes with its column
            models.Index(fields=["queue_rank", "reply_due_at", "id"], name="requests_in_queue"),
            # One status: overdue for the jobs, to check, and the queue's filter
            models.Index(fields=["status", "reply_due_at", "id"], name="requests_queue"),
            # Today's appointments, and two at one time
            models.Index(
                fields=["appointment_at"],
                name="requests_by_appointment",
                condition=Q(appointment_at__isnull=False),
            ),
            # "Many from one address in ten minutes", asked inside every submission
            models.Index(fields=["sender", "created_at"], name="requests_by_sender", condition=~Q(sender="")),
            # "Possibly the same person", and find by number
            models.Index(fields=["phone"], name="requests_by_phone", condition=~Q(phone="")),
            # What a provider's articles brought
            models.Index(
                fields=["source_article"],
                name="requests_by_article",
                condition=Q(source_article__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_method="email") | ~Q(phone=""), name="requests_phone_to_call_or_text"
            ),
            models.CheckConstraint(condition=~Q(contact_method="email") | ~Q(email=""), name="requests_email_to_write"),
            models.CheckConstraint(
                condition=Q(kind="question", message__gt="") | Q(kind="appointment", visit_type__gt=""),
                name="requests_ask_something",
            ),
            models.CheckConstraint(condition=Q(reply_due_at__gte=F("created_at")), name="requests_promise_after_ask"),
            models.CheckConstraint(
                condition=~Q(status="booked") | Q(appointment_at__isnull=False), name="requests_booked_has_a_time"
            ),
            models.CheckConstraint(condition=~Q(duplicate_of=F("id")), name="requests_no_duplicate_of_itself"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    def save(self, *args, update_fields=None, **kwargs) -> None:
        self.name_key = name_key(self.patient_name, self.requester_name)
        if update_fields is not None and {"patient_name", "requester_name"} & set(update_fields):
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def appointment(self) -> Appointment | None:
        """The live appointment, if there is one."""
        return self.appointments.agreed().first()

    def has_visit_ahead(self, now: datetime) -> bool:
        """Booked, and the visit has not begun."""
        return self.status == self.Status.BOOKED and self.appointment_at is not None and self.appointment_at > now

    @property
    def is_awaiting_reply(self) -> bool:
        return self.status == self.Status.NEW and self.first_contact_at is None

    def is_late(self, now: datetime) -> bool:
        """The patient was promised a reply by now and has heard nothing, whatever the desk knows of the reason."""
        waiting = self.status in (self.Status.NEW, self.Status.QUARANTINED) and self.first_contact_at is None
        return waiting and self.reply_due_at < now

    def is_overdue(self, now: datetime) -> bool:
        return self.is_awaiting_reply and self.reply_due_at < now

    @property
    def is_live(self) -> bool:
        """The desk still has to do something about it: a booked one only if something was asked of the desk."""
        return self.status in self.LIVE or (self.status == self.Status.BOOKED and self.next_action_at is not None)

    @property
    def is_closed(self) -> bool:
        return self.status in self.CLOSED

    def is_call_back_due(self, now: datetime) -> bool:
        return self.is_live and self.next_action_at is not None and self.next_action_at <= now

    def is_to_do_now(self, now: datetime) -> bool:
        """Nobody has reacted yet, or a call-back is due."""
        nobody_reacted = self.status in self.LIVE and self.first_contact_at is None and self.next_action_at is None
        return nobody_reacted or self.is_call_back_due(now)

    @property
    def is_open(self) -> bool:
        """Live as its patient sees it: one that is being checked looks like any other."""
        return self.is_live or self.status == self.Status.QUARANTINED

    def is_claimed(self, now: datetime) -> bool:
        """Somebody's lease is still running."""
        return self.claimed_by_id is not None and self.claimed_until is not None and self.claimed_until > now


class RequestEventQuerySet(models.QuerySet["RequestEvent"]):
    def reopenings(self) -> "RequestEventQuerySet":
        """Return the moves that took a closed request up again."""
        closed = AppointmentRequest.CLOSED
        return self.filter(kind=RequestEvent.Kind.MOVED, from_status__in=closed)


class RequestEvent(models.Model):
    """Who did what to a request, and when. Rows are only ever added."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("asked")
        CORRECTED = "corrected", _("sent again with changes")
        MOVED = "moved", _("status changed")
        CLAIMED = "claimed", _("claimed")
        RELEASED_CLAIM = "released_claim", _("claim given back")
        ATTEMPT = "attempt", _("tried to reach")
        NOTE = "note", _("note")
        TOLD_LATE = "told_late", _("patient told of delay")
        CONTACT_CHANGED = "contact_changed", _("patient changed how to be reached")
        OFFERED = "offered", _("offered times")
        NONE_SUITS = "none_suits", _("none of the times suits")
        RAN_OUT = "ran_out", _("the offer ran out")
        OTHER_TIME = "other_time", _("asks for another time")
        OUTCOME = "outcome", _("the visit")
        REMINDED = "reminded", _("reminded by phone")
        NO_REMINDER = "no_reminder", _("wants no reminder")

    class DeclineReason(models.TextChoices):
        FULL = "full", _("No times that suit")
        NOT_TREATED = "not_treated", _("Not something we treat")
        INSURANCE = "insurance", _("Insurance")
        ELSEWHERE = "elsewhere", _("Better helped elsewhere")

    appointment_request = models.ForeignKey(AppointmentRequest, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("who"), help_text=_("Nobody: the patient, or the system."),
    )  # fmt: skip
    from_status = models.CharField(_("from"), max_length=12, choices=AppointmentRequest.Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=12, choices=AppointmentRequest.Status.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    text = models.TextField(_("text"), blank=True)

    objects = RequestEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RequestView(models.Model):
    """Which member of staff looked at which request, and when: written by the request's page, read by the manager."""

    appointment_request = models.ForeignKey(AppointmentRequest, on_delete=models.CASCADE, related_name="views")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("view of a request")
        verbose_name_plural = _("views of requests")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"view {self.pk}"

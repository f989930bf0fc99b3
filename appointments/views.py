import logging
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from appointments import guards, links
from appointments.answering import Answer, answer_about_visit, visit_context
from appointments.forms import AppointmentRequestForm, ContactForm, QuestionForm
from appointments.models import AppointmentRequest
from appointments.moves import CLOSED, MoveRefused, is_allowed
from appointments.services.asking import change_contact, submit_request
from appointments.services.triage import move
from articles.models import Article
from clinic.core.text import sanitize_post
from clinic.practice import json_ld
from clinic.practice.models import ClinicProfile, Closure, OpeningHours, UrgentAdvice, open_time
from clinic.practice.place import PlacePicture
from providers.models import Provider, Treatment

logger = logging.getLogger(__name__)

SENT = "appointments.just_sent"
SAVED = "appointments.just_saved"
OPENED = "appointments.status"
NOT_STORED = "not_stored"

PublicForm = AppointmentRequestForm | QuestionForm

# The public forms carry no CSRF token: nobody is signed in, so there is no authority to borrow, and a patient whose
# cookie is gone loses no answer. A post that a browser calls cross-site is stored and checked (guards.suspicions).


@csrf_exempt
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def request_appointment(request: HttpRequest) -> HttpResponseBase:
    """The request form. What led here (an article, a provider, a treatment) prefills it and stays with it."""
    source = prefill(request)
    form = public_form(request, AppointmentRequestForm, **asked_before(request) | {"provider": source["provider"]})
    if answer := submit(request, form, source_article=source["article"], source_treatment=source["treatment"]):
        return answer
    context = {
        "form": form,
        "promise": form.clinic.reply_due(timezone.now()),
        "urgent_advice": UrgentAdvice.objects.first(),
        "source_query": query_of(source),
        "keeps_typing": settings.KEEP_HALF_FILLED_FORMS,
        **source,
    }
    return render(request, "appointments/request_form.html", context, status=status_of(form))


@csrf_exempt
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def contact(request: HttpRequest) -> HttpResponseBase:
    """Where the clinic is, when it is open, and a short question form into the same queue."""
    form = public_form(request, QuestionForm)
    if answer := submit(request, form):
        return answer
    hours, now = open_time(), timezone.now()
    context = {
        "form": form,
        "keeps_typing": settings.KEEP_HALF_FILLED_FORMS,
        "json_ld": [json_ld.clinic_with_closures(form.clinic, hours, timezone.localdate())],
        "has_hours": bool(hours.week),
        "hours": week_table(),
        "pictures": PlacePicture.objects.on(PlacePicture.Page.CONTACT),
        "closures": Closure.objects.ahead(timezone.localdate()),
        "open_now": hours.is_open(now),
        "closes_at": hours.current_close(now),
        "opens_next": hours.next_open(now),
        "promise": form.clinic.reply_due(now, hours),
    }
    return render(request, "appointments/contact.html", context, status=status_of(form))


def asked_before(request: HttpRequest) -> dict:
    """What this browser's closed request said, for whoever asks again from its status page."""
    if "again" not in request.GET:
        return {}
    before = links.find_open(*request.session.get(OPENED, ["", 0]))
    if before is None or before.status not in CLOSED or before.kind != AppointmentRequest.Kind.APPOINTMENT:
        return {}
    answers = {name: getattr(before, name) for name in AppointmentRequestForm.field_order}
    yes_or_no = {True: "yes", False: "no", None: ""}
    return answers | {"voicemail_ok": yes_or_no[before.voicemail_ok]}


def prefill(request: HttpRequest) -> dict:
    """What the link named, where the public may see it; anything else is ignored."""
    named = sanitize_post(request.GET)
    slugs = {name: named.get(name, "")[:100] for name in ("article", "provider", "treatment")}
    article = (
        slugs["article"] and Article.objects.published().select_related("live").filter(slug=slugs["article"]).first()
    )
    provider = slugs["provider"] and Provider.objects.accepting_patients().filter(slug=slugs["provider"]).first()
    treatment = slugs["treatment"] and Treatment.objects.filter(slug=slugs["treatment"]).first()
    return {"article": article or None, "provider": provider or None, "treatment": treatment or None}


def query_of(source: dict) -> str:
    """Return what led here as a query, so that a form which comes back still knows; empty where nothing did."""
    return urlencode({name: row.slug for name, row in source.items() if row})


def public_form(request: HttpRequest, form_class: type[PublicForm], **initial) -> PublicForm:
    """Return the form with what was posted, or blank but for `initial`."""
    post = sanitize_post(request.POST) if request.method == "POST" else None
    return form_class(post, initial=initial, clinic=ClinicProfile.objects.current())


def submit(request: HttpRequest, form: PublicForm, **source) -> HttpResponse | None:
    """Put what a valid form says into the queue and lead to its status page. None where there is a page to show.

    Touches the database, never the mail server.
    """
    if not form.is_bound:
        return None
    if guards.is_flood(request):
        return too_many(request)
    if not form.is_valid():
        return None
    form_token = form.cleaned_data["stamp"]
    try:
        appointment_request = submit_request(
            answers={**form.answers(), **source, "urgent_advice": UrgentAdvice.objects.first()},
            submission_key=guards.submission_key(form_token),
            sender=guards.sender(request),
            suspicions=guards.suspicions(request, form_token=form_token, honeypot=form.cleaned_data["website"]),
        )
    except (OperationalError, InterfaceError):  # locked, full or gone; anything else is a fault of ours, and a 500
        logger.exception("A request could not be stored; its patient has the form back")
        form.add_error(None, not_stored(form.clinic))
        return None
    remember(request, appointment_request)
    request.session[SENT] = True
    return redirect("appointments:status")


def not_stored(clinic: ClinicProfile) -> ValidationError:
    """What a patient reads above the filled-in form when the database took nothing."""
    words = _("We could not store this just now. Your answers are still below: please send them again in a minute.")
    phone = clinic.phone.as_national if clinic.phone else ""
    call = _("Or call us: %(phone)s.") % {"phone": phone} if phone else ""
    return ValidationError(f"{words} {call}".strip(), code=NOT_STORED)


def status_of(form: PublicForm) -> int:
    """Return the HTTP status of the page that shows this form."""
    if form.is_bound and form.has_error(NON_FIELD_ERRORS, NOT_STORED):
        return 503
    return 422 if form.is_bound else 200


def remember(request: HttpRequest, appointment_request: AppointmentRequest) -> None:
    """Let this browser see this one request's status page."""
    request.session[OPENED] = [appointment_request.reference, appointment_request.link_version]


@require_safe
@never_cache
def open_status(request: HttpRequest, token: str) -> HttpResponse:
    """Trade a status link's token for a session, so that the address bar and the history keep no key."""
    appointment_request = links.request_of_token(token)
    if appointment_request is None:
        return no_such_link(request)
    remember(request, appointment_request)
    request.session.pop(SENT, None)
    return redirect("appointments:status")


def no_such_link(request: HttpRequest) -> HttpResponse:
    """One answer to unknown, expired and revoked links, so that trying them teaches nothing."""
    return private(render(request, "appointments/status_gone.html", status=404))


def too_many(request: HttpRequest) -> HttpResponse:
    response = private(render(request, "errors/429.html", status=429))
    response["Retry-After"] = str(guards.FLOOD_SECONDS)
    return response


def private(response: HttpResponse, *, referrer: str = "no-referrer") -> HttpResponse:
    """Keep this page out of caches, search engines and the next site's logs."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = referrer
    response["X-Robots-Tag"] = "noindex"
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Where a request stands, for whoever sent it or holds its link. A post does what its button says."""
    appointment_request = links.find_open(*request.session.get(OPENED, ["", 0]))
    if appointment_request is None:
        return no_such_link(request)
    answered = act(request, appointment_request) if request.method == "POST" else Answer()
    if request.method == "POST" and answered.is_done:
        return private(redirect("appointments:status"))
    appointment_request.refresh_from_db()  # as it stands if somebody else was faster
    page = render(request, "appointments/status.html", status_context(request, appointment_request, answered))
    page.status_code = answered.status
    # Under no-referrer a browser posts the page's forms with "Origin: null", which counts as another site's post
    return private(page, referrer="same-origin")


def status_context(request: HttpRequest, appointment_request: AppointmentRequest, answered: Answer) -> dict:
    """Return what the status page shows; `answered` is what came of a post, with the form to mend."""
    now = timezone.now()
    form = answered.form if isinstance(answered.form, ContactForm) else None
    if form is None and appointment_request.is_open:
        form = ContactForm(clinic=ClinicProfile.objects.current())
    return {
        **visit_context(appointment_request, now, answered),
        "appointment_request": appointment_request,
        "just_sent": request.session.get(SENT, False),
        "just_saved": request.method == "GET" and request.session.pop(SAVED, False),
        "is_running_late": appointment_request.is_late(now),
        "status_link": links.status_url(appointment_request.reference, appointment_request.link_version),
        "can_withdraw": is_allowed(appointment_request, AppointmentRequest.Status.CANCELLED),
        "can_ask_again": appointment_request.status in CLOSED,
        "form": form,
        "failed_form": answered.form,
    }


def act(request: HttpRequest, appointment_request: AppointmentRequest) -> Answer:
    """Do what was posted: withdraw, answer about the time of the visit, or change how to be reached."""
    if "withdraw" in request.POST:
        withdraw(appointment_request)
        return Answer()
    return answer_about_visit(request, appointment_request, timezone.now()) or reach(request, appointment_request)


def reach(request: HttpRequest, appointment_request: AppointmentRequest) -> Answer:
    """Change how the patient is reached, while somebody may still want to reach them."""
    form = ContactForm(sanitize_post(request.POST), clinic=ClinicProfile.objects.current())
    if not form.is_valid() or not appointment_request.is_open:
        return Answer(form=form)
    change_contact(appointment_request=appointment_request, answers=form.answers())
    request.session[SAVED] = True
    return Answer()


def withdraw(appointment_request: AppointmentRequest) -> None:
    """Take the request back for the patient; one that is closed already stays as it is."""
    try:
        with transaction.atomic():
            move(appointment_request=appointment_request, to=AppointmentRequest.Status.CANCELLED)
    except MoveRefused:
        pass  # closed by the desk a moment ago: the page shows what it became


def week_table() -> list[dict]:
    """Seven rows for the page: the day's name, its opening spans, and which one is today."""
    spans: dict[int, list] = {day: [] for day in range(7)}
    for row in OpeningHours.objects.all():
        spans[row.weekday].append((row.opens, row.closes))
    today = timezone.localdate().weekday()
    return [{"day": OpeningHours.Weekday(day).label, "spans": spans[day], "is_today": day == today} for day in range(7)]

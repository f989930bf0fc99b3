from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from appointments import guards
from appointments.emails import STATUS_SALT, link_expires_at, status_token
from appointments.forms import AppointmentRequestForm, ContactForm, QuestionForm
from appointments.models import AppointmentRequest
from appointments.moves import MoveRefused, is_allowed
from appointments.services.asking import change_contact, submit_request
from appointments.services.triage import move
from articles.models import Article
from clinic.practice import structured
from clinic.practice.models import ClinicProfile, Closure, OpeningHours, UrgentAdvice, open_time
from providers.models import Provider, Treatment

SENT = "appointments.just_sent"
OPENED = "appointments.status"

# The public forms carry no CSRF token: nobody is signed in, so there is no authority to borrow, and a patient whose
# cookie is gone loses no answer. A post that a browser calls cross-site is stored and checked (guards.suspicions).


@csrf_exempt
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def request_appointment(request: HttpRequest) -> HttpResponseBase:
    """The request form. What led here (an article, a provider, a treatment) prefills it and stays with it."""
    clinic = ClinicProfile.objects.current()
    source = prefill(request)
    if request.method == "POST":
        if guards.is_flood(request):
            return too_many(request)
        form = AppointmentRequestForm(guards.tidy(request.POST), clinic=clinic)
        if form.is_valid():
            return store(request, form, source_article=source["article"], source_treatment=source["treatment"])
    else:
        form = AppointmentRequestForm(initial={"provider": source["provider"]}, clinic=clinic)
    context = {
        "form": form,
        "promise": open_time().reply_due(timezone.now(), clinic.reply_within),
        "urgent_advice": UrgentAdvice.objects.first(),
        **source,
    }
    return render(request, "appointments/request_form.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def contact(request: HttpRequest) -> HttpResponseBase:
    """Where the clinic is, when it is open, and a short question form into the same queue."""
    clinic = ClinicProfile.objects.current()
    if request.method == "POST":
        if guards.is_flood(request):
            return too_many(request)
        form = QuestionForm(guards.tidy(request.POST), clinic=clinic)
        if form.is_valid():
            return store(request, form)
    else:
        form = QuestionForm(clinic=clinic)
    hours, now = open_time(), timezone.now()
    context = {
        "form": form,
        "json_ld": [structured.clinic(clinic, hours, timezone.localdate())],
        "hours": week_table(),
        "closures": Closure.objects.ahead(timezone.localdate()),
        "open_now": hours.is_open(now),
        "closes_at": hours.current_close(now),
        "opens_next": hours.next_open(now),
        "promise": hours.reply_due(now, clinic.reply_within),
    }
    return render(request, "appointments/contact.html", context, status=422 if form.is_bound else 200)


def prefill(request: HttpRequest) -> dict:
    """What the link named, where the public may see it; anything else is ignored."""
    slugs = {name: guards.tidy(request.GET).get(name, "")[:100] for name in ("article", "provider", "treatment")}
    article = (
        slugs["article"] and Article.objects.published().select_related("live").filter(slug=slugs["article"]).first()
    )
    provider = slugs["provider"] and Provider.objects.accepting_patients().filter(slug=slugs["provider"]).first()
    treatment = slugs["treatment"] and Treatment.objects.filter(slug=slugs["treatment"]).first()
    return {"article": article or None, "provider": provider or None, "treatment": treatment or None}


def store(request: HttpRequest, form: AppointmentRequestForm | QuestionForm, **source) -> HttpResponse:
    """Put the request into the queue and lead to its status page. Touches the database, never the mail server."""
    stamp = form.cleaned_data["stamp"]
    appointment_request = submit_request(
        answers={**form.answers(), **source, "urgent_advice": UrgentAdvice.objects.first()},
        submission_key=guards.submission_key(stamp),
        sender=guards.sender(request),
        suspicions=guards.suspicions(request, stamp=stamp, honeypot=form.cleaned_data["website"]),
    )
    remember(request, appointment_request)
    request.session[SENT] = True
    return redirect("appointments:status")


def remember(request: HttpRequest, appointment_request: AppointmentRequest) -> None:
    """Let this browser see this one request's status page."""
    request.session[OPENED] = [appointment_request.reference, appointment_request.link_version]


@require_safe
@never_cache
def open_status(request: HttpRequest, token: str) -> HttpResponse:
    """Trade a status link's token for a session, so that the address bar and the history keep no key."""
    try:
        payload = signing.loads(token, salt=STATUS_SALT)
    except signing.BadSignature:
        return no_such_link(request)
    appointment_request = find(payload["reference"], payload["link_version"])
    if appointment_request is None:
        return no_such_link(request)
    remember(request, appointment_request)
    request.session.pop(SENT, None)
    return redirect("appointments:status")


def find(reference: str, link_version: int) -> AppointmentRequest | None:
    """The request a link leads to, unless it was revoked or has run out."""
    appointment_request = AppointmentRequest.objects.filter(reference=reference, link_version=link_version).first()
    if appointment_request is None or link_expires_at(appointment_request) < timezone.now():
        return None
    return appointment_request


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
    """Where a request stands, for whoever sent it or holds its link. A post withdraws it or changes how to reach."""
    appointment_request = find(*request.session.get(OPENED, ["", 0]))
    if appointment_request is None:
        return no_such_link(request)
    form = None
    if request.method == "POST":
        if "withdraw" in request.POST:
            withdraw(appointment_request)
            return private(redirect("appointments:status"))
        form = ContactForm(guards.tidy(request.POST), clinic=ClinicProfile.objects.current())
        if form.is_valid() and appointment_request.is_open:
            change_contact(appointment_request=appointment_request, answers=form.answers())
            return private(redirect("appointments:status"))
    now = timezone.now()
    token = status_token(appointment_request.reference, appointment_request.link_version)
    context = {
        "appointment_request": appointment_request,
        "just_sent": request.session.get(SENT, False),
        "is_running_late": appointment_request.is_late(now),
        "status_link": request.build_absolute_uri(reverse("appointments:open-status", args=[token])),
        "can_withdraw": is_allowed(appointment_request, AppointmentRequest.Status.CANCELLED),
        "form": form or ContactForm(clinic=ClinicProfile.objects.current()) if appointment_request.is_open else None,
    }
    page = render(request, "appointments/status.html", context, status=422 if form else 200)
    # Under no-referrer a browser posts the page's forms with "Origin: null", which counts as another site's post
    return private(page, referrer="same-origin")


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

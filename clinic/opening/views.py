from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import get_script_prefix, resolve, reverse, set_script_prefix
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic.core.http import private_page
from clinic.opening import links, services
from clinic.opening.checks import requirements
from clinic.opening.forms import AdviceForm
from clinic.opening.starting_pages import add_starting_pages
from clinic.practice.models import ClinicProfile, UrgentAdvice

MANAGE = "practice.change_clinicprofile"
PUBLIC_APPS = ["appointments", "articles", "pages", "providers"]


@permission_required(MANAGE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def opening_page(request: HttpRequest) -> HttpResponse:
    """What is missing before patients may come in, each with where it is put right; and the one button."""
    advice = UrgentAdvice.objects.first()
    form = AdviceForm(initial={"advice": advice})
    if request.method == "POST":
        form = AdviceForm(request.POST) if request.POST.get("do") == "urgent_advice" else form
        if answer := act(request, request.POST.get("do", ""), form):
            return answer
    clinic = ClinicProfile.objects.current()
    found = requirements(clinic)
    context = {
        **admin.site.each_context(request),
        "title": _("Open to the public") if clinic.is_open_to_public else _("Before you open"),
        "clinic": clinic,
        "requirements": found,
        "missing": sum(not each.is_met for each in found),
        "form": form,
        "advice": advice,
    }
    return render(request, "opening/opening_page.html", context, status=422 if form.errors else 200)


def act(request: HttpRequest, what: str, form: AdviceForm) -> HttpResponse | None:
    """Do what a button of the page says and lead back to it. None where the form must be shown again."""
    by = cast(User, request.user)  # the page asks for a permission
    try:
        match what:
            case "open":
                services.open_to_public(by=by)
                messages.success(request, _("The site is open: everybody can read it and ask for an appointment."))
            case "close":
                services.close_to_public(by=by)
                messages.success(request, _("The site is closed. Patients still reach the pages of their requests."))
            case "desk_address":
                address = services.ask_desk(by=by)
                messages.success(request, _("A mail with a link is on its way to %(to)s.") % {"to": address})
            case "pages" if ClinicProfile.objects.exists():
                added = add_starting_pages()
                words = _("Added as drafts, with questions to answer: %(pages)s.")
                messages.success(request, words % {"pages": ", ".join(page.title for page in added) or "-"})
            case "urgent_advice":
                if not form.is_valid():
                    return None
                services.confirm_advice(**form.cleaned_data, by=by)
                messages.success(request, _("Written down: who stands for the urgent advice."))
            case _:
                messages.error(request, _("Nothing was done: no button was pressed."))
    except services.NotReady:
        messages.error(request, _("Nothing was done: something on this list is still missing."))
    except services.NoLongerTrue:
        messages.error(request, _("The advice was changed meanwhile. Read it again, then confirm it."))
    return redirect("opening:page")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public page as everybody will see it, before the public may. Its links stay in the preview; nothing is sent."""
    match = resolve(f"/{path}")
    if match.app_name not in PUBLIC_APPS:
        raise Http404
    if request.method == "POST":
        return redirect(request.path)
    request.is_preview = True  # type: ignore[attr-defined]  # ours, for this one request
    prefix = get_script_prefix()
    set_script_prefix(reverse("opening:preview"))
    try:
        response = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()  # now, while links are made for the preview
    finally:
        set_script_prefix(prefix)
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def desk_address(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in a mail to the front desk leads; a button says that the mail was read.

    It takes no account, and a scanner that follows the link changes nothing.
    """
    address = links.address_in(token)
    if not address:
        raise Http404
    if request.method == "POST":
        try:
            services.confirm_desk_address(address=address)
        except services.NoLongerTrue:
            raise Http404 from None
    context = {"address": address, "is_done": request.method == "POST"}
    return render(request, "opening/desk_address.html", context)

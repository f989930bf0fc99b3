"""The pages of the people who write, inside the admin: review, preview, versions, pictures."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.editing.diff import diff_rows
from articles.editing.forms import PictureForm, ReviewForm, in_a_year
from articles.editing.preview import LINK_LASTS, framed_by_us, preview_link
from articles.editing.preview import preview_page as render_preview
from articles.editing.status import status_text
from articles.models import Article
from articles.services import workflow
from articles.services.publishing import CannotPublish
from articles.services.workflow import NotAllowed


class StaffRequest(HttpRequest):
    """A request that went through the admin's sign-in."""

    user: User


def _article(request: StaffRequest, pk: int, allowed: Callable[[User, Article], bool]) -> Article:
    """Return the article. Raises Http404 and PermissionDenied."""
    article = get_object_or_404(Article.objects.select_related("author", "reviewer", "live"), pk=pk)
    if not allowed(request.user, article):
        raise PermissionDenied
    return article


def _page(request: StaffRequest, name: str, article: Article, title: str, **context: Any) -> HttpResponse:
    everywhere = admin.site.each_context(request) | {"article": article, "title": title, "subtitle": str(article)}
    return render(request, f"admin/articles/article/{name}.html", everywhere | context)


# Preview

shows_frame: Any = csp_update({"frame-src": ["'self'"]})


@require_safe
@shows_frame
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The working copy in a frame, wide or as wide as a phone, and a link for a colleague."""
    article = _article(request, pk, workflow.may_read)
    return _page(
        request,
        "preview",
        article,
        _("Preview"),
        is_phone=request.GET.get("width") == "phone",
        link=preview_link(article),
        link_ends=timezone.now() + LINK_LASTS,
    )


@require_safe
@framed_by_us
def preview_page(request: StaffRequest, pk: int) -> HttpResponse:
    return render_preview(request, _article(request, pk, workflow.may_read))


# Review


@shows_frame
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """Its reviewer reads the page as it will look, and approves it or asks for changes."""
    article = _article(request, pk, workflow.may_read)
    form = ReviewForm(request.POST or None, initial={"seen": workflow.revision(article), "next_review_on": in_a_year()})
    if request.method == "POST" and form.is_valid() and _decide(request, article, form):
        return HttpResponseRedirect(reverse("admin:index"))
    return _page(
        request,
        "review",
        article,
        _("Review"),
        form=form,
        status_text=status_text(article),
        may_review=workflow.may(request.user, "approve", article),
        may_correct=article.is_published,
    )


def _decide(request: StaffRequest, article: Article, form: ReviewForm) -> bool:
    """Do what the button says. Gives False where it cannot be done, and says why on the form."""
    answers = form.cleaned_data
    try:
        if "send_back" in request.POST:
            workflow.take("send_back", article=article, by=request.user, note=answers["note"])
        else:
            decision = {name: answers[name] for name in ("seen", "next_review_on", "is_correction")}
            workflow.take("approve", article=article, by=request.user, **decision)
    except (NotAllowed, CannotPublish) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("“%(title)s”: %(status)s.") % {"title": article, "status": status_text(article)})
    return True


# Versions


def versions(request: StaffRequest, pk: int) -> HttpResponse:
    """What was published, and taking an earlier version up again."""
    article = _article(request, pk, workflow.may_read)
    if request.method == "POST":
        version = get_object_or_404(article.versions, number=request.POST.get("restore"))
        try:
            workflow.restore(article=article, version=version, by=request.user)
        except NotAllowed:
            raise PermissionDenied from None
        words = _("Version %(number)s is the working copy now. Nothing is published until you publish it.")
        messages.success(request, words % {"number": version.number})
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))
    return _page(
        request,
        "versions",
        article,
        _("Versions"),
        versions=article.versions.select_related("published_by"),
        may_edit=workflow.may_edit(request.user, article),
    )


@require_safe
def compare(request: StaffRequest, pk: int) -> HttpResponse:
    """Two versions side by side; `new` left out is the working copy."""
    article = _article(request, pk, workflow.may_read)
    old = get_object_or_404(article.versions, number=_number(request.GET.get("old")))
    number = _number(request.GET.get("new"))
    new = get_object_or_404(article.versions, number=number) if number else article
    return _page(
        request, "compare", article, _("Compare"), old=old, new=new, is_draft=not number, rows=diff_rows(old, new)
    )


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


# Pictures


def pictures(request: StaffRequest, pk: int) -> HttpResponse:
    """The editor's picture window: the article's own pictures, and one more."""
    article = _article(request, pk, workflow.may_edit)
    form = PictureForm(request.POST or None, request.FILES or None)
    form.instance.article = article
    if request.method == "POST" and form.is_valid():
        form.save()
        return HttpResponseRedirect(request.get_full_path())
    return _page(
        request,
        "pictures",
        article,
        _("Pictures"),
        form=form,
        pictures=article.images.order_by("-pk"),
        function=_number(request.GET.get("CKEditorFuncNum", "").lstrip("-")),
        is_popup=True,
    )

"""The pages of the people who write, inside the admin: review, preview, versions, pictures."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import workflow
from articles.body import text_of
from articles.forms import PictureForm, ReviewForm, in_a_year
from articles.models import Article, ArticleVersion
from articles.preview import LINK_LASTS, framed_by_us, preview_link
from articles.preview import preview_page as render_preview
from articles.publishing import CannotPublish
from articles.workflow import NotAllowed, Status


class StaffRequest(HttpRequest):
    """A request that went through the admin's door."""

    user: User


IN_FORM = ("submit", "publish", "schedule", "withdraw", "review", "reopen", "retire")


def standing(article: Article) -> str:
    """Where the article stands, in a few words."""
    if article.is_scheduled:
        when = date_format(timezone.localtime(article.publish_at), "DATETIME_FORMAT")
        return _("approved, to be published %(when)s") % {"when": when}
    if article.live and article.is_published and article.status != Status.PUBLISHED:
        return _("%(status)s; version %(number)s is published") % {
            "status": article.get_status_display(),
            "number": article.live.number,
        }
    return article.get_status_display()


def panel(article: Article, user: User) -> dict[str, Any]:
    """What the article's form says above and below itself: where it stands, what is missing, what comes next."""
    steps = [step for step in workflow.steps_for(user, article) if step.name in IN_FORM]
    ahead = article.status in (Status.DRAFT, Status.RETIRED)
    return {
        "article": article,
        "standing": standing(article),
        "missing": workflow.missing(article) if ahead else [],
        "next_steps": [step for step in steps if step.name not in ("retire", "withdraw")],
        "other_steps": [step for step in steps if step.name in ("retire", "withdraw")],
        "may_review": workflow.may(user, "approve", article),
    }


def _article(request: StaffRequest, pk: int, allowed: Callable[[User, Article], bool]) -> Article:
    """Give the article. Raises Http404 and PermissionDenied."""
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
    form = ReviewForm(request.POST or None, initial={"seen": workflow.stamp(article), "next_review_on": in_a_year()})
    if request.method == "POST" and form.is_valid() and _decide(request, article, form):
        return HttpResponseRedirect(reverse("admin:index"))
    return _page(
        request,
        "review",
        article,
        _("Review"),
        form=form,
        standing=standing(article),
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
    messages.success(request, _("“%(title)s”: %(standing)s.") % {"title": article, "standing": standing(article)})
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


@dataclass(frozen=True)
class Row:
    """A line of the old text beside its line of the new one; empty where the other has none."""

    old: str
    new: str
    kind: str  # same, changed, gone, added


@require_safe
def compare(request: StaffRequest, pk: int) -> HttpResponse:
    """Two versions side by side; `new` left out is the working copy."""
    article = _article(request, pk, workflow.may_read)
    old = get_object_or_404(article.versions, number=_number(request.GET.get("old")))
    number = _number(request.GET.get("new"))
    new = get_object_or_404(article.versions, number=number) if number else article
    return _page(
        request, "compare", article, _("Compare"), old=old, new=new, is_draft=not number, rows=beside(old, new)
    )


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def beside(old: Article | ArticleVersion, new: Article | ArticleVersion) -> list[Row]:
    """Give the lines of both, those that belong together on one row."""
    before, after = lines_of(old), lines_of(new)
    rows = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        left, right = before[start:end], after[new_start:new_end]
        for index in range(max(len(left), len(right))):
            was, now = (part[index] if index < len(part) else "" for part in (left, right))
            kind = "same" if tag == "equal" else "changed" if was and now else "gone" if was else "added"
            rows.append(Row(was, now, kind))
    return rows


def lines_of(text: Article | ArticleVersion) -> list[str]:
    """Give an article's words in the order of its page, a paragraph a line, without markup."""
    parts = [text.title, text.summary, text.intro, text.key_points, text.urgent_advice]
    parts += [_paragraphs(text.body), text.who_should_not, *(_reference(citation) for citation in _citations(text))]
    return [line.strip() for part in parts for line in part.splitlines() if line.strip()]


def _paragraphs(html: str) -> str:
    """The text of a body, a line a block."""
    ends = ("</p>", "</h2>", "</h3>", "</li>", "</figcaption>", "</td>", "</th>")
    for end in ends:
        html = html.replace(end, f"{end}\0")
    return "\n".join(text_of(part) for part in html.split("\0"))


def _citations(text: Article | ArticleVersion) -> list[dict]:
    return text.citations if isinstance(text, ArticleVersion) else [row.as_dict() for row in text.citations.all()]


def _reference(kept: dict) -> str:
    parts = [kept["authors"], kept["title"], kept["source"], kept["year"], kept["address"], kept["shows"]]
    words = ". ".join(str(part) for part in [*parts, kept["does_not_show"]] if part)
    return f"[{kept['number']}] {' '.join(words.split())}"


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

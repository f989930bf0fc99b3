"""Where an article stands, as its form says it: in words, and with the steps that lead on."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.models import Article
from articles.services import workflow
from articles.services.workflow import Status
from clinic.practice.templatetags.clock import clock


def status_text(article: Article) -> str:
    """Return where the article stands, in a few words."""
    if article.is_scheduled and article.publish_at:
        when = f"{date_format(timezone.localtime(article.publish_at), 'DATE_FORMAT')}, {clock(article.publish_at)}"
        return _("approved, to be published %(when)s") % {"when": when}
    if article.live and article.is_published and article.status != Status.PUBLISHED:
        return _("%(status)s; version %(number)s is published") % {
            "status": article.get_status_display(),
            "number": article.live.number,
        }
    return article.get_status_display()


def form_context(article: Article, user: User) -> dict[str, Any]:
    """Return what the article's form says above and below itself: where it stands, what is missing, what comes next."""
    # Its reviewer decides on the review page, with the text in sight
    steps = [step for step in workflow.steps_for(user, article) if step.is_for is not workflow.is_reviewer]
    ahead = article.status in (Status.DRAFT, Status.RETIRED)
    return {
        "article": article,
        "status_text": status_text(article),
        "missing": workflow.missing(article) if ahead else [],
        "next_steps": [step for step in steps if not step.is_way_out],
        "other_steps": [step for step in steps if step.is_way_out],
        "may_review": workflow.may(user, "approve", article),
    }

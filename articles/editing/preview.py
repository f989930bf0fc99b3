"""The working copy exactly as it will look, for those who write it and, by a link that expires, for a colleague."""

from datetime import timedelta
from functools import wraps

from csp.decorators import csp_replace
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.services.publishing import write_version
from articles.views import article_context
from clinic.core.http import private_page

SALT = "articles.preview"
LINK_LASTS = timedelta(days=7)


def preview_link(article: Article) -> str:
    """Return an address that shows the working copy to whoever has it, for a week. Nothing is stored."""
    token = signing.dumps({"article": article.pk}, salt=SALT)
    return settings.SITE_URL + reverse("articles:preview", args=[token])


def preview_page(request: HttpRequest, article: Article) -> HttpResponse:
    """Render the article's page as publishing would make it now.

    The version is really written and then taken back, so that the preview cannot differ from what is published.
    """
    with transaction.atomic():
        version = write_version(article, by=None, now=timezone.now())
        article.live = version
        article.first_published_at = article.first_published_at or version.published_at
        context = article_context(article, version) | {"is_preview": True}
        response = HttpResponse(render_to_string("articles/article_preview.html", context, request))
        transaction.set_rollback(True)
    response["X-Robots-Tag"] = "noindex"
    return response


def framed_by_us(view):
    """For the one page that is shown inside another of ours."""

    @xframe_options_sameorigin
    @csp_replace({"frame-ancestors": ["'self'"]})
    @wraps(view)
    def framed(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return view(request, *args, **kwargs)

    return framed


@require_safe
@private_page
def shared_preview(request: HttpRequest, token: str) -> HttpResponse:
    """What a colleague sees who was sent the link. An old or altered link is no page."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        raise Http404 from None
    return preview_page(request, get_object_or_404(Article, pk=kept["article"]))

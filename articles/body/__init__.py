"""From what an author typed to what a patient reads: sanitise, number, resolve. The one place that knows."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from articles.body.blocks import Blocks
from articles.body.result import Problem, Rendered, Video
from articles.body.tree import clean, parse, text_of
from articles.models import ArticleImage, Citation

__all__ = ["Problem", "Rendered", "Video", "render", "text_of", "with_absolute_links"]

NO_VIDEO = Video()


def render(
    html: str, citations: Iterable[Citation] = (), images: Iterable[ArticleImage] = (), video: Video = NO_VIDEO
) -> Rendered:
    """Return the body as valid HTML that may be shown to anyone, and what is wrong with it in an author's words.

    Any text is taken. What cannot be used (a link to nowhere, an unknown picture) is left out and reported.
    """
    root, is_cut = parse(clean(html))
    blocks = Blocks(citations, images, video)
    if is_cut:
        blocks.result.report(
            "nested_too_deep",
            _("Lists, quotes or tables stand too deep inside each other. Take the innermost out of the others."),
        )
    return blocks.render(root)


def with_absolute_links(html: str, page_url: str) -> str:
    """Return rendered HTML whose links and pictures still lead here when it is read elsewhere, as in a feed."""
    html = re.sub(r'(?<=href=")#', f"{page_url}#", html)
    html = re.sub(r'(?<= src=")/|(?<=href=")/(?!/)', f"{settings.SITE_URL}/", html)
    media = re.escape(settings.MEDIA_URL)
    return re.sub(rf'(?<=srcset="){media}|(?<=w, ){media}', f"{settings.SITE_URL}{settings.MEDIA_URL}", html)

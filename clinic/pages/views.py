from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from clinic.core.http import is_preview, public_page
from clinic.pages.context import BEFORE_YOU_COME, FEES, FIRST_VISIT, URGENT_HELP, site_of
from clinic.pages.models import CommonQuestion, Page
from clinic.pages.search import did_you_mean, find, read_entries
from clinic.practice import json_ld
from clinic.practice.fees import Insurer, Price
from clinic.practice.models import UrgentAdvice, open_time
from clinic.practice.place import PlacePicture
from providers.models import Condition, Provider, Treatment

NEWEST = 3


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """What we do and for whom, whether we are open, who treats, what, and what is new to read."""
    now, hours, site = timezone.now(), open_time(), site_of(request)
    pictures = list(PlacePicture.objects.on(PlacePicture.Page.HOME))
    context = {
        "json_ld": [json_ld.clinic(site.clinic, hours)],
        "closes_at": hours.current_close(now),
        "opens_next": hours.next_open(now),
        "providers": Provider.objects.listed(),
        "treatments": Treatment.objects.only("name", "slug"),
        "conditions": Condition.objects.only("name", "slug"),
        "articles": Article.objects.published().for_cards()[:NEWEST],
        "hero": pictures[0] if pictures else None,
        "pictures": pictures[1:],
        "before_pages": site.pages(BEFORE_YOU_COME),
        "questions": CommonQuestion.objects.filter(on_home=True),
    }
    return render(request, "pages/home.html", context)


@public_page
def plain_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A plain page. Three have more than their text: urgent help its card, a first visit pictures, fees the prices."""
    page = get_object_or_404(Page.objects.all() if is_preview(request) else Page.objects.published(), slug=slug)
    context: dict[str, Any] = {"page": page, "questions": page.questions.all()}
    if slug == URGENT_HELP:
        context["urgent_advice"] = UrgentAdvice.objects.first()
    elif slug == FIRST_VISIT:
        context["pictures"] = PlacePicture.objects.on(PlacePicture.Page.FIRST_VISIT)
    elif slug == FEES:
        context |= {"prices": Price.objects.all(), "insurers": Insurer.objects.all()}
    return render(request, "pages/page.html", context)


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Everything on the site that has the words, by kind, or how the site would spell them."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    entries = read_entries() if words else {}
    context = {
        "words": words,
        "groups": find(words, entries) if words else [],
        "suggestion": did_you_mean(words, entries),
        "breadcrumb": [(_("Search"), "")],
    }
    return render(request, "pages/search.html", context)

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from clinic.core.http import public_page
from clinic.pages.context import BEFORE_YOU_COME, URGENT_HELP, site_of
from clinic.pages.models import Page
from clinic.pages.search import did_you_mean, find, read_entries
from clinic.practice import json_ld
from clinic.practice.models import UrgentAdvice, open_time
from providers.models import Condition, Provider, Treatment

NEWEST = 3


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """What we do and for whom, whether we are open, who treats, what, and what is new to read."""
    now, hours, site = timezone.now(), open_time(), site_of(request)
    context = {
        "json_ld": [json_ld.clinic(site.clinic, hours)],
        "closes_at": hours.current_close(now),
        "opens_next": hours.next_open(now),
        "providers": Provider.objects.listed(),
        "treatments": Treatment.objects.only("name", "slug"),
        "conditions": Condition.objects.only("name", "slug"),
        "articles": Article.objects.published().for_cards()[:NEWEST],
        "before_pages": site.pages(BEFORE_YOU_COME),
    }
    return render(request, "pages/home.html", context)


@public_page
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A plain page; the one on urgent help opens with the card that also stands above the request form."""
    context = {
        "page": get_object_or_404(Page, slug=slug),
        "urgent_advice": UrgentAdvice.objects.first() if slug == URGENT_HELP else None,
    }
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

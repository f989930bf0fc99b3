"""The plain pages that nearly every clinic needs, as drafts: questions to answer, never a text that nobody read.

A question stands in brackets, `[? like this]`; a page that still has one cannot be published (clinic/pages/models.py).
"""

from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from clinic.pages.models import UNANSWERED, Page


class Draft(NamedTuple):
    title: str
    summary: str
    asks: dict[str, list[str]]  # by heading


STARTING_PAGES = {
    "first-visit": Draft(
        gettext_noop("Your first visit"),
        gettext_noop("What to bring, how long it takes and what happens at a first visit."),
        {
            gettext_noop("Before you come"): [
                gettext_noop("What should patients bring, and how early should they come?"),
                gettext_noop("What should they wear?"),
            ],
            gettext_noop("What happens"): [
                gettext_noop("How long does the visit take, and what happens first, next and last?"),
                gettext_noop("Is there treatment on the first day?"),
            ],
            gettext_noop("Getting here"): [
                gettext_noop("Where does one park, and how does somebody come in who cannot take steps?")
            ],
        },
    ),
    "insurance-and-fees": Draft(
        gettext_noop("Insurance and fees"),
        gettext_noop("Which insurance we take, and what a visit costs without."),
        {
            gettext_noop("Insurance"): [
                gettext_noop("Which insurers do you bill, and what should a patient ask theirs beforehand?"),
            ],
            gettext_noop("Paying yourself"): [
                gettext_noop("What does each kind of visit cost, and how can one pay?"),
                gettext_noop("How does somebody get a good-faith estimate in writing?"),
            ],
            gettext_noop("If you cannot come"): [
                gettext_noop("By when can one cancel, and is there a fee after that?")
            ],
        },
    ),
    "urgent-help": Draft(
        gettext_noop("Urgent help"),
        gettext_noop("When to call 911 or go to an emergency department, and whom to call while we are closed."),
        {
            gettext_noop("While we are closed"): [
                gettext_noop("Which urgent care, nurse line or hospital near you do you send patients to?"),
            ],
        },
    ),
    "privacy": Draft(
        gettext_noop("Privacy on this website"),
        gettext_noop("What this website keeps of what you tell us, who reads it, and for how long."),
        {
            gettext_noop("What you tell us"): [
                gettext_noop("Who at the clinic reads a request for an appointment?"),
                gettext_noop("How long do you keep requests?"),
            ],
            gettext_noop("Your rights"): [
                gettext_noop("Whom does a patient ask for a copy, a correction or to have something erased?"),
                gettext_noop("Where is your notice of privacy practices?"),
            ],
        },
    ),
    "accessibility": Draft(
        gettext_noop("Accessibility"),
        gettext_noop("How to tell us about a barrier on this website or at the clinic."),
        {
            gettext_noop("Tell us about a barrier"): [
                gettext_noop("Whom does somebody call or write to, and by when do you answer?"),
            ],
        },
    ),
}
HINT = gettext_lazy("Answer each question in brackets in your own words, take the brackets out, then publish.")


def add_starting_pages() -> list[Page]:
    """Add those that have no page at their address yet, and return them. There must be a clinic: they are its pages."""
    there = set(Page.objects.values_list("slug", flat=True))
    pages = [
        Page(
            slug=slug,
            title=_(draft.title),
            summary=_(draft.summary),
            body=_text(draft),
            is_published=False,
            position=position,
        )
        for position, (slug, draft) in enumerate(STARTING_PAGES.items(), start=1)
        if slug not in there
    ]
    return Page.objects.bulk_create(pages)


def _text(draft: Draft) -> SafeString:
    parts = (
        (_(heading), format_html_join("", "<p>{} {}]</p>", ((UNANSWERED, _(question)) for question in questions)))
        for heading, questions in draft.asks.items()
    )
    return format_html("<p>{}</p>", HINT) + format_html_join("", "<h2>{}</h2>{}", parts)

"""One search over everything, in patients' words."""

import pytest

from clinic.pages.search import did_you_mean, find, read_entries

pytestmark = pytest.mark.django_db

# What patients type, and the page that answers it; one a line
SEARCHES = """
sciatica | /conditions/low-back-pain/
lumbago | /conditions/low-back-pain/
slipped disk | /conditions/low-back-pain/
herniated disc | /conditions/low-back-pain/
backache | /conditions/low-back-pain/
lower back pain | /conditions/low-back-pain/
my back hurts | /conditions/low-back-pain/
back spasm | /conditions/low-back-pain/
pinched nerve | /conditions/low-back-pain/
bulging disk | /conditions/low-back-pain/
stiff neck | /conditions/neck-pain/
crick in my neck | /conditions/neck-pain/
text neck | /conditions/neck-pain/
whiplash | /conditions/neck-pain/
neck | /conditions/neck-pain/
muscle knots | /conditions/muscle-pain/
trigger points | /conditions/muscle-pain/
sore muscles | /conditions/muscle-pain/
sacroiliac | /conditions/si-joint-pain/
buttock pain | /conditions/si-joint-pain/
SI joint | /conditions/si-joint-pain/
tight traps | /conditions/upper-trapezius-pain/
trapezius | /conditions/upper-trapezius-pain/
shoulder pain | /conditions/extremity-pain/
knee pain | /conditions/extremity-pain/
elbow | /conditions/extremity-pain/
ankle | /conditions/extremity-pain/
BJJ | /conditions/sports-injuries/
MMA injury | /conditions/sports-injuries/
crossfit | /conditions/sports-injuries/
pulled muscle | /conditions/sports-injuries/
sprain | /conditions/sports-injuries/
neck headache | /conditions/headache-from-the-neck/
headaches | /conditions/headache-from-the-neck/
cervicogenic | /conditions/headache-from-the-neck/
needling | /treatments/dry-needling/
dry needles | /treatments/dry-needling/
IMS | /treatments/dry-needling/
chiropractic | /treatments/chiropractic-adjustment/
spinal manipulation | /treatments/chiropractic-adjustment/
back cracking | /treatments/chiropractic-adjustment/
acupuncture | /treatments/acupuncture/
exercises | /treatments/rehab-exercise/
stretching | /treatments/rehab-exercise/
massage | /treatments/soft-tissue-therapy/
Dr. Williams | /providers/jason-williams/
Spanish | /providers/marisol-reyes/
insurance | /insurance-and-fees/
first visit | /first-visit/
privacy | /privacy/
"""


def first_three(words: str) -> list[str]:
    """The addresses of the first three of each kind."""
    return [row.get_absolute_url() for group in find(words, read_entries()) for row in group.rows[:3]]


def test_patients_words_lead_to_the_right_page(demo):
    searches = [line.split(" | ") for line in SEARCHES.split("\n") if line]
    missed = [(words, page) for words, page in searches if page not in first_three(words)]
    assert len(searches) == 50 and len(missed) <= 5, missed


def test_articles_are_found_by_a_references_author(demo):
    assert "/articles/reasons-to-try-dry-needling-for-low-back-pain/" in first_three("Malkoç")


@pytest.mark.parametrize(("typed", "meant"), [("siatica", "sciatica"), ("acupunture", "acupuncture"), ("neck", "")])
def test_a_misspelt_word_is_spelt_as_the_site_does(demo, typed, meant):
    assert did_you_mean(typed, read_entries()) == meant


def test_the_page_groups_what_it_found_and_is_not_indexed(demo, client):
    page = client.get("/search/", {"q": "sciatica"}).content.decode()
    assert 'href="/conditions/low-back-pain/"' in page and '<meta name="robots" content="noindex">' in page
    assert "Nothing has these words" in client.get("/search/", {"q": "zzzzqqq"}).content.decode()


def test_the_rows_of_the_site_are_read_once(demo, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):  # four kinds of rows once, the articles and the frame
        client.get("/search/", {"q": "low back pain"})

"""An article's picture, from the form to the page."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from django.template import Context, Template

from articles.models import ArticleImage
from tests.core.uploads import REFUSED, encoded, exif, made, stored

ImageForm = modelform_factory(ArticleImage, fields=["file", "alt"])


def shown(source: str, **context) -> str:
    return Template("{% load pictures %}" + source).render(Context(context))


@pytest.mark.django_db
def test_a_form_stores_the_clean_files_and_the_row_knows_their_size(media):
    upload = SimpleUploadedFile("DSC 001.PNG", encoded(size=(1200, 800), kind="PNG", exif=exif()), "text/html")
    image = ImageForm({"alt": "A stretch"}, {"file": upload}).save()
    stem = image.file.name.removesuffix(".jpg")
    assert re.fullmatch(r"articles/[0-9a-f]{24}", stem)
    image.refresh_from_db()
    assert (image.width, image.height) == (1200, 800)
    assert stored(media) == sorted(f"{stem}{end}" for end in (".jpg", "-480.webp", "-960.webp", "-1200.webp"))


@pytest.mark.parametrize(
    "name", ["html.jpg", "postscript.eps", "bomb.png", "truncated.jpg", "moving.webp", "nothing.jpg"]
)
def test_a_form_says_why_it_refuses_and_stores_nothing(media, name):
    data, _code = REFUSED[name]
    form = ImageForm({"alt": "x"}, {"file": SimpleUploadedFile(name, made(data), "image/jpeg")})
    assert not form.is_valid() and len(form.errors["file"]) == 1
    assert stored(media) == []


def test_a_phone_is_asked_for_a_type_we_take():
    assert 'accept="image/jpeg,image/png,image/webp"' in str(ImageForm()["file"])


def test_a_picture_comes_in_every_size_it_has_without_asking_the_disk(media):
    image = ArticleImage(file="articles/abc.jpg", width=700, height=350, alt='A "stretch"')
    assert shown('{% picture image sizes="50vw" css="wide" %}', image=image) == (
        '<img src="/media/articles/abc.jpg"'
        ' srcset="/media/articles/abc-480.webp 480w, /media/articles/abc-700.webp 700w" sizes="50vw"'
        ' width="700" height="350" alt="A &quot;stretch&quot;" class="wide" loading="lazy" decoding="async">'
    )


def test_the_first_picture_of_a_page_is_fetched_at_once():
    html = shown(
        "{% picture image lazy=False %}", image=ArticleImage(file="a.jpg", width=9, height=9, is_decorative=True)
    )
    assert 'fetchpriority="high"' in html and "lazy" not in html and ' alt=""' in html

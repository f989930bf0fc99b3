"""A provider's portrait, from the upload to the page."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from django.template import Context, Template

from clinic.core.pictures import BadPicture
from providers.models import Provider
from tests.core.uploads import JPEG, SECRET, encoded, stored, text_of
from tests.factories import make_provider

PortraitForm = modelform_factory(Provider, fields=["portrait"])


def shown(source: str, **context) -> str:
    return Template("{% load portraits %}" + source).render(Context(context))


@pytest.mark.django_db
def test_a_file_saved_without_a_form_is_cleaned_all_the_same(media):
    provider = make_provider()
    provider.portrait.save("me.png", ContentFile(encoded(size=(500, 625), kind="PNG", pnginfo=text_of("a", SECRET))))
    provider.refresh_from_db()
    assert (provider.portrait_width, provider.portrait_height) == (500, 625)
    assert len(stored(media)) == 3
    assert all(SECRET not in (media / name).read_bytes() for name in stored(media))
    with pytest.raises(BadPicture):
        provider.portrait.save("me.jpg", ContentFile(b"<html>"))
    assert len(stored(media)) == 3


@pytest.mark.django_db
def test_saving_again_without_a_new_file_keeps_the_old_one(media):
    provider = make_provider()
    PortraitForm({}, {"portrait": SimpleUploadedFile("a.jpg", JPEG)}, instance=provider).save()
    before = stored(media)
    PortraitForm({}, {}, instance=Provider.objects.get(pk=provider.pk)).save()
    assert stored(media) == before and Provider.objects.get(pk=provider.pk).portrait.name in before


def test_a_provider_without_a_portrait_has_initials():
    tile = '<span class="portrait__initials" aria-hidden="true">AL</span>'
    assert shown("{% portrait provider %}", provider=Provider(name="Dr. Ada Lane")) == tile


@pytest.mark.django_db
def test_every_address_in_a_srcset_leads_to_a_file(media, django_assert_num_queries):
    provider = make_provider(portrait_alt="Dr. Ruiz smiling")
    provider.portrait.save("me.jpg", ContentFile(encoded(size=(1000, 1250))))
    provider = Provider.objects.get(pk=provider.pk)
    with django_assert_num_queries(0):
        html = shown("{% portrait provider %}", provider=provider)
    assert 'alt="Dr. Ruiz smiling"' in html and 'width="1000" height="1250"' in html
    addresses = re.findall(r"/media/(\S+?)[ \"]", html)
    assert len(addresses) == 4 and all(default_storage.exists(address) for address in addresses)
    assert 'alt=""' in shown('{% portrait provider alt="" %}', provider=provider)

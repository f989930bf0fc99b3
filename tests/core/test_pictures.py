"""Whatever is uploaded, only clean files of our own making are kept, and a refusal says what to do."""

import re
import struct
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from clinic.core.pictures import BadPicture, clean_upload, widths
from tests.core.uploads import REFUSED, SCRIPT, SECRET, SRGB, TAKEN, encoded, exif, made


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_usable_picture_is_refused_in_plain_words(name):
    data, code = REFUSED[name]
    with pytest.raises(BadPicture) as refusal:
        clean_upload(ContentFile(made(data), name=name))
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", TAKEN)
def test_what_is_kept_is_encoded_anew_and_carries_nothing_along(name):
    clean = clean_upload(ContentFile(made(TAKEN[name]), name=name))
    assert re.fullmatch(r"[0-9a-f]{24}\.jpg", clean.name)
    files = {"JPEG": [clean.read()], "WEBP": list(clean.webp.values())}
    for kind, datas in files.items():
        for data in datas:
            with Image.open(BytesIO(data)) as image:
                image.load()
                assert (image.format, image.mode) == (kind, "RGB")
                assert not image.info.keys() & {"exif", "icc_profile", "xmp", "comment", "photoshop"}
            assert SECRET not in data and SCRIPT not in data
    assert list(clean.webp) == widths(clean.width)


def centre(data: bytes, name: str = "x.jpg") -> tuple[int, ...]:
    """The colour in the middle of what is kept."""
    with Image.open(clean_upload(ContentFile(data, name=name))) as image:
        return image.getpixel((image.width // 2, image.height // 2))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (lambda: encoded(color=(200, 30, 30)), (200, 30, 30)),
        (lambda: encoded("RGBA", kind="PNG", color=(200, 30, 30, 0)), (255, 255, 255)),
        (lambda: encoded("RGBA", kind="PNG", color=(0, 0, 0, 128)), (127, 127, 127)),
        (lambda: encoded("P", kind="PNG", transparency=0), (255, 255, 255)),
        (lambda: encoded("I;16", kind="PNG", color=32_896), (128, 128, 128)),
        (lambda: encoded("CMYK", color=(0, 0, 0, 255)), (0, 0, 0)),
        (lambda: encoded("1", kind="PNG", color=1), (255, 255, 255)),
    ],
)
def test_colours_are_as_they_were_and_nothing_shows_through(data, expected):
    assert all(abs(kept - meant) <= 3 for kept, meant in zip(centre(data()), expected, strict=True))


def test_a_colour_profile_is_applied_before_it_is_dropped():
    # The same number in linear light is a brighter grey in sRGB
    assert centre(encoded(kind="PNG", color=(100, 100, 100), icc_profile=_linear_profile()))[0] > 150


def _linear_profile() -> bytes:
    """sRGB with its tone curves made straight."""
    profile = bytearray(SRGB)
    count = struct.unpack(">I", profile[128:132])[0]
    for place in range(132, 132 + 12 * count, 12):
        tag, offset, _size = struct.unpack(">4sII", profile[place : place + 12])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            profile[offset : offset + 12] = b"curv" + b"\0" * 8  # no points: a straight line
    return bytes(profile)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_picture_taken_sideways_is_turned_upright(orientation):
    """The red corner ends up top left whichever way the phone was held."""
    upright = Image.new("RGB", (80, 40), "white")
    upright.paste("red", (0, 0, 40, 20))
    turn = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    as_stored = upright.transpose(turn[orientation]) if turn[orientation] is not None else upright
    data = BytesIO()
    as_stored.save(data, "JPEG", quality=95, exif=exif(orientation))
    with Image.open(clean_upload(ContentFile(data.getvalue()))) as image:
        assert image.size == (80, 40)
        red, green, _blue = image.getpixel((10, 5))
    assert red > 200 and green < 60


def test_a_large_picture_is_made_to_fit_and_never_enlarged():
    clean = clean_upload(ContentFile(encoded(size=(4032, 3024))))
    assert (clean.width, clean.height, list(clean.webp)) == (1600, 1200, [480, 960, 1600])
    small = clean_upload(ContentFile(encoded(size=(500, 300))))
    assert (small.width, small.height, list(small.webp)) == (500, 300, [480, 500])
    for width, data in clean.webp.items():
        with Image.open(BytesIO(data)) as image:
            assert image.size == (width, width * 3 // 4)

"""Whatever is uploaded, only clean files of our own making are kept, and a refusal says what to do."""

import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from django.template import Context, Template
from PIL import Image, ImageCms, PngImagePlugin

from articles.models import ArticleImage
from clinic.core.pictures import BadPicture, clean_upload, widths
from providers.models import Provider
from tests.factories import make_provider

SECRET = b"SECRET-35.7915N"
SCRIPT = b"<script>alert(1)</script>"


def encoded(mode: str = "RGB", size: tuple[int, int] = (60, 40), kind: str = "JPEG", color=None, **options) -> bytes:
    data = BytesIO()
    Image.new(mode, size, color or 0).save(data, kind, **options)
    return data.getvalue()


def exif(orientation: int = 1) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = SECRET.decode()
    tags.get_ifd(0x8825)[29] = SECRET.decode()  # a GPS date
    return tags.tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, width: int = 1, height: int = 1, depth: int = 8, colour: int = 2) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def pixels(width: int = 1, height: int = 1) -> bytes:
    return chunk(b"IDAT", zlib.compress((b"\0" + b"\0\0\0" * width) * height))


def jpeg_of(width: int, height: int) -> bytes:
    """A real JPEG whose header claims another size."""
    return re.sub(
        rb"(\xff\xc0\x00.\x08)....", lambda head: head[1] + struct.pack(">HH", height, width), encoded(), flags=re.S
    )


def webp_of(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    data = BytesIO()
    frames[0].save(data, kind, save_all=True, append_images=frames[1:], duration=100)
    return data.getvalue()


def text_of(name: str, value: bytes, is_compressed: bool = False) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text(name, value.decode(), zip=is_compressed)
    return info


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;" + SCRIPT
JPEG, PNG, WEBP = encoded(), encoded(kind="PNG"), encoded(kind="WEBP")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

REFUSED: dict[str, tuple[Callable[[], bytes] | bytes, str]] = {
    # No picture we take
    "html.jpg": (b"<!doctype html><html><body>" + SCRIPT, "not_a_picture"),
    "html_after_spaces.png": (b" " * 500 + b"<html>" + SCRIPT, "not_a_picture"),
    "script.jpg": (b"#!/bin/sh\nid\n", "not_a_picture"),
    "php.jpg": (b"<?php system($_GET['c']); ?>", "not_a_picture"),
    "drawing.svg": (SVG, "not_a_picture"),
    "drawing.png": (SVG, "not_a_picture"),
    "drawing_with_declaration.jpg": (b'<?xml version="1.0"?>' + SVG, "not_a_picture"),
    "zipped_drawing.svgz": (zlib.compress(SVG, wbits=31), "not_a_picture"),
    "postscript.eps": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
        "not_a_picture",
    ),
    "postscript.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(%pipe%id) (r) file\n", "not_a_picture"),
    "document.pdf": (b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>endobj\n", "not_a_picture"),
    "still.gif": (encoded("P", kind="GIF"), "not_a_picture"),
    "moving.gif": (lambda: animated("GIF"), "not_a_picture"),
    "gif_with_script.jpg": (GIF, "not_a_picture"),
    "icon.ico": (encoded(kind="ICO"), "not_a_picture"),
    "fax.tiff": (encoded(kind="TIFF"), "not_a_picture"),
    "fax_compressed.tif": (encoded(kind="TIFF", compression="tiff_lzw"), "not_a_picture"),
    "paint.bmp": (encoded(kind="BMP"), "not_a_picture"),
    "old.pcx": (encoded(kind="PCX"), "not_a_picture"),
    "old.tga": (encoded(kind="TGA"), "not_a_picture"),
    "unix.ppm": (encoded(kind="PPM"), "not_a_picture"),
    "unix.xbm": (encoded("1", kind="XBM"), "not_a_picture"),
    "sgi.rgb": (encoded(kind="SGI"), "not_a_picture"),
    "layers.psd": (b"8BPS\0\1" + b"\0" * 6 + struct.pack(">HIIHH", 3, 10, 10, 8, 3) + b"\0" * 20, "not_a_picture"),
    "movie.jpg": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "not_a_picture"),
    "iphone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "not_a_picture"),
    "new.avif": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "not_a_picture"),
    "jpeg2000.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 40, "not_a_picture"),
    "archive.jpg": (b"PK\x03\x04" + b"\0" * 60, "not_a_picture"),
    "program.png": (b"MZ\x90\0" + b"\0" * 60, "not_a_picture"),
    "program_elf.webp": (b"\x7fELF\x02\x01\x01" + b"\0" * 60, "not_a_picture"),
    "wave.webp": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40, "not_a_picture"),
    "zeros.jpg": (b"\0" * 1000, "not_a_picture"),
    "one_byte.jpg": (b"\xff", "not_a_picture"),
    "nothing.jpg": (b"", "not_a_picture"),
    "jpeg_in_the_middle.jpg": (b"x" * 10 + JPEG, "not_a_picture"),
    # Bombs, told by their header
    "bomb.png": (lambda: png(pixels(), width=50_000, height=50_000), "too_many_pixels"),
    "bomb_just_over.png": (lambda: png(pixels(), width=5_001, height=5_000), "too_many_pixels"),
    "bomb_that_pillow_warns_of.png": (lambda: png(pixels(), width=10_000, height=10_000), "too_many_pixels"),
    "bomb_wide.png": (lambda: png(pixels(), width=2**31 - 1, height=1), "too_many_pixels"),
    "bomb_tall.png": (lambda: png(pixels(), width=1, height=70_000), "too_many_pixels"),
    "bomb_real.png": (lambda: encoded("1", (20_000, 20_000), "PNG"), "too_many_pixels"),
    "bomb.jpg": (lambda: jpeg_of(65_000, 65_000), "too_many_pixels"),
    "bomb.webp": (lambda: webp_of(16_383, 16_383), "too_many_pixels"),
    "heavy.jpg": (lambda: JPEG + b"\0" * (8 * 1024 * 1024), "too_big"),
    # Broken
    "truncated.jpg": (lambda: encoded(size=(400, 400), color=(9, 99, 9))[:-300], "damaged"),
    "truncated_header.jpg": (JPEG[:30], "damaged"),
    "truncated.png": (lambda: encoded(size=(400, 400), kind="PNG")[:-60], "damaged"),
    "truncated.webp": (lambda: encoded(size=(400, 400), kind="WEBP")[:-20], "damaged"),
    "no_pixels.png": (png(), "damaged"),
    "zero_wide.png": (png(width=0), "not_a_picture"),
    "bad_checksum.png": (PNG.replace(b"IHDR", b"IHDR\1"), "not_a_picture"),
    "bad_pixels.png": (png(chunk(b"IDAT", b"not zlib")), "damaged"),
    "text_bomb.png": (lambda: png(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"A" * 80_000_000)), pixels()), "damaged"),
    "profile_bomb.png": (
        lambda: png(chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(b"A" * 80_000_000)), pixels()),
        "damaged",
    ),
    # Moving
    "moving.png": (lambda: animated("PNG"), "animated"),
    "moving.webp": (lambda: animated("WEBP"), "animated"),
}

TAKEN: dict[str, Callable[[], bytes] | bytes] = {
    "plain.jpg": JPEG,
    "plain.png": PNG,
    "plain.webp": WEBP,
    "png_named.jpg": PNG,
    "jpeg_named.html": JPEG,
    "webp_named.php": WEBP,
    "../../etc/passwd.jpg": JPEG,
    "a" * 300 + ".jpg": JPEG,
    "nul\0name.jpg": JPEG,
    "gps.jpg": lambda: encoded(exif=exif()),
    "gps.png": lambda: encoded(kind="PNG", exif=exif()),
    "gps.webp": lambda: encoded(kind="WEBP", exif=exif()),
    "comment.jpg": lambda: encoded(comment=SECRET + SCRIPT),
    "xmp.jpg": lambda: encoded(xmp=b"<x:xmpmeta>" + SECRET),
    "xmp.webp": lambda: encoded(kind="WEBP", xmp=b"<x:xmpmeta>" + SECRET),
    "text.png": lambda: encoded(kind="PNG", pnginfo=text_of("Comment", SECRET)),
    "text_compressed.png": lambda: encoded(kind="PNG", pnginfo=text_of("Comment", SECRET * 20, is_compressed=True)),
    "profile.jpg": lambda: encoded(icc_profile=SRGB),
    "profile_broken.jpg": lambda: encoded(icc_profile=b"no profile " + SECRET),
    "profile_broken.png": lambda: encoded(kind="PNG", icc_profile=b"no profile " + SECRET),
    "exif_broken.jpg": lambda: encoded(exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + SECRET),
    "orientation_unknown.jpg": lambda: encoded(exif=exif(99)),
    "script_after.jpg": JPEG + SCRIPT + SECRET,
    "page_after.png": PNG + b"<html>" + SCRIPT + SECRET,
    "archive_after.jpg": JPEG + b"PK\x03\x04" + SECRET,
    "second_picture_after.jpg": JPEG + JPEG,
    "cmyk.jpg": lambda: encoded("CMYK"),
    "cmyk_with_wrong_profile.jpg": lambda: encoded("CMYK", icc_profile=SRGB),
    "grey.jpg": lambda: encoded("L"),
    "black_and_white.png": lambda: encoded("1", kind="PNG"),
    "palette.png": lambda: encoded("P", kind="PNG"),
    "palette_transparent.png": lambda: encoded("P", kind="PNG", transparency=0),
    "grey_transparent.png": lambda: encoded("L", kind="PNG", transparency=0),
    "colour_transparent.png": lambda: encoded(kind="PNG", transparency=(0, 0, 0)),
    "grey_alpha.png": lambda: encoded("LA", kind="PNG"),
    "alpha.png": lambda: encoded("RGBA", kind="PNG"),
    "alpha.webp": lambda: encoded("RGBA", kind="WEBP"),
    "lossless.webp": lambda: encoded(kind="WEBP", lossless=True),
    "16_bit.png": lambda: encoded("I;16", kind="PNG"),
    "16_bit_colour.png": lambda: png(chunk(b"IDAT", zlib.compress(b"\0" + b"\x80\0" * 3)), depth=16),
    "interlaced_claim.png": lambda: png(pixels()),
    "fewer_pixels_than_it_says.jpg": lambda: jpeg_of(4_000, 4_000),
    "progressive.jpg": lambda: encoded(progressive=True),
    "one_pixel.jpg": lambda: encoded(size=(1, 1)),
    "very_wide.png": lambda: encoded("1", (20_000, 1), "PNG"),
    "very_tall.png": lambda: encoded("1", (1, 20_000), "PNG"),
    "exactly_25_megapixels.png": lambda: encoded("1", (5_000, 5_000), "PNG"),
}


def made(data: Callable[[], bytes] | bytes) -> bytes:
    return data() if callable(data) else data


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


# Through the model and the form, as the admin saves them

ImageForm = modelform_factory(ArticleImage, fields=["file", "alt"])
PortraitForm = modelform_factory(Provider, fields=["portrait"])


@pytest.fixture
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored(media: Path) -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())


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


def test_a_phone_is_asked_for_a_type_we_take():
    assert 'accept="image/jpeg,image/png,image/webp"' in str(ImageForm()["file"])


# On a page


def shown(source: str, **context) -> str:
    return Template("{% load pictures portraits %}" + source).render(Context(context))


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

"""Uploaded pictures: whatever arrives, only clean files of our own making are kept and shown.

A picture is stored as `<random>.jpg`, at most 1600 pixels wide, and as WebP files `<random>-<width>.webp`. Their
widths follow from the stored width alone, so a page shows them without asking the disk.
"""

import secrets
from io import BytesIO
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
JPEGS = ("JPEG", "MPO")  # MPO is how Pillow calls a JPEG with more than one frame
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_SIDE = 65_500  # what JPEG can hold; a header that says more is not a photograph
WIDTHS = (480, 960)
LARGEST = (1600, 2000)  # pixels, width by height
SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that swap width and height


class BadPicture(ValidationError):
    """The upload cannot be used; its message says what to do about it."""


class CleanPicture(ContentFile):
    """A picture we encoded ourselves: the JPEG, and beside it the WebP files by width."""

    def __init__(self, image: Image.Image) -> None:
        jpeg = BytesIO()
        image.save(jpeg, "JPEG", quality=82, optimize=True, progressive=True)
        super().__init__(jpeg.getvalue(), name=f"{secrets.token_hex(12)}.jpg")
        self.width, self.height = image.size
        self.webp = {width: _webp(image, width) for width in widths(image.width)}


def clean_upload(file: File | IO[bytes]) -> CleanPicture:
    """Encode an uploaded picture anew: upright, sRGB, without metadata, in the sizes pages need.

    Transparent parts become white. Raises BadPicture for what is no JPEG, PNG or WebP, too large, animated or broken.
    """
    if _size(file) > MAX_BYTES:
        raise BadPicture(_("This file is larger than 8 MB. Make the picture smaller and try again."), code="too_big")
    return CleanPicture(_decode(file))


def _decode(file: File | IO[bytes]) -> Image.Image:
    try:
        file.seek(0)
        opened = Image.open(file, formats=FORMATS)  # reads the header only
        _check_header(opened)
        if opened.format not in JPEGS:
            opened.load()  # only a JPEG tells how it lies, and can be shrunk, before it is decoded
        orientation = _orientation(opened)
        size = _target_size(opened, orientation)
        opened.draft(None, size)  # lets a JPEG decode at a fraction of its size
        opened.load()
        icc_profile = opened.info.get("icc_profile")
        # Colours of a palette cannot be blended
        image = opened.convert("RGBA") if opened.mode == "P" else opened
        image.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        image = _upright(_flat(_in_srgb(image, icc_profile)), orientation)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Image.UnidentifiedImageError:
        raise BadPicture(
            _(
                "This is not a JPEG, PNG or WebP picture. Export it as a JPEG and try again;"
                " an iPhone does so when you choose “Most Compatible” under Camera, Formats."
            ),
            code="not_a_picture",
        ) from None
    except Exception:  # a broken file makes the decoders raise nearly anything
        raise BadPicture(
            _("This picture is damaged and cannot be read. Save it again, or choose another."), code="damaged"
        ) from None
    clean = Image.new("RGB", image.size)  # carries over pixels and nothing else
    clean.paste(image)
    return clean


def _check_header(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    # A JPEG with more than one frame is a phone's photograph with a depth map or preview behind it.
    if getattr(image, "is_animated", False) and image.format not in JPEGS:
        raise BadPicture(_("This picture moves. Choose one that stands still."), code="animated")


def _too_many_pixels() -> BadPicture:
    return BadPicture(
        _("This picture has more than 25 megapixels. Make it smaller and try again."), code="too_many_pixels"
    )


def _size(file: File | IO[bytes]) -> int:
    file.seek(0, 2)
    return file.tell()


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # broken metadata is no reason to refuse a good picture
        return 1


def _target_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    """Return the size to decode to, as the pixels lie in the file."""
    box = LARGEST[::-1] if orientation in SIDEWAYS else LARGEST
    scale = min(1, box[0] / image.width, box[1] / image.height)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """Apply the colour profile, for the file we write has none."""
    if not icc_profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc_profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a profile nobody can read: the colours as they are


def _flat(image: Image.Image) -> Image.Image:
    """Turn any mode into RGB: on white where it is transparent, in eight bits where it has more."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 257, "L")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image.convert("RGB")


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    if orientation == 1:
        return image
    image.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(image)


def _webp(image: Image.Image, width: int) -> bytes:
    data = BytesIO()
    if width < image.width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image.save(data, "WEBP", quality=76, method=2)
    return data.getvalue()


# What is kept, and how a page shows it


def widths(width: int) -> list[int]:
    """Return the widths of the WebP files that a picture of this width has, smallest first."""
    return [*(smaller for smaller in WIDTHS if smaller < width), width]


def webp_name(name: str, width: int) -> str:
    """Return the name, or address, of the WebP file of this width that lies beside a stored JPEG."""
    return f"{name.removesuffix('.jpg')}-{width}.webp"


def img(
    file: ImageFieldFile,
    *,
    width: int | None,
    height: int | None,
    alt: str,
    sizes: str,
    lazy: bool = True,
    css: str = "",
) -> SafeString:
    """Return the `<img>` of a stored picture. `lazy` is for pictures below the fold; others are fetched first."""
    srcset = ", ".join(f"{webp_name(file.url, step)} {step}w" for step in widths(width or 0))
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{}{} decoding="async">',
        file.url,
        srcset,
        sizes,
        width,
        height,
        alt,
        format_html(' class="{}"', css) if css else "",
        SafeString(' loading="lazy"' if lazy else ' fetchpriority="high"'),  # nosec B308 B703: two constants
    )


class PictureFile(ImageFieldFile):
    """The stored JPEG. Whatever is saved through it is encoded anew, however it got here."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        picture = content if isinstance(content, CleanPicture) else clean_upload(content)
        super().save(str(picture.name), picture, save=False)
        for width, data in picture.webp.items():
            self.storage.save(webp_name(str(self.name), width), ContentFile(data))
        if save:
            self.instance.save()


class PictureFormField(forms.FileField):
    """An upload that is refused in plain words, or comes out as a CleanPicture."""

    widget = forms.ClearableFileInput

    def to_python(self, data: Any) -> CleanPicture | None:
        file = super().to_python(data)
        return clean_upload(file) if file else None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # Named types make a phone hand over a JPEG instead of its own format
        return super().widget_attrs(widget) | {"accept": "image/jpeg,image/png,image/webp"}


class PictureField(models.ImageField):
    """An image field that holds only what `clean_upload` made."""

    attr_class = PictureFile

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        # The name is ours, so the length of the visitor's does not matter
        return super().formfield(**{"form_class": PictureFormField} | kwargs | {"max_length": None})

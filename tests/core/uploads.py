"""Files that somebody may upload: such as we take, and such as we refuse, each with the reason's code."""

import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

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


def stored(media: Path) -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())

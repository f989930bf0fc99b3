"""Redraw the product's pictures from the SVG files beside this script.

    .venv/bin/python docs/pictures/render.py              every picture
    .venv/bin/python docs/pictures/render.py neck share   these two

It needs a Chromium on the PATH. The logo and the favicon are used as they are: static/img/*.svg.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEMO = ROOT / "clinic" / "demo" / "pictures"
STATIC = ROOT / "static" / "img"
SHARED = ROOT / "clinic" / "demo" / "static" / "img"  # where only the demo clinic finds it
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
SCALE = 2  # drawn at twice the size and brought down: smoother edges than the browser's own
QUALITY = 80


def main(names: list[str]) -> None:
    """Draw the named pictures, or all of them, and say what each file weighs."""
    for source in [HERE / f"{name}.svg" for name in names] or sorted(HERE.glob("*.svg")):
        for path in save(source.stem, draw(source)):
            print(f"{path.stat().st_size / 1000:6.1f} kB  {path.relative_to(ROOT)}")  # noqa: T201


def draw(source: Path) -> Image.Image:
    """Return the drawing as pixels, in the size its own width and height say."""
    svg = source.read_text()
    width, height = (int(re.search(rf'\b{side}="(\d+)"', svg)[1]) for side in ("width", "height"))
    with TemporaryDirectory() as scratch:
        page, shot = Path(scratch) / "page.html", Path(scratch) / "shot.png"
        page.write_text(f'<body style="margin:0"><img src="{source.as_uri()}" style="display:block">')
        subprocess.run(  # noqa: S603
            [
                browser(),
                "--headless",
                "--no-sandbox",  # only our own drawings are opened; root has no sandbox
                "--hide-scrollbars",
                f"--user-data-dir={scratch}/profile",
                f"--force-device-scale-factor={SCALE}",
                f"--window-size={width},{height}",
                f"--screenshot={shot}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return Image.open(shot).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def save(name: str, image: Image.Image) -> list[Path]:
    """Write the drawing where the product looks for it, and return the files written."""
    if name in ("share", "apple-touch-icon"):
        path = (SHARED if name == "share" else STATIC) / f"{name}.png"
        image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        return [path, save_favicon(image)] if name == "apple-touch-icon" else [path]
    path = DEMO / f"{name}.jpg"
    image.save(path, quality=QUALITY, optimize=True, progressive=True)
    return [path]


def save_favicon(image: Image.Image) -> Path:
    """Write /favicon.ico in the three sizes that are asked for."""
    path = STATIC / "favicon.ico"
    image.save(path, sizes=[(16, 16), (32, 32), (48, 48)])
    return path


def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or sys.exit("No Chromium on the PATH. Install the package chromium.")


if __name__ == "__main__":
    main(sys.argv[1:])

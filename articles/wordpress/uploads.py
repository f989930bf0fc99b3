"""Where the pictures of a WordPress site are: in its folder of uploads, under the names that its export gives."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from articles.wordpress.export import Attachment

SIZED = re.compile(r"-(?:\d+x\d+|scaled|rotated)(?=\.\w+$)")


def full_size(src: str) -> str:
    """Return a picture's address without the size that WordPress put into the name of its smaller copies."""
    return SIZED.sub("", src)


class Uploads:
    """The folder of uploads, and what the export says of the files in it."""

    def __init__(self, folder: Path, attachments: Iterable[Attachment]) -> None:
        self.folder, self.attachments = folder.resolve(), list(attachments)

    def file_at(self, src: str) -> Path | None:
        """Return the file in the uploads folder, and nothing outside it."""
        name = self.below_uploads(src)
        if not name or "\0" in name:
            return None
        file = (self.folder / name).resolve()
        return file if file.is_relative_to(self.folder) and file.is_file() else None

    def below_uploads(self, src: str) -> str:
        """Return the file's name in the uploads folder; what WordPress.com hosts has no such folder in its address."""
        path = unquote(urlsplit(src).path)
        name = path.partition("/uploads/")[2]
        if name:
            return name
        known = next((one for one in self.attachments if one.url == src), None)
        dated = re.search(r"/(\d{4}/\d{2}/[^/]+)$", path)
        return known.file if known and known.file else (dated[1] if dated else "")

    def attachment_at(self, src: str) -> Attachment | None:
        def name(url: str) -> str:
            return full_size(url.partition("/uploads/")[2] or url)

        return next((one for one in self.attachments if name(one.url) == name(src)), None)

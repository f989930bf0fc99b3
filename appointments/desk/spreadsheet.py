"""Files that spreadsheets open: marked as UTF-8, and no cell of them is run as a formula."""

from collections.abc import Iterable

from django.http import HttpResponse

BOM = "\ufeff"  # without it Excel reads UTF-8 as the machine's own letters
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str) -> HttpResponse:
    """Return an empty CSV file to be saved under this name; a csv.writer fills it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    response.write(BOM)
    return response


def guarded(cells: Iterable[object]) -> list[str]:
    """Return the cells as text; what a spreadsheet would take for a formula gets an apostrophe in front."""
    texts = ["" if cell is None else str(cell) for cell in cells]
    return [f"'{text}" if text.startswith(STARTS_A_FORMULA) else text for text in texts]

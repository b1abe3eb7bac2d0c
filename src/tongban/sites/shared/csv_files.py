"""Tables for spreadsheet programs."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet program reads Chinese as something else."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(rows: Iterable[Sequence[str]], name: str) -> HttpResponse:
    """With the mark by which spreadsheets know UTF-8; a cell that would be taken for a formula is text."""
    text = io.StringIO()
    csv.writer(text).writerows(
        [f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell for cell in row] for row in rows
    )
    response = HttpResponse(BYTE_ORDER_MARK + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

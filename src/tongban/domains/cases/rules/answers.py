"""The frozen answer sheet of a case: values and their provenance under a schema version."""

import json
from collections.abc import Mapping

from tongban.domains.eforms.rules import sheets
from tongban.domains.eforms.types import Answer

SHEET_VERSION = 1


def write_sheet(answers: Mapping[str, Answer]) -> str:
    """The sheet as JSON text with its schema version."""
    sheet = {"version": SHEET_VERSION, "answers": sheets.write_answers(answers)}
    return json.dumps(sheet, ensure_ascii=False, separators=(",", ":"))


def read_sheet(text: str) -> dict[str, Answer]:
    """The answers of a stored sheet; raises ValueError for a version this release does not know."""
    sheet = json.loads(text)
    if sheet.get("version") != SHEET_VERSION:
        raise ValueError(f"answer sheet of version {sheet.get('version')}")
    return sheets.read_answers(sheet["answers"])

"""An answer sheet as JSON, values and provenance, both ways."""

from collections.abc import Mapping
from datetime import date, datetime

from tongban.domains.eforms.types import Answer, Origin

Json = dict[str, object]


def write_answers(answers: Mapping[str, Answer]) -> Json:
    """The answers as plain JSON values; dates become ISO text, the form in which standards keep them."""
    return {key: _write(answer) for key, answer in answers.items()}


def read_answers(sheet: Mapping[str, Mapping[str, object]]) -> dict[str, Answer]:
    return {key: _read(entry) for key, entry in sheet.items()}


def _write(answer: Answer) -> Json:
    entry: Json = {"value": plain(answer.value), "origin": answer.origin.value}
    if answer.source:
        entry["source"] = answer.source
    if answer.as_of is not None:
        entry["as_of"] = answer.as_of.isoformat()
    if answer.prefilled_value is not None:
        entry["prefilled"] = plain(answer.prefilled_value)
    return entry


def _read(entry: Mapping[str, object]) -> Answer:
    as_of = entry.get("as_of")
    return Answer(
        value=kept(entry.get("value")),
        origin=Origin(str(entry["origin"])),
        source=str(entry.get("source", "")),
        as_of=datetime.fromisoformat(str(as_of)) if as_of is not None else None,
        prefilled_value=kept(entry.get("prefilled")),
    )


def plain(value: object) -> object:
    """A value as JSON holds it; raises TypeError for one it cannot hold."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"an answer of type {type(value).__name__} cannot be kept")


def kept(value: object) -> object:
    """A value read back: lists are tuples again."""
    return tuple(kept(one) for one in value) if isinstance(value, list) else value

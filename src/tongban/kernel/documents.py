"""Documents of our own exchange formats: parsed JSON to frozen dataclasses, strictly, and the JSON Schema of the format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from tongban.kernel.conditions import CONDITION_SCHEMA
from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop

STRICT = ConfigDict(extra="forbid")
"""As `__pydantic_config__` of a dataclass: a misspelt key is refused, never dropped."""
_LONGEST_VALUE = 80

Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a document: `place` is a path such as `materials.2.name`."""

    place: str
    value: str
    reason: str


class DocumentRefused(TongbanError):
    """The document does not fit the format; `faults` name each place."""

    code: ClassVar[str] = "DOCUMENT_REFUSED"
    default_sentence: ClassVar[str] = gettext_noop("文件的内容不完整或者格式不对，没有导入任何内容。")

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.reason}" for fault in faults))
        self.faults = faults


def read_document(adapter: TypeAdapter[Document], raw: object) -> Document:
    """Read as the schema says: the text "3" is no number. PostgreSQL's jsonb refuses NUL. Raises DocumentRefused."""
    text = json.dumps(raw)
    if "\\u0000" in text:
        raise DocumentRefused((Fault("", "\\u0000", "文本里有空字符（NUL）。"),))
    try:
        return adapter.validate_json(text, strict=True)
    except ValidationError as error:
        raise DocumentRefused(
            tuple(
                Fault(
                    ".".join(str(part) for part in one["loc"]),
                    repr(one["input"])[:_LONGEST_VALUE],
                    one["msg"],
                )
                for one in error.errors()
            )
        ) from error


def document_schema(adapter: TypeAdapter[Any], title: str) -> dict[str, Any]:  # Any: whatever the format is
    """JSON Schema (2020-12) of a format; what a dataclass calls a mapping is a condition tree."""
    plain = adapter.json_schema(mode="validation")
    schema = _with_condition_trees(plain)
    conditions = CONDITION_SCHEMA["$defs"] if schema != plain else {}
    assert isinstance(schema, dict)
    assert isinstance(conditions, Mapping)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "$defs": {**schema.get("$defs", {}), **conditions},
        "title": title,
    }


def _with_condition_trees(schema: Any) -> Any:  # Any: plain JSON values
    if isinstance(schema, list):
        return [_with_condition_trees(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "object", "additionalProperties": True}:
        return {"$ref": "#/$defs/node"}
    return {key: _with_condition_trees(value) for key, value in schema.items()}

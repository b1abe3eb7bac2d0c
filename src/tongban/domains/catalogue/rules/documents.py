"""The exchange format of guides: JSON to frozen dataclasses and back, losslessly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

from django.utils.translation import gettext_noop
from pydantic import ConfigDict, TypeAdapter, ValidationError

from tongban.domains.catalogue import types
from tongban.domains.catalogue.types import GuideDocument, ProcedureDocument, SubstanceDocument
from tongban.kernel.conditions import CONDITION_SCHEMA
from tongban.kernel.errors import TongbanError

_STRICT = ConfigDict(extra="forbid")
for _kind in (
    types.LegalBasis,
    types.Condition,
    types.Situation,
    types.Material,
    types.FormElement,
    types.ExaminationPoint,
    types.Step,
    types.SpecialProcedure,
    types.Fee,
    types.ItemResult,
    types.Faq,
    SubstanceDocument,
    ProcedureDocument,
    GuideDocument,
):
    # Read by pydantic: a misspelt key is refused, never dropped.
    setattr(_kind, "__pydantic_config__", _STRICT)  # noqa: B010 - the dataclasses do not declare it

_Document = TypeVar("_Document")
_GUIDE = TypeAdapter(GuideDocument)
_SUBSTANCE = TypeAdapter(SubstanceDocument)
_PROCEDURE = TypeAdapter(ProcedureDocument)
_ADAPTERS: Mapping[type, TypeAdapter[Any]] = {
    GuideDocument: _GUIDE,
    SubstanceDocument: _SUBSTANCE,
    ProcedureDocument: _PROCEDURE,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a document: `place` is a path such as `materials.2.name`."""

    place: str
    value: str
    reason: str


class DocumentRefused(TongbanError):
    """The document does not fit the format; `faults` name each place."""

    code: ClassVar[str] = "GUIDE_DOCUMENT_REFUSED"
    default_sentence: ClassVar[str] = gettext_noop("办事指南的内容不完整或者格式不对，请按提示修改。")

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.reason}" for fault in faults))
        self.faults = faults


def read_guide(raw: object) -> GuideDocument:
    """A guide from parsed JSON; raises DocumentRefused."""
    return _read(_GUIDE, raw)


def read_substance(raw: object) -> SubstanceDocument:
    """A substance from parsed JSON; raises DocumentRefused."""
    return _read(_SUBSTANCE, raw)


def read_procedure(raw: object) -> ProcedureDocument:
    """A procedure from parsed JSON; raises DocumentRefused."""
    return _read(_PROCEDURE, raw)


def write_document(document: SubstanceDocument | ProcedureDocument) -> dict[str, Any]:
    """Parsed JSON that reads back as an equal document."""
    written = _ADAPTERS[type(document)].dump_python(document, mode="json")
    assert isinstance(written, dict)
    return written


def part_substance(guide: GuideDocument) -> SubstanceDocument:
    """The substance of a guide's file."""
    return SubstanceDocument(**_substance_values(guide))


def join_guide(substance: SubstanceDocument, procedure: ProcedureDocument) -> GuideDocument:
    """Both parts as one guide."""
    return GuideDocument(**_substance_values(substance), procedure=procedure)


def _substance_values(substance: SubstanceDocument) -> dict[str, Any]:  # Any: as its fields are
    return {field.name: getattr(substance, field.name) for field in fields(SubstanceDocument)}


def guide_schema() -> Mapping[str, Any]:
    """JSON Schema (2020-12) of the format, as it is kept in `data/guide.schema.json`."""
    schema = _with_condition_trees(_GUIDE.json_schema(mode="validation"))
    assert isinstance(schema, dict)
    definitions = CONDITION_SCHEMA["$defs"]
    assert isinstance(definitions, dict)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "$defs": {**schema["$defs"], **definitions},
        "title": "Guide",
    }


def _with_condition_trees(schema: Any) -> Any:
    """Say of every tree, which the dataclasses call a mapping, that it is a condition."""
    if isinstance(schema, list):
        return [_with_condition_trees(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "object", "additionalProperties": True}:
        return {"$ref": "#/$defs/node"}
    return {key: _with_condition_trees(value) for key, value in schema.items()}


def _read(adapter: TypeAdapter[_Document], raw: object) -> _Document:
    """Read strictly, as the schema says: the text "3" is no number. PostgreSQL's jsonb refuses NUL."""
    text = json.dumps(raw)
    if "\\u0000" in text:
        raise DocumentRefused((Fault("", "\\u0000", "文本里有空字符（NUL）。"),))
    try:
        return adapter.validate_json(text, strict=True)
    except ValidationError as error:
        raise DocumentRefused(
            tuple(
                Fault(".".join(str(part) for part in one["loc"]), repr(one["input"])[:80], one["msg"])
                for one in error.errors()
            )
        ) from error

"""The exchange format of guides: JSON to frozen dataclasses and back, losslessly."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar

from django.utils.translation import gettext_noop
from pydantic import TypeAdapter

from tongban.domains.catalogue import types
from tongban.domains.catalogue.types import GuideDocument, ProcedureDocument, SubstanceDocument
from tongban.kernel import documents
from tongban.kernel.documents import Document

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
    setattr(_kind, "__pydantic_config__", documents.STRICT)  # noqa: B010 - the dataclasses do not declare it

_GUIDE = TypeAdapter(GuideDocument)
_SUBSTANCE = TypeAdapter(SubstanceDocument)
_PROCEDURE = TypeAdapter(ProcedureDocument)
_ADAPTERS: Mapping[type, TypeAdapter[Any]] = {
    GuideDocument: _GUIDE,
    SubstanceDocument: _SUBSTANCE,
    ProcedureDocument: _PROCEDURE,
}


class DocumentRefused(documents.DocumentRefused):
    """The guide does not fit the format; `faults` name each place."""

    code: ClassVar[str] = "GUIDE_DOCUMENT_REFUSED"
    default_sentence: ClassVar[str] = gettext_noop("办事指南的内容不完整或者格式不对，请按提示修改。")


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
    return documents.document_schema(_GUIDE, "Guide")


def _read(adapter: TypeAdapter[Document], raw: object) -> Document:
    try:
        return documents.read_document(adapter, raw)
    except documents.DocumentRefused as error:
        raise DocumentRefused(error.faults) from error

"""Reads of the catalogue of licence types (证照目录)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_noop
from pydantic import TypeAdapter

from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import models
from tongban.domains.licences.types import LicenceField, LicenceType, LicenceTypeDocument, Validity
from tongban.domains.standards.types import Usage
from tongban.foundation import clock
from tongban.foundation.prepared import prepared
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

VALIDITY = TypeAdapter(Validity)
CONTENTS = TypeAdapter(tuple[LicenceField, ...])
_DOCUMENT = TypeAdapter(LicenceTypeDocument)


class LicenceTypeNotFound(TongbanError):
    code: ClassVar[str] = "LICENCE_TYPE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("证照目录中没有这种证照。")


def get_type(code: str, on: date | None = None) -> LicenceType:
    """A licence type as it is issued on a day, today when none is named; raises `LicenceTypeNotFound`."""
    found = _in_force(_versions([code]), on)
    if code not in found:
        raise LicenceTypeNotFound(f"licence type {code}")
    return found[code]


def get_type_version(code: str, version: int) -> LicenceType:
    """A licence type as one of its versions has it: what a licence issued by that one follows."""
    row = models.LicenceTypeVersion.objects.select_related("licence_type").filter(
        licence_type=code, version=version
    )
    for one in row:
        return as_type(one)
    raise LicenceTypeNotFound(f"licence type {code} v{version}")


def licence_types(on: date | None = None) -> Mapping[str, LicenceType]:
    """Every licence type by code, as it is issued on a day, today when none is named; one query."""
    return _in_force(_versions(None), on)


def element_usage(elements: Collection[str]) -> Mapping[str, list[Usage]]:
    """Which licence types hold these data elements, for the data standard; one query."""
    found: dict[str, list[Usage]] = {}
    for one in licence_types().values():
        for element in {field.element for field in one.contents} & set(elements):
            found.setdefault(element, []).append(Usage("LICENCE_TYPE", one.code, one.name))
    return found


def kept_types() -> frozenset[str]:
    """Codes of the licence types that the library keeps; asked for every plan and guide."""
    return frozenset(_kept())


@prepared
def _kept() -> QuerySet[models.LicenceType, str]:
    return models.LicenceType.objects.values_list("code", flat=True)


def list_type_versions(code: str) -> tuple[LicenceType, ...]:
    """Every version of a type, the newest first; raises `LicenceTypeNotFound`."""
    found = _versions([code])
    if not found:
        raise LicenceTypeNotFound(f"licence type {code}")
    return tuple(as_type(row) for row in reversed(found))


def dependents_of(code: str) -> frozenset[str]:
    """Codes of the types that rest on a valid licence of this one."""
    return frozenset(one.code for one in licence_types().values() if code in one.depends_on)


def type_documents() -> list[dict[str, Any]]:  # Any: plain JSON values
    """Every licence type in the form in which a file brings it."""
    return [_as_document(one) for one in licence_types().values()]


def as_type(row: models.LicenceTypeVersion) -> LicenceType:
    kind = row.licence_type
    return LicenceType(
        code=kind.code,
        name=kind.name,
        type_code=kind.type_code,
        issuer_kind=kind.issuer_kind,
        holder_kinds=tuple(SubjectKind(one) for one in row.holder_kinds),
        contents=CONTENTS.validate_python(row.contents),
        is_document=kind.is_document,
        version=row.version,
        applies_from=row.applies_from,
        validity=VALIDITY.validate_python(row.validity),
        told_apart_by=None if row.told_apart_by is None else tuple(row.told_apart_by),
        template=row.template,
        renewed_by=row.renewed_by,
        depends_on=tuple(row.depends_on),
        is_identity=kind.is_identity,
    )


def _versions(codes: Iterable[str] | None) -> list[models.LicenceTypeVersion]:
    rows = models.LicenceTypeVersion.objects.select_related("licence_type")
    if codes is not None:
        rows = rows.filter(licence_type__in=list(codes))
    return list(rows.order_by("licence_type", "applies_from"))


def _in_force(rows: Iterable[models.LicenceTypeVersion], on: date | None) -> dict[str, LicenceType]:
    """Of each type the newest version that has begun; before the first one began, that one."""
    day = shanghai_date(clock.now()) if on is None else on
    found: dict[str, models.LicenceTypeVersion] = {}
    for row in rows:
        if row.licence_type_id not in found or row.applies_from <= day:
            found[row.licence_type_id] = row
    return {code: as_type(row) for code, row in found.items()}


def _as_document(one: LicenceType) -> dict[str, Any]:  # Any: plain JSON values
    document = LicenceTypeDocument(
        code=one.code,
        name=one.name,
        type_code=one.type_code,
        issuer_kind=one.issuer_kind,
        holder_kinds=one.holder_kinds,
        contents=one.contents,
        is_document=one.is_document,
        is_identity=one.is_identity,
        validity=one.validity,
        told_apart_by=one.told_apart_by,
        template=one.template,
        renewed_by=one.renewed_by,
        depends_on=one.depends_on,
        version=one.version,
        applies_from=one.applies_from,
    )
    written = _DOCUMENT.dump_python(document, mode="json")
    assert isinstance(written, dict)
    return written

"""Keeping the catalogue of licence types (证照目录)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop
from pydantic import TypeAdapter

from tongban.domains.directory import selectors as directory
from tongban.domains.licences import models, rules, selectors
from tongban.domains.licences.types import LicenceField, LicenceTypeDocument
from tongban.domains.standards import selectors as standards
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.documents import DocumentRefused, read_document
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

Row = Mapping[str, Any]  # Any: parsed JSON, read strictly
_DOCUMENT = TypeAdapter(LicenceTypeDocument)
_OF_VERSION = (
    "holder_kinds",
    "contents",
    "validity",
    "told_apart_by",
    "template",
    "renewed_by",
    "depends_on",
)


class FaultyLicenceType(TongbanError):
    code: ClassVar[str] = "FAULTY_LICENCE_TYPE"
    default_sentence: ClassVar[str] = gettext_noop("证照目录有误，没有载入。请核对证照代码、颁发机构和字段。")


@transaction.atomic
def load_licence_types(rows: Iterable[Row], *, actor: Actor, at: datetime) -> int:
    """Write licence types from their JSON form, all or none; how many there were.

    What changed becomes a version that applies from the day the row names, or today; licences keep the version they were issued
    by. Raises `FaultyLicenceType`, `directory.selectors.DepartmentNotFound`.
    """
    given = [_read(row) for row in rows]
    bodies = directory.get_departments({one.issuer_kind for one in given})
    models.LicenceType.objects.bulk_create(
        [
            models.LicenceType(
                code=one.code,
                name=one.name,
                type_code=one.type_code or f"{bodies[one.issuer_kind].uscc}{one.serial}",
                issuer_kind=one.issuer_kind,
                is_document=one.is_document,
                is_identity=one.is_identity,
            )
            for one in given
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "type_code", "issuer_kind", "is_document", "is_identity"],
    )
    made = _write_versions(given, shanghai_date(at))
    audit.record(
        actor=actor,
        action="LOAD_LICENCE_TYPES",
        at=at,
        object_type="licences.LicenceType",
        object_id="",
        detail={"count": len(given), "versions": made},
    )
    return len(given)


def _write_versions(given: Iterable[LicenceTypeDocument], today: date) -> int:
    newest = {
        row.licence_type_id: row
        for row in models.LicenceTypeVersion.objects.order_by("licence_type", "version")
    }
    made: list[models.LicenceTypeVersion] = []
    replaced: list[models.LicenceTypeVersion] = []
    for one in given:
        row = _version(one, newest.get(one.code), today)
        if row is not None:
            (made if row.pk is None else replaced).append(row)
    if models.Licence.objects.filter(
        licence_type__in=[row.licence_type_id for row in replaced],
        type_version__in=[row.version for row in replaced],
    ).exists():
        raise FaultyLicenceType("licences were issued by the version of this day: the next begins tomorrow")
    models.LicenceTypeVersion.objects.bulk_create(made)
    models.LicenceTypeVersion.objects.bulk_update(replaced, _OF_VERSION)
    return len(made) + len(replaced)


def _version(
    one: LicenceTypeDocument, newest: models.LicenceTypeVersion | None, today: date
) -> models.LicenceTypeVersion | None:
    """The row to write; None when the newest version says the same. One of the same day is written over."""
    contents = [_named(field) for field in one.contents]
    values: dict[str, Any] = {  # Any: columns of several kinds
        "holder_kinds": [kind.value for kind in one.holder_kinds],
        "contents": selectors.CONTENTS.dump_python(tuple(contents), mode="json"),
        "validity": selectors.VALIDITY.dump_python(one.validity, mode="json"),
        "told_apart_by": None if one.told_apart_by is None else list(one.told_apart_by),
        "template": one.template,
        "renewed_by": one.renewed_by,
        "depends_on": list(one.depends_on),
    }
    if newest is not None and all(getattr(newest, name) == value for name, value in values.items()):
        return None
    applies_from = one.applies_from or today
    if newest is not None and applies_from < newest.applies_from:
        raise FaultyLicenceType(
            f"{one.code} from {applies_from}, but its newest begins {newest.applies_from}"
        )
    if newest is not None and applies_from == newest.applies_from:
        for name, value in values.items():
            setattr(newest, name, value)
        return newest
    version = 1 if newest is None else newest.version + 1
    return models.LicenceTypeVersion(
        licence_type_id=one.code, version=version, applies_from=applies_from, **values
    )


def _named(field: LicenceField) -> LicenceField:
    """The field with its caption; that of its data element where the type gives none."""
    for code in (field.element, field.changed_by):
        if code and code not in standards.elements():
            raise FaultyLicenceType(f"field {field.name}: no data element {code}")
    caption = field.caption or (standards.get_element(field.element).name if field.element else field.name)
    return replace(field, caption=caption)


def _read(row: Row) -> LicenceTypeDocument:
    try:
        document = read_document(_DOCUMENT, _of_first_release(row))
    except DocumentRefused as error:
        raise FaultyLicenceType(f"licence type {row.get('code')!r}: {error}") from error
    faults = rules.type_faults(document)
    if faults:
        raise FaultyLicenceType(f"licence type {document.code}: {'; '.join(faults)}")
    return document


def _of_first_release(row: Row) -> Row:
    """A row as release 0.1 wrote it: one kind of holder, names of fields only."""
    kept = dict(row)
    if "holder_kind" in kept:
        kept["holder_kinds"] = [kept.pop("holder_kind")]
    if "fields" in kept:
        kept["contents"] = [{"name": name} for name in kept.pop("fields")]
    return kept

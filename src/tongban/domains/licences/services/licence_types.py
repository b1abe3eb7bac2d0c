"""Keeping the catalogue of licence types (证照目录)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import models
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

Row = Mapping[str, Any]  # Any: parsed JSON; the columns and constraints check it


class FaultyLicenceType(TongbanError):
    code: ClassVar[str] = "FAULTY_LICENCE_TYPE"
    default_sentence: ClassVar[str] = gettext_noop("证照目录有误，没有载入。请核对证照代码、颁发机构和字段。")


@transaction.atomic
def load_licence_types(rows: Iterable[Row], *, actor: Actor, at: datetime) -> int:
    """Write licence types from their JSON form, all or none; how many there were.

    A row gives `type_code` whole, or `serial`, to which the USCC of the body `issuer_kind` is put in front.
    Raises `FaultyLicenceType`, `directory.selectors.DepartmentNotFound`.
    """
    given = list(rows)
    bodies = directory.get_departments({str(row.get("issuer_kind")) for row in given})
    read = [_read(row, bodies[str(row["issuer_kind"])].uscc) for row in given]
    models.LicenceType.objects.bulk_create(
        read,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "type_code", "issuer_kind", "holder_kind", "fields", "is_document"],
    )
    audit.record(
        actor=actor,
        action="LOAD_LICENCE_TYPES",
        at=at,
        object_type="licences.LicenceType",
        object_id="",
        detail={"count": len(read)},
    )
    return len(read)


def _read(row: Row, defining_body: str) -> models.LicenceType:
    try:
        return models.LicenceType(
            code=row["code"],
            name=row["name"],
            type_code=row.get("type_code") or f"{defining_body}{row['serial']}",
            issuer_kind=row["issuer_kind"],
            holder_kind=SubjectKind(str(row["holder_kind"])).value,
            fields=list(row["fields"]),
            is_document=row.get("is_document", False),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FaultyLicenceType(f"licence type {row.get('code')!r}: {error}") from error

"""Reads of the licence library. A licence is valid when both its status and the day say so."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.licences import models
from tongban.domains.licences.types import Licence, LicenceAction, LicenceStatus, LicenceType, StatusEntry
from tongban.foundation import crypto
from tongban.foundation.prepared import prepared
from tongban.kernel.errors import TongbanError

FIELDS_CONTEXT = "licences.licence.fields"
DATA = Path(__file__).parents[1] / "data"
GENERIC_FACE = DATA / "face.typ"
GENERIC_DOCUMENT = DATA / "document.typ"


class LicenceNotFound(TongbanError):
    code: ClassVar[str] = "LICENCE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这张证照。请核对证照标识，或在“我的证照”中查看。")


class LicenceTypeNotFound(TongbanError):
    code: ClassVar[str] = "LICENCE_TYPE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("证照目录中没有这种证照。")


def get_type(code: str) -> LicenceType:
    """One licence type; raises `LicenceTypeNotFound`."""
    row = models.LicenceType.objects.filter(code=code).first()
    if row is None:
        raise LicenceTypeNotFound(f"licence type {code}")
    return as_type(row)


def licence_types() -> Mapping[str, LicenceType]:
    """Every licence type by code."""
    return {row.code: as_type(row) for row in models.LicenceType.objects.order_by("code")}


def kept_types() -> frozenset[str]:
    """Codes of the licence types that the library keeps; asked for every plan and guide."""
    return frozenset(_kept())


@prepared
def _kept() -> QuerySet[models.LicenceType, str]:
    return models.LicenceType.objects.values_list("code", flat=True)


def get_by_number(number: str) -> Licence:
    """One licence by its identifier; raises `LicenceNotFound`."""
    row = _licences().filter(number=number).first()
    if row is None:
        raise LicenceNotFound(f"licence {number}")
    return as_licence(row)


def find_valid(holder_id: UUID, licence_type: str, on: date) -> Licence | None:
    """The licence of a type that its holder can rely on on a day, None when there is none."""
    return held_types([holder_id], on).get((holder_id, licence_type))


def held_types(subject_ids: Iterable[UUID], on: date) -> Mapping[tuple[UUID, str], Licence]:
    """By holder and type, the licence that can be relied on on a day, the newest of several; one query."""
    rows = _valid(list(set(subject_ids)), on)
    return {(row.holder_id, row.licence_type_id): as_licence(row) for row in rows}


@prepared
def _valid(holders: list[UUID], on: date) -> QuerySet[models.Licence]:
    rows = _licences().filter(holder_id__any_of=holders, status=LicenceStatus.VALID, valid_from__lte=on)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).order_by("issued_on", "id")


def lapsed_types(
    subject_ids: Iterable[UUID], licence_types: Iterable[str], on: date
) -> Mapping[tuple[UUID, str], Licence]:
    """By holder and type, the licence whose term ran out last before a day; one query.

    What was cancelled or annulled did not run out.
    """
    rows = _licences().filter(
        holder_id__in=set(subject_ids),
        licence_type_id__in=set(licence_types),
        status__in=(LicenceStatus.VALID, LicenceStatus.EXPIRED),
        valid_to__lte=on,
    )
    return {(row.holder_id, row.licence_type_id): as_licence(row) for row in rows.order_by("valid_to", "id")}


def list_for_holders(holder_ids: Iterable[UUID]) -> list[Licence]:
    """Every licence of these holders, whatever its status, newest first; one query."""
    rows = _licences().filter(holder_id__in=set(holder_ids)).order_by("-issued_on", "-id")
    return [as_licence(row) for row in rows]


def list_for_case(case_number: str) -> list[Licence]:
    """What a case issued."""
    rows = _licences().filter(case_number=case_number).order_by("licence_type_id")
    return [as_licence(row) for row in rows]


def status_on(licence: Licence, on: date) -> LicenceStatus:
    """The status to show on a day: a term that has run out shows before the library's job marks it."""
    has_run_out = licence.valid_to is not None and licence.valid_to <= on
    return LicenceStatus.EXPIRED if has_run_out and licence.status is LicenceStatus.VALID else licence.status


def history(number: str) -> list[StatusEntry]:
    """What happened to a licence, oldest first."""
    rows = models.StatusEntry.objects.filter(licence__number=number).order_by("at", "id")
    return [
        StatusEntry(
            action=LicenceAction(row.action),
            to_status=LicenceStatus(row.to_status),
            at=row.at,
            actor_name=row.actor_name,
            reason=row.reason,
        )
        for row in rows
    ]


def as_type(row: models.LicenceType) -> LicenceType:
    return LicenceType(
        code=row.code,
        name=row.name,
        type_code=row.type_code,
        issuer_kind=row.issuer_kind,
        holder_kind=row.holder_kind,
        fields=tuple(row.fields),
        is_document=row.is_document,
    )


def as_licence(row: models.Licence) -> Licence:
    return Licence(
        id=row.pk,
        number=row.number,
        serial=row.serial,
        licence_type=row.licence_type_id,
        name=row.licence_type.name,
        holder_id=row.holder_id,
        holder_name=row.holder_name,
        issuer=row.issuer_id,
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        status=LicenceStatus(row.status),
        fields=MappingProxyType(json.loads(crypto.decrypt(row.fields_cipher, FIELDS_CONTEXT))),
        case_number=row.case_number,
    )


def _licences() -> QuerySet[models.Licence]:
    return models.Licence.objects.select_related("licence_type")

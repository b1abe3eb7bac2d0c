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

from tongban.domains.licences import models, rules
from tongban.domains.licences.types import (
    Licence,
    LicenceAction,
    LicenceStatus,
    LicenceType,
    PlannedChange,
    StatusEntry,
)
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


def find_former(holder_id: UUID, licence_type: LicenceType, fields: Mapping[str, str]) -> Licence | None:
    """The licence that a renewal, a change or a cancellation is about; None when the library has none or cannot tell which.

    One that holds goes before one that ran out; where several hold, what tells them apart must be in `fields`.
    """
    text = rules.slot_text(licence_type, fields)
    rows = _licences().filter(
        holder_id=holder_id,
        licence_type_id=licence_type.code,
        status__in=(LicenceStatus.VALID, LicenceStatus.SUSPENDED, LicenceStatus.EXPIRED),
    )
    if text:
        rows = rows.filter(slot=crypto.lookup_hash(text).hex())
    found = list(rows.order_by("valid_from", "id"))
    holding = [row for row in found if row.status != LicenceStatus.EXPIRED]
    if holding:
        return as_licence(holding[0]) if len(holding) == 1 else None
    return as_licence(found[-1]) if found else None


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


def status_words(status: LicenceStatus) -> str:
    """A status as a word, e.g. 「暂停」."""
    return rules.STATUS_NAMES[status]


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
            basis=row.basis,
            effective_on=row.effective_on,
            changed_fields=tuple(row.changed_fields),
            proceeding=row.proceeding_id,
        )
        for row in rows
    ]


def list_planned(number: str) -> tuple[PlannedChange, ...]:
    """What was decided about a licence for days to come, the nearest first."""
    rows = models.PlannedChange.objects.filter(licence__number=number, settled_at__isnull=True)
    return tuple(
        PlannedChange(
            action=LicenceAction(row.action),
            effective_on=row.effective_on,
            reason=row.reason,
            basis=row.basis,
            actor_name=row.actor_name,
            decided_at=row.decided_at,
        )
        for row in rows.order_by("effective_on", "id")
    )


def former_contents(number: str) -> tuple[Mapping[str, str], ...]:
    """What a licence said before each of its corrections, oldest first."""
    rows = models.StatusEntry.objects.filter(licence__number=number).exclude(former_fields_cipher="")
    return tuple(
        MappingProxyType(json.loads(crypto.decrypt(row.former_fields_cipher, FIELDS_CONTEXT)))
        for row in rows.order_by("at", "id")
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
        type_version=row.type_version,
        revision=row.revision,
        key_id=row.key_id,
        signature=bytes(row.signature),
    )


def _licences() -> QuerySet[models.Licence]:
    return models.Licence.objects.select_related("licence_type")

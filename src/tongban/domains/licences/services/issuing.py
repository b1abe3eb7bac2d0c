"""Issuing and changing licences; one function writes a status, together with its history and event."""

import json
from datetime import date, datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.identity import services as identity
from tongban.domains.licences import models, rules, selectors, states
from tongban.domains.licences.events import LicenceChanged, LicenceIssued
from tongban.domains.licences.types import IssueRequest, Licence, LicenceAction, LicenceStatus
from tongban.domains.messaging import services as messaging
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers import LicenceIdentifier, parse_licence_id
from tongban.kernel.instants import shanghai_date

NUMBERING_SCHEME = "licence"
_EXPIRY_BATCH = 500


class FaultyIssue(TongbanError):
    """A licence can't be issued as asked: a field its type does not have, or one missing."""

    code: ClassVar[str] = "FAULTY_ISSUE"
    default_sentence: ClassVar[str] = gettext_noop("证照没有签发。请核对证照类型和内容。")


@transaction.atomic
def issue(request: IssueRequest, *, actor: Actor, at: datetime) -> Licence:
    """Issue a licence, or give back the one the same case already issued of this type.

    Raises `FaultyIssue`, `selectors.LicenceTypeNotFound`, `directory.selectors.DepartmentNotFound`, and
    ``identity.services.FaultyNumber`` for a newborn's number that will not do.
    """
    already = _issued_by_case(request)
    if already is not None:
        return already
    identifier = _new_identifier(request)
    try:
        with transaction.atomic():
            row = _insert(request, identifier, supersedes=None)
    except IntegrityError:
        # Another transaction issued for the same case in the meantime; the constraint kept one.
        already = _issued_by_case(request)
        if already is None:
            raise
        return already
    if request.fields.get(rules.OWN_NUMBER):
        # 户口登记: the register that issues the paper has given the newborn her number.
        identity.give_number(
            subject_id=request.holder_id, number=request.fields[rules.OWN_NUMBER], actor=actor, at=at
        )
    _announce_issue(row, request, actor, at)
    return selectors.as_licence(row)


@transaction.atomic
def supersede(number: str, request: IssueRequest, *, actor: Actor, at: datetime, reason: str) -> Licence:
    """Issue the next version of a licence (变更、延续) and mark the former as replaced, linked both ways.

    Raises `states.IllegalTransition`, `selectors.LicenceNotFound`, `FaultyIssue`.
    """
    already = _issued_by_case(request)
    if already is not None:
        return already
    former = _lock(number)
    if (former.holder_id, former.licence_type_id) != (request.holder_id, request.licence_type):
        raise FaultyIssue(f"{number} is of another holder or type")
    identifier = parse_licence_id(number).next_version()
    _require_fields(request)
    row = _insert(request, identifier, supersedes=former)
    _announce_issue(row, request, actor, at)
    _apply(former, LicenceAction.SUPERSEDE, actor=actor, at=at, reason=reason, successor=row.number)
    return selectors.as_licence(row)


def cancel(number: str, *, actor: Actor, at: datetime, reason: str) -> Licence:
    """注销 (行政许可法 §70); raises `states.IllegalTransition`, `selectors.LicenceNotFound`."""
    return _change(number, LicenceAction.CANCEL, actor, at, reason)


def revoke(number: str, *, actor: Actor, at: datetime, reason: str) -> Licence:
    """吊销, a penalty; raises `states.IllegalTransition`, `selectors.LicenceNotFound`."""
    return _change(number, LicenceAction.REVOKE, actor, at, reason)


def annul(number: str, *, actor: Actor, at: datetime, reason: str) -> Licence:
    """撤销 (行政许可法 §69); raises `states.IllegalTransition`, `selectors.LicenceNotFound`."""
    return _change(number, LicenceAction.ANNUL, actor, at, reason)


def suspend(number: str, *, actor: Actor, at: datetime, reason: str) -> Licence:
    """暂停; raises `states.IllegalTransition`, `selectors.LicenceNotFound`."""
    return _change(number, LicenceAction.SUSPEND, actor, at, reason)


def reinstate(number: str, *, actor: Actor, at: datetime, reason: str) -> Licence:
    """End a suspension; raises `states.IllegalTransition`, `selectors.LicenceNotFound`."""
    return _change(number, LicenceAction.REINSTATE, actor, at, reason)


def expire_due(*, at: datetime) -> int:
    """Mark the licences whose term has run out; how many. Safe to run twice, or late."""
    today = shanghai_date(at)
    marked = 0
    while True:
        batch = _expire_batch(today, at)
        marked += batch
        if batch < _EXPIRY_BATCH:
            return marked


@transaction.atomic
def _expire_batch(today: date, at: datetime) -> int:
    rows = models.Licence.objects.select_for_update(of=("self",), skip_locked=True).filter(
        status__in=states.MAY_EXPIRE, valid_to__lte=today
    )
    due = list(rows.select_related("licence_type").order_by("pk")[:_EXPIRY_BATCH])
    for row in due:
        _apply(row, LicenceAction.EXPIRE, actor=PLATFORM, at=at, reason="")
    return len(due)


@transaction.atomic
def _change(number: str, action: LicenceAction, actor: Actor, at: datetime, reason: str) -> Licence:
    row = _lock(number)
    _apply(row, action, actor=actor, at=at, reason=reason)
    return selectors.as_licence(row)


def _lock(number: str) -> models.Licence:
    rows = models.Licence.objects.select_for_update(of=("self",)).select_related("licence_type")
    row = rows.filter(number=number).first()
    if row is None:
        raise selectors.LicenceNotFound(f"licence {number}")
    return row


def _apply(
    row: models.Licence,
    action: LicenceAction,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    successor: str = "",
) -> None:
    """The one writer of a locked licence's status: consult the table, write, append history, announce."""
    status = states.next_status(LicenceStatus(row.status), action)
    row.status = status
    row.save(update_fields=["status"])
    _append(row, action, status, actor, at, reason)
    if action is not LicenceAction.SUPERSEDE:
        _tell_holder(row, status, at, reason)
    outbox.publish(
        LicenceChanged(
            licence_id=row.pk,
            number=row.number,
            licence_type=row.licence_type_id,
            holder_id=row.holder_id,
            issuer=row.issuer_id,
            at=at,
            status=status.value,
            successor=successor,
        ),
        queue=row.issuer_id,
    )


def _tell_holder(row: models.Licence, status: LicenceStatus, at: datetime, reason: str) -> None:
    messaging.send(
        "LICENCE_CHANGED",
        to_subject=row.holder_id,
        context={
            "licence_name": row.licence_type.name,
            "number": row.number,
            "status": rules.STATUS_NAMES[status],
            "reason": reason,
        },
        at=at,
    )


def _issued_by_case(request: IssueRequest) -> Licence | None:
    if request.case_number is None:
        return None
    rows = models.Licence.objects.select_related("licence_type")
    row = rows.filter(case_number=request.case_number, licence_type_id=request.licence_type).first()
    return None if row is None else selectors.as_licence(row)


def _new_identifier(request: IssueRequest) -> LicenceIdentifier:
    licence_type = _require_fields(request)
    issuer = directory.get_department(request.issuer)
    year = request.issued_on.year
    serial = numbering.next_serial(NUMBERING_SCHEME, f"{licence_type}/{issuer.code}/{year}")
    return LicenceIdentifier(licence_type, issuer.uscc, rules.compose_serial(year, serial))


def _require_fields(request: IssueRequest) -> str:
    """The type's 21 characters; raises `FaultyIssue` when the contents do not fit the type."""
    licence_type = selectors.get_type(request.licence_type)
    unknown = rules.unknown_fields(licence_type, request.fields)
    if unknown:
        sentence = _("%(name)s没有这些内容项：%(fields)s。") % {
            "name": licence_type.name,
            "fields": "、".join(unknown),
        }
        raise FaultyIssue(f"{licence_type.code} has no {unknown}", sentence=sentence)
    return licence_type.type_code


def _insert(
    request: IssueRequest, identifier: LicenceIdentifier, *, supersedes: models.Licence | None
) -> models.Licence:
    issuer = directory.get_department(request.issuer)
    return models.Licence.objects.create(
        number=str(identifier),
        serial=identifier.serial,
        version=identifier.version,
        licence_type_id=request.licence_type,
        holder_id=request.holder_id,
        holder_name=request.holder_name,
        issuer_id=issuer.code,
        issuer_name=issuer.name,
        issued_on=request.issued_on,
        valid_from=request.issued_on,
        valid_to=rules.end_of_term(request.issued_on, request.valid_years),
        status=states.next_status(None, LicenceAction.ISSUE),
        fields_cipher=crypto.encrypt(
            json.dumps(dict(request.fields), ensure_ascii=False), selectors.FIELDS_CONTEXT
        ),
        case_number=request.case_number,
        supersedes=supersedes,
    )


def _announce_issue(row: models.Licence, request: IssueRequest, actor: Actor, at: datetime) -> None:
    _append(row, LicenceAction.ISSUE, LicenceStatus(row.status), actor, at, "")
    outbox.publish(
        LicenceIssued(
            licence_id=row.pk,
            number=row.number,
            licence_type=row.licence_type_id,
            holder_id=row.holder_id,
            issuer=row.issuer_id,
            at=at,
            case_number=request.case_number or "",
        ),
        queue=row.issuer_id,
    )


def _append(
    row: models.Licence,
    action: LicenceAction,
    status: LicenceStatus,
    actor: Actor,
    at: datetime,
    reason: str,
) -> None:
    models.StatusEntry.objects.create(
        licence=row,
        action=action,
        to_status=status,
        at=at,
        account_id=actor.account_id,
        actor_name=actor.name,
        reason=reason,
    )
    audit.record(
        actor=actor,
        action=f"{action.value}_LICENCE",
        at=at,
        object_type="licences.Licence",
        object_id=row.number,
        subject_id=row.holder_id,
        case_number=row.case_number or "",
    )

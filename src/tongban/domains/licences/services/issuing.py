"""Issuing licences, one or thousands by the same path: number, contents, signature, history and event in one statement."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, rules, selectors, states
from tongban.domains.licences.events import LicenceIssued
from tongban.domains.licences.services import life
from tongban.domains.licences.services.life import FaultyIssue, OverlappingLicence
from tongban.domains.licences.services.signing import sign
from tongban.domains.licences.types import (
    Ground,
    IssueRequest,
    Licence,
    LicenceAction,
    LicenceStatus,
    LicenceType,
)
from tongban.foundation import rows
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor
from tongban.kernel.identifiers import FaultyLicenceId, LicenceIdentifier, parse_licence_id
from tongban.kernel.instants import shanghai_date

NUMBERING_SCHEME = "licence"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the requests of one call are judged by; read once, however many they are."""

    types: Mapping[str, LicenceType]
    issuers: Mapping[str, Department]
    holders: Mapping[UUID, Subject]


@dataclass(frozen=True, slots=True)
class _Order:
    """A request that has been found good, with the row it becomes."""

    request: IssueRequest
    row: models.Licence
    ground: Ground


def issue(request: IssueRequest, *, actor: Actor, at: datetime, ground: Ground | None = None) -> Licence:
    """Issue a licence, or give back the one the same case already issued of this type.

    Raises `FaultyIssue`, `OverlappingLicence`, `selectors.LicenceTypeNotFound`, `directory.selectors.DepartmentNotFound`,
    ``identity.selectors.SubjectNotFound``, and ``identity.services.FaultyNumber`` for a newborn's number that will not do.
    """
    (licence,) = issue_many([request], actor=actor, at=at, ground=ground)
    return licence


def issue_many(
    requests: Sequence[IssueRequest],
    *,
    actor: Actor,
    at: datetime,
    action: LicenceAction = LicenceAction.ISSUE,
    ground: Ground | None = None,
) -> list[Licence]:
    """Issue licences, all or none, in the order of their requests; raises as `issue` for the first that will not do.

    Several times as fast as one by one: numbers come in blocks, rows in few statements.
    """
    with transaction.atomic():
        already = _issued_by_cases(requests)
        surroundings = _surroundings(requests, at)
        wanted = [one for one in requests if _key(one) not in already]
        identifiers = _identifiers(wanted, surroundings)
        orders = [
            _order(request, identifier, surroundings, ground or _ground_of(request), action)
            for request, identifier in zip(wanted, identifiers, strict=True)
        ]
        _refuse_overlaps(orders)
        try:
            with transaction.atomic():
                _write(orders, action, actor, at)
        except IntegrityError as error:
            return _after_race(requests, error, actor=actor, at=at, action=action, ground=ground)
        _give_numbers(orders, surroundings, actor, at)
        made = {id(order.request): _as_licence(order, surroundings) for order in orders}
        return [already.get(_key(one)) or made[id(one)] for one in requests]


def renew(number: str, request: IssueRequest, *, ground: Ground, actor: Actor, at: datetime) -> Licence:
    """延续: the next version with a new term takes the place of a licence, linked both ways.

    Raises as `change`.
    """
    return _replace(number, request, LicenceAction.RENEW, ground, actor, at)


def change(number: str, request: IssueRequest, *, ground: Ground, actor: Actor, at: datetime) -> Licence:
    """变更: the next version with what is new takes the place of a licence, linked both ways.

    Raises `states.IllegalTransition`, `selectors.LicenceNotFound`, `FaultyIssue`, `GroundMissing`.
    """
    return _replace(number, request, LicenceAction.CHANGE, ground, actor, at)


@transaction.atomic
def _replace(
    number: str, request: IssueRequest, action: LicenceAction, ground: Ground, actor: Actor, at: datetime
) -> Licence:
    already = _issued_by_cases([request]).get(_key(request))
    if already is not None:
        return already
    former = life.lock(number)
    if (former.holder_id, former.licence_type_id) != (request.holder_id, request.licence_type):
        raise FaultyIssue(f"{number} is of another holder or type")
    identifier = parse_licence_id(number).next_version()
    surroundings = _surroundings([request], at)
    order = _order(request, identifier, surroundings, ground, action)
    order.row.supersedes = former
    # First the former steps back: for a moment neither holds, and nobody sees it before the commit.
    life.apply(former, LicenceAction.SUPERSEDE, ground, actor=actor, at=at, successor=order.row.number)
    _refuse_overlaps([order])
    _write([order], action, actor, at)
    return _as_licence(order, surroundings)


def _after_race(
    requests: Sequence[IssueRequest],
    error: IntegrityError,
    *,
    actor: Actor,
    at: datetime,
    action: LicenceAction,
    ground: Ground | None,
) -> list[Licence]:
    """Another transaction was faster: what it issued for the same case is the answer, an overlap is refused."""
    if "licence_no_overlap" in str(error):
        raise OverlappingLicence("issued by another transaction in the meantime") from error
    already = _issued_by_cases(requests)
    if not already:
        raise error
    missing = [one for one in requests if _key(one) not in already]
    made = issue_many(missing, actor=actor, at=at, action=action, ground=ground) if missing else []
    by_id = {id(one): licence for one, licence in zip(missing, made, strict=True)}
    return [already.get(_key(one)) or by_id[id(one)] for one in requests]


def _surroundings(requests: Sequence[IssueRequest], at: datetime) -> _Surroundings:
    today = shanghai_date(at)
    types = selectors.licence_types(today)
    for request in requests:
        if request.licence_type not in types:
            raise selectors.LicenceTypeNotFound(f"licence type {request.licence_type}")
    return _Surroundings(
        types=types,
        issuers=directory.get_departments({one.issuer for one in requests}),
        holders=identity.get_subjects({one.holder_id for one in requests}),
    )


def _identifiers(
    requests: Sequence[IssueRequest], surroundings: _Surroundings
) -> Iterator[LicenceIdentifier]:
    """An identifier for each request; the numbers of one type, issuer and year in a row."""
    scopes = [_scope(one, surroundings) for one in requests]
    serials = {
        scope: iter(_serials(scope, count))
        for scope, count in Counter(scope for scope in scopes if scope).items()
    }
    for request, scope in zip(requests, scopes, strict=True):
        kind, issuer = surroundings.types[request.licence_type], surroundings.issuers[request.issuer]
        serial = (
            request.serial
            if scope is None
            else rules.compose_serial(request.issued_on.year, next(serials[scope]))
        )
        try:
            yield LicenceIdentifier(kind.type_code, issuer.uscc, serial)
        except FaultyLicenceId as error:
            raise FaultyIssue(f"serial of a {kind.code}: {error}", sentence=_(error.sentence)) from error


def _scope(request: IssueRequest, surroundings: _Surroundings) -> str | None:
    """The scope of the number to make; None where the department has given one."""
    if request.serial:
        return None
    type_code = surroundings.types[request.licence_type].type_code
    return f"{type_code}/{request.issuer}/{request.issued_on.year}"


def _serials(scope: str, count: int) -> Iterable[int]:
    if count == 1:
        return [numbering.next_serial(NUMBERING_SCHEME, scope)]
    return numbering.take_serials(NUMBERING_SCHEME, scope, count)


def _order(
    request: IssueRequest,
    identifier: LicenceIdentifier,
    surroundings: _Surroundings,
    ground: Ground,
    action: LicenceAction,
) -> _Order:
    kind = surroundings.types[request.licence_type]
    life.require_fitting(kind, request.fields)
    holder = surroundings.holders[request.holder_id]
    if holder.kind not in kind.holder_kinds:
        raise FaultyIssue(
            f"{kind.code} is not for a {holder.kind}",
            sentence=_("%(name)s不发给这一类持证主体。请核对持证人。") % {"name": kind.name},
        )
    issuer = surroundings.issuers[request.issuer]
    valid_from = request.valid_from or request.issued_on
    valid_to = request.valid_to or rules.end_by(
        kind.validity, valid_from, request.valid_years, request.fields
    )
    if valid_to is not None and valid_to <= valid_from:
        raise FaultyIssue(
            f"{kind.code} from {valid_from} to {valid_to}",
            sentence=_("有效期的截止日早于起始日。请核对日期。"),
        )
    row = models.Licence(
        number=str(identifier),
        serial=identifier.serial,
        version=identifier.version,
        licence_type_id=kind.code,
        type_version=kind.version,
        holder_id=holder.id,
        holder_name=request.holder_name,
        issuer_id=issuer.code,
        issuer_name=issuer.name,
        issued_on=request.issued_on,
        valid_from=valid_from,
        valid_to=valid_to,
        status=states.next_status(None, action).value,
        fields_cipher=life.seal(request.fields),
        slot=life.slot_of(rules.slot_text(kind, request.fields)),
        case_number=request.case_number,
    )
    return _Order(request, row, ground)


def _refuse_overlaps(orders: Sequence[_Order]) -> None:
    """A clear refusal before the constraint's; in this call and in the library; one query."""
    slots = [order.row for order in orders if order.row.slot is not None]
    if not slots:
        return
    found = models.Licence.objects.filter(
        holder_id__in={row.holder_id for row in slots},
        licence_type__in={row.licence_type_id for row in slots},
        status__in=states.IN_LIFE,
        slot__isnull=False,
    ).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=min(row.valid_from for row in slots)))
    taken: dict[tuple[object, ...], list[models.Licence]] = {}
    for row in found.only("number", "holder_id", "licence_type_id", "slot", "valid_from", "valid_to"):
        taken.setdefault(_place(row), []).append(row)
    for row in slots:
        for other in taken.get(_place(row), ()):
            if _overlap(row, other):
                raise OverlappingLicence(
                    f"a {row.licence_type_id} of the holder overlaps {other.number}",
                    sentence=_(
                        "持证人已有一张同类的有效证照（%(serial)s），有效期重叠，不能再发一张。请办理变更或者延续。"
                    )
                    % {"serial": other.serial},
                )
        taken.setdefault(_place(row), []).append(row)


def _place(row: models.Licence) -> tuple[object, ...]:
    return row.licence_type_id, row.holder_id, row.slot


def _overlap(one: models.Licence, other: models.Licence) -> bool:
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )


def _write(orders: Sequence[_Order], action: LicenceAction, actor: Actor, at: datetime) -> None:
    sign(((order.row, order.request.fields) for order in orders), at=at)
    for begin in range(0, len(orders), _CHUNK):
        chunk = orders[begin : begin + _CHUNK]
        rows.insert(
            [order.row for order in chunk],
            [_entry(order, action, actor, at) for order in chunk],
            audit.rows_for(_audited(order, action, actor, at) for order in chunk),
            outbox.rows_for((_issued(order, at), order.row.issuer_id) for order in chunk),
        )


def _entry(order: _Order, action: LicenceAction, actor: Actor, at: datetime) -> models.StatusEntry:
    return models.StatusEntry(
        licence=order.row,
        action=action,
        to_status=order.row.status,
        at=at,
        account_id=actor.account_id,
        actor_name=actor.name,
        reason=order.ground.reason,
        basis=order.ground.basis if order.ground.law else "",
        effective_on=order.row.valid_from,
    )


def _audited(order: _Order, action: LicenceAction, actor: Actor, at: datetime) -> audit.Entry:
    return audit.Entry(
        actor=actor,
        action=f"{action.value}_LICENCE",
        at=at,
        object_type="licences.Licence",
        object_id=order.row.number,
        subject_id=order.row.holder_id,
        case_number=order.row.case_number or "",
    )


def _issued(order: _Order, at: datetime) -> LicenceIssued:
    former = order.row.supersedes
    return LicenceIssued(
        licence_id=order.row.pk,
        number=order.row.number,
        licence_type=order.row.licence_type_id,
        holder_id=order.row.holder_id,
        issuer=order.row.issuer_id,
        at=at,
        case_number=order.row.case_number or "",
        former="" if former is None else former.number,
    )


def _give_numbers(orders: Iterable[_Order], surroundings: _Surroundings, actor: Actor, at: datetime) -> None:
    """户口登记: the register that issues the paper has given the newborn her number."""
    for order in orders:
        number = order.request.fields.get(rules.OWN_NUMBER)
        if number and not surroundings.holders[order.row.holder_id].has_number:
            identifying.give_number(subject_id=order.row.holder_id, number=number, actor=actor, at=at)


def _issued_by_cases(requests: Iterable[IssueRequest]) -> dict[tuple[str, str], Licence]:
    """What the requests' cases have issued already, by case and type."""
    cases = {one.case_number for one in requests if one.case_number is not None}
    if not cases:
        return {}
    found = models.Licence.objects.select_related("licence_type").filter(case_number__in=cases)
    return {(str(row.case_number), row.licence_type_id): selectors.as_licence(row) for row in found}


def _key(request: IssueRequest) -> tuple[str, str]:
    """None of a case's is a key: a licence taken over is never one that was there."""
    return request.case_number or "", request.licence_type


def _ground_of(request: IssueRequest) -> Ground:
    return Ground("", "", "", case_number=request.case_number or "")


def _as_licence(order: _Order, surroundings: _Surroundings) -> Licence:
    row = order.row
    return Licence(
        id=row.pk,
        number=row.number,
        serial=row.serial,
        licence_type=row.licence_type_id,
        name=surroundings.types[row.licence_type_id].name,
        holder_id=row.holder_id,
        holder_name=row.holder_name,
        issuer=row.issuer_id,
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        status=LicenceStatus(row.status),
        fields=dict(order.request.fields),
        case_number=row.case_number,
        type_version=row.type_version,
        revision=row.revision,
        key_id=row.key_id,
        signature=bytes(row.signature),
    )

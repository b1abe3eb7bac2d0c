"""Use on authority (授权用证): asking, giving and withdrawing consent, and fetching under a case or a consent."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import models, permissions, rules, selectors, states
from tongban.domains.licences.services.grounds import ground_of
from tongban.domains.licences.services.uses import record_uses
from tongban.domains.licences.types import (
    Consent,
    ConsentAction,
    ConsentAsk,
    ConsentStatus,
    FetchOutcome,
    FetchRequest,
    FetchResult,
    Licence,
    LicenceExtract,
    NewUse,
    UseKind,
)
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.workdays import ONE_DAY


class FaultyConsent(TongbanError):
    code: ClassVar[str] = "FAULTY_CONSENT"
    default_sentence: ClassVar[str] = gettext_noop("申请没有发出。请检查用途、证照、内容和期限。")

    def __init__(self, message: str, *, field: str = "", sentence: str | None = None) -> None:
        super().__init__(message, sentence=sentence)
        self.field = field
        """What is wrong: `purpose`, `scope` or `until`; empty when it is none of them."""


class ConsentAlreadyAsked(TongbanError):
    code: ClassVar[str] = "CONSENT_ALREADY_ASKED"
    default_sentence: ClassVar[str] = gettext_noop("已经向这位持证人申请过，正在等答复。答复以后才能再申请。")


class ConsentNotFound(TongbanError):
    """No such consent, or neither the actor's to give nor to use: all look the same."""

    code: ClassVar[str] = "CONSENT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这份授权。")


class ConsentEnded(TongbanError):
    """It was not given, was withdrawn, used up, or its term is over."""

    code: ClassVar[str] = "CONSENT_ENDED"
    default_sentence: ClassVar[str] = gettext_noop(
        "持证人没有同意，或者同意已经撤回、用完、到期，不能再调取。"
    )


class UnknownLicenceField(TongbanError):
    code: ClassVar[str] = "UNKNOWN_LICENCE_FIELD"
    default_sentence: ClassVar[str] = gettext_noop("这种证照没有要查的内容项。请核对证照目录。")


@transaction.atomic
def ask_consent(ask: ConsentAsk, *, actor: Actor, at: datetime) -> Consent:
    """Ask a holder to let a firm, or a department, use licences of hers; she is told.

    Raises `FaultyConsent`, `ConsentAlreadyAsked`, ``identity.selectors.SubjectNotFound`` and, for a citizen who does not act for a
    firm, ``identity.selectors.NotAuthorised``.
    """
    user_id, department, user_name = _user_of(actor, at)
    today = shanghai_date(at)
    if user_id == ask.holder_id:
        raise FaultyConsent("asks herself", sentence=_("自己的证照不用申请，直接出示就可以。"))
    for field, fault in (
        ("purpose", rules.purpose_fault(ask.purpose)),
        ("scope", rules.scope_fault(ask.scope, selectors.licence_types())),
        ("until", rules.term_fault(ask.until, today)),
    ):
        if fault:
            raise FaultyConsent(f"{field} of a consent", field=field, sentence=fault)
    identity.get_subject(ask.holder_id)
    row = models.Consent(
        holder_id=ask.holder_id,
        user_id=user_id,
        department_id=department,
        user_name=user_name,
        purpose=ask.purpose.strip(),
        is_once=ask.is_once,
        valid_to=datetime.combine(ask.until + ONE_DAY, time(), SHANGHAI),
        status=ConsentStatus.ASKED,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ConsentAlreadyAsked(f"open consent of {ask.holder_id}") from error
    models.ConsentItem.objects.bulk_create(
        models.ConsentItem(consent=row, licence_type_id=code, fields=list(fields))
        for code, fields in sorted(ask.scope.items())
    )
    _record(row, "ASK_LICENCE_CONSENT", actor, at)
    consent = selectors.get_consent(row.pk)
    messaging.send(
        "LICENCE_CONSENT_ASKED",
        to_subject=ask.holder_id,
        context={
            "user": user_name,
            "purpose": consent.purpose,
            "licences": "、".join(item.licence_name for item in consent.items),
        },
        at=at,
    )
    return consent


def give_consent(consent_id: UUID, *, actor: Actor, at: datetime) -> Consent:
    """同意; raises `ConsentNotFound` for whoever may not use the holder's licences, `states.IllegalConsentStep`."""
    return _decide(consent_id, ConsentAction.GIVE, actor, at)


def refuse_consent(consent_id: UUID, *, actor: Actor, at: datetime) -> Consent:
    """不同意; raises as `give_consent`."""
    return _decide(consent_id, ConsentAction.REFUSE, actor, at)


def withdraw_consent(consent_id: UUID, *, actor: Actor, at: datetime) -> Consent:
    """撤回, in effect at the next request (个人信息保护法 §15); raises as `give_consent`."""
    return _decide(consent_id, ConsentAction.WITHDRAW, actor, at)


@transaction.atomic
def fetch_by_consent(consent_id: UUID, *, actor: Actor, at: datetime) -> tuple[FetchResult, ...]:
    """What the consent covers, one result a licence type; each licence read is a use. A consent for once is used up by it.

    Raises `ConsentNotFound` for another firm's, `ConsentEnded` when it is not in force.
    """
    row = _lock(consent_id)
    user_id, department, user_name = _user_of(actor, at)
    if (row.user_id, row.department_id) != (user_id, department):
        raise ConsentNotFound(f"consent {consent_id}")
    consent = selectors.as_consent(row)
    if not consent.is_in_force(at):
        raise ConsentEnded(f"consent {consent_id} is {consent.status}, until {consent.valid_to}")
    held = selectors.held_types([consent.holder_id], shanghai_date(at))
    results = []
    uses = []
    for item in consent.items:
        licence = held.get((consent.holder_id, item.licence_type))
        results.append(_found(licence, item.fields) if licence else _not_held(item.licence_name))
        if licence is not None:
            use = NewUse(
                licence.number,
                UseKind.CONSENTED,
                user_name,
                consent.purpose,
                department or "",
                fields=item.fields,
            )
            uses.append(use)
    record_uses(uses, actor=actor, at=at)
    _record(row, "FETCH_LICENCE", actor, at)
    if row.is_once and uses:
        _apply(row, ConsentAction.USE_UP, at=at, by=user_name)
    return tuple(results)


@transaction.atomic
def fetch_for_department(request: FetchRequest, *, actor: Actor, at: datetime) -> FetchResult:
    """A licence for a department's case, or for a purpose its holder consented to: found, or one of three refusals.

    Audited whichever it is; only fields that the authority covers come back. Raises `selectors.LicenceTypeNotFound`,
    `UnknownLicenceField`.
    """
    licence_type = selectors.get_type(request.licence_type)
    unknown = set(request.fields) - set(licence_type.fields)
    if unknown:
        raise UnknownLicenceField(f"{licence_type.code} has no {sorted(unknown)}")
    ground = None if request.holder_id is None else ground_of(request.case_number, request.holder_id)
    consent = _consent_for(request, actor, at)
    refusal = rules.refusal_of(
        purpose=request.purpose,
        ground=ground,
        departments=actor.departments,
        licence_type=request.licence_type,
        consented=consent is not None,
    )
    is_for_case = (
        ground is not None
        and ground.department in actor.departments
        and request.licence_type in ground.licence_types
    )
    covered = (
        licence_type.fields if consent is None or is_for_case else _fields_of(consent, licence_type.code)
    )
    wanted = tuple(name for name in covered if not request.fields or name in request.fields)
    result = (
        _refused(refusal, licence_type.name)
        if refusal is not None or request.holder_id is None
        else _fetch(
            request,
            request.holder_id,
            wanted,
            UseKind.FETCHED if is_for_case else UseKind.CONSENTED,
            licence_type.name,
            actor,
            at,
        )
    )
    if result.outcome is FetchOutcome.FOUND and consent is not None and not is_for_case and consent.is_once:
        _apply(_lock(consent.id), ConsentAction.USE_UP, at=at, by=_department_name(actor))
    audit.record(
        actor=actor,
        action="FETCH_LICENCE",
        at=at,
        object_type="licences.LicenceType",
        object_id=request.licence_type,
        subject_id=request.holder_id,
        case_number=request.case_number,
        detail={"outcome": result.outcome.value, "fields": list(wanted) if result.licence else []},
    )
    return result


def _fetch(
    request: FetchRequest,
    holder_id: UUID,
    fields: Sequence[str],
    kind: UseKind,
    licence_name: str,
    actor: Actor,
    at: datetime,
) -> FetchResult:
    licence = selectors.find_valid(holder_id, request.licence_type, shanghai_date(at))
    if licence is None:
        return _not_held(licence_name)
    use = NewUse(
        licence.number,
        kind,
        _department_name(actor),
        request.purpose.strip(),
        actor.department or "",
        request.case_number,
        tuple(fields),
    )
    record_uses([use], actor=actor, at=at)
    return _found(licence, fields)


def _consent_for(request: FetchRequest, actor: Actor, at: datetime) -> Consent | None:
    """A consent of the holder to this department for this purpose and licence type; locked, since one use may end it."""
    if request.holder_id is None or actor.department is None:
        return None
    rows = models.Consent.objects.select_for_update(of=("self",)).filter(
        holder_id=request.holder_id,
        department__code=actor.department,
        purpose=request.purpose.strip(),
        status=ConsentStatus.GIVEN,
        valid_to__gt=at,
        items__licence_type=request.licence_type,
    )
    row = rows.order_by("pk").first()
    return None if row is None else selectors.get_consent(row.pk)


def _fields_of(consent: Consent, licence_type: str) -> tuple[str, ...]:
    return next(item.fields for item in consent.items if item.licence_type == licence_type)


@transaction.atomic
def _decide(consent_id: UUID, action: ConsentAction, actor: Actor, at: datetime) -> Consent:
    row = _lock(consent_id)
    if row.holder_id not in permissions.holders_for(actor, at=at):
        raise ConsentNotFound(f"consent {consent_id}")
    _apply(row, action, at=at, by=actor.name)
    _record(row, f"{action.value}_LICENCE_CONSENT", actor, at)
    consent = selectors.get_consent(row.pk)
    if row.user_id is not None:
        messaging.send(
            "LICENCE_CONSENT_ANSWERED",
            to_subject=row.user_id,
            context={
                "holder": consent.holder_name,
                "status": rules.CONSENT_STATUS_NAMES[consent.status],
                "purpose": consent.purpose,
            },
            at=at,
        )
    return consent


def _apply(row: models.Consent, action: ConsentAction, *, at: datetime, by: str) -> None:
    """The one writer of a locked consent's status."""
    row.status = states.next_consent_status(ConsentStatus(row.status), action)
    row.decided_at, row.decided_by = at, by
    row.save(update_fields=["status", "decided_at", "decided_by"])


def _lock(consent_id: UUID) -> models.Consent:
    rows = models.Consent.objects.select_for_update(of=("self",)).select_related("holder")
    row = rows.filter(pk=consent_id).first()
    if row is None:
        raise ConsentNotFound(f"consent {consent_id}")
    return row


def _user_of(actor: Actor, at: datetime) -> tuple[UUID | None, str | None, str]:
    """In whose name the actor uses licences: the firm she acts for, or her department."""
    if actor.kind is not ActorKind.CITIZEN:
        return None, actor.department, _department_name(actor)
    firm = actor.acting_for
    if firm is None or firm not in permissions.holders_for(actor, at=at):
        raise identity.NotAuthorised(f"{actor.subject_id} for {firm}")
    subject = identity.get_subject(firm)
    if subject.kind is not SubjectKind.ENTITY:
        sentence = _("只有企业和部门可以向持证人申请用证。请先切换到企业的名义。")
        raise FaultyConsent("not a firm", sentence=sentence)
    return firm, None, subject.name


def _department_name(actor: Actor) -> str:
    return directory.get_department(actor.department).name if actor.department else actor.name


def _found(licence: Licence, fields: Sequence[str]) -> FetchResult:
    return FetchResult(
        FetchOutcome.FOUND,
        LicenceExtract(
            number=licence.number,
            licence_type=licence.licence_type,
            name=licence.name,
            holder_name=licence.holder_name,
            issuer_name=licence.issuer_name,
            valid_from=licence.valid_from,
            valid_to=licence.valid_to,
            fields={name: licence.fields[name] for name in fields if licence.fields.get(name)},
        ),
    )


def _not_held(licence_name: str) -> FetchResult:
    message = _("电子证照库中没有对方有效的%(name)s。") % {"name": licence_name}
    return FetchResult(FetchOutcome.NOT_FOUND, None, message)


def _refused(outcome: FetchOutcome | None, licence_name: str) -> FetchResult:
    told = {"name": licence_name}
    if outcome is FetchOutcome.NO_CONSENT:
        message = _("这件事的材料清单里没有%(name)s，要用须先得到持证人同意。") % told
        return FetchResult(outcome, None, message)
    message = _("没有可以用%(name)s的依据：须有本部门正在办理的办件，或者持证人的同意，并写明用途。") % told
    return FetchResult(FetchOutcome.NOT_ALLOWED, None, message)


def _record(row: models.Consent, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="licences.Consent",
        object_id=str(row.pk),
        subject_id=row.holder_id,
    )

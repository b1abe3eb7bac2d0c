"""Hand in an application: one number, one case an item, in one transaction (收件)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.cases.events import CaseReceived, DataWanted
from tongban.domains.cases.models import Application, Case, CaseContent, ClockEvent, Consent, WaivedMaterial
from tongban.domains.cases.models import Paper as PaperRow
from tongban.domains.cases.rules.access import CaseNotFound, subjects_of
from tongban.domains.cases.rules.answers import write_sheet
from tongban.domains.cases.rules.clock import (
    CaseFacts,
    ClockEventKind,
    ClockFact,
    Terms,
    regime_of,
    stand,
)
from tongban.domains.cases.rules.numbers import application_number, case_number
from tongban.domains.cases.rules.papers import HandedIn, receipt
from tongban.domains.cases.rules.waiting import first_state, wait_until
from tongban.domains.cases.selectors.applications import receipt_for
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.services.transition import Act, event_fields, history_entry
from tongban.domains.cases.types import (
    Action,
    ApplicationReceipt,
    CaseReceipt,
    ClockStage,
    NewCase,
    PaperKind,
    Status,
    Submission,
    WaivedState,
)
from tongban.domains.cases.types import Consent as ConsentGiven
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import Guide, SpecialProcedure
from tongban.domains.eforms.types import Attachment
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import NewUse, UseKind
from tongban.domains.registers import selectors as registers
from tongban.foundation import rows
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.clock import Regime
from tongban.kernel.clock.decision import JOINT_EXTENSION_MAX, SINGLE_EXTENSION_MAX
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar

# 特殊程序 of GB/T 39554: 延长审批, where another law lets the decision be extended.
EXTENSION_PROCEDURE = "EXTENSION"


class IdempotencyConflict(TongbanError):
    """The key was used before for another body."""

    code: ClassVar[str] = "IDEMPOTENCY_CONFLICT"
    default_sentence: ClassVar[str] = gettext_noop(
        "这份申请已经提交过，但内容与刚才提交的不同。请在“我的办件”里查看已提交的申请。"
    )


class NothingToSubmit(TongbanError):
    code: ClassVar[str] = "NOTHING_TO_SUBMIT"
    default_sentence: ClassVar[str] = gettext_noop("申请里没有需要办理的事项。")


class NotTrusted(TongbanError):
    """Who broke a promise is not taken at her word until her credit is repaired (国办发〔2020〕42号)."""

    code: ClassVar[str] = "NOT_TRUSTED"
    default_sentence: ClassVar[str] = gettext_noop(
        "申请人有没有修复的失信记录，不适用告知承诺和容缺受理。请按一般程序交齐材料，或者先申请信用修复。"
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    """One case about to be written."""

    new: NewCase
    guide: Guide
    case: Case


def submit(
    submission: Submission, *, actor: Actor, at: datetime, calendar: Calendar | None = None
) -> ApplicationReceipt:
    """The application with its cases, consents, receipt, events and audit, all or nothing.

    The same key and body again returns the first receipt with `was_repeat`; a caller who planned with the calendar hands it on. Raises
    :class:`IdempotencyConflict` for another body, :class:`NothingToSubmit`, :class:`NotTrusted`, and ``CaseNotFound`` when the key
    is somebody else's or the actor does not act for the applicant.
    """
    if not _may_submit(actor, submission.applicant_id):
        raise CaseNotFound(f"{actor.kind} does not act for the applicant")
    if not submission.cases:
        raise NothingToSubmit(f"submission for {submission.purpose} without a case")
    _require_trust(submission)
    with transaction.atomic(savepoint=False):
        receipt = _write(submission, calendar or get_calendar(), actor=actor, at=at)
    return receipt or _repeat(submission)


def add_case(application_id: UUID, new_case: NewCase, *, actor: Actor, at: datetime) -> CaseReceipt:
    """One more case under an application: an item whose turn has come; a second call changes nothing."""
    with transaction.atomic():
        application = Application.objects.select_for_update().filter(id=application_id).first()
        if application is None or not (
            actor.kind is ActorKind.PLATFORM or _may_submit(actor, application.applicant_id)
        ):
            raise CaseNotFound(f"no application {application_id} for {actor.kind}")
        existing = Case.objects.filter(application=application, item_code=new_case.item_code).first()
        if existing is not None:
            return _case_receipt(existing)
        calendar = get_calendar()
        opening = _open(application, new_case, calendar, at)
        rows.insert(*_rows_of([opening], calendar, actor=actor, at=at))
        return _case_receipt(opening.case)


def terms_of(guide: Guide) -> Terms:
    """The limits of the version (行政许可法 §42); a special statute extends only as its guide says."""
    regime = regime_of(is_joint=guide.substance.is_joint, statutory_days=guide.substance.statutory_days)
    return Terms(
        regime=regime,
        statutory_days=guide.substance.statutory_days,
        extension_max=_extension_max(regime, guide.substance.special_procedures),
        promised_days=guide.procedure.promised_days,
    )


def _extension_max(regime: Regime, procedures: Sequence[SpecialProcedure]) -> int:
    if regime is Regime.SINGLE:
        return SINGLE_EXTENSION_MAX
    if regime is Regime.JOINT:
        return JOINT_EXTENSION_MAX
    for procedure in procedures:
        if procedure.code == EXTENSION_PROCEDURE:
            return procedure.max_days
    return 0


def _may_submit(actor: Actor, applicant_id: UUID) -> bool:
    # At the counter an officer hands in for the person before her.
    return actor.is_officer or applicant_id in subjects_of(actor)


def _require_trust(submission: Submission) -> None:
    if not any(new.uses_promise or new.deferred_materials for new in submission.cases):
        return
    if not registers.is_trusted(submission.applicant_id):
        raise NotTrusted(f"applicant of {submission.purpose} broke a promise before")


def _write(
    submission: Submission, calendar: Calendar, *, actor: Actor, at: datetime
) -> ApplicationReceipt | None:
    """Everything with one statement, however many cases; None when the key was used before, then nothing is written."""
    day = shanghai_date(at)
    application = Application(
        number=application_number(day, numbering.next_serial("application", f"{day:%Y%m%d}")),
        applicant_id=submission.applicant_id,
        applicant_name=submission.applicant_name,
        purpose=submission.purpose,
        title=submission.title,
        division=submission.division,
        channel=submission.channel,
        idempotency_key=submission.idempotency_key,
        body_sha256=submission.body_sha256,
        received_at=at,
        received_by_id=actor.account_id if actor.is_officer else None,
    )
    openings = [_open(application, new, calendar, at) for new in submission.cases]
    is_new = rows.insert(
        [application],
        *_rows_of(openings, calendar, actor=actor, at=at),
        [_consent(application, consent) for consent in submission.consents],
        [_receipt(application, openings, submission.uploads)],
        once="idempotency_key",
    )
    if not is_new:
        return None
    return ApplicationReceipt(
        application_id=application.id,
        number=application.number,
        received_at=at,
        cases=tuple(_case_receipt(opening.case) for opening in openings),
        was_repeat=False,
    )


def _consent(application: Application, consent: ConsentGiven) -> Consent:
    return Consent(
        application=application,
        code=consent.code,
        version=consent.version,
        text_sha256=consent.text_sha256,
        agreed_at=consent.agreed_at,
    )


def _open(application: Application, new: NewCase, calendar: Calendar, at: datetime) -> _Opening:
    guide = catalogue.get_guide_by_versions(new.substance_version_id, new.procedure_version_id)
    day = shanghai_date(at)
    terms = terms_of(guide)
    facts = CaseFacts(
        stage=ClockStage.ACCEPTANCE,
        terms=terms,
        accepted_on=None,
        outcome=None,
        events=(ClockFact(ClockEventKind.RECEIVED, at),),
    )
    standing = stand(calendar, facts, at)
    assert standing.limit is not None
    department = guide.procedure.department
    case = Case(
        id=new_id(),
        number=case_number(
            new.item_code, day, numbering.next_serial("case", f"{new.item_code}:{day:%Y%m%d}")
        ),
        application=application,
        basic_code=guide.substance.basic_code,
        item_code=new.item_code,
        item_name=guide.title,
        substance_version_id=new.substance_version_id,
        procedure_version_id=new.procedure_version_id,
        situation=new.situation,
        department=department.code,
        department_name=department.name,
        applicant_id=application.applicant_id,
        applicant_name=application.applicant_name,
        purpose=application.purpose,
        package_title=application.title,
        status=Status.RECEIVED.value,
        received_at=at,
        regime=terms.regime.value,
        statutory_days=terms.statutory_days,
        extension_max=terms.extension_max,
        promised_days=terms.promised_days,
        limit_kind=standing.limit.kind.value,
        due_on=standing.due_on,
        amber_on=standing.amber_on,
        is_provisional=standing.is_provisional,
        deferred_materials=list(new.deferred_materials),
        uses_promise=new.uses_promise,
    )
    return _Opening(new, guide, case)


def _rows_of(
    openings: Sequence[_Opening], calendar: Calendar, *, actor: Actor, at: datetime
) -> tuple[rows.Rows, ...]:
    """All that makes cases exist, a table to a group."""
    act = Act(Action.RECEIVE, actor, at, "申请材料已收到，等待受理。")
    cases = [opening.case for opening in openings]
    return (
        cases,
        [
            CaseContent(
                case=opening.case,
                answers=write_sheet(opening.new.answers),
                attachments=list(opening.new.attachments),
            )
            for opening in openings
        ],
        [ClockEvent(case=case, kind=ClockEventKind.RECEIVED.value, at=at) for case in cases],
        [history_entry(case, None, act) for case in cases],
        audit.rows_for(
            audit.Entry(
                actor=actor,
                action="CASE_RECEIVE",
                at=at,
                object_type="case",
                object_id=str(case.id),
                subject_id=case.applicant_id,
                case_number=case.number,
                detail={},
            )
            for case in cases
        ),
        outbox.rows_for(event for opening in openings for event in _events(opening, at)),
        licences.use_rows(
            (use for opening in openings for use in _uses(opening)),
            actor=actor,
            at=at,
        ),
        [row for opening in openings for row in _waived(opening, calendar)],
    )


def _events(opening: _Opening, at: datetime) -> Iterator[tuple[object, str]]:
    case = opening.case
    yield CaseReceived(**event_fields(case, at)), case.department
    if any(first_state(one) is WaivedState.WAITING for one in opening.new.waived):
        yield DataWanted(case.number), case.department


def _waived(opening: _Opening, calendar: Calendar) -> Iterator[WaivedMaterial]:
    """What the applicant need not bring, with the rule; what registers supply is asked for once the case is there."""
    until = wait_until(calendar, shanghai_date(opening.case.received_at))
    for one in opening.new.waived:
        state = first_state(one)
        yield WaivedMaterial(
            case=opening.case,
            code=one.code,
            name=one.name,
            slot=one.slot,
            rule=one.rule.value,
            source=one.source,
            reference=one.reference,
            resource=one.resource,
            subject_id=one.subject_id,
            fields=list(one.fields),
            asked_as=one.asked_as,
            state=state.value,
            wait_until=until if state is WaivedState.WAITING else None,
        )


def _uses(opening: _Opening) -> Iterator[NewUse]:
    """What the office relies on in place of papers (电子证照库能够调取的，一律不需提交)."""
    case = opening.case
    for number in opening.new.licences:
        yield NewUse(
            number=number,
            kind=UseKind.APPLIED,
            used_by=case.department_name,
            purpose=case.item_name,
            department=case.department,
            case_number=case.number,
        )


def _receipt(
    application: Application, openings: Sequence[_Opening], uploads: Sequence[Attachment]
) -> PaperRow:
    by_id = {upload.id: upload for upload in uploads}
    content = receipt(
        number=application.number,
        title=application.title,
        applicant_name=application.applicant_name,
        received_at=application.received_at,
        cases=[
            HandedIn(
                case_number=opening.case.number,
                item_name=opening.case.item_name,
                department_name=opening.case.department_name,
                things=_things(opening, by_id),
            )
            for opening in openings
        ],
    )
    return PaperRow(
        application=application,
        kind=PaperKind.RECEIPT.value,
        number=application.number,
        title=str(content["title"]),
        issued_at=application.received_at,
        content=content,
    )


def _things(opening: _Opening, uploads: Mapping[UUID, Attachment]) -> tuple[str, ...]:
    """The uploads by their material's name, then what is promised to follow."""
    names = {material.material_type: material.name for material in opening.guide.substance.materials}
    names |= {material.code: material.name for material in opening.guide.substance.materials}
    things: list[str] = []
    for upload_id in opening.new.attachments:
        upload = uploads[upload_id]
        things.append(f"{names.get(upload.slot.partition(':')[0], upload.slot)}（{upload.filename}）")
    things.extend(f"{names.get(code, code)}（承诺后补）" for code in opening.new.deferred_materials)
    return tuple(things)


def _repeat(submission: Submission) -> ApplicationReceipt:
    first = Application.objects.get(idempotency_key=submission.idempotency_key)
    if first.applicant_id != submission.applicant_id:
        raise CaseNotFound("the idempotency key belongs to another applicant")
    if first.body_sha256 != submission.body_sha256:
        raise IdempotencyConflict(f"key of application {first.number} came with another body")
    return receipt_for(first, was_repeat=True)


def _case_receipt(case: Case) -> CaseReceipt:
    return CaseReceipt(case.id, case.number, case.item_name, case.department_name)

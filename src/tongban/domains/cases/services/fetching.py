"""Fetch what registers supply, wait for those that do not answer, and, when the wait is over, ask the applicant with an apology.

`rules.waiting` says where the wait stands in the law.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongban.domains.cases.models import AssistanceRequest, Case, CheckTask, WaivedMaterial
from tongban.domains.cases.rules.requesting import FAILED, MustNotBeAsked
from tongban.domains.cases.rules.waiting import FINDING_DAYS, HAND_IN_DAYS, WAIT_DAYS
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.services.transition import Act, find_locked, lock_case, receipt_of, transition
from tongban.domains.cases.states import UNDECIDED
from tongban.domains.cases.types import Action, ActReceipt, CheckKind, Status, WaivedState
from tongban.domains.eforms import rules as sheets
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import FindingKind, LookupRequest, LookupResult, Outcome
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import add_workdays


def fetch_materials(*, case_number: str, at: datetime) -> int:
    """Ask the registers for what a case still waits for; how many answered with a record.

    Safe to run twice. Not to be called within a transaction: a register may take seconds.
    """
    waiting = list(_waiting().filter(case__number=case_number).order_by("code"))
    if not waiting:
        return 0
    results = _ask(waiting, at)
    with transaction.atomic():
        find_locked(case_number)
        return sum(_settle(row.pk, result, at) for row, result in zip(waiting, results, strict=True))


def fetch_waiting(*, at: datetime) -> tuple[int, int]:
    """Ask again for everything that cases wait for, and end the waits that are over: (records that came, waits that ended)."""
    numbers = _waiting().order_by("case_id").values_list("case__number", flat=True).distinct()
    came = ended = 0
    for number in list(numbers):
        came += fetch_materials(case_number=number, at=at)
        ended += _end_waits(number, at)
    return came, ended


def ask_for_missing(
    *, case_number: str, revision: int, material: str, actor: Actor, at: datetime
) -> ActReceipt:
    """An officer asks the applicant for what the register does not have; raises ``MustNotBeAsked`` while it has not been tried."""
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.ASK_FOR_MISSING, actor=actor
        )
        row = WaivedMaterial.objects.select_for_update().filter(case=case, code=material).first()
        if row is None or WaivedState(row.state) not in FAILED or _is_asked(case, row):
            raise MustNotBeAsked(
                f"material {material} of {case_number} is {row.state if row else 'not waived'}",
                sentence=_("这份材料还没有确认取不到，或者已经请申请人补交，不能再要。"),
            )
        _ask_applicant(case, [row], actor, at, apology=_no_record(row))
        return receipt_of(case)


def _waiting() -> QuerySet[WaivedMaterial]:
    return WaivedMaterial.objects.select_related("case").filter(
        state=WaivedState.WAITING.value, case__status__in=sorted(UNDECIDED)
    )


def _ask(waiting: Sequence[WaivedMaterial], at: datetime) -> Sequence[LookupResult]:
    """In the name of the office that handles the case, each look-up with the case as its cause."""
    by_department: dict[str, list[WaivedMaterial]] = {}
    for row in waiting:
        by_department.setdefault(row.asked_as, []).append(row)
    found: dict[UUID, LookupResult] = {}
    for department, rows in by_department.items():
        requests = [_request(row) for row in rows]
        asker = replace(PLATFORM, department=department)
        results = exchange.look_up_many(requests, actor=asker, at=at)
        found |= dict(zip((row.pk for row in rows), results, strict=True))
    return [found[row.pk] for row in waiting]


def _request(row: WaivedMaterial) -> LookupRequest:
    assert row.subject_id is not None, "the database refuses a wait for nobody"
    return LookupRequest(
        row.resource,
        row.subject_id,
        tuple(row.fields),
        purpose=row.case.purpose,
        cause=row.case.number,
        item=row.case.basic_code,
    )


def _settle(waived_id: UUID, result: LookupResult, at: datetime) -> bool:
    """What an answer makes of a wait, whoever asked meanwhile; whether a record came."""
    row = WaivedMaterial.objects.select_for_update().get(pk=waived_id)
    if row.state != WaivedState.WAITING.value:
        return False
    row.tried_at = at
    if result.outcome is Outcome.FOUND:
        row.state, row.got_at = WaivedState.FETCHED.value, at
        values = {name: sheets.plain(value.value) for name, value in result.values.items()}
        row.values = json.dumps(values, ensure_ascii=False)
    elif result.outcome is Outcome.NOT_FOUND:
        row.state = WaivedState.NOT_FOUND.value
    row.save(update_fields=["tried_at", "state", "got_at", "values"])
    return result.outcome is Outcome.FOUND


def _end_waits(case_number: str, at: datetime) -> int:
    """Past the last day the applicant is asked after all, told why, and each provider has to answer for it."""
    with transaction.atomic():
        case = find_locked(case_number)
        if Status(case.status) not in UNDECIDED:
            return 0
        rows = WaivedMaterial.objects.select_for_update().filter(
            case=case, state=WaivedState.WAITING.value, wait_until__lt=shanghai_date(at)
        )
        # Another department looks for it already: the applicant is not asked before its day has passed.
        helped = AssistanceRequest.objects.filter(
            case=case, answered_at__isnull=True, due_on__gte=shanghai_date(at)
        )
        over = list(rows.exclude(code__in=helped.values("material")).order_by("code"))
        if not over:
            return 0
        names = "、".join(sorted({row.source for row in over}))
        _ask_applicant(case, over, PLATFORM, at, apology=f"{names}{WAIT_DAYS}个工作日没有应答")
        due = add_workdays(get_calendar(), shanghai_date(at), FINDING_DAYS).due_on
        for row in over:
            exchange.report_finding(
                row.resource,
                FindingKind.NO_ANSWER,
                text=f"办件等“{row.name}”满{WAIT_DAYS}个工作日没有应答，已改请申请人补交。",
                due_on=due,
                actor=PLATFORM,
                at=at,
                reference=case.number,
            )
        return len(over)


def _ask_applicant(
    case: Case, rows: Sequence[WaivedMaterial], actor: Actor, at: datetime, *, apology: str
) -> None:
    """The apology, and a dated task for each material; nothing that comes of it is held against the applicant."""
    due = add_workdays(get_calendar(), shanghai_date(at), HAND_IN_DAYS).due_on
    for row in rows:
        CheckTask.objects.create(
            case=case,
            kind=CheckKind.MISSING_DATA.value,
            material=row.code,
            subject=row.name,
            due_on=due,
        )
        row.state = WaivedState.FELL_BACK.value
        row.save(update_fields=["state"])
    names = "、".join(f"“{row.name}”" for row in rows)
    sentence = f"很抱歉，{apology}，请您补交{names}。这不是您的原因，不影响您的信用，也不停办理期限。"
    transition(case, Act(Action.ASK_FOR_MISSING, actor, at, sentence, reason=sentence))


def _no_record(row: WaivedMaterial) -> str:
    return f"{row.source}里没有查到记录"


def _is_asked(case: Case, row: WaivedMaterial) -> bool:
    return CheckTask.objects.filter(case=case, kind=CheckKind.MISSING_DATA.value, material=row.code).exists()

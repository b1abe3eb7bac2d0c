"""Hand in a package: one application, a case an item, and branches for the items that wait."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases import services as cases
from tongban.domains.cases.selectors import get_calendar, get_receipt_by_key
from tongban.domains.cases.types import ApplicationReceipt, Consent, NewCase, Submission
from tongban.domains.eforms import rules as forms
from tongban.domains.eforms import services as eforms
from tongban.domains.eforms.types import Draft, FieldProblem
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import Subject
from tongban.domains.lifeevents import models
from tongban.domains.lifeevents.rules.handing_in import body_of, new_case
from tongban.domains.lifeevents.services.branches import write_content
from tongban.domains.lifeevents.services.planning import Ground, ground_for, plan_on_ground
from tongban.domains.lifeevents.services.singles import keep_single
from tongban.domains.lifeevents.types import BranchStatus, Plan, PlanItem, PlanState
from tongban.foundation import rows
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

# A consent of this kind names the item for which the applicant uses 告知承诺.
PROMISE_CONSENT = "PROMISE"


class FormIncomplete(TongbanError):
    """Something in the form will not do; `problems` name the fields and slots, in the form's order."""

    code: ClassVar[str] = "FORM_INCOMPLETE"
    default_sentence: ClassVar[str] = gettext_noop(
        "表单还有内容需要补充或改正，申请没有提交。请看每一项的说明。"
    )

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(f"{len(problems)} problems: {[problem.key for problem in problems]}")
        self.problems = tuple(problems)


class AuthorisationMissing(TongbanError):
    code: ClassVar[str] = "AUTHORISATION_MISSING"


class WrongApplicant(TongbanError):
    code: ClassVar[str] = "WRONG_APPLICANT"
    default_sentence: ClassVar[str] = gettext_noop(
        "这件事不能以现在的名义办理。请到“我的”里切换，再回来提交；已填的内容都保留着。"
    )


class PlanUnsettled(TongbanError):
    """Every item hangs on a question that is still open: there is nothing to hand in yet."""

    code: ClassVar[str] = "PLAN_UNSETTLED"


def promise_consent(basic_code: str) -> str:
    """Code of the consent by which 告知承诺 is chosen for an item."""
    return f"{PROMISE_CONSENT}:{basic_code}"


def submit(draft_id: UUID, consents: Sequence[Consent], *, actor: Actor, at: datetime) -> ApplicationReceipt:
    """The draft handed in, all or nothing; again, and the first receipt comes back with `was_repeat`.

    Raises ``DraftNotFound``, ``NotAuthorised``, :class:`WrongApplicant`, :class:`AuthorisationMissing`,
    :class:`FormIncomplete`, :class:`PlanUnsettled`; then nothing was written and the draft stays.
    """
    with transaction.atomic():
        draft, is_first = eforms.close_draft(draft_id, actor=actor, at=at)
        if not is_first:
            # What was accepted stays so, whatever became of a mandate or the rules since.
            return get_receipt_by_key(draft.idempotency_key)
        ground = ground_for(draft.purpose, draft.division, shanghai_date(at))
        calendar = get_calendar()
        plan = plan_on_ground(ground, draft, calendar=calendar, at=at, promises=_promises(consents))
        applicant = _require_applicant(draft, plan, at)
        _require_complete(draft, plan, at)
        opening, waiting = _split(plan)
        if not opening:
            raise _unsettled(plan)
        contents = _contents(plan, draft, ground)
        receipt = cases.submit(
            Submission(
                applicant_id=applicant.id,
                applicant_name=applicant.name,
                purpose=plan.package.code,
                title=plan.package.title,
                division=plan.division,
                idempotency_key=draft.idempotency_key,
                body_sha256=_body_sha256(draft),
                cases=tuple(contents[_code(item)] for item in opening),
                consents=tuple(consents),
                uploads=draft.attachments,
            ),
            actor=replace(actor, acting_for=applicant.id),
            at=at,
            calendar=calendar,
        )
        keep_single(plan.package, at)
        _write_run(receipt, plan, draft, opening, waiting, contents, at)
    return receipt


def _require_applicant(draft: Draft, plan: Plan, at: datetime) -> Subject:
    applicant = identity.get_principal(draft.subject_id, draft.owner_id, plan.package.code, at)
    if not plan.package.is_for(applicant.kind):
        raise WrongApplicant(f"{applicant.kind} applies for {plan.package.code}")
    if plan.missing_authorisations:
        titles = _("、").join(one.title for one in plan.missing_authorisations)
        raise AuthorisationMissing(
            f"{plan.package.code} lacks {len(plan.missing_authorisations)} authorisations",
            sentence=_("还缺：%(titles)s。请对方登录后在“我的授权”里授权给您，再提交；已填的内容都保留着。")
            % {"titles": titles},
        )
    return applicant


def _require_complete(draft: Draft, plan: Plan, at: datetime) -> None:
    problems = (
        *forms.validate(plan.form, draft.answers, today=shanghai_date(at)),
        *forms.missing_materials(plan.form, draft.attachments),
    )
    if problems:
        raise FormIncomplete(problems)


def _split(plan: Plan) -> tuple[list[PlanItem], list[PlanItem]]:
    """The items whose cases open now, and those that wait for a result or for an answer."""
    working = [item for item in plan.items if not item.package_item.guidance_only]
    in_plan = {_code(item) for item in working}
    opening: list[PlanItem] = []
    waiting: list[PlanItem] = []
    for item in working:
        has_to_wait = any(one.needs in in_plan for one in item.package_item.after)
        is_open = item.state is PlanState.POSSIBLE
        (waiting if has_to_wait or is_open else opening).append(item)
    return opening, waiting


def _contents(plan: Plan, draft: Draft, ground: Ground) -> dict[str, NewCase]:
    return {
        _code(item): new_case(plan, item, draft, ground.conditions.items[_code(item)].facts)
        for item in plan.items
        if not item.package_item.guidance_only
    }


def _write_run(
    receipt: ApplicationReceipt,
    plan: Plan,
    draft: Draft,
    opening: Sequence[PlanItem],
    waiting: Sequence[PlanItem],
    contents: Mapping[str, NewCase],
    at: datetime,
) -> None:
    run = models.BundleRun(
        application_id=receipt.application_id,
        application_number=receipt.number,
        package_id=plan.package.id,
        draft_id=draft.id,
        applicant_id=draft.subject_id,
        started_at=at,
    )
    numbers = {_code(item): case.number for item, case in zip(opening, receipt.cases, strict=True)}
    in_plan = numbers.keys() | {_code(item) for item in waiting}
    ordered = [item for item in plan.items if _code(item) in in_plan]
    branches = [
        models.Branch(
            run=run,
            position=position,
            basic_code=_code(item),
            item_name=item.guide.title,
            department_name=item.guide.procedure.department.name,
            status=_first_status(item, numbers).value,
            needs=[one.needs for one in item.package_item.after if one.needs in in_plan],
            on_refusal=item.package_item.on_refusal.value,
            case_number=numbers.get(_code(item), ""),
            content="" if _code(item) in numbers else write_content(contents[_code(item)]),
        )
        for position, item in enumerate(ordered)
    ]
    rows.insert([run], branches)


def _first_status(item: PlanItem, numbers: Mapping[str, str]) -> BranchStatus:
    if _code(item) in numbers:
        return BranchStatus.STARTED
    return BranchStatus.UNSETTLED if item.state is PlanState.POSSIBLE else BranchStatus.PLANNED


def _unsettled(plan: Plan) -> PlanUnsettled:
    questions = _("、").join(element.label for element in plan.unknown)
    return PlanUnsettled(
        f"{plan.package.code}: no item can start, open facts {[element.code for element in plan.unknown]}",
        sentence=_("还不能提交：要先弄清楚%(questions)s，才知道从哪里办起。已填的内容都保留着。")
        % {"questions": questions or _("要办哪些事项")},
    )


def _promises(consents: Collection[Consent]) -> tuple[str, ...]:
    prefix = promise_consent("")
    return tuple(one.code.removeprefix(prefix) for one in consents if one.code.startswith(prefix))


def _body_sha256(draft: Draft) -> str:
    return hashlib.sha256(json.dumps(body_of(draft), ensure_ascii=False).encode()).hexdigest()


def _code(item: PlanItem) -> str:
    return item.package_item.basic_code

"""The items of a submitted package that wait: started, stopped, settled."""

import json
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop
from pydantic import TypeAdapter

from tongban.domains.cases import services as cases
from tongban.domains.cases.events import CaseEnded, CaseGranted
from tongban.domains.cases.types import NewCase, NewWaiver
from tongban.domains.eforms import rules as forms
from tongban.domains.lifeevents import models, selectors
from tongban.domains.lifeevents.rules import branches as rules
from tongban.domains.lifeevents.states import BranchAction, next_status
from tongban.domains.lifeevents.types import BranchStatus
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import PLATFORM, Actor, ActorKind
from tongban.kernel.errors import TongbanError

_WAIVERS: TypeAdapter[tuple[NewWaiver, ...]] = TypeAdapter(tuple[NewWaiver, ...])


class BranchNotFound(TongbanError):
    """No such open item of such an application, or not the actor's: both look the same."""

    code: ClassVar[str] = "BRANCH_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这个事项。请在“我的办件”里查看最新进展。")


@transaction.atomic
def note_granted(event: CaseGranted, at: datetime) -> None:
    """A case of a package was granted: the items whose turn has come start. A second time changes nothing."""
    run = _lock_run(event.application_id)
    branch = _started_branch(run, event.case_number)
    if run is None or branch is None:
        return
    _move(branch, BranchAction.GRANT)
    _go_on(run, at)


@transaction.atomic
def note_ended(event: CaseEnded, at: datetime) -> None:
    """A case ended without a grant: what the package says of its siblings happens, and is explained to the
    applicant. Nothing that a department has received is touched. A second time changes nothing.
    """
    run = _lock_run(event.application_id)
    branch = _started_branch(run, event.case_number)
    if run is None or branch is None:
        return
    _move(branch, BranchAction.END)
    found = _branches(run)
    nodes = selectors.nodes_of(found.values())
    for stop in rules.stops(nodes[branch.basic_code], event.reason, nodes):
        _stop(run, found[stop.basic_code], stop.reason, at)
    _go_on(run, at)


@transaction.atomic
def confirm_branch(application_number: str, basic_code: str, *, actor: Actor, at: datetime) -> None:
    """The open question is answered: the item is wanted, and starts when its turn comes.

    Raises :class:`BranchNotFound`, ``IllegalBranchMove``.
    """
    run, branch = _own_branch(application_number, basic_code, actor)
    _move(branch, BranchAction.CONFIRM)
    _record(run, branch, "CONFIRM_BRANCH", actor, at)
    _go_on(run, at)


@transaction.atomic
def drop_branch(application_number: str, basic_code: str, *, actor: Actor, at: datetime) -> None:
    """The open question is answered: the item is not wanted, and nobody waits for it any longer.

    Raises :class:`BranchNotFound`, ``IllegalBranchMove``.
    """
    run, branch = _own_branch(application_number, basic_code, actor)
    _move(branch, BranchAction.DROP)
    _record(run, branch, "DROP_BRANCH", actor, at)
    _go_on(run, at)


def write_content(new: NewCase) -> str:
    """What a waiting item's case will be opened with."""
    return json.dumps(
        {
            "item_code": new.item_code,
            "substance_version_id": str(new.substance_version_id),
            "procedure_version_id": str(new.procedure_version_id),
            "situation": new.situation,
            "answers": forms.write_answers(new.answers),
            "attachments": [str(one) for one in new.attachments],
            "deferred_materials": list(new.deferred_materials),
            "uses_promise": new.uses_promise,
            "licences": list(new.licences),
            "waived": _WAIVERS.dump_python(new.waived, mode="json"),
        },
        ensure_ascii=False,
    )


def read_content(text: str) -> NewCase:
    content = json.loads(text)
    return NewCase(
        item_code=content["item_code"],
        substance_version_id=UUID(content["substance_version_id"]),
        procedure_version_id=UUID(content["procedure_version_id"]),
        situation=content["situation"],
        answers=forms.read_answers(content["answers"]),
        attachments=tuple(UUID(one) for one in content["attachments"]),
        deferred_materials=tuple(content["deferred_materials"]),
        uses_promise=content["uses_promise"],
        # Branches of the release before know none.
        licences=tuple(content.get("licences", ())),
        waived=_WAIVERS.validate_python(content.get("waived", ())),
    )


def _lock_run(application_id: UUID) -> models.BundleRun | None:
    return models.BundleRun.objects.select_for_update().filter(pk=application_id).first()


def _started_branch(run: models.BundleRun | None, case_number: str) -> models.Branch | None:
    return models.Branch.objects.filter(run=run, case_number=case_number, status=BranchStatus.STARTED).first()


def _own_branch(
    application_number: str, basic_code: str, actor: Actor
) -> tuple[models.BundleRun, models.Branch]:
    run = models.BundleRun.objects.select_for_update().filter(application_number=application_number).first()
    is_own = actor.kind is ActorKind.CITIZEN and run is not None
    if run is None or not is_own or run.applicant_id not in (actor.subject_id, actor.acting_for):
        raise BranchNotFound(f"{basic_code} of {application_number}")
    branch = models.Branch.objects.filter(run=run, basic_code=basic_code).first()
    if branch is None:
        raise BranchNotFound(f"{basic_code} of {application_number}")
    return run, branch


def _branches(run: models.BundleRun) -> dict[str, models.Branch]:
    return {
        branch.basic_code: branch for branch in models.Branch.objects.filter(run=run).order_by("position")
    }


def _go_on(run: models.BundleRun, at: datetime) -> None:
    """Start the items whose turn has come; when nothing is left to come, tell the applicant how it came out."""
    found = _branches(run)
    for code in rules.ready(selectors.nodes_of(found.values())):
        _start(run, found[code], at)
    outcome = rules.outcome(selectors.nodes_of(found.values()))
    package = selectors.get_package_version(run.package_id)
    if outcome and not package.is_single:
        _tell_outcome(run, package.title, outcome, found, at)


def _tell_outcome(
    run: models.BundleRun, title: str, outcome: str, found: dict[str, models.Branch], at: datetime
) -> None:
    messaging.send(
        "PACKAGE_FINISHED",
        to_subject=run.applicant_id,
        context={"title": title, "application_number": run.application_number, "outcome": outcome},
        at=at,
        case_number=next(one.case_number for one in found.values() if one.case_number),
    )


def _start(run: models.BundleRun, branch: models.Branch, at: datetime) -> None:
    receipt = cases.add_case(run.pk, read_content(branch.content), actor=PLATFORM, at=at)
    branch.case_number = receipt.number
    # The case holds the answers now; one copy of personal data is enough.
    branch.content = ""
    _move(branch, BranchAction.START)
    messaging.send(
        "BRANCH_STARTED",
        to_subject=run.applicant_id,
        context={
            "item_name": branch.item_name,
            "department_name": branch.department_name,
            "case_number": receipt.number,
        },
        at=at,
        case_number=receipt.number,
    )


def _stop(run: models.BundleRun, branch: models.Branch, reason: str, at: datetime) -> None:
    branch.reason = reason
    _move(branch, BranchAction.STOP)
    _record(run, branch, "STOP_BRANCH", PLATFORM, at)
    messaging.send(
        "BRANCH_STOPPED",
        to_subject=run.applicant_id,
        context={"item_name": branch.item_name, "reason": reason},
        at=at,
    )


def _move(branch: models.Branch, action: BranchAction) -> None:
    branch.status = next_status(BranchStatus(branch.status), action).value
    branch.save(update_fields=["status", "case_number", "reason", "content"])


def _record(run: models.BundleRun, branch: models.Branch, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="lifeevents.Branch",
        object_id=str(branch.pk),
        subject_id=run.applicant_id,
        case_number=run.application_number,
        detail={"item": branch.basic_code},
    )

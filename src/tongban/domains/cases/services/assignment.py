"""Who handles a case: hand over, step aside; and the views an officer keeps of her queue."""

from dataclasses import asdict
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Conflict
from tongban.domains.cases.models import SavedView as SavedViewRow
from tongban.domains.cases.services.decision import ReasonMissing
from tongban.domains.cases.services.transition import (
    Act,
    ConflictOfInterest,
    lock_case,
    receipt_of,
    transition,
)
from tongban.domains.cases.types import Action, ActReceipt, QueueFilters, QueueView, SavedView
from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError


class NotAColleague(TongbanError):
    code: ClassVar[str] = "NOT_A_COLLEAGUE"
    default_sentence: ClassVar[str] = gettext_noop("只能移交给本部门在岗的同事。")


class ViewNameMissing(TongbanError):
    code: ClassVar[str] = "VIEW_NAME_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请给视图起一个名字，最多40个字。")


def hand_over(*, case_number: str, revision: int, to: UUID, actor: Actor, at: datetime) -> ActReceipt:
    """Make a colleague of the department the handler.

    Raises :class:`NotAColleague` or ``ConflictOfInterest``.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.HAND_OVER, actor=actor)
        names = {
            officer.account_id: officer.name for officer in identity.list_officers(case.department, at=at)
        }
        if to not in names:
            raise NotAColleague(f"account {to} holds no post in {case.department}")
        if Conflict.objects.filter(case=case, officer_id=to).exists():
            raise ConflictOfInterest(
                f"officer {to} stepped aside from {case_number}",
                sentence=_("这位同事已申请回避本办件，请移交给其他同事。"),
            )
        case.assignee_id, case.assignee_name = to, names[to]
        transition(case, Act(Action.HAND_OVER, actor, at, f"移交给{names[to]}办理。", detail={"to": str(to)}))
        return receipt_of(case)


def step_aside(*, case_number: str, revision: int, reason: str, actor: Actor, at: datetime) -> ActReceipt:
    """Record the officer's conflict of interest and free the case; she can act on it no more (回避)."""
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.STEP_ASIDE, actor=actor)
        if not reason.strip():
            raise ReasonMissing(f"stepping aside from {case_number} without reason")
        assert actor.account_id is not None
        Conflict.objects.create(case=case, officer_id=actor.account_id, reason=reason, at=at)
        if case.assignee_id == actor.account_id:
            case.assignee_id, case.assignee_name = None, ""
        transition(case, Act(Action.STEP_ASIDE, actor, at, f"{actor.name}申请回避：{reason}"))
        return receipt_of(case)


def save_view(*, name: str, view: QueueView, filters: QueueFilters, actor: Actor) -> SavedView:
    """Keep a view under a name of the officer's; the same name again replaces it."""
    if not name.strip() or len(name) > 40:
        raise ViewNameMissing(f"view name of {len(name)} characters")
    assert actor.account_id is not None
    stored = {key: str(value) if isinstance(value, UUID) else value for key, value in asdict(filters).items()}
    row, _created = SavedViewRow.objects.update_or_create(
        owner_id=actor.account_id, name=name.strip(), defaults={"view": view.value, "filters": stored}
    )
    return SavedView(row.id, row.name, view, filters)


def delete_view(*, view_id: UUID, actor: Actor) -> None:
    """Forget a view; somebody else's is left as it is."""
    assert actor.account_id is not None
    SavedViewRow.objects.filter(id=view_id, owner_id=actor.account_id).delete()

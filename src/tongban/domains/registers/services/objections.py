"""Objections (异议): what a subject says is wrong with a value, and what the department that supplies it answers."""

import json
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.exchange import selectors as catalogue
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import FindingKind
from tongban.domains.registers import models, permissions, selectors, states
from tongban.domains.registers.events import ObjectionDecided
from tongban.domains.registers.selectors import WORDS_CONTEXT, ObjectionNotFound
from tongban.domains.registers.services.holdings import look_at_value
from tongban.domains.registers.types import (
    HeldValue,
    NewObjection,
    Objection,
    ObjectionAction,
    ObjectionStatus,
)
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox.services import publish
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id
from tongban.kernel.instants import shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import add_workdays

LONGEST_TEXT = 500
LONGEST_ANSWER = 400
ANSWER_DAYS = 10
"""Ours, in working days, as for a fault on a licence: 个人信息保护法 §46 says 及时 and gives no number."""


class FaultyObjection(TongbanError):
    code: ClassVar[str] = "FAULTY_OBJECTION"
    default_sentence: ClassVar[str] = gettext_noop("请写明正确的内容是什么。")

    def __init__(self, message: str, *, field: str = "claimed", sentence: str | None = None) -> None:
        super().__init__(message, sentence=sentence)
        self.field = field
        """What is wrong: `claimed`, `reason` or `evidence`."""


class AlreadyObjected(TongbanError):
    code: ClassVar[str] = "ALREADY_OBJECTED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这一项您已经提出过异议，提供部门正在核实。结果会发到“我的消息”。"
    )


class NothingHeld(TongbanError):
    """There is no such value of hers to object to, or she may not speak for the subject: both look the same."""

    code: ClassVar[str] = "NOTHING_HELD"
    default_sentence: ClassVar[str] = gettext_noop("没有这一项信息。")


class RegisterSilent(TongbanError):
    code: ClassVar[str] = "REGISTER_SILENT"
    default_sentence: ClassVar[str] = gettext_noop(
        "提供部门的系统现在没有应答，看不到登记的内容，异议没有提交。您填的内容还在，请过一会儿再提交。"
    )


class DecisionMissing(TongbanError):
    code: ClassVar[str] = "OBJECTION_DECISION_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请选择是否更正，并写明怎么核实的、理由是什么。")


def raise_objection(new: NewObjection, *, actor: Actor, at: datetime) -> Objection:
    """Say that a value is wrong; its provider has a finding to answer by a working day. The look at the value is logged.

    Not to be called within a transaction. Raises `NothingHeld`, `RegisterSilent`, `FaultyObjection`, and `AlreadyObjected` while
    the same value is objected to.
    """
    if not permissions.may_speak_for(actor, new.subject_id, at=at):
        raise NothingHeld(f"{new.resource}.{new.field} of a subject that is not the actor's")
    _require_words(new)
    if selectors.open_objections(new.subject_id, resource=new.resource, field=new.field):
        raise AlreadyObjected(f"open objection to {new.resource}.{new.field}")
    held = look_at_value(new.subject_id, resource=new.resource, field=new.field, actor=actor, at=at)
    if held is None:
        raise NothingHeld(f"no {new.resource}.{new.field}")
    if not held.is_known:
        raise RegisterSilent(f"{new.resource} did not answer")
    with transaction.atomic():
        return _keep(new, held.values[0], actor, at)


@transaction.atomic
def decide_objection(
    objection_id: UUID,
    action: ObjectionAction | None,
    *,
    answer: str,
    departments: frozenset[str],
    actor: Actor,
    at: datetime,
) -> Objection:
    """The provider's decision, in words; the finding is answered with it and the subject is told.

    Raises `ObjectionNotFound` for another department's, `states.ObjectionMoved` for a decided one, `DecisionMissing`.
    """
    row = (
        models.Objection.objects.select_for_update(of=("self",))
        .filter(pk=objection_id, resource__provider__code__in=departments)
        .first()
    )
    if row is None:
        raise ObjectionNotFound(f"objection {objection_id}")
    words = answer.strip()
    if action not in states.DECISIONS or not words or len(words) > LONGEST_ANSWER:
        raise DecisionMissing(f"objection {objection_id}: {action}")
    assert action is not None, "one of the decisions"
    row.status = states.move(ObjectionStatus(row.status), action)
    row.answer, row.decided_at, row.decided_by_name = words, at, actor.name
    row.save(update_fields=["status", "answer", "decided_at", "decided_by_name"])
    if catalogue.get_finding(row.finding_id).answered_at is None:
        exchange.answer_finding(
            row.finding_id, answer=_as_answer(action, words), departments=departments, actor=actor, at=at
        )
    _record(row, f"{action.value}_OBJECTED", actor, at)
    decided = selectors.get_objection(row.pk)
    publish(ObjectionDecided(row.pk, at), queue=decided.provider)
    return decided


def _keep(new: NewObjection, held: HeldValue, actor: Actor, at: datetime) -> Objection:
    due_on = add_workdays(national_calendar(), shanghai_date(at), ANSWER_DAYS).due_on
    objection_id = new_id()
    finding = exchange.report_finding(
        new.resource,
        FindingKind.OBJECTION,
        text=f"当事人认为“{held.label}”登记有误。",
        due_on=due_on,
        actor=actor,
        at=at,
        reference=str(objection_id),
    )
    words = {
        "held": held.value,
        "claimed": new.claimed.strip(),
        "reason": new.reason.strip(),
        "evidence": new.evidence.strip(),
    }
    row = models.Objection(
        id=objection_id,
        subject_id=new.subject_id,
        resource_id=new.resource,
        field=new.field,
        label=held.label,
        element=held.element,
        words_cipher=crypto.encrypt(json.dumps(words, ensure_ascii=False, default=str), WORDS_CONTEXT),
        finding_id=finding.id,
        status=states.move(None, ObjectionAction.RAISE),
        raised_by_name=actor.name,
        raised_at=at,
        due_on=due_on,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyObjected(f"open objection to {new.resource}.{new.field}") from error
    _record(row, "RAISE_OBJECTION", actor, at)
    return selectors.get_objection(row.pk)


def _require_words(new: NewObjection) -> None:
    if not new.claimed.strip():
        raise FaultyObjection("nothing claimed")
    if not new.reason.strip():
        raise FaultyObjection("no reason", field="reason", sentence=_("请写明为什么说登记有误。"))
    for field, text in (("claimed", new.claimed), ("reason", new.reason), ("evidence", new.evidence)):
        if len(text) > LONGEST_TEXT:
            sentence = _("最多写%(count)d个字，请写短一些。") % {"count": LONGEST_TEXT}
            raise FaultyObjection(f"{field} of {len(text)} characters", field=field, sentence=sentence)


def _as_answer(action: ObjectionAction, words: str) -> str:
    if action is ObjectionAction.CORRECT:
        return f"已更正：{words}"
    return f"核实无误：{words}"


def _record(row: models.Objection, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="registers.Objection",
        object_id=str(row.pk),
        subject_id=row.subject_id,
        detail={"resource": row.resource_id, "field": row.field},
    )

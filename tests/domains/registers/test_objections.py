"""Objections: raised once, answered by the department that supplies the value, with the finding."""

from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from domains.identity import cast
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as exchanging
from tongban.domains.exchange.types import FindingKind
from tongban.domains.registers import models, selectors, services, states
from tongban.domains.registers.types import (
    NewObjection,
    Objection,
    ObjectionAction,
    ObjectionStatus,
    PersonRecord,
)
from tongban.foundation.audit.models import Entry
from tongban.foundation.outbox.models import Message
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

pytestmark = pytest.mark.django_db
GA = frozenset({"GA"})
STEWARD = Actor(ActorKind.OFFICER, None, "石守真", department="GA", roles=frozenset({Role.DATA_STEWARD}))


@pytest.fixture
def zhang() -> Actor:
    """张三, whose record the police keep."""
    cast.load_city()
    found = cast.zhang_san()
    cast.department("GA", 7)
    row = {"code": "RK-PERSON", "name": "人口基本信息", "provider": "GA", "sharing": "1"}
    fields = [{"name": "ethnicity", "label": "民族", "element": None, "field_type": "text"}]
    exchanging.load_resources([{**row, "fields": fields}], actor=PLATFORM, at=cast.NOW)
    subject = found.subject.id
    record = PersonRecord(subject, "1", date(1890, 1, 1), "汉族", "示例路3号")
    services.save_person(record, actor=PLATFORM, at=cast.NOW)
    return Actor(ActorKind.CITIZEN, None, "张三", subject_id=subject, acting_for=subject)


def new(actor: Actor, **changes: object) -> NewObjection:
    values = {
        "subject_id": actor.subject_id,
        "resource": "RK-PERSON",
        "field": "ethnicity",
        "claimed": "壮族",
        "reason": "户口簿上是壮族",
    }
    return NewObjection(**{**values, **changes})  # type: ignore[arg-type]  # changes are what each test gives


def object_to(actor: Actor, **changes: object) -> Objection:
    return services.raise_objection(new(actor, **changes), actor=actor, at=cast.NOW)


def decide(objection_id: UUID, action: ObjectionAction | None, **changes: object) -> Objection:
    values = {"answer": "查了户籍档案", "departments": GA, "actor": STEWARD, "at": cast.NOW, **changes}
    return services.decide_objection(objection_id, action, **values)  # type: ignore[arg-type]  # as above


def test_only_what_is_open_can_be_decided() -> None:
    for status in set(ObjectionStatus) - {ObjectionStatus.OPEN}:
        for action in ObjectionAction:
            with pytest.raises(states.ObjectionMoved):
                states.move(status, action)
    assert {ObjectionAction.CORRECT, ObjectionAction.UPHOLD} == states.DECISIONS


def test_an_objection_keeps_what_was_held_and_tells_the_provider(zhang: Actor) -> None:
    made = object_to(zhang)

    assert (made.held, made.claimed, made.status) == ("汉族", "壮族", ObjectionStatus.OPEN)
    (finding,) = exchange.list_findings(GA)
    assert (finding.kind, finding.reference) == (FindingKind.OBJECTION, str(made.id))
    assert finding.due_on == made.due_on
    assert "张三" not in finding.text
    assert "壮族" not in models.Objection.objects.get().words_cipher
    assert Entry.objects.filter(action="RAISE_OBJECTION", object_id=str(made.id)).count() == 1
    assert selectors.open_objections(made.subject_id) == {("RK-PERSON", "ethnicity")}


def test_a_value_is_objected_to_once_at_a_time(zhang: Actor) -> None:
    made = object_to(zhang)

    with pytest.raises(services.AlreadyObjected):
        object_to(zhang)
    assert models.Objection.objects.count() == len(exchange.list_findings(GA)) == 1

    decide(made.id, ObjectionAction.UPHOLD)
    assert object_to(zhang).id != made.id


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"claimed": " "}, services.FaultyObjection),
        ({"reason": ""}, services.FaultyObjection),
        ({"evidence": "证" * 501}, services.FaultyObjection),
        ({"field": "sex"}, services.NothingHeld),
        ({"resource": "NO-SUCH"}, services.NothingHeld),
    ],
)
def test_without_words_or_a_value_nothing_is_kept(
    zhang: Actor, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        object_to(zhang, **changes)

    assert not models.Objection.objects.exists()
    assert exchange.list_findings(GA) == ()


def test_nobody_objects_for_another(zhang: Actor) -> None:
    other = cast.li_si().subject.id

    with pytest.raises(services.NothingHeld):
        object_to(zhang, subject_id=other)

    assert not models.Objection.objects.exists()


def test_the_decision_answers_the_finding_and_is_announced(zhang: Actor) -> None:
    made = object_to(zhang)

    decided = decide(made.id, ObjectionAction.CORRECT)

    assert (decided.status, decided.answer) == (ObjectionStatus.CORRECTED, "查了户籍档案")
    assert exchange.list_findings(GA) == ()
    (finding,) = exchange.list_findings(GA, only_open=False)
    assert (finding.answer, finding.answered_by) == ("已更正：查了户籍档案", "石守真")
    assert Message.objects.filter(subscriber__startswith="messaging.tell_decided/").count() == 1
    assert not selectors.open_objections(made.subject_id)
    with pytest.raises(states.ObjectionMoved):
        decide(made.id, ObjectionAction.UPHOLD)


def test_another_department_or_no_reason_decides_nothing(zhang: Actor) -> None:
    made = object_to(zhang)

    with pytest.raises(selectors.ObjectionNotFound):
        decide(made.id, ObjectionAction.CORRECT, departments=frozenset({"SCJG"}))
    for action, answer in (
        (None, "有理由"),
        (ObjectionAction.CORRECT, " "),
        (ObjectionAction.RAISE, "有理由"),
    ):
        with pytest.raises(services.DecisionMissing):
            decide(made.id, action, answer=answer)

    assert selectors.get_objection(made.id).status is ObjectionStatus.OPEN
    assert len(exchange.list_findings(GA)) == 1
    assert not Message.objects.filter(subscriber__startswith="messaging.tell_decided/").exists()


def test_the_table_refuses_a_decision_without_a_reason(zhang: Actor) -> None:
    made = object_to(zhang)

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Objection.objects.filter(pk=made.id).update(status="CORRECTED", decided_at=cast.NOW)

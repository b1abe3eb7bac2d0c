"""行政协助: one department asks another, and the applicant nothing."""

from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from domains.cases.city import FIRE_OFFICE, FIRE_OFFICER, FOOD_OFFICE, WANG_MIN, Story, at, officer
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import AssistanceRequest, Case, HistoryEntry, WaivedMaterial
from tongban.domains.cases.types import Action, Assistance, AssistanceOutcome, Status, WaivedState
from tongban.domains.catalogue.types import Rule
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import Role

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def waived(story: Story) -> WaivedMaterial:
    """A paper that a register which is down should supply."""
    return WaivedMaterial.objects.create(
        case=Case.objects.get(number=story.number),
        code="m9",
        name="消防验收信息",
        slot="MT-m9:APPLICANT",
        rule=Rule.SHAREABLE,
        source="示例区消防救援局·消防验收信息",
        subject_id=UUID(int=3),
        state=WaivedState.WAITING,
        wait_until=date(2026, 3, 5),
    )


def ask(story: Story, **changes: Any) -> Any:
    values = {"to_department": FIRE_OFFICE, "what": "请核实消防验收情况", "material": "m9", "days": 3}
    receipt = services.request_assistance(**story.names, **{**values, **changes}, actor=WANG_MIN, at=at(3, 3))
    return story.note(receipt)


def asked(story: Story) -> Assistance:
    return selectors.get_dossier(story.number, actor=WANG_MIN, at=at(3, 3)).assistance[-1]


def answer(story: Story, outcome: AssistanceOutcome, **changes: Any) -> str:
    values = {"answer": "已于2025年验收合格", "actor": FIRE_OFFICER, "at": at(3, 4)}
    return services.answer_assistance(asked(story).id, outcome=outcome, **{**values, **changes})


def test_the_request_reaches_the_other_department_and_the_applicant_reads_who_asks_whom(
    story: Story, waived: WaivedMaterial
) -> None:
    receipt = ask(story)

    assert receipt.status is Status.RECEIVED
    (found,) = selectors.list_assistance_asked_of([FIRE_OFFICE], at=at(3, 3))
    assert (found.case_number, found.what, found.due_on) == (
        story.number,
        "请核实消防验收情况",
        date(2026, 3, 6),
    )
    assert selectors.list_assistance_asked_of([FOOD_OFFICE], at=at(3, 3)) == ()
    line = HistoryEntry.objects.get(case__number=story.number, action=Action.REQUEST_ASSISTANCE)
    assert line.is_public
    assert line.sentence == "示例区市场监督管理局正在向示例区消防救援局核实“消防验收信息”，不用您做什么。"


def test_what_is_provided_stands_in_for_the_material(story: Story, waived: WaivedMaterial) -> None:
    ask(story)

    answer(story, AssistanceOutcome.HELD, file=BytesIO(PDF), filename="验收意见.pdf")

    waived.refresh_from_db()
    assert (waived.state, waived.got_at) == (WaivedState.ASSISTED, at(3, 4))
    found = asked(story)
    assert (found.outcome, found.answer, found.filename) == (
        AssistanceOutcome.HELD,
        "已于2025年验收合格",
        "验收意见.pdf",
    )
    for reader in (WANG_MIN, FIRE_OFFICER):
        assert services.open_answer(found.id, actor=reader, at=at(3, 4))[0] == PDF
    line = HistoryEntry.objects.get(case__number=story.number, action=Action.ANSWER_ASSISTANCE)
    assert line.department_name == "示例区消防救援局"


def test_question_and_answer_are_audited_on_both_sides(story: Story, waived: WaivedMaterial) -> None:
    ask(story)
    answer(story, AssistanceOutcome.HELD)

    found = Entry.objects.filter(case_number=story.number, action__contains="ASSISTANCE")
    assert [(one.action, one.actor_id) for one in found.order_by("id")] == [
        ("CASE_REQUEST_ASSISTANCE", WANG_MIN.account_id),
        ("CASE_ANSWER_ASSISTANCE", FIRE_OFFICER.account_id),
    ]


def test_that_there_is_none_lets_the_applicant_be_asked(story: Story, waived: WaivedMaterial) -> None:
    ask(story)

    answer(story, AssistanceOutcome.NOT_HELD)

    waived.refresh_from_db()
    assert waived.state == WaivedState.NOT_FOUND


def test_while_a_department_looks_for_it_the_applicant_is_not_asked(
    story: Story, waived: WaivedMaterial
) -> None:
    ask(story, days=10)

    assert services.fetching._end_waits(story.number, at(3, 9)) == 0

    waived.refresh_from_db()
    assert waived.state == WaivedState.WAITING


@pytest.mark.parametrize(
    "changes", [{"what": " "}, {"days": 0}, {"days": 11}, {"to_department": FOOD_OFFICE}]
)
def test_a_faulty_request_is_not_sent(story: Story, waived: WaivedMaterial, changes: dict[str, Any]) -> None:
    with pytest.raises(services.AssistanceFaulty):
        ask(story, **changes)

    assert not AssistanceRequest.objects.exists()
    assert not HistoryEntry.objects.filter(action=Action.REQUEST_ASSISTANCE).exists()


@pytest.mark.parametrize(
    "actor",
    [WANG_MIN, officer(Role.DECIDER, office=FIRE_OFFICE), officer(Role.ACCEPTOR, office="XFJY-310101")],
)
def test_only_the_asked_departments_acceptors_and_stewards_answer(
    story: Story, waived: WaivedMaterial, actor: Any
) -> None:
    ask(story)

    with pytest.raises(services.AssistanceNotFound):
        answer(story, AssistanceOutcome.HELD, actor=actor)

    assert asked(story).outcome is None


def test_an_answer_has_words_and_comes_once(story: Story, waived: WaivedMaterial) -> None:
    ask(story)
    with pytest.raises(services.AnswerWordsMissing):
        answer(story, AssistanceOutcome.HELD, answer=" ")
    answer(story, AssistanceOutcome.NOT_HELD)

    with pytest.raises(services.AssistanceNotFound):
        answer(story, AssistanceOutcome.HELD)

    assert asked(story).outcome is AssistanceOutcome.NOT_HELD


def test_what_is_past_its_day_stands_out_for_both_sides(story: Story, waived: WaivedMaterial) -> None:
    ask(story)

    for department in (FOOD_OFFICE, FIRE_OFFICE):
        assert selectors.list_overdue_assistance([department], at=at(3, 6)) == ()
        (found,) = selectors.list_overdue_assistance([department], at=at(3, 9))
        assert found.is_overdue

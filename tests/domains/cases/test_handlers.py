"""The applicant is told of what happens to her cases, once each."""

import pytest

from domains.cases.city import FOOD, WANG_MIN, Story, Submit, at, new_case
from tongban.domains.cases import services
from tongban.domains.cases.handlers import template_of
from tongban.domains.cases.models import Case
from tongban.domains.cases.services.transition import INTERNAL_ACTIONS, Act, event_of
from tongban.domains.cases.states import TRANSITIONS
from tongban.domains.cases.types import Action, ServiceMethod, Status, SupplementItem, TickMark
from tongban.domains.evaluation import selectors as evaluation
from tongban.domains.messaging import selectors as messaging
from tongban.foundation.outbox.testing import drain
from tongban.kernel.actors import Actor


def titles(actor: Actor) -> list[str]:
    assert actor.acting_for is not None
    return [message.title for message in reversed(messaging.inbox([actor.acting_for]))]


def bodies(actor: Actor) -> list[str]:
    assert actor.acting_for is not None
    return [message.body for message in reversed(messaging.inbox([actor.acting_for]))]


def test_an_application_is_confirmed_once_whatever_its_cases(submit: Submit, zhang_san: Actor) -> None:
    submit()

    drain()

    assert titles(zhang_san) == ["已收到您的申请：开办餐饮店"]


def test_the_way_to_the_licence_is_told_step_by_step(story: Story, zhang_san: Actor) -> None:
    story.to_decide()
    story.note(services.suspend(**story.names, procedure="TEST", days=5, actor=WANG_MIN, at=at(3, 4)))
    story.note(services.resume(**story.names, actor=WANG_MIN, at=at(3, 5)))
    story.note(
        services.extend(
            **story.names, days=3, approved_by="李局长", reason="核对图纸。", actor=WANG_MIN, at=at(3, 5)
        )
    )
    story.examine(at(3, 5))
    story.grant()
    services.serve(**story.names, method=ServiceMethod.ELECTRONIC, proof="回执", actor=WANG_MIN, at=at(3, 6))

    drain()

    assert titles(zhang_san) == [
        "已收到您的申请：开办餐饮店",
        f"已受理：{FOOD.title}",
        f"审查完成：{FOOD.title}",
        f"进入特别程序：{FOOD.title}",
        f"恢复计时：{FOOD.title}",
        f"延长办理期限：{FOOD.title}",
        f"审查完成：{FOOD.title}",
        f"准予：{FOOD.title}",
        f"决定已送达：{FOOD.title}",
        f"已办结：{FOOD.title}",
    ]
    told = bodies(zhang_san)
    assert "启动检测，预计 5 天" in told[3]
    assert "延长 3 个工作日" in told[5]
    assert "核对图纸。" in told[5]


def test_a_result_can_be_rated_once_it_is_there(story: Story) -> None:
    story.to_decide()
    story.grant()
    services.serve(**story.names, method=ServiceMethod.ELECTRONIC, proof="回执", actor=WANG_MIN, at=at(3, 6))

    drain()

    assert [right.nth for right in evaluation.rights_of_cases([story.number])] == [1, 2]


def test_supplements_and_refusals_tell_how_many_and_why(story: Story, zhang_san: Actor) -> None:
    items = (
        SupplementItem("PREMISES.premises.address", "地址", "不一致", "改正"),
        SupplementItem("MT-m1:APPLICANT", "布局图", "不清", "重传"),
    )
    story.note(services.request_supplement(**story.names, items=items, actor=WANG_MIN, at=at(3, 3)))
    story.accept(at(3, 4))
    story.tick(TickMark("e1", False, "生熟没有分开"), TickMark("e2", True))
    story.examine()
    services.refuse(
        **story.names,
        failed_points=("e1",),
        reason="生熟没有分开。",
        legal_basis=("b1",),
        actor=WANG_MIN,
        at=at(3, 5),
    )

    drain()

    assert "还需补正 2 项" in bodies(zhang_san)[1]
    assert titles(zhang_san)[-1] == f"不予许可：{FOOD.title}"
    assert "生熟没有分开。" in bodies(zhang_san)[-1]


def test_a_material_that_may_follow_is_asked_for_with_its_day(submit: Submit, zhang_san: Actor) -> None:
    story = Story(submit(new_case(FOOD, deferred_materials=("m2",))).cases[0].number)
    story.accept(at(3, 3))

    drain()

    assert titles(zhang_san)[-1] == f"请补交容缺材料：{FOOD.title}"
    assert "2026年3月10日 前补交：食品安全制度目录" in bodies(zhang_san)[-1]


@pytest.mark.parametrize(("day", "told"), [(13, False), (18, True)])
def test_the_applicant_hears_of_an_overdue_case_not_of_a_warning(
    story: Story, zhang_san: Actor, day: int, told: bool
) -> None:
    story.accept(at(3, 3))
    services.mark_limits(at=at(3, day))

    drain()

    assert any(title == f"办理超期提醒：{FOOD.title}" for title in titles(zhang_san)) is told


def test_telling_twice_tells_once(story: Story, zhang_san: Actor) -> None:
    story.accept()

    drain()
    drain()

    assert titles(zhang_san).count(f"已受理：{FOOD.title}") == 1


@pytest.mark.parametrize(
    ("origin", "action"),
    [(origin, action) for origin, action in TRANSITIONS if action not in INTERNAL_ACTIONS],
    ids=str,
)
def test_every_change_the_applicant_can_see_has_one_message_that_says_what_to_do(
    submit: Submit, origin: Status | None, action: Action
) -> None:
    case = Case.objects.select_related("application").get(number=submit().cases[0].number)
    case.status = TRANSITIONS[origin, action]

    act = Act(action, WANG_MIN, at(3, 3), "办理。")
    event = event_of(case, act)
    template = "APPLICATION_RECEIVED" if action is Action.RECEIVE else template_of(event)

    assert template is not None
    assert messaging.get_template(template).next_action

"""Every act on a case through its page: it does what it says, and a refusal changes nothing."""

from html import unescape
from uuid import uuid4

import pytest

from domains.cases.city import FOOD, Story, Submit, Uploads, at, new_case
from sites.console.conftest import Desk
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services
from tongban.domains.cases.types import Dossier, PaperKind, Status, TickMark
from tongban.foundation import clock
from tongban.foundation.outbox.models import Message
from tongban.kernel.actors import Actor, ActorKind

pytestmark = pytest.mark.django_db


def state(story: Story, desk: Desk) -> Dossier:
    return cases.get_dossier(story.number, actor=desk.actor)


def act(desk: Desk, story: Story, slug: str, **data: object):
    data.setdefault("revision", story.revision)
    return desk.client.post(f"/console/cases/{story.number}/acts/{slug}/", data)


def applicant_of(dossier: Dossier) -> Actor:
    return Actor(ActorKind.CITIZEN, uuid4(), "张三", acting_for=dossier.applicant_id)


def kinds(dossier: Dossier) -> list[PaperKind]:
    return [paper.kind for paper in dossier.papers]


def test_accepting_sends_the_notice_and_starts_the_clock(wang: Desk, story: Story) -> None:
    response = act(wang, story, "accept")

    dossier = state(story, wang)
    assert response["Location"] == f"/console/cases/{story.number}/"
    assert dossier.status is Status.ACCEPTED
    assert PaperKind.ACCEPTANCE in kinds(dossier)


def test_a_supplement_asks_only_for_what_has_a_problem(wang: Desk, story: Story) -> None:
    form = unescape(wang.client.get(f"/console/cases/{story.number}/acts/supplement/").content.decode())

    act(
        wang,
        story,
        "supplement",
        **{
            "problem:PREMISES.shop.area_m2": "与布局图不一致",
            "remedy:PREMISES.shop.area_m2": "请按实测面积填写",
            "problem:MT-m1:APPLICANT": "看不清",
            "remedy:MT-m1:APPLICANT": "请重新上传",
            "remedy:ENTERPRISE.entity.name": "请核对后重新填写。",
            "answer_by": "2026-03-20",
        },
    )

    dossier = state(story, wang)
    assert 'name="problem:PREMISES.shop.area_m2"' in form
    assert dossier.status is Status.SUPPLEMENTING
    assert {item.target for item in dossier.supplement} == {"PREMISES.shop.area_m2", "MT-m1:APPLICANT"}
    assert str(dossier.supplement_answer_by) == "2026-03-20"


def test_a_supplement_of_nothing_is_refused(wang: Desk, story: Story) -> None:
    response = act(wang, story, "supplement", **{"remedy:PREMISES.shop.area_m2": "请核对"})

    assert response.status_code == 422
    assert "请至少写明一项需要补正的内容" in response.content.decode()
    assert state(story, wang).status is Status.RECEIVED


def test_a_problem_without_remedy_leads_to_its_field(wang: Desk, story: Story) -> None:
    response = act(
        wang,
        story,
        "supplement",
        **{"problem:PREMISES.shop.area_m2": "不对", "remedy:PREMISES.shop.area_m2": ""},
    )

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    assert 'href="#f-remedy-PREMISES-shop-area_m2"' in shown
    assert 'id="f-remedy-PREMISES-shop-area_m2"' in shown
    assert 'value="不对"' in shown


def test_a_second_supplement_is_refused_with_the_article_and_keeps_what_was_typed(
    wang: Desk, story: Story, uploads: Uploads
) -> None:
    asked = {"problem:MT-m1:APPLICANT": "看不清", "remedy:MT-m1:APPLICANT": "请重新上传"}
    act(wang, story, "supplement", **asked)
    story.revision = state(story, wang).revision
    handed_in = services.answer_supplement(
        **story.names,
        answers={},
        attachments=[uploads.add("MT-m1:APPLICANT")],
        actor=applicant_of(state(story, wang)),
        at=at(3, 3),
    )
    story.note(handed_in)
    sent = Message.objects.count()

    response = act(wang, story, "supplement", **{**asked, "problem:MT-m1:APPLICANT": "还是看不清"})

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    assert "《中华人民共和国行政许可法》第三十二条第一款第四项" in shown
    assert 'value="还是看不清"' in shown
    assert state(story, wang).status is Status.RECEIVED
    assert Message.objects.count() == sent


def test_what_may_follow_is_accepted_and_handed_in_later(
    wang: Desk, qian: Desk, submit: Submit, uploads: Uploads
) -> None:
    story = Story(submit(new_case(FOOD, deferred_materials=("m2",))).cases[0].number)
    act(wang, story, "accept")
    accepted = state(story, wang)
    page = unescape(wang.client.get(f"/console/cases/{story.number}/").content.decode())
    story.revision = accepted.revision
    story.tick()
    story.examine()

    refused = act(qian, story, "grant")
    (check,) = accepted.checks
    services.hand_in_deferred(
        check_id=check.id,
        attachments=[uploads.add("MT-m2:APPLICANT")],
        actor=applicant_of(accepted),
        at=at(3, 6),
    )
    wang.client.post(f"/console/checks/{check.id}/", {"outcome": "passed"})
    story.revision = state(story, qian).revision
    act(qian, story, "grant")

    assert accepted.status is Status.ACCEPTED
    assert (check.subject, check.due_on) == ("食品安全制度目录", at(3, 9).date())
    assert "申请容缺：食品安全制度目录" in page
    assert "容缺，待补交" in page
    assert refused.status_code == 422
    assert state(story, qian).status is Status.GRANTED


def test_refusing_acceptance_says_where_to_go(wang: Desk, story: Story) -> None:
    act(wang, story, "refuse-acceptance", reason="不属于本机关职权范围。", where_to_go="示例区卫生健康委员会")

    dossier = state(story, wang)
    assert dossier.status is Status.NOT_ACCEPTED
    assert "请向示例区卫生健康委员会申请" in dossier.history[-1].sentence


def test_refusing_acceptance_without_address_keeps_what_was_typed(wang: Desk, story: Story) -> None:
    response = act(wang, story, "refuse-acceptance", reason="不属于本机关职权范围。")

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    assert "不属于本机关职权范围。</textarea>" in shown
    assert 'href="#f-where_to_go"' in shown
    assert state(story, wang).status is Status.RECEIVED


def test_examination_cannot_end_with_open_points(wang: Desk, story: Story) -> None:
    story.accept()

    refused = act(wang, story, "finish")
    story.tick()
    act(wang, story, "finish")

    assert refused.status_code == 422
    assert "还有2个审查要点没有结论" in refused.content.decode()
    assert state(story, wang).status is Status.EXAMINED


def test_suspending_announces_its_length_and_resuming_returns_to_examination(
    wang: Desk, story: Story
) -> None:
    story.accept()

    act(wang, story, "suspend", procedure="TEST", days=8)
    suspended = state(story, wang)
    story.revision = suspended.revision
    act(wang, story, "resume")

    assert suspended.status is Status.SUSPENDED
    assert PaperKind.SPECIAL_PROCEDURE in kinds(suspended)
    assert state(story, wang).status is Status.ACCEPTED


def test_a_site_check_does_not_stop_the_clock(wang: Desk, story: Story) -> None:
    story.accept()

    response = act(wang, story, "suspend", procedure="SITE", days=3)

    assert response.status_code == 422
    assert "现场核查不停止计算办理期限" in response.content.decode()
    assert state(story, wang).status is Status.ACCEPTED


def test_days_must_be_a_whole_number(wang: Desk, story: Story) -> None:
    story.accept()

    response = act(wang, story, "suspend", procedure="TEST", days="三天")

    assert response.status_code == 422
    assert "请填写整数。" in response.content.decode()


def test_extending_once_with_leave(wang: Desk, story: Story) -> None:
    story.accept()

    act(wang, story, "extend", days=5, approved_by="示例局长", reason="案情复杂")
    extended = state(story, wang)
    story.revision = extended.revision
    again = act(wang, story, "extend", days=5, approved_by="示例局长", reason="还是复杂")

    assert PaperKind.EXTENSION in kinds(extended)
    assert again.status_code == 422
    assert "不能再次延期" in again.content.decode()


def test_granting_issues_the_licence_with_what_the_officer_added(qian: Desk, story: Story) -> None:
    story.to_decide()
    form = unescape(qian.client.get(f"/console/cases/{story.number}/acts/grant/").content.decode())

    act(qian, story, "grant", **{"result:name": "示例小馆", "result:food_items": "热食类食品制售"})

    dossier = state(story, qian)
    assert 'name="result:premises_address"' in form
    assert 'value="示例路8号"' in form
    assert dossier.status is Status.GRANTED
    assert dossier.decision is not None
    assert len(dossier.decision.licences) == 1


def test_granting_over_a_failed_point_wants_a_reason(qian: Desk, story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", True), TickMark("e2", False, "没有管理人员"))
    story.examine()

    refused = act(qian, story, "grant")
    act(qian, story, "grant", override_reason="现场已补充配备。")

    dossier = state(story, qian)
    assert refused.status_code == 422
    assert "有1个审查要点不符合" in refused.content.decode()
    assert dossier.status is Status.GRANTED
    assert dossier.decision is not None
    assert dossier.decision.is_override


def test_refusing_without_a_failed_point_is_impossible(qian: Desk, story: Story) -> None:
    story.to_decide()

    response = act(qian, story, "refuse", legal_basis=["b1"], reason="不想批")

    assert response.status_code == 422
    assert "没有不符合的要点，不能不予许可" in response.content.decode()
    assert state(story, qian).status is Status.EXAMINED
    assert state(story, qian).decision is None


def test_refusing_on_a_failed_point_and_its_basis(qian: Desk, story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", True), TickMark("e2", False, "没有管理人员"))
    story.examine()
    form = unescape(qian.client.get(f"/console/cases/{story.number}/acts/refuse/").content.decode())

    act(qian, story, "refuse", failed_points=["e2"], legal_basis=["b1"], reason="未配备食品安全管理人员。")

    dossier = state(story, qian)
    assert "《中华人民共和国食品安全法》第三十五条" in form
    assert dossier.status is Status.REFUSED
    assert PaperKind.REFUSAL in kinds(dossier)


def test_returning_serving_and_terminating(qian: Desk, wang: Desk, story: Story) -> None:
    story.to_decide()

    act(qian, story, "return", reason="请再看布局")
    returned = state(story, qian)
    story.revision = returned.revision
    act(qian, story, "terminate", reason="申请的场所已灭失，不能再作出决定。")

    assert returned.status is Status.ACCEPTED
    assert state(story, qian).status is Status.TERMINATED


def test_serving_closes_the_case(qian: Desk, story: Story) -> None:
    story.to_decide()
    story.grant()

    refused = act(qian, story, "serve", method="ELECTRONIC")
    act(qian, story, "serve", method="ELECTRONIC", proof="电子送达回执 001")

    assert refused.status_code == 422
    assert state(story, qian).status is Status.CLOSED


def test_correcting_keeps_the_reason(wang: Desk, story: Story) -> None:
    act(wang, story, "correct", key="PREMISES.premises.address", value="示例路9号", reason="门牌笔误")

    dossier = state(story, wang)
    assert dossier.answers["PREMISES.premises.address"].value == "示例路9号"
    assert dossier.answers["PREMISES.premises.address"].prefilled_value == "示例路8号"


def test_handing_over_to_a_colleague(wang: Desk, qian: Desk, zhao: Desk, story: Story) -> None:
    stranger = act(wang, story, "hand-over", to=zhao.account)
    act(wang, story, "hand-over", to=qian.account)

    assert stranger.status_code == 422
    assert state(story, wang).assignee_name == "钱一鸣"


def test_who_steps_aside_acts_no_more(wang: Desk, story: Story) -> None:
    act(wang, story, "step-aside", reason="申请人是我的近亲属")
    dossier = state(story, wang)
    story.revision = dossier.revision
    response = act(wang, story, "accept")

    page = unescape(wang.client.get(f"/console/cases/{story.number}/").content.decode())
    assert dossier.allowed_actions == frozenset()
    assert response.status_code == 422
    assert "已申请回避" in page
    assert state(story, wang).status is Status.RECEIVED


def test_the_second_officer_is_told_and_nothing_is_overwritten(wang: Desk, story: Story) -> None:
    story.accept()
    sent = Message.objects.count()

    response = act(wang, story, "refuse-acceptance", revision=1, reason="不属于本机关。", where_to_go="别处")

    shown = unescape(response.content.decode())
    assert response.status_code == 409
    assert "这个办件刚刚有了新的办理记录" in shown
    assert "不属于本机关。</textarea>" in shown
    assert "申请已受理，开始计算办理期限。" in shown
    assert state(story, wang).status is Status.ACCEPTED
    assert Message.objects.count() == sent


def test_a_form_without_revision_is_stale(wang: Desk, story: Story) -> None:
    response = wang.client.post(f"/console/cases/{story.number}/acts/accept/", {})

    assert response.status_code == 409
    assert state(story, wang).status is Status.RECEIVED


@pytest.mark.parametrize("slug", ["grant", "refuse", "terminate", "return"])
def test_what_the_post_does_not_allow_is_not_there(wang: Desk, story: Story, slug: str) -> None:
    story.to_decide()

    form = wang.client.get(f"/console/cases/{story.number}/acts/{slug}/")
    done = act(wang, story, slug, reason="理由", failed_points=["e1"], legal_basis=["b1"])

    assert form.status_code == 404
    assert done.status_code in (404, 422)
    assert state(story, wang).status is Status.EXAMINED


def test_an_unknown_act_is_not_there(wang: Desk, story: Story) -> None:
    assert wang.client.get(f"/console/cases/{story.number}/acts/bless/").status_code == 404


def test_silence_has_accepted_when_five_days_are_over(wang: Desk, submit: Submit, monkeypatch) -> None:
    story = Story(submit(new_case(FOOD)).cases[0].number)
    monkeypatch.setattr(clock, "now", lambda: at(3, 12))

    response = act(
        wang, story, "supplement", **{"problem:MT-m1:APPLICANT": "看不清", "remedy:MT-m1:APPLICANT": "重传"}
    )

    assert response.status_code == 422
    assert "自收到之日起即为受理" in response.content.decode()
    assert state(story, wang).status is Status.RECEIVED

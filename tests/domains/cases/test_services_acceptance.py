"""Acceptance by 行政许可法 §32: five days, told once, and what silence means."""

from datetime import date, datetime

import pytest

from domains.cases.city import (
    FIRE,
    FOOD,
    RECEIVED_AT,
    WANG_MIN,
    Story,
    Submit,
    Uploads,
    at,
    new_case,
    officer,
    typed,
)
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import Case, CheckTask, HistoryEntry, Paper, SupplementRequest
from tongban.domains.cases.types import Action, CheckKind, PaperKind, Status, SupplementItem
from tongban.domains.eforms.types import AttachmentStatus
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor, Role
from tongban.kernel.conditions import Field, FieldType

ITEMS = (
    SupplementItem("PREMISES.premises.address", "经营场所地址", "与营业执照不一致", "填写执照上的地址"),
    SupplementItem("MT-m1:APPLICANT", "经营场所布局图", "看不清专间", "重新上传清晰的图"),
)


def ask(story: Story, when: datetime | None = None) -> None:
    story.note(
        services.request_supplement(
            **story.names, items=ITEMS, actor=WANG_MIN, at=when or at(3, 4), answer_by=date(2026, 3, 20)
        )
    )


def test_a_day_that_has_passed_is_no_day_to_answer_by(story: Story) -> None:
    with pytest.raises(services.AnswerDayPast):
        services.request_supplement(
            **story.names, items=ITEMS, actor=WANG_MIN, at=at(3, 4), answer_by=date(2026, 3, 4)
        )

    assert not SupplementRequest.objects.exists()


def test_acceptance_starts_both_clocks_and_issues_the_notice(story: Story) -> None:
    receipt = story.accept(at(3, 3))

    case = Case.objects.get(number=story.number)
    assert (receipt.status, receipt.revision) == (Status.ACCEPTED, 2)
    assert (case.accepted_on, case.due_on, case.limit_kind) == (
        date(2026, 3, 3),
        date(2026, 3, 17),
        "PROMISE",
    )
    paper = Paper.objects.get(id=receipt.papers[0].id)
    assert paper.kind == PaperKind.ACCEPTANCE
    assert (
        paper.content["paragraphs"][1]
        == "法定办理期限：自受理之日起20个工作日内（即2026年3月31日二十四时前）。"
    )
    assert (
        paper.content["paragraphs"][2]
        == "承诺办理期限：自受理之日起10个工作日内（即2026年3月17日二十四时前）。"
    )
    assert case.assignee_name == "王敏"


def test_the_first_officer_to_act_becomes_the_handler(story: Story) -> None:
    story.accept()
    colleague = officer(Role.EXAMINER, name="刘洋")

    services.tick_points(**story.names, marks=(), actor=colleague, at=at(3, 4))

    assert Case.objects.get(number=story.number).assignee_id == WANG_MIN.account_id


def test_a_stale_page_overwrites_nothing(story: Story) -> None:
    story.accept()
    before = HistoryEntry.objects.count()

    with pytest.raises(services.StaleDossier):
        services.withdraw(
            case_number=story.number,
            revision=1,
            reason="",
            actor=Actor(
                kind=WANG_MIN.kind.CITIZEN, account_id=None, name="张三", acting_for=_applicant(story)
            ),
            at=at(3, 4),
        )

    assert HistoryEntry.objects.count() == before
    assert Case.objects.get(number=story.number).status == Status.ACCEPTED


def test_another_departments_officer_finds_nothing(story: Story) -> None:
    outsider = officer(Role.ACCEPTOR, office="SWU-310115")

    with pytest.raises(services.CaseNotFound):
        story.accept(actor=outsider)

    assert Case.objects.get(number=story.number).status == Status.RECEIVED


def test_an_officer_without_the_post_finds_nothing(story: Story) -> None:
    with pytest.raises(services.CaseNotFound):
        story.accept(actor=officer(Role.DECIDER))


def test_supplements_are_told_once_with_everything(story: Story) -> None:
    ask(story)

    case = Case.objects.get(number=story.number)
    paper = Paper.objects.get(kind=PaperKind.SUPPLEMENT)
    assert case.status == Status.SUPPLEMENTING
    assert [row["label"] for row in paper.content["rows"]] == ["经营场所地址", "经营场所布局图"]
    assert "2026年3月20日" in paper.content["paragraphs"][0]


def test_what_the_guide_does_not_want_cannot_be_asked_for(story: Story) -> None:
    extra = SupplementItem("MT-OTHER:APPLICANT", "其他材料", "没有提供", "请提供")

    with pytest.raises(services.NotOnTheList) as refusal:
        services.request_supplement(**story.names, items=(*ITEMS, extra), actor=WANG_MIN, at=at(3, 4))

    assert "第三十一条" in refusal.value.sentence
    assert not SupplementRequest.objects.exists()
    assert Case.objects.get(number=story.number).status == Status.RECEIVED


def test_a_second_supplement_is_refused_with_the_article(
    story: Story, zhang_san: Actor, uploads: Uploads
) -> None:
    ask(story)
    _answer(story, zhang_san, uploads)

    with pytest.raises(services.SupplementAlreadyRequested) as refusal:
        ask(story, at(3, 6))

    assert "第三十二条第一款第四项" in refusal.value.sentence
    assert SupplementRequest.objects.count() == 1
    assert Case.objects.get(number=story.number).status == Status.RECEIVED


def test_a_complete_supplement_restarts_the_five_days(
    story: Story, zhang_san: Actor, uploads: Uploads
) -> None:
    ask(story, at(3, 4))

    _answer(story, zhang_san, uploads, at(3, 5))

    case = Case.objects.get(number=story.number)
    assert case.due_on == date(2026, 3, 12)
    assert case.received_at == RECEIVED_AT
    dossier = selectors.get_dossier(story.number, actor=WANG_MIN, at=at(3, 5))
    assert dossier.answers["PREMISES.premises.address"] == typed("示例路8号甲")
    assert [one.slot for one in dossier.attachments] == ["MT-m1:APPLICANT"]


def test_half_a_supplement_is_not_taken(story: Story, zhang_san: Actor) -> None:
    ask(story)

    with pytest.raises(services.SupplementIncomplete) as refusal:
        services.answer_supplement(
            **story.names,
            answers={"PREMISES.premises.address": typed("示例路8号甲")},
            attachments=(),
            actor=zhang_san,
            at=at(3, 5),
        )

    assert "经营场所布局图" in refusal.value.sentence
    assert Case.objects.get(number=story.number).status == Status.SUPPLEMENTING


def test_only_the_wrong_fields_are_reopened(story: Story, zhang_san: Actor, uploads: Uploads) -> None:
    ask(story)

    with pytest.raises(services.NotReopened):
        services.answer_supplement(
            **story.names,
            answers={
                "PREMISES.premises.address": typed("示例路8号甲"),
                "ENTERPRISE.entity.name": typed("别的店"),
            },
            attachments=(uploads.add("MT-m1:APPLICANT"),),
            actor=zhang_san,
            at=at(3, 5),
        )

    dossier = selectors.get_dossier(story.number, actor=WANG_MIN, at=at(3, 5))
    assert dossier.answers["ENTERPRISE.entity.name"].value == "示例小馆"


def test_refusing_to_accept_says_where_to_go_and_how_to_contest(story: Story) -> None:
    receipt = services.refuse_acceptance(
        **story.names,
        reason="不属于本机关职权范围。",
        where_to_go="示例区城市管理局（示例路9号）",
        actor=WANG_MIN,
        at=at(3, 4),
    )

    paper = Paper.objects.get(id=receipt.papers[0].id)
    assert receipt.status == Status.NOT_ACCEPTED
    assert any("示例区城市管理局（示例路9号）" in line for line in paper.content["paragraphs"])
    assert "六十日" in paper.content["remedies"][0]
    assert "示例区人民政府（示例路100号）" in paper.content["remedies"][0]
    assert "六个月" in paper.content["remedies"][1]
    assert "示例区人民法院（示例路200号）" in paper.content["remedies"][1]


def test_refusing_to_accept_without_an_address_is_refused(story: Story) -> None:
    with pytest.raises(services.WhereToGoMissing):
        services.refuse_acceptance(
            **story.names, reason="不属于。", where_to_go=" ", actor=WANG_MIN, at=at(3, 4)
        )

    assert Case.objects.get(number=story.number).status == Status.RECEIVED


def test_silence_for_five_days_counts_as_acceptance(story: Story) -> None:
    assert services.accept_by_silence(at=at(3, 9, 23, 59)) == 0

    accepted = services.accept_by_silence(at=at(3, 10, 0, 0))

    case = Case.objects.get(number=story.number)
    assert accepted == 2
    assert (case.status, case.is_deemed_accepted) == (Status.ACCEPTED, True)
    assert case.accepted_on == date(2026, 3, 2)
    assert case.due_on == date(2026, 3, 16)
    notice = Paper.objects.get(case=case, kind=PaperKind.ACCEPTANCE)
    assert "第三十二条第一款第四项" in notice.content["paragraphs"][0]


def test_silence_is_found_after_the_worker_was_down_and_only_once(story: Story) -> None:
    assert services.accept_by_silence(at=at(3, 13)) == 2

    assert services.accept_by_silence(at=at(3, 13)) == 0

    assert Case.objects.get(number=story.number).accepted_on == date(2026, 3, 2)


def test_after_silence_nobody_can_ask_or_refuse(story: Story) -> None:
    with pytest.raises(services.AcceptedBySilence):
        ask(story, at(3, 10))
    with pytest.raises(services.AcceptedBySilence):
        services.refuse_acceptance(
            **story.names, reason="不属于。", where_to_go="别处", actor=WANG_MIN, at=at(3, 10)
        )

    assert not SupplementRequest.objects.exists()
    assert not Paper.objects.filter(kind=PaperKind.NON_ACCEPTANCE).exists()


def test_accepting_late_accepts_as_of_the_receipt(story: Story) -> None:
    story.accept(at(3, 11))

    case = Case.objects.get(number=story.number)
    assert (case.accepted_on, case.is_deemed_accepted) == (date(2026, 3, 2), True)
    assert HistoryEntry.objects.filter(case=case, action=Action.ACCEPT_BY_SILENCE).count() == 1


def test_a_minor_material_may_follow_with_a_dated_task(submit: Submit) -> None:
    story = Story(submit(new_case(FOOD, deferred_materials=("m2",))).cases[0].number)

    story.accept(at(3, 3))

    task = CheckTask.objects.get()
    assert (task.kind, task.subject, task.due_on) == (
        CheckKind.DEFERRED_MATERIAL,
        "食品安全制度目录",
        date(2026, 3, 10),
    )


def test_a_main_material_may_not_follow(submit: Submit) -> None:
    story = Story(submit(new_case(FOOD, deferred_materials=("m1",))).cases[0].number)

    with pytest.raises(services.NotDeferrable):
        story.accept()

    assert Case.objects.get(number=story.number).status == Status.RECEIVED
    assert not CheckTask.objects.exists()


def test_bulk_accept_takes_only_what_passes_every_check(
    submit: Submit, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        standards, "condition_fields", lambda: {"shop.area_m2": Field("shop.area_m2", FieldType.INT)}
    )
    clear = submit(new_case(FOOD), key="1").cases[0].number
    held = (
        submit(new_case(FOOD, attachments=(uploads.add("MT-m1", AttachmentStatus.HELD),)), key="2")
        .cases[0]
        .number
    )
    unanswered = submit(new_case(FOOD, answers={}), key="3").cases[0].number

    lines = services.accept_many(
        cases=[(clear, 1), (held, 1), (unanswered, 1), ("unknown", 1)], actor=WANG_MIN, at=at(3, 3)
    )

    done = {line.number: line for line in lines}
    assert done[clear].is_done
    assert done[held].reasons == ("附件“MT-m1.pdf”尚未通过安全检查",)
    assert done[unanswered].reasons == ("需要人工核对：面积已填写",)
    assert done["unknown"].is_done is False
    assert Case.objects.filter(status=Status.ACCEPTED).count() == 1


def test_the_other_item_is_untouched_by_all_this(story: Story) -> None:
    story.accept()

    assert Case.objects.get(basic_code=FIRE.substance.basic_code).status == Status.RECEIVED


def _applicant(story: Story):  # type: ignore[no-untyped-def]  # a UUID
    return Case.objects.get(number=story.number).applicant_id


def _answer(story: Story, actor: Actor, uploads: Uploads, when: datetime | None = None) -> None:
    story.note(
        services.answer_supplement(
            **story.names,
            answers={"PREMISES.premises.address": typed("示例路8号甲")},
            attachments=(uploads.add("MT-m1:APPLICANT"),),
            actor=actor,
            at=when or at(3, 5),
        )
    )
